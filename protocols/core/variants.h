// Variants: joining the alternatives of two, for nodes made of nodes.
#pragma once

#include <type_traits>
#include <variant>

namespace core {

namespace internal {
template <class... V>
struct Join;
template <class... A>
struct Join<std::variant<A...>> {
  using type = std::variant<A...>;
};
template <class... A, class... B, class... Rest>
struct Join<std::variant<A...>, std::variant<B...>, Rest...> : Join<std::variant<A..., B...>, Rest...> {};

template <class T, class V>
inline constexpr bool kHolds = false;
template <class T, class... A>
inline constexpr bool kHolds<T, std::variant<A...>> = (std::is_same_v<T, A> || ...);
}  // namespace internal

template <class... V>
using JoinVariants = typename internal::Join<V...>::type;

template <class T, class V>
concept AlternativeOf = internal::kHolds<T, V>;

// The same value in a variant that has all the alternatives and more.
template <class Wide, class Narrow>
Wide Widen(Narrow&& narrow) {
  return std::visit([](auto&& value) { return Wide(std::forward<decltype(value)>(value)); },
                    std::forward<Narrow>(narrow));
}

}  // namespace core
