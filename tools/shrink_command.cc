// shrink: a seed file with nothing in it that need not be there, and what each thing that is left does to the outcome.
#include <cstdio>
#include <filesystem>

#include "scenarios/seed_file.h"
#include "tools/commands.h"
#include "tools/exit_code.h"
#include "tools/explain_text.h"
#include "tools/interrupt.h"
#include "tools/judgement_text.h"
#include "tools/report_text.h"
#include "tools/shrinker.h"
#include "tools/terminal.h"

namespace tools {
namespace {

using scenarios::SeedFile;

// "a.seed" becomes "a.shrunk.seed", in the same folder.
std::string DefaultOutput(const std::string& file) {
  std::filesystem::path path(file);
  return path.replace_extension(".shrunk.seed").string();
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
  if (!options.output.quiet) Print(CauseText(outcome->last.file, Weigh(outcome->last, outcome->monitor, how)));
  Print("wrote         " + ShellQuoted(output) + "\nreplay        faultline replay " + ShellQuoted(output) + "\n");
  return StopRequested() ? InterruptCode() : kAsExpected;
}

}  // namespace tools
