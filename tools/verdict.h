// Verdict: whether a run came out as its scenario expects.
//
// `expect.violates: X` wants X to be the first violation. Any other violation
// is unexpected, whatever `expect.holds` lists: the list says which monitors
// must have judged something and hold; the others may be inconclusive. Without
// a list that is all of them.
//
// Where too few nodes can trust their disks (`Report::excused`), nobody is owed
// progress: monitors of progress may then be inconclusive, and every other one
// must still hold.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "sim/plan.h"
#include "sim/report.h"

namespace tools {

// Sets `outcome` and `as_expected` from the monitors, the violation and `cut_short`.
void Judge(const sim::Plan& plan, sim::Report& report);

// Of a judged report. A planted bug that its monitor looked for and did not
// find is a failure; one that nobody looked for is inconclusive.
int ExitCodeOf(const sim::Plan& plan, const sim::Report& report);

// Whether a run was made and this monitor was the first that it violated.
inline bool Violates(const absl::StatusOr<sim::Report>& report, const std::string& monitor) {
  return report.ok() && report->violation && report->violation->monitor == monitor;
}

}  // namespace tools
