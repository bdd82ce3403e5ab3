// Explain text: a cause as people read it.
#pragma once

#include <cstddef>
#include <string>

#include "tools/explanation.h"
#include "tools/shrinker.h"
#include "tools/terminal.h"

namespace tools {

// "9 -> 2 faults, 214 -> 1 requests, 7 -> 3 nodes, 31 -> 4 settings, 18 226 -> 143 events".
std::string Steps(const ShrinkOutcome& outcome);

// The parts of what was shrunk, one a line, each with what it does to the outcome, and the settings that are left.
std::string CauseText(const scenarios::SeedFile& file, const Counterfactuals& weighed);

// What happened, in order; then the violation, what nodes believed, and the odds. `most`: of the steps, so many at the
// end, with the faults before.
std::string ExplanationText(const Explanation& explanation, std::size_t most, const Style& style);
std::string ExplanationJson(const Explanation& explanation);

}  // namespace tools
