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
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "gtest/gtest.h"
#include "protocols/collector/collector.h"
#include "protocols/consensus/multi_paxos.h"
#include "protocols/consensus/raft.h"
#include "protocols/consensus/zab.h"
#include "protocols/core/text.h"
#include "protocols/machines/key_value.h"
#include "protocols/machines/span_store.h"
#include "tests/harness/in_child.h"
#include "tools/experiment.h"

namespace {

constexpr std::uint32_t kMostRuns = 60;     // to kill a mutant
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

// What the mutants are made of, and where they are hunted.
struct Family {
  std::string name;
  std::string protocol;
  std::vector<std::string> scenarios;  // files in the protocol's folder here, or in this one
};

struct Mutant {
  std::string name;
  core::Mutation mutation;
  Family family;
};

// Instead of its bytes, among which are addresses: names of tests do not change from run to run.
void PrintTo(const Mutant& mutant, std::ostream* out) { *out << mutant.family.name << " " << mutant.name; }

template <class... A>
std::vector<std::string> NamesOf(const std::variant<A...>*) {
  return {std::string(core::TypeName<A>())...};
}

template <class N>
void AddMutants(const Family& family, std::vector<Mutant>& mutants) {
  const auto add = [&](const std::string& name, core::Mutation mutation) {
    mutants.push_back({name, mutation, family});
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
  AddMutants<raft::NodeOf<machines::KeyValue>>(
      {"raft", "raft", {"elections", "divided_logs", "unasked_candidacies", "patient_clients", "patient_readers", "left_behind", "first_terms"}},
      mutants);
  AddMutants<multi_paxos::NodeOf<machines::KeyValue>>(
      {"multi_paxos",
       "multi_paxos",
       {"many_candidates", "divided_logs", "patient_clients", "patient_readers", "left_behind", "appointments", "first_terms"}},
      mutants);
  AddMutants<zab::NodeOf<machines::KeyValue>>(
      {"zab",
       "zab",
       {"reigns_cut_short", "short_elections", "broken_snapshots", "patient_clients", "patient_readers", "tiny_epochs", "left_behind"}},
      mutants);
  AddMutants<collector::NodeOf<raft::NodeOf<machines::SpanStore>>>(
      {"collector", "raft", {"collectors", "lost_collectors", "patient_exporters", "left_behind_collectors"}}, mutants);
  return mutants;
}

// A scenario of this folder is played by whatever protocol it is for; one of the protocol's own goes before it.
tools::Experiment Load(const Family& family, const std::string& scenario) {
  const std::filesystem::path here = std::filesystem::path(FAULTLINE_SOURCE_DIR) / "tests/mutants";
  const std::filesystem::path own = here / family.protocol / (scenario + ".txtpb");
  const std::string file = exists(own) ? own : here / (scenario + ".txtpb");
  const std::vector<std::string> sets{"cluster.protocol=" + family.protocol};
  return tools::Prepare(scenarios::LoadScenario(file, sets).value(), "").value();
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
  for (const std::string& scenario : mutant.family.scenarios) experiments.push_back(Load(mutant.family, scenario));
  const auto excuse = kHarmless.find(mutant.name);
  const bool harmless = excuse != kHarmless.end();
  const Hunt hunt = HuntDown(mutant, experiments, harmless ? kSurvivedRuns : kMostRuns);
  const std::string killer = hunt.ended ? hunt.monitor : "CHECK";
  const std::string& last = mutant.family.scenarios[(hunt.runs - 1) % experiments.size()];
  const std::string noticed = killer.empty() ? "nobody | |" : killer + " | " + last + " |";
  std::cout << "| " << mutant.family.name << " | " << mutant.name << " | " << noticed << " " << hunt.runs << " | "
            << (harmless ? excuse->second.reason + " |" : "|") << "\n";
  EXPECT_EQ(killer.empty(), harmless) << "a survivor means work to do, or an excuse; an excused mutant must survive";
  if (!harmless || !excuse->second.changes_nothing) return;
  for (const tools::Experiment& experiment : experiments) {
    EXPECT_EQ(RunMutant(experiment, 1, mutant.mutation).digest, RunMutant(experiment, 1, {}).digest);
  }
}

INSTANTIATE_TEST_SUITE_P(All, DerivedMutant, testing::ValuesIn(AllMutants()), [](const auto& info) {
  std::string name = info.param.family.name + "_" + info.param.name;
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
