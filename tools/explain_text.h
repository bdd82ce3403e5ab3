// Explain text: a cause as people read it.
#pragma once

#include <string>

#include "tools/shrinker.h"

namespace tools {

// "9 -> 2 faults, 214 -> 1 requests, 7 -> 3 nodes, 31 -> 4 settings, 18 226 -> 143 events".
std::string Steps(const ShrinkOutcome& outcome);

// The parts of what was shrunk, one a line, each with what it does to the outcome, and the settings that are left.
std::string CauseText(const ShrinkOutcome& outcome, const Counterfactuals& weighed);

}  // namespace tools
