// Implications: which consistency brings which, as invariants/consistency/README.md has them.
//
// They hold by definition, so no history may break one, whoever judges it.
#pragma once

#include <array>
#include <string_view>

#include "invariants/consistency/check.h"

namespace consistency {

struct Implication {
  Consistency stronger;
  Consistency weaker;
};
inline constexpr std::array kImplications{
    Implication{Consistency::kLinearizable, Consistency::kSequential},
    Implication{Consistency::kSequential, Consistency::kCausalConvergence},
    Implication{Consistency::kSequential, Consistency::kCausalMemory},
    Implication{Consistency::kCausalConvergence, Consistency::kCausal},
    Implication{Consistency::kCausalConvergence, Consistency::kPram},
    Implication{Consistency::kCausalConvergence, Consistency::kWritesFollowReads},
    Implication{Consistency::kCausalMemory, Consistency::kCausal},
    Implication{Consistency::kPram, Consistency::kReadYourWrites},
    Implication{Consistency::kPram, Consistency::kMonotonicWrites},
    Implication{Consistency::kMonotonicWrites, Consistency::kMonotonicReads},
    Implication{Consistency::kWritesFollowReads, Consistency::kMonotonicReads},
};

struct ShortName {
  Consistency consistency;
  std::string_view name;
};
// All that say that some order exists, strongest first.
inline constexpr std::array kOrdered{
    ShortName{Consistency::kLinearizable, "linearizable"},
    ShortName{Consistency::kSequential, "sequential"},
    ShortName{Consistency::kCausalConvergence, "ccv"},
    ShortName{Consistency::kCausalMemory, "cm"},
    ShortName{Consistency::kCausal, "cc"},
    ShortName{Consistency::kPram, "pram"},
    ShortName{Consistency::kWritesFollowReads, "wfr"},
    ShortName{Consistency::kMonotonicWrites, "mw"},
    ShortName{Consistency::kMonotonicReads, "mr"},
    ShortName{Consistency::kReadYourWrites, "ryw"},
};

}  // namespace consistency
