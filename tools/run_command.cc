// run: one scenario under one seed or many, every verdict checked against what
// the scenario expects.
//
// A violation is shown by running its seed again with the recording on. That
// run must have the digest of the first: if it has not, something in the run
// depends on more than the seed, and that outranks the violation.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>

#include "absl/strings/str_join.h"
#include "scenarios/file.h"
#include "scenarios/seed_file.h"
#include "scenarios/text.h"
#include "tools/campaign.h"
#include "tools/commands.h"
#include "tools/exit_code.h"
#include "tools/history_file.h"
#include "tools/interrupt.h"
#include "tools/judgement_text.h"
#include "tools/junit.h"
#include "tools/report_json.h"
#include "tools/report_text.h"
#include "tools/summary.h"
#include "tools/terminal.h"
#include "tools/verdict.h"

namespace tools {
namespace {

constexpr std::uint64_t kTailEvents = 60;
constexpr std::size_t kTailLines = 25;

// What a resumed run needs besides its seeds.
std::string OutputWords(const RunOptions& options) {
  std::string words;
  if (!options.save.empty()) words += " --save " + ShellQuoted(options.save);
  if (!options.recording.empty()) words += " --recording " + ShellQuoted(options.recording);
  if (!options.history.empty()) words += " --history " + ShellQuoted(options.history);
  if (!options.junit.empty()) words += " --junit " + ShellQuoted(options.junit);
  return words + (options.output.json ? " --format json" : "");
}

class Session {
 public:
  Session(const RunOptions& options, Experiment experiment, SeedRange seeds)
      : options_(options),
        experiment_(std::move(experiment)),
        plan_(experiment_.scenario.plan),
        seeds_(seeds),
        style_(StyleOf(options.output.color)),
        progress_(options.output.progress) {}

  int Run();

 private:
  void Hear(const sim::Report& report);
  void PrintOne(const sim::Report& report);
  void PrintDrawn(const sim::Report& report);
  void CheckPooled();
  void Keep(const sim::Report& report);
  void ShowProgress();
  void Conclude();
  void ShowViolation();
  void PrintNextStep();
  void WriteFiles();
  void WriteOne(const std::string& path, const std::string& text);
  std::optional<sim::Report> Again(RunRequest how);
  std::vector<TestCase> TestCases() const;
  int Interrupted(std::uint64_t finished);

  bool text() const { return !options_.output.json; }
  bool many() const { return !seeds_.single(); }
  void Worsen(int code) { exit_code_ = Worse(exit_code_, code); }

  const RunOptions& options_;
  const Experiment experiment_;
  const sim::Plan& plan_;
  const SeedRange seeds_;
  const Style style_;
  Progress progress_;
  Summary summary_;
  std::optional<sim::Report> kept_;  // the run that files and explanations are about
  int exit_code_ = kAsExpected;
};

int Session::Run() {
  CatchInterrupts();
  const auto began = std::chrono::steady_clock::now();
  const CampaignOutcome outcome = RunSeeds(
      experiment_, {.seeds = seeds_, .jobs = options_.jobs}, [this](const sim::Report& report) { Hear(report); },
      [this] { ShowProgress(); });
  progress_.Clear();
  if (!outcome.status.ok()) return Worse(exit_code_, PrintErrors(outcome.status));
  Conclude();
  if (options_.output.verbose) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    std::fprintf(stderr, "took %.2f s with %u threads at most\n", took.count(), options_.jobs);
  }
  return outcome.stopped ? Interrupted(outcome.finished) : exit_code_;
}

void Session::Hear(const sim::Report& report) {
  Worsen(ExitCodeOf(plan_, report));
  summary_.Add(report);
  Keep(report);
  progress_.Clear();
  PrintOne(report);
  ShowProgress();
}

void Session::PrintOne(const sim::Report& report) {
  if (!text()) return Print(ReportJson(report) + "\n");
  if (report.as_expected && options_.output.quiet) return;
  if (!many()) {
    Print(RunText(plan_, report, style_, options_.output.verbose));
    return PrintDrawn(report);
  }
  if (!report.as_expected || options_.output.verbose) Print(SeedLine(plan_, report, style_));
}

// What a swarm made of the scenario, ready to be saved as one.
void Session::PrintDrawn(const sim::Report& report) {
  if (!report.configuration || !options_.output.verbose) return;
  const absl::StatusOr<Experiment> drawn = ForSeed(experiment_, report.seed);
  if (!drawn.ok()) return Worsen(PrintErrors(drawn.status()));
  Print("\n# what seed " + std::to_string(report.seed) + " drew\n" + scenarios::PrintText(drawn->scenario.proto));
}

// The first unexpected violation; failing that the first violation; failing that the only run.
void Session::Keep(const sim::Report& report) {
  const bool violated = report.outcome == sim::Outcome::kViolated;
  const bool better = !kept_ || (violated && !report.as_expected && kept_->as_expected);
  if (better && (violated || !many())) kept_ = report;
}

void Session::ShowProgress() {
  const std::uint64_t more = seeds_.last - seeds_.first;
  std::string line = "  " + plan_.name + "  " + Grouped(summary_.runs) + " of " +
                     (more == UINT64_MAX ? "2^64" : Grouped(more + 1)) + " runs";
  if (summary_.violated != 0) line += "  " + Grouped(summary_.violated) + " violated";
  progress_.Show(line);
}

// Many seeds of a swarm must together have given every monitor something to judge.
void Session::CheckPooled() {
  if (!plan_.pooled || !many()) return;
  for (const auto& [name, total] : summary_.monitors) {
    if (total.judged == 0) Worsen(kInconclusive);
  }
}

void Session::Conclude() {
  CheckPooled();
  const bool speak = text() && summary_.runs != 0 && (!options_.output.quiet || exit_code_ != kAsExpected);
  if (speak && kept_ && kept_->violation) ShowViolation();
  if (speak && many()) Print((kept_ ? "\n" : "") + SummaryText(plan_, summary_, style_));
  WriteFiles();
  if (speak && !StopRequested()) PrintNextStep();
}

void Session::ShowViolation() {
  const std::uint64_t violated_at = kept_->violation->event;
  RecordedHistory recorded;
  const std::optional<sim::Report> again =
      Again({.record = true,
             .record_from_event = violated_at < kTailEvents ? 0 : violated_at - kTailEvents,
             .history = HasHistory(experiment_) ? &recorded : nullptr});
  std::vector<std::string> tail;
  if (again) tail = again->recording;
  if (tail.size() > kTailLines) tail.erase(tail.begin(), tail.end() - kTailLines);
  Print(ViolationText(plan_, *kept_, tail, style_) + ClientsView(kept_->violation->monitor, recorded.history));
}

// The kept run once more, with more kept of it.
std::optional<sim::Report> Session::Again(RunRequest how) {
  how.seed = kept_->seed;
  absl::StatusOr<sim::Report> again = tools::Run(experiment_, how);
  if (!again.ok()) {
    Worsen(PrintErrors(again.status()));
    return std::nullopt;
  }
  if (again->digest != kept_->digest) {
    std::fprintf(stderr,
                 "error: not deterministic: seed %llu gave digest %s, then %s\n  every other result is in doubt; "
                 "please report this\n",
                 static_cast<unsigned long long>(kept_->seed), core::ToHex(kept_->digest).c_str(),
                 core::ToHex(again->digest).c_str());
    Worsen(kNotDeterministic);
  }
  return *std::move(again);
}

void Session::WriteFiles() {
  if (!options_.junit.empty()) WriteOne(options_.junit, JUnitText(TestCases()));
  const std::string& first = !options_.save.empty()        ? options_.save
                             : !options_.recording.empty() ? options_.recording
                                                           : options_.history;
  if (first.empty()) return;
  if (!kept_) {
    std::fprintf(stderr, "note: no seed was violated: nothing to write to %s\n", first.c_str());
    return;
  }
  RecordedHistory recorded;
  const std::optional<sim::Report> again = Again({.record = !options_.recording.empty(),
                                                  .trail = !options_.save.empty(),
                                                  .history = options_.history.empty() ? nullptr : &recorded});
  if (!again) return;
  if (!options_.history.empty()) WriteOne(options_.history, PrintHistory(recorded.history));
  if (!options_.save.empty()) {
    const absl::StatusOr<Experiment> drawn = ForSeed(experiment_, kept_->seed);
    const absl::Status saved = !drawn.ok() ? drawn.status()
                                           : scenarios::SaveSeedFile(options_.save, drawn->scenario, *again,
                                                                     OwnInput(*drawn), FAULTLINE_VERSION);
    if (!saved.ok()) Worsen(PrintErrors(saved));
  }
  if (!options_.recording.empty()) WriteOne(options_.recording, absl::StrJoin(again->recording, "\n") + "\n");
}

void Session::WriteOne(const std::string& path, const std::string& text) {
  const absl::Status written = scenarios::WriteFile(path, text);
  if (!written.ok()) Worsen(PrintErrors(written));
}

std::vector<TestCase> Session::TestCases() const {
  std::vector<TestCase> cases;
  for (const auto& [name, total] : summary_.monitors) {
    TestCase test{plan_.name, name, "", "", ""};
    if (total.first_violated && name != plan_.violates) {
      test.failure = CommandLine(options_, SeedWords(*total.first_violated));
      test.details = total.explanation + (options_.save.empty() ? "" : "\nseed file " + options_.save);
    } else if (!total.first_violated && name == plan_.violates) {
      test.failure = "was to be violated: " + CommandLine(options_, SeedWords(seeds_.first, seeds_.last));
    } else if (total.inconclusive != 0) {
      test.skipped = "inconclusive in " + std::to_string(total.inconclusive) + " runs";
    }
    cases.push_back(std::move(test));
  }
  return cases;
}

// Ends every run with the next command worth typing.
void Session::PrintNextStep() {
  if (kept_ && !options_.history.empty())
    Print("judge         faultline check " + ShellQuoted(options_.history) + " --consistency all\n");
  if (kept_ && kept_->violation) {
    const std::string file = plan_.name + "-" + std::to_string(kept_->seed) + ".seed";
    const std::string again = options_.save.empty()
                                  ? CommandLine(options_, SeedWords(kept_->seed)) + " --save " + ShellQuoted(file)
                                  : "faultline replay " + ShellQuoted(options_.save);
    return Print("replay        " + again + "\n");
  }
  if (exit_code_ != kAsExpected && !many())
    return Print("try           " + CommandLine(options_, SeedWords(seeds_.first)) + " --verbose\n");
  const std::uint64_t count = many() ? std::min<std::uint64_t>(seeds_.last - seeds_.first, 999) + 1 : 100;
  if (seeds_.last > UINT64_MAX - count) return;
  Print("try           " + CommandLine(options_, SeedWords(seeds_.last + 1, seeds_.last + count)) + "\n");
}

int Session::Interrupted(std::uint64_t finished) {
  std::fprintf(
      stderr, "interrupted after %llu runs; go on with\n  %s\n", static_cast<unsigned long long>(finished),
      (CommandLine(options_, SeedWords(seeds_.first + finished, seeds_.last)) + OutputWords(options_)).c_str());
  return exit_code_ == kNotDeterministic || exit_code_ == kInternalError ? exit_code_ : InterruptCode();
}

absl::Status CheckOutputs(const RunOptions& options) {
  for (const auto& [option, path] : {std::pair{"--save", options.save},
                                     {"--recording", options.recording},
                                     {"--history", options.history},
                                     {"--junit", options.junit}}) {
    if (absl::Status writable = CheckWritable(option, path); !writable.ok()) return writable;
  }
  return absl::OkStatus();
}

}  // namespace

int RunCommand(const RunOptions& options) {
  if (!options.margin.empty()) return MarginCommand(options);
  if (const absl::Status outputs = CheckOutputs(options); !outputs.ok()) return PrintErrors(outputs);
  absl::StatusOr<scenarios::LoadedScenario> scenario = scenarios::LoadScenario(options.scenario, options.sets);
  if (!scenario.ok()) return PrintErrors(scenario.status());
  const SeedRange seeds = options.seeds.value_or(SeedRange{scenario->seed, scenario->seed});
  absl::StatusOr<Experiment> experiment = Prepare(*std::move(scenario), options.traces);
  if (!experiment.ok()) return PrintErrors(experiment.status());
  if (!options.history.empty() && !HasHistory(*experiment)) {
    return PrintErrors(absl::InvalidArgumentError(
        "--history: " + experiment->scenario.plan.name +
        " has no clients that say what they ask; pick a scenario with a `workload` block, without "
        "conflicts=siblings"));
  }
  return RunExperiment(options, *std::move(experiment), seeds);
}

int RunExperiment(const RunOptions& options, Experiment experiment, SeedRange seeds) {
  return Session(options, std::move(experiment), seeds).Run();
}

}  // namespace tools
