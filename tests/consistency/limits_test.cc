// Limits: what is refused, and what is said when there is no saying within the steps and bytes that are allowed.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "invariants/consistency/check.h"
#include "tests/consistency/notation.h"

namespace consistency {
namespace {

constexpr Consistency kLinearizable = Consistency::kLinearizable;

// Additions that nobody heard of again, none like another, and a sum that none of their 2^n subsets has.
std::string HardKey(int additions) {
  std::string text = "p0:";
  for (int i = 0; i < additions; ++i) absl::StrAppend(&text, " add(x,", 2LL << i, ")?@", i);
  return text + " r(x)=1@50-51";
}

Judgement Judge(std::string_view model, const std::string& notation, const Options& options,
                Consistency consistency = kLinearizable) {
  return Check(FromNotation(notation), *FindModel(model), consistency, options);
}

Options Within(std::uint64_t steps, std::uint64_t bytes) {
  Options options;
  options.max_steps = steps;
  options.max_bytes = bytes;
  options.explain = false;
  return options;
}
constexpr std::uint64_t kEnough = 100'000'000;

TEST(Limits, AKeyThatNeedsMoreThanItsFirstBudgetIsJudged) {
  const Judgement judgement = Judge("counter", HardKey(10), Within(kEnough, kEnough));
  EXPECT_EQ(judgement.verdict, Verdict::kViolated);
  EXPECT_GT(judgement.steps, 4096U);
}

TEST(Limits, WhoIsOutOfStepsDoesNotKnow) {
  const Judgement judgement = Judge("counter", HardKey(20), Within(10'000, kEnough));
  EXPECT_EQ(judgement.verdict, Verdict::kInconclusive);
  EXPECT_EQ(judgement.reason, "more than 10000 steps for 21 operations on key x");
}

TEST(Limits, WhoIsOutOfBytesDoesNotKnow) {
  const Judgement judgement = Judge("counter", HardKey(20), Within(kEnough, 10'000));
  EXPECT_EQ(judgement.verdict, Verdict::kInconclusive);
  EXPECT_EQ(judgement.reason, "more than 10000 bytes for 21 operations on key x");
}

TEST(Limits, AHardKeyDoesNotHideAnother) {
  const std::string easy = " | p1: add(y,1)@60-61 r(y)=7@62-63";
  EXPECT_EQ(Judge("counter", HardKey(20) + easy, Within(100'000, kEnough)).verdict, Verdict::kViolated);
}

TEST(Limits, TheSearchForASequenceDoesNotKnowEither) {
  const std::string late = "p0: w(x,1) w(x,2) | p1: - - - r(x)=1 r(x)=2";
  EXPECT_EQ(Judge("register", late, Within(kEnough, kEnough), Consistency::kSequential).verdict, Verdict::kHolds);
  const Judgement judgement = Judge("register", late, Within(1, kEnough), Consistency::kSequential);
  EXPECT_EQ(judgement.verdict, Verdict::kInconclusive);
  EXPECT_EQ(judgement.reason, "more than 1 steps");
}

TEST(Limits, ClocksTakeBytes) {
  const Judgement judgement = Judge("register", "p0: w(x,1) | p1: r(x)=1", Within(kEnough, 10), Consistency::kCausal);
  EXPECT_EQ(judgement.verdict, Verdict::kInconclusive);
  EXPECT_EQ(judgement.reason, "more than 10 bytes for 2 operations in 2 sessions");
}

// --- what is refused ------------------------------------------------------------------------

// Empty: it is not.
std::string Refusal(const History& history, std::string_view model, Consistency consistency = kLinearizable) {
  return std::string(Validate(history, *FindModel(model), consistency).message());
}
std::string Refusal(std::string_view notation, std::string_view model, Consistency consistency = kLinearizable) {
  return Refusal(FromNotation(notation), model, consistency);
}

TEST(Refused, IsAnOperationThatTheModelDoesNotHave) {
  EXPECT_EQ(Refusal("p0: w(x,1) cas(x,1,2)", "register"),
            "line 2: f: the model register has no \"cas\"; it has read, write; judge by cas-register");
  EXPECT_EQ(Refusal("p0: w(x,1) cas(x,1,2)", "cas-register"), "");
}

TEST(Refused, IsAValueOfTheWrongKind) {
  EXPECT_EQ(Refusal("p0: enqueue(x,null)", "queue"),
            "line 1: value: want an element: null says that a queue was empty");
  EXPECT_EQ(Refusal("p0: dequeue(x)=null", "queue"), "");
  EXPECT_EQ(Refusal("p0: add(x,\"a\")", "counter"), "line 1: value: want an integer, got \"a\"");
  EXPECT_EQ(Refusal("p0: r(x)=null", "counter"), "line 1: value: want an integer, got null");
  EXPECT_EQ(Refusal("p0: r(x)?", "counter"), "");
  EXPECT_EQ(Refusal("p0: w(x,1)", "kv-append"), "line 1: value: want a string, got 1");
  EXPECT_EQ(Refusal("p0: r(x)=null", "kv-append"), "");
  EXPECT_EQ(Refusal("p0: acquire(x)=null", "lock"), "line 1: value: want a token, an integer, got null");
  EXPECT_EQ(Refusal("p0: r(x)=1", "set"), "line 1: value: want a list, got 1");
  EXPECT_EQ(Refusal("p0: r(x)=1", "list-append"), "line 1: value: want a list, got 1");
}

TEST(Refused, AreValuesThatAreNotUniqueWhereTheyMustBe) {
  constexpr std::string_view kTwice = "p0: w(x,1) w(x,1)";
  EXPECT_EQ(Refusal(kTwice, "register"), "");
  EXPECT_EQ(Refusal(kTwice, "register", Consistency::kCausal),
            "line 2: value: 1 was written to x by line 1 already; causal is judged of values that are written once");
  EXPECT_EQ(Refusal("p0: w(x,1) w(y,1)", "register", Consistency::kCausal), "");
  EXPECT_EQ(Refusal("p0: w(x,1)! w(x,1)", "register", Consistency::kCausal), "");
  EXPECT_EQ(Refusal("p0: w(x,null)", "register"), "");
  EXPECT_EQ(Refusal("p0: w(x,null)", "register", Consistency::kSequential),
            "line 1: value: sequential is judged of values that are not null, which they are before the first write");
}

TEST(Refused, IsCausalityOfWhatIsNoRegister) {
  EXPECT_EQ(Refusal("p0: enqueue(x,1)", "queue", Consistency::kCausal),
            "causal is judged of the model register only; of queue linearizable can be judged");
}

TEST(Refused, AreTimesThatContradictOneAnother) {
  EXPECT_EQ(Refusal("p0: w(x,1)@0-5 w(x,2)@5-6", "register"),
            "line 2: start: process 0 called this at 5, when line 1 had not returned yet (at 5); want a later time: "
            "only the order of times counts");
  EXPECT_EQ(Refusal("p0: w(x,1)@0-5 w(x,2)@6-6", "register"), "");
  EXPECT_EQ(Refusal("p0: w(x,1)?@0 w(x,2)@6-6", "register"), "");
  EXPECT_EQ(Refusal("p0: w(x,1)@5-4", "register"), "line 1: end: it returned before it was called");
}

TEST(Refused, AreOperationsInAnotherOrderThanThatOfTheirCalls) {
  History history = FromNotation("p0: w(x,1)@0-1 | p1: w(x,2)@5-6");
  std::swap(history.operations[0], history.operations[1]);
  EXPECT_EQ(Refusal(history, "register"), "line 1: start: operations are not in the order of their calls");
}

TEST(Refused, IsAnOutcomeThatIsUnknownThoughItReturned) {
  History history = FromNotation("p0: w(x,1)@0-1");
  history.operations[0].outcome = Outcome::kUnknown;
  EXPECT_EQ(Refusal(history, "register"), "line 1: end: an operation returns exactly if its outcome is known");
}

}  // namespace
}  // namespace consistency
