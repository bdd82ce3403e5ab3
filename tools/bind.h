// Bind: how a protocol becomes something the command line can run. One generated
// file per header of protocols/ that has a kSummary calls this with the header's NodeOf, or with its
// Node if it replicates nothing.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "invariants/invariant.h"
#include "protocols/collector/collector.h"
#include "protocols/convergence/multi_value.h"
#include "protocols/convergence/replica.h"
#include "protocols/core/nearest.h"
#include "protocols/core/params.h"
#include "protocols/core/text.h"
#include "protocols/machines/key_value.h"
#include "protocols/machines/span_store.h"
#include "sim/run.h"
#include "tools/catalog.h"
#include "tools/history_recorder.h"
#include "tools/span_tally.h"

namespace tools {

void AddToCatalog(Protocol protocol);

namespace internal {

inline absl::Status ParseInto(std::string_view text, core::Between& into) {
  auto value = core::ParseBetween(text);
  if (value.ok() && value->min.count() == 0) return absl::InvalidArgumentError("want more than 0");
  if (value.ok()) into = *value;
  return value.status();
}
inline absl::Status ParseInto(std::string_view text, core::Duration& into) {
  auto value = core::ParseDuration(text);
  if (value.ok() && value->count() == 0) return absl::InvalidArgumentError("want more than 0");
  if (value.ok()) into = *value;
  return value.status();
}
inline absl::Status ParseInto(std::string_view text, std::uint32_t& into) {
  auto value = core::ParseCount(text);
  if (value.ok() && (*value == 0 || *value > 1'000'000)) return absl::InvalidArgumentError("want 1 to 1000000");
  if (value.ok()) into = static_cast<std::uint32_t>(*value);
  return value.status();
}
template <class E>
concept Enumeration = std::is_enum_v<E>;

// "strong" for kStrong, "read_only" for kReadOnly.
template <Enumeration E>
std::string Format(E value) {
  std::string word;
  for (const char c : core::Text(value)) {
    const bool capital = c >= 'A' && c <= 'Z';
    if (capital && !word.empty()) word += '_';
    word += capital ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return word;
}
template <Enumeration E>
std::vector<std::string> WordsOf() {
  std::vector<std::string> words;
  for (int value = 0; core::Text(static_cast<E>(value)) != std::to_string(value); ++value) {
    words.push_back(Format(static_cast<E>(value)));
  }
  return words;
}
template <Enumeration E>
absl::Status ParseInto(std::string_view text, E& into) {
  const std::vector<std::string> words = WordsOf<E>();
  const auto found = std::find(words.begin(), words.end(), text);
  if (found == words.end()) {
    return absl::InvalidArgumentError(absl::StrCat("want one of ", absl::StrJoin(words, ", "), ", got \"",
                                                   std::string(text), "\"", core::DidYouMean(text, words)));
  }
  into = static_cast<E>(found - words.begin());
  return absl::OkStatus();
}
// A count, or "none".
inline absl::Status ParseInto(std::string_view text, std::optional<std::uint32_t>& into) {
  into.reset();
  if (text == "none") return absl::OkStatus();
  return ParseInto(text, into.emplace());
}
inline std::string Format(std::optional<std::uint32_t> value) { return value ? std::to_string(*value) : "none"; }
inline std::string Format(const core::Between& value) { return core::FormatBetween(value); }
inline std::string Format(core::Duration value) { return core::FormatDuration(value); }
inline std::string Format(std::uint32_t value) { return std::to_string(value); }

template <class Config>
absl::Status SetParameter(const core::Parameter& parameter, Config& config) {
  absl::Status status = absl::InvalidArgumentError(absl::StrCat("no parameter \"", parameter.key, "\""));
  Config::ForEachParameter([&](std::string_view name, auto member, std::string_view) {
    if (name == parameter.key) status = ParseInto(parameter.value, config.*member);
  });
  return status;
}

// The plan's own words on the protocol; checked when the plan was prepared.
template <class Config>
absl::StatusOr<Config> MakeConfig(const sim::Plan& plan) {
  Config config;
  config.nodes = plan.nodes;
  for (const core::Parameter& parameter : plan.config) {
    if (absl::Status status = SetParameter(parameter, config); !status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("cluster.config.", parameter.key, ": ", status.message()));
    }
  }
  return config;
}

template <class Config>
std::vector<Parameter> DescribeParameters() {
  std::vector<Parameter> parameters;
  const Config defaults;
  Config::ForEachParameter([&](std::string_view name, auto member, std::string_view help) {
    parameters.push_back({std::string(name), Format(defaults.*member), std::string(help)});
    using Value = std::remove_cvref_t<decltype(defaults.*member)>;
    if constexpr (Enumeration<Value>) parameters.back().words = WordsOf<Value>();
  });
  return parameters;
}

template <class Config>
std::vector<core::Parameter> DrawParameters(core::Duration round_trip, const scenarios::SwarmDraw& draw) {
  Config config;
  config.Randomize(round_trip, draw);
  std::vector<core::Parameter> parameters;
  Config::ForEachParameter([&](std::string_view name, auto member, std::string_view) {
    parameters.push_back({std::string(name), Format(config.*member)});
  });
  return parameters;
}

// The fewest nodes that ever vote; 0: all always do.
template <class Config>
std::uint32_t ElectorateOf(const Config& config) {
  if constexpr (requires { config.Electorate(); }) {
    return config.Electorate();
  } else {
    return 0;
  }
}

template <class... T>
std::vector<std::string> NamesOf(std::type_identity<std::variant<T...>>) {
  return {std::string(core::TypeName<T>())...};
}
template <class Node>
Vocabulary VocabularyOf() {
  return {NamesOf(std::type_identity<typename Node::Fact>{}), NamesOf(std::type_identity<typename Node::Message>{})};
}

inline sim::RunOptions OptionsOf(const Job& job) {
  return {.seed = job.seed,
          .record = job.record,
          .record_from_event = job.record_from_event,
          .stop = job.stop,
          .mutation = job.mutation,
          .keep_going = job.keep_going,
          .trail = job.trail,
          .measure = job.measure,
          .causes = job.causes,
          .fresh = job.fresh};
}

// The protocol under client load: its key-value store, if it replicates one.
template <class Node>
absl::StatusOr<sim::Report> RunClients(const Job& job) {
  auto config = MakeConfig<typename Node::Config>(*job.plan);
  if (!config.ok()) return config.status();
  const std::vector<invariants::FactTag> silent = invariants::NotPromised(facts::PromiseOf(*config));
  const auto plan = std::make_shared<sim::Plan>(*job.plan);
  plan->electorate = ElectorateOf(*config);
  const sim::Shape shape{plan->nodes, plan->nodes};
  std::optional<HistoryRecorder> recorder;
  if (facts::DescribesRequests<Node> && job.history != nullptr) recorder.emplace();
  Recording<invariants::Panel<Node>> panel(recorder ? &*recorder : nullptr, silent);
  sim::Report report = sim::Run<Node>(plan, *config, shape, panel, OptionsOf(job));
  if (recorder) *job.history = recorder->Take();
  return report;
}

// Whether clients write to a store that keeps siblings.
template <class Config>
bool KeepsSiblings(const Config& config) {
  if constexpr (requires { config.conflicts; }) {
    return config.conflicts == convergence::Conflicts::kSiblings;
  } else {
    return false;
  }
}

// Over the machine that the configuration asks for.
template <template <class> class NodeOf>
absl::StatusOr<sim::Report> RunClientsOf(const Job& job) {
  using Config = typename NodeOf<machines::KeyValue>::Config;
  if constexpr (requires { Config{}.conflicts; }) {
    const auto config = MakeConfig<Config>(*job.plan);
    if (!config.ok()) return config.status();
    if (KeepsSiblings(*config)) return RunClients<NodeOf<convergence::MultiValue>>(job);
  }
  return RunClients<NodeOf<machines::KeyValue>>(job);
}

// Collectors over the protocol, fed by the job's traffic. A replay longer than
// the storm prolongs it: every recorded export is made.
template <class Node>
absl::StatusOr<sim::Report> RunCollectors(const Job& job) {
  auto plan = std::make_shared<sim::Plan>(*job.plan);
  auto substrate = MakeConfig<decltype(typename Node::Config{}.substrate)>(*plan);
  if (!substrate.ok()) return substrate.status();
  plan->electorate = ElectorateOf(*substrate);
  plan->workload.clients = 0;
  plan->storm = std::max(plan->storm, collector::ReplayLength(*job.traffic));
  auto assignment = std::make_shared<collector::Assignment>(collector::Assign(*job.traffic));
  const sim::Shape shape{plan->nodes, plan->nodes + assignment->applications()};
  const typename Node::Config config{*substrate, plan->nodes, job.traffic, assignment, plan->storm};
  // One service has nobody to call: no child is ever started.
  std::vector<invariants::FactTag> silent;
  if (job.traffic->generated.services < 2) silent.push_back(invariants::TagOf<facts::ChildStarted>());
  Tally<invariants::Panel<Node>> panel(silent);
  sim::Report report = sim::Run<Node>(plan, config, shape, panel, OptionsOf(job));
  report.spans = panel.Counts();
  for (const tracing::RecordedExport& recorded : job.traffic->recorded) {
    report.spans->read += recorded.batch.spans().size();
  }
  return report;
}

}  // namespace internal

template <template <class> class NodeOf>
struct Binding {
  Binding(std::string_view name, std::string_view summary) {
    using Clients = NodeOf<machines::KeyValue>;
    using Collectors = collector::NodeOf<NodeOf<machines::SpanStore>>;
    using Config = typename Clients::Config;
    AddToCatalog({std::string(name), std::string(summary), internal::DescribeParameters<Config>(),
                  [](const sim::Plan& plan) { return internal::MakeConfig<Config>(plan).status(); },
                  [](const sim::Plan& plan) { return internal::MakeConfig<Config>(plan)->Patience(); },
                  internal::DrawParameters<Config>,
                  [](const sim::Plan& plan) {
                    // What siblings a read is told is no value of a history.
                    return facts::DescribesRequests<Clients> &&
                           !internal::KeepsSiblings(*internal::MakeConfig<Config>(plan));
                  },
                  internal::RunClientsOf<NodeOf>, internal::RunCollectors<Collectors>,
                  internal::VocabularyOf<Clients>(), internal::VocabularyOf<Collectors>()});
  }
};

// It cannot carry collectors.
template <core::Node Node>
struct NodeBinding {
  NodeBinding(std::string_view name, std::string_view summary) {
    using Config = typename Node::Config;
    AddToCatalog({std::string(name),
                  std::string(summary),
                  internal::DescribeParameters<Config>(),
                  [](const sim::Plan& plan) { return internal::MakeConfig<Config>(plan).status(); },
                  [](const sim::Plan& plan) { return internal::MakeConfig<Config>(plan)->Patience(); },
                  internal::DrawParameters<Config>,
                  [](const sim::Plan&) { return facts::DescribesRequests<Node>; },
                  internal::RunClients<Node>,
                  {},
                  internal::VocabularyOf<Node>()});
  }
};

}  // namespace tools
