// The oracle itself: stories whose verdicts a reader can see, and what must hold of any.
#include "tests/consistency/brute_force.h"

#include <map>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "tests/consistency/implications.h"
#include "tests/consistency/notation.h"
#include "tests/consistency/random_history.h"

namespace consistency {
namespace {

bool Linearizable(ModelKind model, std::string_view history) {
  return BruteForce(FromNotation(history), model, Consistency::kLinearizable);
}
bool LinearizableRegister(std::string_view history) { return Linearizable(ModelKind::kRegister, history); }

// "ccv cc mr": what a history of registers has besides linearizability, strongest first.
std::string Has(std::string_view notation) {
  const History history = FromNotation(notation);
  std::string held;
  for (const ShortName& each : kOrdered) {
    if (each.consistency == Consistency::kLinearizable) continue;
    if (!BruteForce(history, ModelKind::kRegister, each.consistency)) continue;
    held += (held.empty() ? "" : " ") + std::string(each.name);
  }
  return held;
}
constexpr std::string_view kAll = "sequential ccv cm cc pram wfr mw mr ryw";
constexpr std::string_view kNone;

// --- Linearizable: registers -------------------------------------------------------------

TEST(Linearizable, NothingIsRight) {
  EXPECT_TRUE(LinearizableRegister(""));
  EXPECT_EQ(Has(""), kAll);
}

TEST(Linearizable, AWriteThatReturnedIsRead) {
  EXPECT_FALSE(LinearizableRegister("p0: w(x,1) | p1: - r(x)=null"));
  EXPECT_TRUE(LinearizableRegister("p0: w(x,1) | p1: - r(x)=1"));
}

TEST(Linearizable, OfTwoThatOverlapEitherIsFirst) {
  EXPECT_TRUE(LinearizableRegister("p0: w(x,1) | p1: r(x)=null"));
  EXPECT_TRUE(LinearizableRegister("p0: w(x,1) | p1: r(x)=1"));
}

TEST(Linearizable, TwoThatTouchOverlap) {
  EXPECT_TRUE(LinearizableRegister("p0: w(x,1)@0-5 | p1: r(x)=null@5-6"));
  EXPECT_FALSE(LinearizableRegister("p0: w(x,1)@0-5 | p1: r(x)=null@6-6"));
  EXPECT_TRUE(LinearizableRegister("p0: w(x,1)@5 | p1: r(x)=null@5"));
}

TEST(Linearizable, ASecondReaderIsNotBehindTheFirst) {
  EXPECT_FALSE(LinearizableRegister("p0: w(x,1)@0-90 | p1: r(x)=1@10-20 | p2: r(x)=null@30-40"));
  EXPECT_TRUE(LinearizableRegister("p0: w(x,1)@0-90 | p1: r(x)=1@10-20 | p2: r(x)=null@20-40"));
}

TEST(Linearizable, ValuesMayRepeat) {
  EXPECT_TRUE(LinearizableRegister("p0: w(x,1) w(x,2) w(x,1) r(x)=1"));
  EXPECT_TRUE(LinearizableRegister("p0: w(x,1) w(x,null) r(x)=null"));
  EXPECT_FALSE(LinearizableRegister("p0: w(x,1) w(x,null) r(x)=1"));
}

TEST(Linearizable, EveryKeyMustBe) {
  EXPECT_FALSE(LinearizableRegister("p0: w(x,1) r(x)=1 w(y,1) r(y)=null"));
  EXPECT_TRUE(LinearizableRegister("p0: w(x,1) r(x)=1 w(y,1) r(y)=1 r(z)=null"));
}

TEST(Linearizable, ACrashedWriteTakesEffectLateOrNever) {
  EXPECT_TRUE(LinearizableRegister("p0: w(x,1)? | p1: - r(x)=null r(x)=null"));
  EXPECT_TRUE(LinearizableRegister("p0: w(x,1)? | p1: - r(x)=null r(x)=1"));
  EXPECT_TRUE(LinearizableRegister("p0: w(x,1)? w(x,2) r(x)=2 r(x)=1"));
}

TEST(Linearizable, ACrashedWriteTakesEffectOnceAndNotBeforeItsCall) {
  EXPECT_FALSE(LinearizableRegister("p0: w(x,1)? | p1: - r(x)=1 r(x)=null"));
  EXPECT_FALSE(LinearizableRegister("p0: w(x,1)? w(x,2) r(x)=1 w(x,2) r(x)=1"));
  EXPECT_FALSE(LinearizableRegister("p0: - w(x,1)? | p1: r(x)=1"));
}

TEST(Linearizable, AFailedWriteHasNotHappened) {
  EXPECT_FALSE(LinearizableRegister("p0: w(x,1)! r(x)=1"));
  EXPECT_TRUE(LinearizableRegister("p0: w(x,1)! r(x)=null"));
}

TEST(Linearizable, ReadsWithoutAnAnswerSayNothing) {
  EXPECT_TRUE(LinearizableRegister("p0: w(x,1) r(x)? r(x)! r(x)=1"));
}

// --- Linearizable: the other models ------------------------------------------------------

TEST(Linearizable, CasSeesWhatItExpectsOrFails) {
  constexpr auto kModel = ModelKind::kCasRegister;
  EXPECT_TRUE(Linearizable(kModel, "p0: w(x,1) cas(x,1,2) r(x)=2 cas(x,1,3)! r(x)=2"));
  EXPECT_FALSE(Linearizable(kModel, "p0: w(x,1) cas(x,2,3)"));
  EXPECT_FALSE(Linearizable(kModel, "p0: w(x,1) cas(x,1,2)!"));
  EXPECT_TRUE(Linearizable(kModel, "p0: cas(x,null,1) r(x)=1"));
}

TEST(Linearizable, OfTwoCasFromTheSameValueOneSucceeds) {
  constexpr auto kModel = ModelKind::kCasRegister;
  EXPECT_TRUE(Linearizable(kModel, "p0: cas(x,null,1) | p1: cas(x,null,2)!"));
  EXPECT_FALSE(Linearizable(kModel, "p0: cas(x,null,1) | p1: cas(x,null,2)"));
  EXPECT_FALSE(Linearizable(kModel, "p0: cas(x,null,1)! | p1: cas(x,null,2)!"));
}

TEST(Linearizable, ACrashedCasMayFailToo) {
  constexpr auto kModel = ModelKind::kCasRegister;
  EXPECT_TRUE(Linearizable(kModel, "p0: cas(x,7,1)? r(x)=null"));
  EXPECT_FALSE(Linearizable(kModel, "p0: cas(x,7,1)? r(x)=1"));
  EXPECT_TRUE(Linearizable(kModel, "p0: cas(x,null,1)? r(x)=1"));
}

TEST(Linearizable, AppendsAddToAStringOrMakeOne) {
  constexpr auto kModel = ModelKind::kKvAppend;
  EXPECT_TRUE(Linearizable(kModel, R"(p0: r(x)=null append(x,"a") append(x,"b") r(x)="ab" w(x,"c") r(x)="c")"));
  EXPECT_TRUE(Linearizable(kModel, R"(p0: append(x,"") r(x)="")"));
  EXPECT_FALSE(Linearizable(kModel, R"(p0: append(x,"") r(x)=null)"));
  EXPECT_TRUE(Linearizable(kModel, R"(p0: append(x,"a") r(x)="ba" | p1: append(x,"b"))"));
  EXPECT_FALSE(Linearizable(kModel, R"(p0: append(x,"a") r(x)="aa" | p1: append(x,"b"))"));
}

TEST(Linearizable, ASetIsReadInAnyOrder) {
  constexpr auto kModel = ModelKind::kSet;
  EXPECT_TRUE(Linearizable(kModel, "p0: r(x)=[] add(x,1) add(x,2) add(x,1) r(x)=[2,1] remove(x,1) r(x)=[2]"));
  EXPECT_FALSE(Linearizable(kModel, "p0: add(x,1) add(x,1) remove(x,1) r(x)=[1]"));
  EXPECT_TRUE(Linearizable(kModel, "p0: remove(x,1) r(x)=[]"));
  EXPECT_FALSE(Linearizable(kModel, "p0: add(x,1) r(x)=[1,1]"));
}

TEST(Linearizable, ACounterAddsUp) {
  constexpr auto kModel = ModelKind::kCounter;
  EXPECT_TRUE(Linearizable(kModel, "p0: r(x)=0 add(x,2) add(x,-3) r(x)=-1"));
  EXPECT_FALSE(Linearizable(kModel, "p0: add(x,2) add(x,-3) r(x)=2"));
  EXPECT_TRUE(Linearizable(kModel, "p0: add(x,2)? add(x,-3)? | p1: - r(x)=-3 r(x)=-1"));
  EXPECT_FALSE(Linearizable(kModel, "p0: add(x,2)? add(x,-3)? | p1: - r(x)=-3 r(x)=2"));
}

TEST(Linearizable, AQueueGivesTheFirst) {
  constexpr auto kModel = ModelKind::kQueue;
  EXPECT_TRUE(
      Linearizable(kModel, "p0: dequeue(x)=null enqueue(x,1) enqueue(x,2) dequeue(x)=1 dequeue(x)=2 dequeue(x)=null"));
  EXPECT_FALSE(Linearizable(kModel, "p0: enqueue(x,1) enqueue(x,2) dequeue(x)=2"));
  EXPECT_FALSE(Linearizable(kModel, "p0: enqueue(x,1) dequeue(x)=1 dequeue(x)=1"));
  EXPECT_FALSE(Linearizable(kModel, "p0: enqueue(x,1) dequeue(x)=null"));
}

TEST(Linearizable, ACrashedDequeueMayHaveTakenTheFirst) {
  constexpr auto kModel = ModelKind::kQueue;
  EXPECT_TRUE(Linearizable(kModel, "p0: enqueue(x,1) enqueue(x,2) dequeue(x)? dequeue(x)=2"));
  EXPECT_TRUE(Linearizable(kModel, "p0: enqueue(x,1) enqueue(x,2) dequeue(x)? dequeue(x)=1"));
  EXPECT_FALSE(Linearizable(kModel, "p0: enqueue(x,1) enqueue(x,2) dequeue(x)! dequeue(x)=2"));
}

TEST(Linearizable, ALockIsHeldByOneAndItsTokensGrow) {
  constexpr auto kModel = ModelKind::kLock;
  EXPECT_TRUE(Linearizable(kModel, "p0: acquire(x)=1 acquire(x)! release(x,1) acquire(x)=5"));
  EXPECT_FALSE(Linearizable(kModel, "p0: acquire(x)=1 acquire(x)=2"));
  EXPECT_FALSE(Linearizable(kModel, "p0: acquire(x)=1 release(x,1) acquire(x)=1"));
  EXPECT_FALSE(Linearizable(kModel, "p0: acquire(x)=0"));
  EXPECT_FALSE(Linearizable(kModel, "p0: acquire(x)!"));
}

TEST(Linearizable, OnlyTheTokenThatHoldsALockReleasesIt) {
  constexpr auto kModel = ModelKind::kLock;
  EXPECT_TRUE(Linearizable(kModel, "p0: release(x,1)! acquire(x)=2 release(x,1)! release(x,2) release(x,2)!"));
  EXPECT_FALSE(Linearizable(kModel, "p0: acquire(x)=2 release(x,1)"));
  EXPECT_FALSE(Linearizable(kModel, "p0: acquire(x)=2 release(x,2)!"));
  EXPECT_FALSE(Linearizable(kModel, "p0: release(x,1)"));
}

TEST(Linearizable, AReleaseNamesTheTokenThatNobodyHeardOf) {
  constexpr auto kModel = ModelKind::kLock;
  EXPECT_TRUE(Linearizable(kModel, "p0: acquire(x)? acquire(x)! release(x,4) acquire(x)=5"));
  EXPECT_FALSE(Linearizable(kModel, "p0: acquire(x)? release(x,4) acquire(x)=4"));
  EXPECT_FALSE(Linearizable(kModel, "p0: acquire(x)=3 release(x,3) acquire(x)? release(x,3)"));
  EXPECT_TRUE(Linearizable(kModel, "p0: acquire(x)? acquire(x)! release(x,4)! release(x,4)"));
  // Two releases need two acquires.
  EXPECT_FALSE(Linearizable(kModel, "p0: acquire(x)? release(x,4) release(x,5)"));
  EXPECT_TRUE(Linearizable(kModel, "p0: acquire(x)? acquire(x)? release(x,4) release(x,5)"));
}

TEST(Linearizable, ACrashedReleaseMayHaveFreedTheLock) {
  constexpr auto kModel = ModelKind::kLock;
  EXPECT_TRUE(Linearizable(kModel, "p0: acquire(x)=1 release(x,1)? acquire(x)! acquire(x)=2"));
  EXPECT_FALSE(Linearizable(kModel, "p0: acquire(x)=1 release(x,3)? acquire(x)=2"));
  EXPECT_FALSE(Linearizable(kModel, "p0: acquire(x)? acquire(x)! release(x,3)? acquire(x)=2"));
  EXPECT_TRUE(Linearizable(kModel, "p0: acquire(x)? acquire(x)! release(x,3)? acquire(x)=4"));
}

TEST(Linearizable, AListKeepsItsOrder) {
  constexpr auto kModel = ModelKind::kListAppend;
  EXPECT_TRUE(Linearizable(kModel, "p0: r(x)=[] append(x,1) append(x,2) append(x,1) r(x)=[1,2,1]"));
  EXPECT_FALSE(Linearizable(kModel, "p0: append(x,1) append(x,2) r(x)=[2,1]"));
  EXPECT_TRUE(Linearizable(kModel, "p0: append(x,1) r(x)=[2,1] | p1: append(x,2)"));
  EXPECT_FALSE(Linearizable(kModel, "p0: append(x,1) r(x)=[2,1] r(x)=[1,2] | p1: append(x,2)"));
}

// --- The others, of registers with unique values -----------------------------------------

TEST(Weak, ASessionAloneIsWhatItSays) { EXPECT_EQ(Has("p0: r(x)=null w(x,1) r(x)=1 w(x,2) r(x)=2 r(y)=null"), kAll); }

TEST(Weak, RealTimeAcrossSessionsDoesNotCount) {
  constexpr std::string_view kStale = "p0: w(x,1) | p1: - r(x)=null r(x)=1";
  EXPECT_FALSE(LinearizableRegister(kStale));
  EXPECT_EQ(Has(kStale), kAll);
}

// Before Dekker's algorithm lets anybody in, both have asked and neither has seen it.
TEST(Weak, TwoThatMissEachOtherAreNotSequential) {
  EXPECT_EQ(Has("p0: w(x,1) r(y)=null | p1: w(y,1) r(x)=null"), "ccv cm cc pram wfr mw mr ryw");
}

TEST(Weak, IndependentReadersOfIndependentWritesMayDisagree) {
  EXPECT_EQ(Has("p0: w(x,1) | p1: w(y,1) | p2: - r(x)=1 r(y)=null | p3: - r(y)=1 r(x)=null"),
            "ccv cm cc pram wfr mw mr ryw");
}

// Nor does it bring read-your-writes, whose one ar would need 1 before 2 and 2 before 1.
TEST(Weak, CausalMemoryLetsSessionsDisagreeForever) {
  EXPECT_EQ(Has("p0: w(x,1) r(x)=2 | p1: w(x,2) r(x)=1"), "cm cc wfr mw mr");
}

// Bouajjani et al., "On verifying causal consistency", 2017, Figure 3: once z was read as
// null, all of p0 comes after p1's write, in p1's own order; but in ar x=2 may still be last.
TEST(Weak, CausalConvergenceLetsAWriteOvertakeWhatItsSessionSaw) {
  EXPECT_EQ(Has("p0: w(z,1) w(x,1) w(y,1) | p1: w(x,2) r(z)=null r(y)=1 r(x)=2"), "ccv cc pram wfr mw mr ryw");
}

// One ar has to serve both reads in pram: 2 before 1 for the first, 1 before 2 for the other.
TEST(Weak, TheSessionGuaranteesHoldOneByOneButNotTogether) {
  EXPECT_EQ(Has("p0: w(x,1) | p1: w(x,2) r(x)=1 r(x)=2"), "cc wfr mw mr ryw");
}

TEST(Weak, ASecondWriteSeenWithoutTheFirst) {
  EXPECT_EQ(Has("p0: w(x,1) w(y,1) | p1: - - r(y)=1 r(x)=null"), "wfr mr ryw");
}

TEST(Weak, WritesOfASessionTurnedRound) { EXPECT_EQ(Has("p0: w(x,1) w(x,2) | p1: - r(x)=2 r(x)=1"), "wfr mr ryw"); }

TEST(Weak, AnAnswerSeenWithoutItsQuestion) {
  EXPECT_EQ(Has("p0: w(x,1) | p1: - r(x)=1 w(y,1) | p2: - - - r(y)=1 r(x)=null"), "pram mw mr ryw");
}

TEST(Weak, AnOverwriteTurnedRound) {
  EXPECT_EQ(Has("p0: w(x,1) | p1: - r(x)=1 w(x,2) | p2: - - - r(x)=2 r(x)=1"), "pram mw mr ryw");
}

TEST(Weak, AReaderGoesBackInTime) {
  EXPECT_EQ(Has("p0: w(x,1) | p1: - r(x)=1 r(x)=null"), "ryw");
  EXPECT_EQ(Has("p0: w(x,1) | p1: w(x,2) | p2: r(x)=1 r(x)=2 r(x)=1"), "cc ryw");
}

TEST(Weak, AWriterDoesNotSeeItsOwn) { EXPECT_EQ(Has("p0: w(x,1) r(x)=null"), "wfr mw mr"); }

// Read-your-writes has 2 before 1 in ar, monotonic writes does not see 2: pram can do neither.
TEST(Weak, AWriterSeesTheOlderOfItsOwn) { EXPECT_EQ(Has("p0: w(x,1) w(x,2) r(x)=1"), "wfr mw mr ryw"); }

TEST(Weak, AReaderSeesWhatItWillWrite) {
  EXPECT_EQ(Has("p0: r(x)=1 w(x,1)"), "pram mw mr ryw");
  EXPECT_EQ(Has("p0: r(y)=1 w(x,1) | p1: r(x)=1 w(y,1)"), "pram mw mr ryw");
}

TEST(Weak, NobodyWroteIt) {
  EXPECT_EQ(Has("p0: w(x,1) | p1: r(x)=7"), kNone);
  EXPECT_EQ(Has("p0: w(x,1) | p1: r(y)=1"), kNone);
  EXPECT_EQ(Has("p0: w(x,1)! | p1: r(x)=1"), kNone);
}

TEST(Weak, EqualValuesOfTwoKeysAreTwoWrites) { EXPECT_EQ(Has("p0: w(x,1) w(y,1) r(x)=1 r(y)=1 w(y,2) r(x)=1"), kAll); }

TEST(Weak, ReadsWithoutAnAnswerSayNothing) { EXPECT_EQ(Has("p0: w(x,1) r(x)? r(x)! r(x)=1"), kAll); }

TEST(Weak, ACrashedWriteThatNobodyReadDoesNotCount) {
  EXPECT_EQ(Has("p0: w(x,1)? r(x)=null"), kAll);
  EXPECT_EQ(Has("p0: w(x,1) w(x,2)? w(y,3) | p1: - - - r(y)=3 r(x)=1"), kAll);
}

TEST(Weak, ACrashedWriteThatWasReadCounts) {
  EXPECT_EQ(Has("p0: w(x,1)? | p1: - r(x)=1 r(x)=null"), "ryw");
  EXPECT_EQ(Has("p0: w(x,1) w(x,2)? | p1: - - r(x)=2 r(x)=1"), "wfr mr ryw");
}

TEST(Weak, ACrashedWritePrecedesNothingOfItsOwnSession) {
  EXPECT_EQ(Has("p0: w(x,1)? w(x,2) r(x)=2 r(x)=1"), kAll);
  EXPECT_EQ(Has("p0: w(x,1)? r(x)=null w(y,1) | p1: - - - r(y)=1 r(x)=null r(x)=1"), kAll);
  EXPECT_EQ(Has("p0: w(x,1) r(x)=null w(y,1) | p1: - - - r(y)=1 r(x)=null r(x)=1"), "wfr mr");
}

TEST(Weak, WhatTouchesInASessionIsNotInOrder) {
  EXPECT_EQ(Has("p0: w(x,1)@0-5 r(x)=null@5-6"), kAll);
  EXPECT_EQ(Has("p0: w(x,1)@0-5 r(x)=null@6-6"), "wfr mw mr");
}

// --- Of any history ------------------------------------------------------------------------

constexpr std::uint64_t kHistories = 20'000;

History UniqueRegisters(std::uint64_t seed, std::uint32_t most_operations = 8) {
  return RandomHistory(ModelKind::kRegister, seed, {.most_operations = most_operations, .unique_values = true});
}

TEST(Oracle, KeepsTheImplications) {
  for (std::uint64_t seed = 0; seed < kHistories; ++seed) {
    const History history = UniqueRegisters(seed);
    std::map<Consistency, bool> holds;
    for (const ShortName& each : kOrdered) {
      holds[each.consistency] = BruteForce(history, ModelKind::kRegister, each.consistency);
    }
    for (const Implication& each : kImplications) {
      ASSERT_TRUE(!holds[each.stronger] || holds[each.weaker]) << ToNotation(history);
    }
  }
}

TEST(Oracle, TheSmallestSetsSuffice) {
  int refused = 0;
  for (std::uint64_t seed = 0; seed < kHistories / 5; ++seed) {
    const History history = UniqueRegisters(seed, 6);
    for (unsigned bits = 0; bits < 16; ++bits) {
      const Guarantees some{(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0};
      const bool has = HasVisibility(history, some);
      ASSERT_EQ(has, HasVisibilityAmongAll(history, some)) << ToNotation(history) << ", guarantees " << bits;
      refused += has ? 0 : 1;
    }
  }
  EXPECT_GT(refused, 1000);
}

// Two definitions that look nothing alike: sets of writes and causality.
TEST(Oracle, AllSessionGuaranteesTogetherAreCausalConvergence) {
  int violated = 0;
  for (std::uint64_t seed = 0; seed < kHistories; ++seed) {
    const History history = UniqueRegisters(seed);
    const bool holds = BruteForce(history, ModelKind::kRegister, Consistency::kCausalConvergence);
    ASSERT_EQ(holds, HasVisibility(history, {true, true, true, true})) << ToNotation(history);
    violated += holds ? 0 : 1;
  }
  EXPECT_GT(violated, 1000);
}

// Monotonic writes and writes-follow-reads alone: README.md says why.
TEST(Oracle, NoClientRefutesMonotonicWritesAlone) {
  EXPECT_TRUE(HasVisibility(FromNotation("p0: w(x,1) w(x,2) | p1: - r(x)=2 r(x)=1"), {.session_writes = true}));
  EXPECT_TRUE(
      HasVisibility(FromNotation("p0: w(x,1) | p1: - r(x)=1 w(x,2) | p2: - - - r(x)=2 r(x)=1"), {.causes = true}));
}

// --- Notation and random histories ---------------------------------------------------------

TEST(Notation, OfAllOperationsIsReadAsItIsWritten) {
  constexpr std::string_view kText =
      R"(p0: r(x)=null@0-1 w(x,-1)@2-3 cas(x,1,2)!@4-5 append(y,"a")@6-7 | )"
      R"(p3: add(x,1)?@0 remove(x,1)@2-2 enqueue(x,1)@3-4 dequeue(x)=[1,2]@5-6 acquire(x)=3@7-8 release(x,3)@9-10)";
  EXPECT_EQ(ToNotation(FromNotation(kText)), kText);
}

TEST(Notation, WithoutTimesOperationsHappenInRounds) {
  EXPECT_EQ(ToNotation(FromNotation("p0: w(x,1) w(x,2)? | p1: - r(x)=1 r(x)!")),
            "p0: w(x,1)@0-8 w(x,2)?@10 | p1: r(x)=1@10-18 r(x)!@20-28");
}

TEST(RandomHistory, IsTheSameEverywhere) {
  std::uint64_t print = 0;
  for (unsigned model = 0; model < 8; ++model) {
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
      const std::string text = ToNotation(RandomHistory(static_cast<ModelKind>(model), seed, {}));
      for (const char c : text) print = (print ^ static_cast<unsigned char>(c)) * 0x100000001B3;
    }
  }
  EXPECT_EQ(print, 17201989133814866347U);
}

TEST(RandomHistory, SessionsDoNotTouchThemselves) {
  for (std::uint64_t seed = 0; seed < kHistories; ++seed) {
    const History history = RandomHistory(ModelKind::kSet, seed, {});
    ASSERT_LE(history.operations.size(), 8U);
    std::map<std::uint32_t, const Operation*> last;
    for (const Operation& operation : history.operations) {
      const Operation*& before = last[operation.process];
      ASSERT_TRUE(before == nullptr || before->returned == kNever || Precedes(*before, operation));
      ASSERT_EQ(operation.returned == kNever, operation.outcome == Outcome::kUnknown);
      before = &operation;
    }
  }
}

}  // namespace
}  // namespace consistency
