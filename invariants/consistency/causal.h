// Causal consistencies: convergence, memory, and the weak one, by the patterns that refute them
// (Bouajjani, Enea, Guerraoui & Hamza, "On Verifying Causal Consistency", POPL 2017; written values
// are unique). README.md of this folder has the definitions.
//
// All three ask the same of every read: which writes of its key lie before it? The last of each
// chain is enough, since those before it in the chain are before it in every order at issue.
#pragma once

#include "invariants/consistency/refutation.h"

namespace consistency {

std::optional<Refutation> RefuteCausal(const Relations& relations);
std::optional<Refutation> RefuteCausalConvergence(const Relations& relations);
std::optional<Refutation> RefuteCausalMemory(const Relations& relations);

}  // namespace consistency
