#include "tools/report_json.h"

#include <string_view>

#include "scenarios/seed_file.h"
#include "scenarios/text.h"
#include "tools/json_fields.h"

namespace tools {
namespace {

using Writer = FieldWriter;

void Write(const sim::MessageCounts& messages, Writer& out) {
  out.Key("messages");
  out.BeginObject();
  out.Whole("sent", messages.sent);
  out.Whole("delivered", messages.delivered);
  out.Whole("lost", messages.lost);
  out.Whole("duplicated", messages.duplicated);
  out.Whole("cut", messages.cut);
  out.Whole("dead", messages.dead);
  out.Whole("corrupted", messages.corrupted);
  out.Whole("overflowed", messages.overflowed);
  out.Whole("held_back", messages.held_back);
  out.EndObject();
}

void Write(const sim::DiskCounts& disk, Writer& out) {
  out.Key("disk");
  out.BeginObject();
  out.Whole("syncs", disk.syncs);
  out.Whole("lost", disk.lost);
  out.Whole("torn", disk.torn);
  out.Whole("failed", disk.failed);
  out.Whole("damaged", disk.damaged);
  out.Whole("found", disk.found);
  out.Whole("spared", disk.spared);
  out.EndObject();
}

void Write(const sim::RequestCounts& requests, Writer& out) {
  out.Key("requests");
  out.BeginObject();
  out.Whole("sent", requests.sent);
  out.Whole("answered", requests.answered);
  out.Whole("refused", requests.refused);
  out.Whole("timed_out", requests.timed_out);
  out.EndObject();
}

void Write(const std::vector<sim::MonitorReport>& monitors, Writer& out) {
  out.Key("monitors");
  out.BeginArray();
  for (const sim::MonitorReport& monitor : monitors) {
    out.BeginObject();
    out.Text("name", monitor.name);
    out.Text("verdict", scenarios::OutcomeName(monitor.outcome));
    out.Whole("judged", monitor.judged);
    out.Text("explanation", monitor.explanation);
    out.EndObject();
  }
  out.EndArray();
}

void Write(const std::vector<sim::FaultReport>& faults, Writer& out) {
  out.Key("faults");
  out.BeginArray();
  for (const sim::FaultReport& fault : faults) {
    out.BeginObject();
    out.Text("kind", fault.kind);
    out.Whole("windows", fault.windows);
    out.Whole("effects", fault.effects);
    if (fault.spared != 0) out.Whole("spared", fault.spared);
    if (!fault.reasons.empty()) {
      out.Key("reasons");
      out.BeginObject();
      for (const auto& [reason, effects] : fault.reasons) out.Whole(reason, effects);
      out.EndObject();
    }
    out.EndObject();
  }
  out.EndArray();
}

void Write(const std::vector<sim::CoverageCell>& coverage, Writer& out) {
  out.Key("coverage");
  out.BeginArray();
  for (const sim::CoverageCell& cell : coverage) {
    out.BeginObject();
    out.Text("kind", cell.kind);
    out.Text("role", cell.role);
    out.Text("phase", cell.phase);
    out.Whole("victims", cell.victims);
    out.EndObject();
  }
  out.EndArray();
}

void Write(const sim::SpanCounts& spans, Writer& out) {
  out.Key("spans");
  out.BeginObject();
  out.Whole("emitted", spans.emitted);
  out.Whole("stored", spans.stored);
  out.Key("dropped");
  out.BeginObject();
  for (const auto& [reason, number] : spans.dropped) out.Whole(reason, number);
  out.EndObject();
  out.Whole("in_flight", spans.in_flight);
  out.Whole("read", spans.read);
  out.Whole("traces", spans.traces);
  out.Whole("duplicates", spans.duplicates);
  out.Whole("acknowledged", spans.acknowledged);
  out.EndObject();
}

void Write(const sim::Violation& violation, Writer& out) {
  out.Key("violation");
  out.BeginObject();
  out.Text("monitor", violation.monitor);
  out.Whole("event", violation.event);
  out.Whole("time_ns", static_cast<std::uint64_t>(violation.time.count()));
  out.Text("node", violation.node ? "n" + std::to_string(core::Number(*violation.node)) : "");
  out.Text("explanation", violation.explanation);
  out.EndObject();
}

void WriteAnnounced(const std::vector<std::pair<std::string, std::uint64_t>>& announced, Writer& out) {
  out.Key("announced");
  out.BeginObject();
  for (const auto& [name, times] : announced) out.Whole(name, times);
  out.EndObject();
}

}  // namespace

std::string ReportJson(const sim::Report& report) {
  Writer out;
  out.BeginObject();
  out.Text("scenario", report.scenario);
  out.Whole("seed", report.seed);
  out.Text("verdict", scenarios::OutcomeName(report.outcome));
  out.Flag("as_expected", report.as_expected);
  if (!report.cut_short.empty()) out.Text("cut_short", report.cut_short);
  if (!report.known_gap.empty()) out.Text("known_gap", report.known_gap);
  if (report.configuration) out.Text("configuration", core::ToHex(*report.configuration));
  if (!report.excused.empty()) out.Text("excused", report.excused);
  out.Text("digest", core::ToHex(report.digest));
  out.Text("ladder", core::ToHex(core::FingerprintOf(report.ladder)));
  out.Whole("events", report.events);
  out.Whole("simulated_ns", static_cast<std::uint64_t>(report.simulated.count()));
  Write(report.messages, out);
  Write(report.monitors, out);
  Write(report.faults, out);
  Write(report.coverage, out);
  Write(report.disk, out);
  out.Whole("halted", report.halted);
  if (report.requests) Write(*report.requests, out);
  if (report.spans) Write(*report.spans, out);
  if (!report.announced.empty()) WriteAnnounced(report.announced, out);
  if (report.violation) Write(*report.violation, out);
  out.EndObject();
  return out.Take();
}

}  // namespace tools
