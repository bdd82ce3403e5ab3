#include "tools/verdict.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "tools/exit_code.h"

namespace tools {
namespace {

const sim::MonitorReport* Find(const sim::Report& report, const std::string& name) {
  const auto found = std::find_if(report.monitors.begin(), report.monitors.end(),
                                  [&](const sim::MonitorReport& monitor) { return monitor.name == name; });
  return found == report.monitors.end() ? nullptr : &*found;
}

// What only a healed core owes.
constexpr std::array<std::string_view, 6> kOfProgress{"core-convergence", "membership-settles", "one-leader-followed",
                                                      "one-view",         "progress",           "trace-completeness"};

bool IsOfProgress(std::string_view name) {
  return std::find(kOfProgress.begin(), kOfProgress.end(), name) != kOfProgress.end();
}

bool Holds(const sim::MonitorReport* monitor) { return monitor != nullptr && monitor->outcome == sim::Outcome::kHolds; }

// What a swarm makes of a scenario may leave a monitor nothing to judge: other seeds will.
bool SomeHold(const sim::Report& report) {
  return std::any_of(report.monitors.begin(), report.monitors.end(),
                     [](const sim::MonitorReport& monitor) { return Holds(&monitor); });
}

bool RequiredHold(const sim::Plan& plan, const sim::Report& report, bool owes_progress) {
  if (plan.pooled) return SomeHold(report);
  const auto required = [&](const std::string& name, const sim::MonitorReport* monitor) {
    return Holds(monitor) || (!owes_progress && IsOfProgress(name));
  };
  if (plan.holds.empty()) {
    return !report.monitors.empty() &&
           std::all_of(report.monitors.begin(), report.monitors.end(),
                       [&](const sim::MonitorReport& monitor) { return required(monitor.name, &monitor); });
  }
  return std::all_of(plan.holds.begin(), plan.holds.end(),
                     [&](const std::string& name) { return required(name, Find(report, name)); });
}

// Not a violation, and nothing is missing but progress that was not owed.
bool IsExcused(const sim::Plan& plan, const sim::Report& report) {
  const bool safe = !report.violation && report.cut_short.empty() && RequiredHold(plan, report, false);
  return safe && !report.excused.empty();
}

sim::Outcome OutcomeOf(const sim::Plan& plan, const sim::Report& report) {
  if (report.violation) return sim::Outcome::kViolated;
  if (!report.cut_short.empty()) return sim::Outcome::kInconclusive;
  return RequiredHold(plan, report, true) ? sim::Outcome::kHolds : sim::Outcome::kInconclusive;
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
  const bool fine = report.outcome == sim::Outcome::kHolds || IsExcused(plan, report);
  report.as_expected = report.violation ? report.violation->monitor == plan.violates || !report.known_gap.empty()
                                        : plan.violates.empty() && fine;
}

int ExitCodeOf(const sim::Plan& plan, const sim::Report& report) {
  if (report.as_expected) return kAsExpected;
  if (report.violation) return kUnexpected;
  const bool looked = report.cut_short.empty() && Holds(Find(report, plan.violates));
  return looked ? kUnexpected : kInconclusive;
}

}  // namespace tools
