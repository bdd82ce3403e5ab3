#include "tools/verdict.h"

#include <algorithm>

#include "tools/exit_code.h"

namespace tools {
namespace {

const sim::MonitorReport* Find(const sim::Report& report, const std::string& name) {
  const auto found = std::find_if(report.monitors.begin(), report.monitors.end(),
                                  [&](const sim::MonitorReport& monitor) { return monitor.name == name; });
  return found == report.monitors.end() ? nullptr : &*found;
}

bool Holds(const sim::MonitorReport* monitor) { return monitor != nullptr && monitor->outcome == sim::Outcome::kHolds; }

// What a swarm makes of a scenario may leave a monitor nothing to judge: other seeds will.
bool SomeHold(const sim::Report& report) {
  return std::any_of(report.monitors.begin(), report.monitors.end(),
                     [](const sim::MonitorReport& monitor) { return Holds(&monitor); });
}

bool RequiredHold(const sim::Plan& plan, const sim::Report& report) {
  if (plan.pooled) return SomeHold(report);
  if (plan.holds.empty()) {
    return !report.monitors.empty() && std::all_of(report.monitors.begin(), report.monitors.end(),
                                                   [](const sim::MonitorReport& monitor) { return Holds(&monitor); });
  }
  return std::all_of(plan.holds.begin(), plan.holds.end(),
                     [&](const std::string& name) { return Holds(Find(report, name)); });
}

sim::Outcome OutcomeOf(const sim::Plan& plan, const sim::Report& report) {
  if (report.violation) return sim::Outcome::kViolated;
  if (!report.cut_short.empty()) return sim::Outcome::kInconclusive;
  return RequiredHold(plan, report) ? sim::Outcome::kHolds : sim::Outcome::kInconclusive;
}

std::string KnownGapOf(const sim::Plan& plan, const sim::Report& report) {
  for (const sim::KnownGap& gap : plan.known_gaps) {
    if (report.violation && report.violation->monitor == gap.monitor) return gap.reason;
  }
  return "";
}

}  // namespace

void Judge(const sim::Plan& plan, sim::Report& report) {
  report.outcome = OutcomeOf(plan, report);
  report.known_gap = KnownGapOf(plan, report);
  report.as_expected = report.violation ? report.violation->monitor == plan.violates || !report.known_gap.empty()
                                        : plan.violates.empty() && report.outcome == sim::Outcome::kHolds;
}

int ExitCodeOf(const sim::Plan& plan, const sim::Report& report) {
  if (report.as_expected) return kAsExpected;
  if (report.violation) return kUnexpected;
  const bool looked = report.cut_short.empty() && Holds(Find(report, plan.violates));
  return looked ? kUnexpected : kInconclusive;
}

}  // namespace tools
