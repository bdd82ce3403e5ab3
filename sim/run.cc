#include "sim/run.h"

#include <map>
#include <string>

namespace sim::internal {

std::vector<FaultReport> ReportFaults(const std::vector<ActiveFault>& windows, const Physics& physics) {
  std::map<std::uint32_t, FaultReport> by_kind;  // kinds are sorted by name
  for (const ActiveFault& active : windows) {
    const FaultKind& kind = *FaultKinds()[active.kind];
    FaultReport& report = by_kind[active.kind];
    report.kind = kind.name;
    report.windows += active.HasCome(physics.now);
    for (std::size_t reason = 0; reason < active.tally.size(); ++reason) {
      report.reasons[std::string(kind.reasons[reason])] += active.tally[reason];
    }
  }
  std::vector<FaultReport> reports;
  for (auto& [kind, report] : by_kind) {
    report.effects = physics.effects[kind];
    report.spared = physics.spared[kind];
    reports.push_back(std::move(report));
  }
  return reports;
}

std::vector<CoverageCell> ReportCoverage(const Physics& physics) {
  std::vector<CoverageCell> cells;
  for (std::uint32_t kind = 0; kind < FaultKinds().size(); ++kind) {
    for (std::size_t role = 0; role < kRoleNames.size(); ++role) {
      for (std::size_t phase = 0; phase < kPhaseNames.size(); ++phase) {
        const std::size_t at = Physics::StruckAt(kind, static_cast<Role>(role), static_cast<Phase>(phase));
        if (physics.struck[at] == 0) continue;
        cells.push_back(
            {std::string(FaultKinds()[kind]->name), kRoleNames[role], kPhaseNames[phase], physics.struck[at]});
      }
    }
  }
  return cells;
}

std::vector<FaultWindow> ReportWindows(const std::vector<ActiveFault>& windows, core::Duration now) {
  std::vector<FaultWindow> reports;
  for (const ActiveFault& active : windows) {
    if (active.HasCome(core::TrueTime{now})) reports.push_back(active.window);
  }
  return reports;
}

void ReportDisks(const Physics& physics, bool coreless, Report& report) {
  for (const Disk& disk : physics.disks) {
    const DiskCounts& counts = disk.counts();
    report.disk.syncs += counts.syncs;
    report.disk.lost += counts.lost;
    report.disk.torn += counts.torn;
    report.disk.failed += counts.failed;
    report.disk.damaged += counts.damaged;
    report.disk.found += counts.found;
    report.disk.spared += counts.spared;
  }
  for (const Process& process : physics.processes) report.halted += process.halted;
  if (!coreless) return;
  report.excused = "no majority has an intact disk:";
  for (std::uint32_t node = 0; node < physics.members; ++node) {
    if (!physics.Sound(node)) report.excused += " n" + std::to_string(node);
  }
  report.excused += " (injected)";
}

}  // namespace sim::internal
