// Fingerprint map: from a fingerprint to a value, in the time of one look.
//
// A fingerprint is a hash already, the same on every machine, so it says where to look without another; and what is
// walked over comes in the order in which it was put in. Nothing is ever taken out: clear it, or keep a value that
// means nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "protocols/core/fingerprint.h"

namespace core {

template <class V>
class FingerprintMap {
 public:
  using Entry = std::pair<Fingerprint, V>;

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  auto begin() { return entries_.begin(); }
  auto end() { return entries_.end(); }

  // Null: it is not there.
  const V* Find(const Fingerprint& key) const {
    if (entries_.empty()) return nullptr;
    const std::uint32_t place = places_[SlotOf(key)];
    return place == 0 ? nullptr : &entries_[place - 1].second;
  }
  V* Find(const Fingerprint& key) { return const_cast<V*>(std::as_const(*this).Find(key)); }

  // The value that is there, or else this one, put in; and whether it was. Valid until the next is put in.
  std::pair<V*, bool> TryEmplace(const Fingerprint& key, V value = {}) {
    if (2 * (entries_.size() + 1) > places_.size()) Grow();
    std::uint32_t& place = places_[SlotOf(key)];
    const bool fresh = place == 0;
    if (fresh) {
      entries_.emplace_back(key, std::move(value));
      place = static_cast<std::uint32_t>(entries_.size());
    }
    return {&entries_[place - 1].second, fresh};
  }
  V& operator[](const Fingerprint& key) { return *TryEmplace(key).first; }

 private:
  // Where it is, or would be put.
  std::size_t SlotOf(const Fingerprint& key) const {
    const std::size_t mask = places_.size() - 1;
    std::size_t slot = static_cast<std::size_t>(key.low) & mask;
    while (places_[slot] != 0 && entries_[places_[slot] - 1].first != key) slot = (slot + 1) & mask;
    return slot;
  }
  void Grow() {
    constexpr std::size_t kFewest = 16;
    places_.assign(places_.empty() ? kFewest : 2 * places_.size(), 0);
    for (std::size_t i = 0; i < entries_.size(); ++i)
      places_[SlotOf(entries_[i].first)] = static_cast<std::uint32_t>(i + 1);
  }

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> places_;  // a power of two of them; the place of an entry, from 1; 0: free
};

}  // namespace core
