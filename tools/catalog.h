// Catalog: what the command line can run. Each protocol header under
// protocols/ that a cluster can be made of is bound here by a generated file,
// so that adding a protocol is adding its header. One indirect call per run.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "protocols/collector/traffic.h"
#include "protocols/core/host.h"
#include "scenarios/swarm.h"
#include "sim/plan.h"
#include "sim/report.h"
#include "tools/history_recorder.h"

namespace tools {

// One run to make. `traffic` is shared between the runs of a campaign.
struct Job {
  const sim::Plan* plan = nullptr;
  std::uint64_t seed = 0;
  std::shared_ptr<const collector::Traffic> traffic;  // null: the scenario carries no traces
  bool record = false;                                // fill Report::recording
  std::uint64_t record_from_event = 0;                // keep lines from this event on
  std::atomic<bool>* stop = nullptr;                  // set: end the run early, inconclusive
  core::Mutation mutation{};                          // a bug planted by the host; none by default
  bool keep_going = false;                            // past the first violation, so that every monitor judges
  bool trail = false;                                 // fill Report::trail
  std::optional<core::Duration> measure{};            // fill Report::effort; the protocol's patience
  bool causes = false;                                // fill Report::causes
  std::optional<sim::FreshChoices> fresh{};           // behind an event, other choices
  RecordedHistory* history = nullptr;                 // fill it; of protocols with `histories`, under clients
};

struct Parameter {
  std::string name, fallback, help;
  std::vector<std::string> words{};  // one of which it is; empty: a quantity
};

// What happens in its runs that a fault may wait for.
struct Vocabulary {
  std::vector<std::string> facts, messages;
};

struct Protocol {
  std::string name;
  std::string summary;
  std::vector<Parameter> parameters;                               // of cluster.config
  std::function<absl::Status(const sim::Plan&)> check;             // whether cluster.config makes sense
  std::function<core::Duration(const sim::Plan&)> patience;        // a checked plan's; see run.settle
  scenarios::DrawConfig draw_config;                               // for swarms
  std::function<bool(const sim::Plan&)> histories;                 // whether its clients say what they ask and are told
  std::function<absl::StatusOr<sim::Report>(const Job&)> run;      // it, or its key-value store, under client load
  std::function<absl::StatusOr<sim::Report>(const Job&)> collect;  // collectors over it; none: it replicates nothing
  Vocabulary of_clients{}, of_collectors{};
};

// By name, sorted.
const std::map<std::string, Protocol, std::less<>>& Catalog();

}  // namespace tools
