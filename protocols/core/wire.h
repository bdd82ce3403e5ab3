// Wire: the byte form of any value, derived from its fields.
//
// Unsigned integers are LEB128 varints, signed ones are zig-zag first, ranges
// carry their length, variants their index. Reading is for hostile bytes: it is
// bounded by the input, refuses what does not fit its type, and says so through
// `ok`. A value that was read writes the same bytes it was read from only if
// those were in shortest form; what was written always reads back.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "protocols/core/fingerprint.h"

namespace core {

void AppendVarint(std::string& out, std::uint64_t value);

// Takes values off the front of `rest`. After a failure every read fails.
struct WireReader {
  std::string_view rest;
  bool ok = true;

  std::uint64_t Varint();
  std::string_view Bytes(std::uint64_t size);
  // A length that could still fit: each element takes at least a byte.
  std::uint64_t Length();
};

// Writes itself: `void AppendWire(std::string&) const` and `static bool ReadWire(WireReader&, T&)`.
template <class T>
concept SelfCoding = requires(const T& t, T& into, std::string& out, WireReader& in) {
  t.AppendWire(out);
  { T::ReadWire(in, into) } -> std::same_as<bool>;
};

template <class T>
void AppendWire(std::string& out, const T& value) {
  if constexpr (std::is_enum_v<T>) {
    AppendWire(out, static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
    const auto wide = static_cast<std::int64_t>(value);
    AppendVarint(out, (static_cast<std::uint64_t>(wide) << 1) ^ static_cast<std::uint64_t>(wide >> 63));
  } else if constexpr (std::is_integral_v<T>) {
    AppendVarint(out, value);
  } else if constexpr (SelfCoding<T>) {
    value.AppendWire(out);
  } else if constexpr (VariantLike<T>) {
    AppendVarint(out, value.index());
    std::visit([&out](const auto& alternative) { AppendWire(out, alternative); }, value);
  } else if constexpr (OptionalLike<T>) {
    AppendVarint(out, value.has_value());
    if (value.has_value()) AppendWire(out, *value);
  } else if constexpr (DurationLike<T>) {
    AppendWire(out, static_cast<std::int64_t>(value.count()));
  } else if constexpr (TimePointLike<T>) {
    AppendWire(out, value.time_since_epoch());
  } else if constexpr (PairLike<T>) {
    AppendWire(out, value.first);
    AppendWire(out, value.second);
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    AppendVarint(out, value.size());
    out += value;
  } else if constexpr (RangeLike<T>) {
    AppendVarint(out, value.size());
    for (const auto& element : value) AppendWire(out, element);
  } else {
    ForEachField(value, [&out](const auto& field) { AppendWire(out, field); });
  }
}

template <class T>
void ReadWire(WireReader& in, T& value);

namespace internal {

template <class V, std::size_t I = 0>
void ReadAlternative(WireReader& in, V& value, std::uint64_t index) {
  if constexpr (I < std::variant_size_v<V>) {
    if (index != I) return ReadAlternative<V, I + 1>(in, value, index);
    ReadWire(in, value.template emplace<I>());
  } else {
    in.ok = false;
  }
}

template <class T>
void ReadUnsigned(WireReader& in, T& value) {
  const std::uint64_t wide = in.Varint();
  if (wide > static_cast<std::uint64_t>(std::numeric_limits<T>::max())) in.ok = false;
  value = in.ok ? static_cast<T>(wide) : T{};
}

template <class T>
void ReadSigned(WireReader& in, T& value) {
  const std::uint64_t zigzag = in.Varint();
  const auto wide = static_cast<std::int64_t>((zigzag >> 1) ^ (~(zigzag & 1) + 1));
  if (wide < std::numeric_limits<T>::min() || wide > std::numeric_limits<T>::max()) in.ok = false;
  value = in.ok ? static_cast<T>(wide) : T{};
}

template <class T>
void ReadElements(WireReader& in, T& value) {
  value.clear();
  for (std::uint64_t left = in.Length(); left > 0 && in.ok; --left) {
    if constexpr (requires { typename T::key_type; }) {
      // Maps: the pair's key is const inside the container.
      if constexpr (requires { typename T::mapped_type; }) {
        std::pair<typename T::key_type, typename T::mapped_type> element;
        ReadWire(in, element);
        value.insert(std::move(element));
      } else {
        typename T::key_type element{};
        ReadWire(in, element);
        value.insert(std::move(element));
      }
    } else {
      ReadWire(in, value.emplace_back());
    }
  }
}

}  // namespace internal

template <class T>
void ReadWire(WireReader& in, T& value) {
  if constexpr (std::is_enum_v<T>) {
    std::underlying_type_t<T> number{};
    ReadWire(in, number);
    value = static_cast<T>(number);
  } else if constexpr (std::is_same_v<T, bool>) {
    const std::uint64_t wide = in.Varint();
    if (wide > 1) in.ok = false;
    value = wide == 1;
  } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
    internal::ReadSigned(in, value);
  } else if constexpr (std::is_integral_v<T>) {
    internal::ReadUnsigned(in, value);
  } else if constexpr (SelfCoding<T>) {
    if (!in.ok || !T::ReadWire(in, value)) in.ok = false;
  } else if constexpr (VariantLike<T>) {
    internal::ReadAlternative(in, value, in.Varint());
  } else if constexpr (OptionalLike<T>) {
    value.reset();
    bool has_value{};
    ReadWire(in, has_value);
    if (has_value && in.ok) ReadWire(in, value.emplace());
  } else if constexpr (DurationLike<T>) {
    std::int64_t count{};
    ReadWire(in, count);
    value = T{count};
  } else if constexpr (TimePointLike<T>) {
    typename T::duration since{};
    ReadWire(in, since);
    value = T{since};
  } else if constexpr (PairLike<T>) {
    ReadWire(in, value.first);
    ReadWire(in, value.second);
  } else if constexpr (std::is_same_v<T, std::string>) {
    value = std::string(in.Bytes(in.Length()));
  } else if constexpr (RangeLike<T>) {
    internal::ReadElements(in, value);
  } else {
    ForEachField(value, [&in](auto& field) { ReadWire(in, field); });
  }
}

template <class T>
std::string ToWire(const T& value) {
  std::string bytes;
  AppendWire(bytes, value);
  return bytes;
}

// False if the bytes are not exactly one value of this type.
template <class T>
bool FromWire(std::string_view bytes, T& value) {
  WireReader in{bytes};
  ReadWire(in, value);
  return in.ok && in.rest.empty();
}

}  // namespace core
