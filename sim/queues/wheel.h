// A hierarchical timing wheel (Varghese & Lauck, "Hashed and hierarchical timing
// wheels", 1987) that keeps the exact order of events.
//
// Time in ticks is a number in base 64. An event waits at the level of the highest
// digit in which its tick differs from `now_`, in the slot of its digit there. So
// every event of a lower level comes before every event of a higher one, and one
// bit scan finds the slot that holds the next event. A slot that comes due is
// sorted; a slot with many events is first dealt out to the level below.
//
// Two departures from the paper, both for speed when events are sparse:
// * A slot with few events is sorted at once, whatever its level: the wheel then
//   stands at that slot's *end*, and what is pushed inside it is inserted in order.
// * Should too many be inserted there, the wheel turns back to the slot's start and
//   deals it out after all. That is sound because all levels below are empty.
// The wheel thus chooses how finely to look by how many events it finds. Its weak
// side: each push within the tick of the last event popped costs time proportional
// to the number of events left in that tick.
//
// The slots' events lie in blocks of one vector, linked by index: once the blocks
// suffice the wheel never allocates again, and copying it is copying two vectors.
#pragma once

#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/event.h"

namespace sim {

class WheelQueue {
 public:
  WheelQueue() : blocks_(kSlots), counts_(kSlots) {}

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // The time of the next event; there must be one. Looks without turning the wheel,
  // since until the next pop events may be pushed before the one found here.
  std::int64_t Min() const {
    assert(!empty());
    return due_.empty() ? EarliestWaiting() : due_.back().at;
  }

  // Not before the last event popped.
  void Push(const Event& event) {
    assert(event.at >= 0);
    ++size_;
    if (Tick(event) > now_) {
      Place(event);
      return;
    }
    Insert(event);
    if (due_.size() > kMany && now_ != opened_) TurnBack();
  }

  Event Pop() {
    assert(!empty());
    if (due_.empty()) Turn();
    --size_;
    const Event first = due_.back();
    due_.pop_back();
    return first;
  }

  // Only for an empty wheel: from now on nothing will be pushed before `at`.
  void Restart(std::int64_t at) {
    assert(empty());
    now_ = opened_ = static_cast<std::uint64_t>(at) >> kTickBits;
  }

 private:
  static constexpr int kTickBits = 12;      // a tick is 4 us
  static constexpr std::size_t kFew = 16;   // a slot of so many is sorted at once
  static constexpr std::size_t kMany = 64;  // so many due, and the wheel turns back if it can

  static constexpr int kDigitBits = 6;
  static constexpr int kLevels = (63 - kTickBits + kDigitBits - 1) / kDigitBits;
  static constexpr std::size_t kSlots = kLevels * 64;
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  static constexpr std::size_t kBlockSize = 10;

  // Four cache lines. The first block of a slot is its own and is the one being
  // filled; when full, it is copied to a block behind it.
  struct alignas(64) Block {
    std::array<Event, kBlockSize> events;
    std::uint32_t next = kNone;
  };

  static std::uint64_t Tick(const Event& event) { return static_cast<std::uint64_t>(event.at) >> kTickBits; }

  // Keeps due_ in falling order, so that the next event is its last. Newcomers
  // are mostly early, since later ones go into the slots.
  void Insert(const Event& event) {
    due_.push_back(event);
    std::size_t hole = due_.size() - 1;
    for (; hole > 0 && Earlier(due_[hole - 1], event); --hole) due_[hole] = due_[hole - 1];
    due_[hole] = event;
  }

  // Puts an event whose tick is after now_ into its slot.
  void Place(const Event& event) {
    const std::uint64_t tick = Tick(event);
    const int level = (std::bit_width(tick ^ now_) - 1) / kDigitBits;
    const std::uint64_t digit = (tick >> (level * kDigitBits)) & 63;
    in_use_[level] |= std::uint64_t{1} << digit;
    levels_in_use_ |= 1u << level;
    const std::size_t slot = static_cast<std::size_t>(level) * 64 + digit;
    if (counts_[slot] == kBlockSize) Overflow(slot);
    blocks_[slot].events[counts_[slot]++] = event;
  }

  void Overflow(std::size_t slot);
  std::uint32_t FreeBlock(std::uint32_t block);  // returns the next of its slot
  std::int64_t EarliestWaiting() const;
  void Turn();
  void Open(std::uint32_t list, int level);
  bool HoldsFew(std::uint32_t list) const;
  void DealOut(std::uint32_t list);
  void TakeAll(std::uint32_t list);
  void TurnBack();

  std::uint64_t now_ = 0;             // the tick the wheel stands at
  std::uint64_t opened_ = 0;          // the first tick of the slot opened last: how far back the wheel may turn
  std::vector<Event> due_;            // all events whose tick is at most now_, in falling order
  std::vector<Block> blocks_;         // one for each slot, then those that overflowed and the free ones
  std::vector<std::uint8_t> counts_;  // events in each block, apart so that they stay in the nearest cache
  std::uint32_t free_ = kNone;
  std::uint32_t levels_in_use_ = 0;
  std::array<std::uint64_t, kLevels> in_use_{};
  std::size_t size_ = 0;
};

}  // namespace sim
