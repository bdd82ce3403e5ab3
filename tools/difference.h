// Difference: where two runs of one seed part, as exactly as what was kept of them allows.
#pragma once

#include <string>

#include "scenarios/seed_file.h"

namespace tools {

// "between event 128 (1.000 s) and event 192 (1.500 s)"; `then` and `now` have different digests.
std::string FirstDifference(const scenarios::Expected& then, const scenarios::Expected& now);

}  // namespace tools
