// run --margin: tries one quantity of a scenario at one value after another, each
// under all seeds, and says of every invariant where it breaks.
//
// The runs go on after a violation, so that one invariant's break does not hide
// another's. An invariant breaks at a value if any seed breaks it there; it holds
// there if it judged something in at least one run that went to its end.
#include <optional>
#include <string>
#include <utility>

#include "tools/campaign.h"
#include "tools/commands.h"
#include "tools/exit_code.h"
#include "tools/interrupt.h"
#include "tools/margin.h"
#include "tools/margin_report.h"
#include "tools/report_text.h"
#include "tools/terminal.h"

namespace tools {
namespace {

absl::Status Refused(const std::string& why) { return absl::InvalidArgumentError("--margin: " + why); }

// The scenario as --set would make it.
absl::StatusOr<Experiment> PrepareAt(const RunOptions& options, const MarginRange& range, std::uint64_t value) {
  std::vector<std::string> sets = options.sets;
  sets.push_back(range.path + "=" + range.Text(value));
  absl::StatusOr<scenarios::LoadedScenario> scenario = scenarios::LoadScenario(options.scenario, sets);
  if (!scenario.ok()) return scenario.status();
  return Prepare(*std::move(scenario), options.traces);
}

// What a run depends on besides its seed.
std::string Substance(const Experiment& experiment) {
  scenarios::Scenario proto = experiment.scenario.proto;
  proto.clear_summary();
  proto.clear_expect();
  proto.mutable_run()->clear_seed();
  proto.mutable_run()->clear_seeds();
  return proto.SerializeAsString();
}

// Of one run that may have gone on after a violation.
void Add(const sim::Report& report, Findings& findings) {
  for (const sim::MonitorReport& monitor : report.monitors) {
    Finding& finding = findings[monitor.name];
    if (finding.kind == Finding::Kind::kBroken) continue;
    if (monitor.outcome == sim::Outcome::kViolated) {
      finding = {Finding::Kind::kBroken, report.seed, monitor.explanation};
    } else if (monitor.outcome == sim::Outcome::kHolds && report.cut_short.empty()) {
      finding.kind = Finding::Kind::kHolds;
    }
  }
}

class MarginSession {
 public:
  MarginSession(const RunOptions& options, const MarginRange& range, const Experiment& lowest)
      : options_(options), search_(range.low, range.high), progress_(options.output.progress) {
    const std::uint64_t own = lowest.scenario.seed;
    report_.scenario = lowest.scenario.plan.name;
    report_.range = range;
    report_.seeds = options.seeds.value_or(SeedRange{own, own});
  }

  int Run();

 private:
  absl::Status Try(std::uint64_t value);
  void ShowProgress(std::uint64_t value, std::uint64_t runs);
  void Conclude();
  std::string NextStep() const;
  int ExitCode() const;

  const RunOptions& options_;
  MarginSearch search_;
  Progress progress_;
  MarginReport report_;
};

int MarginSession::Run() {
  CatchInterrupts();
  while (const std::optional<std::uint64_t> value = search_.Next()) {
    const absl::Status tried = Try(*value);
    if (StopRequested()) break;
    if (tried.ok()) continue;
    progress_.Clear();
    return PrintErrors(tried);
  }
  progress_.Clear();
  if (search_.tried() != 0) Conclude();
  return ExitCode();
}

absl::Status MarginSession::Try(std::uint64_t value) {
  const absl::StatusOr<Experiment> experiment = PrepareAt(options_, report_.range, value);
  if (!experiment.ok()) return experiment.status();
  Findings findings;
  std::uint64_t runs = 0;
  std::uint64_t cut_short = 0;
  const auto hear = [&](const sim::Report& report) {
    Add(report, findings);
    cut_short += !report.cut_short.empty();
    ShowProgress(value, ++runs);
  };
  const CampaignOutcome outcome =
      RunSeeds(*experiment, {.seeds = report_.seeds, .jobs = options_.jobs, .keep_going = true}, hear,
               [&] { ShowProgress(value, runs); });
  if (outcome.stopped || !outcome.status.ok()) return outcome.status;
  search_.Tell(value, std::move(findings));
  report_.runs += runs;
  report_.cut_short += cut_short;
  return absl::OkStatus();
}

void MarginSession::ShowProgress(std::uint64_t value, std::uint64_t runs) {
  const std::uint64_t more = report_.seeds.last - report_.seeds.first;
  progress_.Show("  margin of " + report_.range.path + "  value " + Grouped(search_.tried() + 1) + ", " +
                 report_.range.Text(value) + "  " + Grouped(runs) + " of " +
                 (more == UINT64_MAX ? "2^64" : Grouped(more + 1)) + " runs");
}

void MarginSession::Conclude() {
  report_.finished = !search_.Next().has_value();
  report_.values = search_.tried();
  report_.margins = search_.Margins();
  if (const Margin* smallest = SmallestBreak(report_.margins)) {
    RunOptions there = options_;
    there.sets.push_back(report_.range.path + "=" + report_.range.Text(*smallest->breaks_at));
    report_.replay = CommandLine(there, SeedWords(smallest->broken.seed));
  }
  if (options_.output.json) return Print(MarginJson(report_) + "\n");
  Print(MarginText(report_, StyleOf(options_.output.color), options_.output.verbose));
  if (report_.finished && !options_.output.quiet) Print(NextStep());
}

std::string MarginSession::NextStep() const {
  if (!report_.replay.empty()) {
    return "assumed: what breaks at one value breaks at every larger one\nreplay        " + report_.replay + "\n";
  }
  const SeedRange& seeds = report_.seeds;
  const std::uint64_t count = seeds.single() ? 20 : std::min<std::uint64_t>(seeds.last - seeds.first, 999) + 1;
  if (seeds.last > UINT64_MAX - count) return "";
  const std::string words = "--margin " + ShellQuoted(options_.margin) + " ";
  return "try           " + CommandLine(options_, words + SeedWords(seeds.last + 1, seeds.last + count)) + "\n";
}

int MarginSession::ExitCode() const {
  if (!report_.finished) {
    std::fprintf(stderr, "interrupted after %zu values; from the start with\n  %s\n", search_.tried(),
                 CommandLine(options_, "--margin " + ShellQuoted(options_.margin) + " " +
                                           SeedWords(report_.seeds.first, report_.seeds.last))
                     .c_str());
    return InterruptCode();
  }
  for (const Margin& margin : report_.margins) {
    if (margin.breaks_at || margin.holds_at) return kAsExpected;
  }
  return kInconclusive;
}

}  // namespace

int MarginCommand(const RunOptions& options) {
  const absl::StatusOr<MarginRange> range = ParseMarginRange(options.margin);
  if (!range.ok()) return PrintErrors(Refused(scenarios::Printable(std::string(range.status().message()))));
  const absl::StatusOr<Experiment> lowest = PrepareAt(options, *range, range->low);
  if (!lowest.ok()) return PrintErrors(lowest.status());
  const absl::StatusOr<Experiment> highest = PrepareAt(options, *range, range->high);
  if (!highest.ok()) return PrintErrors(highest.status());
  if (Substance(*lowest) == Substance(*highest))
    return PrintErrors(Refused("no run depends on " + scenarios::Printable(range->path)));
  return MarginSession(options, *range, *lowest).Run();
}

}  // namespace tools
