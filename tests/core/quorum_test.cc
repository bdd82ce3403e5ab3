// Quorums: the two laws that consensus stands on.
#include "protocols/core/quorum.h"

#include <algorithm>
#include <bit>
#include <span>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace core {
namespace {

TEST(Quorum, IsMoreThanHalf) {
  const std::vector<std::uint32_t> expected = {1, 2, 2, 3, 3, 4, 4, 5, 5};
  for (std::uint32_t n = 1; n <= 9; ++n) EXPECT_EQ(Majority(n), expected[n - 1]) << n;
}

// All pairs of sets, as bits.
TEST(Quorum, TwoMajoritiesMeet) {
  for (std::uint32_t n = 1; n <= 9; ++n) {
    for (std::uint32_t a = 0; a < (1u << n); ++a) {
      if (static_cast<std::uint32_t>(std::popcount(a)) < Majority(n)) continue;
      for (std::uint32_t b = 0; b < (1u << n); ++b) {
        if (static_cast<std::uint32_t>(std::popcount(b)) < Majority(n)) continue;
        ASSERT_NE(a & b, 0u) << n << " voters, sets " << a << " and " << b;
      }
    }
  }
}

// The greatest value for which those who reached it are a majority, by trying all.
std::uint32_t BruteForce(const std::vector<std::uint32_t>& reached) {
  std::uint32_t best = 0;
  for (const std::uint32_t value : reached) {
    const auto holders = std::count_if(reached.begin(), reached.end(), [&](auto other) { return other >= value; });
    if (static_cast<std::uint32_t>(holders) >= Majority(static_cast<std::uint32_t>(reached.size()))) {
      best = std::max(best, value);
    }
  }
  return best;
}

TEST(Quorum, HalfIsNotAMajority) {
  std::vector<std::uint32_t> two = {5, 0};
  EXPECT_EQ(ReachedByMajority(std::span(two)), 0u);
  std::vector<std::uint32_t> four = {7, 0, 7, 0};
  EXPECT_EQ(ReachedByMajority(std::span(four)), 0u);
}

RC_GTEST_PROP(Quorum, ReachedByMajorityIsWhatCountingSays, ()) {
  const auto reached =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(0, 10)));
  std::vector<std::uint32_t> scratch = reached;
  RC_ASSERT(ReachedByMajority(std::span(scratch)) == BruteForce(reached));
}

}  // namespace
}  // namespace core
