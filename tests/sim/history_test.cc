// What clients asked and were told, as the engine announces it: each request ends once, an answer says where it took
// effect, and only clients that say what they ask have a history.
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "invariants/invariant.h"
#include "protocols/consensus/raft.h"
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

Played Play(const Plan& plan, std::uint64_t seed, raft::Config config = {}) {
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
    if (host.node.applied > furthest->applied) furthest = &host.node;
  }
  Executed executed;
  std::map<core::ClientId, std::uint64_t> last;
  std::map<std::uint32_t, std::uint64_t> values;
  for (std::uint64_t index = 1; index <= furthest->applied.value; ++index) {
    const Node::Entry& entry = furthest->log[index - 1];
    if (!entry.command) continue;
    executed.repeated += executed.effect.count(entry.request);
    std::uint64_t& sequence = last[entry.request.client];
    if (entry.request.sequence <= sequence) continue;
    sequence = entry.request.sequence;
    executed.effect[entry.request] = index;
    const auto found = values.find(entry.command->key);
    if (found != values.end()) executed.before[entry.request] = found->second;
    if (entry.command->operation == machines::KeyValue::Operation::kPut) {
      values[entry.command->key] = entry.command->value;
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
