// Slab: values that stay where they are put and are found by number.
//
// The event queue moves 24-byte events; what an event carries lies here, at
// `event.slot`. Slots come from a list of free ones, the last freed first: warm
// in the cache, and the same numbers in every run. Once the slab has held its
// greatest number of values it never allocates again, and because slots are
// numbers and not pointers, a copied slab serves a copied queue.
//
// A reference into the slab dies at the next Put, which may move all values.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace sim {

template <class T>
class Slab {
 public:
  std::size_t size() const { return slots_.size() - free_.size(); }
  bool empty() const { return size() == 0; }

  std::uint32_t Put(T&& value) {
    if (free_.empty()) {
      slots_.push_back(std::move(value));
      return static_cast<std::uint32_t>(slots_.size() - 1);
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    slots_[slot] = std::move(value);
    return slot;
  }

  // Makes the value in its slot: saves moving it there.
  template <class... Args>
  std::uint32_t Emplace(Args&&... args) {
    if (free_.empty()) {
      slots_.emplace_back(std::forward<Args>(args)...);
      return static_cast<std::uint32_t>(slots_.size() - 1);
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    std::destroy_at(&slots_[slot]);
    std::construct_at(&slots_[slot], std::forward<Args>(args)...);
    return slot;
  }

  T& operator[](std::uint32_t slot) {
    assert(slot < slots_.size());
    return slots_[slot];
  }
  const T& operator[](std::uint32_t slot) const {
    assert(slot < slots_.size());
    return slots_[slot];
  }

  // Gives the slot back, once for each Put.
  void Free(std::uint32_t slot) {
    assert(size() > 0);
    Release(slots_[slot]);
    free_.push_back(slot);
  }

 private:
  // A free slot owns nothing: a burst of large messages must not stay in memory, or
  // be copied with each snapshot. Assigning T{} would not do, since a std::string
  // keeps its memory then. What owns nothing is left as it is.
  static void Release(T& value) {
    if constexpr (!std::is_trivially_destructible_v<T>) {
      std::destroy_at(&value);
      std::construct_at(&value);
    }
  }

  std::vector<T> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace sim
