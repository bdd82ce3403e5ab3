#include "tools/fuzz.h"

#include <algorithm>
#include <utility>

#include "protocols/core/fingerprint.h"
#include "scenarios/swarm.h"
#include "tools/explain_text.h"
#include "tools/in_order.h"
#include "tools/interrupt.h"

namespace tools {
namespace {

// Made twice, if it is to be.
absl::StatusOr<sim::Report> RunOnce(const FuzzPlan& plan, std::uint64_t run) {
  const Experiment& experiment = plan.TargetOf(run).experiment;
  const RunRequest request{.seed = plan.SeedOf(run), .stop = &StopRequested()};
  absl::StatusOr<sim::Report> report = Run(experiment, request);
  if (!report.ok() || !plan.IsRepeated(run)) return report;
  const absl::StatusOr<sim::Report> again = Run(experiment, request);
  if (StopRequested()) return absl::CancelledError();
  if (!again.ok()) return again.status();
  if (again->digest == report->digest) return report;
  return absl::DataLossError("not deterministic: seed " + std::to_string(request.seed) + " of " +
                             plan.TargetOf(run).name() + " gave digest " + core::ToHex(report->digest) + ", then " +
                             core::ToHex(again->digest) + "\n  every other result is in doubt; please report this");
}

// As `faultline explain` tells it, without the odds.
std::string Told(const scenarios::SeedFile& smallest) {
  constexpr std::size_t kMostSteps = 40;
  const absl::StatusOr<scenarios::LoadedSeed> loaded = scenarios::Resolve(smallest, {}, smallest.name());
  const absl::StatusOr<Experiment> experiment = loaded.ok() ? Prepare(*loaded) : loaded.status();
  if (!experiment.ok()) return "";
  const absl::StatusOr<Explanation> told = Explain(*experiment, loaded->seed, {.runs = 0});
  return told.ok() ? ExplanationText(*told, kMostSteps, {}) : "";
}

class Piece {
 public:
  Piece(const FuzzPlan& plan, std::uint32_t jobs, const Corpus& corpus, std::string_view version, FuzzResults results,
        const FuzzCallbacks& callbacks)
      : plan_(plan),
        jobs_(jobs),
        corpus_(corpus),
        version_(version),
        results_(std::move(results)),
        callbacks_(callbacks) {}

  absl::Status Go(std::uint64_t until) {
    Share& share = results_.shares.front();
    const std::uint64_t first = share.First();
    if (first >= until) return absl::OkStatus();
    const SeedRange places{0, (until - 1 - first) / share.of};
    const auto number = [&](std::uint64_t place) { return first + place * share.of; };
    std::uint64_t heard = 0;
    const CampaignOutcome outcome = DoInOrder<sim::Report>(
        places, jobs_,
        [&](std::uint64_t place) -> absl::StatusOr<sim::Report> {
          absl::StatusOr<sim::Report> report = RunOnce(plan_, number(place));
          if (StopRequested() && report.ok() && !report->cut_short.empty()) return absl::CancelledError();
          return report;
        },
        [&](sim::Report report) { Hear(number(heard++), std::move(report)); }, callbacks_.progress);
    if (!outcome.status.ok()) return outcome.status;
    for (auto& [run, report] : violated_) {
      if (const absl::Status done = LookInto(run, std::move(report)); !done.ok()) return done;
    }
    if (heard == 0) return absl::OkStatus();
    share.next = outcome.stopped ? number(heard) : until;
    return absl::OkStatus();
  }

  FuzzResults Take() { return std::move(results_); }

 private:
  void Hear(std::uint64_t run, sim::Report report) {
    results_.Add(plan_.TargetOf(run).protocol, report);
    results_.repeated += plan_.IsRepeated(run);
    if (report.violation && !report.as_expected) violated_.emplace_back(run, std::move(report));
  }

  // Shrinks it and keeps it, if it is one of the first of its kind.
  absl::Status LookInto(std::uint64_t run, sim::Report report) {
    const FuzzTarget& target = plan_.TargetOf(run);
    const FuzzResults::Kind kind{target.name(), report.violation->monitor};
    if (results_.Shrunk(kind).size() >= kShrunkOfAKind) {
      ++results_.further[kind];
      return absl::OkStatus();
    }
    const absl::StatusOr<Experiment> drawn = ForSeed(target.experiment, report.seed);
    if (!drawn.ok()) return drawn.status();
    const scenarios::SeedFile as_found = scenarios::SeedFileOf(drawn->scenario, report, OwnInput(*drawn), version_);
    const ShrinkOptions options{jobs_, plan_.shrink_events, &StopRequested()};
    absl::StatusOr<ShrinkOutcome> shrunk =
        Shrink(as_found, options, [&](const ShrinkOutcome&) { callbacks_.progress(); });
    if (absl::IsFailedPrecondition(shrunk.status())) return NotAgain(report, target.name());
    if (!shrunk.ok()) return shrunk.status();
    if (StopRequested()) return absl::CancelledError();
    shrunk->last.file.set_shrunk(Steps(*shrunk));
    const absl::StatusOr<scenarios::SeedFile> first = Recorded(as_found, version_);
    const absl::StatusOr<scenarios::SeedFile> smallest = Recorded(shrunk->last.file, version_);
    if (!first.ok() || !smallest.ok()) return first.ok() ? smallest.status() : first.status();
    Discovery discovery{{run, report.seed, target.name(), report.violation->monitor,
                         CauseOf(target.protocol, report.violation->monitor, shrunk->last.file), Steps(*shrunk)},
                        std::move(report),
                        *std::move(shrunk),
                        ""};
    discovery.explanation =
        CauseText(discovery.shrunk->last.file, Weigh(discovery.shrunk->last, discovery.finding.monitor, options));
    const absl::Status kept =
        corpus_.Keep(discovery.finding, *first, *smallest, Told(*smallest) + "matters\n" + discovery.explanation);
    if (!kept.ok()) return kept;
    results_.findings[run] = discovery.finding;
    callbacks_.discover(discovery);
    return absl::OkStatus();
  }

  // What a seed file writes down of a run did not lead to its violation.
  static absl::Status NotAgain(const sim::Report& report, const std::string& scenario) {
    return absl::InternalError(
        "internal error: seed " + std::to_string(report.seed) + " of " + scenario + " violated " +
        report.violation->monitor + ", and its seed file does not" +
        "\n  this is a bug in faultline: please report this text and the command that printed it");
  }

  const FuzzPlan& plan_;
  const std::uint32_t jobs_;
  const Corpus& corpus_;
  const std::string_view version_;
  FuzzResults results_;
  const FuzzCallbacks& callbacks_;
  std::vector<std::pair<std::uint64_t, sim::Report>> violated_;
};

std::string TargetWords(const FuzzTarget& target) {
  constexpr std::size_t kDigits = 16;
  return target.name() + " " +
         core::ToHex(scenarios::ConfigurationOf(target.experiment.scenario.proto)).substr(0, kDigits);
}

}  // namespace

bool FuzzPlan::IsRepeated(std::uint64_t run) const { return core::FingerprintOf(run).low % 1000 < repeat_permille; }

std::string FuzzPlan::Name() const {
  std::string words =
      std::to_string(first_seed) + "\n" + std::to_string(repeat_permille) + "\n" + std::to_string(shrink_events) + "\n";
  for (const FuzzTarget& target : targets) words += TargetWords(target) + "\n";
  constexpr std::size_t kDigits = 16;
  return core::ToHex(core::FingerprintOf(words)).substr(0, kDigits) + "-" + std::to_string(shard) + "-of-" +
         std::to_string(shards);
}

FuzzResults Nothing(const FuzzPlan& plan, std::string_view version) {
  FuzzResults results;
  results.version = std::string(version);
  results.first_seed = plan.first_seed;
  for (const FuzzTarget& target : plan.targets) results.targets.push_back(TargetWords(target));
  results.shares = {{plan.shard, plan.shards, 0}};
  return results;
}

absl::Status FuzzPiece(const FuzzPlan& plan, std::uint64_t until, std::uint32_t jobs, const Corpus& corpus,
                       std::string_view version, FuzzResults& results, const FuzzCallbacks& callbacks) {
  Piece piece(plan, jobs, corpus, version, results, callbacks);
  const absl::Status done = piece.Go(until);
  // What was interrupted in the middle of a violation is done again.
  if (absl::IsCancelled(done)) return absl::OkStatus();
  if (!done.ok()) return done;
  results = piece.Take();
  return corpus.WriteResults(plan.Name(), results);
}

}  // namespace tools
