// Names: how the fields of an aggregate are called in its source.
//
// The compiler knows: it prints the address of a field of an object that is only
// declared, `&fake<T>.value.term`, where a template takes that address as its
// argument. Only for people: a name is never part of a digest or a file's key.
#pragma once

#include <cstddef>
#include <string_view>
#include <tuple>

#include "protocols/core/fields.h"

namespace core {
namespace internal {

template <class T>
struct Fake {
  const T value;
};
template <class T>
extern const Fake<T> fake;  // never defined: only its address is spoken of

// Clang 14 takes the address of a part of an object only inside a struct.
template <class P>
struct AddressOf {
  P address;
};
template <class P>
AddressOf(P) -> AddressOf<P>;

#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#endif
template <class T, std::size_t I>
constexpr auto AddressOfField() {
  return WithFields(fake<T>.value,
                    [](auto&... fields) { return AddressOf{&std::get<I>(std::forward_as_tuple(fields...))}; });
}
#ifdef __clang__
#pragma clang diagnostic pop
#endif

template <class T, AddressOf kField>
constexpr std::string_view NameAt() {
  std::string_view name = __PRETTY_FUNCTION__;
  // g++: "... AddressOf<...>{(& core::internal::fake<T>.Fake<T>::value.T::term)}; ..."; clang: "...
  // {&fake.value.term}]"
  name = name.substr(0, name.find_last_of('}'));
  name = name.substr(0, name.find_last_not_of(')') + 1);
  return name.substr(name.find_last_of(".:") + 1);
}

}  // namespace internal

// "term" of raft's node, for its first field.
template <Aggregate T, std::size_t I>
inline constexpr std::string_view kFieldName = internal::NameAt<T, internal::AddressOfField<T, I>()>();

}  // namespace core
