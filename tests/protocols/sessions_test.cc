// Sessions by themselves: what takes effect, and what is answered.
#include "protocols/machines/sessions.h"

#include <optional>
#include <utility>
#include <variant>

#include "gtest/gtest.h"
#include "protocols/machines/key_value.h"
#include "protocols/machines/span_store.h"

namespace machines {
namespace {

using core::ClientId;
using core::Index;
using core::RequestId;

// Adds up what it is told, and answers the sum.
template <bool kAgainIsFine>
struct Adder {
  using Command = std::uint64_t;
  using Result = std::uint64_t;
  using Fact = std::variant<>;
  static constexpr bool kIdempotent = kAgainIsFine;
  std::uint64_t sum{};
  template <class Announce>
  Result Apply(const Command& command, Announce&&) {
    return sum += command;
  }
};
static_assert(Idempotent<SpanStore> && !Idempotent<KeyValue> && !Idempotent<Adder<false>>);

template <class M>
struct Replica {
  M machine;
  Sessions<M> sessions;
  std::uint32_t limit = 0;  // 0: nobody needs a session

  // The index and the answer; none: nothing took effect, and nobody is answered.
  std::optional<std::pair<std::uint64_t, std::uint64_t>> Apply(std::uint32_t client, std::uint64_t sequence,
                                                               std::uint64_t index, std::uint64_t command,
                                                               std::uint64_t session = 0) {
    const Outcome<M> outcome = sessions.Apply(RequestId{ClientId{client}, sequence}, Index{session}, limit,
                                              Index{index}, command, machine, [](const auto&) {});
    over = outcome.over;
    if (outcome.done == nullptr) return std::nullopt;
    return std::pair{outcome.done->index.value, outcome.done->result};
  }
  bool over = false;  // the last command's session
};
using Answer = std::pair<std::uint64_t, std::uint64_t>;

TEST(Sessions, WhatComesAgainIsAnsweredAsTheFirstTime) {
  Replica<Adder<false>> replica;
  EXPECT_EQ(replica.Apply(1, 1, 1, 10), (Answer{1, 10}));
  EXPECT_EQ(replica.Apply(2, 1, 2, 5), (Answer{2, 15}));
  EXPECT_EQ(replica.Apply(1, 1, 3, 10), (Answer{1, 10}));
  EXPECT_EQ(replica.machine.sum, 15u);
}

TEST(Sessions, WhatIsOlderThanTheLastNeverTakesEffect) {
  Replica<Adder<false>> replica;
  EXPECT_EQ(replica.Apply(1, 3, 1, 10), (Answer{1, 10})) << "1 and 2 were lost, which is nothing unusual";
  EXPECT_EQ(replica.Apply(1, 2, 2, 100), std::nullopt);
  EXPECT_EQ(replica.Apply(1, 4, 3, 1), (Answer{3, 11}));
  EXPECT_EQ(replica.machine.sum, 11u);
}

TEST(Sessions, ClientsAreTheirOwnWhateverOrderTheyComeIn) {
  Replica<Adder<false>> replica;
  std::uint64_t index = 0;
  for (const std::uint32_t client : {7, 3, 9, 0, 5}) replica.Apply(client, 1, ++index, 1);
  for (const std::uint32_t client : {0, 3, 5, 7, 9}) replica.Apply(client, 1, ++index, 1);
  EXPECT_EQ(replica.machine.sum, 5u);
  EXPECT_EQ(replica.sessions.sessions.size(), 5u);
  for (const std::uint32_t client : {9, 7, 5, 3, 0}) replica.Apply(client, 2, ++index, 1);
  EXPECT_EQ(replica.machine.sum, 10u);
}

// With a limit, a client opens a session first.
TEST(Sessions, WhoHasNoneIsToldSo) {
  Replica<Adder<false>> replica{{}, {}, 2};
  EXPECT_EQ(replica.Apply(1, 1, 1, 10), std::nullopt);
  EXPECT_TRUE(replica.over);
  replica.sessions.Open(ClientId{1}, Index{2}, 2);
  EXPECT_EQ(replica.Apply(1, 2, 3, 10, 2), (Answer{3, 10}));
  EXPECT_FALSE(replica.over);
  EXPECT_EQ(replica.Apply(1, 2, 4, 10, 2), (Answer{3, 10})) << "a repetition";
  EXPECT_EQ(replica.machine.sum, 10u);
}

// A late packet of a session that has ended must not take effect a second time.
TEST(Sessions, TheOneNotUsedForLongestEndsForGood) {
  Replica<Adder<false>> replica{{}, {}, 2};
  replica.sessions.Open(ClientId{1}, Index{1}, 2);
  replica.sessions.Open(ClientId{2}, Index{2}, 2);
  EXPECT_EQ(replica.Apply(1, 1, 3, 10, 1), (Answer{3, 10}));
  replica.sessions.Open(ClientId{3}, Index{4}, 2);
  EXPECT_EQ(replica.Apply(2, 1, 5, 100, 2), std::nullopt) << "c2 was silent for longer than c1";
  EXPECT_TRUE(replica.over);
  EXPECT_EQ(replica.Apply(1, 1, 6, 10, 1), (Answer{3, 10})) << "c1 is remembered";
  replica.sessions.Open(ClientId{2}, Index{7}, 2);
  EXPECT_EQ(replica.Apply(3, 1, 8, 1000, 4), std::nullopt);
  EXPECT_EQ(replica.Apply(1, 1, 9, 10, 7), std::nullopt) << "another one's session";
  EXPECT_EQ(replica.Apply(2, 2, 10, 100, 7), (Answer{10, 110}));
  EXPECT_EQ(replica.machine.sum, 110u);
}

TEST(Sessions, PartsMakeTheSameTable) {
  Replica<Adder<false>> replica;
  std::uint64_t index = 0;
  for (const std::uint32_t client : {7, 3, 9}) replica.Apply(client, 1, ++index, 1);
  Replica<Adder<false>> other{replica.machine, {}, 0};
  replica.sessions.ForEachPart([&](const auto& part) { other.sessions.Add(part); });
  EXPECT_EQ(core::FingerprintOf(other.sessions), core::FingerprintOf(replica.sessions));
  EXPECT_EQ(other.Apply(3, 1, ++index, 1), (Answer{2, 2})) << "a repetition there as well";
}

// An application that restarts begins at 1, and what it then says must count.
TEST(Sessions, AMachineThatNeedsNoneExecutesWhateverComes) {
  Replica<Adder<true>> replica;
  EXPECT_EQ(replica.Apply(1, 7, 1, 10), (Answer{1, 10}));
  EXPECT_EQ(replica.Apply(1, 1, 2, 5), (Answer{2, 15}));
  EXPECT_EQ(replica.Apply(1, 1, 3, 5), (Answer{3, 20}));
}

}  // namespace
}  // namespace machines
