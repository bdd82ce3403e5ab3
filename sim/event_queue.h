// The pending-event set of the engine: a heap while events are few, a wheel when
// they are many.
//
// A cluster of five nodes has some ten to fifty events pending, a fleet of
// collectors tens of thousands, and one run can go from one to the other and back.
// Because events leave in a total order, changing the structure in mid-run cannot be
// observed, and so it is no option of a scenario but a matter for this class.
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
  std::size_t size() const { return wheel_ ? wheel_->size() : heap_.size(); }
  bool empty() const { return size() == 0; }
  bool is_wheel() const { return wheel_.has_value(); }  // for tests; it makes no other difference

  // The time of the next event; there must be one.
  std::int64_t Min() { return wheel_ ? wheel_->Min() : heap_.Min(); }

  // Not before the last event popped.
  void Push(const Event& event) {
    if (wheel_) return wheel_->Push(event);
    heap_.Push(event);
    if (heap_.size() > kMany) ToWheel();
  }

  Event Pop() {
    if (!wheel_) return heap_.Pop();
    const Event first = wheel_->Pop();
    if (wheel_->size() < kFew) ToHeap();
    return first;
  }

  static constexpr std::size_t kMany = 128;
  static constexpr std::size_t kFew = 32;

 private:
  void ToWheel();
  void ToHeap();

  HeapQueue heap_;                   // empty while there is a wheel
  std::optional<WheelQueue> wheel_;  // holds all events, if it is there
};

}  // namespace sim
