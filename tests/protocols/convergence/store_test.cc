// Stores that converge: whoever knows the same has the same.
#include "protocols/convergence/store.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <optional>
#include <utility>
#include <vector>

#include "protocols/core/text.h"
#include "protocols/machines/key_value.h"
#include "tests/harness/merge_laws.h"

namespace convergence {
namespace {

using machines::KeyValue;
using KeyStore = Store<KeyValue>;

// A replica that writes as a node would: a dot that nobody else gives, a time above what it knows of the key.
struct Writer {
  KeyStore store;
  std::optional<std::uint64_t> ValueOf(std::uint32_t key) const {
    std::optional<std::uint64_t> value;
    store.ForEachAbout(core::FingerprintOf(key), [&](const Update<KeyValue>& held) { value = held.command.value; });
    return value;
  }
  clocks::HybridClock clock;
  core::WallTime wall{};

  Update<KeyValue> Put(std::uint32_t node, std::uint32_t key, std::uint64_t value) {
    const KeyValue::Command command{KeyValue::Operation::kPut, key, value};
    CausalContext dots = store.context;
    store.ForEachAbout(KeyValue::Subject(command), [&](const Update<KeyValue>& held) {
      clock.Receive(core::NodeId{node}, held.time, wall, std::chrono::hours(1'000));
    });
    const Update<KeyValue> update{dots.Next(core::NodeId{node}), clock.Tick(core::NodeId{node}, wall), command};
    store.Take(update);
    return update;
  }
};

TEST(Store, TheLaterOneStandsInEitherOrder) {
  Writer a, b;
  b.wall = core::WallTime{core::Duration{5}};
  const auto first = a.Put(0, 7, 1);
  const auto second = b.Put(1, 7, 2);
  EXPECT_EQ(a.store.Take(second), News::kStands);
  EXPECT_EQ(b.store.Take(first), News::kSuperseded);
  EXPECT_EQ(a.store, b.store);
  EXPECT_EQ(a.ValueOf(7), 2u);
  EXPECT_EQ(a.store.Take(first), News::kNone) << "it is known, though it is not here";
}

TEST(Store, ATieGoesToTheNode) {
  Writer a, b;
  const auto first = a.Put(0, 7, 1);
  const auto second = b.Put(1, 7, 2);
  a.store.Take(second);
  b.store.Take(first);
  EXPECT_EQ(a.ValueOf(7), 2u);
  EXPECT_EQ(b.ValueOf(7), 2u) << "F55: not to the second argument, or they swap for ever";
}

TEST(Store, WhoHasReadAValueReplacesItHoweverLateItsClockIs) {
  for (const auto& [first, second] : {std::pair(0u, 1u), std::pair(1u, 0u)}) {
    Writer a, b;
    a.wall = core::WallTime{std::chrono::seconds(5)};
    b.store.Take(a.Put(first, 7, 1));
    a.store.Take(b.Put(second, 7, 2));
    EXPECT_EQ(a.ValueOf(7), 2u) << "F58";
  }
}

TEST(Store, WhoMeetsHasWhatTheOtherHasAndCountsNothing) {
  Writer a, b;
  a.Put(0, 7, 1);
  b.Put(1, 8, 2);
  EXPECT_FALSE(a.store.Covers(b.store));
  a.store.Join(b.store);
  EXPECT_EQ(a.ValueOf(8), 2u) << "F62: not the context alone";
  EXPECT_TRUE(a.store.Covers(b.store) && !b.store.Covers(a.store));
  b.store.Join(a.store);
  EXPECT_EQ(a.store, b.store);
  EXPECT_EQ(core::Text(a.store.context), "CausalContext{[n0:1 n1:1] []}") << "F63";
}

TEST(Store, WhatWasOvertakenIsStillLacked) {
  Writer a;
  const auto first = a.Put(0, 7, 1), second = a.Put(0, 8, 2);
  KeyStore b;
  b.Take(second);
  const auto lacked = a.store.Since(b.context, 9);
  ASSERT_EQ(lacked.updates.size(), 1u) << "B119: a maximum would say that he has both";
  EXPECT_EQ(lacked.updates.front().dot, first.dot);
}

TEST(Store, APartOfWhatIsLackedBringsNoContext) {
  Writer a;
  for (std::uint32_t key = 0; key < 5; ++key) a.Put(0, key, key);
  a.Put(0, 0, 9);  // what was first about key 0 is no more
  const auto part = a.store.Since({}, 3);
  EXPECT_EQ(part.updates.size(), 3u);
  EXPECT_TRUE(part.context.empty());
  KeyStore b;
  for (const auto& update : part.updates) b.Take(update);
  EXPECT_EQ(core::Text(b.context), "CausalContext{[] [n0:2 n0:3 n0:4]}") << "F65: it has not seen the first";
  const auto rest = a.store.Since(b.context, 3);
  EXPECT_EQ(rest.updates.size(), 2u);
  for (const auto& update : rest.updates) b.Take(update);
  b.TakeContext(rest.context);
  EXPECT_EQ(core::Text(b.context), "CausalContext{[n0:6] []}");
  EXPECT_TRUE(a.store.Since(b.context, 3).empty());
}

// Replicas write, tell each other single updates and meet, all in any order.
std::vector<Writer> AnyReplicas() {
  std::vector<Writer> replicas(3);
  std::vector<Update<KeyValue>> written;
  for (int i = harness::AnyBelow(25); i > 0; --i) {
    const auto node = harness::AnyBelow(3u);
    Writer& replica = replicas[node];
    switch (harness::AnyBelow(3)) {
      case 0:
        replica.wall = core::WallTime{core::Duration{harness::AnyBelow(4)}};
        written.push_back(replica.Put(node, harness::AnyBelow(3u), static_cast<std::uint64_t>(i)));
        break;
      case 1:
        if (!written.empty()) replica.store.Take(*rc::gen::elementOf(written));
        break;
      default:
        replica.store.Join(replicas[harness::AnyBelow<std::size_t>(3)].store);
    }
  }
  return replicas;
}

RC_GTEST_PROP(Store, JoinIsAJoin, ()) {
  harness::ForEachCase(10, [] {
    const std::vector<Writer> replicas = AnyReplicas();
    harness::ExpectMergeLaws(replicas[0].store, replicas[1].store, replicas[2].store);
  });
}

RC_GTEST_PROP(Store, WhoKnowsTheSameHasTheSame, ()) {
  std::vector<Writer> replicas = AnyReplicas();
  for (Writer& replica : replicas) {
    for (const Writer& other : replicas) {
      if (replica.store.context == other.store.context) RC_ASSERT(replica.store == other.store);
    }
  }
  replicas[0].store.Join(replicas[1].store);
  replicas[1].store.Join(replicas[0].store);
  RC_ASSERT(replicas[0].store == replicas[1].store);
}

}  // namespace
}  // namespace convergence
