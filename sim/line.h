// Line: the events that wait for one node, in the order in which they came.
//
// A node that stands still or is busy takes its mail later, one after the other.
// What has been taken stays in memory until it is half of what is there, so that
// a line that never empties costs a constant time for each event all the same.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "sim/event.h"

namespace sim {

class Line {
 public:
  bool empty() const { return taken_ == events_.size(); }
  std::size_t size() const { return events_.size() - taken_; }
  std::span<const Event> waiting() const { return {events_.data() + taken_, size()}; }

  void Push(const Event& event) { events_.push_back(event); }
  const Event& front() const { return events_[taken_]; }
  void Pop() {
    ++taken_;
    if (taken_ * 2 < events_.size()) return;
    events_.erase(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
  }
  void Clear() {
    events_.clear();
    taken_ = 0;
  }

 private:
  std::vector<Event> events_;
  std::size_t taken_ = 0;
};

}  // namespace sim
