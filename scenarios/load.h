// Load: from the text of a scenario to the plan the engine takes.
//
// All of a scenario's mistakes are reported at once, each with file, line,
// field, what was wanted and what was got. Names that only registries know
// (protocols, fault kinds, parameters, monitors) are checked by tools/, with
// `where` to say where they stood. Defaults: scenarios/README.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "protocols/core/types.h"
#include "scenarios/scenario.pb.h"
#include "scenarios/text.h"
#include "sim/plan.h"

namespace scenarios {

using faultline::scenarios::Scenario;

inline constexpr std::size_t kMostScenarioBytes = 1 << 20;

// As collector::GeneratedConfig, which this folder may not include.
struct GeneratedPlan {
  std::uint32_t services = 0;
  core::Between every{};
  std::uint32_t depth = 0;
  std::uint32_t fan_out = 0;
  core::Between work{};
};

// As collector::ExporterConfig.
struct ExporterPlan {
  core::Duration schedule_delay{};
  std::uint32_t max_batch = 0;
  std::uint32_t max_queue = 0;
  core::Duration timeout{};
  core::Duration initial_backoff{};
  core::Duration max_backoff{};
  core::Duration give_up{};  // 0: never
};

struct TracesPlan {
  std::string source;  // an embedded source, or a path; empty: only generated traffic
  bool embedded = false;
  std::uint32_t speed = 1;
  GeneratedPlan generated;
  ExporterPlan exporter;
};

// Where a scenario's text came from.
struct Origin {
  std::string name;        // of the scenario: the file's stem
  std::string file;        // for messages
  std::string folder;      // what a relative traces.source starts from
  bool own_input = false;  // a seed file brings its traces: traces.source is only their name
};

struct LoadedScenario {
  Scenario proto;  // as written, --set applied
  Origin origin;
  Locations where;  // of its fields
  sim::Plan plan;
  std::optional<TracesPlan> traces;  // present: collectors; absent: clients
  std::uint64_t seed = 1;
  std::uint32_t seeds = 1;
  // Not 0: plan.settle is so many times the patience of the protocol and its clients,
  // which only tools/ knows.
  std::uint32_t settle_timeouts = 0;
};

// `scenario` is a path, or the bare name of a shipped scenario.
absl::StatusOr<LoadedScenario> LoadScenario(const std::string& scenario, std::span<const std::string> sets = {});
absl::StatusOr<LoadedScenario> ParseScenario(std::string_view text, const Origin& origin,
                                             std::span<const std::string> sets = {});
// What ParseScenario does once the text is a message. `prefix` leads to it within its file.
absl::StatusOr<LoadedScenario> Resolve(Scenario proto, Locations where, const Origin& origin,
                                       const std::string& prefix = "");

// Shipped scenarios, sorted.
std::vector<std::string> ShippedScenarios();
// Sources of traces built into the program, sorted: "sdk-shop-json", …
std::vector<std::string> EmbeddedSources();

}  // namespace scenarios
