// Brute force: the definitions of invariants/consistency/README.md, tried out one order after
// the other.
//
// Every consistency there says that some order exists, of operations or of writes. Here all
// orders are tried until one does; nothing is remembered, deduced or searched for cycles, so
// there is little to get wrong. It is for histories of some eight operations, and for putting
// the checkers on trial.
#pragma once

#include "invariants/consistency/check.h"
#include "invariants/consistency/history.h"
#include "invariants/consistency/model.h"

namespace consistency {

// Whether the history, which must be valid, is consistent. Not for kConvergence.
bool BruteForce(const History& history, ModelKind model, Consistency consistency);

// What a session may ask of the sets that its reads answer from.
struct Guarantees {
  bool own_writes = false;      // vis(r) has the session's earlier writes
  bool growing = false;         // vis never shrinks along a session
  bool session_writes = false;  // with a write its session's earlier writes, in that order in ar
  bool causes = false;          // with a write what its session had read before it, in that order in ar
};

// Whether some ar and vis give all of them, and every read its answer. Of vis, the smallest
// sets that the guarantees allow are tried, and no others: to the demands of a larger set one
// can only add, and its reads have more writes to lose against.
bool HasVisibility(const History& history, const Guarantees& guarantees);

// The same, but tries all sets whatever: 2^(reads × writes) times as slow.
bool HasVisibilityAmongAll(const History& history, const Guarantees& guarantees);

}  // namespace consistency
