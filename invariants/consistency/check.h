// Check: whether a history is what a model and a consistency allow. The one entrance to
// this folder; the definitions are in README.md.
//
// A pure function, without clock, thread or chance: equal histories get equal answers, down
// to the order of the words. Limits are therefore counted in steps and bytes, not in seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "invariants/consistency/history.h"
#include "invariants/consistency/model.h"

namespace consistency {

enum class Consistency : std::uint8_t {
  kLinearizable,
  kSequential,
  kCausalConvergence,
  kCausalMemory,
  kCausal,
  kReadYourWrites,
  kMonotonicReads,
  kMonotonicWrites,    // with monotonic reads: alone it cannot be refuted by clients
  kWritesFollowReads,  // likewise
  kPram,
  kConvergence,
};

struct ConsistencyName {
  Consistency consistency;
  std::string_view name;    // "causal-convergence"
  std::string_view column;  // "ccv"
  std::string_view summary;
};
// Strongest first.
const std::vector<ConsistencyName>& Consistencies();
// By name or column.
const ConsistencyName* FindConsistency(std::string_view name);
const ConsistencyName& Describe(Consistency consistency);

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

// Whether the history can be judged: functions that the model knows, values of the right
// kind, unique where the consistency needs that. The error names the line and the field.
absl::Status Validate(const History& history, const Model& model, Consistency consistency);

// `history` must be valid.
Judgement Check(const History& history, const Model& model, Consistency consistency, const Options& options = {});

}  // namespace consistency
