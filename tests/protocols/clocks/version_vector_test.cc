// Causal contexts: sets of dots that stay small, and their laws.
#include "protocols/clocks/version_vector.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "protocols/core/text.h"
#include "tests/harness/merge_laws.h"

namespace clocks {
namespace {

constexpr core::NodeId kOne{0}, kTwo{1}, kThree{2};

CausalContext Of(const std::set<Dot>& dots) {
  CausalContext context;
  for (const Dot& dot : dots) context.Add(dot);
  return context;
}

std::set<Dot> AnyDots() {
  std::set<Dot> dots;
  for (int i = harness::AnyBelow(12); i > 0; --i) {
    const core::NodeId node = *rc::gen::element(kOne, kTwo, kThree);
    dots.insert({node, 1 + harness::AnyBelow<std::uint64_t>(6)});
  }
  return dots;
}

TEST(CausalContext, KeepsWhatOvertookOthersUntilTheyHaveCome) {
  CausalContext context;
  context.Add({kOne, 1});
  context.Add({kOne, 4});
  context.Add({kOne, 3});
  EXPECT_EQ(core::Text(context), "CausalContext{[n0:1] [n0:3 n0:4]}");
  EXPECT_FALSE(context.Contains({kOne, 2}));
  context.Add({kOne, 2});
  EXPECT_EQ(core::Text(context), "CausalContext{[n0:4] []}");
}

TEST(CausalContext, IsEmptyIfItHasNoDot) {
  EXPECT_TRUE(CausalContext{}.empty());
  EXPECT_FALSE(Of({{kOne, 1}}).empty());
  EXPECT_FALSE(Of({{kOne, 2}}).empty());
}

TEST(CausalContext, ToHearOfADotAgainChangesNothing) {
  CausalContext context = Of({{kOne, 1}, {kOne, 3}});
  context.Add({kOne, 3});
  context.Add({kOne, 1});
  EXPECT_EQ(core::Text(context), "CausalContext{[n0:1] [n0:3]}");
}

TEST(CausalContext, TheNextDotIsKnownToWhoGivesIt) {
  CausalContext context = Of({{kOne, 1}, {kOne, 2}, {kTwo, 7}});
  EXPECT_EQ(context.Next(kOne), (Dot{kOne, 3}));
  EXPECT_EQ(context.Next(kOne), (Dot{kOne, 4}));
  EXPECT_TRUE(context.Contains({kOne, 4}));
  context.Add({kTwo, 1});
  EXPECT_EQ(context.Next(kTwo), (Dot{kTwo, 2})) << "each node counts its own";
}

TEST(CausalContext, ContextsThatMeetCloseTheGap) {
  CausalContext context = Of({{kOne, 1}, {kOne, 4}, {kTwo, 2}});
  context.Join(Of({{kOne, 2}, {kOne, 3}, {kTwo, 3}}));
  EXPECT_EQ(core::Text(context), "CausalContext{[n0:4] [n1:2 n1:3]}");
}

RC_GTEST_PROP(CausalContext, IsASet, ()) {
  const std::set<Dot> left = AnyDots(), right = AnyDots();
  std::set<Dot> both = left;
  both.insert(right.begin(), right.end());
  CausalContext context = Of(left);
  const bool covers = context.Covers(Of(right));
  RC_ASSERT(covers == std::includes(left.begin(), left.end(), right.begin(), right.end()));
  std::set<Dot> beyond;
  context.ForEachBeyond(Of(right), [&](const Dot& dot) { RC_ASSERT(beyond.insert(dot).second); });
  for (const Dot& dot : left) RC_ASSERT(beyond.count(dot) == 1 - right.count(dot));
  context.Join(Of(right));
  RC_ASSERT(context == Of(both));
  for (const core::NodeId node : {kOne, kTwo, kThree}) {
    for (std::uint64_t number = 1; number < 9; ++number) {
      RC_ASSERT(context.Contains({node, number}) == (both.count({node, number}) > 0));
    }
  }
}

RC_GTEST_PROP(CausalContext, JoinIsAJoin, ()) {
  harness::ForEachCase(30, [] { harness::ExpectMergeLaws(Of(AnyDots()), Of(AnyDots()), Of(AnyDots())); });
}

}  // namespace
}  // namespace clocks
