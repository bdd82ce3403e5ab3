// Schedule: in which order things happen that are due at the same instant.
//
// Real machines do not order them by when they were scheduled, so neither should
// every run. `random` draws a rank for each event. `pct` gives each node a
// priority and, at depth - 1 random moments, moves the node that is about to act
// to the end of the line: a bug that needs d ordering constraints is then found
// with a probability of at least 1 / (n k^(d-1)) in n nodes and k events
// (Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of
// Finding Bugs", 2010). That bound is for schedules without time; here only ties
// are ordered, so packets can be made to arrive on a coarse grid, which makes
// ties of what is nearly simultaneous.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "protocols/core/chooser.h"
#include "protocols/core/types.h"
#include "sim/plan.h"

namespace sim {

class Schedule {
 public:
  static constexpr int kRankBits = 12;
  static constexpr std::uint32_t kLast = (1u << kRankBits) - 1;  // after everything else that is due

  Schedule() = default;
  Schedule(const SchedulePlan& plan, std::uint32_t nodes, core::Chooser& chooser) : plan_(plan) {
    if (plan.order != TieOrder::kPct) return;
    DrawPriorities(nodes, chooser);
    for (std::uint32_t change = 1; change < plan.depth; ++change) {
      changes_.push_back(Draw(kPctEvents, chooser) + 1);
    }
    std::sort(changes_.begin(), changes_.end(), std::greater<>());
  }

  // The rank, among what is due at the same instant, of the next event for this node.
  std::uint32_t RankOf(std::uint32_t node, core::Chooser& chooser) {
    if (plan_.order == TieOrder::kFifo) return 0;
    if (plan_.order == TieOrder::kRandom) return static_cast<std::uint32_t>(Draw(kLast, chooser));
    return node < priority_.size() ? priority_[node] : kLast - 1;
  }

  // Event number `event` is about to happen at this node.
  void Advance(std::uint64_t event, std::uint32_t node) {
    while (!changes_.empty() && event >= changes_.back()) {
      changes_.pop_back();
      if (node < priority_.size() && last_ < kLast - 1) priority_[node] = ++last_;
    }
  }

  // Packets arrive on the grid, never early.
  core::TrueTime Align(core::TrueTime arrival) const {
    const std::int64_t quantum = plan_.quantum.count();
    if (quantum <= 1) return arrival;
    const std::int64_t at = arrival.time_since_epoch().count();
    return core::TrueTime{core::Duration{(at + quantum - 1) / quantum * quantum}};
  }

 private:
  // Changes of priority fall into the first so many events.
  static constexpr std::uint64_t kPctEvents = 10'000;

  std::uint64_t Draw(std::uint64_t bound, core::Chooser& chooser) {
    return chooser.Choose({core::Purpose::kOrder, 0, 0, draws_++}, bound);
  }
  void DrawPriorities(std::uint32_t nodes, core::Chooser& chooser) {
    for (std::uint32_t node = 0; node < nodes; ++node) priority_.push_back(node % (kLast / 2));
    for (std::uint32_t left = nodes; left > 1; --left) std::swap(priority_[left - 1], priority_[Draw(left, chooser)]);
    last_ = kLast / 2;
  }

  SchedulePlan plan_;
  std::uint64_t draws_ = 0;
  std::vector<std::uint32_t> priority_;  // by node; small comes first
  std::uint32_t last_ = 0;               // the largest given so far
  std::vector<std::uint64_t> changes_;   // events at which a priority changes, the next one last
};

}  // namespace sim
