// Explanation: how a violation came about, from what is behind it alone.
//
// The run is made again with everything recorded. What is not in the causal past of the violation is left out, and so
// is what changed nothing. Then the odds: the run as it was up to some event, and other choices from there on, many
// times; the share that violates the same tells when it became likely, and when it could not be helped any more.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/report.h"
#include "tools/experiment.h"

namespace tools {

// What happened in one event, and what a node then believed that it had not before.
struct Step {
  std::uint64_t event = 0;
  core::Duration time{};
  std::vector<std::string> lines;    // "n2 hears from n1: Vote{t3 yes}", "n2 announces LeaderElected{t3}"
  std::vector<std::string> changes;  // "n2 term: t3"
};

// Of so many runs that are the same up to this event and then chosen anew, so many violate the same.
struct Odds {
  std::uint64_t after_event = 0;
  std::uint64_t violated = 0;
  std::string what{};  // happened in that event
};

struct Explanation {
  sim::Report report;
  std::size_t past = 0;     // events behind the violation
  std::vector<Step> steps;  // of these, those in which anything changed
  // By node, what it believed last; of what changed at all.
  std::map<std::string, std::map<std::string, std::string>> beliefs;
  std::uint64_t runs = 0;  // for each of the odds
  std::vector<Odds> odds;  // by event
};

struct ExplainHow {
  std::uint64_t runs = 100;  // for the odds; 0: without
  std::uint32_t jobs = 1;
  const std::atomic<bool>* stop = nullptr;
};

// FailedPrecondition: the run violates nothing.
absl::StatusOr<Explanation> Explain(const Experiment& experiment, std::uint64_t seed, const ExplainHow& how);

}  // namespace tools
