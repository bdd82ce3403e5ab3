// What is known from the start waits outside of the queue, and comes all the same
// where its time and number say.
#include "sim/agenda.h"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using core::TrueTime;

struct Coming {
  std::int64_t at = 0;
  std::uint64_t number = 0;
  bool operator<(const Coming& other) const { return std::tie(at, number) < std::tie(other.at, other.number); }
  bool operator==(const Coming&) const = default;
};

RC_GTEST_PROP(Agenda, WhatIsForeseenComesInItsPlace, (std::uint64_t seed)) {
  const auto order = *rc::gen::element(TieOrder::kFifo, TieOrder::kRandom, TieOrder::kPct);
  const auto ahead = *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange(0, 40));
  const auto later = *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange(0, 40));
  core::Seeded chooser(seed);
  Agenda agenda({order, 3, {}}, 4, chooser);
  for (const std::int64_t at : ahead) agenda.Foresee(TrueTime{core::Duration{at}}, kFaultBegin, 0, 0, 0, chooser);
  agenda.Unfold();
  for (const std::int64_t at : later) {
    agenda.Push(TrueTime{core::Duration{at}}, kTimer, 0, static_cast<std::uint32_t>(at % 4), chooser);
  }
  RC_ASSERT(agenda.pending() == ahead.size() + later.size());
  std::vector<Coming> come;
  std::size_t foreseen = 0;
  while (!agenda.empty()) {
    RC_ASSERT(agenda.pending() == ahead.size() + later.size() - come.size());
    const Event event = agenda.Pop();
    foreseen += event.kind == kFaultBegin;
    come.push_back({event.at, event.sequence});
  }
  RC_ASSERT(come.size() == ahead.size() + later.size());
  RC_ASSERT(foreseen == ahead.size());
  RC_ASSERT(std::is_sorted(come.begin(), come.end()));
  RC_ASSERT(std::adjacent_find(come.begin(), come.end()) == come.end());
}

TEST(Agenda, KnowsWhetherAnythingWakesANode) {
  core::Seeded chooser(1);
  Agenda agenda({}, 2, chooser);
  agenda.Foresee(TrueTime{3ns}, kSettle, 0, 0, 0, chooser);
  agenda.Unfold();
  EXPECT_FALSE(agenda.wakes_nodes());
  agenda.Push(TrueTime{1ns}, kSync, 0, 1, chooser);
  EXPECT_TRUE(agenda.wakes_nodes());
  const Event sync = agenda.Pop();
  EXPECT_FALSE(agenda.wakes_nodes());
  agenda.PutBack(sync);
  EXPECT_TRUE(agenda.wakes_nodes());
  EXPECT_EQ(agenda.Pop().kind, kSync);
  EXPECT_EQ(agenda.Pop().kind, kSettle);
  EXPECT_TRUE(agenda.empty());
}

TEST(Agenda, WhatComesLastWaitsForAllThatIsDueThen) {
  core::Seeded chooser(1);
  Agenda agenda({TieOrder::kRandom, 0, {}}, 2, chooser);
  agenda.PushLast(TrueTime{1ns}, kMessage, 7, 0);
  for (std::uint32_t i = 0; i < 100; ++i) agenda.Push(TrueTime{1ns}, kTimer, 0, 1, chooser);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(agenda.Pop().kind, kTimer);
  EXPECT_EQ(agenda.Pop().slot, 7u);
}

}  // namespace
}  // namespace sim
