// Derived mutants: bugs that every protocol has for the asking, from its types
// (core::Mutation). For each record "forgets to write it", for each message "sends
// it before the sync" and "ignores it".
//
// They are planted to try the guards, not the protocol: a mutant that no monitor
// notices means that the scenarios are too tame, the monitors too lenient, or that
// the mutant does no harm. The last has to be listed with its reason and must then
// survive. README.md has the table that this test prints.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "protocols/collector/collector.h"
#include "protocols/consensus/raft.h"
#include "protocols/core/text.h"
#include "protocols/machines/key_value.h"
#include "protocols/machines/span_store.h"
#include "tests/harness/in_child.h"
#include "tools/experiment.h"

namespace {

using Clients = raft::NodeOf<machines::KeyValue>;
using Collectors = collector::NodeOf<raft::NodeOf<machines::SpanStore>>;

constexpr std::uint32_t kMostRuns = 1500;     // to kill a mutant
constexpr std::uint32_t kSurvivedRuns = 120;  // that a harmless one must survive

// Why a mutant does no harm. `changes_nothing`: its runs are those of the original, step by step.
struct Excuse {
  std::string reason;
  bool changes_nothing = false;
};

const std::map<std::string, Excuse> kHarmless = {
    {"nothing", {"no bug is planted: the scenarios themselves are clean", true}},
    {"early Append", {"a leader never waits with it: what it replicates need not be on its own disk", true}},
    {"early Propose", {"passes on what a client asked and promises nothing"}},
    {"early Refused", {"promises nothing: the client is told that the outcome is unknown"}},
    {"ignore Refused", {"costs time: the next term, or the client's own timeout, tells it as well"}},
    {"early Export", {"an application writes nothing, so its exports never wait", true}},
    {"early Call", {"an application writes nothing, so its calls never wait", true}},
    {"ignore Call", {"as a lost packet: the operation never starts, and nothing was promised about it"}},
};

struct Mutant {
  std::string name;
  core::Mutation mutation;
  std::string family;
  std::vector<std::string> scenarios;  // files in this folder
};

template <class... A>
std::vector<std::string> NamesOf(const std::variant<A...>*) {
  return {std::string(core::TypeName<A>())...};
}

template <class N>
void AddMutants(const std::string& family, const std::vector<std::string>& scenarios, std::vector<Mutant>& mutants) {
  const auto add = [&](const std::string& name, core::Mutation mutation) {
    mutants.push_back({name, mutation, family, scenarios});
  };
  const auto records = NamesOf(static_cast<const typename N::Record*>(nullptr));
  const auto messages = NamesOf(static_cast<const typename N::Message*>(nullptr));
  add("nothing", {});
  for (int i = 0; i < static_cast<int>(records.size()); ++i) add("forget " + records[i], {.forget_record = i});
  for (int i = 0; i < static_cast<int>(messages.size()); ++i) add("early " + messages[i], {.early_message = i});
  for (int i = 0; i < static_cast<int>(messages.size()); ++i) add("ignore " + messages[i], {.ignore_message = i});
}

std::vector<Mutant> AllMutants() {
  std::vector<Mutant> mutants;
  AddMutants<Clients>("raft", {"elections", "divided_logs", "lost_candidacies", "patient_clients"}, mutants);
  AddMutants<Collectors>("collector", {"collectors", "lost_collectors", "patient_exporters"}, mutants);
  return mutants;
}

tools::Experiment Load(const std::string& scenario) {
  const std::string file = std::string(FAULTLINE_SOURCE_DIR) + "/tests/mutants/" + scenario + ".txtpb";
  return tools::Prepare(scenarios::LoadScenario(file).value(), "").value();
}

sim::Report RunMutant(const tools::Experiment& experiment, std::uint64_t seed, const core::Mutation& mutation) {
  const auto& run = experiment.traffic ? experiment.protocol->collect : experiment.protocol->run;
  return run({.plan = &experiment.scenario.plan, .seed = seed, .traffic = experiment.traffic, .mutation = mutation})
      .value();
}

// How a hunt went. A child makes the runs, since a failed CHECK ends its process.
struct Hunt {
  std::uint32_t runs = 0;  // made, the last one included
  bool ended = false;      // and not by a CHECK
  char monitor[64] = {};   // that was violated; empty: none
};

// Seeds 1, 2, … and with each of them the scenarios in turn.
void MakeRuns(const Mutant& mutant, const std::vector<tools::Experiment>& experiments, std::uint32_t most, Hunt& hunt) {
  while (hunt.runs < most && hunt.monitor[0] == '\0') {
    const tools::Experiment& experiment = experiments[hunt.runs % experiments.size()];
    const std::uint64_t seed = 1 + hunt.runs / experiments.size();
    ++hunt.runs;
    const sim::Report report = RunMutant(experiment, seed, mutant.mutation);
    if (report.violation) {
      std::snprintf(hunt.monitor, sizeof(hunt.monitor), "%s", report.violation->monitor.c_str());
    }
  }
  hunt.ended = true;
}

Hunt HuntDown(const Mutant& mutant, const std::vector<tools::Experiment>& experiments, std::uint32_t most) {
  return harness::InChild<Hunt>([&](Hunt& hunt) { MakeRuns(mutant, experiments, most, hunt); }).notes;
}

class DerivedMutant : public testing::TestWithParam<Mutant> {};

TEST_P(DerivedMutant, IsKilledOrExcused) {
  const Mutant& mutant = GetParam();
  std::vector<tools::Experiment> experiments;
  for (const std::string& scenario : mutant.scenarios) experiments.push_back(Load(scenario));
  const auto excuse = kHarmless.find(mutant.name);
  const bool harmless = excuse != kHarmless.end();
  const Hunt hunt = HuntDown(mutant, experiments, harmless ? kSurvivedRuns : kMostRuns);
  const std::string killer = hunt.ended ? hunt.monitor : "CHECK";
  const std::string& last = mutant.scenarios[(hunt.runs - 1) % mutant.scenarios.size()];
  const std::string noticed = killer.empty() ? "nobody | |" : killer + " | " + last + " |";
  std::cout << "| " << mutant.family << " | " << mutant.name << " | " << noticed << " " << hunt.runs << " | "
            << (harmless ? excuse->second.reason + " |" : "|") << "\n";
  EXPECT_EQ(killer.empty(), harmless) << "a survivor means work to do, or an excuse; an excused mutant must survive";
  if (!harmless || !excuse->second.changes_nothing) return;
  for (const tools::Experiment& experiment : experiments) {
    EXPECT_EQ(RunMutant(experiment, 1, mutant.mutation).digest, RunMutant(experiment, 1, {}).digest);
  }
}

INSTANTIATE_TEST_SUITE_P(All, DerivedMutant, testing::ValuesIn(AllMutants()), [](const auto& info) {
  std::string name = info.param.family + "_" + info.param.name;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
});

// An excuse for a mutant that is not there any more hides nothing, but misleads.
TEST(DerivedMutants, EveryExcuseHasItsMutant) {
  const std::vector<Mutant> mutants = AllMutants();
  for (const auto& [name, excuse] : kHarmless) {
    const auto same_name = [&name = name](const Mutant& mutant) { return mutant.name == name; };
    EXPECT_TRUE(std::any_of(mutants.begin(), mutants.end(), same_name)) << name;
  }
}

}  // namespace
