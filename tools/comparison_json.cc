#include <string>
#include <string_view>
#include <vector>

#include "tools/comparison_report.h"
#include "tools/json_fields.h"
#include "tools/judgement_json.h"

namespace tools {
namespace {

using Writer = FieldWriter;

void Write(const consistency::ConsistencyName& name, const Cell& cell, Writer& out) {
  out.BeginObject();
  out.Text("name", name.name);
  out.Whole("holds", cell.holds);
  out.Whole("violated", cell.violated);
  out.Whole("inconclusive", cell.inconclusive);
  out.Whole("judged", cell.judged);
  if (!cell.reason.empty()) out.Text("reason", cell.reason);
  out.EndObject();
}

void Write(const std::string& name, const MonitorTotal& total, Writer& out) {
  out.BeginObject();
  out.Text("name", name);
  out.Whole("holds", total.holds);
  out.Whole("violated", total.violated);
  out.Whole("inconclusive", total.inconclusive);
  out.Whole("judged", total.judged);
  if (total.first_violated) {
    out.Whole("seed", *total.first_violated);
    out.Text("explanation", total.explanation);
  }
  out.EndObject();
}

void Write(std::string_view key, const Share& share, Writer& out) {
  out.Key(key);
  out.BeginObject();
  out.Whole("answered", share.answered);
  out.Whole("asked", share.asked);
  out.EndObject();
}

void Write(const Availability& availability, Writer& out) {
  constexpr std::string_view kNames[] = {"whole", "majority", "minority"};
  out.Key("availability");
  out.BeginObject();
  for (std::size_t place = 0; place < kPlaces; ++place) {
    out.Key(kNames[place]);
    out.BeginObject();
    Write("reads", availability.reads[place], out);
    Write("writes", availability.writes[place], out);
    out.EndObject();
  }
  out.Whole("partitions", availability.windows);
  out.Whole("left_out", availability.left_out);
  out.EndObject();
}

void WriteClients(const Measures& measures, Writer& out) {
  Write(measures.availability, out);
  out.Key("latency");
  out.BeginObject();
  out.Whole("answers", measures.latency.count());
  out.Time("median_ns", measures.latency.Median());
  out.Time("longest_ns", measures.latency.Longest());
  out.EndObject();
  const Fates& fates = measures.fates;
  out.Key("writes");
  out.BeginObject();
  out.Whole("acknowledged", fates.acknowledged);
  out.Time("visible_median_ns", fates.visible.Median());
  out.Time("visible_longest_ns", fates.visible.Longest());
  out.Whole("never_everywhere", fates.nowhere);
  out.Whole("missed", fates.stale);
  out.Time("missed_longest_ns", fates.stalest);
  out.Whole("lost", fates.lost);
  out.Whole("resurrected", fates.resurrected);
  out.EndObject();
}

void Write(const sim::SpanCounts& spans, Writer& out) {
  out.Key("spans");
  out.BeginObject();
  out.Whole("emitted", spans.emitted);
  out.Whole("acknowledged", spans.acknowledged);
  out.Whole("stored", spans.stored);
  out.Key("dropped");
  out.BeginObject();
  for (const auto& [reason, dropped] : spans.dropped) out.Whole(reason, dropped);
  out.EndObject();
  out.Whole("in_flight", spans.in_flight);
  out.EndObject();
}

void Write(const Lapses& lapses, Writer& out) {
  out.Key("unavailable");
  out.BeginObject();
  out.Time("least_patience_ns", lapses.least_patience.value_or(core::Duration{}));
  out.Time("most_patience_ns", lapses.most_patience.value_or(core::Duration{}));
  out.Time("storm_ns", lapses.storm);
  out.Time("total_ns", lapses.unavailable);
  out.Time("longest_ns", lapses.longest);
  out.EndObject();
}

void Write(const Costs& costs, Writer& out) {
  out.Key("costs");
  out.BeginObject();
  out.Whole("commits", costs.commits);
  out.Whole("messages", costs.messages);
  out.Whole("bytes", costs.bytes);
  out.Whole("syncs", costs.syncs);
  out.EndObject();
}

void Write(std::string_view key, const Spread& spread, std::uint64_t not_yet, Writer& out) {
  out.Key(key);
  out.BeginObject();
  out.Whole("runs", spread.count());
  out.Time("median_ns", spread.Median());
  out.Time("longest_ns", spread.Longest());
  out.Whole("not_yet", not_yet);
  out.EndObject();
}

void Write(const Healing& healing, Writer& out) {
  out.Key("healing");
  out.BeginObject();
  Write("committed", healing.committed, healing.not_yet, out);
  Write("everywhere", healing.everywhere, healing.not_everywhere, out);
  out.Whole("not_needed", healing.not_needed);
  out.EndObject();
}

void WriteConsistencies(const Standing& standing, Writer& out) {
  out.Key("consistencies");
  out.BeginArray();
  const auto& names = consistency::Consistencies();
  for (std::size_t i = 0; i < names.size(); ++i) Write(names[i], standing.cells[i], out);
  out.EndArray();
}

void WriteTheorem(const Comparison& comparison, const Standing& standing, Writer& out) {
  const Availability& availability = standing.measures.availability;
  const consistency::ConsistencyName* kept = Kept(standing);
  out.Key("theorem");
  out.BeginObject();
  out.Text("majority_served", ServedName(ServedAt(availability, Place::kMajority)));
  out.Text("minority_served", ServedName(ServedAt(availability, Place::kMinority)));
  out.Key("invariants_hold");
  out.Bool(Broken(comparison, standing).empty());
  out.Key("keeps");
  kept == nullptr ? out.Null() : out.String(kept->name);
  out.Text("converged", ConvergedName(standing));
  out.EndObject();
}

void Write(const Comparison& comparison, const Standing& standing, Writer& out) {
  out.BeginObject();
  out.Text("name", standing.protocol);
  out.Whole("runs", standing.summary.runs);
  out.Whole("cut_short", standing.cut_short);
  out.Whole("not_deterministic", standing.not_deterministic.size());
  out.Text("digest", core::ToHex(standing.summary.digests.Finished()));
  const bool histories = HasHistories(comparison);
  if (histories) WriteConsistencies(standing, out);
  out.Key("invariants");
  out.BeginArray();
  for (const auto& [name, total] : standing.summary.monitors) Write(name, total, out);
  out.EndArray();
  Write(standing.measures.lapses, out);
  Write(standing.measures.healing, out);
  Write(standing.measures.costs, out);
  if (HasSpans(comparison)) Write(standing.measures.spans, out);
  if (histories) {
    WriteClients(standing.measures, out);
    WriteTheorem(comparison, standing, out);
  }
  out.EndObject();
}

void Write(const Exhibit& exhibit, Writer& out) {
  out.BeginObject();
  out.Text("protocol", exhibit.standing->protocol);
  out.Key("refutes");
  out.BeginArray();
  for (const consistency::Consistency refuted : exhibit.refuted) out.String(consistency::Describe(refuted).name);
  out.EndArray();
  out.Whole("seed", exhibit.example->seed);
  out.Text("keep", exhibit.keep);
  out.Text("judge", exhibit.judge);
  out.Key("counterexample");
  WriteCounterexample(*exhibit.example->history, exhibit.example->counterexample, out);
  out.EndObject();
}

}  // namespace

std::string ComparisonJson(const Comparison& comparison, const std::vector<Exhibit>& exhibits) {
  Writer out;
  out.BeginObject();
  out.Text("scenario", comparison.scenario);
  out.Whole("first_seed", comparison.seeds.first);
  out.Whole("last_seed", comparison.seeds.last);
  out.Whole("finished", comparison.finished);
  out.Key("protocols");
  out.BeginArray();
  for (const Standing& standing : comparison.standings) Write(comparison, standing, out);
  out.EndArray();
  out.Key("counterexamples");
  out.BeginArray();
  for (const Exhibit& exhibit : exhibits) Write(exhibit, out);
  out.EndArray();
  out.EndObject();
  return out.Take();
}

}  // namespace tools
