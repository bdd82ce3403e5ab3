// Linearizability of a whole history: each object by itself, for that is enough (Herlihy & Wing,
// "Linearizability: A Correctness Condition for Concurrent Objects", 1990, theorem 1).
#pragma once

#include "invariants/consistency/history.h"
#include "invariants/consistency/judgement.h"
#include "invariants/consistency/model.h"

namespace consistency {

Judgement CheckLinearizable(const History& history, const Model& model, const Options& options);

}  // namespace consistency
