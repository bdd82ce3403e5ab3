// Virtual synchrony, story by story: a group of nodes whose network the test is. tests/…/storm_test.cc plays it in
// storms.
#include "protocols/dissemination/virtual_synchrony.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "invariants/invariant.h"
#include "protocols/core/chooser.h"
#include "protocols/core/text.h"

namespace virtual_synchrony {
namespace {

using namespace std::chrono_literals;
using machines::KeyValue;
using Members = core::List<NodeId>;

constexpr NodeId kN0{0}, kN1{1}, kN2{2}, kN3{3}, kN4{4};

// --- settings ------------------------------------------------------------------------------------------

TEST(VirtualSynchronyConfig, AsManyMayBeLostAsASmallestViewBears) {
  const auto electorate = [](std::uint32_t nodes, std::uint32_t smallest, std::uint32_t acks) {
    Config config;
    config.nodes = nodes;
    config.smallest = smallest;
    config.acks = acks;
    return config.Electorate();
  };
  EXPECT_EQ(electorate(5, 3, 2), 3u) << "one of five: two of the three members of a view are left, and four nodes";
  EXPECT_EQ(electorate(5, 3, 1), 1u) << "nobody: what was acknowledged may be nowhere else";
  EXPECT_EQ(electorate(5, 2, 2), 1u) << "nobody: one of two is no majority";
  EXPECT_EQ(electorate(5, 5, 3), 1u) << "nobody: all are needed";
  EXPECT_EQ(electorate(7, 5, 3), 5u);
  EXPECT_EQ(electorate(3, 9, 2), 1u) << "there are no more than three";
  EXPECT_EQ(electorate(1, 3, 1), 1u);
}

// --- a group ---------------------------------------------------------------------------------------------

// Disks are quick. Nothing moves unless the test says so.
struct Group final : core::Clocks {
  struct Envelope {
    NodeId from, to;
    Node::Message message;
  };
  struct Place {
    Node node;
    std::vector<Node::Record> journal;
    bool up = true;
  };
  Config config;
  std::vector<Place> places;
  std::deque<Envelope> flight;
  std::set<std::pair<NodeId, NodeId>> broken;  // links, from whom to whom
  std::function<bool(const Envelope&)> lost = [](const Envelope&) { return false; };
  std::map<core::RequestId, std::vector<Node::Reply>> replies;
  invariants::Panel<Node> panel;
  core::Seeded chooser{1};
  std::uint64_t draws = 0;

  explicit Group(
      std::uint32_t nodes = 5, void (*configure)(Config&) = [](Config&) {})
      : places(nodes), panel(invariants::NotPromised(facts::Promise::kNothing)) {
    config.nodes = nodes;
    configure(config);
    for (std::uint32_t node = 0; node < nodes; ++node) Start(NodeId{node});
    Pass();
  }
  core::LocalTime Local() const override { return {}; }
  core::WallTime Wall() const override { return {}; }
  core::WallInterval WallBounds() const override { return {}; }

  Place& At(NodeId node) { return places[core::Number(node)]; }
  Node& operator[](NodeId node) { return At(node).node; }

  template <class F>
  void Step(NodeId node, F&& step) {
    core::Effects<Node> effects;
    const core::Surroundings surroundings{node, this, &chooser, &draws};
    core::Env<Node> env(surroundings, config, effects);
    step(At(node).node, env);
    for (const auto& record : effects.written) At(node).journal.push_back(record);
    for (const auto& fact : effects.announced) panel.OnFact(node, fact);
    for (auto& sent : effects.sent) flight.push_back({node, sent.to, std::move(sent.message)});
    for (auto& replied : effects.replied) replies[replied.to].push_back(std::move(replied.reply));
    ASSERT_EQ(panel.broken(), nullptr) << panel.broken()->name << ": " << panel.broken()->monitor->violation;
  }
  void Start(NodeId node) {
    Step(node, [](Node& n, Node::Env& env) { n.Start(env); });
  }
  void Crash(NodeId node) {
    At(node).up = false;
    panel.OnEngineFact(node, facts::Crashed{});
  }
  void Restart(NodeId node) {
    At(node).up = true;
    At(node).node = {};
    for (const auto& record : At(node).journal) std::visit([&](const auto& r) { At(node).node.Replay(r); }, record);
    Start(node);
  }
  template <class M>
  void Hear(NodeId from, NodeId to, const M& message) {
    Step(to, [&](Node& n, Node::Env& env) { n.On(from, message, env); });
  }

  // Whatever is on its way, and what follows from it.
  void Pass() {
    while (!flight.empty()) {
      const Envelope envelope = std::move(flight.front());
      flight.pop_front();
      if (broken.count({envelope.from, envelope.to}) > 0 || !At(envelope.to).up || lost(envelope)) continue;
      std::visit([&](const auto& message) { Hear(envelope.from, envelope.to, message); }, envelope.message);
    }
  }
  void Tick(NodeId node) {
    if (At(node).up) Step(node, [](Node& n, Node::Env& env) { n.On(Node::Timer::kTell, env); });
  }
  void Tick(std::uint32_t times) {
    for (; times > 0; --times) {
      for (std::uint32_t node = 0; node < config.nodes; ++node) Tick(NodeId{node});
      Pass();
    }
  }
  // Long enough to miss somebody and to make another view.
  void Settle() { Tick(3 * config.silence); }

  void CutOff(std::initializer_list<NodeId> some) {
    const std::set<NodeId> side(some);
    for (std::uint32_t a = 0; a < config.nodes; ++a) {
      for (std::uint32_t b = 0; b < config.nodes; ++b) {
        if (side.count(NodeId{a}) != side.count(NodeId{b})) broken.emplace(NodeId{a}, NodeId{b});
      }
    }
  }
  void Heal() { broken.clear(); }

  core::RequestId Ask(NodeId node, std::uint32_t client, KeyValue::Command command) {
    static std::uint64_t sequence = 0;
    const core::RequestId id{core::ClientId{client}, ++sequence};
    Step(node, [&](Node& n, Node::Env& env) { n.On(id, Node::Request{command, {}, {}, {}, {}}, env); });
    return id;
  }
  core::RequestId Write(NodeId node, std::uint32_t key, std::uint64_t value) {
    return Ask(node, 1 + core::Number(node), {KeyValue::Operation::kPut, key, value});
  }
  std::uint64_t Read(NodeId node, std::uint32_t key) {
    const core::RequestId id = Ask(node, 101, {KeyValue::Operation::kGet, key, 0});
    return replies[id].at(0).result->value.value_or(0);
  }
  bool IsTold(core::RequestId id) { return !replies[id].empty() && replies[id].back().result.has_value(); }
  bool IsRefused(core::RequestId id) { return !replies[id].empty() && !replies[id].back().result.has_value(); }

  Members MembersAt(NodeId node) { return (*this)[node].view().members; }
  std::uint64_t ViewAt(NodeId node) { return (*this)[node].view().number.value; }
  void ExpectOneView(const Members& members) {
    for (const NodeId node : members) {
      EXPECT_EQ(MembersAt(node), members) << core::Text(node);
      EXPECT_EQ(ViewAt(node), ViewAt(members.front())) << core::Text(node);
      EXPECT_FALSE((*this)[node].stopped()) << core::Text(node);
    }
  }
};

// Says which messages are lost: those of the type, from one node to another.
template <class M>
auto Lose(std::set<std::pair<NodeId, NodeId>> links) {
  return [links](const Group::Envelope& envelope) {
    return std::holds_alternative<M>(envelope.message) && links.count({envelope.from, envelope.to}) > 0;
  };
}
// What this node sends but nothing of this type to those.
template <class M>
auto LoseAllBut(NodeId from, std::set<NodeId> to) {
  return [from, to](const Group::Envelope& envelope) {
    return std::holds_alternative<M>(envelope.message) && envelope.from == from && to.count(envelope.to) == 0;
  };
}

const Members kAll{kN0, kN1, kN2, kN3, kN4};

// --- in one view --------------------------------------------------------------------------------------

TEST(VirtualSynchrony, EverybodyBeginsInOneViewAndHearsWhatIsWritten) {
  Group group;
  group.ExpectOneView(kAll);
  EXPECT_TRUE(group.IsTold(group.Write(kN0, 7, 41)));
  group.Pass();
  for (const NodeId node : kAll) EXPECT_EQ(group.Read(node, 7), 41u);
  group.Settle();
  EXPECT_EQ(group.ViewAt(kN0), 1u) << "nobody was missed";
  for (const NodeId node : kAll) EXPECT_TRUE(group[node].kept.empty()) << "all have it, and all know that";
}

TEST(VirtualSynchrony, AnEffectWaitsForItsCause) {
  Group group;
  group.broken.emplace(kN0, kN2);
  group.Write(kN0, 7, 41);
  group.Pass();
  group.lost = [](const Group::Envelope& e) { return std::holds_alternative<Missing<KeyValue>>(e.message); };
  group.Write(kN1, 8, 42);
  group.Pass();
  EXPECT_EQ(group.Read(kN2, 8), 0u);
  EXPECT_EQ(group[kN2].pending.size(), 1u);
  group.lost = [](const Group::Envelope&) { return false; };
  group.Tick(4);
  EXPECT_EQ(group.Read(kN2, 7), 41u) << "n1 passes it on";
  EXPECT_EQ(group.Read(kN2, 8), 42u);
  EXPECT_EQ(group.ViewAt(kN2), 1u);
}

TEST(VirtualSynchrony, ANodeAloneNeedsNobody) {
  Group group(1);
  EXPECT_TRUE(group.IsTold(group.Write(kN0, 7, 41)));
  group.Settle();
  EXPECT_EQ(group.Read(kN0, 7), 41u);
  group.Crash(kN0);
  group.Restart(kN0);
  EXPECT_EQ(group.Read(kN0, 7), 41u);
}

// --- who is silent is put out ----------------------------------------------------------------------------

TEST(VirtualSynchrony, TheOthersGoOnWithoutWhoIsSilent) {
  Group group;
  group.Crash(kN4);
  group.Settle();
  group.ExpectOneView({kN0, kN1, kN2, kN3});
  EXPECT_EQ(group.ViewAt(kN0), 2u);
  EXPECT_TRUE(group.IsTold(group.Write(kN1, 7, 41)));
  group.Tick(3);
  EXPECT_TRUE(group[kN1].kept.empty()) << "nobody waits for n4";
}

TEST(VirtualSynchrony, IfTheFirstIsSilentTheSecondMakesTheView) {
  Group group;
  group.Crash(kN0);
  group.Settle();
  group.ExpectOneView({kN1, kN2, kN3, kN4});
  EXPECT_EQ(group.ViewAt(kN1), 2u);
}

// A hang is no silence: what others said waits to be read, but no pause of ours went by without it.
TEST(VirtualSynchrony, WhoStoodStillMissesNobodyForIt) {
  Group group;
  group.At(kN0).up = false;
  group.Tick(2);
  group.At(kN0).up = true;
  group.Settle();
  EXPECT_EQ(group.ViewAt(kN0), 1u);
}

TEST(VirtualSynchrony, NobodyIsPutOutIfTooFewWouldBeLeft) {
  Group group(3);
  group.Crash(kN2);
  group.Settle();
  EXPECT_EQ(group.ViewAt(kN0), 1u);
  EXPECT_TRUE(group.IsTold(group.Write(kN0, 7, 41))) << "a majority goes on as it is";
  group.Pass();
  EXPECT_EQ(group[kN0].kept.size(), 1u) << "and keeps what n2 lacks";
  group.Restart(kN2);
  group.Settle();
  EXPECT_EQ(group.Read(kN2, 7), 41u);
  EXPECT_TRUE(group[kN0].kept.empty());
}

// --- the flush -------------------------------------------------------------------------------------------

// n4 writes, n3 alone hears of it, n4 is gone: the others have it before they go on.
TEST(VirtualSynchrony, WhatOneSurvivorHasAllExecuteInTheOldView) {
  Group group;
  group.lost = LoseAllBut<Multicast<KeyValue>>(kN4, {kN3});
  group.Write(kN4, 7, 41);
  group.Pass();
  group.Crash(kN4);
  group.lost = [](const Group::Envelope& e) { return std::holds_alternative<Missing<KeyValue>>(e.message); };
  group.Settle();
  group.ExpectOneView({kN0, kN1, kN2, kN3});
  for (const NodeId node : {kN0, kN1, kN2, kN3}) {
    EXPECT_EQ(group.Read(node, 7), 41u);
    EXPECT_EQ(group[node].standing.current.cut[kN4], 1u);
    EXPECT_TRUE(group[node].kept.empty());
  }
}

TEST(VirtualSynchrony, WhoHasStoppedNeitherWritesNorExecutes) {
  Group group;
  group.CutOff({kN0});
  for (std::uint32_t i = 0; i <= group.config.silence; ++i) group.Tick(kN0);
  ASSERT_TRUE(group[kN0].stopped());
  const core::RequestId held = group.Write(kN0, 7, 41);
  EXPECT_EQ(group.Read(kN0, 7), 0u);
  const convergence::Update<KeyValue> update{{kN1, 1}, {}, {KeyValue::Operation::kPut, 8, 42}};
  group.Hear(kN1, kN0, Multicast<KeyValue>{{1}, {update, {}}});
  group.Hear(kN1, kN0, Rest<KeyValue>{{1}, {{update, {}}}});
  group.Hear(kN1, kN0, Missing<KeyValue>{{1}, {{update, {}}}, {}});
  EXPECT_EQ(group.Read(kN0, 8), 0u);
  EXPECT_TRUE(group[kN0].pending.empty());
  group.flight.clear();
  group.Heal();
  group.Settle();
  group.ExpectOneView(kAll);
  EXPECT_TRUE(group.IsTold(held)) << "it is written in the next view";
  EXPECT_EQ(group.Read(kN3, 7), 41u);
}

TEST(VirtualSynchrony, WhatHasStoppedStaysSoWhenItStartsAgain) {
  Group group;
  group.CutOff({kN0});
  for (std::uint32_t i = 0; i <= group.config.silence; ++i) group.Tick(kN0);
  const Epoch promised = group[kN0].standing.promised;
  EXPECT_GT(promised, Epoch{});
  group.Crash(kN0);
  group.Restart(kN0);
  EXPECT_TRUE(group[kN0].stopped());
  EXPECT_EQ(group[kN0].standing.promised, promised);
  for (std::uint32_t i = 0; i <= group.config.silence; ++i) group.Tick(kN0);
  EXPECT_GT(group[kN0].standing.promised, promised) << "no two lives of a coordinator share a ballot";
}

TEST(VirtualSynchrony, DataOfAnOldViewIsDropped) {
  Group group;
  group.lost = LoseAllBut<Multicast<KeyValue>>(kN4, {});
  group.Write(kN4, 7, 41);
  const Group::Envelope late = [&] {
    for (const auto& envelope : group.flight) {
      if (envelope.to == kN0) return envelope;
    }
    return group.flight.front();
  }();
  group.Pass();
  group.Crash(kN4);
  group.Settle();
  ASSERT_EQ(group.ViewAt(kN0), 2u);
  group.Hear(kN4, kN0, std::get<Multicast<KeyValue>>(late.message));
  EXPECT_EQ(group.Read(kN0, 7), 0u);
  EXPECT_TRUE(group[kN0].pending.empty());
  group.Restart(kN4);
  group.lost = [](const Group::Envelope&) { return false; };
  group.Settle();
  group.ExpectOneView(kAll);
  for (const NodeId node : kAll) EXPECT_EQ(group.Read(node, 7), 41u) << "its writer brought it along";
}

// --- coordinators ------------------------------------------------------------------------------------------

// Of the members that n0 asks to stop only n1 hears it.
TEST(VirtualSynchrony, ACoordinatorThatCrashesInTheFlushIsReplaced) {
  Group group;
  group.Crash(kN4);
  group.lost = LoseAllBut<Flush>(kN0, {kN1});
  while (!group[kN1].stopped()) group.Tick(1u);
  group.Crash(kN0);
  EXPECT_EQ(group.ViewAt(kN1), 1u);
  group.Settle();
  group.Settle();
  group.ExpectOneView({kN1, kN2, kN3});
  group.lost = [](const Group::Envelope&) { return false; };
  group.Restart(kN0);
  group.Restart(kN4);
  group.Settle();
  group.ExpectOneView(kAll);
}

// n0's proposal has reached one acceptor: it may be decided for all that others know, so it stands.
TEST(VirtualSynchrony, WhatOneAcceptorVotedForIsProposedAgain) {
  Group group;
  group.Write(kN0, 7, 41);
  group.Pass();
  group.Crash(kN4);
  group.lost = LoseAllBut<Propose<KeyValue>>(kN0, {kN1});
  while (!group[kN1].standing.vote) group.Tick(1u);
  const Successor<KeyValue> first = group[kN1].standing.vote->successor;
  group.Crash(kN0);
  group.Restart(kN4);
  group.Settle();
  group.Settle();
  EXPECT_EQ(first.view.members, (Members{kN0, kN1, kN2, kN3}));
  group.ExpectOneView({kN1, kN2, kN3, kN4});
  EXPECT_GT(group.ViewAt(kN1), 2u) << "the second view was that with n0, which was silent in it";
}

// Decided, and nobody else has heard of it.
TEST(VirtualSynchrony, WhatWasDecidedIsDecidedAgainAlike) {
  Group group;
  group.Crash(kN4);
  group.lost = LoseAllBut<Install<KeyValue>>(kN0, {});
  while (group.ViewAt(kN0) == 1) group.Tick(1u);
  group.Crash(kN0);
  group.lost = [](const Group::Envelope&) { return false; };
  group.Settle();
  group.Settle();
  group.ExpectOneView({kN1, kN2, kN3});
  group.Restart(kN0);
  group.Settle();
  group.ExpectOneView({kN0, kN1, kN2, kN3});
}

// n0 and n1 do not hear each other and each takes itself for the first; the monitors see to it that there is one chain.
TEST(VirtualSynchrony, TwoCoordinatorsMakeOneView) {
  Group group;
  group.Crash(kN4);
  group.broken = {{kN0, kN1}, {kN1, kN0}};
  group.Settle();
  group.Settle();
  group.Heal();
  group.Settle();
  group.Settle();
  group.ExpectOneView({kN0, kN1, kN2, kN3});
}

TEST(VirtualSynchrony, ABallotBelowThePromisedOneIsRefused) {
  Group group;
  group.Hear(kN1, kN2, Flush{group[kN2].view(), Epoch{16}, {}});
  group.flight.clear();
  group.Hear(kN0, kN2, Flush{group[kN2].view(), Epoch{15}, {}});
  ASSERT_EQ(group.flight.size(), 1u);
  EXPECT_EQ(std::get<Refused>(group.flight[0].message).promised, Epoch{16});
  group.flight.clear();
  Successor<KeyValue> next;
  next.view = {{2}, {kN0, kN2}};
  group.Hear(kN0, kN2, Propose<KeyValue>{{1}, {Epoch{15}, next}});
  EXPECT_FALSE(group[kN2].standing.vote);
  EXPECT_EQ(std::get<Refused>(group.flight.at(0).message).promised, Epoch{16});
}

TEST(VirtualSynchrony, TheReportsMakeTheCut) {
  Change<KeyValue> change;
  const auto clock = [](std::uint64_t of_n0, std::uint64_t of_n1) {
    VectorClock counts;
    counts.Raise(kN0, of_n0);
    counts.Raise(kN1, of_n1);
    return counts;
  };
  change.reports = {{kN0, clock(3, 1)}, {kN1, clock(2, 2)}, {kN4, clock(4, 0)}};
  for (const Dot& dot : {Dot{kN0, 2}, Dot{kN0, 3}, Dot{kN0, 4}, Dot{kN1, 2}}) change.data[dot].update.dot = dot;
  const Successor<KeyValue> next = change.After({{6}, {kN0, kN1, kN2}});
  EXPECT_EQ(next.view.number, Index{7});
  EXPECT_EQ(next.view.members, (Members{kN0, kN1, kN4}));
  EXPECT_EQ(next.joined, Members{kN4});
  EXPECT_EQ(next.cut, clock(4, 2));
  std::vector<Dot> dots;
  for (const auto& data : next.data) dots.push_back(data.update.dot);
  EXPECT_EQ(dots, (std::vector<Dot>{{kN0, 3}, {kN0, 4}, {kN1, 2}})) << "both survivors have n0:2";
}

// --- a minority, and back again -----------------------------------------------------------------------

TEST(VirtualSynchrony, AMinorityServesReadsAndRefusesWrites) {
  Group group;
  group.Write(kN0, 7, 41);
  group.Pass();
  group.CutOff({kN3, kN4});
  group.Settle();
  group.ExpectOneView({kN0, kN1, kN2});
  const core::RequestId write = group.Write(kN3, 8, 42);
  EXPECT_TRUE(group.replies[write].empty()) << "it waits for a view";
  EXPECT_EQ(group.Read(kN3, 7), 41u);
  group.Tick(group.config.hold);
  EXPECT_TRUE(group.IsRefused(write));
  EXPECT_EQ(group.ViewAt(kN3), 1u);
  group.Heal();
  group.Settle();
  group.ExpectOneView(kAll);
  EXPECT_EQ(group.Read(kN3, 8), 0u);
}

// n4 did not know yet that it is cut off, and has told its client.
TEST(VirtualSynchrony, WhatWasWrittenOutsideComesAlong) {
  Group group;
  group.CutOff({kN4});
  EXPECT_TRUE(group.IsTold(group.Write(kN4, 7, 41)));
  group.Settle();
  group.ExpectOneView({kN0, kN1, kN2, kN3});
  group.Write(kN0, 8, 42);
  group.Heal();
  group.Settle();
  group.ExpectOneView(kAll);
  for (const NodeId node : kAll) {
    EXPECT_EQ(group.Read(node, 7), 41u);
    EXPECT_EQ(group.Read(node, 8), 42u);
    EXPECT_TRUE(group[node].kept.empty());
  }
}

// Nobody keeps what n4 missed: it is given the state, one update at a time.
TEST(VirtualSynchrony, WhoJoinsIsGivenTheState) {
  Group group(5, [](Config& config) { config.max_batch = 1; });
  group.Write(kN4, 1, 11);
  group.Pass();
  group.Crash(kN4);
  group.Settle();
  for (std::uint32_t key = 1; key <= 6; ++key) {
    group.Write(kN0, key, 20 + key);
    group.Pass();
    group.Write(kN1, key % 2, 30 + key);  // some of it is overwritten
    group.Pass();
  }
  group.Tick(3);
  for (const NodeId node : {kN0, kN1, kN2, kN3}) ASSERT_TRUE(group[node].kept.empty());
  group.Restart(kN4);
  group.Settle();
  group.ExpectOneView(kAll);
  EXPECT_EQ(group[kN4].replica().store(), group[kN0].replica().store());
  EXPECT_EQ(group[kN4].replica().machine.values, group[kN0].replica().machine.values);
  for (const NodeId node : kAll) EXPECT_FALSE(group[node].standing.base) << "nobody needs it any more";
}

// Whoever gives it the state has executed more since: n4 is given that with which the view began.
TEST(VirtualSynchrony, TheStateIsThatWithWhichTheViewBegan) {
  Group group;
  group.Crash(kN4);
  group.Settle();
  group.Write(kN0, 7, 41);
  group.Tick(3);
  group.Restart(kN4);
  group.lost = [](const Group::Envelope& e) { return std::holds_alternative<State<KeyValue>>(e.message); };
  group.Settle();
  ASSERT_EQ(group.MembersAt(kN0), kAll);
  const std::uint64_t joined = group.ViewAt(kN0);
  group.Settle();
  EXPECT_EQ(group.ViewAt(kN0), joined) << "who is being given the state is there";
  group.Write(kN1, 7, 42);
  group.Pass();
  group.lost = [](const Group::Envelope& e) {
    return std::holds_alternative<Missing<KeyValue>>(e.message) ||
           std::holds_alternative<Multicast<KeyValue>>(e.message);
  };
  group.Tick(2);
  EXPECT_EQ(group.ViewAt(kN4), group.ViewAt(kN0));
  EXPECT_EQ(group.Read(kN4, 7), 41u);
  group.lost = [](const Group::Envelope&) { return false; };
  group.Tick(4);
  EXPECT_EQ(group.Read(kN4, 7), 42u);
}

TEST(VirtualSynchrony, WhoWasDownForAMomentIsNotMissed) {
  Group group;
  group.Crash(kN4);
  group.Write(kN0, 7, 41);
  group.Tick(2);
  group.Restart(kN4);
  group.Tick(4);
  EXPECT_EQ(group.ViewAt(kN4), 1u);
  EXPECT_EQ(group.Read(kN4, 7), 41u);
}

TEST(VirtualSynchrony, AClientIsToldWhenEnoughMembersHaveItsWrite) {
  Group group(5, [](Config& config) { config.acks = 3; });
  group.broken = {{kN0, kN1}, {kN0, kN2}, {kN0, kN3}};
  const core::RequestId write = group.Write(kN0, 7, 41);
  group.Pass();
  EXPECT_FALSE(group.IsTold(write)) << "n0 and n4 have it";
  group.Heal();
  group.Tick(1u);
  group.Pass();
  EXPECT_TRUE(group.IsTold(write));
}

}  // namespace
}  // namespace virtual_synchrony
