// Difference: where two runs of one seed part, as exactly as what was kept of them allows.
#pragma once

#include <string>

#include "scenarios/seed_file.h"

namespace tools {

// "first difference at event 204 (1.230000s): n3 term: t7, now t8". Without a trail of both, or beyond
// what it covers, "first difference between event 128 (1.000 s) and event 192 (1.500 s)".
std::string FirstDifference(const scenarios::Expected& then, const scenarios::Expected& now);

}  // namespace tools
