// What a search may cost is bounded in steps and bytes, so that a verdict does not depend on the
// machine; what it could not find out it says, and one key's trouble is not another's.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "invariants/consistency/check.h"
#include "tests/consistency/notation.h"

namespace consistency {
namespace {

using testing::HasSubstr;

// All subsets of the additions would have to be tried: each sum is another one.
std::string HardKey(const std::string& key, int additions) {
  std::string text;
  for (int i = 0; i < additions; ++i) {
    text += "p" + std::to_string(i) + ": add(" + key + "," + std::to_string(1 << i) + ")@" + std::to_string(1 + i) +
            "-" + std::to_string(100 + i) + " | ";
  }
  return text + "p90: r(" + key + ")=-1@200-300";
}
const std::string kStale = "p91: add(b,5)@1-2 r(b)=0@5-6";

Judgement Judge(const std::string& notation, const Options& options) {
  const History history = FromNotation(notation);
  const Model& counter = *FindModel("counter");
  EXPECT_TRUE(Validate(history, counter, Consistency::kLinearizable).ok());
  return Check(history, counter, Consistency::kLinearizable, options);
}

TEST(Limits, StepsThatRunOutAreSaidToHave) {
  const Judgement judgement = Judge(HardKey("a", 20), {.max_steps = 10'000});
  EXPECT_EQ(judgement.verdict, Verdict::kInconclusive);
  EXPECT_THAT(judgement.reason, HasSubstr("more than 10000 steps for 21 operations on key a"));
  EXPECT_FALSE(judgement.counterexample);
}

TEST(Limits, BytesThatRunOutAreSaidToHave) {
  const Judgement judgement = Judge(HardKey("a", 20), {.max_bytes = 100'000});
  EXPECT_EQ(judgement.verdict, Verdict::kInconclusive);
  EXPECT_THAT(judgement.reason, HasSubstr("more than 100000 bytes"));
}

TEST(Limits, WithEnoughOfBothTheSearchEnds) {
  EXPECT_EQ(Judge(HardKey("a", 12), {.explain = false}).verdict, Verdict::kViolated);
}

TEST(Limits, AHardKeyHidesNoViolationOfAnother) {
  for (const std::uint64_t steps : {30'000u, 1'000'000u}) {
    const Judgement judgement = Judge(HardKey("a", 20) + " | " + kStale, {.max_steps = steps});
    EXPECT_EQ(judgement.verdict, Verdict::kViolated);
    ASSERT_TRUE(judgement.counterexample);
    EXPECT_EQ(judgement.counterexample->operations.size(), 2u);
  }
  EXPECT_EQ(Judge(HardKey("a", 20) + " | " + kStale, {.max_bytes = 100'000}).verdict, Verdict::kViolated);
}

// Many sessions that are never heard of make a large matrix, not a wrong verdict.
TEST(Limits, SoIsTheMatrixOfTheCausalConsistencies) {
  const History history = FromNotation("p0: w(x,1) r(x)=1 | p1: r(x)=1 w(x,2)");
  const Model& model = *FindModel("register");
  const Judgement judgement = Check(history, model, Consistency::kCausal, {.max_bytes = 10});
  EXPECT_EQ(judgement.verdict, Verdict::kInconclusive);
  EXPECT_THAT(judgement.reason, HasSubstr("more than 10 bytes for 4 operations in 2 sessions"));
}

// No order keeps both processes' and explains all reads, and no saturation shows it.
TEST(Limits, TheSearchForASequentialOrderIsBoundedToo) {
  std::string text;
  for (int i = 0; i < 6; ++i) {
    const std::string p = std::to_string(i), a = std::to_string(10 + i), b = std::to_string(20 + i);
    text += (i > 0 ? " | " : "") + ("p" + p + ": w(x," + a + ") w(y," + b + ") r(x)=" + a + " r(y)=" + b);
  }
  const Model& model = *FindModel("register");
  const Judgement bounded =
      Check(FromNotation(text), model, Consistency::kSequential, {.max_steps = 1, .zones = false});
  EXPECT_EQ(bounded.verdict, Verdict::kInconclusive);
  EXPECT_THAT(bounded.reason, HasSubstr("more than 1 steps"));
  EXPECT_EQ(Check(FromNotation(text), model, Consistency::kSequential, {.zones = false}).verdict, Verdict::kHolds);
}

}  // namespace
}  // namespace consistency
