// Fields: visits the members of a plain aggregate in their order.
//
// A node, its messages and its records are plain structs. Fingerprint, text,
// wire form and script parsing are derived from their fields by this header, so
// that adding a field is one line and forgetting it somewhere is impossible.
// The count is found by asking how many initialisers `T{...}` accepts; the
// members come from structured bindings. Floating point is refused: it has no
// place in a state whose fingerprint must be equal on every machine.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace core {

template <class T>
concept Aggregate = std::is_aggregate_v<T> && !std::is_array_v<T>;

inline constexpr std::size_t kMaxFields = 12;

namespace internal {

// Converts to anything, by value only: a reference would let T's copy
// constructor count as a one-field initialiser.
struct AnyValue {
  template <class T>
  operator T() const;
};

template <class T, std::size_t... I>
constexpr bool AcceptsInitialisers(std::index_sequence<I...>) {
  return requires { T{(static_cast<void>(I), AnyValue{})...}; };
}

template <class T, std::size_t N = 0>
constexpr std::size_t CountFields() {
  static_assert(N <= kMaxFields, "more than 12 fields: split the struct");
  if constexpr (AcceptsInitialisers<T>(std::make_index_sequence<N + 1>{})) {
    return CountFields<T, N + 1>();
  } else {
    return N;
  }
}

template <class F, class... Fields>
constexpr void VisitEach(F& f, Fields&... fields) {
  static_assert((!std::is_floating_point_v<std::remove_cv_t<Fields>> && ...), "no floating point in a value");
  (f(fields), ...);
}

}  // namespace internal

template <Aggregate T>
inline constexpr std::size_t kFieldCount = internal::CountFields<T>();

// Calls `f(fields...)` with all fields of `value`, in their order.
template <class T, class F>
constexpr decltype(auto) WithFields(T& value, F&& f) {
  constexpr std::size_t n = kFieldCount<std::remove_const_t<T>>;
  if constexpr (n == 0) {
    return f();
  } else if constexpr (n == 1) {
    auto& [a] = value;
    return f(a);
  } else if constexpr (n == 2) {
    auto& [a, b] = value;
    return f(a, b);
  } else if constexpr (n == 3) {
    auto& [a, b, c] = value;
    return f(a, b, c);
  } else if constexpr (n == 4) {
    auto& [a, b, c, d] = value;
    return f(a, b, c, d);
  } else if constexpr (n == 5) {
    auto& [a, b, c, d, e] = value;
    return f(a, b, c, d, e);
  } else if constexpr (n == 6) {
    auto& [a, b, c, d, e, g] = value;
    return f(a, b, c, d, e, g);
  } else if constexpr (n == 7) {
    auto& [a, b, c, d, e, g, h] = value;
    return f(a, b, c, d, e, g, h);
  } else if constexpr (n == 8) {
    auto& [a, b, c, d, e, g, h, i] = value;
    return f(a, b, c, d, e, g, h, i);
  } else if constexpr (n == 9) {
    auto& [a, b, c, d, e, g, h, i, j] = value;
    return f(a, b, c, d, e, g, h, i, j);
  } else if constexpr (n == 10) {
    auto& [a, b, c, d, e, g, h, i, j, k] = value;
    return f(a, b, c, d, e, g, h, i, j, k);
  } else if constexpr (n == 11) {
    auto& [a, b, c, d, e, g, h, i, j, k, l] = value;
    return f(a, b, c, d, e, g, h, i, j, k, l);
  } else if constexpr (n == 12) {
    auto& [a, b, c, d, e, g, h, i, j, k, l, m] = value;
    return f(a, b, c, d, e, g, h, i, j, k, l, m);
  }
}

// Calls `f(field)` for each field of `value`, first to last.
template <class T, class F>
constexpr void ForEachField(T& value, F&& f) {
  WithFields(value, [&f](auto&... fields) { internal::VisitEach(f, fields...); });
}

}  // namespace core
