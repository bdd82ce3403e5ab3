// The oracle itself: stories whose verdicts a reader can see, and what must hold of any history.
#include "tests/consistency/brute_force.h"

#include <map>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "tests/consistency/implications.h"
#include "tests/consistency/notation.h"
#include "tests/consistency/random_history.h"
#include "tests/consistency/stories.h"

namespace consistency {
namespace {

// "ccv cc mr": what a history of registers has besides linearizability, strongest first.
std::string Held(std::string_view notation) {
  const History history = FromNotation(notation);
  std::string held;
  for (const ShortName& each : kOrdered) {
    if (each.consistency == Consistency::kLinearizable) continue;
    if (!BruteForce(history, ModelKind::kRegister, each.consistency)) continue;
    held += (held.empty() ? "" : " ") + std::string(each.name);
  }
  return held;
}

TEST(Oracle, TellsLinearizableStoriesApart) {
  for (const LinearizableStory& story : kLinearizableStories) {
    EXPECT_EQ(BruteForce(FromNotation(story.history), story.model, Consistency::kLinearizable), story.holds)
        << story.name << ": " << story.history;
  }
}

TEST(Oracle, TellsWeakStoriesApart) {
  for (const WeakStory& story : kWeakStories) {
    EXPECT_EQ(Held(story.history), story.held) << story.name << ": " << story.history;
  }
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
  EXPECT_EQ(print, 5849562909136887799U);
}

TEST(RandomHistory, AnswersAreOfTheRightKind) {
  for (std::uint64_t seed = 0; seed < kHistories; ++seed) {
    const History set = RandomHistory(ModelKind::kSet, seed, {});
    for (const Operation& operation : set.operations) {
      const bool answered = operation.function == Function::kRead && operation.outcome == Outcome::kOk;
      ASSERT_EQ(set.values.kind(operation.result) == Values::Kind::kList, answered) << ToNotation(set);
    }
    const History lock = RandomHistory(ModelKind::kLock, seed, {});
    for (const Operation& operation : lock.operations) {
      const bool answered = operation.function == Function::kAcquire && operation.outcome == Outcome::kOk;
      ASSERT_EQ(lock.values.kind(operation.result) == Values::Kind::kInteger, answered) << ToNotation(lock);
    }
  }
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
