// What clients asked and were told, as the engine announces it: each request ends once, an answer says where it took
// effect, and only clients that say what they ask have a history.
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "gtest/gtest.h"
#include "invariants/invariant.h"
#include "protocols/consensus/raft.h"
#include "sim/run.h"
#include "sim/world.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using facts::AbandonReason;
using raft::Node;

// Packets are lost and come twice, leaders crash, minorities are cut off.
Plan Storm() {
  Plan plan;
  plan.nodes = 5;
  plan.peer.latency = Latency::Uniform(1ms, 10ms);
  plan.peer.loss = {20'000'000};
  plan.peer.duplicate = {200'000'000};
  plan.client = plan.peer;
  plan.disk.sync_latency = Latency::Uniform(1ms, 5ms);
  plan.workload = {4, {1ms, 50ms}, 300ms, 0};
  plan.faults = {{"crash", {}, Latency::Uniform(1s, 2s), Latency::Uniform(100ms, 500ms), {"leader"}, {}},
                 {"partition", {}, Latency::Uniform(1s, 2s), Latency::Uniform(300ms, 700ms), {"minority"}, {}}};
  plan.storm = 10s;
  plan.settle = 10s;
  return plan;
}

struct Histories : NoObserver {
  std::map<core::RequestId, facts::Invoked> invoked;
  std::map<core::RequestId, facts::Returned> returned;
  std::map<core::RequestId, facts::Abandoned> abandoned;
  std::map<core::NodeId, std::optional<core::RequestId>> open;
  int mistakes = 0;

  void OnEngineFact(core::NodeId client, const facts::Engine& fact) {
    if (const auto* f = std::get_if<facts::Invoked>(&fact)) {
      mistakes += open[client].has_value() || !invoked.emplace(f->request, *f).second;
      open[client] = f->request;
    }
    if (const auto* f = std::get_if<facts::Returned>(&fact)) End(client, *f, returned);
    if (const auto* f = std::get_if<facts::Abandoned>(&fact)) End(client, *f, abandoned);
  }
  template <class F>
  void End(core::NodeId client, const F& fact, std::map<core::RequestId, F>& ended) {
    mistakes += open[client] != fact.request || fact.at < invoked[fact.request].at;
    mistakes += core::Number(client) != 5 + core::Number(fact.request.client);
    open[client].reset();
    ended[fact.request] = fact;
  }
  std::size_t Abandoned(AbandonReason reason) const {
    std::size_t count = 0;
    for (const auto& [request, fact] : abandoned) count += fact.reason == reason;
    return count;
  }
};

struct Played {
  Histories histories;
  World<Node> world;
};

// Nothing of the log is ever dropped, so that it can be executed by hand.
raft::Config Whole() {
  raft::Config config;
  config.snapshot_every = 1'000'000;
  return config;
}

Played Play(const Plan& plan, std::uint64_t seed, raft::Config config = Whole()) {
  Played played{{}, World<Node>(std::make_shared<Plan>(plan), config, Shape{5, 5}, seed)};
  played.world.Start(played.histories);
  while (played.world.Step(played.histories)) {
  }
  return played;
}

TEST(History, EveryRequestEndsOnceAndAsTheCountsSay) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Played played = Play(Storm(), seed);
    const Histories& histories = played.histories;
    const RequestCounts& counts = played.world.requests();
    EXPECT_EQ(histories.mistakes, 0) << "seed " << seed;
    EXPECT_EQ(histories.invoked.size(), counts.sent);
    EXPECT_EQ(histories.returned.size(), counts.answered);
    EXPECT_EQ(histories.Abandoned(AbandonReason::kRefused), counts.refused);
    EXPECT_EQ(histories.Abandoned(AbandonReason::kTimedOut), counts.timed_out);
    EXPECT_GT(counts.answered, 100u);
    EXPECT_GT(counts.timed_out, 0u);
  }
}

// The log of whoever has applied most, executed by hand: the first occurrence of each command counts, unless its
// client has asked for something else since.
struct Executed {
  std::map<core::RequestId, std::uint64_t> effect;                 // where it took effect
  std::map<core::RequestId, std::optional<std::uint64_t>> before;  // its key's value until then
  std::uint64_t repeated = 0;
};

Executed Execute(const World<Node>& world) {
  const Node* furthest = &world.hosts()[0].node;
  for (const auto& host : world.hosts()) {
    if (host.node.replica.applied > furthest->replica.applied) furthest = &host.node;
  }
  Executed executed;
  std::map<core::ClientId, std::uint64_t> last;
  std::map<std::uint32_t, std::uint64_t> values;
  for (std::uint64_t index = 1; index <= furthest->replica.applied.value; ++index) {
    const Node::Proposal& entry = furthest->log[core::Index{index}].proposal;
    const machines::KeyValue::Command* command = entry.command();
    if (command == nullptr) continue;
    executed.repeated += executed.effect.count(entry.request);
    std::uint64_t& sequence = last[entry.request.client];
    if (entry.request.sequence <= sequence) continue;
    sequence = entry.request.sequence;
    executed.effect[entry.request] = index;
    const auto found = values.find(command->key);
    if (found != values.end()) executed.before[entry.request] = found->second;
    if (command->operation == machines::KeyValue::Operation::kPut) {
      values[command->key] = command->value;
    }
  }
  return executed;
}

TEST(History, AnAnswerIsThatOfTheOneTimeItsRequestTookEffect) {
  std::uint64_t repeated = 0, reads = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Played played = Play(Storm(), seed);
    Executed executed = Execute(played.world);
    repeated += executed.repeated;
    for (const auto& [request, fact] : played.histories.returned) {
      const facts::Invoked& invoked = played.histories.invoked.at(request);
      ASSERT_EQ(fact.version.value, executed.effect[request]) << core::Text(fact) << ", seed " << seed;
      ASSERT_LT(core::Number(fact.replica), 5u);
      const bool read = invoked.function == facts::Operation::kRead;
      reads += read;
      ASSERT_EQ(fact.value, read ? executed.before[request] : std::nullopt) << core::Text(fact) << ", seed " << seed;
    }
  }
  EXPECT_GT(repeated, 100u) << "or nothing was tested";
  EXPECT_GT(reads, 1000u);
}

// Almost 6000 requests; five standard deviations are 3.3 %.
TEST(History, ClientsAskForWhatTheMixSays) {
  Plan plan = Storm();
  plan.faults.clear();
  plan.workload = {8, {1ms, 10ms}, 300ms, 0, false, {.keys = 4, .reads = {800'000'000}, .hot = {200'000'000}}};
  plan.storm = 40s;
  std::map<std::uint64_t, std::uint64_t> keys;
  std::uint64_t total = 0, reads = 0;
  for (const auto& [request, fact] : Play(plan, 1).histories.invoked) {
    ++total;
    ++keys[fact.key];
    reads += fact.function == facts::Operation::kRead;
  }
  EXPECT_GT(total, 5500u);
  EXPECT_NEAR(static_cast<double>(reads) / total, 0.8, 0.033);
  EXPECT_EQ(keys.size(), 4u);
  EXPECT_NEAR(static_cast<double>(keys[0]) / total, 0.2 + 0.8 / 4, 0.033);
  EXPECT_NEAR(static_cast<double>(keys[3]) / total, 0.8 / 4, 0.033);
}

// --- reads that do not go through the log -----------------------------------------------

raft::Config Reading(raft::Reads reads) {
  raft::Config config = Whole();
  // With it a leader that nobody hears steps down before long.
  if (reads == raft::Reads::kLeader) config.check_quorum = raft::Switch::kOff;
  config.reads = reads;
  return config;
}

// As Storm, and leaders are cut off from their peers while clients still reach them.
Plan StormForReaders() {
  Plan plan = Storm();
  plan.workload.clients = 8;
  plan.faults.push_back({"partition", {}, Latency::Uniform(1s, 2s), Latency::Uniform(1s, 2s), {"leader"}, {}});
  return plan;
}

// The state after each entry, by key: the value and from which entry on.
using States = std::map<std::uint64_t, std::map<std::uint64_t, std::uint64_t>>;

States StatesOf(const Executed& executed, const World<Node>& world) {
  States states;
  for (const auto& host : world.hosts()) {
    for (const auto& [request, index] : executed.effect) {
      if (core::Index{index} > host.node.log.last()) continue;
      const auto& command = *host.node.log[core::Index{index}].proposal.command();
      if (command.operation == machines::KeyValue::Operation::kPut) states[command.key][index] = command.value;
    }
  }
  return states;
}

std::optional<std::uint64_t> ValueAt(const States& states, std::uint64_t key, std::uint64_t version) {
  const auto found = states.find(key);
  if (found == states.end()) return std::nullopt;
  const auto after = found->second.upper_bound(version);
  return after == found->second.begin() ? std::nullopt : std::optional(std::prev(after)->second);
}

struct Judged {
  std::uint64_t reads = 0;
  std::uint64_t stale = 0;  // although somebody had been told of a newer value before the read was asked for
};

// The order that raft.h promises: versions rise along each session, above all of a write, and each read has the
// value of its version.
void JudgeSessions(const Played& played, Judged& judged) {
  const Executed executed = Execute(played.world);
  const States states = StatesOf(executed, played.world);
  std::map<core::ClientId, core::Index> seen;
  for (const auto& [request, fact] : played.histories.returned) {  // by client, and in its order
    const facts::Invoked& invoked = played.histories.invoked.at(request);
    core::Index& last = seen[request.client];
    const bool write = invoked.function == facts::Operation::kWrite;
    ASSERT_TRUE(write ? fact.version > last : fact.version >= last)
        << core::Text(fact) << " after " << core::Text(last);
    last = fact.version;
    if (write) continue;
    ++judged.reads;
    ASSERT_EQ(fact.value, ValueAt(states, invoked.key, fact.version.value)) << core::Text(fact);
    for (const auto& [other, told] : played.histories.returned) {
      const facts::Invoked& theirs = played.histories.invoked.at(other);
      if (theirs.function != facts::Operation::kWrite || theirs.key != invoked.key) continue;
      if (told.at >= invoked.at || told.version <= fact.version) continue;
      ++judged.stale;
      break;
    }
  }
}

Judged JudgeReads(raft::Reads reads) {
  Judged judged;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    JudgeSessions(Play(StormForReaders(), seed, Reading(reads)), judged);
  }
  EXPECT_GT(judged.reads, 1000u);
  return judged;
}

TEST(Reads, ThroughTheLogAreNeverStale) { EXPECT_EQ(JudgeReads(raft::Reads::kStrong).stale, 0u); }

TEST(Reads, ThatAMajorityConfirmsAreNeverStale) { EXPECT_EQ(JudgeReads(raft::Reads::kIndex).stale, 0u); }
TEST(Reads, OfALeaseAreNeverStaleWhileClocksKeepTheirBounds) { EXPECT_EQ(JudgeReads(raft::Reads::kLease).stale, 0u); }

TEST(Reads, OfALeaderAreStaleOnceItIsDeposedAndDoesNotKnow) {
  const Judged judged = JudgeReads(raft::Reads::kLeader);
  EXPECT_GT(judged.stale, 0u);
  EXPECT_LT(judged.stale * 20, judged.reads);
}

TEST(Reads, OfFollowersAreStaleNowAndThen) {
  const Judged judged = JudgeReads(raft::Reads::kFollower);
  EXPECT_GT(judged.stale, 10u);
}

TEST(Reads, OffTheLogKeepEveryInvariantAndServeEverybody) {
  for (const raft::Reads reads : {raft::Reads::kLeader, raft::Reads::kFollower}) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      invariants::Panel<Node> panel(invariants::NotPromised(Reading(reads).Promises()));
      RunOptions options;
      options.seed = seed;
      const Report report =
          sim::Run<Node>(std::make_shared<Plan>(StormForReaders()), Reading(reads), Shape{5, 5}, panel, options);
      ASSERT_FALSE(report.violation) << report.violation->monitor << ": " << report.violation->explanation;
    }
  }
}

// --- who has one ----------------------------------------------------------------------

struct HasHistory {
  std::uint64_t operations{};
  invariants::Ruling On(core::NodeId, const facts::Invoked&) {
    ++operations;
    return invariants::Ruling::Fine();
  }
};
void Accepted(invariants::Story& story) { story(3, facts::Invoked{}); }
void Rejected(invariants::Story&) {}
REGISTER_INVARIANT("test-has-history", HasHistory, "for a test", "nobody", facts::Invoked);

// Its clients ask something, and nobody says what.
struct Mute {
  struct Config {};
  using Message = std::variant<core::None>;
  using Record = std::variant<core::None>;
  using Fact = std::variant<facts::LogRecovered>;
  using Request = std::uint64_t;
  using Reply = std::uint64_t;
  using Timer = core::None;
  using Env = core::Env<Mute>;
  std::uint64_t seen{};
  template <class Draw>
  static Request RandomRequest(Draw&&, std::uint64_t unique) {
    return unique;
  }
  void Start(Env&) {}
  void Replay(const core::None&) {}
  void On(core::NodeId, const core::None&, Env&) {}
  void On(Timer, Env&) {}
  void On(core::RequestId id, const Request& request, Env& env) { env.Reply(id, seen = request); }
};
static_assert(facts::DescribesRequests<Node> && !facts::DescribesRequests<Mute>);

template <class N>
bool Judges(const std::string& name) {
  invariants::Panel<N> panel;
  for (const auto& seat : panel.seats()) {
    if (seat.name == name) return true;
  }
  return false;
}

TEST(History, OnlyClientsThatSayWhatTheyAskHaveOne) {
  EXPECT_TRUE(Judges<Node>("test-has-history"));
  EXPECT_FALSE(Judges<Mute>("test-has-history"));
  EXPECT_TRUE(Judges<Mute>("progress"));
  World<Mute> world(std::make_shared<Plan>(Storm()), {}, Shape{5, 5}, 1);
  Histories histories;
  world.Start(histories);
  while (world.Step(histories)) {
  }
  EXPECT_GT(world.requests().answered, 100u);
  EXPECT_TRUE(histories.invoked.empty());
}

}  // namespace
}  // namespace sim
