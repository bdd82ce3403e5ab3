// Conformance of what spreads without agreement, of collectors over it, and of SWIM.
#include <cstdint>
#include <memory>

#include "gtest/gtest.h"
#include "protocols/convergence/multi_value.h"
#include "protocols/dissemination/async_replication.h"
#include "protocols/dissemination/causal_broadcast.h"
#include "protocols/dissemination/gossip.h"
#include "protocols/dissemination/swim.h"
#include "protocols/dissemination/virtual_synchrony.h"
#include "protocols/machines/span_store.h"
#include "tests/protocols/conformance.h"

namespace conformance {

using namespace std::chrono_literals;

// Small messages and short journals.
template <class Config>
void TightenReplica(Config& config) {
  config.max_batch = 2;
  config.checkpoint_every = 10;
}
template <>
struct Tightened<async_replication::Config> {
  static void Apply(async_replication::Config& config) {
    TightenReplica(config);
    config.digest_above = 2;
  }
};
template <>
struct Tightened<causal_broadcast::Config> {
  static void Apply(causal_broadcast::Config& config) { TightenReplica(config); }
};
template <>
struct Tightened<virtual_synchrony::Config> {
  static void Apply(virtual_synchrony::Config& config) {
    TightenReplica(config);
    config.silence = 4;
  }
};
template <>
struct Tightened<gossip::Config> {
  static void Apply(gossip::Config& config) {
    TightenReplica(config);
    config.digest_above = 2;
  }
};

namespace {

// What spreads without agreement by itself, with clients who are told when two nodes have what they wrote.
template <class Spreading>
struct WithoutAgreement {
  using Node = Spreading;
  static Experiment<Node> Prepare(std::uint32_t members) {
    sim::Plan plan = Storm(members);
    plan.workload = {4, {10ms, 50ms}, 500ms, 0};
    typename Node::Config config;
    config.nodes = members;
    config.acks = 2;
    Tightened<typename Node::Config>::Apply(config);
    plan.electorate = config.Electorate();
    return {std::make_shared<sim::Plan>(plan), config, sim::Shape{members, members}};
  }
};
struct GossipWithClients : WithoutAgreement<gossip::Node> {};
struct GossipWithSiblings : WithoutAgreement<gossip::NodeOf<convergence::MultiValue>> {};
struct CausalBroadcastWithClients : WithoutAgreement<causal_broadcast::Node> {};
struct CausalBroadcastWithSiblings : WithoutAgreement<causal_broadcast::NodeOf<convergence::MultiValue>> {};
struct AsyncReplicationWithClients : WithoutAgreement<async_replication::Node> {};
struct VirtualSynchronyWithClients : WithoutAgreement<virtual_synchrony::Node> {};
struct CollectorsOverGossip : Collectors<gossip::NodeOf<machines::SpanStore>> {};
struct CollectorsOverCausalBroadcast : Collectors<causal_broadcast::NodeOf<machines::SpanStore>> {};
struct CollectorsOverVirtualSynchrony : Collectors<virtual_synchrony::NodeOf<machines::SpanStore>> {};
struct CollectorsOverAsyncReplication : Collectors<async_replication::NodeOf<machines::SpanStore>> {};

// SWIM, with clients who ask who is a member.
struct SwimWithClients {
  using Node = swim::Node;
  static constexpr std::uint64_t kFewestReplays = 20;  // it writes when it starts and when it is contradicted
  static Experiment<Node> Prepare(std::uint32_t members) {
    sim::Plan plan = Storm(members);
    plan.workload = {4, {10ms, 50ms}, 500ms, 0};
    swim::Config config;
    config.nodes = members;
    plan.electorate = config.Electorate();
    return {std::make_shared<sim::Plan>(plan), config, sim::Shape{members, members}};
  }
};

using Cases = testing::Types<GossipWithClients, GossipWithSiblings, CollectorsOverGossip, CausalBroadcastWithClients,
                             CausalBroadcastWithSiblings, CollectorsOverCausalBroadcast, AsyncReplicationWithClients,
                             CollectorsOverAsyncReplication, VirtualSynchronyWithClients,
                             CollectorsOverVirtualSynchrony, SwimWithClients>;
INSTANTIATE_TYPED_TEST_SUITE_P(Dissemination, Conformance, Cases, CaseNames);

}  // namespace
}  // namespace conformance
