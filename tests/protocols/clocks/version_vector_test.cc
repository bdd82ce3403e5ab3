// Causal contexts: sets of dots that stay small, and their laws.
#include "protocols/clocks/version_vector.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "protocols/core/text.h"
#include "tests/harness/merge_laws.h"

namespace clocks {
namespace {

constexpr Actor kOne{core::NodeId{0}, 1}, kTwo{core::NodeId{1}, 1}, kOneAgain{core::NodeId{0}, 2};

CausalContext Of(const std::set<Dot>& dots) {
  CausalContext context;
  for (const Dot& dot : dots) context.Add(dot);
  return context;
}

std::set<Dot> AnyDots() {
  std::set<Dot> dots;
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i) {
    const Actor actor = *rc::gen::element(kOne, kTwo, kOneAgain);
    dots.insert({actor, *rc::gen::inRange<std::uint64_t>(1, 7)});
  }
  return dots;
}

TEST(CausalContext, KeepsWhatOvertookOthersUntilTheyHaveCome) {
  CausalContext context;
  context.Add({kOne, 1});
  context.Add({kOne, 4});
  context.Add({kOne, 3});
  EXPECT_EQ(core::Text(context), "CausalContext{[n0.1:1] [n0.1:3 n0.1:4]}");
  EXPECT_FALSE(context.Contains({kOne, 2}));
  context.Add({kOne, 2});
  EXPECT_EQ(core::Text(context), "CausalContext{[n0.1:4] []}");
}

TEST(CausalContext, AnotherLifeIsAnotherActor) {
  CausalContext context = Of({{kOne, 1}, {kOne, 2}});
  EXPECT_FALSE(context.Contains({kOneAgain, 1})) << "founding document F66: or its dots would be taken for old ones";
  EXPECT_EQ(context.Next(kOneAgain), (Dot{kOneAgain, 1}));
  EXPECT_TRUE(context.Contains({kOneAgain, 1}));
}

TEST(CausalContext, ContextsThatMeetCloseTheGap) {
  CausalContext context = Of({{kOne, 1}, {kOne, 4}, {kTwo, 2}});
  context.Join(Of({{kOne, 2}, {kOne, 3}, {kTwo, 3}}));
  EXPECT_EQ(core::Text(context), "CausalContext{[n0.1:4] [n1.1:2 n1.1:3]}");
}

RC_GTEST_PROP(CausalContext, IsASet, ()) {
  const std::set<Dot> left = AnyDots(), right = AnyDots();
  std::set<Dot> both = left;
  both.insert(right.begin(), right.end());
  CausalContext context = Of(left);
  const bool covers = context.Covers(Of(right));
  RC_ASSERT(covers == std::includes(left.begin(), left.end(), right.begin(), right.end()));
  context.Join(Of(right));
  RC_ASSERT(context == Of(both));
  for (const Actor& actor : {kOne, kTwo, kOneAgain}) {
    for (std::uint64_t number = 1; number < 9; ++number) {
      RC_ASSERT(context.Contains({actor, number}) == (both.count({actor, number}) > 0));
    }
  }
}

RC_GTEST_PROP(CausalContext, JoinIsAJoin, ()) {
  for (int i = 0; i < 30; ++i) harness::ExpectMergeLaws(Of(AnyDots()), Of(AnyDots()), Of(AnyDots()));
}

}  // namespace
}  // namespace clocks
