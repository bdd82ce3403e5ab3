// Siblings: a write supersedes what its writer has seen, all of it and nothing else, wherever and whenever it comes.
#include "protocols/convergence/siblings.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "protocols/core/text.h"
#include "protocols/core/wire.h"
#include "tests/harness/merge_laws.h"

namespace convergence {
namespace {

using Key = std::uint32_t;
using Store = SiblingStore<Key, std::uint64_t>;
using Put = Change<Key, std::uint64_t>;

// A node: its store, and a clock that nobody sets.
struct Replica {
  core::NodeId node;
  Store store;

  Stamp NextStamp() const {
    const Dot dot{node, store.context.all[node] + 1};
    return {{core::WallTime{core::Duration{static_cast<std::int64_t>(dot.number)}}, 0, node}, dot};
  }
  Put Write(Key key, const CausalContext& seen, std::optional<std::uint64_t> value) {
    return store.Write(key, seen, NextStamp(), value).value();
  }
  // By a client who has just read here.
  Put Write(Key key, std::optional<std::uint64_t> value) { return Write(key, store.Seen(key), value); }

  std::vector<std::uint64_t> Values(Key key) const {
    std::vector<std::uint64_t> values;
    for (const auto& sibling : store.At(key)) values.push_back(sibling.value);
    return values;
  }
};

using Values = std::vector<std::uint64_t>;

struct AmongReplicas : testing::Test {
  Replica a{core::NodeId{0}, {}}, b{core::NodeId{1}, {}}, c{core::NodeId{2}, {}};

  // Both have what either has.
  static void Meet(Replica& one, Replica& other) {
    one.store.Join(other.store);
    other.store.Join(one.store);
    EXPECT_EQ(one.store, other.store);
  }
};

TEST_F(AmongReplicas, WhoKnewNothingOfEachOtherAreBothKept) {
  const Put first = a.Write(7, 1), second = b.Write(7, 2);
  EXPECT_EQ(Compare(first.version, second.version), clocks::Order::kConcurrent);
  Meet(a, b);
  EXPECT_EQ(a.Values(7), (Values{1, 2}));
}

TEST_F(AmongReplicas, WhoHasSeenThemSupersedesThem) {
  const Put first = a.Write(7, 1);
  b.Write(7, 2);
  Meet(a, b);
  const Put third = b.Write(7, 3);
  EXPECT_EQ(Compare(third.version, first.version), clocks::Order::kAfter);
  EXPECT_EQ(Compare(first.version, third.version), clocks::Order::kBefore);
  EXPECT_EQ(Compare(third.version, third.version), clocks::Order::kEqual);
  EXPECT_TRUE(a.store.Take(third));
  EXPECT_EQ(a.Values(7), Values{3});
  EXPECT_FALSE(a.store.Take(third));
}

// Preguiça et al. 2012, §2: two clients write through one node, and one of them had not read the other's.
TEST_F(AmongReplicas, ClientsOfOneNodeAreNotTakenForOne) {
  const CausalContext before = a.store.Seen(7);
  a.Write(7, before, 1);
  a.Write(7, before, 2);
  EXPECT_EQ(a.Values(7), (Values{1, 2})) << "B121: a vector would say that the second has seen the first";
  const CausalContext both = a.store.Seen(7);
  a.Write(7, before, 3);
  a.Write(7, both, 4);
  EXPECT_EQ(a.Values(7), (Values{3, 4})) << "exactly what it has seen, and no more";
}

TEST_F(AmongReplicas, OtherKeysAreLeftAlone) {
  a.Write(7, 1);
  a.Write(8, 2);
  b.store.Take(a.Write(8, 3));
  EXPECT_EQ(a.Values(7), Values{1}) << "its writer had seen it, as any key of this node";
  Meet(a, b);
  EXPECT_EQ(b.Values(7), Values{1});
  EXPECT_EQ(b.Values(8), Values{3});
}

// A client reads at one node and writes at another, which is behind.
TEST_F(AmongReplicas, WhatWasSeenElsewhereIsSupersededHere) {
  const Put first = a.Write(7, 1);
  const Put second = a.Write(7, 2);
  b.store.Take(first);
  const Put third = b.Write(7, a.store.Seen(7), 3);
  EXPECT_EQ(b.Values(7), Values{3}) << "he had not read the first, but what superseded it";
  EXPECT_TRUE(b.store.Take(second)) << "late";
  EXPECT_EQ(b.Values(7), Values{3});
  c.store.Take(third);
  EXPECT_TRUE(c.store.Seen(7).Contains(first.version.dot())) << "who reads the third writes on top of all of them";
  c.store.Take(first);
  EXPECT_EQ(c.Values(7), Values{3});
}

TEST_F(AmongReplicas, WhatWasRemovedDoesNotComeBackAndLeavesNothing) {
  const Put write = a.Write(7, 1);
  b.store.Take(write);
  const Put removal = b.Write(7, std::nullopt);
  EXPECT_EQ(core::Text(b.store), "SiblingStore{CausalContext{[n0:1 n1:1] []} [] []}") << "no tombstone";
  EXPECT_FALSE(b.store.Take(write)) << "F60: a late copy";
  a.store.Take(removal);
  EXPECT_EQ(a.store, b.store);
  EXPECT_EQ(a.Values(7), Values{});
}

TEST_F(AmongReplicas, ARemovalThatNobodyPassedOnIsLearntFromTheContext) {
  const Put write = a.Write(7, 1);
  b.store.Take(write);
  c.store.Take(write);
  b.Write(7, std::nullopt);
  Meet(c, b);
  EXPECT_EQ(c.Values(7), Values{});
  Meet(a, c);
  EXPECT_EQ(a.Values(7), Values{}) << "he has his own write and not the removal; those who have both overrule him";
}

TEST_F(AmongReplicas, WhatIsGoneIsGoneBesideASiblingThatStays) {
  a.Write(7, 1);
  const CausalContext seen = a.store.Seen(7);
  b.Write(7, 2);
  Meet(a, b);
  c.store.Join(a.store);
  c.Write(7, seen, std::nullopt);
  EXPECT_EQ(c.Values(7), Values{2});
  Meet(a, c);
  EXPECT_EQ(a.Values(7), Values{2}) << "the removal is forgotten, what it spared is not";
}

TEST_F(AmongReplicas, ARemovalSparesWhatItHasNotSeen) {
  a.Write(7, 1);
  Meet(a, b);
  const CausalContext seen = a.store.Seen(7);
  b.Write(7, 2);
  a.Write(7, seen, std::nullopt);
  Meet(a, b);
  EXPECT_EQ(a.Values(7), Values{2});
}

TEST_F(AmongReplicas, ARemovalWaitsForWhatItHasSeen) {
  const Put write = a.Write(7, 1);
  b.store.Take(a.Write(7, std::nullopt));
  EXPECT_EQ(b.store.removals.size(), 1u);
  EXPECT_TRUE(b.store.Seen(7).Contains(write.version.dot()));
  b.store.Take(write);
  EXPECT_EQ(b.store, a.store) << "come and gone, and the removal with it";
  EXPECT_TRUE(b.store.removals.empty());
}

TEST_F(AmongReplicas, ARemovalThatWaitsLeavesOtherKeysAlone) {
  a.Write(7, 1);
  const Put other = a.Write(8, 2);
  b.store.Take(a.Write(7, std::nullopt));
  b.store.Take(other);
  EXPECT_EQ(b.Values(8), Values{2}) << "who removed the one had seen the other";
}

TEST_F(AmongReplicas, AKeyThatIsMadeAnewDoesNotUseItsDotsAgain) {
  const Put old = a.Write(7, 1);
  a.Write(7, std::nullopt);
  EXPECT_TRUE(a.store.siblings.empty());
  const Put anew = a.Write(7, 2);
  EXPECT_LT(old.version.dot(), anew.version.dot()) << "B115";
  b.store.Take(anew);
  b.store.Take(old);
  EXPECT_EQ(b.Values(7), Values{2});
}

TEST_F(AmongReplicas, AVersionIsACopyOfWhatItsWriterHadSeen) {
  const Put first = a.Write(7, 1);
  EXPECT_EQ(core::Text(first.version.past), "CausalContext{[] []}") << "F123: not itself";
  a.Write(8, 2);
  a.Write(8, 3);
  EXPECT_EQ(a.store.At(7).front().version, first.version) << "F123: what came later is not in it";
}

TEST_F(AmongReplicas, AnothersWriteIsTakenAsItIs) {
  const Put write = a.Write(7, 1);
  b.store.Take(write);
  EXPECT_EQ(b.store.At(7).front().version, write.version) << "F124";
  EXPECT_EQ(core::Text(b.store.context), "CausalContext{[n0:1] []}") << "F124: no event of this node";
  EXPECT_EQ(b.store, a.store);
}

TEST_F(AmongReplicas, MeetingCountsNoEvent) {
  a.Write(7, 1);
  Meet(a, b);
  const Store before = a.store;
  for (int round = 0; round < 5; ++round) Meet(a, b);
  EXPECT_EQ(a.store, before) << "F63";
}

TEST_F(AmongReplicas, ADominatingReplicaIsTakenOverAsAWhole) {
  a.Write(7, 1);
  Meet(a, b);
  b.Write(7, 2);
  EXPECT_TRUE(b.store.Covers(a.store) && !a.store.Covers(b.store));
  a.store.Join(b.store);
  EXPECT_EQ(a.Values(7), Values{2}) << "F62";
  b.store.Join(Replica{core::NodeId{0}, {}}.store);
  EXPECT_EQ(b.Values(7), Values{2});
}

TEST_F(AmongReplicas, WhatAWriterHadSeenIsNotKnownHere) {
  const Put other = a.Write(8, 1);
  b.store.Take(a.Write(7, 2));
  EXPECT_FALSE(b.store.context.Contains(other.version.dot())) << "F65, B117";
  EXPECT_TRUE(b.store.Take(other));
  EXPECT_EQ(b.Values(8), Values{1});
}

TEST_F(AmongReplicas, NobodyHasSeenWhatIsYetToBeWritten) {
  for (const Dot& dot : {Dot{a.node, 1}, Dot{a.node, 2}}) {
    CausalContext seen;
    seen.Add(dot);
    EXPECT_EQ(a.store.Write(7, seen, a.NextStamp(), 1), std::nullopt) << core::Text(dot);
  }
  EXPECT_EQ(a.store, Store{});
  CausalContext others;
  others.Add({b.node, 5});
  EXPECT_TRUE(a.store.Write(7, others, a.NextStamp(), 1)) << "that may be";
}

TEST_F(AmongReplicas, SurviveTheWire) {
  const Put write = a.Write(7, 1);
  b.store.Take(a.Write(7, std::nullopt));
  Meet(b, c);
  c.Write(9, 3);
  for (const Store& store : {a.store, b.store, c.store}) {
    Store read;
    EXPECT_TRUE(core::FromWire(core::ToWire(store), read));
    EXPECT_EQ(read, store);
  }
  Put read;
  EXPECT_TRUE(core::FromWire(core::ToWire(write), read));
  EXPECT_EQ(read, write);
}

// --- any history, beside what is to come of it ------------------------------------------------------

// Three replicas and two clients, who carry what they have read from one to the other. What each write has seen is kept
// beside that as a set of dots, and what each replica knows.
struct History {
  struct Written {
    Put put;
    std::set<Dot> past;
  };
  struct Client {
    CausalContext seen;
    std::set<Dot> dots;
  };
  static constexpr Key kKeys = 2;

  std::vector<Replica> replicas{{core::NodeId{0}, {}}, {core::NodeId{1}, {}}, {core::NodeId{2}, {}}};
  std::vector<std::set<Dot>> known{3};
  std::map<Dot, Written> written;
  std::map<std::pair<int, Key>, Client> clients;

  std::set<Dot> SeenAt(std::size_t at, Key key) const {
    std::set<Dot> seen = known[at];
    for (const Dot& dot : known[at]) {
      const Written& write = written.at(dot);
      if (write.put.key == key) seen.insert(write.past.begin(), write.past.end());
    }
    return seen;
  }

  void Read(std::size_t at, Key key, Client& client) const {
    client.seen.Join(replicas[at].store.Seen(key));
    client.dots.merge(SeenAt(at, key));
  }

  void Write(std::size_t at, Key key, const Client& client) {
    const bool removes = harness::AnyBelow(4) == 0;
    const auto value = removes ? std::nullopt : std::optional<std::uint64_t>(written.size());
    const Put put = replicas[at].Write(key, client.seen, value);
    written[put.version.dot()] = {put, client.dots};
    known[at].insert(put.version.dot());
  }

  void Step() {
    const auto at = harness::AnyBelow<std::size_t>(3);
    const auto key = harness::AnyBelow(kKeys);
    Client& client = clients[{harness::AnyBelow(2), key}];
    switch (harness::AnyBelow(6)) {
      case 0:
        Read(at, key, client);
        break;
      case 1:
      case 2:
        Write(at, key, client);
        break;
      case 3: {
        if (written.empty()) break;
        const auto any = std::next(written.begin(), harness::AnyBelow(static_cast<int>(written.size())));
        RC_ASSERT(replicas[at].store.Take(any->second.put) == known[at].insert(any->first).second);
        break;
      }
      case 4: {
        Client reader;  // reads and writes at once
        Read(at, key, reader);
        Write(at, key, reader);
        break;
      }
      default: {
        const auto other = harness::AnyBelow<std::size_t>(3);
        replicas[at].store.Join(replicas[other].store);
        known[at].insert(known[other].begin(), known[other].end());
      }
    }
  }

  bool IsSuperseded(std::size_t at, const Written& write) const {
    return std::any_of(known[at].begin(), known[at].end(), [&](const Dot& dot) {
      const Written& other = written.at(dot);
      return other.put.key == write.put.key && other.past.count(write.put.version.dot()) > 0;
    });
  }
  // What is to be at a replica, by the definition.
  Store Expected(std::size_t at) const {
    Store expected;
    for (const Dot& dot : known[at]) {
      expected.context.Add(dot);
      const Written& write = written.at(dot);
      const auto& past = write.past;
      if (!write.put.value) {
        if (!std::includes(known[at].begin(), known[at].end(), past.begin(), past.end())) {
          expected.removals.push_back({write.put.key, write.put.version});
        }
      } else if (!IsSuperseded(at, write)) {
        expected.siblings[write.put.key].push_back({write.put.version, *write.put.value});
      }
    }
    return expected;
  }
};

History AnyHistory() {
  History history;
  for (int i = harness::AnyBelow(25); i > 0; --i) history.Step();
  return history;
}

RC_GTEST_PROP(Siblings, AreThoseThatNobodyKnownHasSeen, ()) {
  harness::ForEachCase(10, [] {
    const History history = AnyHistory();
    for (std::size_t at = 0; at < 3; ++at) {
      const Store& store = history.replicas[at].store;
      RC_ASSERT(core::Text(store) == core::Text(history.Expected(at)));
      for (Key key = 0; key < History::kKeys; ++key) {
        const std::set<Dot> seen = history.SeenAt(at, key);
        for (const auto& [dot, write] : history.written) {
          RC_ASSERT(store.Seen(key).Contains(dot) == (seen.count(dot) > 0));
        }
      }
    }
  });
}

RC_GTEST_PROP(Siblings, JoinIsAJoin, ()) {
  harness::ForEachCase(10, [] {
    const History history = AnyHistory();
    const auto& replicas = history.replicas;
    harness::ExpectMergeLaws(replicas[0].store, replicas[1].store, replicas[2].store);
  });
}

}  // namespace
}  // namespace convergence
