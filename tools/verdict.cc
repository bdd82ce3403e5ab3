#include "tools/verdict.h"

#include <algorithm>

#include "tools/exit_code.h"

namespace tools {

int ExitCodeOf(const sim::Plan& plan, const sim::Report& report) {
  if (report.as_expected) return kAsExpected;
  if (report.violation) return kUnexpected;
  if (!report.cut_short.empty()) return kInconclusive;
  const bool looked =
      std::any_of(report.monitors.begin(), report.monitors.end(), [&](const sim::MonitorReport& monitor) {
        return monitor.name == plan.violates && monitor.outcome == sim::Outcome::kHolds;
      });
  return looked ? kUnexpected : kInconclusive;
}

}  // namespace tools
