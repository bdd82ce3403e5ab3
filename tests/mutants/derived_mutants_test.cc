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
#include "protocols/dissemination/async_replication.h"
#include "protocols/dissemination/causal_broadcast.h"
#include "protocols/dissemination/gossip.h"
#include "protocols/dissemination/virtual_synchrony.h"
#include "protocols/machines/key_value.h"
#include "protocols/machines/span_store.h"
#include "tests/harness/in_child.h"
#include "tools/experiment.h"

namespace {

constexpr std::uint32_t kMostRuns = 1500;     // to kill a mutant
constexpr std::uint32_t kSurvivedRuns = 120;  // that a harmless one must survive

// Why a mutant does no harm. `changes_nothing`: its runs are those of the original, step by step.
struct Excuse {
  std::string reason;
  bool changes_nothing = false;
};

// By the mutant's name; or by its family's and its own, where it means something else there.
const std::map<std::string, Excuse> kHarmless = {
    {"nothing", {"no bug is planted: the scenarios themselves are clean", true}},
    // What never waits.
    {"early Append", {"a leader never waits with it: what it replicates need not be on its own disk", true}},
    {"early Accept", {"a leader never waits with it: what it proposes need not be on its own disk", true}},
    {"early Heartbeat", {"never waits: a leader's term or ballot was on its disk before anybody elected it", true}},
    {"early Ping", {"never waits: it says nothing but that its sender is there", true}},
    {"early Pong", {"never waits: it says what has come, not what is on disk", true}},
    {"early Export", {"an application writes nothing, so its exports never wait", true}},
    {"early Call", {"an application writes nothing, so its calls never wait", true}},
    {"zab early Propose",
     {"only what is sent again ever waits: the leader's own copy counts with LOGGED, not with this"}},
    // What promises nothing.
    {"early Propose", {"passes on what a client asked and promises nothing"}},
    {"early Forward", {"passes on what a client asked and promises nothing"}},
    {"early Refused", {"promises nothing: the client is told that the outcome is unknown"}},
    {"early Suspect", {"a question, which promises nothing"}},
    {"early CatchUp", {"a question, which promises nothing"}},
    {"early ReadIndex", {"a question, which promises nothing"}},
    {"early Sync", {"a question, which promises nothing"}},
    {"early Opinion", {"that no leader is heard is no promise, and what it calls chosen a majority has on disk"}},
    {"early Nack", {"names a ballot to stay above, and anybody may go above any ballot"}},
    {"early TimeoutNow",
     {"a node may campaign at any time, and the term was on the leader's disk before it was elected"}},
    {"early TakeOver", {"a node may campaign at any time, and the ballot was on the leader's disk before it led"}},
    {"early Notification", {"an election is a guess: what a history holds is told again, from the disk, in ACKEPOCH"}},
    {"early Closed", {"ends a connection, and who loses one only elects again"}},
    {"early FollowerInfo",
     {"may spend a name that a crash takes back, but all else under that name waits for the disk, so the next name "
      "serves"}},
    {"early LeaderInfo",
     {"asks for promises of an epoch that a crash may take back, but then nothing that counts on them has left"}},
    {"early Diff", {"compares with what was on the leader's disk when LEADERINFO left, or was broadcast since"}},
    {"early Trunc",
     {"cuts what is not in the leader's history, which has all that is committed and was on disk when LEADERINFO "
      "left"}},
    {"early NewLeader", {"who acknowledges the epoch has it on disk, and the leader counts itself only with LOGGED"}},
    {"collector early HeartbeatReply",
     {"confirms that a leader is heard, which only reads count on, and a span store has none"}},
    // What others have on their disks.
    {"early InstallSnapshot",
     {"what a snapshot holds is committed: a majority has it on disk, with or without the sender"}},
    {"early Snap", {"what a snapshot holds is committed: a quorum has it on disk, with or without the sender"}},
    {"early Learn", {"what is chosen a majority has on disk, with or without the sender"}},
    {"early UpToDate", {"what it calls committed a quorum has on disk, with or without the leader"}},
    {"early Commit", {"what it calls committed a quorum has on disk, with or without the leader"}},
    {"early Inform", {"an observer is sent what is committed: a quorum has it on disk, with or without the leader"}},
    {"early ReadIndexReply",
     {"others have confirmed that the leader led, and the asker waits until it has applied so much"}},
    {"early Synced", {"others have confirmed that the leader led, and the asker waits until it has applied so much"}},
    {"early SnapshotDue",
     {"a checkpoint is behind what it stands for in the journal, so no crash keeps it without that"}},
    // What only costs something.
    {"ignore SnapshotDue", {"costs space: no snapshot is ever taken, and logs keep everything"}},
    {"raft ignore Refused", {"costs time: the next term, or the client's own timeout, tells it as well"}},
    {"multi_paxos ignore Refused", {"costs time: the next ballot, or the client's own timeout, tells it as well"}},
    {"collector ignore Refused", {"costs time: the next term, or the exporter's own timeout, tells it as well"}},
    {"zab ignore Refused",
     {"costs time: a leader refuses when its epoch is used up, and gives up all connections soon"}},
    {"ignore TimeoutNow", {"costs time: a leader goes on if its successor is not elected soon"}},
    {"ignore TakeOver", {"costs time: a leader goes on if its successor does not lead soon, or followers miss it"}},
    {"ignore Closed", {"costs time: a connection that is over falls silent, and silence ends it too"}},
    {"ignore Call", {"as a lost packet: the operation never starts, and nothing was promised about it"}},
    // What is told in other ways too, where nothing is agreed on.
    {"early Probe", {"a question, which promises nothing: what is known is told by Syn"}},
    {"gossip forget Checkpoint", {"costs space: the journal says the same, at greater length"}},
    {"gossip forget Known", {"what these names stood for has been replaced by what is on disk, and is told again"}},
    {"gossip ignore Ack2", {"costs time: what was not pushed is pulled"}},
    {"gossip ignore Rumour", {"costs time: what is not told at once anti-entropy brings"}},
    {"causal_broadcast forget Checkpoint", {"costs space: the journal says the same, at greater length"}},
    {"causal_broadcast forget Stable", {"costs space: what all have is kept once more"}},
    {"causal_broadcast ignore Data", {"costs time: what is missing is asked for"}},
    {"causal_broadcast ignore Delivered", {"costs space and time: Ask and Missing say how far one has come, too"}},
    {"async_replication forget Checkpoint", {"costs space: the journal says the same, at greater length"}},
    {"async_replication forget Known",
     {"what these names stood for has been replaced by what is on disk, and is told again"}},
    {"async_replication ignore Ack2", {"costs time: what was not pushed is pulled"}},
    {"async_replication ignore Batch", {"costs time: repair brings what the streams do not"}},
    {"virtual_synchrony forget Stable", {"costs space: what all members have is kept once more"}},
    {"virtual_synchrony forget Checkpoint", {"costs space: the journal says the same, at greater length"}},
    {"virtual_synchrony early Join", {"says only that its sender is there, and where it is not"}},
    {"virtual_synchrony early Flush",
     {"the proposal waits for the promise, so a ballot that another life uses again had no proposal yet"}},
    {"virtual_synchrony early Propose", {"what it rests on has been on disk since its Flush left"}},
    {"virtual_synchrony early Refused", {"promises nothing: a higher ballot is asked for than need be"}},
    {"virtual_synchrony early Install", {"what is decided is on the disks of a majority"}},
    {"virtual_synchrony early Fetch", {"a question, which promises nothing"}},
    {"virtual_synchrony early State", {"how a view begins has been decided"}},
    {"virtual_synchrony ignore Multicast", {"costs time: what is missing is asked for"}},
    {"virtual_synchrony ignore Delivered", {"costs space and time: Ask and Missing say how far one has come, too"}},
    // What collectors never send.
    {"collector early TimeoutNow", {"never sent: collectors have no operators who move the leadership", true}},
    {"collector ignore TimeoutNow", {"never sent: collectors have no operators who move the leadership", true}},
    {"collector early ReadIndex", {"never sent: nobody reads from collectors", true}},
    {"collector ignore ReadIndex", {"never sent: nobody reads from collectors", true}},
    {"collector early ReadIndexReply", {"never sent: nobody reads from collectors", true}},
    {"collector ignore ReadIndexReply", {"never sent: nobody reads from collectors", true}},
};

// What the mutants are made of, and where they are hunted.
struct Family {
  std::string name;
  std::string protocol;
  std::vector<std::string> scenarios;  // files in the protocol's folder here, or in this one
};

const Family kRaft{"raft",
                   "raft",
                   {"elections", "divided_logs", "unasked_candidacies", "patient_clients", "patient_readers",
                    "left_behind", "transferred_leases", "first_terms"}};
const Family kMultiPaxos{"multi_paxos",
                         "multi_paxos",
                         {"elections", "many_candidates", "lost_candidacies", "patient_clients", "patient_readers",
                          "left_behind", "memberships", "appointments", "first_terms"}};
const Family kZab{"zab",
                  "zab",
                  {"reigns_cut_short", "short_elections", "broken_snapshots", "patient_clients", "patient_readers",
                   "slow_observers", "tiny_epochs", "left_behind"}};
const Family kCollector{
    "collector", "raft", {"collectors", "lost_collectors", "patient_exporters", "left_behind_collectors"}};
const Family kGossip{"gossip", "gossip", {"small_batches", "digests_first", "lost_writers", "standing_clocks"}};
const Family kCausalBroadcast{
    "causal_broadcast", "causal_broadcast", {"small_batches", "lost_writers", "standing_clocks"}};
const Family kAsyncReplication{
    "async_replication", "async_replication", {"small_batches", "digests_first", "lost_writers", "standing_clocks"}};

const Family kVirtualSynchrony{"virtual_synchrony", "virtual_synchrony", {"put_out", "small_batches", "lost_writers"}};

struct Mutant {
  std::string name;
  core::Mutation mutation;
  Family family;
};

// Instead of its bytes, among which are addresses: names of tests do not change from run to run.
void PrintTo(const Mutant& mutant, std::ostream* out) { *out << mutant.family.name << " " << mutant.name; }

// Null: none, so it has to be killed.
const Excuse* ExcuseFor(const Mutant& mutant) {
  for (const std::string& name : {mutant.family.name + " " + mutant.name, mutant.name}) {
    const auto excuse = kHarmless.find(name);
    if (excuse != kHarmless.end()) return &excuse->second;
  }
  return nullptr;
}

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
  AddMutants<raft::NodeOf<machines::KeyValue>>(kRaft, mutants);
  AddMutants<multi_paxos::NodeOf<machines::KeyValue>>(kMultiPaxos, mutants);
  AddMutants<zab::NodeOf<machines::KeyValue>>(kZab, mutants);
  AddMutants<gossip::Node>(kGossip, mutants);
  AddMutants<causal_broadcast::Node>(kCausalBroadcast, mutants);
  AddMutants<async_replication::Node>(kAsyncReplication, mutants);
  AddMutants<virtual_synchrony::Node>(kVirtualSynchrony, mutants);
  AddMutants<collector::NodeOf<raft::NodeOf<machines::SpanStore>>>(kCollector, mutants);
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

// A line of README.md's table.
std::string Row(const Mutant& mutant, const Hunt& hunt, const std::string& killer, const Excuse* excuse) {
  const std::vector<std::string>& scenarios = mutant.family.scenarios;
  const std::string& last = scenarios[(hunt.runs - 1) % scenarios.size()];
  return "| " + mutant.family.name + " | " + mutant.name + " | " +
         (killer.empty() ? "nobody | |" : killer + " | " + last + " |") + " " + std::to_string(hunt.runs) + " | " +
         (excuse != nullptr ? excuse->reason + " |" : "|");
}

TEST_P(DerivedMutant, IsKilledOrExcused) {
  const Mutant& mutant = GetParam();
  std::vector<tools::Experiment> experiments;
  for (const std::string& scenario : mutant.family.scenarios) experiments.push_back(Load(mutant.family, scenario));
  const Excuse* excuse = ExcuseFor(mutant);
  const Hunt hunt = HuntDown(mutant, experiments, excuse != nullptr ? kSurvivedRuns : kMostRuns);
  const std::string killer = hunt.ended ? hunt.monitor : "CHECK";
  std::cout << Row(mutant, hunt, killer, excuse) << "\n";
  EXPECT_EQ(killer.empty(), excuse != nullptr)
      << "a survivor means work to do, or an excuse; an excused mutant must survive";
  if (excuse == nullptr || !excuse->changes_nothing) return;
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
    const auto is_its = [&excuse = excuse](const Mutant& mutant) { return ExcuseFor(mutant) == &excuse; };
    EXPECT_TRUE(std::any_of(mutants.begin(), mutants.end(), is_its)) << name;
  }
}

}  // namespace
