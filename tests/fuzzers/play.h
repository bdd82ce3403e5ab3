// Play: what a fuzzer of scenarios and seed files does with those that are accepted.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/experiment.h"

namespace fuzzers {

inline constexpr std::uint64_t kMostEvents = 300;
// A run of thousands of nodes is slow, and no mistake.
inline constexpr std::uint32_t kMostNodes = 9;
inline constexpr std::uint32_t kMostClients = 20;

// A few events of it. What the engine throws becomes kInternal, which nothing that was accepted may lead to.
inline void Play(absl::StatusOr<tools::Experiment> prepared, std::uint64_t seed) {
  if (!prepared.ok()) return;
  auto experiment = tools::ForSeed(*prepared, seed);
  if (!experiment.ok()) return;
  sim::Plan& plan = experiment->scenario.plan;
  if (plan.nodes > kMostNodes || plan.workload.clients > kMostClients) return;
  plan.max_events = kMostEvents;
  const auto report = tools::Run(*experiment, {.seed = seed, .trail = true});
  if (absl::IsInternal(report.status())) std::abort();
}

}  // namespace fuzzers
