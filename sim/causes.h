// Causes: which event of a run could have had a part in which (Lamport, "Time, Clocks, and the Ordering of Events in a
// Distributed System", 1978: happened-before).
//
// An event happens at places, nodes or clients: a message at its receiver, a fault at its victims. Behind it are the
// event before at each of its places, and the one that sent what it delivers. What is not behind a violation had no
// part in it. Recorded only for a run that is to be explained: that run is made again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "protocols/core/check.h"
#include "sim/report.h"

namespace sim {

class CauseRecorder {
 public:
  // What lies in this slot of what travels (messages, requests, replies) is sent by event number `event`.
  void Sent(std::size_t kind, std::uint32_t slot, std::uint64_t event) {
    std::vector<std::uint64_t>& senders = senders_[kind];
    if (senders.size() <= slot) senders.resize(slot + 1);
    senders[slot] = event;
  }
  // The event at hand delivers it.
  void Delivered(std::size_t kind, std::uint32_t slot) { sent_by_ = senders_[kind].at(slot); }

  // The event at hand is number `event`, and happened there.
  void Happened(std::uint64_t event, core::Duration time, std::vector<std::uint32_t> places) {
    CHECK(event == causes_.size() + 1);
    causes_.push_back({time, std::move(places), std::exchange(sent_by_, 0)});
  }

  std::vector<Cause> Take() { return std::move(causes_); }

 private:
  std::array<std::vector<std::uint64_t>, 3> senders_;
  std::uint64_t sent_by_ = 0;
  std::vector<Cause> causes_;
};

// The numbers of the events behind event number `last`, itself included, in order.
std::vector<std::uint64_t> CausalPast(const std::vector<Cause>& causes, std::uint64_t last);

}  // namespace sim
