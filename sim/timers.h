// Timers of one host. Deadlines are on the node's own clock; the queue holds at
// most one live event per timer.
//
// An election timer is put off at every heartbeat. Queueing an event each time
// would fill the queue with the dead, so an event that comes before its
// deadline simply moves there: putting a timer off costs one store.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "protocols/core/types.h"
#include "sim/clock.h"

namespace sim {

template <class Timer>
struct TimerSlot {
  Timer timer{};
  core::LocalTime deadline{};
  core::TrueTime due{};       // the deadline in true time, as the clock now goes
  core::TrueTime fires_at{};  // of the event in the queue
  std::uint64_t event = 0;    // its sequence number, if `queued`
  bool queued = false;
  bool armed = false;
};

template <class Timer>
struct Timers {
  std::vector<TimerSlot<Timer>> slots;

  // The slot of this timer, or a free one.
  std::uint32_t SlotFor(const Timer& timer) {
    std::uint32_t free = static_cast<std::uint32_t>(slots.size());
    for (std::uint32_t i = 0; i < slots.size(); ++i) {
      if (slots[i].timer == timer) return i;
      if (!slots[i].armed && !slots[i].queued) free = i;
    }
    if (free == slots.size()) slots.push_back({});
    slots[free] = TimerSlot<Timer>{timer, {}, {}, {}, 0, false, false};
    return free;
  }

  // Sets the deadline. True: the caller must queue an event at `fires_at`.
  bool Arm(std::uint32_t index, core::Duration after, const Clock& clock, core::TrueTime now) {
    TimerSlot<Timer>& slot = slots[index];
    slot.armed = true;
    slot.deadline = clock.Local(now) + after;
    return Schedule(index, clock, now);
  }

  // Again after the clock has changed its pace or the node has stood still. What
  // came due meanwhile fires now: time does not go back.
  bool Schedule(std::uint32_t index, const Clock& clock, core::TrueTime now) {
    TimerSlot<Timer>& slot = slots[index];
    if (!slot.armed) return false;
    slot.due = std::max(clock.WhenLocal(slot.deadline), now);
    return Queue(index);
  }

  // The event came too early: the deadline has been put off since.
  bool Queue(std::uint32_t index) {
    TimerSlot<Timer>& slot = slots[index];
    if (slot.due == core::TrueTime::max()) return false;  // a clock that stands still: once it goes on
    if (slot.queued && slot.fires_at <= slot.due) return false;
    slot.fires_at = slot.due;
    slot.queued = true;
    return true;
  }

  void Cancel(const Timer& timer) {
    for (TimerSlot<Timer>& slot : slots) {
      if (slot.timer == timer) slot.armed = false;
    }
  }

  // A crash: no event that is in the queue may find its slot again.
  void Clear() {
    for (TimerSlot<Timer>& slot : slots) slot.armed = slot.queued = false;
  }
};

}  // namespace sim
