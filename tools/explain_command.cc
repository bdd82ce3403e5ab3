// explain: how a violation came about, in order, in words.
#include <cstdio>

#include "scenarios/seed_file.h"
#include "tools/commands.h"
#include "tools/exit_code.h"
#include "tools/explain_text.h"
#include "tools/explanation.h"
#include "tools/interrupt.h"
#include "tools/terminal.h"

namespace tools {
namespace {

constexpr std::size_t kMostSteps = 40;

// What the parts of a small cause are worth; a large one is to be shrunk first.
std::string Matters(const ExplainOptions& options, const Explanation& explanation) {
  const absl::StatusOr<scenarios::SeedFile> file = scenarios::ReadSeedFile(options.file);
  if (!file.ok()) return "";
  const scenarios::SeedFileSize size = scenarios::SizeOf(*file);
  constexpr std::size_t kMostParts = 12;
  if (size.windows + size.requests > kMostParts || !file->has_requests())
    return "matters       `faultline shrink " + ShellQuoted(options.file) + "` finds out\n";
  const Shrunk cause{*file, explanation.report.violation->event, explanation.report.violation->time};
  const ShrinkOptions how{options.jobs, UINT64_MAX, &StopRequested()};
  return "matters\n" + CauseText(*file, Weigh(cause, explanation.report.violation->monitor, how));
}

}  // namespace

int ExplainCommand(const ExplainOptions& options) {
  absl::StatusOr<scenarios::LoadedSeed> seed = scenarios::LoadSeedFile(options.file);
  if (!seed.ok()) return PrintErrors(seed.status());
  const std::uint64_t number = seed->seed;
  const absl::StatusOr<Experiment> experiment = Prepare(*std::move(seed));
  if (!experiment.ok()) return PrintErrors(experiment.status());
  CatchInterrupts();
  Progress progress(options.output.progress);
  progress.Show("  plays it again, " + std::to_string(options.odds) + " times from each of some events on");
  const absl::StatusOr<Explanation> explanation =
      Explain(*experiment, number, {options.odds, options.jobs, &StopRequested()});
  progress.Clear();
  if (!explanation.ok()) {
    const int code = PrintErrors(explanation.status());
    return absl::IsFailedPrecondition(explanation.status()) ? kUnexpected : code;
  }
  if (StopRequested()) return InterruptCode();
  if (options.output.json) {
    Print(ExplanationJson(*explanation));
    return kAsExpected;
  }
  const std::size_t most = options.output.verbose ? SIZE_MAX : kMostSteps;
  Print(ExplanationText(*explanation, most, StyleOf(options.output.color)));
  if (options.odds > 0) Print(Matters(options, *explanation));
  return kAsExpected;
}

}  // namespace tools
