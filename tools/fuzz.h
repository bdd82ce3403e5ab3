// Fuzz: a campaign of generated runs over scenarios and protocols, in pieces that can be stopped, gone on with, and
// shared out to machines.
//
// Run number n is of target n mod T, under seed first + n / T; a shard takes every so-manieth run. So what a run is
// depends on its number alone, and a campaign in one piece, in shards or in several sittings comes to the same.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/corpus.h"
#include "tools/experiment.h"
#include "tools/fuzz_results.h"
#include "tools/shrinker.h"

namespace tools {

// A scenario on a protocol.
struct FuzzTarget {
  std::string scenario;  // as given
  std::string protocol;
  Experiment experiment;

  std::string name() const { return scenario + " " + protocol; }
};

struct FuzzPlan {
  std::vector<FuzzTarget> targets;
  std::uint64_t first_seed = 1;
  std::uint64_t shard = 0, shards = 1;
  std::uint32_t repeat_permille = 50;  // of the runs are made twice, and their digests compared
  std::uint64_t shrink_events = 5'000'000;

  const FuzzTarget& TargetOf(std::uint64_t run) const { return targets[run % targets.size()]; }
  std::uint64_t SeedOf(std::uint64_t run) const { return first_seed + run / targets.size(); }
  bool IsRepeated(std::uint64_t run) const;
  // "0123456789abcdef-0-of-1": of the same campaign and shard, always the same.
  std::string Name() const;
};

// What a campaign that begins has: nothing done.
FuzzResults Nothing(const FuzzPlan& plan, std::string_view version);

// A violation found in this sitting.
struct Discovery {
  Finding finding;
  sim::Report report;                   // of the run that found it
  std::optional<ShrinkOutcome> shrunk;  // none: it was only counted
  std::string explanation;
};

struct FuzzCallbacks {
  std::function<void()> progress;                  // ten times a second
  std::function<void(const Discovery&)> discover;  // a violation that was shrunk and kept
};

// The next piece of the campaign, up to run number `until`: `results` is what has been done when it returns, and what
// is in the corpus. An error of code kDataLoss: a run gave two digests.
absl::Status FuzzPiece(const FuzzPlan& plan, std::uint64_t until, std::uint32_t jobs, const Corpus& corpus,
                       std::string_view version, FuzzResults& results, const FuzzCallbacks& callbacks);

// How many runs a piece has: small, so that little is lost and a limit is kept; always the same, so that the number of
// threads changes nothing.
inline constexpr std::uint64_t kRunsOfAPiece = 64;

}  // namespace tools
