#include "tools/explain_text.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "scenarios/text.h"
#include "tools/json_fields.h"
#include "tools/report_text.h"

namespace tools {
namespace {

using scenarios::Part;
using scenarios::SeedFileSize;

std::string Arrow(std::uint64_t from, std::uint64_t to, const char* one, const char* many) {
  if (from == 0) return "";
  return Grouped(from) + " -> " + Grouped(to) + " " + (to == 1 ? one : many) + ", ";
}

// Without it nothing happens, or less often, or as often.
std::string_view WorthOf(const Counterfactual& part, const Counterfactuals& weighed) {
  if (part.without == 0) return "necessary";
  return part.without < weighed.with_all ? "contributing" : "irrelevant under most seeds";
}

constexpr std::size_t kWidest = 160;

// What is too long to read is cut, and says so.
std::string Readable(const std::string& text) {
  const std::string printable = scenarios::Printable(text);
  return printable.size() <= kWidest ? printable : printable.substr(0, kWidest) + " ...";
}

bool TellsOfFault(const Step& step) {
  return std::any_of(step.lines.begin(), step.lines.end(),
                     [](const std::string& line) { return line.starts_with("fault "); });
}

std::string StepText(const Step& step, const Style& style) {
  std::string text;
  std::string time = Seconds(step.time);
  for (const std::string& line : step.lines) {
    const std::string told = Readable(line);
    text += "  " + std::string(time.empty() ? 12 : 0, ' ') + time +
            std::string(time.empty() ? 0 : 12 - std::min<std::size_t>(time.size(), 12), ' ') + "  " +
            (line.starts_with("fault ") ? style.Doubtful(told) : told) + "\n";
    time.clear();
  }
  for (const std::string& change : step.changes) text += "                  " + Readable(change) + "\n";
  return text;
}

std::string Percent(std::uint64_t part, std::uint64_t whole) {
  const std::string share = std::to_string((part * 100 + whole / 2) / whole);
  return std::string(3 - std::min<std::size_t>(share.size(), 3), ' ') + share + " %";
}

std::string After(const Explanation& explanation, const Odds& odds) {
  if (odds.after_event == 0) return "from the beginning";
  return "after event " + Grouped(odds.after_event) + ", " +
         Seconds(explanation.report.causes[odds.after_event - 1].time) + "  " + Readable(odds.what);
}

std::string OddsText(const Explanation& explanation) {
  if (explanation.odds.empty()) return "";
  std::string text =
      "odds          so many of " + Grouped(explanation.runs) + " runs violate the same if all is chosen anew\n";
  std::optional<std::uint64_t> last;
  for (const Odds& odds : explanation.odds) {
    if (last == odds.violated) continue;  // as before
    last = odds.violated;
    text += "  " + Percent(odds.violated, explanation.runs) + "  " + After(explanation, odds) + "\n";
  }
  return text;
}

std::string BeliefsText(const Explanation& explanation) {
  std::string text;
  for (const auto& [node, fields] : explanation.beliefs) {
    text += "  " + node + " believes\n";
    for (const auto& [field, value] : fields) text += "    " + field + ": " + Readable(value) + "\n";
  }
  return text;
}

}  // namespace

std::string Steps(const ShrinkOutcome& outcome) {
  const SeedFileSize from = scenarios::SizeOf(outcome.first.file), to = scenarios::SizeOf(outcome.last.file);
  return Arrow(from.windows, to.windows, "fault", "faults") + Arrow(from.requests, to.requests, "request", "requests") +
         Arrow(from.nodes, to.nodes, "node", "nodes") + Arrow(from.settings, to.settings, "setting", "settings") +
         Grouped(outcome.first.events) + " -> " + Grouped(outcome.last.events) + " events";
}

std::string CauseText(const scenarios::SeedFile& file, const Counterfactuals& weighed) {
  std::string text;
  for (const Counterfactual& part : weighed.parts) {
    std::string line = "  " + scenarios::DescribePart(file, part.part, part.place);
    line.resize(std::max<std::size_t>(line.size(), 40), ' ');
    text += line + "  " + std::string(WorthOf(part, weighed)) + " (violated by " + std::to_string(part.without) +
            " of " + std::to_string(weighed.seeds) + " seeds without it, " + std::to_string(weighed.with_all) +
            " with it)\n";
  }
  if (weighed.more > 0) text += "  and " + Grouped(weighed.more) + " more\n";
  for (std::size_t i = 0; i < scenarios::CountParts(file, Part::kSetting); ++i) {
    text += "  " + scenarios::DescribePart(file, Part::kSetting, i) + "\n";
  }
  return text;
}

std::string ExplanationText(const Explanation& explanation, std::size_t most, const Style& style) {
  const sim::Violation& violation = *explanation.report.violation;
  std::string text = "explain       " + violation.monitor + " in " + explanation.report.scenario + ", seed " +
                     std::to_string(explanation.report.seed) + "\n              " + Grouped(explanation.past) + " of " +
                     Grouped(violation.event) + " events are behind it, " + Grouped(explanation.steps.size()) +
                     " of them changed something\n";
  const std::size_t first = explanation.steps.size() - std::min(most, explanation.steps.size());
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < explanation.steps.size(); ++i) {
    if (i >= first || TellsOfFault(explanation.steps[i])) {
      text += StepText(explanation.steps[i], style);
    } else {
      ++left_out;
    }
  }
  text += style.Bad("VIOLATED") + "      " + violation.monitor + ", event " + Grouped(violation.event) + ", " +
          Seconds(violation.time) + "\n  " + scenarios::Printable(violation.explanation) + "\n";
  if (explanation.report.trail.changes_until < violation.event) {
    text += "left out      what nodes believed after event " + Grouped(explanation.report.trail.changes_until) +
            ": shrink it first\n";
  }
  if (left_out > 0) text += "left out      " + Grouped(left_out) + " earlier steps; --verbose tells all\n";
  return text + BeliefsText(explanation) + OddsText(explanation);
}

std::string ExplanationJson(const Explanation& explanation) {
  const sim::Violation& violation = *explanation.report.violation;
  FieldWriter out;
  out.BeginObject();
  out.Text("scenario", explanation.report.scenario);
  out.Whole("seed", explanation.report.seed);
  out.Text("monitor", violation.monitor);
  out.Whole("event", violation.event);
  out.Text("explanation", violation.explanation);
  out.Whole("past", explanation.past);
  out.Key("steps");
  out.BeginArray();
  for (const Step& step : explanation.steps) {
    out.BeginObject();
    out.Whole("event", step.event);
    out.Time("time_ns", step.time);
    for (const auto& [key, texts] : {std::pair{"lines", &step.lines}, {"changes", &step.changes}}) {
      out.Key(key);
      out.BeginArray();
      for (const std::string& text : *texts) out.String(scenarios::Printable(text));
      out.EndArray();
    }
    out.EndObject();
  }
  out.EndArray();
  out.Whole("runs", explanation.runs);
  out.Key("odds");
  out.BeginArray();
  for (const Odds& odds : explanation.odds) {
    out.BeginObject();
    out.Whole("after_event", odds.after_event);
    out.Whole("violated", odds.violated);
    out.Text("what", odds.what);
    out.EndObject();
  }
  out.EndArray();
  out.EndObject();
  return out.Take() + "\n";
}

}  // namespace tools
