// Fates of writes: who is waited for.
#include "gtest/gtest.h"
#include "invariants/consistency/convergence.h"

namespace consistency {
namespace {

// A write that returns at 2, and a read of its value at 3..4, by a replica.
History OneWriteReadBy(std::int32_t replica) {
  History history;
  history.keys = {"x"};
  const ValueId one = history.values.Integer(1);
  Operation write;
  write.function = Function::kWrite;
  write.argument = one;
  write.called = write.called_ns = 1;
  write.returned = write.returned_ns = 2;
  Operation read;
  read.process = 1;
  read.function = Function::kRead;
  read.result = one;
  read.called = read.called_ns = 3;
  read.returned = read.returned_ns = 4;
  read.replica = replica;
  history.operations = {write, read};
  return history;
}

TEST(Fates, WithoutAuditsWhoeverWasReadIsWaitedFor) {
  History history = OneWriteReadBy(0);
  ASSERT_EQ(FatesOf(history).size(), 1u);
  EXPECT_EQ(FatesOf(history)[0].visible_after_ns, 2);
  history.operations[1].result = kNull;
  EXPECT_EQ(FatesOf(history)[0].visible_after_ns, std::nullopt);
  EXPECT_TRUE(FatesOf(history)[0].stale);
}

// Replica 4 answered once and was then cut off for good: the healed core is 0 and 1.
TEST(Fates, WithAuditsOnlyWhoeverWasAudited) {
  History history = OneWriteReadBy(4);
  history.operations[1].result = kNull;
  for (const std::uint32_t replica : {0u, 1u}) {
    const std::int64_t at = 7 + replica;
    history.audits.push_back({.replica = replica, .key = 0, .value = history.values.Integer(1), .at = at, .at_ns = at});
  }
  const Fate fate = FatesOf(history).at(0);
  EXPECT_EQ(fate.visible_after_ns, 6);
  EXPECT_TRUE(fate.stale) << "what clients were told counts, whoever told them";
  EXPECT_FALSE(fate.lost);
}

}  // namespace
}  // namespace consistency
