// Conformance of the protocols that agree, and of collectors over them.
#include <memory>

#include "gtest/gtest.h"
#include "protocols/consensus/multi_paxos.h"
#include "protocols/consensus/raft.h"
#include "protocols/consensus/zab.h"
#include "protocols/machines/span_store.h"
#include "tests/protocols/conformance.h"

namespace conformance {

using namespace std::chrono_literals;

// Snapshots that somebody needs.
template <class Config>
void TightenSnapshots(Config& config) {
  config.snapshot_every = 20;
  config.snapshot_keep = 2;
  config.snapshot_chunk = 4;
}
template <>
struct Tightened<multi_paxos::Config> {
  static void Apply(multi_paxos::Config& config) { TightenSnapshots(config); }
};
template <>
struct Tightened<raft::Config> {
  static void Apply(raft::Config& config) { TightenSnapshots(config); }
};
// Epochs that run out, snapshots that somebody needs, a server that has no vote; leaders that are given up
// while they go on logging what nobody else has.
template <>
struct Tightened<zab::Config> {
  static void Apply(zab::Config& config) {
    config.tick = 25ms;
    config.sync_limit = 3;
    config.observers = 1;
    config.counter_limit = 10;
    config.snapshot_every = 10;
    config.snapshot_keep = 2;
    config.snapshot_chunk = 2;
  }
};

namespace {

// Raft by itself, with clients.
struct RaftWithClients {
  using Node = raft::Node;
  static Experiment<Node> Prepare(std::uint32_t members) {
    sim::Plan plan = Storm(members);
    plan.workload = {4, {10ms, 50ms}, 500ms, 0};
    plan.workload.mix.changes = plan.workload.mix.transfers = {20'000'000};
    raft::Config config;
    config.nodes = members;
    config.reads = raft::Reads::kIndex;
    Tightened<raft::Config>::Apply(config);
    return {std::make_shared<sim::Plan>(plan), config, sim::Shape{members, members}};
  }
};

struct CollectorsOverRaft : Collectors<raft::NodeOf<machines::SpanStore>> {
  static constexpr std::size_t kNeverSent = 3;  // nobody hands over, or reads: no TimeoutNow, ReadIndex, ReadIndexReply
};
struct CollectorsOverMultiPaxos : Collectors<multi_paxos::NodeOf<machines::SpanStore>> {
  static constexpr std::size_t kNeverSent = 3;  // the same: no TakeOver, ReadIndex, ReadIndexReply
};

// Multi-Paxos by itself, with clients and operators.
struct MultiPaxosWithClients {
  using Node = multi_paxos::Node;
  static Experiment<Node> Prepare(std::uint32_t members) {
    sim::Plan plan = Storm(members);
    plan.workload = {4, {10ms, 50ms}, 500ms, 0};
    plan.workload.mix.changes = {10'000'000};
    plan.workload.mix.transfers = {10'000'000};
    multi_paxos::Config config;
    config.nodes = members;
    config.alpha = 8;
    config.reads = multi_paxos::Reads::kIndex;
    config.snapshot_every = 20;
    config.snapshot_keep = 5;
    config.snapshot_chunk = 4;
    return {std::make_shared<sim::Plan>(plan), config, sim::Shape{members, members}};
  }
};

struct CollectorsOverZab : Collectors<zab::NodeOf<machines::SpanStore>> {
  static constexpr std::size_t kNeverSent = 2;  // nobody reads a span store: no Sync, no Synced
};

// ZAB by itself, with clients whose reads ask the leader how far they must see.
struct ZabWithClients {
  using Node = zab::Node;
  static Experiment<Node> Prepare(std::uint32_t members) {
    sim::Plan plan = Storm(members);
    plan.workload = {4, {10ms, 50ms}, 500ms, 0};
    zab::Config config;
    config.nodes = members;
    config.reads = zab::Reads::kSync;
    Tightened<zab::Config>::Apply(config);
    plan.electorate = config.Electorate();
    return {std::make_shared<sim::Plan>(plan), config, sim::Shape{members, members}};
  }
};

using Cases = testing::Types<RaftWithClients, CollectorsOverRaft, MultiPaxosWithClients, CollectorsOverMultiPaxos,
                             ZabWithClients, CollectorsOverZab>;
INSTANTIATE_TYPED_TEST_SUITE_P(Consensus, Conformance, Cases, CaseNames);

}  // namespace
}  // namespace conformance
