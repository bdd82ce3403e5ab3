// What one event of a five-node Raft cluster costs, with every monitor on and
// with none, what it costs more where every kind of fault could strike but none
// does, and how much faster than real time an idle cluster runs.
//
// Load as in a common floor for simulated messages: latency 0.5 to 1.5 ms, 1 %
// loss, a few hundred entries a second. Counters: ns_per_event, ns_per_message
// (delivered), allocations_per_event in steady state, and simulated seconds per
// second. The log of a Raft without snapshots grows, so its vectors double now
// and then: that is the whole of the allocations counted.
#include <benchmark/benchmark.h>

#include <memory>

#include "invariants/invariant.h"
#include "protocols/consensus/raft.h"
#include "sim/fault.h"
#include "sim/run.h"
#include "tests/benchmarks/support/allocations.h"

namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using World = sim::World<raft::Node>;

std::shared_ptr<sim::Plan> MakePlan(std::uint32_t clients) {
  auto plan = std::make_shared<sim::Plan>();
  plan->nodes = 5;
  plan->peer.latency = sim::Latency::Uniform(microseconds(500), microseconds(1500));
  plan->peer.loss = {10'000'000};
  plan->client = plan->exporter = plan->peer;
  plan->disk.sync_latency = sim::Latency::Uniform(microseconds(50), microseconds(100));
  plan->workload = {clients, {milliseconds(2), milliseconds(8)}, seconds(1), 0};
  plan->storm = hours(24);
  return plan;
}

// One window of every kind of fault that has come and gone, so that all that it ever needed
// is there, and one that is still far away. Kinds that leave damage for good only wait.
std::shared_ptr<sim::Plan> WithEveryFault(std::shared_ptr<sim::Plan> plan) {
  for (const sim::FaultKind* kind : sim::FaultKinds()) {
    const std::string name(kind->name);
    const auto lasts = sim::Latency::Uniform(milliseconds(100), milliseconds(100));
    plan->faults.push_back({name, hours(23), {}, lasts, {"n1"}, {}});
    if (kind->name.starts_with("packet_") || kind->name.starts_with("clock_") || kind->name == "partition" ||
        kind->name == "clog" || kind->name == "pause" || kind->name == "slow_cpu" || kind->name == "disk_stall") {
      plan->faults.push_back({name, seconds(1), {}, lasts, {"n1"}, {}});
    }
  }
  return plan;
}

// Nobody listens: the engine alone.
struct Alone {
  explicit Alone(const sim::RunOptions&) {}
  Alone(const Alone&) {}
  sim::NoObserver observer;
};
// Every monitor that applies to Raft as it is by default.
struct Monitored {
  explicit Monitored(const sim::RunOptions& given) : options(given), observer(panel, options) {}
  Monitored(const Monitored& other) : options(other.options), panel(other.panel), observer(panel, options) {}
  sim::RunOptions options;
  invariants::Panel<raft::Node> panel{invariants::NotPromised(raft::Config{}.Promises())};
  sim::Watcher<invariants::Panel<raft::Node>> observer;
};

struct Marks {
  explicit Marks(const World& world)
      : events(world.events()),
        messages(world.physics().network.counts().delivered),
        simulated(world.now()),
        allocations(benchmarks::Allocations()) {}
  std::uint64_t events, messages;
  core::Duration simulated;
  std::uint64_t allocations;
};

struct Totals {
  double events = 0, messages = 0, simulated = 0, allocations = 0;

  void Add(const Marks& before, const Marks& after) {
    events += static_cast<double>(after.events - before.events);
    messages += static_cast<double>(after.messages - before.messages);
    simulated += static_cast<double>((after.simulated - before.simulated).count()) * 1e-9;
    allocations += static_cast<double>(after.allocations - before.allocations);
  }
};

void Report(benchmark::State& state, const Totals& totals) {
  using benchmark::Counter;
  const auto inverted = Counter::kIsRate | Counter::kInvert;
  state.counters["ns_per_event"] = Counter(totals.events * 1e-9, inverted);
  state.counters["ns_per_message"] = Counter(totals.messages * 1e-9, inverted);
  state.counters["allocations_per_event"] = totals.allocations / totals.events;
  state.counters["simulated_per_second"] = Counter(totals.simulated, Counter::kIsRate);
}

template <class Watch>
void RunRaft(benchmark::State& state, std::shared_ptr<const sim::Plan> plan) {
  const sim::RunOptions options;
  Watch watch(options);
  World world(std::move(plan), raft::Config{}, {5, 5}, 1);
  world.Start(watch.observer);
  while (world.now() < seconds(5)) world.Step(watch.observer);
  // A minute at a time, each from the same warm state: a log that only grows
  // would turn a longer run into a benchmark of the page tables.
  Totals totals;
  for (auto _ : state) {
    state.PauseTiming();
    World fork = world;
    Watch watching = watch;
    while (fork.now() < seconds(6)) fork.Step(watching.observer);  // a fresh copy has no slack in its vectors
    const Marks before(fork);
    state.ResumeTiming();
    while (fork.now() < seconds(66)) fork.Step(watching.observer);
    totals.Add(before, Marks(fork));
  }
  Report(state, totals);
}

void RaftUnderLoad(benchmark::State& state) { RunRaft<Alone>(state, MakePlan(4)); }
void RaftUnderLoadEveryFaultIdle(benchmark::State& state) { RunRaft<Alone>(state, WithEveryFault(MakePlan(4))); }
void RaftUnderLoadAllMonitors(benchmark::State& state) { RunRaft<Monitored>(state, MakePlan(4)); }
void RaftIdle(benchmark::State& state) { RunRaft<Alone>(state, MakePlan(0)); }
void RaftIdleAllMonitors(benchmark::State& state) { RunRaft<Monitored>(state, MakePlan(0)); }

BENCHMARK(RaftUnderLoad)->Unit(benchmark::kMillisecond);
BENCHMARK(RaftUnderLoadEveryFaultIdle)->Unit(benchmark::kMillisecond);
BENCHMARK(RaftUnderLoadAllMonitors)->Unit(benchmark::kMillisecond);
BENCHMARK(RaftIdle)->Unit(benchmark::kMillisecond);
BENCHMARK(RaftIdleAllMonitors)->Unit(benchmark::kMillisecond);

}  // namespace
