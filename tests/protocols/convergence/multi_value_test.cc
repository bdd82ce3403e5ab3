// A machine that keeps siblings, and the store of its updates: the same as the value siblings.h, taken apart into
// updates that travel one by one.
#include "protocols/convergence/multi_value.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "protocols/convergence/siblings.h"
#include "protocols/convergence/store.h"
#include "tests/harness/merge_laws.h"
#include "tests/harness/stamps.h"

namespace convergence {
namespace {

using harness::At;
using Op = MultiValue::Operation;
using Command = MultiValue::Command;
using Values = core::List<std::uint64_t>;

constexpr auto kIgnore = [](const auto&) {};

// --- the machine ---------------------------------------------------------------------------------

TEST(MultiValue, AWriterWhoHasSeenAllReplacesAll) {
  MultiValue machine;
  EXPECT_EQ(machine.Apply({Op::kPut, 7, 1}, kIgnore), MultiValue::Result{});
  EXPECT_EQ(machine.Apply({Op::kPut, 7, 2}, kIgnore).siblings, Values{1});
  EXPECT_EQ(machine.Apply({Op::kRemove, 7, 0}, kIgnore).resolved, 2u);
  EXPECT_EQ(machine.Read({Op::kGet, 7, 0}), MultiValue::Result{});
  EXPECT_TRUE(machine.values.empty());
}

TEST(MultiValue, ReadersAreToldAllAndWhatTheResolverMakesOfIt) {
  MultiValue machine;
  machine.Stand({{At(2, 1), {}}, {Op::kPut, 7, 10}});
  machine.Stand({{At(1, 0), {}}, {Op::kPut, 7, 30}});
  const auto values = machine.Read({Op::kGet, 7, 0});
  EXPECT_EQ(values->siblings, (Values{30, 10}));
  EXPECT_EQ(values->resolved, 10u) << "the last writer";
}

TEST(MultiValue, WhatStandsReplacesWhatItHasSeen) {
  MultiValue machine;
  machine.Stand({{At(1, 0), {}}, {Op::kPut, 7, 30}});
  machine.Stand({{At(2, 1), {}}, {Op::kPut, 7, 10}});
  CausalContext first;
  first.Add({core::NodeId{0}, 1});
  machine.Stand({{At(3, 2), first}, {Op::kPut, 7, 20}});
  EXPECT_EQ(machine.Read({Op::kGet, 7, 0})->siblings, (Values{10, 20}));
}

TEST(MultiValue, WhatARemovalHadNotSeenIsThere) {
  MultiValue machine;
  machine.Stand({{At(1, 0), {}}, {Op::kPut, 7, 30}});
  machine.Stand({{At(2, 1), {}}, {Op::kRemove, 7, 0}});
  EXPECT_EQ(machine.Read({Op::kGet, 7, 0})->siblings, Values{30});
  CausalContext both;
  both.Add({core::NodeId{0}, 1});
  both.Add({core::NodeId{1}, 1});
  machine.Stand({{At(3, 1, 2), both}, {Op::kRemove, 7, 0}});
  EXPECT_TRUE(machine.values.empty());
}

// A resolver of the user's own.
struct Greatest {
  std::uint64_t operator()(std::span<const Versioned<std::uint64_t>> siblings) const {
    const auto less = [](const auto& a, const auto& b) { return a.value < b.value; };
    return std::max_element(siblings.begin(), siblings.end(), less)->value;
  }
};

TEST(MultiValue, TakesAnyResolver) {
  using Machine = MultiValueOf<Greatest>;
  static_assert(KeepsSiblings<Machine>);
  Machine machine;
  machine.Stand({{At(1, 0), {}}, {Machine::Operation::kPut, 7, 30}});
  machine.Stand({{At(2, 1), {}}, {Machine::Operation::kPut, 7, 10}});
  EXPECT_EQ(machine.Read({Machine::Operation::kGet, 7, 0})->resolved, 30u);
}

// --- its store -----------------------------------------------------------------------------------

// A replica, and beside it the value: what is written here is written to both.
struct Writer {
  core::NodeId node;
  Store<MultiValue> store;
  SiblingStore<std::uint32_t, std::uint64_t> value;

  Update<MultiValue> Write(const Command& command) {
    const Dot dot{node, store.context.all[node] + 1};
    const core::Fingerprint subject = MultiValue::Subject(command);
    const Stamp stamp = At(static_cast<std::int64_t>(dot.number), core::Number(node), dot.number);
    Update<MultiValue> update{dot, stamp.time, command, store.SeenOf(subject)};
    EXPECT_EQ(store.Take(update), News::kStands);
    value.Write(command.key, value.Seen(command.key), stamp, WrittenBy(command));
    return update;
  }
  void Take(const Update<MultiValue>& update) {
    store.Take(update);
    value.Take({update.command.key, {{update.time, update.dot}, update.past}, WrittenBy(update.command)});
  }

  Values Standing(std::uint32_t key) const {
    Values values;
    store.ForEachAbout(core::FingerprintOf(key), [&](const Update<MultiValue>& update) {
      if (!MultiValue::Removes(update.command)) values.push_back(update.command.value);
    });
    return values;
  }
  Values Expected(std::uint32_t key) const {
    Values values;
    for (const auto& sibling : value.At(key)) values.push_back(sibling.value);
    return values;
  }

 private:
  static std::optional<std::uint64_t> WrittenBy(const Command& command) {
    return MultiValue::Removes(command) ? std::nullopt : std::optional(command.value);
  }
};

TEST(SiblingUpdates, WhoKnewNothingOfEachOtherBothStand) {
  Writer a{core::NodeId{0}, {}, {}}, b{core::NodeId{1}, {}, {}};
  const auto first = a.Write({Op::kPut, 7, 1}), second = b.Write({Op::kPut, 7, 2});
  a.Take(second);
  b.Take(first);
  EXPECT_EQ(a.store, b.store);
  EXPECT_EQ(a.Standing(7), (Values{1, 2}));
  const auto both = b.Write({Op::kPut, 7, 3});
  EXPECT_EQ(a.store.Take(both), News::kStands);
  EXPECT_EQ(a.Standing(7), Values{3});
}

TEST(SiblingUpdates, ManyWritersThroughOneNodeStayApart) {
  Writer a{core::NodeId{0}, {}, {}};
  const auto first = a.Write({Op::kPut, 7, 1});
  const auto second = a.Write({Op::kPut, 7, 2});
  Writer b{core::NodeId{1}, {}, {}};
  b.Take(second);
  EXPECT_EQ(b.store.Take(first), News::kSuperseded) << "B121: a dot, not a vector of nodes, tells";
  EXPECT_EQ(b.Standing(7), Values{2});
}

TEST(SiblingUpdates, WhatSupersedesAnUpdateSupersedesAllThatItDid) {
  Writer a{core::NodeId{0}, {}, {}}, b{core::NodeId{1}, {}, {}}, c{core::NodeId{2}, {}, {}}, d{core::NodeId{3}, {}, {}};
  const auto first = a.Write({Op::kPut, 7, 1});
  b.Take(first);
  const auto second = b.Write({Op::kPut, 7, 2});
  c.Take(second);  // and has never heard of the first
  const auto third = c.Write({Op::kPut, 7, 3});
  d.Take(third);
  EXPECT_EQ(d.store.Take(first), News::kSuperseded);
  EXPECT_EQ(d.Standing(7), Values{3});
}

TEST(SiblingUpdates, ARemovalTravelsAsAnUpdateUntilItIsForgotten) {
  Writer a{core::NodeId{0}, {}, {}}, b{core::NodeId{1}, {}, {}};
  b.Take(a.Write({Op::kPut, 7, 1}));
  const auto removal = a.Write({Op::kRemove, 7, 0});
  const auto lacked = a.store.Since(b.store.context, 9);
  ASSERT_EQ(lacked.updates.size(), 1u);
  EXPECT_EQ(lacked.updates.front().dot, removal.dot);
  b.Take(removal);
  EXPECT_TRUE(b.Standing(7).empty());
  EXPECT_EQ(b.store.standing.size(), 1u);
  b.store.Forget(removal.dot);
  EXPECT_TRUE(b.store.standing.empty());
  EXPECT_TRUE(b.store.subjects.empty());
  EXPECT_EQ(b.store.Take(removal), News::kNone) << "it is known";
}

// Replicas write, remove and tell each other single updates, in any order and more than once.
RC_GTEST_PROP(SiblingUpdates, StandAsTheValueSays, ()) {
  harness::ForEachCase(10, [] {
    std::vector<Writer> replicas;
    for (std::uint32_t node = 0; node < 3; ++node) replicas.push_back({core::NodeId{node}, {}, {}});
    std::vector<Update<MultiValue>> written;
    for (int i = harness::AnyBelow(30); i > 0; --i) {
      Writer& replica = replicas[harness::AnyBelow<std::size_t>(3)];
      if (written.empty() || harness::AnyBelow(3) == 0) {
        const Op operation = harness::AnyBelow(4) == 0 ? Op::kRemove : Op::kPut;
        written.push_back(replica.Write({operation, harness::AnyBelow(2u), static_cast<std::uint64_t>(i)}));
      } else {
        replica.Take(*rc::gen::elementOf(written));
      }
      for (const std::uint32_t key : {0u, 1u}) RC_ASSERT(replica.Standing(key) == replica.Expected(key));
    }
    for (Writer& replica : replicas) {
      for (const auto& update : written) replica.Take(update);
    }
    RC_ASSERT(replicas[0].store == replicas[1].store);
    RC_ASSERT(replicas[1].store == replicas[2].store);
  });
}

// The same by deltas, a few updates at a time, and then the context.
RC_GTEST_PROP(SiblingUpdates, WhoIsToldAllThatHeLacksHasTheSame, ()) {
  harness::ForEachCase(10, [] {
    std::vector<Writer> replicas;
    for (std::uint32_t node = 0; node < 3; ++node) replicas.push_back({core::NodeId{node}, {}, {}});
    const auto tell = [](Writer& to, const Writer& from, std::size_t most) {
      const Delta<MultiValue> delta = from.store.Since(to.store.context, most);
      for (const auto& update : delta.updates) to.store.Take(update);
      to.store.TakeContext(delta.context);
    };
    for (int i = harness::AnyBelow(30); i > 0; --i) {
      Writer& replica = replicas[harness::AnyBelow<std::size_t>(3)];
      const std::size_t other = harness::AnyBelow<std::size_t>(3);
      if (harness::AnyBelow(2) == 0) {
        const Op operation = harness::AnyBelow(4) == 0 ? Op::kRemove : Op::kPut;
        const core::Fingerprint subject = core::FingerprintOf(0u);
        const Dot dot{replica.node, replica.store.context.all[replica.node] + 1};
        replica.store.Take({dot,
                            At(i, core::Number(replica.node)).time,
                            {operation, 0, static_cast<std::uint64_t>(i)},
                            replica.store.SeenOf(subject)});
      } else {
        tell(replica, replicas[other], 1 + harness::AnyBelow<std::size_t>(3));
      }
    }
    for (int round = 0; round < 3; ++round) {
      for (Writer& to : replicas) {
        for (const Writer& from : replicas) tell(to, from, 100);
      }
    }
    RC_ASSERT(replicas[0].store == replicas[1].store);
    RC_ASSERT(replicas[1].store == replicas[2].store);
  });
}

}  // namespace
}  // namespace convergence
