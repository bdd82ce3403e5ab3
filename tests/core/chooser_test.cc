// Choosers: even, independent by name, the same on every machine.
#include "protocols/core/chooser.h"

#include <cstdint>
#include <set>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace core {
namespace {

// The greatest sum of squares that chance allows (Pearson's chi-square, p = 0.001),
// times the expected count so that integers suffice.
struct Cells {
  std::vector<std::uint64_t> counts;
  std::uint64_t draws = 0;
  void Count(std::uint64_t cell) {
    ++counts[cell];
    ++draws;
  }
  // `limit`: of chi-square with counts.size() - 1 degrees of freedom.
  void ExpectEven(std::uint64_t limit) const {
    const auto expected = static_cast<std::int64_t>(draws / counts.size());
    std::int64_t squares = 0;
    for (const std::uint64_t count : counts) {
      const std::int64_t off = static_cast<std::int64_t>(count) - expected;
      squares += off * off;
    }
    EXPECT_LT(squares, static_cast<std::int64_t>(limit) * expected);
  }
};

ChoiceName Name(std::uint64_t occurrence) { return {Purpose::kLoss, 1, 2, occurrence}; }

// Written down once. A change here changes every run of every seed.
TEST(Seeded, IsTheSameOnEveryCompilerForEver) {
  constexpr std::uint64_t kBound = 1'000'000;
  Seeded zero(0), one(1);
  EXPECT_EQ(zero.Choose({}, kBound), 421911u);
  EXPECT_EQ(one.Choose({}, kBound), 904156u);
  EXPECT_EQ(one.Choose({Purpose::kCore, 0xFFFFFFFF, 7, 1}, kBound), 441574u);
  EXPECT_EQ(one.Choose(Name(0), std::uint64_t{1} << 63), 6770458843089037481u);
}

TEST(Seeded, IsEven) {
  Seeded seeded(7);
  Cells ten{std::vector<std::uint64_t>(10)};
  for (std::uint64_t i = 0; i < 10'000; ++i) ten.Count(seeded.Choose(Name(i), 10));
  ten.ExpectEven(28);
  // The high and the low bits of a wide answer.
  Cells high{std::vector<std::uint64_t>(16)}, low{std::vector<std::uint64_t>(16)};
  for (std::uint64_t i = 0; i < 16'000; ++i) {
    const std::uint64_t wide = seeded.Choose(Name(i), std::uint64_t{1} << 60);
    high.Count(wide >> 56);
    low.Count(wide & 15);
  }
  high.ExpectEven(38);
  low.ExpectEven(38);
}

// Pairs of answers to two names fall evenly into 8 x 8 cells.
template <class First, class Second>
void ExpectIndependent(First first, Second second) {
  Cells cells{std::vector<std::uint64_t>(64)};
  for (std::uint64_t i = 0; i < 32'000; ++i) cells.Count(8 * first(i) + second(i));
  cells.ExpectEven(104);
}

TEST(Seeded, OneNameSaysNothingOfAnother) {
  Seeded seeded(7), neighbour(8);
  const auto base = [&](std::uint64_t i) { return seeded.Choose({Purpose::kLoss, 1, 2, i}, 8); };
  ExpectIndependent(base, [&](std::uint64_t i) { return seeded.Choose({Purpose::kLatency, 1, 2, i}, 8); });
  ExpectIndependent(base, [&](std::uint64_t i) { return seeded.Choose({Purpose::kLoss, 2, 2, i}, 8); });
  ExpectIndependent(base, [&](std::uint64_t i) { return seeded.Choose({Purpose::kLoss, 1, 3, i}, 8); });
  ExpectIndependent(base, [&](std::uint64_t i) { return seeded.Choose({Purpose::kLoss, 2, 1, i}, 8); });
  ExpectIndependent(base, [&](std::uint64_t i) { return seeded.Choose({Purpose::kLoss, 1, 2, i + 1}, 8); });
  ExpectIndependent(base, [&](std::uint64_t i) { return neighbour.Choose({Purpose::kLoss, 1, 2, i}, 8); });
}

// Seeds 0, 1, 2 … are what people use: the first answers of each must not be alike.
TEST(Seeded, SmallSeedsAreUnlikeEachOther) {
  Cells cells{std::vector<std::uint64_t>(64)};
  std::set<std::uint64_t> wide;
  for (std::uint64_t seed = 0; seed < 32'000; ++seed) {
    Seeded seeded(seed);
    cells.Count(8 * seeded.Choose(Name(0), 8) + seeded.Choose(Name(1), 8));
    wide.insert(seeded.Choose({}, std::uint64_t{1} << 63));
  }
  cells.ExpectEven(104);
  EXPECT_EQ(wide.size(), 32'000u);
}

RC_GTEST_PROP(Seeded, StaysBelowItsBound, (std::uint64_t seed, std::uint64_t occurrence)) {
  const auto bound = *rc::gen::nonZero<std::uint64_t>();
  Seeded seeded(seed);
  RC_ASSERT(seeded.Choose(Name(occurrence), bound) < bound);
  RC_ASSERT(seeded.Choose(Name(occurrence), 1) == 0u);
}

TEST(Tape, OverridesOneNameAndLeavesTheOthers) {
  Seeded seeded(5);
  Tape tape(5);
  constexpr std::uint64_t kBound = 1000;
  const std::uint64_t answer = (seeded.Choose(Name(3), kBound) + 1) % kBound;
  tape.Override(Name(3), answer);
  for (std::uint64_t i = 0; i < 10; ++i) {
    EXPECT_EQ(tape.Choose(Name(i), kBound), i == 3 ? answer : seeded.Choose(Name(i), kBound));
  }
  ChoiceName other = Name(3);
  other.object = 9;
  EXPECT_EQ(tape.Choose(other, kBound), seeded.Choose(other, kBound));
  EXPECT_EQ(tape.Choose(Name(3), kBound), answer) << "an answer is not used up";
}

TEST(Tape, AnswersFitANewBound) {
  Tape tape(5);
  tape.Override(Name(0), 7);
  EXPECT_EQ(tape.Choose(Name(0), 5), 2u);
}

TEST(Tape, ACopyGoesItsOwnWay) {
  Tape tape(5);
  Tape copy = tape;
  copy.Override(Name(0), 1);
  EXPECT_EQ(tape.Choose(Name(0), 1'000'000), Seeded(5).Choose(Name(0), 1'000'000));
  EXPECT_EQ(copy.Choose(Name(0), 1'000'000), 1u);
}

// How many questions there are, and of what bound, depends on the answers so far.
std::vector<std::uint64_t> BranchingStep(Chooser& chooser) {
  std::vector<std::uint64_t> answers = {chooser.Choose({}, 3)};
  for (std::uint64_t i = 0; i < answers.front(); ++i) answers.push_back(chooser.Choose({}, 2 + i));
  return answers;
}

TEST(Odometer, GoesThroughAllCombinationsOnce) {
  Odometer odometer;
  std::set<std::vector<std::uint64_t>> seen;
  int runs = 0;
  do {
    odometer.Rewind();
    seen.insert(BranchingStep(odometer));
    ++runs;
  } while (odometer.Advance());
  EXPECT_EQ(runs, 1 + 2 + 2 * 3);
  EXPECT_EQ(seen.size(), 9u);
  EXPECT_FALSE(odometer.Advance()) << "it is done, and stays so";
}

TEST(Odometer, AStepWithoutChoicesHappensOnce) {
  Odometer odometer;
  odometer.Rewind();
  EXPECT_FALSE(odometer.Advance());
}

RC_GTEST_PROP(Odometer, CountsLikeItsName, ()) {
  const auto bounds =
      *rc::gen::resize(5, rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(1, 5)));
  RC_PRE(bounds.size() <= 5u);
  std::size_t expected = 1;
  for (const std::uint64_t bound : bounds) expected *= bound;
  Odometer odometer;
  std::set<std::vector<std::uint64_t>> seen;
  std::size_t runs = 0;
  do {
    odometer.Rewind();
    std::vector<std::uint64_t> answers;
    for (const std::uint64_t bound : bounds) answers.push_back(odometer.Choose({}, bound));
    seen.insert(answers);
    ++runs;
  } while (odometer.Advance());
  RC_ASSERT(runs == expected);
  RC_ASSERT(seen.size() == expected);
}

}  // namespace
}  // namespace core
