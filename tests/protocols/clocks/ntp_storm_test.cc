// NTP in whole clusters: in storms every rule holds, whoever of a minority lies; and clusters with one thing wrong,
// with what it costs.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "invariants/invariant.h"
#include "protocols/clocks/ntp.h"
#include "protocols/core/chooser.h"
#include "sim/run.h"
#include "tests/harness/rough_link.h"

namespace {

using namespace std::chrono_literals;
using core::Duration;
using core::NodeId;

// --- storms ----------------------------------------------------------------------------------------------

sim::Plan Storm(const ntp::Config& config) {
  sim::Plan plan;
  plan.name = "ntp";
  plan.nodes = config.nodes;
  plan.peer = plan.client = harness::RoughLink();
  plan.clock = {1s, 200'000, 1ms, {}};
  plan.workload = {4, {10ms, 50ms}, 500ms, 0};
  const auto often = sim::Latency::Uniform(500ms, 2000ms);
  const auto briefly = sim::Latency::Uniform(100ms, 500ms);
  plan.faults = {{"crash", {}, often, sim::Latency::Uniform(100ms, 900ms), {"any"}, {}},
                 {"partition", {}, often, sim::Latency::Uniform(300ms, 2000ms), {"minority"}, {}},
                 {"partition", {}, often, sim::Latency::Uniform(100ms, 900ms), {"any"}, {{"shape", "random_edges"}}},
                 {"pause", {}, often, sim::Latency::Uniform(100ms, 1500ms), {"any"}, {}},
                 {"vm_pause", {}, often, sim::Latency::Uniform(100ms, 1500ms), {"any"}, {}},
                 {"shutdown", {}, often, sim::Latency::Uniform(300ms, 2000ms), {"any"}, {}},
                 {"slow_cpu", {}, often, sim::Latency::Uniform(100ms, 1500ms), {"any"}, {}},
                 {"clock_drift", {}, often, briefly, {"any"}, {}},
                 {"clock_step", {}, often, briefly, {"any"}, {{"by", "1ms..1s"}}},
                 {"leap_second", {}, often, briefly, {"any"}, {}},
                 {"clock_strobe", {}, often, briefly, {"any"}, {}},
                 {"clock_bound_violated", {}, often, sim::Latency::Uniform(300ms, 3000ms), {"minority"}, {}}};
  plan.storm = 10s;
  plan.settle = 2 * config.Patience() + 5s;
  plan.core = sim::Core::kQuorum;
  plan.electorate = config.Electorate();
  return plan;
}

ntp::Config Of(std::uint32_t nodes) {
  ntp::Config config;
  config.nodes = nodes;
  return config;
}
ntp::Config RandomConfig(std::uint32_t nodes, std::uint64_t seed) {
  ntp::Config config = Of(nodes);
  core::Seeded seeded(seed);
  std::uint64_t draws = 0;
  config.Randomize(24ms, [&](std::uint64_t bound) {
    return seeded.Choose({core::Purpose::kSwarm, nodes, 0, draws++}, bound);
  });
  return config;
}

sim::Report Play(const sim::Plan& plan, const ntp::Config& config, std::uint64_t seed, core::Mutation mutation = {}) {
  invariants::Panel<ntp::Node> panel(invariants::NotPromised(facts::PromiseOf(config)));
  sim::RunOptions options;
  options.seed = seed;
  options.mutation = mutation;
  return sim::Run<ntp::Node>(std::make_shared<sim::Plan>(plan), config, {config.nodes, config.nodes}, panel, options);
}

// Of every size, as configured and at random; and each rule has something to judge.
TEST(NtpStorm, EveryRuleHolds) {
  std::map<std::string, std::uint64_t> judged;
  std::map<std::string, std::uint64_t> announced;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    for (std::uint32_t nodes = 1; nodes <= 7; ++nodes) {
      const ntp::Config config = seed % 2 == 0 ? Of(nodes) : RandomConfig(nodes, seed);
      const sim::Report report = Play(Storm(config), config, seed);
      ASSERT_FALSE(report.violation) << nodes << " nodes, seed " << seed << ": " << report.violation->monitor << ": "
                                     << report.violation->explanation;
      EXPECT_EQ(report.cut_short, "");
      for (const auto& monitor : report.monitors) judged[monitor.name] += monitor.judged;
      for (const auto& [fact, times] : report.announced) announced[fact] += times;
    }
  }
  for (const char* rule : {"clock-correctness", "clock-majority", "clock-precision", "clock-slew"}) {
    EXPECT_GT(judged[rule], 200'000u) << rule;
  }
  EXPECT_GT(judged["clock-resynchronised"], 1'000u);
  EXPECT_GT(announced["ClockUnsynchronised"], 50'000u);
  EXPECT_GT(announced["TimeClaimed"] - judged["clock-correctness"], 50'000u)
      << "where half of the servers, or its own clock, had misled it";
}

// It writes nothing, so that is all that the host can spoil.
TEST(NtpStorm, WhatIsIgnoredIsFound) {
  for (const int message : {0, 1}) {
    const auto violation = Play(Storm(Of(5)), Of(5), 1, {.ignore_message = message}).violation;
    ASSERT_TRUE(violation);
    EXPECT_EQ(violation->monitor, "clock-resynchronised");
  }
}

// --- clusters with one thing wrong ------------------------------------------------------------------------

// What nodes claimed, and when.
struct Watch : sim::NoObserver {
  struct Claim {
    Duration at{};
    core::WallInterval time;
    Duration Width() const { return time.latest - time.earliest; }
    bool Right() const { return time.earliest <= core::WallTime{at} && core::WallTime{at} <= time.latest; }
  };
  Duration now{};
  std::map<NodeId, std::vector<Claim>> claims;
  std::map<NodeId, std::vector<Duration>> doubts;

  void OnTime(core::TrueTime at) { now = at.time_since_epoch(); }
  void OnFact(NodeId node, const ntp::Node::Fact& fact) {
    if (const auto* f = std::get_if<facts::TimeClaimed>(&fact)) claims[node].push_back({now, f->time});
    if (std::get_if<facts::ClockUnsynchronised>(&fact)) doubts[node].push_back(now);
  }
  // The first from then on.
  const Claim& After(NodeId node, Duration at) const {
    const auto& of_node = claims.at(node);
    return *std::find_if(of_node.begin(), of_node.end(), [at](const Claim& claim) { return claim.at >= at; });
  }
  std::uint64_t Wrong() const {
    std::uint64_t wrong = 0;
    for (const auto& [node, of_node] : claims) {
      wrong += static_cast<std::uint64_t>(
          std::count_if(of_node.begin(), of_node.end(), [](const Claim& claim) { return !claim.Right(); }));
    }
    return wrong;
  }
};

// References are right to a millisecond, a packet takes 1 ms to 5 ms.
sim::Plan Calm(Duration length) {
  sim::Plan plan;
  plan.nodes = 5;
  plan.peer.latency = sim::Latency::Uniform(1ms, 5ms);
  plan.clock = {1ms, 200'000, 1ms, {}};
  plan.storm = length;
  return plan;
}

Watch Observe(const sim::Plan& plan, const ntp::Config& config, std::uint64_t seed) {
  Watch watch;
  sim::World<ntp::Node> world(std::make_shared<sim::Plan>(plan), config, {config.nodes, config.nodes}, seed);
  world.Start(watch);
  while (world.Step(watch)) {
  }
  return watch;
}

TEST(NtpCluster, WhereNothingIsWrongTheTimeIsKnownAtOnceAndToARoundTrip) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Watch watch = Observe(Calm(10s), Of(5), seed);
    EXPECT_EQ(watch.Wrong(), 0u);
    for (const auto& [node, claims] : watch.claims) {
      EXPECT_LT(claims.front().at, 10ms);
      EXPECT_LT(watch.doubts.at(node).back(), 10ms) << "until the first three have answered";
      EXPECT_LT(claims.front().Width(), 2 * (10ms + 2ms));
      EXPECT_LT(claims.back().Width(), 12ms);
    }
  }
}

// Whom nobody reaches knows it for eight polls more, less and less well, and then says that he does not.
TEST(NtpCluster, WhoIsCutOffSaysSoAndKnowsAgainAtTheFirstAnswers) {
  sim::Plan plan = Calm(20s);
  plan.faults = {{"partition", 5s, {}, sim::Latency::Uniform(5s, 5s), {"n1"}, {}}};
  const ntp::Config config = Of(5);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Watch watch = Observe(plan, config, seed);
    EXPECT_EQ(watch.Wrong(), 0u);
    const auto& doubts = watch.doubts.at(NodeId{1});
    const auto first = std::find_if(doubts.begin(), doubts.end(), [](Duration at) { return at > 1s; });
    ASSERT_NE(first, doubts.end());
    EXPECT_GT(*first, 5s + 7 * config.poll.min);
    EXPECT_LT(*first, 5s + 8 * config.poll.max + 10ms);
    EXPECT_LT(watch.After(NodeId{1}, 10s).at, 10s + config.poll.max + 20ms);
    EXPECT_LT(watch.claims.at(NodeId{1}).back().Width(), 12ms) << "within the ten seconds that are left";
    for (const std::uint32_t other : {0u, 2u, 3u, 4u}) EXPECT_LT(watch.doubts.at(NodeId{other}).back(), 10ms);
  }
}

// What nobody can do anything about: a majority of liars who agree. Fewer make no claim wrong.
TEST(NtpCluster, AMinorityOfLiarsMakesNoClaimWrong) {
  const auto wrong = [](const std::vector<std::string>& liars) {
    std::uint64_t count = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      sim::Plan plan = Calm(10s);
      plan.faults = {{"clock_bound_violated", 1s, {}, sim::Latency::Uniform(8s, 8s), liars, {{"by", "50ms"}}}};
      count += Observe(plan, Of(5), seed).Wrong();
    }
    return count;
  };
  EXPECT_EQ(wrong({"n1", "n3"}), 0u);
  EXPECT_GT(wrong({"n0", "n1", "n2", "n3", "n4"}), 100u);
}

}  // namespace
