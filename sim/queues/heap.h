// An implicit 4-ary heap (Johnson, "Priority queues with update and finding
// minimum spanning trees", 1975).
//
// The pending set for few events: one vector, no parameters, any push order.
// Four children rather than two halve the depth, and their comparisons need no
// branch. A displaced event is carried down or up as a hole and written once.
// What bounds a heap is its unpredictable comparisons, not its memory; its merit is
// that it is as small as its events.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/event.h"

namespace sim {

class HeapQueue {
 public:
  std::size_t size() const { return events_.size(); }
  bool empty() const { return events_.empty(); }

  // The time of the next event; there must be one.
  std::int64_t Min() const {
    assert(!empty());
    return events_.front().at;
  }

  void Push(const Event& event) {
    events_.push_back(event);
    Rise(events_.size() - 1, event);
  }

  Event Pop() {
    assert(!empty());
    const Event first = events_.front();
    const Event last = events_.back();
    events_.pop_back();
    if (!events_.empty()) Sink(last);
    return first;
  }

 private:
  static constexpr std::size_t kArity = 4;

  // Fills the hole at `hole`, whose descendants all come after `event`.
  void Rise(std::size_t hole, const Event& event) {
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / kArity;
      if (!Earlier(event, events_[parent])) break;
      events_[hole] = events_[parent];
      hole = parent;
    }
    events_[hole] = event;
  }

  // Fills the hole at the root.
  void Sink(const Event& event) {
    std::size_t hole = 0;
    for (;;) {
      const std::size_t child = EarliestChild(hole);
      if (child >= events_.size() || !Earlier(events_[child], event)) break;
      events_[hole] = events_[child];
      hole = child;
    }
    events_[hole] = event;
  }

  // A leaf's answer lies behind the end.
  std::size_t EarliestChild(std::size_t parent) const {
    const std::size_t first = parent * kArity + 1;
    if (first + kArity <= events_.size()) {
      const std::size_t left = Earlier(events_[first + 1], events_[first]) ? first + 1 : first;
      const std::size_t right = Earlier(events_[first + 3], events_[first + 2]) ? first + 3 : first + 2;
      return Earlier(events_[right], events_[left]) ? right : left;
    }
    std::size_t earliest = first;
    for (std::size_t i = first + 1; i < events_.size(); ++i)
      earliest = Earlier(events_[i], events_[earliest]) ? i : earliest;
    return earliest;
  }

  std::vector<Event> events_;
};

}  // namespace sim
