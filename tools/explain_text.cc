#include "tools/explain_text.h"

#include <algorithm>
#include <string_view>

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

}  // namespace

std::string Steps(const ShrinkOutcome& outcome) {
  const SeedFileSize from = scenarios::SizeOf(outcome.first.file), to = scenarios::SizeOf(outcome.last.file);
  return Arrow(from.windows, to.windows, "fault", "faults") + Arrow(from.requests, to.requests, "request", "requests") +
         Arrow(from.nodes, to.nodes, "node", "nodes") + Arrow(from.settings, to.settings, "setting", "settings") +
         Grouped(outcome.first.events) + " -> " + Grouped(outcome.last.events) + " events";
}

std::string CauseText(const ShrinkOutcome& outcome, const Counterfactuals& weighed) {
  const scenarios::SeedFile& file = outcome.last.file;
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

}  // namespace tools
