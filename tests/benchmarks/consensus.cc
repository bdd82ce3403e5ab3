// What consensus costs: each protocol, five nodes, every monitor on, in the scenario in which other
// libraries' Raft was measured (willemt/raft, raft-rs, etcd; 570, 690 and 1,660 ns a delivered message, none
// of them checked).
//
// Latency 1 to 10 ms, 1 % loss, a random node cut off for 500 ms every 2 s; heartbeats every 50 ms, elections after
// 150 to 300 ms; a command of 32 bytes each millisecond, handed to the leader; and the same without the loss
// and the cuts. Counters: ns_per_message (delivered), committed commands per second of processor
// time, messages per command, and allocations per event in steady state.
#include <benchmark/benchmark.h>

#include <memory>
#include <optional>
#include <string_view>

#include "invariants/invariant.h"
#include "protocols/consensus/multi_paxos.h"
#include "protocols/consensus/raft.h"
#include "protocols/consensus/zab.h"
#include "sim/run.h"
#include "sim/world.h"
#include "tests/benchmarks/support/allocations.h"

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr core::Duration kWarmUp = seconds(5);
constexpr core::Duration kEnd = kWarmUp + seconds(60);

std::shared_ptr<sim::Plan> MakePlan(bool faults) {
  auto plan = std::make_shared<sim::Plan>();
  plan->nodes = 5;
  plan->peer.latency = sim::Latency::Uniform(milliseconds(1), milliseconds(10));
  plan->storm = kEnd;
  if (!faults) return plan;
  plan->peer.loss = {10'000'000};
  const auto every = sim::Latency::Uniform(seconds(2), seconds(2));
  const auto lasts = sim::Latency::Uniform(milliseconds(500), milliseconds(500));
  plan->faults.push_back({"partition", {}, every, lasts, {"any"}, {}});
  return plan;
}

// What a follower may have under way. One: each message carries all that came while the last was answered,
// which is what most commands a second take. Many: each command leaves at once, as in raft-rs and etcd, which
// is what the nanoseconds a message of those were measured with.
enum Window : std::uint32_t { kOne = 1, kMany = 256 };

// Hands the leader a command each millisecond, of 64 clients in turn.
template <class Node>
class Load {
 public:
  template <class Observer>
  void Step(sim::World<Node>& world, Observer& observer) {
    if (world.now() >= next_) Propose(world, observer);
    world.Step(observer);
  }

 private:
  template <class Observer>
  void Propose(sim::World<Node>& world, Observer& observer) {
    next_ += milliseconds(1);
    const std::optional<std::uint32_t> leader = world.physics().roles.leader;
    if (!leader) return;
    ++count_;
    typename Node::Request request;
    request.command = {machines::KeyValue::Operation::kPut, static_cast<std::uint32_t>(count_ % 16), count_};
    world.Inject(*leader, {core::ClientId{static_cast<std::uint32_t>(count_ % 64)}, 1 + count_ / 64}, request,
                 observer);
  }

  core::Duration next_{};
  std::uint64_t count_ = 0;
};

// How far the cluster has come, and what it has cost.
template <class Node>
struct Marks {
  explicit Marks(const sim::World<Node>& world)
      : events(world.events()),
        messages(world.physics().network.counts().delivered),
        allocations(benchmarks::Allocations()) {
    for (const auto& host : world.hosts()) committed = std::max(committed, host.node.replica.applied.value);
  }
  std::uint64_t events, messages, allocations;
  std::uint64_t committed = 0;
};

template <class Node>
void RunConsensus(benchmark::State& state, Window window, bool faults) {
  typename Node::Config config;
  config.max_inflight = window;
  sim::RunOptions options;
  std::uint64_t events = 0, messages = 0, allocations = 0, committed = 0;
  for (auto _ : state) {
    state.PauseTiming();
    ++options.seed;
    invariants::Panel<Node> panel(invariants::NotPromised(config.Promises()));
    sim::Watcher<invariants::Panel<Node>> watcher(panel, options);
    sim::World<Node> world(MakePlan(faults), config, {5, 5}, options.seed);
    Load<Node> load;
    world.Start(watcher);
    while (world.now() < kWarmUp) load.Step(world, watcher);
    const Marks<Node> before(world);
    state.ResumeTiming();
    while (world.now() < kEnd) load.Step(world, watcher);
    const Marks<Node> after(world);
    if (panel.broken() != nullptr) state.SkipWithError(panel.broken()->monitor->violation.c_str());
    events += after.events - before.events;
    messages += after.messages - before.messages;
    allocations += after.allocations - before.allocations;
    committed += after.committed - before.committed;
  }
  using benchmark::Counter;
  state.counters["ns_per_message"] = Counter(static_cast<double>(messages) * 1e-9, Counter::kIsRate | Counter::kInvert);
  state.counters["committed_per_second"] = Counter(static_cast<double>(committed), Counter::kIsRate);
  state.counters["messages_per_command"] = static_cast<double>(messages) / static_cast<double>(committed);
  state.counters["allocations_per_event"] = static_cast<double>(allocations) / static_cast<double>(events);
}

template <class Node>
void Batched(benchmark::State& state) {
  RunConsensus<Node>(state, kOne, false);
}
template <class Node>
void BatchedWithFaults(benchmark::State& state) {
  RunConsensus<Node>(state, kOne, true);
}
template <class Node>
void Pipelined(benchmark::State& state) {
  RunConsensus<Node>(state, kMany, false);
}
template <class Node>
void PipelinedWithFaults(benchmark::State& state) {
  RunConsensus<Node>(state, kMany, true);
}

#define CONSENSUS_BENCHMARKS(NODE)                                   \
  BENCHMARK(Batched<NODE>)->Unit(benchmark::kMillisecond);           \
  BENCHMARK(BatchedWithFaults<NODE>)->Unit(benchmark::kMillisecond); \
  BENCHMARK(Pipelined<NODE>)->Unit(benchmark::kMillisecond);         \
  BENCHMARK(PipelinedWithFaults<NODE>)->Unit(benchmark::kMillisecond)

CONSENSUS_BENCHMARKS(raft::Node);
CONSENSUS_BENCHMARKS(multi_paxos::Node);
CONSENSUS_BENCHMARKS(zab::Node);

}  // namespace
