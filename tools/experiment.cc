#include "tools/experiment.h"

#include <exception>
#include <utility>

#include "absl/strings/str_join.h"
#include "protocols/core/check.h"
#include "protocols/core/nearest.h"
#include "protocols/tracing/trace_files.h"
#include "scenarios/embedded.h"
#include "sim/fault.h"
#include "tools/registries.h"
#include "tools/verdict.h"

namespace tools {
namespace {

constexpr std::size_t kMostProblems = 20;

// Collects names that no registry knows, each with the nearest one that is.
class NameCheck {
 public:
  explicit NameCheck(const scenarios::Locations& where) : where_(where) {}

  void Check(const std::string& path, const std::string& what, const std::string& name,
             const std::vector<std::string>& known) {
    for (const std::string& candidate : known) {
      if (candidate == name) return;
    }
    const std::string nearest = core::DidYouMean(name, known);
    const bool few = known.size() <= 12;
    const std::string choice = !nearest.empty()        ? nearest
                               : few && !known.empty() ? "; want one of " + absl::StrJoin(known, ", ")
                                                       : "";
    if (problems_.size() < kMostProblems)
      problems_.push_back(where_.Error(path, "no " + what + " \"" + name + "\"" + choice));
  }
  absl::Status status() const {
    return problems_.empty() ? absl::OkStatus() : absl::InvalidArgumentError(absl::StrJoin(problems_, "\n"));
  }

 private:
  const scenarios::Locations& where_;
  std::vector<std::string> problems_;
};

// What there is, once and for all: a swarm asks for every run.
const std::vector<std::string>& ProtocolNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [name, protocol] : Catalog()) all.push_back(name);
    return all;
  }();
  return names;
}
const std::vector<FaultEntry>& KnownFaults() {
  static const std::vector<FaultEntry> faults = Faults();
  return faults;
}
const std::vector<std::string>& MonitorNames() {
  static const std::vector<std::string> names = Names(Invariants());
  return names;
}

void CheckParameters(NameCheck& check, const std::string& path, const std::string& owner,
                     const std::vector<core::Parameter>& given, const std::vector<Parameter>& known) {
  const std::vector<std::string> names = Names(known);
  for (const core::Parameter& parameter : given) {
    check.Check(path + "." + parameter.key, "parameter of " + owner, parameter.key, names);
  }
}

// What faults wait for must be something that happens in such runs: who announces a fact is one node, and only messages
// go from one to another.
template <class Faults>
void CheckAnchors(NameCheck& check, const std::string& list, const Faults& faults, const Vocabulary& known) {
  std::vector<std::string> all = known.facts;
  all.insert(all.end(), known.messages.begin(), known.messages.end());
  for (std::size_t i = 0; i < faults.size(); ++i) {
    if (!faults[i].when) continue;
    const bool message = faults[i].when->from.has_value();
    check.Check(list + "[" + std::to_string(i) + "].when", message ? "message" : "fact or message",
                faults[i].when->what, message ? known.messages : all);
  }
}

template <class Faults>
void CheckFaults(NameCheck& check, const std::string& list, const Faults& faults,
                 const std::vector<FaultEntry>& known) {
  const std::vector<std::string> names = Names(known);
  for (std::size_t i = 0; i < faults.size(); ++i) {
    const std::string path = list + "[" + std::to_string(i) + "]";
    check.Check(path + ".kind", "fault", faults[i].kind, names);
    for (const FaultEntry& entry : known) {
      if (entry.name == faults[i].kind)
        CheckParameters(check, path + ".params", entry.name, faults[i].params, entry.parameters);
    }
  }
}

// `prefix` leads to the scenario within its file: "scenario." in a seed file.
absl::Status CheckNames(const scenarios::LoadedScenario& scenario, const std::string& prefix) {
  const sim::Plan& plan = scenario.plan;
  NameCheck check(scenario.where);
  check.Check(prefix + "cluster.protocol", "protocol", plan.protocol, ProtocolNames());
  const auto protocol = Catalog().find(plan.protocol);
  if (protocol != Catalog().end()) {
    CheckParameters(check, prefix + "cluster.config", plan.protocol, plan.config, protocol->second.parameters);
    const Vocabulary& known = scenario.traces ? protocol->second.of_collectors : protocol->second.of_clients;
    CheckAnchors(check, prefix + "faults", plan.faults, known);
    if (plan.windows) CheckAnchors(check, "windows", *plan.windows, known);
  }
  CheckFaults(check, prefix + "faults", plan.faults, KnownFaults());
  if (plan.windows) CheckFaults(check, "windows", *plan.windows, KnownFaults());
  const std::vector<std::string>& monitors = MonitorNames();
  for (std::size_t i = 0; i < plan.holds.size(); ++i) {
    check.Check(prefix + "expect.holds[" + std::to_string(i) + "]", "invariant", plan.holds[i], monitors);
  }
  if (!plan.violates.empty()) check.Check(prefix + "expect.violates", "invariant", plan.violates, monitors);
  for (std::size_t i = 0; i < plan.known_gaps.size(); ++i) {
    const std::string path = prefix + "expect.known_gaps[" + std::to_string(i) + "].monitor";
    check.Check(path, "invariant", plan.known_gaps[i].monitor, monitors);
  }
  if (!check.status().ok()) return check.status();
  const absl::Status config = protocol->second.check ? protocol->second.check(plan) : absl::OkStatus();
  if (!config.ok()) {
    return absl::InvalidArgumentError(scenario.where.Error(prefix + "cluster.config", std::string(config.message())));
  }
  for (std::size_t i = 0; i < plan.faults.size(); ++i) {
    const absl::Status fault = sim::CheckFault(plan.faults[i], plan.nodes, plan.regions);
    const std::string path = prefix + "faults[" + std::to_string(i) + "]";
    if (!fault.ok()) return absl::InvalidArgumentError(scenario.where.Error(path, std::string(fault.message())));
  }
  for (std::size_t i = 0; plan.windows && i < plan.windows->size(); ++i) {
    const sim::FaultWindow& window = (*plan.windows)[i];
    const auto kind = static_cast<std::size_t>(sim::FindFaultKind(window.kind));
    const absl::Status params = sim::CheckParameters(*sim::FaultKinds()[kind], window.params);
    const std::string path = "windows[" + std::to_string(i) + "].params";
    if (!params.ok()) return absl::InvalidArgumentError(scenario.where.Error(path, std::string(params.message())));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<tracing::RecordedExport>> ReadEmbedded(const std::string& source) {
  const std::string folder = "data/" + source + "/";
  std::vector<tracing::TraceFile> files;
  for (const scenarios::EmbeddedFile& file : scenarios::EmbeddedFiles()) {
    if (file.path.starts_with(folder)) files.push_back({file.path, file.bytes});
  }
  return tracing::ParseTraces(source, files);
}

absl::StatusOr<std::vector<tracing::RecordedExport>> ReadInput(const scenarios::LoadedSeed& seed) {
  std::vector<tracing::RecordedExport> recorded;
  for (std::size_t i = 0; i < seed.input.size(); ++i) {
    absl::StatusOr<tracing::Batch> batch = tracing::Batch::FromBytes(seed.input[i].request);
    const std::string path = "input[" + std::to_string(i) + "].request";
    if (!batch.ok())
      return absl::InvalidArgumentError(seed.scenario.where.Error(path, std::string(batch.status().message())));
    recorded.push_back({seed.input[i].at, *std::move(batch)});
  }
  return recorded;
}

std::shared_ptr<const collector::Traffic> MakeTraffic(const scenarios::TracesPlan& plan,
                                                      std::vector<tracing::RecordedExport> recorded) {
  const scenarios::GeneratedPlan& g = plan.generated;
  const scenarios::ExporterPlan& e = plan.exporter;
  auto traffic = std::make_shared<collector::Traffic>();
  traffic->recorded = std::move(recorded);
  traffic->speed = plan.speed;
  traffic->generated = {g.services, g.every, g.depth, g.fan_out, g.work};
  traffic->exporter = {e.schedule_delay,  e.max_batch,   e.max_queue, e.timeout,
                       e.initial_backoff, e.max_backoff, e.give_up};
  return traffic;
}

// "20 timeouts" in true time. What must be over before the next attempt counts as one: an
// election of the protocol, and the longest silence of whoever asks it.
void ResolveSettle(const Protocol& protocol, scenarios::LoadedScenario& scenario) {
  if (scenario.settle_timeouts == 0) return;
  core::Duration patience = protocol.patience(scenario.plan);
  if (scenario.traces) {
    const scenarios::ExporterPlan& exporter = scenario.traces->exporter;
    patience += exporter.timeout + exporter.max_backoff * 3 / 2 + exporter.schedule_delay;
  } else {
    patience += scenario.plan.workload.timeout + scenario.plan.workload.think.max;
  }
  scenario.plan.settle = std::min<core::Duration>(scenario.settle_timeouts * patience, std::chrono::hours(1));
}

Experiment Assemble(scenarios::LoadedScenario scenario, std::vector<tracing::RecordedExport> recorded, bool own_input) {
  Experiment experiment;
  if (scenario.traces) experiment.traffic = MakeTraffic(*scenario.traces, std::move(recorded));
  experiment.protocol = &Catalog().find(scenario.plan.protocol)->second;
  experiment.own_input = own_input;
  ResolveSettle(*experiment.protocol, scenario);
  experiment.scenario = std::move(scenario);
  return experiment;
}

}  // namespace

absl::StatusOr<Experiment> Prepare(scenarios::LoadedScenario scenario, const std::string& traces) {
  if (absl::Status names = CheckNames(scenario, ""); !names.ok()) return names;
  if (!traces.empty() && !scenario.traces) {
    return absl::InvalidArgumentError("--traces: the scenario " + scenario.plan.name +
                                      " has no collectors; pick one with a `traces` block");
  }
  std::vector<tracing::RecordedExport> recorded;
  const std::string source = !traces.empty() ? traces : scenario.traces ? scenario.traces->source : "";
  const bool embedded = traces.empty() && scenario.traces && scenario.traces->embedded;
  if (!source.empty()) {
    absl::StatusOr<std::vector<tracing::RecordedExport>> read =
        embedded ? ReadEmbedded(source) : tracing::ReadTraces(source);
    if (!read.ok()) return absl::InvalidArgumentError(scenarios::Printable(std::string(read.status().message())));
    recorded = *std::move(read);
  }
  return Assemble(std::move(scenario), std::move(recorded), !source.empty() && !embedded);
}

absl::StatusOr<Experiment> Prepare(scenarios::LoadedSeed seed) {
  if (absl::Status names = CheckNames(seed.scenario, "scenario."); !names.ok()) return names;
  const bool own_input = !seed.input.empty();
  const bool reads_embedded = !own_input && seed.scenario.traces && seed.scenario.traces->embedded;
  auto recorded = reads_embedded ? ReadEmbedded(seed.scenario.traces->source) : ReadInput(seed);
  if (!recorded.ok()) return recorded.status();
  return Assemble(std::move(seed.scenario), *std::move(recorded), own_input);
}

absl::StatusOr<Experiment> ForSeed(const Experiment& experiment, std::uint64_t seed) {
  const scenarios::LoadedScenario& base = experiment.scenario;
  if (!base.proto.has_swarm()) return experiment;
  scenarios::Scenario open = base.proto;
  // What cannot carry collectors is left with clients.
  if (!experiment.protocol->collect && !open.has_traces()) open.mutable_workload();
  auto drawn = scenarios::Resolve(scenarios::DrawSwarm(open, seed, experiment.protocol->draw_config), {}, base.origin);
  const absl::Status names = drawn.ok() ? CheckNames(*drawn, "") : drawn.status();
  if (!names.ok()) {
    return absl::InternalError("internal error: the swarm drew what does not run for seed " + std::to_string(seed) +
                               ":\n" + std::string(names.message()));
  }
  std::vector<tracing::RecordedExport> recorded;
  if (experiment.traffic) recorded = experiment.traffic->recorded;
  return Assemble(*std::move(drawn), std::move(recorded), experiment.own_input);
}

bool HasHistory(const Experiment& experiment) {
  return !experiment.traffic && experiment.scenario.plan.workload.clients > 0 && experiment.protocol->histories &&
         experiment.protocol->histories(experiment.scenario.plan);
}

absl::StatusOr<sim::Report> Run(const Experiment& experiment, const RunRequest& request) {
  if (experiment.scenario.proto.has_swarm()) {
    const absl::StatusOr<Experiment> drawn = ForSeed(experiment, request.seed);
    if (!drawn.ok()) return drawn.status();
    absl::StatusOr<sim::Report> report = Run(*drawn, request);
    if (report.ok()) report->configuration = scenarios::ConfigurationOf(drawn->scenario.proto);
    return report;
  }
  const Job job{.plan = &experiment.scenario.plan,
                .seed = request.seed,
                .traffic = experiment.traffic,
                .record = request.record,
                .record_from_event = request.record_from_event,
                .stop = request.stop,
                .keep_going = request.keep_going,
                .trail = request.trail,
                .measure = request.measure ? std::optional(experiment.protocol->patience(experiment.scenario.plan))
                                           : std::nullopt,
                .causes = request.causes,
                .fresh = request.fresh,
                .history = request.history};
  core::ThisThreadsCheckContext() = {request.seed, 0};
  const auto& entry = experiment.traffic ? experiment.protocol->collect : experiment.protocol->run;
  if (!entry) {
    return absl::InvalidArgumentError(
        experiment.protocol->name +
        (experiment.traffic ? " cannot carry collectors; give the scenario a `workload` block instead of `traces`"
                            : " serves no clients; give the scenario a `traces` block"));
  }
  try {
    absl::StatusOr<sim::Report> report = entry(job);
    if (report.ok()) Judge(experiment.scenario.plan, *report);
    return report;
  } catch (const std::exception& thrown) {
    const core::CheckContext& at = core::ThisThreadsCheckContext();
    return absl::InternalError(
        "internal error: " + std::string(thrown.what()) + "\n  in the run of seed " + std::to_string(at.seed) +
        ", after event " + std::to_string(at.event) +
        "\n  this is a bug in faultline: please report this text and the command that printed it");
  }
}

std::vector<scenarios::InputExport> AllInput(const Experiment& experiment) {
  std::vector<scenarios::InputExport> input;
  if (!experiment.traffic) return input;
  for (const tracing::RecordedExport& recorded : experiment.traffic->recorded) {
    input.push_back({recorded.at, std::string(recorded.batch.bytes())});
  }
  return input;
}

std::vector<scenarios::InputExport> OwnInput(const Experiment& experiment) {
  return experiment.own_input ? AllInput(experiment) : std::vector<scenarios::InputExport>{};
}

}  // namespace tools
