// Where two runs part: as exactly as what is known of them allows.
#include "tools/difference.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace tools {
namespace {

using namespace std::chrono_literals;
using scenarios::Expected;

// A run of four events.
Expected Story() {
  Expected expected;
  expected.events = 4;
  expected.ladder = {{2, 1s, "a"}, {4, 2s, "b"}};
  expected.trail.marks = {11, 12, 13, 14};
  expected.trail.changes = {"0 0.000000s n1 term=t1", "2 1.000000s n1 term=t2", "2 1.000000s n1 voted_for=n2",
                            "3 1.500000s n2 role=Leader{[..] x=1}"};
  expected.trail.changes_until = 4;
  return expected;
}

TEST(Difference, NamesEventNodeFieldAndBothValues) {
  Expected now = Story();
  now.trail.changes[1] = "2 1.000000s n1 term=t8";
  now.trail.marks = {11, 99, 98, 97};
  EXPECT_EQ(FirstDifference(Story(), now), "first difference at event 2 (1.000000s): n1 term: t2, now t8");
}

// A state that differs in silence comes before the message that shows it.
TEST(Difference, StateMayDifferBeforeTheDigestDoes) {
  Expected now = Story();
  now.trail.changes[1] = "2 1.000000s n1 term=t8";
  now.trail.marks = {11, 12, 13, 97};
  EXPECT_EQ(FirstDifference(Story(), now), "first difference at event 2 (1.000000s): n1 term: t2, now t8");
}

TEST(Difference, AValueMayHaveAnEqualsSign) {
  Expected now = Story();
  now.trail.changes[3] = "3 1.500000s n2 role=Leader{[..] x=2}";
  EXPECT_EQ(FirstDifference(Story(), now),
            "first difference at event 3 (1.500000s): n2 role: Leader{[..] x=1}, now Leader{[..] x=2}");
}

TEST(Difference, WhatChangesInOneRunOnlyHasItsOldValueInTheOther) {
  Expected now = Story();
  now.trail.changes.erase(now.trail.changes.begin() + 1);
  EXPECT_EQ(FirstDifference(Story(), now), "first difference at event 2 (1.000000s): n1 term: t2, now still t1");
  EXPECT_EQ(FirstDifference(now, Story()), "first difference at event 2 (1.000000s): n1 term: still t1, now t2");
  now = Story();
  now.trail.changes.pop_back();
  EXPECT_EQ(FirstDifference(Story(), now),
            "first difference at event 3 (1.500000s): n2 role: Leader{[..] x=1}, now still as it began");
}

TEST(Difference, AnEventMayDifferBeforeAnyStateDoes) {
  Expected now = Story();
  now.trail.marks = {99, 98, 97, 96};
  now.trail.changes[1] = "2 1.000000s n1 term=t8";
  EXPECT_EQ(FirstDifference(Story(), now),
            "first difference at event 1: what happens is another thing, the states of the nodes are still equal");
}

// Changes beyond what both have kept prove nothing.
TEST(Difference, OnlyWhatBothKeptIsCompared) {
  Expected now = Story();
  now.trail.changes.resize(1);
  now.trail.changes_until = 1;
  now.trail.marks = {11, 12, 13, 97};
  EXPECT_EQ(FirstDifference(Story(), now), "first difference at event 4, beyond the recorded states of the nodes");
}

TEST(Difference, WithoutATrailItIsBetweenTwoRungs) {
  Expected now = Story();
  now.trail = {};
  now.ladder[1].digest = "c";
  EXPECT_EQ(FirstDifference(Story(), now), "first difference between event 2 (1.000 s) and event 4 (2.000 s)");
  now = Story();
  now.ladder.pop_back();
  now.events = 3;
  now.trail.marks.pop_back();
  EXPECT_EQ(FirstDifference(Story(), now), "equal up to event 2 (1.000 s), then 3 events instead of 4");
}

TEST(Difference, ForeignLinesAreNoReasonToFail) {
  for (const char* line : {"", "x", "2", "2 ", "2 =", "=", "2 1s=", "2 1s n1=", "99999999999999999999 1s n1 a=b"}) {
    Expected now = Story();
    now.trail.changes[1] = line;
    EXPECT_NE(FirstDifference(Story(), now), "") << line;
    EXPECT_NE(FirstDifference(now, Story()), "") << line;
  }
}

}  // namespace
}  // namespace tools
