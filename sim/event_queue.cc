#include "sim/event_queue.h"

namespace sim {

void EventQueue::ToWheel() {
  wheel_.emplace(heap_.Min());
  while (!heap_.empty()) wheel_->Push(heap_.Pop());
}

void EventQueue::ToHeap() {
  while (!wheel_->empty()) heap_.Push(wheel_->Pop());
  wheel_.reset();
}

}  // namespace sim
