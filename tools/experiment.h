// Experiment: a scenario whose every name is known and whose traces are read,
// ready to run with any seed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "protocols/collector/traffic.h"
#include "scenarios/load.h"
#include "scenarios/seed_file.h"
#include "sim/report.h"
#include "tools/catalog.h"

namespace tools {

struct Experiment {
  scenarios::LoadedScenario scenario;
  std::shared_ptr<const collector::Traffic> traffic;  // null: clients instead of collectors
  bool own_input = false;                             // the traces are not built in: a seed file must carry them
  const Protocol* protocol = nullptr;
};

// `traces`: a file or folder instead of the scenario's source; empty: none.
absl::StatusOr<Experiment> Prepare(scenarios::LoadedScenario scenario, const std::string& traces);
absl::StatusOr<Experiment> Prepare(scenarios::LoadedSeed seed);

// What this seed makes of it: the experiment itself, unless its scenario is a swarm.
absl::StatusOr<Experiment> ForSeed(const Experiment& experiment, std::uint64_t seed);

struct RunRequest {
  std::uint64_t seed = 0;
  bool record = false;
  std::uint64_t record_from_event = 0;
  std::atomic<bool>* stop = nullptr;
  bool keep_going = false;  // past the first violation
  bool trail = false;
  bool measure = false;  // fill Report::effort
  bool causes = false;   // fill Report::causes
  std::optional<sim::FreshChoices> fresh{};
  RecordedHistory* history = nullptr;  // of experiments that have one: HasHistory
};

// Whether it has clients that say what they ask and are told.
bool HasHistory(const Experiment& experiment);

// Judged. What the engine throws is an error of code kInternal.
absl::StatusOr<sim::Report> Run(const Experiment& experiment, const RunRequest& request);

// Its recorded exports, wherever they are from.
std::vector<scenarios::InputExport> AllInput(const Experiment& experiment);
// What a seed file of this experiment must carry: those that are not built in.
std::vector<scenarios::InputExport> OwnInput(const Experiment& experiment);

}  // namespace tools
