// Variants: joining the alternatives of two, for nodes made of nodes; and what is done with the one that is there.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>
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

// Calls `f(alternative)`, like std::visit. That calls through a table of functions if there are more than eleven
// alternatives, as there are of messages and facts; this is a switch, in which what is done is inlined and what is
// nothing costs nothing.
template <class F, class... A>
constexpr void Visit(F&& f, const std::variant<A...>& variant) {
  const std::size_t index = variant.index();
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    static_cast<void>(((index == I && (f(*std::get_if<I>(&variant)), true)) || ...));
  }
  (std::index_sequence_for<A...>{});
}

// The same value in a variant that has all the alternatives and more.
template <class Wide, class Narrow>
Wide Widen(Narrow&& narrow) {
  return std::visit([](auto&& value) { return Wide(std::forward<decltype(value)>(value)); },
                    std::forward<Narrow>(narrow));
}

}  // namespace core
