// What an event of a causal graph costs, in time and memory, and what a question about two of them does: as many events
// over as many processes, told as they happened or out of order.
//
// A third of the events receive what some process sent lately, so that nearly all that is known anywhere is soon
// known everywhere: to a vector clock with each event that is the worst case. Items are events, or questions.
// `bytes_per_event` is what the process held at most beyond what it held before, growing lists included.
#include "protocols/clocks/causal_graph.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "protocols/core/check.h"
#include "tests/benchmarks/support/peak.h"
#include "tests/harness/trial.h"

namespace clocks {
namespace {

struct Told {
  Dot event;
  core::List<Dot> causes;
};

std::vector<Told> Traffic(std::int64_t events, std::int64_t processes) {
  harness::Dice dice{42};
  std::vector<std::uint64_t> numbers(static_cast<std::size_t>(processes));
  std::vector<Told> told;
  told.reserve(static_cast<std::size_t>(events));
  for (std::int64_t i = 0; i < events; ++i) {
    const auto process = static_cast<std::uint32_t>(dice(numbers.size()));
    Told next{{core::NodeId{process}, ++numbers[process]}, {}};
    if (i > 0 && dice.OneIn(3)) {
      next.causes.push_back(told[told.size() - 1 - dice(std::min(told.size(), 4 * numbers.size()))].event);
    }
    told.push_back(std::move(next));
  }
  return told;
}

CausalGraph Empty(std::size_t most) {
  CausalGraph graph;
  graph.most_events = graph.most_causes = static_cast<std::uint32_t>(most);
  return graph;
}

void AddAll(benchmark::State& state, const std::vector<Told>& told) {
  const benchmarks::Peak peak;
  for (auto _ : state) {
    CausalGraph graph = Empty(told.size());
    for (const Told& next : told) graph.Add(next.event, next.causes);
    CHECK(graph.events.size() == told.size());
    benchmark::DoNotOptimize(graph);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(told.size()));
  state.counters["bytes_per_event"] = peak.Grown() / static_cast<double>(told.size());
}

void Add(benchmark::State& state) { AddAll(state, Traffic(state.range(0), state.range(1))); }

// Each up to a thousand places from where it belongs.
void AddOutOfOrder(benchmark::State& state) {
  std::vector<Told> told = Traffic(state.range(0), state.range(1));
  harness::Dice dice{7};
  for (std::size_t i = 0; i < told.size(); ++i) {
    std::swap(told[i], told[i + dice(std::min<std::size_t>(1'000, told.size() - i))]);
  }
  AddAll(state, told);
}

// Built once for all questions.
struct Built {
  std::vector<Told> told;
  CausalGraph graph;
};
const Built& BuiltFor(const benchmark::State& state) {
  static std::map<std::pair<std::int64_t, std::int64_t>, Built> all;
  Built& built = all[{state.range(0), state.range(1)}];
  if (built.told.empty()) {
    built = {Traffic(state.range(0), state.range(1)), Empty(static_cast<std::size_t>(state.range(0)))};
    for (const Told& next : built.told) built.graph.Add(next.event, next.causes);
  }
  return built;
}

void AskAll(benchmark::State& state, std::size_t apart) {
  const auto& [told, graph] = BuiltFor(state);
  harness::Dice dice{7};
  std::vector<std::pair<Dot, Dot>> pairs;
  for (int i = 0; i < 10'000; ++i) {
    const std::size_t later = dice(told.size());
    const std::size_t earlier = later - dice(std::min(apart, later + 1));
    pairs.push_back({told[earlier].event, told[later].event});
  }
  std::size_t at = 0;
  for (auto _ : state) {
    const auto& [a, b] = pairs[at++ % pairs.size()];
    benchmark::DoNotOptimize(graph.HappenedBefore(a, b));
  }
  state.SetItemsProcessed(state.iterations());
}

void AskOfAny(benchmark::State& state) { AskAll(state, ~std::size_t{}); }
// Of two events so near that no clock between them tells.
void AskOfNeighbours(benchmark::State& state) { AskAll(state, static_cast<std::size_t>(4 * state.range(1))); }

void ClockOf(benchmark::State& state) {
  const auto& [told, graph] = BuiltFor(state);
  harness::Dice dice{7};
  for (auto _ : state) benchmark::DoNotOptimize(graph.ClockOf(told[dice(told.size())].event));
  state.SetItemsProcessed(state.iterations());
}

void Sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"events", "processes"});
  for (const std::int64_t events : {1'000, 10'000, 100'000, 1'000'000}) benchmark->Args({events, 100});
  benchmark->Args({1'000'000, 10})->Args({1'000'000, 400})->Args({1'000'000, 1'000});
}
void Millions(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"events", "processes"});
  for (const std::int64_t processes : {10, 100, 400, 1'000}) benchmark->Args({1'000'000, processes});
}

BENCHMARK(Add)->Apply(Sizes)->Unit(benchmark::kMillisecond);
BENCHMARK(AddOutOfOrder)->Args({1'000'000, 100})->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK(AskOfAny)->Apply(Millions);
BENCHMARK(AskOfNeighbours)->Apply(Millions);
BENCHMARK(ClockOf)->Apply(Millions);

}  // namespace
}  // namespace clocks
