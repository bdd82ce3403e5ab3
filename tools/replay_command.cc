// replay: recorded runs again.
//
//   REPRODUCED  the same verdict and the same digest
//   DIVERGED    the same verdict by another way: the code changed, the bug may not have
//   FIXED       violated when it was recorded, holds now, under its seed and those behind it
//   CHANGED     anything else
//
// What the code draws, and when, changes with the code; the faults and requests of a seed file do not. So what does not
// violate any more under its own seed is tried with others, before it is called fixed.
//
// A digest that differs may also mean that runs are not deterministic; a second
// run tells the two apart.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>

#include "absl/strings/str_join.h"
#include "protocols/tracing/json.h"
#include "scenarios/file.h"
#include "scenarios/seed_file.h"
#include "tools/commands.h"
#include "tools/difference.h"
#include "tools/exit_code.h"
#include "tools/experiment.h"
#include "tools/interrupt.h"
#include "tools/junit.h"
#include "tools/report_text.h"
#include "tools/terminal.h"

namespace tools {
namespace {

enum class Outcome { kReproduced, kDiverged, kChanged, kFixed };
constexpr std::string_view kWords[] = {"REPRODUCED", "DIVERGED", "CHANGED", "FIXED"};

// One seed file's replay.
struct Replayed {
  std::string file;
  scenarios::Expected expected;
  sim::Report report;
  Outcome outcome = Outcome::kChanged;
  std::string explanation;
  std::optional<std::uint64_t> elsewhere{};  // another seed, under which it is violated as recorded

  bool violated_as_recorded() const {
    return elsewhere || (report.violation && report.violation->monitor == expected.monitor);
  }
};

std::string VerdictOf(sim::Outcome outcome, const std::string& monitor) {
  const std::string verdict(scenarios::OutcomeName(outcome));
  return monitor.empty() ? verdict : verdict + " " + monitor;
}

std::string MonitorOf(const sim::Report& report) { return report.violation ? report.violation->monitor : ""; }

void Compare(Replayed& replayed) {
  const scenarios::Expected& expected = replayed.expected;
  const sim::Report& report = replayed.report;
  const std::string then = VerdictOf(expected.verdict, expected.monitor);
  const std::string now = VerdictOf(report.outcome, MonitorOf(report));
  if (then == now && core::ToHex(report.digest) == expected.digest) {
    replayed.outcome = Outcome::kReproduced;
    replayed.explanation = then + " as recorded, digest equal";
  } else if (then == now) {
    replayed.outcome = Outcome::kDiverged;
    replayed.explanation = then + " as recorded";
  } else {
    const bool fixed = expected.verdict == sim::Outcome::kViolated && report.outcome == sim::Outcome::kHolds;
    replayed.outcome = fixed ? Outcome::kFixed : Outcome::kChanged;
    replayed.explanation = now + " now, " + then + " when recorded";
  }
}

// What this one replay means for the exit code.
int CodeOf(const Replayed& replayed, ReplayExpect expect) {
  if (expect == ReplayExpect::kRecorded) return replayed.outcome == Outcome::kReproduced ? kAsExpected : kUnexpected;
  if (expect == ReplayExpect::kViolated && replayed.violated_as_recorded()) return kAsExpected;
  if (replayed.elsewhere) return kUnexpected;
  if (replayed.report.outcome == sim::Outcome::kInconclusive) return kInconclusive;
  const bool holds = replayed.report.outcome == sim::Outcome::kHolds;
  return holds && expect == ReplayExpect::kHolds ? kAsExpected : kUnexpected;
}

// 0 good, 1 bad, everything else "skip this commit".
int BisectCode(const Replayed& replayed) {
  if (replayed.violated_as_recorded()) return kUnexpected;
  return replayed.report.outcome == sim::Outcome::kHolds ? kAsExpected : kCannotTell;
}

std::string JsonLine(const Replayed& replayed) {
  tracing::JsonWriter out;
  const auto text = [&out](std::string_view key, std::string_view value) {
    out.Key(key);
    out.String(scenarios::Printable(value));
  };
  out.BeginObject();
  text("file", replayed.file);
  text("outcome", kWords[static_cast<std::size_t>(replayed.outcome)]);
  text("verdict", scenarios::OutcomeName(replayed.report.outcome));
  text("monitor", MonitorOf(replayed.report));
  text("digest", core::ToHex(replayed.report.digest));
  text("recorded_verdict", scenarios::OutcomeName(replayed.expected.verdict));
  text("recorded_monitor", replayed.expected.monitor);
  text("recorded_digest", replayed.expected.digest);
  text("explanation", replayed.explanation);
  out.EndObject();
  return out.Take() + "\n";
}

// Files as given, folders as their *.seed files in order of path.
absl::StatusOr<std::vector<std::string>> SeedFiles(const std::vector<std::string>& paths) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (fs::recursive_directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
      std::error_code ignored;
      if (entry->path().extension() == ".seed" && entry->is_regular_file(ignored))
        found.push_back(entry->path().string());
    }
    if (error) return absl::InvalidArgumentError(scenarios::Printable(path) + ": cannot list: " + error.message());
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

class Session {
 public:
  explicit Session(const ReplayOptions& options)
      : options_(options), style_(StyleOf(options.output.color)), progress_(options.output.progress) {}

  int Run(const std::vector<std::string>& files);

 private:
  void ReplayOne(const std::string& file);
  void LookElsewhere(const Experiment& experiment, Replayed& replayed);
  bool Explain(const Experiment& experiment, Replayed& replayed);
  void Say(const Replayed& replayed);
  void WriteRecording(const Experiment& experiment, std::uint64_t seed);
  void PrintTotals();
  int Interrupted(const std::vector<std::string>& files, std::size_t from);
  void Worsen(int code) { exit_code_ = Worse(exit_code_, code); }

  const ReplayOptions& options_;
  const Style style_;
  Progress progress_;
  std::map<Outcome, std::uint64_t> totals_;
  std::vector<TestCase> cases_;
  std::uint64_t unreadable_ = 0;
  bool recorded_ = false;
  int exit_code_ = kAsExpected;
  int bisect_code_ = kAsExpected;
};

int Session::Run(const std::vector<std::string>& files) {
  CatchInterrupts();
  for (std::size_t i = 0; i < files.size(); ++i) {
    progress_.Show("  " + std::to_string(i) + " of " + std::to_string(files.size()) + " files");
    ReplayOne(files[i]);
    if (StopRequested()) return Interrupted(files, i);
  }
  progress_.Clear();
  PrintTotals();
  if (!options_.junit.empty()) {
    const absl::Status written = scenarios::WriteFile(options_.junit, JUnitText(cases_));
    if (!written.ok()) Worsen(PrintErrors(written));
  }
  if (!options_.bisect) return exit_code_;
  const bool told = exit_code_ == kAsExpected || exit_code_ == kUnexpected || exit_code_ == kInconclusive;
  return told ? bisect_code_ : kCannotTell;
}

void Session::ReplayOne(const std::string& file) {
  absl::StatusOr<scenarios::LoadedSeed> seed = scenarios::LoadSeedFile(file);
  absl::StatusOr<Experiment> experiment = seed.ok() ? Prepare(*seed) : seed.status();
  if (!experiment.ok()) {
    progress_.Clear();
    ++unreadable_;
    return Worsen(PrintErrors(experiment.status()));
  }
  absl::StatusOr<sim::Report> report = tools::Run(*experiment, {.seed = seed->seed, .stop = &StopRequested()});
  progress_.Clear();
  if (!report.ok()) return Worsen(PrintErrors(report.status()));
  if (StopRequested()) return;
  Replayed replayed{scenarios::Printable(file), std::move(seed->expected), *std::move(report), Outcome::kChanged, ""};
  Compare(replayed);
  LookElsewhere(*experiment, replayed);
  if (StopRequested()) return;
  if (replayed.outcome != Outcome::kReproduced && !Explain(*experiment, replayed)) return;
  WriteRecording(*experiment, seed->seed);
  Say(replayed);
}

// Whether it is violated as recorded under one of the seeds behind its own.
void Session::LookElsewhere(const Experiment& experiment, Replayed& replayed) {
  constexpr std::uint64_t kSeeds = 64, kMostEvents = 500'000;
  if (replayed.expected.monitor.empty() || replayed.violated_as_recorded()) return;
  std::uint64_t events = 0;
  for (std::uint64_t i = 1; i <= kSeeds && events < kMostEvents && !StopRequested(); ++i) {
    const std::uint64_t seed = replayed.report.seed + i;
    const absl::StatusOr<sim::Report> report = tools::Run(experiment, {.seed = seed, .stop = &StopRequested()});
    if (!report.ok()) return;
    events += report->events;
    if (!report->violation || MonitorOf(*report) != replayed.expected.monitor) continue;
    replayed.elsewhere = seed;
    replayed.outcome = Outcome::kDiverged;
    replayed.explanation = VerdictOf(replayed.expected.verdict, replayed.expected.monitor) +
                           " as recorded, by another path: seed " + std::to_string(seed) + " instead of " +
                           std::to_string(replayed.report.seed);
    return;
  }
}

// Runs it once more, with a trail, to say where it parts from the recorded run. False: it is not even itself.
bool Session::Explain(const Experiment& experiment, Replayed& replayed) {
  const absl::StatusOr<sim::Report> again = tools::Run(experiment, {.seed = replayed.report.seed, .trail = true});
  if (again.ok() && again->digest == replayed.report.digest) {
    replayed.explanation += "; " + FirstDifference(replayed.expected, scenarios::ExpectedOf(*again));
    return true;
  }
  std::fprintf(stderr,
               "error: not deterministic: %s gave two digests in two runs\n  every other result is in doubt; please "
               "report this\n",
               replayed.file.c_str());
  Worsen(kNotDeterministic);
  return false;
}

void Session::Say(const Replayed& replayed) {
  ++totals_[replayed.outcome];
  const int code = CodeOf(replayed, options_.expect);
  Worsen(code);
  const int bisect = BisectCode(replayed);
  bisect_code_ = bisect_code_ == kUnexpected || bisect == kUnexpected ? kUnexpected : std::max(bisect_code_, bisect);

  TestCase test{"replay", replayed.file, "", "", replayed.explanation};
  if (code == kUnexpected) test.failure = "faultline replay " + ShellQuoted(replayed.file);
  if (code == kInconclusive) test.skipped = replayed.explanation;
  cases_.push_back(std::move(test));

  if (options_.output.json) return Print(JsonLine(replayed));
  if (options_.output.quiet && code == kAsExpected) return;
  const std::string word(kWords[static_cast<std::size_t>(replayed.outcome)]);
  const std::string padded = word + std::string(12 - word.size(), ' ');
  Print("  " + (code == kAsExpected ? style_.Good(padded) : style_.Bad(padded)) + replayed.file + "  " +
        scenarios::Printable(replayed.explanation) + "\n");
}

void Session::WriteRecording(const Experiment& experiment, std::uint64_t seed) {
  if (options_.recording.empty() || recorded_) return;
  recorded_ = true;
  const absl::StatusOr<sim::Report> again = tools::Run(experiment, {.seed = seed, .record = true});
  const absl::Status written =
      again.ok() ? scenarios::WriteFile(options_.recording, absl::StrJoin(again->recording, "\n") + "\n")
                 : again.status();
  if (!written.ok()) Worsen(PrintErrors(written));
}

void Session::PrintTotals() {
  std::uint64_t files = unreadable_;
  for (const auto& [outcome, number] : totals_) files += number;
  if (files == 0) Worsen(kInconclusive);
  if (options_.output.json || options_.output.quiet) return;
  std::string line = Grouped(files) + (files == 1 ? " file: " : " files: ");
  auto add = [&line, first = true](std::uint64_t number, const char* word) mutable {
    if (number == 0) return;
    line += (std::exchange(first, false) ? "" : ", ") + Grouped(number) + " " + word;
  };
  add(totals_[Outcome::kReproduced], "reproduced");
  add(totals_[Outcome::kDiverged], "diverged");
  add(totals_[Outcome::kChanged], "changed");
  add(totals_[Outcome::kFixed], "fixed");
  add(unreadable_, "unreadable");
  if (files == 0) line += "nothing ran";
  Print(line + "\n");
}

int Session::Interrupted(const std::vector<std::string>& files, std::size_t from) {
  progress_.Clear();
  std::string line = "interrupted; go on with\n  faultline replay";
  for (std::size_t i = from; i < files.size(); ++i) line += " " + ShellQuoted(files[i]);
  std::fprintf(stderr, "%s\n", line.c_str());
  return InterruptCode();
}

}  // namespace

int ReplayCommand(const ReplayOptions& options) {
  for (const auto& [option, path] : {std::pair{"--recording", options.recording}, {"--junit", options.junit}}) {
    if (const absl::Status writable = CheckWritable(option, path); !writable.ok()) return PrintErrors(writable);
  }
  const absl::StatusOr<std::vector<std::string>> files = SeedFiles(options.paths);
  if (!files.ok()) {
    const int code = PrintErrors(files.status());
    return options.bisect ? kCannotTell : code;
  }
  return Session(options).Run(*files);
}

}  // namespace tools
