// What spreads without agreement, in a storm: everybody answers, and in the end everybody has the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <variant>
#include <vector>

#include "protocols/convergence/multi_value.h"
#include "protocols/dissemination/async_replication.h"
#include "protocols/dissemination/causal_broadcast.h"
#include "protocols/dissemination/gossip.h"
#include "protocols/dissemination/virtual_synchrony.h"
#include "sim/world.h"

namespace {

using namespace std::chrono_literals;

// What clients were told is safe, and names that were given twice.
struct Ledger : sim::NoObserver {
  std::set<facts::UpdateName> issued, acknowledged;
  int twice = 0;

  template <class Fact>
  void OnFact(core::NodeId, const Fact& fact) {
    if (const auto* named = std::get_if<facts::UpdateIssued>(&fact)) twice += !issued.insert(named->name).second;
    if (const auto* safe = std::get_if<facts::UpdateAcknowledged>(&fact)) acknowledged.insert(safe->name);
  }
};

sim::Plan Storm() {
  sim::Plan plan;
  plan.nodes = 5;
  plan.peer.latency = sim::Latency::Uniform(1ms, 10ms);
  plan.peer.loss = {50'000'000};
  plan.peer.duplicate = {50'000'000};
  plan.peer.reorder = {50'000'000};
  plan.peer.reorder_delay = 50ms;
  plan.client = plan.peer;
  plan.disk.sync_latency = sim::Latency::Uniform(1ms, 5ms);
  plan.clock = {1s, 200'000};
  plan.workload = {4, {5ms, 20ms}, 1s, 0};
  const auto often = sim::Latency::Uniform(200ms, 800ms), briefly = sim::Latency::Uniform(50ms, 400ms);
  plan.faults = {{"crash", {}, often, briefly, {"any"}, {}},
                 {"partition", {}, often, briefly, {"minority"}, {}},
                 {"clock_step", {}, often, briefly, {"any"}, {}}};
  plan.storm = 10s;
  plan.settle = 10s;
  return plan;
}

template <class Node>
void ExpectNothingLeftOver(const sim::World<Node>&) {}
// All are in one view, where nobody waits for anything or keeps it for others.
template <>
void ExpectNothingLeftOver(const sim::World<virtual_synchrony::Node>& world) {
  const auto& first = world.hosts().front().node.view();
  for (const auto& host : world.hosts()) {
    const virtual_synchrony::Node& node = host.node;
    EXPECT_EQ(node.view().number, first.number);
    EXPECT_EQ(node.view().members, first.members);
    EXPECT_FALSE(node.stopped());
    EXPECT_TRUE(node.kept.empty());
    EXPECT_TRUE(node.pending.empty());
    EXPECT_TRUE(node.held.empty());
    EXPECT_FALSE(node.standing.base);
    EXPECT_TRUE(node.standing.current.data.empty());
  }
}

template <class Node>
void ExpectConvergence(const typename Node::Config& config) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    auto plan = std::make_shared<sim::Plan>(Storm());
    plan->electorate = config.Electorate();
    sim::World<Node> world(plan, config, {5, 5}, seed);
    Ledger ledger;
    world.Start(ledger);
    while (world.Step(ledger)) {
    }
    EXPECT_GT(ledger.acknowledged.size(), 50u);
    EXPECT_EQ(ledger.twice, 0);
    const auto& first = world.hosts().front().node.replica();
    for (const auto& host : world.hosts()) {
      EXPECT_EQ(host.node.replica().store(), first.store());
      EXPECT_EQ(host.node.replica().machine.values, first.machine.values);
    }
    for (const facts::UpdateName& name : ledger.acknowledged) {
      EXPECT_TRUE(first.store().context.Contains({name.node, name.number}));
    }
    ExpectNothingLeftOver(world);
  }
}

TEST(Gossip, AllHaveTheSameInTheEnd) { ExpectConvergence<gossip::Node>({}); }
TEST(Gossip, AlsoInSmallPiecesWithoutRumours) {
  gossip::Config config;
  config.max_batch = 1;
  config.rumours.reset();
  config.checkpoint_every = 3;
  config.pause = {20ms, 40ms};
  ExpectConvergence<gossip::Node>(config);
}
TEST(Gossip, AlsoIfDigestsAreComparedFirst) {
  gossip::Config config;
  config.digest_above = 1;
  config.max_batch = 2;
  config.rumours.reset();
  config.pause = {20ms, 40ms};
  ExpectConvergence<gossip::Node>(config);
}
TEST(Gossip, AlsoWhereAWriteMustBeOnThreeDisks) {
  gossip::Config config;
  config.acks = 3;
  ExpectConvergence<gossip::Node>(config);
}

// Removals that are still there, at whatever node.
template <class Node>
std::size_t RemovalsIn(const sim::World<Node>& world) {
  std::size_t removals = 0;
  for (const auto& host : world.hosts()) {
    for (const auto& [dot, update] : host.node.replica().store().standing) {
      removals += convergence::MultiValue::Removes(update.command);
    }
  }
  return removals;
}

template <template <class> class NodeOf>
void ExpectTheSameSiblings() {
  using Node = NodeOf<convergence::MultiValue>;
  typename Node::Config config;
  config.checkpoint_every = 3;
  sim::Plan storm = Storm();
  storm.workload.mix.keys = 4;
  auto plan = std::make_shared<sim::Plan>(storm);
  std::size_t most = 0, in_the_end = 0, conflicts = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    sim::World<Node> world(plan, config, {5, 5}, seed);
    Ledger ledger;
    world.Start(ledger);
    while (world.Step(ledger)) {
      most = std::max(most, RemovalsIn(world));
      for (const auto& [key, values] : world.hosts().front().node.replica().machine.values) {
        conflicts += values.size() > 1;
      }
    }
    const auto& first = world.hosts().front().node.replica();
    for (const auto& host : world.hosts()) {
      EXPECT_EQ(host.node.replica().store().context, first.store().context);
      EXPECT_EQ(host.node.replica().machine.values, first.machine.values);
    }
    in_the_end += RemovalsIn(world);
  }
  EXPECT_GT(conflicts, 0u);
  EXPECT_GT(most, 0u);
  // Five nodes, four keys; what all had, the checkpoints took.
  EXPECT_LE(in_the_end, 10 * 5 * 4u);
}
TEST(Siblings, AreTheSameInTheEnd) {
  ExpectTheSameSiblings<gossip::NodeOf>();
  ExpectTheSameSiblings<causal_broadcast::NodeOf>();
  ExpectTheSameSiblings<async_replication::NodeOf>();
  ExpectTheSameSiblings<virtual_synchrony::NodeOf>();
}

TEST(CausalBroadcast, AllHaveTheSameInTheEnd) { ExpectConvergence<causal_broadcast::Node>({}); }
// In any other order than that of causes a batch of one would bring nobody on.
TEST(CausalBroadcast, AlsoInSmallPiecesWithLittleRoom) {
  causal_broadcast::Config config;
  config.max_batch = 1;
  config.max_pending = 1;
  config.checkpoint_every = 3;
  config.pause = {20ms, 40ms};
  ExpectConvergence<causal_broadcast::Node>(config);
}
TEST(CausalBroadcast, AlsoWhereAWriteMustBeOnThreeDisks) {
  causal_broadcast::Config config;
  config.acks = 3;
  ExpectConvergence<causal_broadcast::Node>(config);
}

TEST(VirtualSynchrony, AllHaveTheSameInTheEndAndAreInOneView) { ExpectConvergence<virtual_synchrony::Node>({}); }
TEST(VirtualSynchrony, AlsoInSmallPiecesWithLittleRoomIfNobodyIsWaitedForLong) {
  virtual_synchrony::Config config;
  config.max_batch = 1;
  config.max_pending = 1;
  config.checkpoint_every = 3;
  config.pause = {20ms, 40ms};
  config.silence = 3;
  ExpectConvergence<virtual_synchrony::Node>(config);
}
TEST(VirtualSynchrony, AlsoWhereAWriteMustBeOnThreeDisks) {
  virtual_synchrony::Config config;
  config.acks = 3;
  ExpectConvergence<virtual_synchrony::Node>(config);
}

TEST(AsyncReplication, AllHaveTheSameInTheEnd) { ExpectConvergence<async_replication::Node>({}); }
TEST(AsyncReplication, AlsoInSmallPiecesThatBackOff) {
  async_replication::Config config;
  config.max_batch = 1;
  config.tick = 20ms;
  config.max_backoff = 4;
  config.checkpoint_every = 3;
  ExpectConvergence<async_replication::Node>(config);
}
TEST(AsyncReplication, AlsoWhereAWriteMustBeOnThreeDisks) {
  async_replication::Config config;
  config.acks = 3;
  ExpectConvergence<async_replication::Node>(config);
}

}  // namespace
