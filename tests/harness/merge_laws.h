// The laws of a merge: what makes replicas that have heard of the same equal, whatever the order and however
// often (Shapiro, Preguiça, Baquero & Zawirski, "Conflict-free replicated data types", 2011, §2.3): a join of a
// semilattice is commutative, associative and idempotent, and never forgets.
#pragma once

#include <gtest/gtest.h>

#include "protocols/core/text.h"

namespace harness {

// For any three values of a type with Join and Covers. Fails the test that asks.
template <class T>
void ExpectMergeLaws(const T& a, const T& b, const T& c) {
  const auto joined = [](T into, const T& with) {
    into.Join(with);
    return into;
  };
  const T ab = joined(a, b);
  EXPECT_EQ(ab, joined(b, a)) << "commutative: " << core::Text(a) << " and " << core::Text(b);
  EXPECT_EQ(joined(ab, c), joined(a, joined(b, c)))
      << "associative: " << core::Text(a) << ", " << core::Text(b) << " and " << core::Text(c);
  EXPECT_EQ(joined(a, a), a) << "idempotent: " << core::Text(a);
  EXPECT_EQ(joined(ab, b), ab) << "idempotent: " << core::Text(b) << " into " << core::Text(ab);
  EXPECT_TRUE(ab.Covers(a) && ab.Covers(b)) << "monotone: " << core::Text(a) << " and " << core::Text(b);
  EXPECT_EQ(a.Covers(b), ab == a) << "the order is that of the join: " << core::Text(a) << " and " << core::Text(b);
}

}  // namespace harness
