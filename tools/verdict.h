// Verdict: from a judged run to the exit code.
//
// The engine says what the verdict is and whether the scenario expects it. Left
// to decide is what an expectation that was not met means: a planted bug that
// its monitor looked for and did not find is a failure (1); one that nobody
// looked for is inconclusive (2).
#pragma once

#include "sim/plan.h"
#include "sim/report.h"

namespace tools {

int ExitCodeOf(const sim::Plan& plan, const sim::Report& report);

}  // namespace tools
