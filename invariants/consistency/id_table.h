// IdTable: finds the small integer that stands for something, by its hash.
//
// Open addressing over 32-bit ids; what an id stands for is kept by the caller, who also
// compares. So one table serves values, states, tries and configurations, and never needs
// to move what it indexes. It is looked up and never iterated, hence nothing depends on
// its order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "protocols/core/check.h"

namespace consistency {

// Spreads one more word over a hash; a bijection of either argument.
constexpr std::uint64_t Mix(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15;
  return hash ^ (hash >> 29);
}

class IdTable {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  // The id for which `equal(id)` holds, or kNone. Ids that share a hash come latest first.
  // `steps`, if given, is raised by one for every few slots looked at: many that share a hash take long.
  template <class Equal>
  std::uint32_t Find(std::uint64_t hash, Equal&& equal, std::uint64_t* steps = nullptr) const {
    constexpr std::size_t kFew = 16;
    if (slots_.empty()) return kNone;
    std::size_t looked = 0;
    for (std::size_t at = Home(hash);; at = (at + 1) & mask()) {
      if (++looked % kFew == 0 && steps != nullptr) ++*steps;
      if (slots_[at].id == kNone) return kNone;
      if (slots_[at].tag == Tag(hash) && equal(slots_[at].id)) return slots_[at].id;
    }
  }

  // `hash_of(id)` is asked again when the table grows.
  template <class HashOf>
  void Add(std::uint64_t hash, std::uint32_t id, HashOf&& hash_of) {
    CHECK(id != kNone);
    if ((used_ + 1) * 3 > slots_.size() * 2) Grow(hash_of);
    Put(hash, id);
    ++used_;
  }

  std::size_t size() const { return used_; }
  std::size_t bytes() const { return slots_.size() * sizeof(Slot); }
  void Clear() {
    slots_.clear();
    used_ = 0;
  }

 private:
  struct Slot {
    std::uint32_t id = kNone;
    std::uint32_t tag = 0;  // of the hash, to compare before looking further
  };

  std::size_t mask() const { return slots_.size() - 1; }
  static std::uint32_t Tag(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }
  std::size_t Home(std::uint64_t hash) const { return (hash ^ (hash >> 32)) & mask(); }

  void Put(std::uint64_t hash, std::uint32_t id) {
    std::size_t at = Home(hash);
    while (slots_[at].id != kNone) at = (at + 1) & mask();
    slots_[at] = {id, Tag(hash)};
  }

  template <class HashOf>
  void Grow(HashOf& hash_of) {
    const std::vector<Slot> old(slots_.size() == 0 ? 16 : slots_.size() * 2);
    std::vector<Slot> previous = std::exchange(slots_, old);
    for (const Slot& slot : previous) {
      if (slot.id != kNone) Put(hash_of(slot.id), slot.id);
    }
  }

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

}  // namespace consistency
