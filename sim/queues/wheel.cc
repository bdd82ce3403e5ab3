#include "sim/queues/wheel.h"

#include <algorithm>
#include <limits>

namespace sim {
namespace {

bool Later(const Event& a, const Event& b) { return Earlier(b, a); }

}  // namespace

// Lower levels come before higher ones and slots in order, so only one slot matters.
std::int64_t WheelQueue::EarliestWaiting() const {
  const int level = std::countr_zero(levels_in_use_);
  const int digit = std::countr_zero(in_use_[level]);
  std::int64_t earliest = std::numeric_limits<std::int64_t>::max();
  for (auto list = static_cast<std::uint32_t>(level * 64 + digit); list != kNone; list = blocks_[list].next) {
    const Block& block = blocks_[list];
    for (std::uint32_t i = 0; i < counts_[list]; ++i) earliest = std::min(earliest, block.events[i].at);
  }
  return earliest;
}

// Makes due_ hold the next event.
void WheelQueue::Turn() {
  while (due_.empty()) {
    const int level = std::countr_zero(levels_in_use_);
    const int digit = std::countr_zero(in_use_[level]);
    in_use_[level] &= in_use_[level] - 1;
    if (in_use_[level] == 0) levels_in_use_ &= levels_in_use_ - 1;
    Open(static_cast<std::uint32_t>(level * 64 + digit), level);
  }
}

void WheelQueue::Open(std::uint32_t list, int level) {
  // The digits below `level` of the slot's ticks range over all of `below`.
  const std::uint64_t below = (std::uint64_t{1} << (level * kDigitBits)) - 1;
  opened_ = Tick(blocks_[list].events[0]) & ~below;
  if (level == 0 || HoldsFew(list)) {
    now_ = opened_ | below;
    TakeAll(list);
  } else {
    now_ = opened_;
    DealOut(list);
  }
}

bool WheelQueue::HoldsFew(std::uint32_t list) const {
  std::size_t held = 0;
  for (; list != kNone; list = blocks_[list].next) {
    held += counts_[list];
    if (held > kFew) return false;
  }
  return true;
}

void WheelQueue::TakeAll(std::uint32_t list) {
  for (; list != kNone; list = FreeBlock(list)) {
    const Block& block = blocks_[list];
    due_.insert(due_.end(), block.events.begin(), block.events.begin() + counts_[list]);
  }
  std::sort(due_.begin(), due_.end(), Later);
}

// A copy of each block, since placing its events may move all blocks.
void WheelQueue::DealOut(std::uint32_t list) {
  while (list != kNone) {
    const Block block = blocks_[list];
    const std::uint32_t count = counts_[list];
    list = FreeBlock(list);
    for (std::uint32_t i = 0; i < count; ++i) {
      const Event& event = block.events[i];
      if (Tick(event) == now_) {
        due_.push_back(event);
      } else {
        Place(event);
      }
    }
  }
  std::sort(due_.begin(), due_.end(), Later);
}

// Deals the opened slot out after all. All levels below its own are empty, since
// the wheel stands at its end, so what is pushed from now on finds its place.
void WheelQueue::TurnBack() {
  now_ = opened_;
  std::size_t later = 0;
  for (; later < due_.size() && Tick(due_[later]) > now_; ++later) Place(due_[later]);
  due_.erase(due_.begin(), due_.begin() + static_cast<std::ptrdiff_t>(later));
}

void WheelQueue::Overflow(std::size_t slot) {
  if (free_ == kNone) {
    free_ = static_cast<std::uint32_t>(blocks_.size());
    blocks_.emplace_back();
    counts_.push_back(0);
  }
  const std::uint32_t block = free_;
  free_ = blocks_[block].next;
  blocks_[block] = blocks_[slot];
  counts_[block] = counts_[slot];
  counts_[slot] = 0;
  blocks_[slot].next = block;
}

// A slot's own block stays, empty.
std::uint32_t WheelQueue::FreeBlock(std::uint32_t block) {
  const std::uint32_t next = blocks_[block].next;
  if (block < kSlots) {
    counts_[block] = 0;
    blocks_[block].next = kNone;
  } else {
    blocks_[block].next = free_;
    free_ = block;
  }
  return next;
}

}  // namespace sim
