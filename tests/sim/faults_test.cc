// What every kind of fault owes: an effect that is counted, nothing left behind
// when the window ends, and nothing at all when its chance is 0.
#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/sim/fault_bench.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using core::Duration;
using core::TrueTime;
using Parameters = std::vector<core::Parameter>;

// How each kind is told to do nothing; a kind that cannot be, is told to hit nobody.
const std::map<std::string, Parameters, std::less<>>& Harmless() {
  static const std::map<std::string, Parameters, std::less<>> harmless{
      {"bit_rot", {{"records", "0"}}},
      {"clock_bound_violated", {{"by", "0s"}}},
      {"clock_discipline", {{"error", "0s"}}},  // of clocks that are right
      {"clock_drift", {{"by", "0%"}}},
      {"clock_step", {{"by", "0s"}}},
      {"clock_strobe", {{"delta", "0s"}}},
      {"clock_wander", {{"step", "0%"}}},
      {"disk_slow", {{"times", "1"}}},
      {"disk_stall", {{"by", "0s"}}},
      {"latent_sector_error", {{"records", "0"}}},
      {"misdirected_write", {{"writes", "0"}}},
      {"packet_delay", {{"by", "0s"}}},
      {"packet_duplication", {{"chance", "0%"}}},
      {"packet_loss", {{"chance", "0%"}}},
      {"phantom_write", {{"records", "0"}}},
      {"sync_error", {{"chance", "0%"}}},
  };
  return harmless;
}
// These do one thing to each victim, and so nothing without a victim.
const std::vector<std::string_view>& WithoutChance() {
  static const std::vector<std::string_view> kinds{"clock_freeze", "crash",       "crash_at_storage_op",
                                                   "disk_full",    "leap_second", "partition",
                                                   "pause",        "sync_lie",    "vm_pause"};
  return kinds;
}

// A second of packets on every link, one each millisecond.
void Chatter(FaultBench& bench) {
  const std::uint32_t endpoints = bench.physics.network.endpoints();
  for (int i = 0; i < 1000; ++i) {
    const std::uint32_t from = static_cast<std::uint32_t>(i) % endpoints;
    for (std::uint32_t to = 0; to < endpoints; ++to) {
      if (to != from) bench.Send(from, to);
    }
    bench.Advance(1ms);
  }
}

// What a fault did to packets under way, and clocks that jumped, is over by then.
TEST(EveryFault, LeavesTheWorldAsItWas) {
  for (const FaultKind* kind : FaultKinds()) {
    FaultBench with(7), without(7);
    with.Begin(kind->name, 1s);
    for (FaultBench* bench : {&with, &without}) Chatter(*bench);
    with.Advance(0s);
    ASSERT_TRUE(with.ended.contains(0)) << kind->name;
    EXPECT_EQ(Difference(with, without), "") << kind->name;
  }
}

TEST(EveryFault, WithoutAChanceChangesNothing) {
  for (const FaultKind* kind : FaultKinds()) {
    const auto found = Harmless().find(kind->name);
    if (found == Harmless().end()) {
      EXPECT_THAT(WithoutChance(), testing::Contains(kind->name)) << "say how it is told to do nothing";
      continue;
    }
    FaultBench with(7), without(7);
    with.Begin(kind->name, 2s, found->second, {"all"});
    EXPECT_EQ(Difference(with, without), "") << kind->name;
    for (FaultBench* bench : {&with, &without}) Chatter(*bench);
    EXPECT_EQ(Difference(with, without), "") << kind->name;
    with.Advance(1s);
    without.Advance(1s);
    EXPECT_EQ(Difference(with, without), "") << kind->name;
  }
}

}  // namespace
}  // namespace sim
