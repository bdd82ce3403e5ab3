// The pending-event set of the engine: a heap while events are few, a wheel else.
//
// A cluster of five nodes has some ten to fifty events pending, a fleet of
// collectors tens of thousands, and one run can go from one to the other and back.
// Because events leave in a total order, changing the structure in mid-run cannot be
// observed, and so it is no option of a scenario but a matter for this class.
//
// The surprise is why it changes at all. Since our wheel sorts small slots at once,
// it beats the heap at every size, by a fifth to a half up to a thousand events and
// by more beyond (tests/benchmarks/event_queue.cc). But a wheel is 160 KiB, and
// copying it takes 2 us where a heap of 16 events takes 10 ns: worlds with next to
// nothing pending are the ones that are forked and kept by the thousand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "sim/event.h"
#include "sim/queues/heap.h"
#include "sim/queues/wheel.h"

namespace sim {

class EventQueue {
 public:
  // Up to kMany events the heap costs at most 9 ns an event more than the wheel. Far
  // below it the change back is rare: a population that swings between the two pays
  // for at most one change in kMany - kFew events, a few nanoseconds for each.
  static constexpr std::size_t kMany = 16;
  static constexpr std::size_t kFew = 4;

  EventQueue() = default;
  EventQueue(const EventQueue& other) { *this = other; }
  EventQueue& operator=(const EventQueue& other);

  std::size_t size() const { return is_wheel_ ? wheel_->size() : heap_.size(); }
  bool empty() const { return size() == 0; }
  bool is_wheel() const { return is_wheel_; }  // for tests; it makes no other difference

  // The time of the next event; there must be one.
  std::int64_t Min() const { return is_wheel_ ? wheel_->Min() : heap_.Min(); }

  // Not before the last event popped.
  void Push(const Event& event) {
    if (is_wheel_) return wheel_->Push(event);
    heap_.Push(event);
    if (heap_.size() > kMany) ToWheel();
  }

  Event Pop() {
    if (!is_wheel_) {
      const Event first = heap_.Pop();
      now_ = first.at;
      return first;
    }
    const Event first = wheel_->Pop();
    if (wheel_->size() < kFew) ToHeap(first.at);
    return first;
  }

 private:
  void ToWheel();
  void ToHeap(std::int64_t now);

  std::int64_t now_ = 0;   // while a heap: of the last event popped, where a wheel would have to start
  bool is_wheel_ = false;  // the other one is empty
  HeapQueue heap_;
  std::optional<WheelQueue> wheel_;  // from the first change on, so that later ones allocate nothing
};

}  // namespace sim
