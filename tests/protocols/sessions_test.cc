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

  // The index and the answer; none: nothing took effect, and nobody is answered.
  std::optional<std::pair<std::uint64_t, std::uint64_t>> Apply(std::uint32_t client, std::uint64_t sequence,
                                                               std::uint64_t index, std::uint64_t command) {
    const auto done =
        sessions.Apply(RequestId{ClientId{client}, sequence}, Index{index}, command, machine, [](const auto&) {});
    if (!done) return std::nullopt;
    return std::pair{done->index.value, done->result};
  }
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

// An application that restarts begins at 1, and what it then says must count.
TEST(Sessions, AMachineThatNeedsNoneExecutesWhateverComes) {
  Replica<Adder<true>> replica;
  EXPECT_EQ(replica.Apply(1, 7, 1, 10), (Answer{1, 10}));
  EXPECT_EQ(replica.Apply(1, 1, 2, 5), (Answer{2, 15}));
  EXPECT_EQ(replica.Apply(1, 1, 3, 5), (Answer{3, 20}));
}

}  // namespace
}  // namespace machines
