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
#include <array>
#include <cstddef>
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

  // Whose draws are its own: one more or less for a client leaves those of the nodes as they were.
  enum class Stream : std::uint8_t { kNodes, kClients, kFaults };
  static constexpr std::size_t kStreams = 3;

  // Whether any event has a rank but 0.
  bool ranks() const { return plan_.order != TieOrder::kFifo; }
  // The rank, among what is due at the same instant, of the next event for this node, or client, or for a fault.
  std::uint32_t RankOf(Stream stream, std::uint32_t node, core::Chooser& chooser) {
    if (!ranks()) return 0;
    if (plan_.order == TieOrder::kPct) return PriorityOf(node);
    std::vector<std::uint64_t>& ranked = ranked_[static_cast<std::size_t>(stream)];
    if (node >= ranked.size()) ranked.resize(node + 1);
    return DrawRank({core::Purpose::kOrder, 1 + static_cast<std::uint32_t>(stream), node, ranked[node]++}, chooser);
  }
  // The same of what is known from the start. A tape may have fewer windows than were drawn, and those that are left
  // keep their ranks: one end of window number `ordinal` of a fault.
  std::uint32_t RankOfEnd(std::uint32_t end, std::uint32_t fault, std::uint32_t ordinal, core::Chooser& chooser) const {
    if (!ranks()) return 0;
    if (plan_.order == TieOrder::kPct) return PriorityOf(0);
    return DrawRank({core::Purpose::kOrder, 1 + static_cast<std::uint32_t>(kStreams) + end, fault, ordinal}, chooser);
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
  static std::uint32_t DrawRank(const core::ChoiceName& name, core::Chooser& chooser) {
    return static_cast<std::uint32_t>(chooser.Choose(name, kLast));
  }
  std::uint32_t PriorityOf(std::uint32_t node) const { return node < priority_.size() ? priority_[node] : kLast - 1; }
  void DrawPriorities(std::uint32_t nodes, core::Chooser& chooser) {
    for (std::uint32_t node = 0; node < nodes; ++node) priority_.push_back(node % (kLast / 2));
    for (std::uint32_t left = nodes; left > 1; --left) std::swap(priority_[left - 1], priority_[Draw(left, chooser)]);
    last_ = kLast / 2;
  }

  SchedulePlan plan_;
  std::uint64_t draws_ = 0;
  std::array<std::vector<std::uint64_t>, kStreams> ranked_;  // so many so far, by stream and number
  std::vector<std::uint32_t> priority_;                      // by node; small comes first
  std::uint32_t last_ = 0;                                   // the largest given so far
  std::vector<std::uint64_t> changes_;                       // events at which a priority changes, the next one last
};

}  // namespace sim
