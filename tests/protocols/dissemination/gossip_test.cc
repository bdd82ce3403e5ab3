// Gossip in a storm: everybody answers, and in the end everybody has the same.
#include "protocols/dissemination/gossip.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <variant>

#include "sim/world.h"

namespace {

using namespace std::chrono_literals;

// What clients were told is safe, and names that were given twice.
struct Ledger : sim::NoObserver {
  std::set<facts::UpdateName> issued, acknowledged;
  int twice = 0;

  void OnFact(core::NodeId, const gossip::Node::Fact& fact) {
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

struct Played {
  Ledger ledger;
  std::vector<gossip::Node> nodes;
};

Played Play(const gossip::Config& config, std::uint64_t seed) {
  Played played;
  auto plan = std::make_shared<sim::Plan>(Storm());
  plan->electorate = config.Electorate();
  sim::World<gossip::Node> world(plan, config, {5, 5}, seed);
  world.Start(played.ledger);
  while (world.Step(played.ledger)) {
  }
  for (const auto& host : world.hosts()) played.nodes.push_back(host.node);
  return played;
}

void ExpectConvergence(const Played& played) {
  EXPECT_GT(played.ledger.acknowledged.size(), 50u);
  EXPECT_EQ(played.ledger.twice, 0);
  const gossip::Node& first = played.nodes.front();
  for (const gossip::Node& node : played.nodes) {
    EXPECT_EQ(node.replica.store(), first.replica.store());
    EXPECT_EQ(node.replica.machine.values, first.replica.machine.values);
  }
  for (const facts::UpdateName& name : played.ledger.acknowledged) {
    EXPECT_TRUE(first.replica.store().context.Contains({name.node, name.number}));
  }
}

TEST(Gossip, AllHaveTheSameInTheEnd) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) ExpectConvergence(Play({}, seed));
}
TEST(Gossip, AlsoInSmallPiecesWithoutRumours) {
  gossip::Config config;
  config.max_batch = 1;
  config.rumours = 0;
  config.checkpoint_every = 3;
  config.pause = {20ms, 40ms};
  for (std::uint64_t seed = 1; seed <= 20; ++seed) ExpectConvergence(Play(config, seed));
}
TEST(Gossip, AlsoWhereAWriteMustBeOnThreeDisks) {
  gossip::Config config;
  config.acks = 3;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) ExpectConvergence(Play(config, seed));
}

}  // namespace
