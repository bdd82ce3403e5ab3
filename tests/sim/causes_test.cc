// What is behind an event: all that could have had a part in it, and nothing else.
#include "sim/causes.h"

#include <memory>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "invariants/invariant.h"
#include "protocols/consensus/raft.h"
#include "sim/run.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using raft::Node;
using testing::ElementsAre;

// n0 does 1, and sends what 3 delivers to n1; 2 is n2's own; 4 is n1's, 5 n0's.
TEST(Causes, AreWhatCameBeforeAtAPlaceOrWasSent) {
  CauseRecorder recorder;
  recorder.Sent(0, 7, 1);
  recorder.Happened(1, 1ms, {0});
  recorder.Happened(2, 2ms, {2});
  recorder.Delivered(0, 7);
  recorder.Happened(3, 3ms, {1});
  recorder.Happened(4, 4ms, {1});
  recorder.Happened(5, 5ms, {0});
  const std::vector<Cause> causes = recorder.Take();
  EXPECT_THAT(CausalPast(causes, 4), ElementsAre(1, 3, 4));
  EXPECT_THAT(CausalPast(causes, 5), ElementsAre(1, 5));
  EXPECT_THAT(CausalPast(causes, 2), ElementsAre(2));
}

TEST(Causes, AFaultHasAPlaceAtEachOfItsVictims) {
  CauseRecorder recorder;
  recorder.Happened(1, 1ms, {0});
  recorder.Happened(2, 2ms, {1});
  recorder.Happened(3, 3ms, {1, 2});
  recorder.Happened(4, 4ms, {2});
  EXPECT_THAT(CausalPast(recorder.Take(), 4), ElementsAre(2, 3, 4));
}

Plan Stormy() {
  Plan plan;
  plan.nodes = 5;
  plan.peer.latency = plan.client.latency = plan.exporter.latency = Latency::Uniform(1ms, 10ms);
  plan.disk.sync_latency = Latency::Uniform(1ms, 5ms);
  plan.workload.clients = 2;
  plan.workload.think = {5ms, 50ms};
  plan.workload.timeout = 1s;
  plan.storm = 2s;
  plan.settle = 500ms;
  const auto often = Latency::Uniform(100ms, 500ms), lasts = Latency::Uniform(50ms, 200ms);
  for (const char* kind : {"crash", "pause", "partition"})
    plan.faults.push_back({kind, std::nullopt, often, lasts, {"any"}, {}});
  return plan;
}

Report RunPlan(std::uint64_t seed, bool causes, std::optional<FreshChoices> fresh = std::nullopt) {
  raft::Config config;
  invariants::Panel<Node> panel;
  return Run<Node>(std::make_shared<Plan>(Stormy()), config, Shape{5, 5}, panel,
                   {.seed = seed, .causes = causes, .fresh = fresh});
}

TEST(Causes, ChangeNothingAndAreThereForEveryEvent) {
  const Report with = RunPlan(3, true), without = RunPlan(3, false);
  EXPECT_EQ(with.digest, without.digest);
  EXPECT_TRUE(without.causes.empty());
  ASSERT_EQ(with.causes.size(), with.events);
  std::uint64_t delivered = 0;
  for (std::size_t i = 0; i < with.causes.size(); ++i) {
    delivered += with.causes[i].sent_by != 0;
    EXPECT_LE(with.causes[i].sent_by, i + 1);
  }
  // What the start sent has no event that sent it.
  EXPECT_GT(delivered, with.messages.delivered * 9 / 10);
}

// A message takes its time: whatever is behind an event was earlier by at least the way of the packets between.
TEST(Causes, NothingIsBehindWhatCameBefore) {
  const Report report = RunPlan(5, true);
  for (std::uint64_t last = 1; last <= report.events; last += 97) {
    const std::vector<std::uint64_t> past = CausalPast(report.causes, last);
    ASSERT_FALSE(past.empty());
    EXPECT_EQ(past.back(), last);
    for (std::size_t i = 1; i < past.size(); ++i) EXPECT_LT(past[i - 1], past[i]);
  }
  // Early on, nodes have hardly heard of each other.
  EXPECT_LT(CausalPast(report.causes, 10).size(), 10u);
}

TEST(FreshChoices, LeaveThePastAndChangeTheFuture) {
  const Report run = RunPlan(3, false), same = RunPlan(3, false, FreshChoices{400, 3}),
               other = RunPlan(3, false, FreshChoices{400, 4}), third = RunPlan(3, false, FreshChoices{400, 5});
  ASSERT_GT(run.events, 600u);
  EXPECT_EQ(same.digest, run.digest);
  EXPECT_NE(other.digest, run.digest);
  EXPECT_NE(other.digest, third.digest);
  const auto rung = [](const Report& report, std::uint64_t event) {
    for (const Checkpoint& one : report.ladder) {
      if (one.event == event) return one.digest;
    }
    return core::Fingerprint{};
  };
  ASSERT_FALSE(run.ladder.empty());
  for (const Checkpoint& one : run.ladder) {
    if (one.event > 400) break;
    EXPECT_EQ(rung(other, one.event), one.digest);
  }
}

}  // namespace
}  // namespace sim
