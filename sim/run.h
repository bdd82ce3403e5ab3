// Run: one world and what only watches it: monitors, recording, limits.
//
// Stops at the first violation, at the end of the plan, when the budget of
// events is used up, or when asked to. Says in a Report what happened.
//
// With `keep_going` a violation does not end the run: each monitor judges to the
// end, and keeps the first it found. What others make of a world after its first
// violation is worth less, since a broken promise breaks those that rest on it;
// but which of them broke in that run is a fact, and the reported violation is
// the first all the same.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocols/core/check.h"
#include "protocols/core/text.h"
#include "sim/plan.h"
#include "sim/report.h"
#include "sim/trail.h"
#include "sim/world.h"

namespace sim {

struct RunOptions {
  std::uint64_t seed = 0;
  bool record = false;
  std::uint64_t record_from_event = 0;
  std::atomic<bool>* stop = nullptr;
  core::Mutation mutation{};
  bool keep_going = false;
  bool trail = false;                       // fill Report::trail and Report::sent
  std::optional<core::Duration> measure{};  // fill Report::effort; the patience of the protocol
  bool causes = false;                      // fill Report::causes
  std::optional<FreshChoices> fresh{};
};

// Passes facts to a panel of monitors and, if asked, keeps a line for each event.
// `Panel` has OnFact and OnEngineFact, like a world's observer, and OnTime if it wants to know the time.
template <class Panel>
class Watcher {
 public:
  static constexpr bool kWantsManifests = true;

  Watcher(Panel& panel, const RunOptions& options) : panel_(panel), options_(options) {}

  template <class Fact>
  void OnFact(core::NodeId node, const Fact& fact) {
    panel_.OnFact(node, fact);
  }
  void OnEngineFact(core::NodeId node, const facts::Engine& fact) { panel_.OnEngineFact(node, fact); }
  void OnTime(core::TrueTime now) requires requires(Panel& panel) { panel.OnTime(now); }
  { panel_.OnTime(now); }

  // A line about event number `event`, which happens at `now`.
  template <class MakeText>
  void Note(std::uint64_t event, core::Duration now, MakeText&& make) {
    if (options_.record && event >= options_.record_from_event) [[unlikely]]
      AddLine(event, now, make);
  }

  std::vector<std::string>& lines() { return lines_; }

 private:
  // Apart from what is noted: without a recording, which is the rule, nothing is paid for texts.
  template <class MakeText>
  [[gnu::cold, gnu::noinline]] void AddLine(std::uint64_t event, core::Duration now, const MakeText& make) {
    std::string line = std::to_string(event) + " ";
    core::AppendDuration(line, now);
    lines_.push_back(line + "  " + make());
  }

  Panel& panel_;
  const RunOptions& options_;
  std::vector<std::string> lines_;
};

namespace internal {

std::vector<FaultReport> ReportFaults(const std::vector<ActiveFault>& windows, const Physics& physics);
std::vector<CoverageCell> ReportCoverage(const Physics& physics);
std::vector<FaultWindow> ReportWindows(const std::vector<ActiveFault>& windows, core::Duration now);
void ReportDisks(const Physics& physics, bool coreless, Report& report);

template <class Panel>
void ReportMonitors(Panel& panel, Report& report) {
  for (auto& seat : panel.seats()) {
    MonitorReport monitor{seat.name, Outcome::kHolds, seat.monitor->judged, seat.monitor->violation};
    if (!monitor.explanation.empty()) {
      monitor.outcome = Outcome::kViolated;
    } else if (!seat.monitor->undecided.empty()) {
      monitor.outcome = Outcome::kInconclusive;
      monitor.explanation = seat.monitor->undecided;
    } else if (monitor.judged == 0) {
      monitor.outcome = Outcome::kInconclusive;
      monitor.explanation = "it judged nothing";
    }
    report.monitors.push_back(std::move(monitor));
  }
  std::sort(report.monitors.begin(), report.monitors.end(),
            [](const MonitorReport& a, const MonitorReport& b) { return a.name < b.name; });
}

template <class Panel>
void ReportViolation(Panel& panel, std::uint64_t event, core::Duration now, bool at_end, Report& report) {
  const auto* seat = panel.broken();
  if (seat == nullptr) return;
  Violation violation{seat->name, event, now, std::nullopt, seat->monitor->violation};
  if (!at_end && panel.broken_at() != facts::kNobody) violation.node = panel.broken_at();
  report.violation = std::move(violation);
}

}  // namespace internal

// Runs a plan over nodes of type N. `Panel` judges; see invariants/invariant.h.
template <core::Node N, class Panel>
Report Run(const std::shared_ptr<const Plan>& plan, const typename N::Config& config, Shape shape, Panel& panel,
           const RunOptions& options) {
  core::CheckContext& context = core::ThisThreadsCheckContext();
  context = {options.seed, 0};
  World<N> world(plan, config, shape, options.seed, options.mutation);
  if (options.measure) world.Measure(*options.measure);
  if (options.trail) world.KeepRequests();
  if (options.causes) world.KeepCauses();
  Watcher<Panel> watcher(panel, options);
  world.Start(watcher);
  std::optional<TrailRecorder<N>> trail;
  if (options.trail) trail.emplace(world.hosts().size()).Note(world);
  Report report;
  bool finished = false;
  while (true) {
    if (panel.broken() != nullptr && !report.violation) {
      internal::ReportViolation(panel, world.events(), world.now(), false, report);
      if (!options.keep_going) break;
    }
    if (options.fresh && world.events() == options.fresh->after_event) world.Reseed(options.fresh->seed);
    if (!world.Step(watcher)) {
      finished = true;
      break;
    }
    context.event = world.events();
    if (trail) trail->Note(world);
    if (world.events() >= plan->max_events) {
      report.cut_short = "budget of " + std::to_string(plan->max_events) + " events";
      break;
    }
    if ((world.events() & 1023) != 0) continue;
    panel.OnEngineFact(facts::kNobody, world.Vitals());
    if (options.stop != nullptr && options.stop->load(std::memory_order_relaxed)) {
      report.cut_short = "stopped";
      break;
    }
  }
  if (finished) panel.OnEngineFact(facts::kNobody, world.Vitals());
  if (finished && (panel.broken() == nullptr || options.keep_going)) panel.AtEnd();

  report.scenario = plan->name;
  report.seed = options.seed;
  report.digest = world.digest().state.Finished();
  report.events = world.events();
  report.simulated = world.now();
  report.messages = world.physics().network.counts();
  internal::ReportDisks(world.physics(), world.coreless(), report);
  if (plan->workload.clients > 0) report.requests = world.requests();
  report.announced = world.Announced();
  report.effort = world.Measured();
  report.faults = internal::ReportFaults(world.windows(), world.physics());
  report.coverage = internal::ReportCoverage(world.physics());
  report.windows = internal::ReportWindows(world.windows(), world.now());
  report.ladder = world.digest().Ladder(world.events(), world.now());
  report.recording = std::move(watcher.lines());
  if (trail) report.trail = trail->Take();
  report.sent = world.SentRequests();
  report.causes = world.TakeCauses();
  internal::ReportMonitors(panel, report);
  if (!report.violation) internal::ReportViolation(panel, world.events(), world.now(), finished, report);
  return report;
}

}  // namespace sim
