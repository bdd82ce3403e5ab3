// compare: one tape of faults, several protocols, side by side.
//
// The tape: for each seed the first protocol's run draws the windows of faults and their victims. The
// others are given these very windows, as a seed file gives them, so that "leader" means the same
// node at the same time for all. Without that, each would be tested by other faults, namely by those
// that hit its own leaders.
//
// A swarm gives each seed one cluster, network, load and set of faults, the same for all; only its own
// parameters each protocol draws for itself, to suit that network, and what it is named with overrides those.
//
// Runs go on after a violation of an invariant: it is reported, and the history is judged to its end.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "protocols/core/nearest.h"
#include "scenarios/file.h"
#include "scenarios/set.h"
#include "scenarios/text.h"
#include "tools/commands.h"
#include "tools/comparison.h"
#include "tools/comparison_report.h"
#include "tools/exit_code.h"
#include "tools/history_file.h"
#include "tools/in_order.h"
#include "tools/registries.h"
#include "tools/report_text.h"
#include "tools/terminal.h"

namespace tools {
namespace {

// ---- who takes part ----------------------------------------------------------------------------

struct Contestant {
  std::string name;  // as it was, or could have been, typed
  Experiment experiment;
  std::vector<std::string> overrides;  // "reads=leader", of what a swarm draws for it
};

absl::Status Refused(const std::string& why) { return absl::InvalidArgumentError("--protocols: " + why); }

std::vector<std::string> KnownProtocols() {
  std::vector<std::string> names;
  for (const auto& [name, protocol] : Catalog()) names.push_back(name);
  return names;
}

// Every protocol there is that can play the scenario. Where clients read, one that offers several kinds
// of reads takes part with each of them.
std::vector<std::string> AllFor(const scenarios::LoadedScenario& scenario) {
  const bool swarm = scenario.proto.has_swarm();
  std::vector<std::string> all;
  for (const auto& [name, protocol] : Catalog()) {
    if (!protocol.collect && (swarm || scenario.traces)) continue;
    if (!protocol.collect && !protocol.histories) continue;  // it replicates nothing: there is nothing to compare
    if (!protocol.run && (swarm || !scenario.traces)) continue;
    const auto& parameters = protocol.parameters;
    const auto reads = std::find_if(parameters.begin(), parameters.end(),
                                    [](const Parameter& parameter) { return parameter.name == "reads"; });
    if (swarm || scenario.traces || reads == parameters.end() || reads->words.empty()) {
      all.push_back(name);
      continue;
    }
    for (const std::string& word : reads->words) all.push_back(name + ":reads=" + word);
  }
  return all;
}

// "raft:reads=leader"
struct Named {
  std::string protocol;
  std::vector<std::string> settings;  // "reads=leader"
};

absl::StatusOr<Named> ParseNamed(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, ':');
  Named named{parts.front(), {parts.begin() + 1, parts.end()}};
  const std::vector<std::string> known = KnownProtocols();
  if (std::find(known.begin(), known.end(), named.protocol) == known.end()) {
    return Refused("no protocol \"" + scenarios::Printable(named.protocol) + "\"" +
                   core::DidYouMean(named.protocol, known) + "\n  see `faultline list protocols`");
  }
  const std::vector<std::string> parameters = Names(Catalog().find(named.protocol)->second.parameters);
  for (const std::string& setting : named.settings) {
    const std::string key = setting.substr(0, setting.find('='));
    if (key == setting) return Refused("want NAME:key=value, got \"" + scenarios::Printable(text) + "\"");
    if (std::find(parameters.begin(), parameters.end(), key) == parameters.end()) {
      return Refused(named.protocol + " has no parameter \"" + scenarios::Printable(key) + "\"" +
                     core::DidYouMean(key, parameters) + "\n  see `faultline list protocols --verbose`");
    }
  }
  return named;
}

absl::StatusOr<scenarios::LoadedScenario> WithSettings(const scenarios::LoadedScenario& scenario,
                                                       const std::vector<std::string>& settings) {
  faultline::scenarios::Scenario proto = scenario.proto;
  scenarios::Locations where = scenario.where;
  for (const std::string& setting : settings) {
    const absl::Status set = scenarios::Set("cluster.config." + setting, proto, where);
    if (!set.ok()) return set;
  }
  return scenarios::Resolve(std::move(proto), std::move(where), scenario.origin);
}

// The scenario as it is for this protocol. What it says of its own protocol's parameters, --set
// included, means nothing to another one.
absl::StatusOr<scenarios::LoadedScenario> PlayedBy(const std::string& protocol,
                                                   const scenarios::LoadedScenario& scenario) {
  faultline::scenarios::Scenario proto = scenario.proto;
  if (protocol != scenario.plan.protocol) proto.mutable_cluster()->clear_config();
  proto.mutable_cluster()->set_protocol(protocol);
  return scenarios::Resolve(std::move(proto), scenario.where, scenario.origin);
}

absl::StatusOr<Contestant> Admit(const scenarios::LoadedScenario& own, const std::string& name) {
  const absl::StatusOr<Named> named = ParseNamed(name);
  if (!named.ok()) return named.status();
  absl::StatusOr<scenarios::LoadedScenario> scenario = PlayedBy(named->protocol, own);
  if (!scenario.ok()) return scenario.status();
  absl::StatusOr<scenarios::LoadedScenario> set = WithSettings(*scenario, named->settings);
  if (!set.ok()) return set.status();
  const Protocol& protocol = Catalog().find(named->protocol)->second;
  const absl::Status config = protocol.check ? protocol.check(set->plan) : absl::OkStatus();
  if (!config.ok() && !named->settings.empty()) {
    return Refused(scenarios::Printable(name) + ": " + scenarios::Printable(std::string(config.message())));
  }
  const bool swarm = own.proto.has_swarm();
  absl::StatusOr<Experiment> experiment = Prepare(*std::move(swarm ? scenario : set), "");
  if (!experiment.ok()) return experiment.status();
  return Contestant{name, *std::move(experiment), swarm ? named->settings : std::vector<std::string>{}};
}

absl::StatusOr<std::vector<Contestant>> AdmitAll(const CompareOptions& options) {
  const absl::StatusOr<scenarios::LoadedScenario> own = scenarios::LoadScenario(options.scenario, options.sets);
  if (!own.ok()) return own.status();
  if (!options.histories.empty() && own->traces) {
    return absl::InvalidArgumentError("--histories: " + own->plan.name + " has no clients that say what they ask");
  }
  std::vector<Contestant> contestants;
  for (const std::string& name : options.protocols.empty() ? AllFor(*own) : options.protocols) {
    for (const Contestant& other : contestants) {
      if (other.name == name) return Refused("\"" + scenarios::Printable(name) + "\" is named twice");
    }
    absl::StatusOr<Contestant> contestant = Admit(*own, name);
    if (!contestant.ok()) return contestant.status();
    contestants.push_back(*std::move(contestant));
  }
  return contestants;
}

// ---- a seed --------------------------------------------------------------------------------------

absl::StatusOr<Experiment> ExperimentOf(const Contestant& contestant, std::uint64_t seed) {
  absl::StatusOr<Experiment> drawn = ForSeed(contestant.experiment, seed);
  if (!drawn.ok() || contestant.overrides.empty()) return drawn;
  absl::StatusOr<scenarios::LoadedScenario> set = WithSettings(drawn->scenario, contestant.overrides);
  if (!set.ok()) return set.status();
  return Prepare(*std::move(set), "");
}

// Twenty times what the histories of the shipped scenarios need: what takes more is inconclusive.
consistency::Options Limits() {
  consistency::Options limits;
  limits.max_steps = 20'000'000;
  limits.max_bytes = std::uint64_t{1} << 30;
  return limits;
}

std::vector<consistency::Judgement> JudgeByAll(const consistency::History& history) {
  const consistency::Model& model = *consistency::FindModel("register");
  std::vector<consistency::Judgement> judgements;
  for (const consistency::ConsistencyName& name : consistency::Consistencies()) {
    consistency::Judgement judgement;
    const absl::Status valid = consistency::Validate(history, model, name.consistency);
    if (valid.ok()) {
      judgement = consistency::Check(history, model, name.consistency, Limits());
    } else {
      judgement.reason = std::string(valid.message());
    }
    if (judgement.judged == 0 && judgement.verdict == consistency::Verdict::kHolds) {
      judgement.verdict = consistency::Verdict::kInconclusive;
      judgement.reason = "no operation was judged";
    }
    judgements.push_back(std::move(judgement));
  }
  return judgements;
}

// "raft-reads-leader-seed-3.jsonl"
std::string FileOf(const std::string& protocol, std::uint64_t seed) {
  std::string name = protocol;
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!plain) c = '-';
  }
  return name + "-seed-" + std::to_string(seed) + ".jsonl";
}

class CompareSession {
 public:
  CompareSession(const CompareOptions& options, std::vector<Contestant> contestants)
      : options_(options), contestants_(std::move(contestants)), progress_(options.output.progress) {
    const scenarios::LoadedScenario& first = contestants_.front().experiment.scenario;
    comparison_.scenario = first.plan.name;
    comparison_.violates = first.plan.violates;
    comparison_.holds = first.plan.holds;
    comparison_.seeds = options.seeds.value_or(SeedRange{first.seed, first.seed});
    for (const Contestant& contestant : contestants_) {
      comparison_.standings.emplace_back();
      comparison_.standings.back().protocol = contestant.name;
    }
  }

  int Run();

 private:
  using Plays = std::vector<Play>;  // by contestant

  absl::StatusOr<Plays> PlayAll(std::uint64_t seed) const;
  absl::StatusOr<Play> PlayOne(const Contestant& contestant, std::uint64_t seed,
                               const std::optional<std::vector<sim::FaultWindow>>& tape) const;
  absl::Status Repeat(const Contestant& contestant, const std::vector<sim::FaultWindow>& tape, Play& play) const;
  absl::Status JudgeHistory(const Contestant& contestant, RecordedHistory recorded, Play& play) const;
  absl::Status Write(const Contestant& contestant, std::uint64_t seed, const consistency::History& history) const;
  void Hear(Plays plays);
  void ShowProgress();
  void Conclude();
  std::vector<Exhibit> ExhibitsWithCommands() const;
  int ExitCode(const CampaignOutcome& outcome) const;

  const CompareOptions& options_;
  const std::vector<Contestant> contestants_;
  Progress progress_;
  Comparison comparison_;
};

int CompareSession::Run() {
  CatchInterrupts();
  const CampaignOutcome outcome = DoInOrder<Plays>(
      comparison_.seeds, options_.jobs, [this](std::uint64_t seed) { return PlayAll(seed); },
      [this](Plays plays) { Hear(std::move(plays)); }, [this] { ShowProgress(); });
  progress_.Clear();
  if (!outcome.status.ok()) return PrintErrors(outcome.status);
  if (comparison_.finished != 0) Conclude();
  return ExitCode(outcome);
}

absl::StatusOr<CompareSession::Plays> CompareSession::PlayAll(std::uint64_t seed) const {
  Plays plays;
  std::optional<std::vector<sim::FaultWindow>> tape;
  for (const Contestant& contestant : contestants_) {
    absl::StatusOr<Play> play = PlayOne(contestant, seed, tape);
    if (!play.ok()) return play.status();
    if (!tape) tape = play->report.windows;
    if (seed == comparison_.seeds.first) {
      const absl::Status repeated = Repeat(contestant, *tape, *play);
      if (!repeated.ok()) return repeated;
    }
    plays.push_back(*std::move(play));
  }
  return plays;
}

absl::StatusOr<Play> CompareSession::PlayOne(const Contestant& contestant, std::uint64_t seed,
                                             const std::optional<std::vector<sim::FaultWindow>>& tape) const {
  absl::StatusOr<Experiment> experiment = ExperimentOf(contestant, seed);
  if (!experiment.ok()) return experiment.status();
  if (tape) experiment->scenario.plan.windows = tape;
  const bool has_history = HasHistory(*experiment);
  RecordedHistory recorded;
  absl::StatusOr<sim::Report> report = tools::Run(*experiment, {.seed = seed,
                                                                .stop = &StopRequested(),
                                                                .keep_going = true,
                                                                .measure = true,
                                                                .history = has_history ? &recorded : nullptr});
  if (!report.ok()) return report.status();
  if (StopRequested() && !report->cut_short.empty()) return absl::CancelledError();
  Play play;
  play.measures = Measure(experiment->scenario.plan, *report, has_history ? &recorded : nullptr);
  play.report = *std::move(report);
  if (!has_history) return play;
  const absl::Status judged = JudgeHistory(contestant, std::move(recorded), play);
  if (!judged.ok()) return judged;
  return play;
}

absl::Status CompareSession::JudgeHistory(const Contestant& contestant, RecordedHistory recorded, Play& play) const {
  play.judgements = JudgeByAll(recorded.history);
  const absl::Status written = Write(contestant, play.report.seed, recorded.history);
  const bool violated = std::any_of(play.judgements.begin(), play.judgements.end(),
                                    [](const auto& judgement) { return judgement.counterexample.has_value(); });
  if (violated) play.history = std::make_shared<consistency::History>(std::move(recorded.history));
  return written;
}

// From the tape for the first one too: so it is known to be the same tape that it drew. Without measures: so it is
// known that they change nothing.
absl::Status CompareSession::Repeat(const Contestant& contestant, const std::vector<sim::FaultWindow>& tape,
                                    Play& play) const {
  absl::StatusOr<Experiment> experiment = ExperimentOf(contestant, play.report.seed);
  if (!experiment.ok()) return experiment.status();
  experiment->scenario.plan.windows = tape;
  const absl::StatusOr<sim::Report> report =
      tools::Run(*experiment, {.seed = play.report.seed, .stop = &StopRequested(), .keep_going = true});
  if (!report.ok()) return report.status();
  if (StopRequested() && !report->cut_short.empty()) return absl::CancelledError();
  play.repeated = report->digest;
  return absl::OkStatus();
}

absl::Status CompareSession::Write(const Contestant& contestant, std::uint64_t seed,
                                   const consistency::History& history) const {
  if (options_.histories.empty()) return absl::OkStatus();
  const std::filesystem::path path = std::filesystem::path(options_.histories) / FileOf(contestant.name, seed);
  return scenarios::WriteFile(path.string(), PrintHistory(history));
}

void CompareSession::Hear(Plays plays) {
  for (std::size_t i = 0; i < plays.size(); ++i) comparison_.standings[i].Add(std::move(plays[i]));
  ++comparison_.finished;
  ShowProgress();
}

void CompareSession::ShowProgress() {
  const std::uint64_t more = comparison_.seeds.last - comparison_.seeds.first;
  progress_.Show("  " + comparison_.scenario + "  " + Grouped(contestants_.size()) + " protocols  " +
                 Grouped(comparison_.finished) + " of " + (more == UINT64_MAX ? "2^64" : Grouped(more + 1)) + " seeds");
}

void CompareSession::Conclude() {
  const std::vector<Exhibit> exhibits = ExhibitsWithCommands();
  if (options_.output.json) return Print(ComparisonJson(comparison_, exhibits) + "\n");
  const Style style = StyleOf(options_.output.color);
  Print(ComparisonText(comparison_, style));
  if (options_.output.quiet) return;
  for (const Exhibit& exhibit : exhibits) Print(ExhibitText(exhibit, style));
}

// The first protocol comes along: its run draws the tape.
std::vector<Exhibit> CompareSession::ExhibitsWithCommands() const {
  std::vector<Exhibit> exhibits = Exhibits(comparison_);
  const std::string folder = options_.histories.empty() ? "histories" : options_.histories;
  for (Exhibit& exhibit : exhibits) {
    std::vector<std::string> protocols{contestants_.front().name};
    if (exhibit.standing->protocol != protocols.front()) protocols.push_back(exhibit.standing->protocol);
    const std::filesystem::path file =
        std::filesystem::path(folder) / FileOf(exhibit.standing->protocol, exhibit.example->seed);
    exhibit.keep = CommandLine(options_, protocols, SeedWords(exhibit.example->seed)) + " --histories " +
                   ShellQuoted(folder) + " --quiet";
    exhibit.judge = "faultline check " + ShellQuoted(file.string()) + " --consistency " +
                    std::string(consistency::Describe(exhibit.refuted.front()).name);
  }
  return exhibits;
}

int CompareSession::ExitCode(const CampaignOutcome& outcome) const {
  const int code = ExitCodeOf(comparison_);
  for (const Standing& standing : comparison_.standings) {
    for (const std::uint64_t seed : standing.not_deterministic) {
      std::fprintf(stderr,
                   "error: not deterministic: %s gave two digests for seed %llu\n  every other result is in doubt; "
                   "please report this\n",
                   standing.protocol.c_str(), static_cast<unsigned long long>(seed));
    }
  }
  if (!outcome.stopped) return code;
  std::fprintf(
      stderr, "interrupted after %llu seeds; from the start with\n  %s\n",
      static_cast<unsigned long long>(comparison_.finished),
      CommandLine(options_, options_.protocols, SeedWords(comparison_.seeds.first, comparison_.seeds.last)).c_str());
  return code == kNotDeterministic ? code : InterruptCode();
}

absl::Status MakeFolder(const std::string& path) {
  std::error_code error;
  if (path.empty()) return absl::OkStatus();
  std::filesystem::create_directories(path, error);
  if (std::filesystem::is_directory(path, error)) return absl::OkStatus();
  return absl::InvalidArgumentError("--histories " + scenarios::Printable(path) +
                                    ": want a folder, or where one can be");
}

}  // namespace

int CompareCommand(const CompareOptions& options) {
  absl::StatusOr<std::vector<Contestant>> contestants = AdmitAll(options);
  if (!contestants.ok()) return PrintErrors(contestants.status());
  if (const absl::Status folder = MakeFolder(options.histories); !folder.ok()) return PrintErrors(folder);
  return CompareSession(options, *std::move(contestants)).Run();
}

}  // namespace tools
