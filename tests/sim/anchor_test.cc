// Anchors: read and written alike; and a window that has one begins when it happens, once, and not before or after.
#include "sim/anchor.h"

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "protocols/consensus/raft.h"
#include "sim/run.h"
#include "sim/world.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using core::NodeId;
using raft::Node;

TEST(Anchor, IsReadAsItIsWritten) {
  for (const char* text : {"LeaderElected", "LeaderElected n1", "LeaderElected n12 #2", "Append n2->n4", "Append #3",
                           "Append n2->n4 #3 +5ms", "Vote +1.5s"}) {
    const auto anchor = ParseAnchor(text);
    ASSERT_TRUE(anchor.ok()) << text;
    EXPECT_EQ(FormatAnchor(*anchor), text);
    EXPECT_EQ(*ParseAnchor(FormatAnchor(*anchor)), *anchor);
  }
  EXPECT_EQ(*ParseAnchor("Append n2->n4 #3 +5ms"), (Anchor{"Append", NodeId{2}, NodeId{4}, 3, 5ms}));
}

TEST(Anchor, IsRefusedIfItMeansNothing) {
  for (const char* text : {"", " ", "Leader Elected", "LeaderElected #0", "LeaderElected #-1", "LeaderElected n",
                           "Append n2->", "Append ->n4", "Append n2-n4", "LeaderElected 5ms", "LeaderElected +5",
                           "LeaderElected +25h", "LeaderElected #99999999999", "a.b", "A n1 #1 +1s n2"}) {
    EXPECT_THAT(std::string(ParseAnchor(text).status().message()), testing::HasSubstr("want a fact or a message"))
        << text;
  }
}

// When what happened.
struct Log : NoObserver {
  core::TrueTime now{};
  std::vector<std::pair<core::Duration, NodeId>> elected;
  std::vector<std::pair<core::Duration, NodeId>> heartbeats;  // to n1 from n0

  void OnTime(core::TrueTime time) { now = time; }
  void OnFact(NodeId node, const Node::Fact& fact) {
    if (std::holds_alternative<facts::LeaderElected>(fact)) elected.emplace_back(now.time_since_epoch(), node);
  }
  void OnMessage(NodeId from, NodeId to, const Node::Message& message) {
    if (std::holds_alternative<raft::Heartbeat>(message) && from == NodeId{0} && to == NodeId{1})
      heartbeats.emplace_back(now.time_since_epoch(), to);
  }
};

Plan Calm() {
  Plan plan;
  plan.nodes = 3;
  plan.peer.latency = Latency::Uniform(1ms, 10ms);
  plan.client = plan.peer;
  plan.disk.sync_latency = Latency::Uniform(1ms, 5ms);
  plan.workload = {2, {1ms, 50ms}, 300ms, 0};
  plan.storm = 10s;
  plan.settle = 10s;
  return plan;
}

Plan WithCrash(const std::string& when, core::Duration lasts = 500ms) {
  Plan plan = Calm();
  FaultPlan& fault = plan.faults.emplace_back();
  fault.kind = "crash";
  fault.when = *ParseAnchor(when);
  fault.lasts = Latency::Uniform(lasts, lasts);
  fault.targets = {"leader"};
  return plan;
}

struct Played {
  Log log;
  std::vector<FaultWindow> windows;
  std::uint64_t counted = 0;  // windows, as the report counts them
  core::Fingerprint digest;
};

Played Play(const Plan& plan, std::uint64_t seed = 1) {
  Played played;
  raft::Config config;
  config.nodes = plan.nodes;
  World<Node> world(std::make_shared<Plan>(plan), config, Shape{plan.nodes, plan.nodes}, seed);
  world.Start(played.log);
  while (world.Step(played.log)) {
  }
  played.windows = internal::ReportWindows(world.windows(), world.now());
  for (const FaultReport& fault : internal::ReportFaults(world.windows(), world.physics()))
    played.counted += fault.windows;
  played.digest = world.digest().state;
  return played;
}

TEST(Anchored, BeginsWhenItHappens) {
  const auto [log, windows, counted, digest] = Play(WithCrash("LeaderElected"));
  ASSERT_GE(log.elected.size(), 2u);  // the first one crashed
  ASSERT_EQ(windows.size(), 1u);
  EXPECT_EQ(windows[0].begin, log.elected[0].first);
  EXPECT_EQ(windows[0].end, log.elected[0].first + 500ms);
  EXPECT_EQ(windows[0].nodes, std::vector{log.elected[0].second});
  EXPECT_EQ(counted, 1u);
}

TEST(Anchored, CountsAndWaits) {
  Plan plan = WithCrash("LeaderElected");
  plan.faults.push_back(WithCrash("LeaderElected #2 +30ms").faults[0]);
  const auto [log, windows, counted, digest] = Play(plan);
  ASSERT_GE(log.elected.size(), 2u);
  ASSERT_EQ(windows.size(), 2u);
  EXPECT_EQ(windows[1].begin, log.elected[1].first + 30ms);
}

TEST(Anchored, ToAMessageOnItsWay) {
  std::uint64_t met = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto [log, windows, counted, digest] = Play(WithCrash("Heartbeat n0->n1 #3"), seed);
    ASSERT_EQ(windows.size(), log.heartbeats.size() >= 3 ? 1u : 0u);
    if (windows.empty()) continue;
    ++met;
    EXPECT_EQ(windows[0].begin, log.heartbeats[2].first);
  }
  EXPECT_GT(met, 0u);
}

TEST(Anchored, BeginsNeverIfItDoesNotHappenInTheStorm) {
  for (const char* when : {"LeaderElected #1000", "LeaderElected +10s", "Heartbeat n0->n0"}) {
    const Played played = Play(WithCrash(when));
    EXPECT_TRUE(played.windows.empty()) << when;
    EXPECT_EQ(played.counted, 0u);
    EXPECT_EQ(played.digest, Play(Calm()).digest) << "who waits disturbs nothing";
  }
}

TEST(Anchored, EndsWithTheStorm) {
  const Played played = Play(WithCrash("LeaderElected", 1min));
  ASSERT_EQ(played.windows.size(), 1u);
  EXPECT_EQ(played.windows[0].end, 10s);
}

// The tape of such a run, played, waits for the same.
TEST(Anchored, IsReplayedAtItsMomentWhenTimesChange) {
  Plan plan = WithCrash("LeaderElected");
  const Played first = Play(plan);
  plan.windows = first.windows;
  EXPECT_EQ(Play(plan).digest, first.digest);
  plan.peer.latency = Latency::Uniform(5ms, 20ms);
  const Played slower = Play(plan);
  ASSERT_FALSE(slower.log.elected.empty());
  ASSERT_EQ(slower.windows.size(), 1u);
  EXPECT_NE(slower.windows[0].begin, first.windows[0].begin);
  EXPECT_EQ(slower.windows[0].begin, slower.log.elected[0].first);
}

}  // namespace
}  // namespace sim
