#include "protocols/convergence/excerpt.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <optional>
#include <set>

namespace {

using clocks::CausalContext;
using clocks::Dot;
using convergence::DigestOf;
using convergence::Excerpt;
using convergence::Range;

constexpr std::uint32_t kNodes = 40;

CausalContext AnyContext() {
  CausalContext context;
  for (int left = *rc::gen::inRange(0, 60); left > 0; --left) {
    context.Add({core::NodeId{*rc::gen::inRange(0u, kNodes)}, *rc::gen::inRange<std::uint64_t>(1, 6)});
  }
  return context;
}
CausalContext WithSomeMore(CausalContext context) {
  for (int left = *rc::gen::inRange(0, 4); left > 0; --left) {
    context.Add({core::NodeId{*rc::gen::inRange(0u, kNodes)}, *rc::gen::inRange<std::uint64_t>(1, 9)});
  }
  return context;
}

// The nodes of which the two do not know the same, as one finds them who compares digests level by level.
core::List<Range> Differing(const CausalContext& a, const CausalContext& b) {
  core::List<Range> differ{Range::Of(kNodes)};
  for (std::uint32_t level = differ.front().level;; --level) {
    std::erase_if(differ, [&](const Range& range) { return DigestOf(a, range).digest == DigestOf(b, range).digest; });
    if (level == 0) return differ;
    core::List<Range> branches;
    for (const Range& range : differ) range.ForEachBranch([&](const Range& branch) { branches.push_back(branch); });
    differ = branches;
  }
}

TEST(Range, TheWholeHoldsAllNodesAndItsBranchesPartIt) {
  for (const std::uint32_t nodes : {1u, 2u, 4u, 5u, 16u, 17u, 10'000u, ~0u}) {
    const Range whole = Range::Of(nodes);
    EXPECT_GE(whole.end(), nodes);
    EXPECT_TRUE(whole.level == 0 || Range({whole.level - 1, 0}).end() < nodes) << nodes;
    if (whole.level == 0) continue;
    std::uint64_t at = whole.begin();
    whole.ForEachBranch([&](const Range& branch) {
      EXPECT_EQ(branch.begin(), at);
      at = branch.end();
    });
    EXPECT_EQ(at, whole.end());
  }
}

RC_GTEST_PROP(Digests, DifferExactlyWhereTheContextsDo, ()) {
  const CausalContext a = AnyContext(), b = *rc::gen::inRange(0, 2) == 0 ? WithSomeMore(a) : AnyContext();
  std::set<core::NodeId> expected;
  a.ForEachBeyond(b, [&](const Dot& dot) { expected.insert(dot.node); });
  b.ForEachBeyond(a, [&](const Dot& dot) { expected.insert(dot.node); });
  std::set<core::NodeId> found;
  for (const Range& range : Differing(a, b)) found.insert(core::NodeId{static_cast<std::uint32_t>(range.begin())});
  RC_ASSERT(found == expected);
  RC_TAG(expected.size() > 3 ? std::string("many") : std::to_string(expected.size()));
}

RC_GTEST_PROP(Excerpt, SaysAllToOneWhoKnowsTheSameOfOthers, ()) {
  const CausalContext own = AnyContext(), theirs = WithSomeMore(own);
  const Excerpt excerpt = Excerpt::Of(theirs, Differing(own, theirs));
  RC_ASSERT(excerpt.CompletedBy(own) == std::optional(theirs));
}

RC_GTEST_PROP(Excerpt, SaysNothingToAnybodyElse, ()) {
  const CausalContext theirs = AnyContext();
  core::List<Range> ranges;
  for (int left = *rc::gen::inRange(1, 5); left > 0; --left) ranges.push_back({0, *rc::gen::inRange(0u, kNodes)});
  const CausalContext own = AnyContext();
  const auto completed = Excerpt::Of(theirs, ranges).CompletedBy(own);
  bool same = true;
  const auto look = [&](const Dot& dot) {
    same =
        same && std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) { return range.Contains(dot.node); });
  };
  own.ForEachBeyond(theirs, look);
  theirs.ForEachBeyond(own, look);
  RC_ASSERT(completed.has_value() == same);
  if (same) RC_ASSERT(*completed == theirs);
}

TEST(Excerpt, OfAllNeedsNobodyElse) {
  CausalContext context;
  context.Add({core::NodeId{3}, 1});
  EXPECT_EQ(Excerpt::Of(context, {}).CompletedBy({}), std::optional(context));
}

}  // namespace
