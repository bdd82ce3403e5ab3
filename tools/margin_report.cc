#include "tools/margin_report.h"

#include <algorithm>
#include <string_view>

#include "scenarios/text.h"
#include "tools/json_fields.h"
#include "tools/report_text.h"

namespace tools {
namespace {

std::string Padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text + "  ";
}

// "unjudged" at the upper end, though it may have held at a smaller value.
std::string_view ResultOf(const Margin& margin, const MarginRange& range) {
  if (margin.breaks_at) return "breaks";
  return margin.holds_at == range.high ? "holds" : "unjudged";
}

std::string BreaksWords(const Margin& margin, const MarginRange& range, std::size_t width, const Style& style) {
  const std::uint64_t at = *margin.breaks_at;
  std::string words =
      style.Bad("breaks at " + Padded(range.Text(at), width)) + "seed " + Padded(std::to_string(margin.broken.seed), 4);
  if (at == range.low) {
    words += "already at the lower end";
  } else if (margin.holds_at) {
    words += "holds at " + range.Text(*margin.holds_at);
  } else {
    words += style.Doubtful("judged nothing below");
  }
  if (margin.holds_again_at) {
    words += style.Doubtful("  not monotone: holds again at " + range.Text(*margin.holds_again_at));
  }
  return words;
}

std::string Words(const Margin& margin, const MarginRange& range, std::size_t width, const Style& style) {
  if (margin.breaks_at) return BreaksWords(margin, range, width, style);
  if (!margin.holds_at) return style.Doubtful("judged nothing at any value");
  const std::string holds = style.Good("holds up to " + range.Text(*margin.holds_at));
  return *margin.holds_at == range.high ? holds : holds + style.Doubtful("  judged nothing above");
}

std::string Count(std::uint64_t number, const std::string& one) {
  return Grouped(number) + " " + one + (number == 1 ? "" : "s");
}

std::string RangeText(const MarginRange& range) { return range.Text(range.low) + ".." + range.Text(range.high); }

using Writer = FieldWriter;

void Write(const Margin& margin, const MarginRange& range, Writer& out) {
  out.BeginObject();
  out.Text("name", margin.invariant);
  out.Text("result", ResultOf(margin, range));
  if (margin.breaks_at) {
    out.Text("breaks_at", range.Text(*margin.breaks_at));
    out.Whole("seed", margin.broken.seed);
    out.Text("explanation", margin.broken.explanation);
  }
  if (margin.holds_at) out.Text("holds_at", range.Text(*margin.holds_at));
  if (margin.holds_again_at) out.Text("holds_again_at", range.Text(*margin.holds_again_at));
  out.EndObject();
}

}  // namespace

const Margin* SmallestBreak(const std::vector<Margin>& margins) {
  const Margin* smallest = nullptr;
  for (const Margin& margin : margins) {
    if (margin.breaks_at && (smallest == nullptr || *margin.breaks_at < *smallest->breaks_at)) smallest = &margin;
  }
  return smallest;
}

std::string MarginText(const MarginReport& report, const Style& style, bool explain) {
  const MarginRange& range = report.range;
  const std::uint64_t more = report.seeds.last - report.seeds.first;
  std::string text = "margin of " + scenarios::Printable(range.path) + " in " + RangeText(range) + ", " +
                     (more == UINT64_MAX ? "2^64 seeds" : Count(more + 1, "seed")) + ", " +
                     Count(report.values, "value") + " tried" +
                     (report.finished ? "" : style.Doubtful(", interrupted")) + "\n";
  std::size_t name_width = 0;
  std::size_t value_width = 0;
  for (const Margin& margin : report.margins) {
    name_width = std::max(name_width, margin.invariant.size());
    if (margin.breaks_at) value_width = std::max(value_width, range.Text(*margin.breaks_at).size());
  }
  for (const Margin& margin : report.margins) {
    text += "  " + Padded(margin.invariant, name_width) + Words(margin, range, value_width, style) + "\n";
    if (explain && margin.breaks_at) text += "    " + scenarios::Printable(margin.broken.explanation) + "\n";
  }
  if (report.margins.empty()) text += style.Doubtful("  no monitor applies\n");
  if (report.cut_short != 0) {
    text += style.Doubtful("  " + Grouped(report.cut_short) + " of " + Count(report.runs, "run") +
                           " used up their events: what did not break in them was not judged\n");
  }
  return text;
}

std::string MarginJson(const MarginReport& report) {
  const MarginRange& range = report.range;
  Writer out;
  out.BeginObject();
  out.Text("scenario", report.scenario);
  out.Text("path", range.path);
  out.Text("low", range.Text(range.low));
  out.Text("high", range.Text(range.high));
  out.Whole("first_seed", report.seeds.first);
  out.Whole("last_seed", report.seeds.last);
  out.Whole("values", report.values);
  out.Whole("runs", report.runs);
  out.Whole("cut_short", report.cut_short);
  out.Key("finished");
  out.Bool(report.finished);
  out.Key("margins");
  out.BeginArray();
  for (const Margin& margin : report.margins) Write(margin, range, out);
  out.EndArray();
  if (!report.replay.empty()) out.Text("replay", report.replay);
  out.EndObject();
  return out.Take();
}

}  // namespace tools
