// Sequential consistency where an order must be searched for.
//
// Of millions of random histories none was refuted by the search alone: saturation is that good. So here is one made
// for it, by the idea with which Gibbons & Korach ("Testing Shared Memories", 1997) prove that the question is
// NP-complete.
//
// Key x has two writes, 1 and 2, and a reader of 1. Either 2 comes before 1, or the reader before 2. So it is for y and
// z. Sessions and markers (a to f: written behind a write, read before what must come after it) ask that the 1 of each
// key comes before the 2 of the others, and the 2 of each before the reader of 1 of the others. Now if 2 comes before 1
// on both x and y, then y=1, x=2, x=1, y=2, y=1 is a cycle; and if the readers come before 2 on both, then the reader
// of x, x=2, the reader of y, y=2, the reader of x is one. So no two keys may choose alike, and there are three of
// them.
#include <string_view>

#include "gtest/gtest.h"
#include "invariants/consistency/check.h"
#include "tests/consistency/notation.h"

namespace consistency {
namespace {

Verdict Judge(std::string_view notation) {
  return Check(FromNotation(notation), *FindModel("register"), Consistency::kSequential).verdict;
}

TEST(SequentialSearch, OfThreeNoTwoMayChooseAlike) {
  EXPECT_EQ(
      Judge("p0: w(x,1) w(a,1) | p1: w(y,1) w(b,1) | p2: w(z,1) w(c,1) |"
            "p3: r(b)=1 r(c)=1 w(x,2) w(d,1) | p4: r(a)=1 r(c)=1 w(y,2) w(e,1) | p5: r(a)=1 r(b)=1 w(z,2) w(f,1) |"
            "p6: r(e)=1 r(f)=1 r(x)=1 | p7: r(d)=1 r(f)=1 r(y)=1 | p8: r(d)=1 r(e)=1 r(z)=1"),
      Verdict::kViolated);
}

// It comes after its session's reads all the same.
TEST(SequentialSearch, NorIfOneWriteCrashed) {
  EXPECT_EQ(Judge("p0: w(x,1) w(a,1) | p1: w(y,1) w(b,1) | p2: w(z,1) w(c,1) |"
                  "p3: r(b)=1 r(c)=1 w(x,2)? | p4: r(a)=1 r(c)=1 w(y,2) w(e,1) | p5: r(a)=1 r(b)=1 w(z,2) w(f,1) |"
                  "p6: r(e)=1 r(f)=1 r(x)=1 | p7: r(x)=2 r(f)=1 r(y)=1 | p8: r(x)=2 r(e)=1 r(z)=1"),
            Verdict::kViolated);
}

// Without the reader of z there are two, and the search has to go back for it.
TEST(SequentialSearch, OfTwoTheyMayDiffer) {
  EXPECT_EQ(
      Judge("p0: w(x,1) w(a,1) | p1: w(y,1) w(b,1) | p2: w(z,1) w(c,1) |"
            "p3: r(b)=1 r(c)=1 w(x,2) w(d,1) | p4: r(a)=1 r(c)=1 w(y,2) w(e,1) | p5: r(a)=1 r(b)=1 w(z,2) w(f,1) |"
            "p6: r(e)=1 r(f)=1 r(x)=1 | p7: r(d)=1 r(f)=1 r(y)=1 | p8: r(d)=1 r(e)=1"),
      Verdict::kHolds);
}

}  // namespace
}  // namespace consistency
