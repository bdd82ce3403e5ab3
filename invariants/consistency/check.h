// Check: whether a history is what a model and a consistency allow. The one entrance to
// this folder; the definitions are in README.md.
//
// A pure function, without clock, thread or chance: equal histories get equal answers, down
// to the order of the words. Limits are therefore counted in steps and bytes, not in seconds.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "invariants/consistency/history.h"
#include "invariants/consistency/judgement.h"
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

// Whether the history can be judged: functions that the model knows, values of the right
// kind, unique where the consistency needs that. The error names the line and the field.
absl::Status Validate(const History& history, const Model& model, Consistency consistency);

// `history` must be valid.
Judgement Check(const History& history, const Model& model, Consistency consistency, const Options& options = {});

}  // namespace consistency
