// The frontier judges while a history is being made; what it says must be what the oracle says of
// every prefix, as far as its watermark has come, and it must not keep what is behind that.
#include "invariants/consistency/frontier.h"

#include <algorithm>

#include "gtest/gtest.h"
#include "tests/consistency/brute_force.h"
#include "tests/consistency/long_history.h"
#include "tests/consistency/moments.h"
#include "tests/consistency/notation.h"
#include "tests/consistency/random_history.h"

namespace consistency {
namespace {

using Register = Frontier<PlainRegister>;

PlainRegister::Operation Plain(const Operation& operation) {
  const bool is_write = operation.function == Function::kWrite;
  const ValueId value = is_write ? operation.argument : operation.result;
  return {is_write, value == kNull ? std::nullopt : std::optional<std::uint64_t>(value)};
}

void Tell(const History& history, const Moment& moment, Register& frontier) {
  const Operation& operation = history.operations[moment.operation];
  if (moment.is_return) {
    frontier.Return(moment.operation, Plain(operation));
  } else {
    frontier.Call(moment.operation, {operation.function == Function::kWrite, Plain(operation).value});
    if (operation.outcome == Outcome::kUnknown) frontier.GiveUp(moment.operation);
  }
}

TEST(Frontier, SaysOfEveryPrefixWhatTheOracleSays) {
  std::uint64_t broken = 0, at_once = 0;
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    const History history = RandomHistory(ModelKind::kRegister, seed, {.unique_values = seed % 2 == 0});
    for (std::uint32_t key = 0; key < history.keys.size(); ++key) {
      const std::vector<Moment> moments = Moments(history, key);
      const std::size_t first_broken = FirstBroken(history, moments);
      Register frontier;
      for (std::size_t m = 0; m < moments.size() && !frontier.broken(); ++m) {
        Tell(history, moments[m], frontier);
        // It may be late, since it waits for what is open; it must not be wrong.
        ASSERT_TRUE(!frontier.broken() || m + 1 >= first_broken) << "seed " << seed << "  " << ToNotation(history);
        at_once += frontier.broken() && m + 1 == first_broken;
      }
      frontier.Finish();
      ASSERT_FALSE(frontier.overflowed());
      ASSERT_EQ(frontier.broken(), first_broken <= moments.size()) << "seed " << seed << "  " << ToNotation(history);
      broken += frontier.broken();
    }
  }
  EXPECT_GT(broken, 2000u);
  EXPECT_GT(at_once, 1000u);
}

TEST(Frontier, KeepsNothingThatIsBehindIt) {
  const History history = LinearizableHistory({.clients = 8, .keys = 1, .operations = 50'000}, 7);
  Register frontier;
  std::size_t most = 0;
  for (const Moment& moment : Moments(history, 0)) {
    Tell(history, moment, frontier);
    most = std::max(most, frontier.size());
  }
  EXPECT_FALSE(frontier.broken());
  EXPECT_LT(most, 200u);  // a few for each client
}

TEST(Frontier, FindsAStaleReadAmongMany) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    History history = LinearizableHistory({.clients = 8, .keys = 1, .operations = 5'000, .unknown_percent = 2}, seed);
    const std::uint32_t planted = PlantStaleRead(history, seed);
    Register frontier;
    std::size_t told = 0;
    const std::vector<Moment> moments = Moments(history, 0);
    for (; told < moments.size() && !frontier.broken(); ++told) Tell(history, moments[told], frontier);
    ASSERT_TRUE(frontier.broken());
    // No later than what was open when it returned has returned.
    const std::int64_t returned = history.operations[planted].returned;
    EXPECT_GE(moments[told - 1].at, returned);
    EXPECT_LT(moments[told - 1].at, returned + 1'000);
  }
}

TEST(Frontier, WhatIsOpenHoldsItUp) {
  Register frontier;
  frontier.Call(1, {true, 1});
  frontier.Call(2, {});
  frontier.Return(2, {false, 5});  // nobody has written that, but who knows what is being written
  EXPECT_FALSE(frontier.broken());
  frontier.Return(1, {true, 1});
  EXPECT_TRUE(frontier.broken());
}

TEST(Frontier, AtTheEndWhatIsOpenIsUnknown) {
  Register frontier;
  frontier.Call(1, {true, 1});
  frontier.Call(2, {});
  frontier.Return(2, {false, 5});
  EXPECT_FALSE(frontier.broken());
  EXPECT_EQ(frontier.Finish(), 1u);
  EXPECT_TRUE(frontier.broken());
}

TEST(Frontier, ACopyGoesOnAlike) {
  Register frontier;
  frontier.Call(1, {true, 1});
  Register copy = frontier;
  EXPECT_EQ(copy.fingerprint(), frontier.fingerprint());
  frontier.Return(1, {true, 1});
  EXPECT_NE(copy.fingerprint(), frontier.fingerprint());
  copy.Return(1, {true, 1});
  EXPECT_EQ(copy.fingerprint(), frontier.fingerprint());
}

}  // namespace
}  // namespace consistency
