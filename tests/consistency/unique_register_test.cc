// A register whose values are unique is judged at every return, without a search; what it says
// must be what the oracle says of every prefix, at once.
#include "invariants/consistency/unique_register.h"

#include "gtest/gtest.h"
#include "tests/consistency/brute_force.h"
#include "tests/consistency/long_history.h"
#include "tests/consistency/moments.h"
#include "tests/consistency/notation.h"
#include "tests/consistency/random_history.h"

namespace consistency {
namespace {

UniqueRegister::Value Plain(ValueId value) {
  return value == kNull ? UniqueRegister::Value() : UniqueRegister::Value(value);
}

// True: this shows that it is not linearizable.
bool Tell(const History& history, const Moment& moment, std::vector<std::uint64_t>& called, std::uint64_t now,
          UniqueRegister& store) {
  const Operation& operation = history.operations[moment.operation];
  const bool is_write = operation.function == Function::kWrite;
  if (moment.is_return) {
    const ValueId value = is_write ? operation.argument : operation.result;
    return store.Returned(Plain(value), called[moment.operation], now).has_value();
  }
  called.resize(history.operations.size());
  called[moment.operation] = now;
  if (is_write) {
    store.WriteCalled(operation.argument, now);
  } else {
    store.ReadCalled(now);
  }
  if (operation.outcome == Outcome::kUnknown) store.GivenUp(now);
  return false;
}

TEST(UniqueRegister, SaysOfEveryPrefixAtOnceWhatTheOracleSays) {
  std::uint64_t broken = 0;
  for (std::uint64_t seed = 0; seed < 50'000; ++seed) {
    const History history = RandomHistory(ModelKind::kRegister, seed, {.unique_values = true});
    for (std::uint32_t key = 0; key < history.keys.size(); ++key) {
      const std::vector<Moment> moments = Moments(history, key);
      const std::size_t first_broken = FirstBroken(history, moments);
      UniqueRegister store;
      std::vector<std::uint64_t> called;
      std::size_t told = 0;
      bool clash = false;
      while (told < moments.size() && !clash) {
        clash = Tell(history, moments[told], called, told + 1, store);
        ++told;
      }
      ASSERT_EQ(clash ? told : kNoMoment, first_broken) << "seed " << seed << "  " << ToNotation(history);
      broken += clash;
    }
  }
  EXPECT_GT(broken, 10'000u);
}

TEST(UniqueRegister, KeepsNothingThatIsBehindIt) {
  const History history = LinearizableHistory({.clients = 50, .keys = 1, .operations = 100'000}, 7);
  UniqueRegister store;
  std::vector<std::uint64_t> called;
  std::size_t most = 0;
  std::uint64_t now = 0;
  for (const Moment& moment : Moments(history, 0)) {
    ASSERT_FALSE(Tell(history, moment, called, ++now, store));
    most = std::max(most, store.size());
  }
  EXPECT_LT(most, 500u);  // a few for each client
}

TEST(UniqueRegister, FindsAStaleReadWhenItReturns) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    History history = LinearizableHistory({.clients = 50, .keys = 1, .operations = 5'000, .unknown_percent = 2}, seed);
    const std::uint32_t planted = PlantStaleRead(history, seed);
    UniqueRegister store;
    std::vector<std::uint64_t> called;
    std::uint64_t now = 0;
    for (const Moment& moment : Moments(history, 0)) {
      if (!Tell(history, moment, called, ++now, store)) continue;
      EXPECT_EQ(moment.operation, planted);
      break;
    }
    EXPECT_LT(now, Moments(history, 0).size());
  }
}

TEST(UniqueRegister, KnowsThatAValueWasWrittenTwice) {
  UniqueRegister store;
  store.WriteCalled(7, 1);
  EXPECT_FALSE(store.repeated());
  store.WriteCalled(7, 2);
  EXPECT_TRUE(store.repeated());
}

}  // namespace
}  // namespace consistency
