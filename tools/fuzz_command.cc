// fuzz: generates runs, hunts violations, shrinks each new one and keeps it.
//
// Standard output says what was found, which depends on the numbers of the runs alone; how fast, and how long it will
// take, is said on standard error and in stats.json.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <set>

#include "scenarios/file.h"
#include "tools/commands.h"
#include "tools/exit_code.h"
#include "tools/explain_text.h"
#include "tools/fuzz.h"
#include "tools/fuzz_report.h"
#include "tools/interrupt.h"
#include "tools/junit.h"
#include "tools/report_text.h"
#include "tools/terminal.h"

namespace tools {
namespace {

using Clock = std::chrono::steady_clock;

absl::StatusOr<FuzzTarget> MakeTarget(const std::string& scenario, const std::string& protocol,
                                      const std::vector<std::string>& more) {
  std::vector<std::string> sets = more;
  if (!protocol.empty()) sets.push_back("cluster.protocol=" + protocol);
  absl::StatusOr<scenarios::LoadedScenario> loaded = scenarios::LoadScenario(scenario, sets);
  if (!loaded.ok()) return loaded.status();
  absl::StatusOr<Experiment> experiment = Prepare(*std::move(loaded), "");
  if (!experiment.ok()) return experiment.status();
  const std::string name = experiment->protocol->name;
  return FuzzTarget{scenario, name, *std::move(experiment)};
}

// Every scenario on every protocol; without protocols each on its own; without either, the swarm on all.
absl::StatusOr<FuzzPlan> MakePlan(const FuzzOptions& options) {
  FuzzPlan plan;
  plan.first_seed = options.first_seed;
  plan.shard = options.shard;
  plan.shards = options.shards;
  plan.repeat_permille = options.repeat_permille;
  plan.shrink_events = options.shrink_events;
  std::vector<std::string> scenarios = options.scenarios, protocols = options.protocols;
  if (protocols.empty() && !scenarios.empty()) protocols.push_back("");
  if (protocols.empty()) {
    for (const auto& [name, protocol] : Catalog()) protocols.push_back(name);
  }
  if (scenarios.empty()) scenarios.push_back("swarm");
  for (const std::string& scenario : scenarios) {
    for (const std::string& protocol : protocols) {
      absl::StatusOr<FuzzTarget> target = MakeTarget(scenario, protocol, options.sets);
      if (!target.ok()) return target.status();
      plan.targets.push_back(*std::move(target));
    }
  }
  return plan;
}

class Session {
 public:
  Session(const FuzzOptions& options, FuzzPlan plan, Corpus corpus)
      : options_(options),
        plan_(std::move(plan)),
        corpus_(std::move(corpus)),
        style_(StyleOf(options.output.color)),
        progress_(options.output.progress) {}

  int Run();

 private:
  absl::Status Resume();
  bool Goes() const;
  std::uint64_t Until() const;
  void ShowProgress();
  void Discover(const Discovery& discovery);
  void Annotate(const Discovery& discovery);
  absl::Status WriteStats();
  int Conclude(int code);
  std::vector<TestCase> TestCases() const;
  std::string Again() const { return CommandLine(options_); }

  const FuzzOptions& options_;
  const FuzzPlan plan_;
  const Corpus corpus_;
  const Style style_;
  Progress progress_;
  FuzzResults results_;
  std::uint64_t runs_before_ = 0;
  std::set<std::string> causes_;  // in this sitting
  std::size_t annotations_ = 0;
  Clock::time_point began_ = Clock::now(), wrote_stats_{};
};

// What has been done of it in this corpus is not done again.
absl::Status Session::Resume() {
  absl::StatusOr<FuzzResults> before = corpus_.ReadResults(plan_.Name());
  if (!before.ok()) return before.status();
  results_ = before->shares.empty() ? Nothing(plan_, FAULTLINE_VERSION) : *std::move(before);
  if (results_.version != FAULTLINE_VERSION) {
    return absl::InvalidArgumentError(corpus_.folder() + ": faultline " + results_.version +
                                      " began this campaign; use another --corpus or --seed");
  }
  runs_before_ = results_.runs;
  if (runs_before_ > 0 && !options_.output.quiet)
    std::fprintf(stderr, "goes on after %s runs\n", Grouped(runs_before_).c_str());
  return absl::OkStatus();
}

bool Session::Goes() const {
  if (StopRequested()) return false;
  if (options_.for_ && Clock::now() - began_ >= *options_.for_) return false;
  if (options_.runs && results_.shares.front().First() >= *options_.runs) return false;
  return options_.max_causes == 0 || causes_.size() < options_.max_causes;
}

std::uint64_t Session::Until() const {
  const Share& share = results_.shares.front();
  const std::uint64_t piece = share.First() + (kRunsOfAPiece - 1) * share.of + 1;
  return options_.runs ? std::min(piece, *options_.runs) : piece;
}

void Session::ShowProgress() {
  const double seconds = std::chrono::duration<double>(Clock::now() - began_).count();
  const std::uint64_t runs = results_.runs - runs_before_;
  std::string line = "  " + Grouped(results_.runs) + " runs";
  if (seconds > 1) line += "  " + Grouped(static_cast<std::uint64_t>(static_cast<double>(runs) / seconds)) + "/s";
  line += "  " + Grouped(results_.cells.size()) + " cells  " + Grouped(results_.findings.size()) + " violations";
  if (options_.for_) {
    const double left = std::chrono::duration<double>(*options_.for_).count() - seconds;
    line += "  " + std::to_string(static_cast<int>(std::max(left, 0.0))) + " s left";
  } else if (options_.runs) {
    line += " of " + Grouped(*options_.runs) + " runs";
  }
  progress_.Show(line);
}

void Session::Discover(const Discovery& discovery) {
  progress_.Clear();
  const bool fresh = causes_.insert(discovery.finding.cause).second;
  if (options_.output.json || !fresh) return;
  Print(DiscoveryText(plan_.TargetOf(discovery.finding.run), discovery, corpus_.CauseFolder(discovery.finding.cause),
                      style_) +
        "\n");
  Annotate(discovery);
}

// GitHub shows ten of a step.
void Session::Annotate(const Discovery& discovery) {
  constexpr std::size_t kMostAnnotations = 10;
  if (std::getenv("GITHUB_ACTIONS") == nullptr || ++annotations_ > kMostAnnotations) return;
  Print("::error title=" + discovery.finding.monitor + "::" +
        Escaped(discovery.report.violation->explanation + "\nfaultline replay " +
                corpus_.CauseFolder(discovery.finding.cause) + "/smallest.seed") +
        "\n");
}

absl::Status Session::WriteStats() {
  constexpr auto kOften = std::chrono::seconds(5);
  if (Clock::now() - wrote_stats_ < kOften && Goes()) return absl::OkStatus();
  wrote_stats_ = Clock::now();
  const double seconds = std::chrono::duration<double>(Clock::now() - began_).count();
  return corpus_.WriteStats(StatsJson(results_, results_.runs - runs_before_, seconds));
}

int Session::Run() {
  CatchInterrupts();
  if (const absl::Status resumed = Resume(); !resumed.ok()) return PrintErrors(resumed);
  const FuzzCallbacks callbacks{[this] { ShowProgress(); }, [this](const Discovery& found) { Discover(found); }};
  while (Goes()) {
    const absl::Status done = FuzzPiece(plan_, Until(), options_.jobs, corpus_, FAULTLINE_VERSION, results_, callbacks);
    progress_.Clear();
    if (absl::IsDataLoss(done)) {
      std::fprintf(stderr, "error: %s\n", std::string(done.message()).c_str());
      return kNotDeterministic;
    }
    if (!done.ok()) return PrintErrors(done);
    if (const absl::Status written = WriteStats(); !written.ok()) return PrintErrors(written);
  }
  progress_.Clear();
  const int code = !results_.findings.empty() ? kUnexpected : results_.runs == 0 ? kInconclusive : kAsExpected;
  return Conclude(code);
}

int Session::Conclude(int code) {
  if (options_.output.json) {
    Print(FuzzJson(results_));
  } else if (!options_.output.quiet || code != kAsExpected) {
    Print(FuzzText(results_, style_));
  }
  if (!options_.junit.empty()) {
    const absl::Status written = scenarios::WriteFile(options_.junit, JUnitText(TestCases()));
    if (!written.ok()) return PrintErrors(written);
  }
  if (StopRequested()) {
    std::fprintf(stderr, "interrupted after %s runs; go on with\n  %s\n", Grouped(results_.runs).c_str(),
                 Again().c_str());
    return InterruptCode();
  }
  if (!options_.output.json && !options_.output.quiet && !results_.findings.empty())
    Print("replay        faultline replay " + ShellQuoted(options_.corpus + "/violations") + "\n");
  return code;
}

std::vector<TestCase> Session::TestCases() const {
  std::vector<TestCase> cases;
  for (const auto& [monitor, total] : results_.judged) {
    TestCase test{"fuzz", monitor, "", "", ""};
    if (total.times == 0) test.skipped = "it judged nothing";
    for (const auto& [run, finding] : results_.findings) {
      if (finding.monitor != monitor || !test.failure.empty()) continue;
      test.failure = "faultline replay " + ShellQuoted(corpus_.CauseFolder(finding.cause) + "/smallest.seed");
      test.details = finding.target + ", seed " + std::to_string(finding.seed) + ": " + finding.steps;
    }
    cases.push_back(std::move(test));
  }
  return cases;
}

}  // namespace

int FuzzCommand(const FuzzOptions& options) {
  if (const absl::Status writable = CheckWritable("--junit", options.junit); !writable.ok())
    return PrintErrors(writable);
  absl::StatusOr<FuzzPlan> plan = MakePlan(options);
  if (!plan.ok()) return PrintErrors(plan.status());
  absl::StatusOr<Corpus> corpus = Corpus::Open(options.corpus);
  if (!corpus.ok()) return PrintErrors(corpus.status());
  return Session(options, *std::move(plan), *std::move(corpus)).Run();
}

}  // namespace tools
