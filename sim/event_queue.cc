#include "sim/event_queue.h"

namespace sim {

// A wheel out of use stays behind.
EventQueue& EventQueue::operator=(const EventQueue& other) {
  if (this == &other) return *this;
  now_ = other.now_;
  is_wheel_ = other.is_wheel_;
  heap_ = other.heap_;
  wheel_ = other.is_wheel_ ? other.wheel_ : std::nullopt;
  return *this;
}

void EventQueue::ToWheel() {
  if (!wheel_) wheel_.emplace();
  wheel_->Restart(now_);
  while (!heap_.empty()) wheel_->Push(heap_.Pop());
  is_wheel_ = true;
}

void EventQueue::ToHeap(std::int64_t now) {
  while (!wheel_->empty()) heap_.Push(wheel_->Pop());
  now_ = now;
  is_wheel_ = false;
}

}  // namespace sim
