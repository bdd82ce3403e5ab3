// Fingerprint: 128 bits that depend on every field of a value and their order.
//
// Equal on every compiler, option and machine: integers only, bytes taken in
// little-endian order whatever the machine's. Each step folds one 64-bit word
// with one 64x64->128 multiplication; for a fixed word the step is a bijection
// of the state, and for a fixed state it is a bijection of the word, so no two
// sequences that differ in one word collide. Not cryptographic.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "protocols/core/fields.h"
#include "protocols/core/variants.h"

namespace core {

struct Fingerprint {
  std::uint64_t high = 0x9E3779B97F4A7C15;
  std::uint64_t low = 0xC2B2AE3D27D4EB4F;

  auto operator<=>(const Fingerprint&) const = default;

  constexpr void Mix(std::uint64_t word) {
    const unsigned __int128 product = static_cast<unsigned __int128>(high ^ word) * 0xD6E8FEB86659FD93;
    high = static_cast<std::uint64_t>(product >> 64) ^ low;
    low = std::rotl(static_cast<std::uint64_t>(product), 32) + 0x9E3779B97F4A7C15;
  }

  // The bytes, then their number.
  void MixBytes(std::string_view bytes);

  // Spreads the last words over all bits; call once, on the way out.
  constexpr Fingerprint Finished() const {
    Fingerprint out = *this;
    for (const std::uint64_t word : {0x8EBC6AF09C88C6E3u, 0x589965CC75374CC3u, 0x9D8E4E27C47D124Fu}) {
      out.Mix(word);
    }
    return out;
  }
};

// 32 hexadecimal digits, high half first.
std::string ToHex(const Fingerprint& fingerprint);

// How deriving code tells one kind of field from another.
template <class T>
concept VariantLike = requires(const T& t) {
  t.index();
  t.valueless_by_exception();
};
template <class T>
concept OptionalLike = requires(const T& t) {
  t.has_value();
  *t;
};
template <class T>
concept RangeLike = requires(const T& t) {
  t.begin();
  t.end();
  t.size();
};
template <class T>
concept PairLike = !Aggregate<T> && requires(const T& t) {
  t.first;
  t.second;
};
template <class T>
concept DurationLike = requires(const T& t) {
  t.count();
  typename T::period;
};
template <class T>
concept TimePointLike = requires(const T& t) {
  t.time_since_epoch();
};
// Knows its own fingerprint, for example because it was computed once and kept.
template <class T>
concept SelfFingerprinting = requires(const T& t) {
  { t.fingerprint() } -> std::convertible_to<Fingerprint>;
};

template <class T>
constexpr void Absorb(Fingerprint& into, const T& value) {
  if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
    into.Mix(static_cast<std::uint64_t>(value));
  } else if constexpr (std::is_same_v<T, Fingerprint>) {
    into.Mix(value.high);
    into.Mix(value.low);
  } else if constexpr (SelfFingerprinting<T>) {
    Absorb(into, value.fingerprint());
  } else if constexpr (VariantLike<T>) {
    into.Mix(value.index());
    Visit([&into](const auto& alternative) { Absorb(into, alternative); }, value);
  } else if constexpr (OptionalLike<T>) {
    into.Mix(value.has_value());
    if (value.has_value()) Absorb(into, *value);
  } else if constexpr (DurationLike<T>) {
    into.Mix(static_cast<std::uint64_t>(value.count()));
  } else if constexpr (TimePointLike<T>) {
    Absorb(into, value.time_since_epoch());
  } else if constexpr (PairLike<T>) {
    Absorb(into, value.first);
    Absorb(into, value.second);
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    into.MixBytes(value);
  } else if constexpr (RangeLike<T>) {
    // The size of a std::array is part of its type.
    if constexpr (!requires { std::tuple_size<T>::value; }) into.Mix(value.size());
    for (const auto& element : value) Absorb(into, element);
  } else {
    ForEachField(value, [&into](const auto& field) { Absorb(into, field); });
  }
}

template <class T>
constexpr Fingerprint FingerprintOf(const T& value) {
  Fingerprint fingerprint;
  Absorb(fingerprint, value);
  return fingerprint.Finished();
}

}  // namespace core
