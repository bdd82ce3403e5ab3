// Agenda: what will happen, in the order of (time, number).
//
// The pending events and the numbers that order ties. What is known from the start,
// such as both ends of every window, waits outside of the queue with only the next one
// of it inside: a storm with a hundred windows to come makes no event dearer.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "protocols/core/chooser.h"
#include "protocols/core/types.h"
#include "sim/event.h"
#include "sim/event_queue.h"
#include "sim/schedule.h"

namespace sim {

enum EventKind : std::uint8_t {
  kMessage,  // what wakes nodes comes first, up to kLastOfNodes
  kTimer,
  kSync,
  kRequest,
  kReply,
  kClientWake,
  kClientTimeout,
  kFaultBegin,
  kFaultEnd,
  kFaultTick,
  kSettle,
  kRestart,
  kRead,
  kWorked,   // a busy node is done with what it was at
  kClosing,  // the run ends soon
};
inline constexpr EventKind kLastOfNodes = kReply;

class Agenda {
 public:
  Agenda(const SchedulePlan& plan, std::uint32_t nodes, core::Chooser& chooser) : schedule_(plan, nodes, chooser) {}

  bool empty() const { return queue_.empty(); }
  std::size_t pending() const { return queue_.size() + foreseen_.size(); }
  // Whether any node has something to wake it.
  bool wakes_nodes() const { return of_nodes_ > 0; }

  // Answers the event's number.
  std::uint64_t Push(core::TrueTime at, EventKind kind, std::uint32_t slot, std::uint32_t to, core::Chooser& chooser) {
    const std::uint32_t rank = schedule_.ranks() ? schedule_.RankOf(StreamOf(kind), to, chooser) : 0;
    return Push(Numbered(at, rank, kind, slot, to));
  }
  // After everything else that is due then.
  void PushLast(core::TrueTime at, EventKind kind, std::uint32_t slot, std::uint32_t to) {
    Push(Numbered(at, Schedule::kLast, kind, slot, to));
  }

  // What only Foresee schedules: fault windows, and the acts of the run, which are window 0 of no fault. When all is
  // known, Unfold.
  void Foresee(core::TrueTime at, EventKind kind, std::uint32_t slot, std::uint32_t fault, std::uint32_t ordinal,
               core::Chooser& chooser) {
    foreseen_.push_back(Numbered(at, schedule_.RankOfEnd(kind, fault, ordinal, chooser), kind, slot, 0));
  }
  void Unfold() {
    std::sort(foreseen_.begin(), foreseen_.end(), [](const Event& a, const Event& b) { return Earlier(b, a); });
    PushForeseen();
  }

  // The next; there must be one.
  Event Pop() {
    const Event event = queue_.Pop();
    of_nodes_ -= event.kind <= kLastOfNodes;
    if (IsForeseen(event.kind)) PushForeseen();
    return event;
  }
  // What was popped last shall wait after all.
  void PutBack(const Event& event) { Push(event); }

  // Event number `event` is about to happen at this node.
  void Advance(std::uint64_t event, std::uint32_t node) { schedule_.Advance(event, node); }
  // When a packet arrives that would at this time; never early.
  core::TrueTime Align(core::TrueTime arrival) const { return schedule_.Align(arrival); }

 private:
  static Schedule::Stream StreamOf(EventKind kind) {
    switch (kind) {
      case kReply:
      case kClientWake:
      case kClientTimeout:
        return Schedule::Stream::kClients;
      case kFaultBegin:
      case kFaultEnd:
      case kFaultTick:
        return Schedule::Stream::kFaults;
      default:
        return Schedule::Stream::kNodes;
    }
  }
  static bool IsForeseen(std::uint8_t kind) {
    return kind == kFaultBegin || kind == kFaultEnd || kind == kSettle || kind == kClosing;
  }

  Event Numbered(core::TrueTime at, std::uint64_t rank, EventKind kind, std::uint32_t slot, std::uint32_t to) {
    constexpr int kCountBits = 56 - Schedule::kRankBits;
    return {at.time_since_epoch().count(), rank << kCountBits | scheduled_++, kind, slot, to};
  }
  std::uint64_t Push(const Event& event) {
    of_nodes_ += event.kind <= kLastOfNodes;
    queue_.Push(event);
    return event.sequence;
  }
  void PushForeseen() {
    if (foreseen_.empty()) return;
    Push(foreseen_.back());
    foreseen_.pop_back();
  }

  Schedule schedule_;
  EventQueue queue_;
  std::vector<Event> foreseen_;  // not in the queue yet, the next one last
  std::uint64_t scheduled_ = 0;
  std::uint64_t of_nodes_ = 0;  // in the queue, of kinds up to kLastOfNodes
};

}  // namespace sim
