// The order of what is due at the same instant: as scheduled, at random, or by
// priorities that change at random moments.
#include "sim/schedule.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <set>

#include "gtest/gtest.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using core::TrueTime;

Schedule Pct(std::uint32_t depth, std::uint32_t nodes, core::Chooser& chooser) {
  return Schedule({TieOrder::kPct, depth, {}}, nodes, chooser);
}

TEST(Schedule, FifoRanksNothing) {
  core::Seeded chooser(1);
  Schedule schedule({}, 3, chooser);
  for (std::uint32_t node = 0; node < 10; ++node)
    EXPECT_EQ(schedule.RankOf(Schedule::Stream::kNodes, node % 3, chooser), 0u);
}

// 20000 ranks in 16 classes: 1250 each, five standard deviations are 171.
TEST(Schedule, RandomRanksAreUniformAndNeverTheLast) {
  core::Seeded chooser(1);
  Schedule schedule({TieOrder::kRandom, 0, {}}, 3, chooser);
  std::array<int, 16> classes{};
  for (int i = 0; i < 20'000; ++i) {
    const std::uint32_t rank = schedule.RankOf(Schedule::Stream::kNodes, 0, chooser);
    ASSERT_LT(rank, Schedule::kLast);
    ++classes[rank / 256];
  }
  for (const int count : classes) EXPECT_NEAR(count, 1250, 171);
}

TEST(Schedule, PctGivesEachNodeAPriorityOfItsOwnAndKeepsIt) {
  core::Seeded chooser(1);
  Schedule schedule = Pct(1, 7, chooser);
  std::set<std::uint32_t> ranks;
  for (std::uint32_t node = 0; node < 7; ++node) ranks.insert(schedule.RankOf(Schedule::Stream::kNodes, node, chooser));
  EXPECT_EQ(ranks.size(), 7u);
  const std::uint32_t before = schedule.RankOf(Schedule::Stream::kNodes, 3, chooser);
  for (std::uint64_t event = 1; event < 20'000; ++event) schedule.Advance(event, 3);
  EXPECT_EQ(schedule.RankOf(Schedule::Stream::kNodes, 3, chooser), before) << "depth 1 is a fixed order";
}

// Every permutation of three nodes is as likely: 6000 seeds, 1000 each, five sigma 145.
TEST(Schedule, PctDrawsEveryOrderOfTheNodesAlike) {
  std::map<std::array<std::uint32_t, 3>, int> orders;
  for (std::uint64_t seed = 0; seed < 6000; ++seed) {
    core::Seeded chooser(seed);
    Schedule schedule = Pct(1, 3, chooser);
    std::array<std::uint32_t, 3> nodes{0, 1, 2};
    std::sort(nodes.begin(), nodes.end(), [&](std::uint32_t a, std::uint32_t b) {
      const std::uint32_t first = schedule.RankOf(Schedule::Stream::kNodes, a, chooser);
      return first < schedule.RankOf(Schedule::Stream::kNodes, b, chooser);
    });
    ++orders[nodes];
  }
  EXPECT_EQ(orders.size(), 6u);
  for (const auto& [order, count] : orders) EXPECT_NEAR(count, 1000, 145);
}

TEST(Schedule, PctOfDepthThreeMovesTwoNodesToTheEndOfTheLine) {
  core::Seeded chooser(5);
  Schedule schedule = Pct(3, 4, chooser);
  int changes = 0;
  std::uint32_t rank = schedule.RankOf(Schedule::Stream::kNodes, 2, chooser);
  for (std::uint64_t event = 1; event < 20'000; ++event) {
    schedule.Advance(event, 2);
    const std::uint32_t now = schedule.RankOf(Schedule::Stream::kNodes, 2, chooser);
    if (now == rank) continue;
    ++changes;
    EXPECT_GT(now, rank);
    for (std::uint32_t other : {0u, 1u, 3u}) EXPECT_GT(now, schedule.RankOf(Schedule::Stream::kNodes, other, chooser));
    rank = now;
  }
  EXPECT_EQ(changes, 2);
}

TEST(Schedule, PacketsArriveOnTheGridAndNeverEarly) {
  core::Seeded chooser(1);
  const Schedule schedule({TieOrder::kRandom, 0, 1ms}, 3, chooser);
  EXPECT_EQ(schedule.Align(TrueTime{3ms}), TrueTime{3ms});
  EXPECT_EQ(schedule.Align(TrueTime{3ms + 1ns}), TrueTime{4ms});
  EXPECT_EQ(schedule.Align(TrueTime{0ms}), TrueTime{0ms});
  const Schedule free({}, 3, chooser);
  EXPECT_EQ(free.Align(TrueTime{3ms + 1ns}), TrueTime{3ms + 1ns});
}

}  // namespace
}  // namespace sim
