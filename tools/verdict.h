// Verdict: whether a run came out as its scenario expects.
//
// `expect.violates: X` wants X to be the first violation. Any other violation
// is unexpected, whatever `expect.holds` lists: the list says which monitors
// must have judged something and hold; the others may be inconclusive. Without
// a list that is all of them.
#pragma once

#include "sim/plan.h"
#include "sim/report.h"

namespace tools {

// Sets `outcome` and `as_expected`; answers with the exit code.
int Judge(const sim::Plan& plan, sim::Report& report);

}  // namespace tools
