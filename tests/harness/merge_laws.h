// The laws of a merge: what makes replicas that have heard of the same equal, whatever the order and however
// often (Shapiro, Preguiça, Baquero & Zawirski, "Conflict-free replicated data types", 2011, §2.3): a join of a
// semilattice is commutative, associative and idempotent, and never forgets. And those of a resolver, which makes one
// value of several (protocols/convergence/resolvers.h): for the tests of who writes one, too.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "protocols/convergence/resolvers.h"
#include "protocols/core/text.h"

namespace harness {

// --- how many cases --------------------------------------------------------------------------------

// Calls `f` for one case after the other, from a RapidCheck property that takes `each` cases at a time.
// FAULTLINE_MERGES says how many there are to be in all, which RapidCheck divides into a hundred runs.
template <class F>
void ForEachCase(int each, F&& f) {
  constexpr int kRuns = 100;
  const char* wanted = std::getenv("FAULTLINE_MERGES");
  const int cases = wanted == nullptr ? each : std::max(1, (std::atoi(wanted) + kRuns - 1) / kRuns);
  for (int i = 0; i < cases; ++i) f();
}

// Any number below the bound. As often the highest as the lowest: RapidCheck's own ranges begin narrow and end wide.
template <class T>
T AnyBelow(T bound) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(0, bound));
}

// --- joins -----------------------------------------------------------------------------------------

template <class T>
T Joined(T into, const T& with) {
  into.Join(with);
  return into;
}

// For any three values of a type with Join and Covers. Fails the test that asks.
template <class T>
void ExpectMergeLaws(const T& a, const T& b, const T& c) {
  const T ab = Joined(a, b);
  EXPECT_EQ(ab, Joined(b, a)) << "commutative: " << core::Text(a) << " and " << core::Text(b);
  EXPECT_EQ(Joined(ab, c), Joined(a, Joined(b, c)))
      << "associative: " << core::Text(a) << ", " << core::Text(b) << " and " << core::Text(c);
  EXPECT_EQ(Joined(a, a), a) << "idempotent: " << core::Text(a);
  EXPECT_EQ(Joined(ab, b), ab) << "idempotent: " << core::Text(b) << " into " << core::Text(ab);
  EXPECT_EQ(Joined(a, T{}), a) << "nothing adds nothing: " << core::Text(a);
  EXPECT_TRUE(ab.Covers(a) && ab.Covers(b)) << "monotone: " << core::Text(a) << " and " << core::Text(b);
  EXPECT_EQ(a.Covers(b), ab == a) << "the order is that of the join: " << core::Text(a) << " and " << core::Text(b);
}

// --- resolvers ----------------------------------------------------------------------------------------

// What a resolution is for: to be looked at, or to be written as well.
enum class Resolution : std::uint8_t { kViewed, kWritten };

namespace internal {

// Whether it comes out the same if the first `some` have been resolved before, and the resolution written, with a stamp
// above all that it was made from; "" if it does.
template <class T, convergence::ResolverOf<T> Resolver>
std::string WithTheFirstResolved(std::size_t some, const convergence::Siblings<T>& siblings, const Resolver& resolve,
                                 const T& all) {
  const auto middle = siblings.begin() + static_cast<std::ptrdiff_t>(some);
  const convergence::Siblings<T> first(siblings.begin(), middle);
  convergence::Siblings<T> then{convergence::InOrder(first).back()};
  ++then.front().version.stamp.time.count;
  then.front().value = *convergence::View(first, resolve);
  then.insert(then.end(), middle, siblings.end());
  const T late = *convergence::View(then, resolve);
  return late == all ? "" : core::Text(late) + " if " + core::Text(first) + " were resolved before";
}

}  // namespace internal

// Which law a resolver breaks with these siblings, which have dots of their own; "" if none.
template <class T, convergence::ResolverOf<T> Resolver>
std::string BrokenLaw(const Resolver& resolve, convergence::Siblings<T> siblings, Resolution use) {
  if (siblings.empty()) return "";
  const T all = *convergence::View(siblings, resolve);
  const std::string said = core::Text(siblings) + " are " + core::Text(all);
  // Second law: as if two had written it.
  convergence::Siblings<T> twice{siblings.front(), siblings.front()};
  twice.front().value = twice.back().value = all;
  ++twice.back().version.stamp.dot.number;
  if (const T again = *convergence::View(twice, resolve); !(again == all)) {
    return "never ends: " + said + ", and that twice is " + core::Text(again);
  }
  for (std::size_t turn = 0; turn < siblings.size(); ++turn) {
    std::rotate(siblings.begin(), siblings.begin() + 1, siblings.end());
    // First law. They are handed over in the same order, so only what else is asked makes a difference.
    if (const T again = *convergence::View(siblings, resolve); !(again == all)) {
      return "asks something else: " + said + ", and then " + core::Text(again);
    }
    for (std::size_t some = 2; use == Resolution::kWritten && some < siblings.size(); ++some) {
      const std::string late = internal::WithTheFirstResolved(some, siblings, resolve, all);
      if (!late.empty()) return "depends on who met whom: " + said + ", but " + late;
    }
  }
  return "";
}

}  // namespace harness
