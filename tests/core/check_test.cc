// CHECK: a broken promise of our own stops the program and says where.
#include "protocols/core/check.h"

#include <thread>

#include "gtest/gtest.h"

namespace core {
namespace {

TEST(Check, WhatHoldsCostsNothing) {
  int evaluated = 0;
  CHECK(++evaluated == 1);
  EXPECT_EQ(evaluated, 1) << "once, also in release";
}

TEST(CheckDeathTest, NamesTheConditionTheSeedAndTheEvent) {
  ThisThreadsCheckContext() = {42, 7};
  EXPECT_EXIT(CHECK(1 + 1 == 3), testing::ExitedWithCode(70),
              "CHECK\\(1 \\+ 1 == 3\\) failed at .*check_test.cc:[0-9]+\n.*seed 42, after event 7");
  ThisThreadsCheckContext() = {};
}

TEST(Check, EachThreadHasItsOwnContext) {
  ThisThreadsCheckContext() = {42, 7};
  std::uint64_t seed = 1;
  std::thread([&] { seed = ThisThreadsCheckContext().seed; }).join();
  EXPECT_EQ(seed, 0u);
  ThisThreadsCheckContext() = {};
}

}  // namespace
}  // namespace core
