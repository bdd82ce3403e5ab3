// shrink: a seed file with nothing in it that need not be there, and what each thing that is left does to the outcome.
#include <cstdio>
#include <filesystem>

#include "scenarios/seed_file.h"
#include "tools/commands.h"
#include "tools/exit_code.h"
#include "tools/interrupt.h"
#include "tools/judgement_text.h"
#include "tools/report_text.h"
#include "tools/shrinker.h"
#include "tools/terminal.h"

namespace tools {
namespace {

using scenarios::Part;
using scenarios::SeedFile;
using scenarios::SeedFileSize;

// "a.seed" becomes "a.shrunk.seed", in the same folder.
std::string DefaultOutput(const std::string& file) {
  std::filesystem::path path(file);
  return path.replace_extension(".shrunk.seed").string();
}

std::string Arrow(std::uint64_t from, std::uint64_t to, const char* one, const char* many) {
  if (from == 0) return "";
  return Grouped(from) + " -> " + Grouped(to) + " " + (to == 1 ? one : many) + ", ";
}

// "9 -> 2 faults, 214 -> 1 requests, 7 -> 3 nodes, 31 -> 4 settings, 18 226 -> 143 events".
std::string Steps(const ShrinkOutcome& outcome) {
  const SeedFileSize from = scenarios::SizeOf(outcome.first.file), to = scenarios::SizeOf(outcome.last.file);
  return Arrow(from.windows, to.windows, "fault", "faults") + Arrow(from.requests, to.requests, "request", "requests") +
         Arrow(from.nodes, to.nodes, "node", "nodes") + Arrow(from.settings, to.settings, "setting", "settings") +
         Grouped(outcome.first.events) + " -> " + Grouped(outcome.last.events) + " events";
}

// Without it nothing happens, or less often, or as often.
std::string_view WorthOf(const Counterfactual& part, const Counterfactuals& weighed) {
  if (part.without == 0) return "necessary";
  return part.without < weighed.with_all ? "contributing" : "irrelevant under most seeds";
}

constexpr std::size_t kMostLines = 12;

std::string PartsText(const SeedFile& file, const Counterfactuals& weighed) {
  std::string text;
  for (std::size_t i = 0; i < std::min(weighed.parts.size(), kMostLines); ++i) {
    const Counterfactual& part = weighed.parts[i];
    std::string line = "  " + scenarios::DescribePart(file, part.part, part.place);
    line.resize(std::max<std::size_t>(line.size(), 40), ' ');
    text += line + "  " + std::string(WorthOf(part, weighed)) + " (violated by " + std::to_string(part.without) +
            " of " + std::to_string(weighed.seeds) + " seeds without it, " + std::to_string(weighed.with_all) +
            " with it)\n";
  }
  if (weighed.parts.size() > kMostLines) text += "  and " + Grouped(weighed.parts.size() - kMostLines) + " more\n";
  for (std::size_t i = 0; i < scenarios::CountParts(file, Part::kSetting); ++i) {
    text += "  " + scenarios::DescribePart(file, Part::kSetting, i) + "\n";
  }
  return text;
}

void ShowProgress(Progress& progress, const ShrinkOutcome& outcome) {
  progress.Show("  " + outcome.monitor + "  " + Steps(outcome) + "  " + Grouped(outcome.runs) + " runs");
}

}  // namespace

int ShrinkCommand(const ShrinkCommandOptions& options) {
  const std::string output = options.output_file.empty() ? DefaultOutput(options.file) : options.output_file;
  if (const absl::Status writable = CheckWritable("-o", output); !writable.ok()) return PrintErrors(writable);
  const absl::StatusOr<SeedFile> file = scenarios::ReadSeedFile(options.file);
  if (!file.ok()) return PrintErrors(file.status());
  CatchInterrupts();
  Progress progress(options.output.progress);
  ShrinkOptions how{options.jobs, options.max_events, &StopRequested()};
  absl::StatusOr<ShrinkOutcome> outcome =
      Shrink(*file, how, [&](const ShrinkOutcome& so_far) { ShowProgress(progress, so_far); });
  progress.Clear();
  if (!outcome.ok()) {
    const int code = PrintErrors(outcome.status());
    return absl::IsFailedPrecondition(outcome.status()) ? kUnexpected : code;
  }
  outcome->last.file.set_shrunk(Steps(*outcome));
  const absl::StatusOr<SeedFile> recorded = Recorded(outcome->last.file, FAULTLINE_VERSION);
  const absl::Status saved = recorded.ok() ? scenarios::SaveSeedFile(output, *recorded) : recorded.status();
  if (!saved.ok()) return PrintErrors(saved);
  const Style style = StyleOf(options.output.color);
  Print("shrunk        " + style.Bad(outcome->monitor) + "  " + Steps(*outcome) + "\n");
  Print("              " + Grouped(outcome->runs) + " runs, " + Grouped(outcome->events) + " events" +
        (outcome->finished ? "" : "; ended early: there may be a smaller one") + "\n");
  if (!options.output.quiet) Print(PartsText(outcome->last.file, Weigh(*outcome, how)));
  Print("wrote         " + ShellQuoted(output) + "\nreplay        faultline replay " + ShellQuoted(output) + "\n");
  return StopRequested() ? InterruptCode() : kAsExpected;
}

}  // namespace tools
