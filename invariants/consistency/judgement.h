// Judgement: what a checker answers, and within which limits.
//
// Limits are counted in steps and bytes, not in seconds, so that a judgement is as deterministic as
// the history.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace consistency {

enum class Verdict : std::uint8_t { kHolds, kViolated, kInconclusive };

struct Options {
  std::uint64_t max_steps = 200'000'000;
  std::uint64_t max_bytes = std::uint64_t{4} << 30;
  bool explain = true;  // look for the smallest counterexample; false: the verdict alone
  // The reductions of the search for a linearization; all are sound, tests turn them off.
  bool eager = true;      // what is right and changes nothing is done at once
  bool symmetry = true;   // of operations that are alike, the one that ends first goes first
  bool dominance = true;  // less use of operations that nobody waits for is better
  bool zones = true;      // registers with unique values need no search
};

struct Counterexample {
  std::vector<std::uint32_t> operations;  // places in History::operations, in order
  std::vector<std::uint32_t> audits;      // places in History::audits
  std::vector<std::string> sentences;     // what is wrong with them, in words
};

struct Judgement {
  Verdict verdict = Verdict::kInconclusive;
  std::string reason;        // why it is inconclusive
  std::uint64_t judged = 0;  // operations that took part; 0: it holds, and that shows nothing
  std::uint64_t steps = 0;   // of searches
  std::uint64_t bytes = 0;   // most that a search held at a time
  std::optional<Counterexample> counterexample;
};

}  // namespace consistency
