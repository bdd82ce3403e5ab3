#include "tools/summary.h"

#include <algorithm>

namespace tools {
namespace {

void Add(const sim::MonitorReport& report, std::uint64_t seed, MonitorTotal& total) {
  if (report.outcome == sim::Outcome::kHolds) ++total.holds;
  if (report.outcome == sim::Outcome::kInconclusive) ++total.inconclusive;
  if (report.outcome == sim::Outcome::kViolated) {
    ++total.violated;
    if (!total.first_violated) total.explanation = report.explanation;
    if (!total.first_violated) total.first_violated = seed;
  }
  total.judged += report.judged;
  total.least_judged = std::min(total.least_judged, report.judged);
}

void Add(const sim::MessageCounts& from, sim::MessageCounts& to) {
  to.sent += from.sent;
  to.delivered += from.delivered;
  to.lost += from.lost;
  to.duplicated += from.duplicated;
  to.cut += from.cut;
  to.dead += from.dead;
  to.corrupted += from.corrupted;
  to.overflowed += from.overflowed;
  to.held_back += from.held_back;
}

template <class Names>
std::size_t PlaceOf(std::string_view name, const Names& names) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

}  // namespace

void Summary::Add(const sim::Report& report) {
  ++runs;
  events += report.events;
  if (report.as_expected) ++as_expected;
  if (report.outcome == sim::Outcome::kInconclusive) ++inconclusive;
  if (report.outcome == sim::Outcome::kViolated) {
    ++violated;
    if (!first_violated) first_violated = report.seed;
    if (!report.as_expected && !first_unexpected) first_unexpected = report.seed;
  }
  if (!report.excused.empty()) ++excused;
  halted += report.halted;
  tools::Add(report.messages, messages);
  for (const sim::MonitorReport& monitor : report.monitors) tools::Add(monitor, report.seed, monitors[monitor.name]);
  for (const sim::FaultReport& fault : report.faults) {
    FaultTotal& total = faults[fault.kind];
    total.windows += fault.windows;
    total.effects += fault.effects;
    total.spared += fault.spared;
    total.least_effects = std::min(total.least_effects, fault.effects);
  }
  for (const auto& [name, times] : report.announced) {
    announced[name].times += times;
    announced[name].runs += times > 0;
  }
  for (const sim::CoverageCell& cell : report.coverage) {
    coverage[cell.kind][PlaceOf(cell.role, sim::kRoleNames)][PlaceOf(cell.phase, sim::kPhaseNames)] += cell.victims;
  }
  if (!report.known_gap.empty()) ++known_gaps[report.known_gap];
  core::Absorb(digests, report.digest);
}

}  // namespace tools
