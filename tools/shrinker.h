// Shrinker: the smallest cause it can find of a violation.
//
// Takes out of a seed file whatever need not be there for the same invariant to be violated, and keeps what a run has
// shown to do it: halves first, then smaller and smaller pieces, down to each part by itself (delta debugging; Zeller &
// Hildebrandt, "Simplifying and isolating failure-inducing input", 2002). All random decisions have names, so taking a
// part out leaves the others as they were as long as nothing depends on it. Where something does, another seed may
// show the same: a smaller version is tried with a few.
//
// The result depends on the seed file and the budget alone, not on the number of threads or on the machine's speed.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "scenarios/reduce.h"
#include "sim/report.h"
#include "tools/experiment.h"

namespace tools {

// A seed file that violates what it should, and how far its run got before.
struct Shrunk {
  scenarios::SeedFile file;
  std::uint64_t events = 0;
  core::Duration time{};
};

struct ShrinkOptions {
  std::uint32_t jobs = 1;
  std::uint64_t max_events = 20'000'000;  // to spend, of all runs together
  const std::atomic<bool>* stop = nullptr;
};

struct ShrinkOutcome {
  std::string monitor;
  Shrunk first, last;  // as given, and the smallest found
  std::uint64_t runs = 0;
  std::uint64_t events = 0;  // of all runs
  bool finished = false;     // nothing smaller was found; else the budget ran out, or it was stopped
};

// A run, made with a trail, as a seed file without expectations, with everything that happened in it as parts: what
// clients asked, what applications exported, and the faults as they were. Or clients go on asking by themselves.
enum class RequestsAs : std::uint8_t { kParts, kLoad };
scenarios::SeedFile PartsOf(const Experiment& experiment, const sim::Report& report, std::string_view version,
                            RequestsAs requests = RequestsAs::kParts);

// `file` must be violated: an error says what happened instead. `progress` is called between runs, in the calling
// thread.
absl::StatusOr<ShrinkOutcome> Shrink(const scenarios::SeedFile& file, const ShrinkOptions& options,
                                     const std::function<void(const ShrinkOutcome&)>& progress);

// The run of a seed file as it is, written down as a seed file keeps it.
absl::StatusOr<scenarios::SeedFile> Recorded(const scenarios::SeedFile& file, std::string_view version);

// What each part of a cause is worth: under so many seeds, its own and those behind it, how many runs violate the same
// with all parts, and how many without one.
struct Counterfactual {
  scenarios::Part part{};
  std::size_t place = 0;
  std::uint32_t without = 0;
};
struct Counterfactuals {
  std::uint32_t seeds = 0;
  std::uint32_t with_all = 0;
  std::vector<Counterfactual> parts;  // windows, requests and exports
  std::size_t more = 0;               // of these, that were not weighed: there are too many
};
Counterfactuals Weigh(const Shrunk& cause, const std::string& monitor, const ShrinkOptions& options);

}  // namespace tools
