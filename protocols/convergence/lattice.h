// Lattices: small values that merge. A record whose fields are such values merges field by field, and all who have
// merged the same have the same record, data and bookkeeping alike (Shapiro, Preguiça, Baquero & Zawirski, "A
// comprehensive study of convergent and commutative replicated data types", 2011, §3).
//
// Which value a field keeps is a property of the two values, never of which of them is "ours" or "the second argument"
// (founding document F55, F56). And to merge counts no event: who is told what he knows stays as he is (F63).
//
// Each of them has a least value, which says nothing, and is what it has before anything was said: `T{}`.
#pragma once

#include <algorithm>
#include <compare>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "protocols/clocks/hybrid_logical_clock.h"
#include "protocols/clocks/version_vector.h"
#include "protocols/core/fields.h"
#include "protocols/core/fingerprint.h"
#include "protocols/core/pool.h"

namespace convergence {

// `Join` takes over what the other has; `Covers` is whether that would change nothing.
// tests/harness/merge_laws.h says what they owe each other.
template <class T>
concept Mergeable = std::equality_comparable<T> && std::default_initializable<T> && requires(T into, const T& with) {
  into.Join(with);
  { with.Covers(into) } -> std::same_as<bool>;
};

// --- field by field ------------------------------------------------------------------------------

template <core::Aggregate T>
void JoinFields(T& into, const T& with) {
  core::WithFields(into, [&with](auto&... ours) {
    core::WithFields(with, [&ours...](const auto&... theirs) { (ours.Join(theirs), ...); });
  });
}

template <core::Aggregate T>
bool FieldsCover(const T& value, const T& other) {
  return core::WithFields(value, [&other](const auto&... ours) {
    return core::WithFields(other, [&ours...](const auto&... theirs) { return (ours.Covers(theirs) && ...); });
  });
}

// --- the least and the most -----------------------------------------------------------------------

// What only ever grows, such as a count of which each report tells how far it has come.
template <class T>
struct Max {
  T value{};
  auto operator<=>(const Max&) const = default;

  void Join(const Max& other) { value = std::max(value, other.value); }
  bool Covers(const Max& other) const { return !(value < other.value); }
};

// --- registers -------------------------------------------------------------------------------------

// When something was written, and which write it was. The order is total, since no dot is given twice; and
// who writes after what he has read is given a time above that, so it contradicts no causality (F55, F58).
struct Stamp {
  clocks::HybridTime time;
  clocks::Dot dot;
  auto operator<=>(const Stamp&) const = default;
};

// What was written last stands.
template <class T>
struct LastWritten {
  Stamp stamp;
  std::optional<T> value;  // none: nobody has written
  bool operator==(const LastWritten&) const = default;

  void Join(const LastWritten& other) {
    if (other.IsLaterThan(*this)) *this = other;
  }
  bool Covers(const LastWritten& other) const { return !other.IsLaterThan(*this); }

  // Should a stamp have been given twice, all must still keep the same one.
  bool IsLaterThan(const LastWritten& other) const {
    if (stamp != other.stamp) return stamp > other.stamp;
    return value != other.value && core::FingerprintOf(other.value) < core::FingerprintOf(value);
  }
};

// What may be said once, and is the same wherever it is told. Two who tell it differently contradict each other, and
// neither is newer: the lesser is shown, and that there is another is not forgotten. Two are proof enough, so no more
// are kept, whatever is sent.
template <class T>
struct SetOnce {
  static constexpr std::size_t kMost = 2;

  core::List<T> claims;  // the least of all that were made, in order
  bool operator==(const SetOnce&) const = default;

  std::optional<T> value() const { return claims.empty() ? std::nullopt : std::optional<T>(claims.front()); }
  bool Contradicted() const { return claims.size() > 1; }

  void Claim(const T& claim) { Join({{claim}}); }
  void Join(const SetOnce& other) {
    core::List<T> both;
    std::set_union(claims.begin(), claims.end(), other.claims.begin(), other.claims.end(), std::back_inserter(both));
    if (both.size() > kMost) both.erase(both.begin() + kMost, both.end());
    claims = std::move(both);
  }
  bool Covers(const SetOnce& other) const {
    SetOnce joined = *this;
    joined.Join(other);
    return joined == *this;
  }
};

// --- sets and maps ----------------------------------------------------------------------------------

// What has been added stays.
template <class T>
struct AddOnlySet {
  std::set<T> elements;
  bool operator==(const AddOnlySet&) const = default;

  void Add(const T& element) { elements.insert(element); }
  void Join(const AddOnlySet& other) { elements.insert(other.elements.begin(), other.elements.end()); }
  bool Covers(const AddOnlySet& other) const {
    return std::includes(elements.begin(), elements.end(), other.elements.begin(), other.elements.end());
  }
};

// A function from keys to values: a key that is not there has the least one. So that one is never kept,
// or two that are equal would not compare so (F61).
template <class Key, Mergeable Value>
struct MapOf {
  std::map<Key, Value> entries;
  bool operator==(const MapOf&) const = default;

  void JoinAt(const Key& key, const Value& value) {
    if (value == Value{}) return;
    entries.try_emplace(key).first->second.Join(value);
  }
  void Join(const MapOf& other) {
    for (const auto& [key, value] : other.entries) JoinAt(key, value);
  }
  bool Covers(const MapOf& other) const {
    return std::all_of(other.entries.begin(), other.entries.end(), [this](const auto& entry) {
      const auto at = entries.find(entry.first);
      return at == entries.end() ? entry.second == Value{} : at->second.Covers(entry.second);
    });
  }
};

}  // namespace convergence
