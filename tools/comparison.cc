#include "tools/comparison.h"

#include <algorithm>
#include <set>
#include <utility>

#include "invariants/consistency/convergence.h"
#include "protocols/core/quorum.h"
#include "tools/exit_code.h"

namespace tools {
namespace {

using consistency::Consistency;
using consistency::Function;
using consistency::Operation;
using consistency::Outcome;
using consistency::Verdict;

std::string ParameterOf(const sim::FaultWindow& window, const std::string& key, const std::string& fallback) {
  for (const core::Parameter& parameter : window.params) {
    if (parameter.key == key) return parameter.value;
  }
  return fallback;
}

// Whether its nodes are one side and the rest of the cluster the other, with clients at both.
bool HasTwoSides(const sim::FaultWindow& window) {
  const std::string shape = ParameterOf(window, "shape", "victims");
  const bool divides =
      shape != "majorities_ring" && shape != "bridge" && shape != "random_edges" && !shape.starts_with("spur");
  return divides && ParameterOf(window, "direction", "both") == "both" &&
         ParameterOf(window, "outsiders", "false") == "false";
}

bool IsOpen(const sim::FaultWindow& window, core::Duration at) { return window.begin <= at && at < window.end; }

bool IsInside(const sim::FaultWindow& window, core::NodeId node) {
  return std::find(window.nodes.begin(), window.nodes.end(), node) != window.nodes.end();
}

void Add(const Share& from, Share& to) {
  to.answered += from.answered;
  to.asked += from.asked;
}

Availability AvailabilityOf(const sim::Plan& plan, const sim::Report& report, const RecordedHistory& recorded) {
  Availability availability;
  const Partitions partitions(report.windows, plan.nodes);
  availability.windows = partitions.windows();
  availability.left_out = partitions.left_out();
  for (std::size_t i = 0; i < recorded.asked.size(); ++i) {
    const Operation& operation = recorded.history.operations[i];
    const Asked& asked = recorded.asked[i];
    const core::Duration at{operation.called_ns};
    if (asked.ending == Ending::kUnfinished || at >= plan.storm) continue;
    const std::optional<Place> place = partitions.PlaceOf(asked.target, at);
    if (!place) continue;
    auto& shares = operation.function == Function::kRead ? availability.reads : availability.writes;
    Add({asked.ending == Ending::kAnswered, 1}, shares[static_cast<std::size_t>(*place)]);
  }
  return availability;
}

Spread LatencyOf(const consistency::History& history) {
  Spread latency;
  for (const Operation& operation : history.operations) {
    if (operation.outcome == Outcome::kOk) latency.Add(core::Duration{operation.returned_ns - operation.called_ns});
  }
  return latency;
}

void Add(const sim::SpanCounts& from, sim::SpanCounts& to) {
  to.read += from.read;
  to.traces += from.traces;
  to.emitted += from.emitted;
  to.duplicates += from.duplicates;
  to.stored += from.stored;
  to.acknowledged += from.acknowledged;
  to.in_flight += from.in_flight;
  for (const auto& [reason, spans] : from.dropped) to.dropped[reason] += spans;
}

void Add(const Lapses& from, Lapses& to) {
  if (from.least_patience) {
    to.least_patience = std::min(to.least_patience.value_or(*from.least_patience), *from.least_patience);
    to.most_patience = std::max(to.most_patience.value_or(*from.most_patience), *from.most_patience);
  }
  to.storm += from.storm;
  to.unavailable += from.unavailable;
  to.longest = std::max(to.longest, from.longest);
}

void Add(const Costs& from, Costs& to) {
  to.commits += from.commits;
  to.messages += from.messages;
  to.bytes += from.bytes;
  to.syncs += from.syncs;
}

void Add(const Healing& from, Healing& to) {
  to.committed.Add(from.committed);
  to.everywhere.Add(from.everywhere);
  to.not_yet += from.not_yet;
  to.not_everywhere += from.not_everywhere;
  to.not_needed += from.not_needed;
}

Healing HealingOf(const sim::Report& report) {
  Healing healing;
  if (!report.excused.empty() || !report.cut_short.empty()) return healing;
  if (!report.effort->healed_after && report.effort->waiting == 0) {
    healing.not_needed = 1;
    return healing;
  }
  const auto add = [](const std::optional<core::Duration>& after, Spread& spread, std::uint64_t& not_yet) {
    after ? spread.Add(*after) : void(++not_yet);
  };
  add(report.effort->healed_after, healing.committed, healing.not_yet);
  add(report.effort->healed_everywhere_after, healing.everywhere, healing.not_everywhere);
  return healing;
}

bool SameOperations(const Example& a, const Example& b) {
  return a.seed == b.seed && a.counterexample.operations == b.counterexample.operations &&
         a.counterexample.audits == b.counterexample.audits;
}

}  // namespace

Fates FatesIn(const consistency::History& history) {
  Fates fates;
  for (const consistency::Fate& fate : consistency::FatesOf(history)) {
    ++fates.acknowledged;
    fates.lost += fate.lost;
    fates.resurrected += fate.resurrected;
    fates.stale += fate.stale;
    fates.stalest = std::max(fates.stalest, core::Duration{fate.stale_for_ns});
    fates.nowhere += !fate.visible_after_ns;
    if (fate.visible_after_ns) fates.visible.Add(core::Duration{*fate.visible_after_ns});
  }
  return fates;
}

void Spread::Add(const Spread& other) {
  for (const auto& [duration, count] : other.counts_) counts_[duration] += count;
}

std::uint64_t Spread::count() const {
  std::uint64_t count = 0;
  for (const auto& [duration, times] : counts_) count += times;
  return count;
}

core::Duration Spread::Median() const {
  std::uint64_t left = (count() + 1) / 2;
  for (const auto& [duration, times] : counts_) {
    if (times >= left) return std::chrono::microseconds(duration);
    left -= times;
  }
  return {};
}

core::Duration Spread::Longest() const {
  return std::chrono::microseconds(counts_.empty() ? 0 : counts_.rbegin()->first);
}

Partitions::Partitions(const std::vector<sim::FaultWindow>& windows, std::uint32_t members) : members_(members) {
  for (const sim::FaultWindow& window : windows) {
    if (window.kind == "partition") (HasTwoSides(window) ? sided_ : odd_).push_back(window);
  }
}

// Of several at a time, a node needs a majority on its side of each.
std::optional<Place> Partitions::PlaceOf(core::NodeId node, core::Duration at) const {
  for (const sim::FaultWindow& window : odd_) {
    if (IsOpen(window, at)) return std::nullopt;
  }
  Place place = Place::kWhole;
  for (const sim::FaultWindow& window : sided_) {
    if (!IsOpen(window, at)) continue;
    const std::size_t inside = window.nodes.size();
    const std::size_t side = IsInside(window, node) ? inside : members_ - std::min<std::size_t>(inside, members_);
    place = std::max(place, side >= core::Majority(members_) ? Place::kMajority : Place::kMinority);
  }
  return place;
}

void Measures::Add(const Measures& other) {
  with_clients += other.with_clients;
  with_spans += other.with_spans;
  tools::Add(other.spans, spans);
  tools::Add(other.lapses, lapses);
  tools::Add(other.costs, costs);
  tools::Add(other.healing, healing);
  for (std::size_t place = 0; place < kPlaces; ++place) {
    tools::Add(other.availability.reads[place], availability.reads[place]);
    tools::Add(other.availability.writes[place], availability.writes[place]);
  }
  availability.windows += other.availability.windows;
  availability.left_out += other.availability.left_out;
  latency.Add(other.latency);
  fates.acknowledged += other.fates.acknowledged;
  fates.visible.Add(other.fates.visible);
  fates.nowhere += other.fates.nowhere;
  fates.stale += other.fates.stale;
  fates.stalest = std::max(fates.stalest, other.fates.stalest);
  fates.lost += other.fates.lost;
  fates.resurrected += other.fates.resurrected;
}

Measures Measure(const sim::Plan& plan, const sim::Report& report, const RecordedHistory* recorded) {
  Measures measures;
  if (recorded != nullptr) {
    measures.with_clients = 1;
    measures.availability = AvailabilityOf(plan, report, *recorded);
    measures.latency = LatencyOf(recorded->history);
    measures.fates = FatesIn(recorded->history);
  }
  if (report.spans) {
    measures.with_spans = 1;
    measures.spans = *report.spans;
  }
  const sim::Effort& effort = *report.effort;
  measures.lapses = {effort.patience, effort.patience, effort.storm, effort.unavailable, effort.longest_lapse};
  measures.costs = {effort.commits, effort.messages, effort.bytes, report.disk.syncs};
  measures.healing = HealingOf(report);
  return measures;
}

void Standing::Add(Play play) {
  cells.resize(consistency::Consistencies().size());
  for (std::size_t i = 0; i < play.judgements.size(); ++i) {
    Cell& cell = cells[i];
    consistency::Judgement& judgement = play.judgements[i];
    cell.judged += judgement.judged;
    cell.holds += judgement.verdict == Verdict::kHolds;
    cell.violated += judgement.verdict == Verdict::kViolated;
    cell.inconclusive += judgement.verdict == Verdict::kInconclusive;
    if (judgement.verdict == Verdict::kInconclusive && cell.reason.empty())
      cell.reason = "seed " + std::to_string(play.report.seed) + ": " + judgement.reason;
    if (!judgement.counterexample) continue;
    Example example{play.report.seed, play.history, *std::move(judgement.counterexample)};
    if (!cell.example || example.size() < cell.example->size()) cell.example = std::move(example);
  }
  if (play.repeated && *play.repeated != play.report.digest) not_deterministic.push_back(play.report.seed);
  cut_short += !play.report.cut_short.empty();
  summary.Add(play.report);
  measures.Add(play.measures);
}

Served ServedAt(const Availability& availability, Place place) {
  const auto at = [&](const auto& shares, Place p) { return shares[static_cast<std::size_t>(p)]; };
  const Share reads = at(availability.reads, place), writes = at(availability.writes, place);
  if (reads.asked + writes.asked == 0) return Served::kUntested;
  const bool serves_reads = reads.NearlyAsGoodAs(at(availability.reads, Place::kWhole));
  const bool serves_writes = writes.NearlyAsGoodAs(at(availability.writes, Place::kWhole));
  if (serves_reads && serves_writes) return Served::kAll;
  return serves_reads ? Served::kReads : serves_writes ? Served::kWrites : Served::kNothing;
}

const consistency::ConsistencyName* Kept(const Standing& standing) {
  const auto& names = consistency::Consistencies();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Cell& cell = standing.cells[i];
    if (names[i].consistency != Consistency::kConvergence && cell.violated == 0 && cell.holds > 0) return &names[i];
  }
  return nullptr;
}

std::vector<std::string> Broken(const Comparison& comparison, const Standing& standing) {
  std::vector<std::string> broken;
  for (const auto& [name, total] : standing.summary.monitors) {
    if (total.violated != 0 && name != comparison.violates) broken.push_back(name);
  }
  return broken;
}

std::vector<std::string> Doubts(const Comparison& comparison, const Standing& standing) {
  std::vector<std::string> doubts;
  const auto& names = consistency::Consistencies();
  for (std::size_t i = 0; i < standing.cells.size(); ++i) {
    if (standing.cells[i].inconclusive != 0)
      doubts.push_back(std::string(names[i].name) + ": " + standing.cells[i].reason);
  }
  for (const auto& [name, total] : standing.summary.monitors) {
    const std::vector<std::string>& holds = comparison.holds;
    const bool required = holds.empty() || std::find(holds.begin(), holds.end(), name) != holds.end();
    if (required && total.judged == 0) doubts.push_back(name + " judged nothing");
  }
  if (standing.cut_short != 0)
    doubts.push_back("runs that did not come to their end: " + std::to_string(standing.cut_short));
  return doubts;
}

bool HasHistories(const Comparison& comparison) {
  return std::any_of(comparison.standings.begin(), comparison.standings.end(),
                     [](const Standing& standing) { return standing.measures.with_clients != 0; });
}

bool HasSpans(const Comparison& comparison) {
  return std::any_of(comparison.standings.begin(), comparison.standings.end(),
                     [](const Standing& standing) { return standing.measures.with_spans != 0; });
}

std::vector<Exhibit> Exhibits(const Comparison& comparison) {
  std::vector<Exhibit> exhibits;
  for (const Standing& standing : comparison.standings) {
    const std::size_t first = exhibits.size();
    for (std::size_t i = 0; i < standing.cells.size(); ++i) {
      const std::optional<Example>& example = standing.cells[i].example;
      if (!example) continue;
      const auto same = std::find_if(exhibits.begin() + static_cast<std::ptrdiff_t>(first), exhibits.end(),
                                     [&](const Exhibit& other) { return SameOperations(*other.example, *example); });
      if (same != exhibits.end()) {
        same->refuted.push_back(consistency::Consistencies()[i].consistency);
      } else {
        exhibits.push_back({&standing, {consistency::Consistencies()[i].consistency}, &*example});
      }
    }
  }
  return exhibits;
}

int ExitCodeOf(const Comparison& comparison) {
  int code = comparison.finished == 0 ? kInconclusive : kAsExpected;
  for (const Standing& standing : comparison.standings) {
    if (!standing.not_deterministic.empty()) code = Worse(code, kNotDeterministic);
    if (!Broken(comparison, standing).empty()) code = Worse(code, kUnexpected);
    if (!Doubts(comparison, standing).empty()) code = Worse(code, kInconclusive);
  }
  return code;
}

}  // namespace tools
