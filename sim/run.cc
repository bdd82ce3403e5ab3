#include "sim/run.h"

#include <map>

namespace sim::internal {

std::vector<FaultReport> ReportFaults(const std::vector<ActiveFault>& windows, const std::vector<std::uint64_t>& effects,
                                      core::Duration now) {
  std::map<std::uint32_t, std::uint64_t> begun;  // windows by kind; kinds are sorted by name
  for (const ActiveFault& active : windows) begun[active.kind] += active.window.begin <= now;
  std::vector<FaultReport> reports;
  for (const auto& [kind, count] : begun) {
    reports.push_back({std::string(FaultKinds()[kind]->name), count, effects[kind]});
  }
  return reports;
}

std::vector<FaultWindow> ReportWindows(const std::vector<ActiveFault>& windows, core::Duration now) {
  std::vector<FaultWindow> reports;
  for (const ActiveFault& active : windows) {
    if (active.window.begin <= now) reports.push_back(active.window);
  }
  return reports;
}

namespace {

const MonitorReport* FindMonitor(const Report& report, const std::string& name) {
  for (const MonitorReport& monitor : report.monitors) {
    if (monitor.name == name) return &monitor;
  }
  return nullptr;
}

bool MustHold(const Plan& plan, const std::string& name) {
  return plan.holds.empty() || std::find(plan.holds.begin(), plan.holds.end(), name) != plan.holds.end();
}

}  // namespace

// The verdict over the monitors, and whether the scenario expects it. A monitor
// that judged nothing has shown nothing; one that the scenario does not ask for
// may be inconclusive, but not violated.
Outcome JudgeMonitors(const Plan& plan, bool finished, Report& report) {
  if (report.violation) {
    report.as_expected = report.violation->monitor == plan.violates;
    return Outcome::kViolated;
  }
  bool conclusive = finished && !report.monitors.empty();
  for (const MonitorReport& monitor : report.monitors) {
    if (monitor.outcome == Outcome::kInconclusive && MustHold(plan, monitor.name)) conclusive = false;
  }
  for (const std::string& name : plan.holds) conclusive = conclusive && FindMonitor(report, name) != nullptr;
  report.as_expected = conclusive && plan.violates.empty();
  return conclusive ? Outcome::kHolds : Outcome::kInconclusive;
}

}  // namespace sim::internal
