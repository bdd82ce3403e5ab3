// SWIM in whole clusters: in storms every rule holds, and what spoils the protocol is found; in calm nobody is accused;
// and what Lifeguard adds is worth something.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "invariants/invariant.h"
#include "protocols/dissemination/swim.h"
#include "sim/run.h"
#include "tests/harness/rough_link.h"

namespace {

using namespace std::chrono_literals;
using core::NodeId;
using core::Number;
using enum facts::MemberStatus;

// --- storms ----------------------------------------------------------------------------------------------

sim::Plan Storm(const swim::Config& config) {
  sim::Plan plan;
  plan.name = "swim";
  plan.nodes = config.nodes;
  plan.peer = plan.client = harness::RoughLink();
  plan.disk.sync_latency = sim::Latency::Uniform(1ms, 5ms);
  plan.disk.torn = {500'000'000};
  plan.clock = {1s, 200'000};
  plan.workload = {2, {20ms, 100ms}, 500ms, 0};
  const auto often = sim::Latency::Uniform(700ms, 1500ms);
  plan.faults = {{"crash", {}, often, sim::Latency::Uniform(100ms, 900ms), {"any"}, {}},
                 {"crash", {}, often, sim::Latency::Uniform(300ms, 3000ms), {"any"}, {}},
                 {"partition", {}, often, sim::Latency::Uniform(300ms, 2000ms), {"minority"}, {}},
                 {"partition", {}, often, sim::Latency::Uniform(100ms, 900ms), {"any"}, {{"shape", "random_edges"}}},
                 {"pause", {}, often, sim::Latency::Uniform(100ms, 1500ms), {"any"}, {}},
                 {"shutdown", {}, often, sim::Latency::Uniform(300ms, 2000ms), {"any"}, {}},
                 {"slow_cpu", {}, often, sim::Latency::Uniform(100ms, 1500ms), {"any"}, {}},
                 {"clock_drift", {}, often, sim::Latency::Uniform(100ms, 500ms), {"any"}, {}},
                 {"clock_step", {}, often, sim::Latency::Uniform(100ms, 500ms), {"any"}, {}}};
  plan.storm = 10s;
  plan.settle = 2 * config.Patience() + 5s;
  plan.core = sim::Core::kQuorum;
  plan.electorate = config.Electorate();
  return plan;
}

swim::Config RandomConfig(std::uint32_t nodes, std::uint64_t seed) {
  swim::Config config;
  config.nodes = nodes;
  core::Seeded seeded(seed);
  std::uint64_t draws = 0;
  config.Randomize(24ms, [&](std::uint64_t bound) {
    return seeded.Choose({core::Purpose::kSwarm, nodes, 0, draws++}, bound);
  });
  return config;
}

sim::Report Play(const sim::Plan& plan, const swim::Config& config, std::uint64_t seed, core::Mutation mutation = {}) {
  invariants::Panel<swim::Node> panel(invariants::NotPromised(facts::PromiseOf(config)));
  sim::RunOptions options;
  options.seed = seed;
  options.mutation = mutation;
  return sim::Run<swim::Node>(std::make_shared<sim::Plan>(plan), config, {config.nodes, config.nodes}, panel, options);
}

// Of every size, as configured and at random; and each rule has something to judge.
TEST(SwimStorm, EveryRuleHolds) {
  std::map<std::string, std::uint64_t> judged;
  std::map<std::string, std::uint64_t> announced;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    for (std::uint32_t nodes = 1; nodes <= 7; ++nodes) {
      swim::Config config;
      config.nodes = nodes;
      if (seed % 2 == 1) config = RandomConfig(nodes, seed);
      const sim::Report report = Play(Storm(config), config, seed);
      ASSERT_FALSE(report.violation) << nodes << " nodes, seed " << seed << ": " << report.violation->monitor << ": "
                                     << report.violation->explanation;
      EXPECT_EQ(report.cut_short, "");
      for (const auto& monitor : report.monitors) judged[monitor.name] += monitor.judged;
      for (const auto& [fact, times] : report.announced) announced[fact] += times;
    }
  }
  for (const char* rule :
       {"swim-view-monotone", "swim-incarnation-owned", "swim-accuracy", "swim-completeness", "swim-probes-answered"}) {
    EXPECT_GT(judged[rule], 1'000u) << rule;
  }
  EXPECT_GT(announced["MemberDeclaredDead"], 1'000u);
}

// What the host can spoil of any protocol. Whether a PingReq or a Nack is heard, a Gossip or the answer to a table,
// makes a difference to how soon and how often, not to what holds in the end: see below, and swim_test.cc.
TEST(SwimStorm, WhatIsForgottenIgnoredOrSaidTooEarlyIsFound) {
  struct Mutant {
    core::Mutation mutation;
    std::string rule;
  };
  constexpr int kPing = 0, kAck = 1, kGossip = 4, kPushPull = 5, kPushPullReply = 6;
  const std::vector<Mutant> mutants{{{.forget_record = 0}, "swim-incarnation-owned"},
                                    {{.early_message = kPing}, "swim-incarnation-owned"},
                                    {{.early_message = kAck}, "swim-incarnation-owned"},
                                    {{.early_message = kGossip}, "swim-incarnation-owned"},
                                    {{.early_message = kPushPull}, "swim-incarnation-owned"},
                                    {{.early_message = kPushPullReply}, "swim-incarnation-owned"},
                                    {{.ignore_message = kPing}, "swim-probes-answered"},
                                    {{.ignore_message = kAck}, "swim-probes-answered"},
                                    {{.ignore_message = kPushPull}, "swim-completeness"}};
  swim::Config config;
  config.nodes = 7;
  for (const Mutant& mutant : mutants) {
    std::string found;
    for (std::uint64_t seed = 0; seed < 100 && found.empty(); ++seed) {
      if (const auto violation = Play(Storm(config), config, seed, mutant.mutation).violation)
        found = violation->monitor;
    }
    EXPECT_EQ(found, mutant.rule) << core::Text(mutant.mutation);
  }
}

// --- clusters with one thing wrong ------------------------------------------------------------------------

// What members found out, and when.
struct Watch : sim::NoObserver {
  core::Duration now{};
  std::uint64_t accused = 0;
  std::map<NodeId, std::uint64_t> dead;                           // how often it was declared so
  std::map<NodeId, core::Duration> found;                         // when somebody first declared it dead
  std::map<NodeId, std::map<NodeId, facts::MemberStatus>> views;  // by who believes
  std::map<NodeId, std::set<NodeId>> answered;                    // by who asked

  void OnTime(core::TrueTime at) { now = at.time_since_epoch(); }
  void OnFact(NodeId node, const swim::Node::Fact& fact) {
    if (std::get_if<facts::MemberAccused>(&fact)) ++accused;
    if (const auto* f = std::get_if<facts::MemberDeclaredDead>(&fact)) {
      ++dead[f->member];
      found.emplace(f->member, now);
    }
    if (const auto* f = std::get_if<facts::MemberSeen>(&fact)) views[node][f->member] = f->status;
    if (const auto* f = std::get_if<facts::MemberAnswered>(&fact)) answered[node].insert(f->member);
  }
};

sim::Plan Calm(const swim::Config& config, core::Duration length) {
  sim::Plan plan;
  plan.nodes = config.nodes;
  plan.peer.latency = sim::Latency::Uniform(1ms, 5ms);
  plan.disk.sync_latency = sim::Latency::Uniform(1ms, 5ms);
  plan.clock = {1s, 200'000};
  plan.storm = length;
  return plan;
}

Watch Observe(const sim::Plan& plan, const swim::Config& config, std::uint64_t seed, core::Mutation mutation = {}) {
  Watch watch;
  sim::World<swim::Node> world(std::make_shared<sim::Plan>(plan), config, {config.nodes, config.nodes}, seed, mutation);
  world.Start(watch);
  while (world.Step(watch)) {
  }
  return watch;
}

swim::Config Of(std::uint32_t nodes) {
  swim::Config config;
  config.nodes = nodes;
  return config;
}

TEST(SwimCluster, WhereNothingIsWrongNobodyIsAccusedAndEverybodyIsProbed) {
  for (const std::uint32_t nodes : {1u, 2u, 3u, 10u, 50u}) {
    const Watch watch = Observe(Calm(Of(nodes), 15s), Of(nodes), 1);
    EXPECT_EQ(watch.accused, 0u);
    EXPECT_TRUE(watch.views.empty()) << "nor does anybody change his mind";
    for (std::uint32_t node = 0; node < nodes; ++node) {
      EXPECT_EQ(watch.answered.count(NodeId{node}) == 0 ? 0 : watch.answered.at(NodeId{node}).size(), nodes - 1);
    }
  }
}

// SWIM, §4.3: within 2n - 1 periods each has probed it; then the suspicion must stand. In fact somebody is much sooner.
TEST(SwimCluster, ACrashIsFoundByEverybodyInTime) {
  for (const std::uint32_t nodes : {2u, 5u, 10u, 50u}) {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const swim::Config config = Of(nodes);
      sim::Plan plan = Calm(config, 20s);
      plan.faults = {{"crash", 2s, {}, sim::Latency::Uniform(20s, 20s), {"n1"}, {}}};
      const Watch watch = Observe(plan, config, seed);
      ASSERT_EQ(watch.found.count(NodeId{1}), 1u);
      EXPECT_EQ(watch.found.size(), 1u) << "nobody else is taken for dead";
      EXPECT_GT(watch.found.at(NodeId{1}), 2s + config.LeastSuspicion());
      EXPECT_LT(watch.found.at(NodeId{1}),
                2s + (2 * nodes - 1) * config.probe_interval.max + config.LongestSuspicion());
      for (std::uint32_t node = 0; node < nodes; ++node) {
        if (node == 1) continue;
        EXPECT_EQ(watch.views.at(NodeId{node}).at(NodeId{1}), kDead) << node << " of " << nodes;
      }
    }
  }
}

// Most of the others suspect it by themselves, so the suspicion stands for little longer than it must.
TEST(SwimCluster, ManyWitnessesShortenASuspicion) {
  swim::Config config = Of(10);
  sim::Plan plan = Calm(config, 10s);
  plan.faults = {{"crash", 2s, {}, sim::Latency::Uniform(20s, 20s), {"n1"}, {}}};
  const core::Duration many = Observe(plan, config, 1).found.at(NodeId{1});
  config.confirmations.reset();
  const core::Duration least = Observe(plan, config, 1).found.at(NodeId{1});
  EXPECT_LT(many, least + config.LongestSuspicion() / 3);
  EXPECT_GT(many, least - 200ms) << "and never shorter";
}

// Two that do not hear each other, and others between them.
TEST(SwimCluster, ABrokenLinkIsNoDeath) {
  const swim::Config config = Of(5);
  sim::Plan plan = Calm(config, 20s);
  plan.faults = {{"partition", 1s, {}, sim::Latency::Uniform(19s, 19s), {"n1"}, {{"shape", "spur"}}}};
  const Watch watch = Observe(plan, config, 1);
  EXPECT_EQ(watch.accused, 0u) << "whom one node still reaches has answered through that one";
  const Watch alone = Observe(plan, config, 1, {.ignore_message = 2});
  EXPECT_GT(alone.accused, 20u) << "without PingReq";
}

TEST(SwimCluster, LeavingIsNoFailureAndWhoComesBackIsAMember) {
  const swim::Config config = Of(6);
  sim::Plan plan = Calm(config, 10s);
  plan.faults = {{"shutdown", 1s, {}, sim::Latency::Uniform(20s, 20s), {"n1"}, {}},
                 {"shutdown", 1s, {}, sim::Latency::Uniform(5s, 5s), {"n2"}, {}}};
  const Watch watch = Observe(plan, config, 1);
  EXPECT_EQ(watch.accused, 0u);
  for (const std::uint32_t node : {0u, 3u, 4u, 5u}) {
    EXPECT_EQ(watch.views.at(NodeId{node}).at(NodeId{1}), kLeft);
    EXPECT_EQ(watch.views.at(NodeId{node}).at(NodeId{2}), kAlive);
  }
}

// Long enough that each half has buried the other.
TEST(SwimCluster, TheHalvesOfAPartitionFindEachOtherAgain) {
  const swim::Config config = Of(8);
  sim::Plan plan = Calm(config, 20s);
  plan.faults = {{"partition", 1s, {}, sim::Latency::Uniform(9s, 9s), {"n1"}, {{"shape", "halves"}}}};
  const Watch watch = Observe(plan, config, 1);
  EXPECT_EQ(watch.found.size(), 8u);
  for (const auto& [node, views] : watch.views) {
    for (const auto& [member, status] : views) EXPECT_EQ(status, kAlive) << core::Text(node) << core::Text(member);
  }
}

// Lifeguard's point: who is hard of hearing takes the others for dead, unless it thinks of itself first.
TEST(SwimCluster, WhoHearsLittleDoesNotBuryTheHealthy) {
  struct Mistakes {
    std::uint64_t accused = 0, buried = 0;
  };
  const auto count = [](const swim::Config& config) {
    Mistakes mistakes;
    const auto always = sim::Latency::Uniform(28s, 28s);
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      sim::Plan plan = Calm(config, 30s);
      plan.faults = {{"packet_loss", 1s, {}, always, {"n1"}, {{"chance", "70%"}, {"direction", "in"}}},
                     {"packet_delay", 1s, {}, always, {"n1"}, {{"by", "50ms..150ms"}, {"direction", "in"}}}};
      const Watch watch = Observe(plan, config, seed);
      mistakes.accused += watch.accused;
      for (const auto& [member, times] : watch.dead) mistakes.buried += member == NodeId{1} ? 0 : times;
    }
    return mistakes;
  };
  swim::Config config = Of(16);
  const Mistakes with = count(config);
  config.max_health.reset();
  config.confirmations.reset();
  const Mistakes without = count(config);
  EXPECT_EQ(with.buried, 0u);
  EXPECT_GT(without.buried, 10u);
  EXPECT_LT(2 * with.accused, without.accused);
}

}  // namespace
