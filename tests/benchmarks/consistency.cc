// How long it takes to judge a history: linearizability by intervals and by search, the causal
// consistencies and the sessions, sequential consistency.
//
// Items are operations. `bytes_per_op` is what the process held at most beyond what it held
// before, the history, so that memory linear in the operations shows as the same figure at every size.
#include <benchmark/benchmark.h>

#include "invariants/consistency/check.h"
#include "protocols/core/check.h"
#include "tests/benchmarks/support/peak.h"
#include "tests/consistency/long_history.h"

namespace {

using benchmarks::Peak;
using consistency::Conflict;
using consistency::Consistency;
using consistency::History;

void Judge(benchmark::State& state, const History& history, const char* model, Consistency what,
           const consistency::Options& options = {}) {
  const consistency::Model& known = *consistency::FindModel(model);
  CHECK(consistency::Validate(history, known, what).ok());
  const Peak peak;
  for (auto _ : state) {
    const consistency::Judgement judgement = consistency::Check(history, known, what, options);
    CHECK(judgement.verdict == consistency::Verdict::kHolds);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(history.operations.size()));
  state.counters["bytes_per_op"] = peak.Grown() / static_cast<double>(history.operations.size());
}

void LinearizableByIntervals(benchmark::State& state) {
  const History history =
      consistency::LinearizableHistory({.operations = static_cast<std::uint32_t>(state.range(0))}, 1);
  Judge(state, history, "register", Consistency::kLinearizable);
}
BENCHMARK(LinearizableByIntervals)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void LinearizableBySearch(benchmark::State& state) {
  const History history =
      consistency::LinearizableHistory({.operations = static_cast<std::uint32_t>(state.range(0))}, 1);
  Judge(state, history, "register", Consistency::kLinearizable, {.zones = false});
}
BENCHMARK(LinearizableBySearch)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void LinearizableCas(benchmark::State& state) {
  const History history = consistency::LinearizableHistory({.operations = 100'000, .cas_percent = 50}, 1);
  Judge(state, history, "cas-register", Consistency::kLinearizable);
}
BENCHMARK(LinearizableCas)->Unit(benchmark::kMillisecond);

// One write in twenty-five is never heard of again.
void LinearizableWithCrashes(benchmark::State& state) {
  const History history = consistency::LinearizableHistory({.operations = 100'000, .unknown_percent = 4}, 1);
  Judge(state, history, "register", Consistency::kLinearizable, {.zones = state.range(0) != 0});
}
BENCHMARK(LinearizableWithCrashes)->ArgName("zones")->Arg(1)->Arg(0)->Unit(benchmark::kMillisecond);

void Weak(benchmark::State& state, Conflict conflict, std::initializer_list<Consistency> all) {
  const History history =
      consistency::CausalHistory({.operations = static_cast<std::uint32_t>(state.range(0))}, conflict, 1);
  const consistency::Model& model = *consistency::FindModel("register");
  const Peak peak;
  for (auto _ : state) {
    for (const Consistency each : all) {
      const consistency::Judgement judgement = consistency::Check(history, model, each);
      CHECK(judgement.verdict == consistency::Verdict::kHolds);
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(history.operations.size()));
  state.counters["bytes_per_op"] = peak.Grown() / static_cast<double>(history.operations.size());
}

// All at once, one after the other: causal, causal convergence, and the five session guarantees.
void CausalAndSessions(benchmark::State& state) {
  Weak(state, Conflict::kLastWriterWins,
       {Consistency::kCausal, Consistency::kCausalConvergence, Consistency::kReadYourWrites,
        Consistency::kMonotonicReads, Consistency::kMonotonicWrites, Consistency::kWritesFollowReads,
        Consistency::kPram});
}
BENCHMARK(CausalAndSessions)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond)->Iterations(1);

void CausalMemory(benchmark::State& state) { Weak(state, Conflict::kLastToArrive, {Consistency::kCausalMemory}); }
BENCHMARK(CausalMemory)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond)->Iterations(1);

// Reads from followers: not linearizable, so that there is an order to be searched for; with and without the
// versions that tell where to look first.
void Sequential(benchmark::State& state) {
  const consistency::LongShape shape{.keys = 16, .operations = static_cast<std::uint32_t>(state.range(0))};
  const History history = consistency::FollowerHistory(shape, 20, state.range(1) != 0, 1);
  Judge(state, history, "register", Consistency::kSequential);
}
BENCHMARK(Sequential)
    ->ArgNames({"operations", "versions"})
    ->Args({10'000, 0})
    ->Args({10'000, 1})
    ->Args({100'000, 0})
    ->Args({100'000, 1})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);

}  // namespace
