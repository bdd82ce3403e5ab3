#include "tools/report_text.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "protocols/core/params.h"
#include "scenarios/seed_file.h"
#include "scenarios/text.h"

namespace tools {
namespace {

constexpr std::size_t kNameWidth = 31;
constexpr std::size_t kVerdictWidth = 14;
constexpr std::size_t kLabelWidth = 12;
constexpr std::size_t kKindWidth = 22;
constexpr std::size_t kNumberWidth = 14;

std::string Padded(std::string text, std::size_t width) {
  if (text.size() < width) return text.append(width - text.size(), ' ');
  return text + "  ";
}

std::string Label(const std::string& label) { return "  " + Padded(label, kLabelWidth); }

std::string Count(std::uint64_t number, const std::string& one) {
  return Grouped(number) + " " + one + (number == 1 ? "" : "s");
}

// Padded before it is painted: escapes have no width.
std::string Painted(sim::Outcome outcome, const std::string& words, const Style& style) {
  if (outcome == sim::Outcome::kHolds) return style.Good(words);
  return outcome == sim::Outcome::kViolated ? style.Bad(words) : style.Doubtful(words);
}

std::string VerdictWords(const sim::Plan& plan, const sim::Report& report) {
  std::string words(scenarios::OutcomeName(report.outcome));
  if (!report.known_gap.empty()) {
    words += ", a known gap";
  } else if (report.outcome == sim::Outcome::kViolated && report.as_expected) {
    words += ", as expected";
  }
  if (report.outcome == sim::Outcome::kHolds && !report.as_expected)
    words += ", but " + plan.violates + " was to be violated";
  if (!report.cut_short.empty()) words += ": " + report.cut_short;
  if (!report.excused.empty()) words += ", excused: " + report.excused;
  return words;
}

std::string MonitorLine(const sim::MonitorReport& monitor, const Style& style) {
  const std::string verdict = Padded(std::string(scenarios::OutcomeName(monitor.outcome)), kVerdictWidth);
  std::string line = "  " + Padded(monitor.name, kNameWidth - 2) + Painted(monitor.outcome, verdict, style) +
                     "judged " + Grouped(monitor.judged);
  if (monitor.judged == 0) return line + style.Doubtful("  never judged") + "\n";
  if (!monitor.explanation.empty()) line += "  " + scenarios::Printable(monitor.explanation);
  return line + "\n";
}

// By reason, and what was left undone.
std::string Particulars(const sim::FaultReport& fault) {
  std::string text;
  for (const auto& [reason, effects] : fault.reasons) {
    if (effects != 0) text += (text.empty() ? ": " : ", ") + Grouped(effects) + " " + reason;
  }
  if (fault.spared != 0) text += ", " + Grouped(fault.spared) + " spared";
  return text;
}

std::string FaultLine(const std::string& label, const sim::FaultReport& fault, const Style& style) {
  return Label(label) + Padded(fault.kind, kKindWidth) + Padded(Count(fault.windows, "window"), kNumberWidth) +
         Count(fault.effects, "effect") + Particulars(fault) +
         (fault.effects == 0 ? style.Doubtful("  did nothing") : "") + "\n";
}

std::string WindowLine(const sim::FaultWindow& window) {
  std::string line = Label("") + "  " + Padded(window.kind, kKindWidth - 2) + core::FormatDuration(window.begin) +
                     ".." + core::FormatDuration(window.end);
  if (window.when) line += " when " + sim::FormatAnchor(*window.when) + ":";
  for (const core::NodeId node : window.nodes) line += " n" + std::to_string(core::Number(node));
  for (const core::Parameter& parameter : window.params) line += " " + parameter.key + "=" + parameter.value;
  return line + "\n";
}

std::string MessagesLine(const sim::MessageCounts& m) {
  std::string line = Label("messages") + Grouped(m.sent) + " sent, " + Grouped(m.delivered) + " delivered, " +
                     Grouped(m.lost) + " lost, " + Grouped(m.duplicated) + " duplicated, " + Grouped(m.cut) + " cut, " +
                     Grouped(m.dead) + " to nodes that were down";
  if (m.corrupted > 0) line += ", " + Grouped(m.corrupted) + " corrupted and refused";
  if (m.overflowed > 0) line += ", " + Grouped(m.overflowed) + " dropped by full queues";
  if (m.held_back > 0) line += ", " + Grouped(m.held_back) + " held back for full queues";
  return line + "\n";
}

std::string RequestsLine(const sim::RequestCounts& r) {
  return Label("requests") + Grouped(r.sent) + " sent, " + Grouped(r.answered) + " answered, " + Grouped(r.refused) +
         " refused, " + Grouped(r.timed_out) + " timed out\n";
}

std::string DiskLines(const sim::DiskCounts& d, std::uint64_t halted) {
  std::string text =
      Label("disk") + Grouped(d.syncs) + " syncs, " + Grouped(d.lost) + " records lost, " + Grouped(d.torn) + " torn";
  if (d.failed > 0) text += ", " + Grouped(d.failed) + " syncs failed";
  text += "\n";
  if (d.damaged + d.spared + halted == 0) return text;
  return text + Label("") + Grouped(d.damaged) + " durable records damaged, " + Grouped(d.found) + " of them found, " +
         Grouped(d.spared) + " spared, " + Count(halted, "node") + " halted\n";
}

std::string SpansLines(const sim::SpanCounts& s) {
  std::string text = Label("spans") + Grouped(s.stored) + " of " + Grouped(s.emitted) + " stored";
  if (s.duplicates != 0) text += " (" + Grouped(s.duplicates) + " repeats)";
  text += ", " + Grouped(s.acknowledged) + " acknowledged, " + Grouped(s.in_flight) + " in flight, " +
          Count(s.traces, "trace") + "\n";
  for (const auto& [reason, number] : s.dropped) text += Label("") + Grouped(number) + " dropped: " + reason + "\n";
  return text;
}

std::string Moment(const sim::Violation& violation) {
  std::string text = "at event " + Grouped(violation.event) + " (";
  if (violation.node) text += "n" + std::to_string(core::Number(*violation.node)) + ", ";
  return text + Seconds(violation.time) + ")";
}

// Whom each kind of fault met in the middle of what, and what it never met.
std::string CoverageText(const std::map<std::string, Coverage>& coverage) {
  constexpr std::size_t kCellWidth = 11;
  std::string text;
  for (std::size_t role = 0; role < sim::kRoleNames.size(); ++role) {
    text += Label(role == 0 ? "coverage" : "") + Padded("of a " + std::string(sim::kRoleNames[role]), kKindWidth);
    for (const std::string_view phase : sim::kPhaseNames) text += Padded(std::string(phase), kCellWidth);
    text += "\n";
    for (const auto& [kind, cells] : coverage) {
      text += Label("") + Padded("  " + kind, kKindWidth);
      for (const std::uint64_t victims : cells[role]) text += Padded(victims == 0 ? "-" : Grouped(victims), kCellWidth);
      text += "\n";
    }
  }
  return text;
}

std::string EmptyCells(const std::map<std::string, Coverage>& coverage) {
  std::string text;
  std::size_t cells = 0, empty = 0;
  for (std::size_t role = 0; role < sim::kRoleNames.size(); ++role) {
    for (std::size_t phase = 0; phase < sim::kPhaseNames.size(); ++phase) {
      std::string kinds;
      std::size_t missing = 0;
      for (const auto& [kind, struck] : coverage) {
        ++cells;
        if (struck[role][phase] != 0) continue;
        ++missing;
        kinds += " " + kind;
      }
      empty += missing;
      if (missing == 0) continue;
      text += Label("") + "never a " + std::string(sim::kRoleNames[role]) + " " + std::string(sim::kPhaseNames[phase]) +
              ":" + (missing == coverage.size() ? " by any fault" : kinds) + "\n";
    }
  }
  return Label("cells") + Grouped(cells - empty) + " of " + Grouped(cells) + " fault x role x phase were met\n" + text;
}

std::string MonitorTotalLine(const std::string& name, const MonitorTotal& total, const Style& style) {
  std::string verdicts = Grouped(total.holds) + " hold";
  if (total.violated != 0) verdicts += ", " + Grouped(total.violated) + " violated";
  if (total.inconclusive != 0) verdicts += ", " + Grouped(total.inconclusive) + " inconclusive";
  std::string line = "  " + Padded(name, kNameWidth - 2) + "judged " + Padded(Grouped(total.judged), kNumberWidth) +
                     "least in a run " + Padded(Grouped(total.least_judged), kNumberWidth) + verdicts;
  if (total.judged == 0) return line + style.Doubtful("  never judged") + "\n";
  if (total.least_judged == 0) line += style.Doubtful("  judged nothing in some runs");
  return line + "\n";
}

std::string FaultTotalLine(const std::string& label, const std::string& kind, const FaultTotal& total,
                           const Style& style) {
  std::string line = Label(label) + Padded(kind, kKindWidth) + Padded(Count(total.windows, "window"), kNumberWidth) +
                     Padded(Count(total.effects, "effect"), kNumberWidth + 8) + "least in a run " +
                     Grouped(total.least_effects);
  if (total.spared != 0) line += ", " + Grouped(total.spared) + " spared";
  if (total.effects == 0) line += style.Doubtful("  did nothing in any run");
  return line + "\n";
}

// What happened in one run, as many to a line as there is room for.
std::string AnnouncedLines(const std::vector<std::pair<std::string, std::uint64_t>>& announced) {
  constexpr std::size_t kWidth = 110;
  std::string text;
  std::string line = Label("announced");
  for (const auto& [name, times] : announced) {
    const std::string item = Grouped(times) + " " + name;
    if (line.size() + item.size() > kWidth) text += std::exchange(line, Label("")) + ",\n";
    if (line.back() != ' ') line += ", ";
    line += item;
  }
  return text + line + "\n";
}

std::string FactTotalLine(const std::string& label, const std::string& name, const FactTotal& total,
                          const Style& style) {
  const std::string line = Label(label) + Padded(name, kKindWidth + kNumberWidth) +
                           Padded(Grouped(total.times), kNumberWidth + 8) + "in " + Count(total.runs, "run");
  return line + (total.times == 0 ? style.Doubtful("  never") : "") + "\n";
}

}  // namespace

std::string Seconds(core::Duration time) {
  const auto micros = static_cast<std::uint64_t>(time.count()) / 1000;
  std::string fraction = std::to_string(micros % 1'000'000);
  fraction.insert(0, 6 - fraction.size(), '0');
  while (fraction.size() > 3 && fraction.ends_with("0")) fraction.pop_back();
  return std::to_string(micros / 1'000'000) + "." + fraction + " s";
}

std::string Grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t end = digits.size(); end > 3; end -= 3) digits.insert(end - 3, 1, ' ');
  return digits;
}

std::string RunText(const sim::Plan& plan, const sim::Report& report, const Style& style, bool windows) {
  std::string text = Padded(plan.name, kNameWidth) +
                     Painted(report.outcome, Padded(VerdictWords(plan, report), kVerdictWidth), style) + "seed " +
                     std::to_string(report.seed) + "  " + Count(report.events, "event") + "  " +
                     Seconds(report.simulated) + " simulated\n";
  for (const sim::MonitorReport& monitor : report.monitors) text += MonitorLine(monitor, style);
  if (report.monitors.empty()) text += style.Doubtful("  no monitor applies\n");
  std::string label = "faults";
  for (const sim::FaultReport& fault : report.faults) {
    text += FaultLine(std::exchange(label, ""), fault, style);
  }
  if (windows) {
    for (const sim::FaultWindow& window : report.windows) text += WindowLine(window);
  }
  text += MessagesLine(report.messages);
  text += DiskLines(report.disk, report.halted);
  if (report.requests) text += RequestsLine(*report.requests);
  if (report.spans) text += SpansLines(*report.spans);
  if (!report.announced.empty()) text += AnnouncedLines(report.announced);
  if (report.configuration) text += Label("drawn") + core::ToHex(*report.configuration) + "\n";
  return text + Label("digest") + core::ToHex(report.digest) + "\n";
}

std::string ViolationText(const sim::Plan& plan, const sim::Report& report, const std::vector<std::string>& tail,
                          const Style& style) {
  const sim::Violation& violation = *report.violation;
  std::string text = "\n" + style.Bad("VIOLATED") + "  " + violation.monitor + "  in " + plan.name + ", seed " +
                     std::to_string(report.seed) + ", " + Moment(violation) + "\n  " +
                     scenarios::Printable(violation.explanation) + "\n";
  if (!tail.empty()) text += "  the last " + Count(tail.size(), "line") + " of the recording:\n";
  for (const std::string& line : tail) text += "    " + scenarios::Printable(line) + "\n";
  return text;
}

std::string SeedLine(const sim::Plan& plan, const sim::Report& report, const Style& style) {
  std::string line = "  seed " + Padded(std::to_string(report.seed), 8) +
                     Painted(report.outcome, Padded(VerdictWords(plan, report), kVerdictWidth), style);
  if (report.violation) {
    line += report.violation->monitor + " " + Moment(*report.violation) + "  " +
            scenarios::Printable(report.violation->explanation);
  } else if (report.outcome == sim::Outcome::kInconclusive) {
    for (const sim::MonitorReport& monitor : report.monitors) {
      if (monitor.outcome == sim::Outcome::kInconclusive)
        line += monitor.name + "  " + scenarios::Printable(monitor.explanation) + "  ";
    }
  }
  return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

std::string SummaryText(const sim::Plan& plan, const Summary& summary, const Style& style) {
  std::string text = Padded(plan.name, kNameWidth) + Count(summary.runs, "run") + "  " + Grouped(summary.as_expected) +
                     " as expected  " + Grouped(summary.violated) + " violated  " + Grouped(summary.inconclusive) +
                     " inconclusive  " + (summary.excused > 0 ? Grouped(summary.excused) + " excused  " : "") +
                     Count(summary.events, "event") + "\n";
  for (const auto& [name, total] : summary.monitors) text += MonitorTotalLine(name, total, style);
  std::string label = "faults";
  for (const auto& [kind, total] : summary.faults) text += FaultTotalLine(std::exchange(label, ""), kind, total, style);
  label = "announced";
  for (const auto& [name, total] : summary.announced) {
    text += FactTotalLine(std::exchange(label, ""), name, total, style);
  }
  text += MessagesLine(summary.messages);
  if (summary.halted > 0) text += Label("halted") + Count(summary.halted, "node") + ": they cannot trust their disks\n";
  for (const auto& [reason, runs] : summary.known_gaps) {
    text += Label("known gap") + Count(runs, "run") + ": " + scenarios::Printable(reason) + "\n";
  }
  if (plan.pooled) text += CoverageText(summary.coverage) + EmptyCells(summary.coverage);
  return text + Label("digest") + core::ToHex(summary.digests.Finished()) + " of all runs\n";
}

}  // namespace tools
