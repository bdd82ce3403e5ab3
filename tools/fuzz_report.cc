#include "tools/fuzz_report.h"

#include <algorithm>
#include <cstdio>
#include <set>

#include "scenarios/text.h"
#include "sim/fault.h"
#include "sim/roles.h"
#include "tools/explain_text.h"
#include "tools/json_fields.h"
#include "tools/report_text.h"

namespace tools {
namespace {

// Cells there could be: for each protocol, every fault in every role and phase.
std::size_t AllCells(const FuzzResults& results) {
  std::set<std::string> protocols;
  for (const std::string& target : results.targets) {
    const std::size_t begin = target.find(' ') + 1;
    protocols.insert(target.substr(begin, target.find(' ', begin) - begin));
  }
  return protocols.size() * results.struck.size() * sim::kRoleNames.size() * sim::kPhaseNames.size();
}

// "0.72"; of integers, so that it is the same everywhere.
std::string Ratio(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "0";
  const std::uint64_t hundredths = (part * 100 + whole / 2) / whole;
  const std::string digits = std::to_string(100 + hundredths % 100).substr(1);
  return Grouped(hundredths / 100) + "." + digits;
}

std::string Names(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += " " + name;
  return text;
}

std::string CoverageText(const FuzzResults& results, const Style& style) {
  std::set<std::string> unjudged, harmless;
  for (const auto& [name, total] : results.judged) {
    if (total.times == 0) unjudged.insert(name);
  }
  for (const auto& [name, total] : results.struck) {
    if (total.effects == 0) harmless.insert(name);
  }
  std::string text = "  judged      " + Grouped(results.judged.size() - unjudged.size()) + " of " +
                     Grouped(results.judged.size()) + " invariants" +
                     (unjudged.empty() ? "" : style.Doubtful("  never:" + Names(unjudged))) + "\n";
  text += "  faults      " + Grouped(results.struck.size() - harmless.size()) + " of " +
          Grouped(results.struck.size()) + " kinds had an effect" +
          (harmless.empty() ? "" : style.Doubtful("  none:" + Names(harmless))) + "\n";
  text += "  coverage    " + Grouped(results.cells.size()) + " of " + Grouped(AllCells(results)) +
          " cells of protocol, fault, role and phase; some cannot be met\n";
  text += "  next run    meets about " + Ratio(results.MetOnce(), results.runs) +
          " new cells, if it is drawn like these (" + Grouped(results.MetOnce()) + " were met once: Good-Turing)\n";
  return text;
}

void WriteTotals(FieldWriter& out, const FuzzResults& results) {
  out.Whole("runs", results.runs);
  out.Whole("events", results.events);
  out.Whole("as_expected", results.as_expected);
  out.Whole("violated", results.violated);
  out.Whole("inconclusive", results.inconclusive);
  out.Whole("repeated", results.repeated);
  out.Text("digest", core::ToHex(results.digests));
  out.Whole("cells", results.cells.size());
  out.Whole("cells_met_once", results.MetOnce());
}

void WriteFindings(FieldWriter& out, const FuzzResults& results) {
  out.Key("findings");
  out.BeginArray();
  for (const auto& [run, finding] : results.findings) {
    out.BeginObject();
    out.Whole("run", run);
    out.Whole("seed", finding.seed);
    out.Text("target", finding.target);
    out.Text("monitor", finding.monitor);
    out.Text("cause", finding.cause);
    out.Text("steps", finding.steps);
    out.EndObject();
  }
  out.EndArray();
}

}  // namespace

std::string DiscoveryText(const FuzzTarget& target, const Discovery& discovery, const std::string& folder,
                          const Style& style) {
  const Finding& finding = discovery.finding;
  const sim::Violation& violation = *discovery.report.violation;
  const std::string smallest = ShellQuoted(folder + "/smallest.seed");
  return style.Bad("VIOLATED") + "  " + finding.monitor + "  " + target.name() + ", seed " +
         std::to_string(finding.seed) + ", event " + Grouped(violation.event) + ", " + Seconds(violation.time) +
         "\n  " + scenarios::Printable(violation.explanation) + "\n  shrunk  " + finding.steps + "\n" +
         discovery.explanation + "  wrote   " + smallest + "\n  replay  faultline replay " + smallest + "\n";
}

std::string FuzzText(const FuzzResults& results, const Style& style) {
  std::string text = "fuzz          " + Grouped(results.runs) + " runs  " + Grouped(results.as_expected) +
                     " as expected  " + Grouped(results.violated) + " violated  " + Grouped(results.inconclusive) +
                     " inconclusive  " + Grouped(results.events) + " events\n";
  text += "  repeated    " + Grouped(results.repeated) + " runs, to the same digests\n";
  text += CoverageText(results, style);
  for (const auto& [run, finding] : results.findings) {
    text += "  " + style.Bad("violated") + "    " + finding.monitor + "  " + finding.target + " --seed " +
            std::to_string(finding.seed) + "  " + finding.cause + "\n";
  }
  for (const auto& [kind, runs] : results.further) {
    text += "              and " + Grouped(runs) + " more of " + kind.second + " by " + kind.first + "\n";
  }
  return text + "  digest      " + core::ToHex(results.digests) + " of all runs, in any order\n";
}

std::string FuzzJson(const FuzzResults& results) {
  FieldWriter out;
  out.BeginObject();
  WriteTotals(out, results);
  WriteFindings(out, results);
  out.EndObject();
  return out.Take() + "\n";
}

std::string StatsJson(const FuzzResults& results, std::uint64_t runs, double seconds) {
  FieldWriter out;
  out.BeginObject();
  out.Text("version", results.version);
  WriteTotals(out, results);
  WriteFindings(out, results);
  out.Whole("runs_of_this_sitting", runs);
  out.Whole("milliseconds", static_cast<std::uint64_t>(seconds * 1000));
  out.EndObject();
  return out.Take() + "\n";
}

std::string Escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '%') {
      escaped += "%25";
    } else if (c == '\n') {
      escaped += "%0A";
    } else if (c == '\r') {
      escaped += "%0D";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace tools
