// Lattices: values that merge alike whoever merges them, and records made of them.
#include "protocols/convergence/lattice.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string>

#include "protocols/core/text.h"
#include "protocols/core/wire.h"
#include "tests/harness/merge_laws.h"
#include "tests/harness/stamps.h"

namespace convergence {
namespace {

using harness::AnyBelow;
using harness::At;
using harness::Joined;

using Register = LastWritten<std::string>;

TEST(LastWritten, TheLaterStandsWhicheverIsFirst) {
  const Register early{At(1, 2), "early"}, late{At(2, 1), "late"};
  EXPECT_EQ(Joined(early, late), late);
  EXPECT_EQ(Joined(late, early), late);
}

TEST(LastWritten, ATieGoesToTheNodeAndThenToTheDot) {
  const Register one{At(1, 1), "one"}, two{At(1, 2), "two"};
  EXPECT_EQ(Joined(one, two), two);
  EXPECT_EQ(Joined(two, one), two) << "F55: not to the second argument, or they swap for ever";
  const Register first{At(1, 1, 1), "first"}, second{At(1, 1, 2), "second"};
  EXPECT_EQ(Joined(second, first), second);
}

TEST(LastWritten, AStampThatWasGivenTwiceSplitsNobody) {
  const Register a{At(1, 1), "a"}, b{At(1, 1), "b"};
  EXPECT_EQ(Joined(a, b), Joined(b, a));
}

TEST(LastWritten, WhatNobodyWroteIsOverwrittenByAnything) {
  const Register something{At(0, 0, 1), "something"};
  EXPECT_EQ(Joined(Register{}, something), something);
  EXPECT_EQ(Joined(something, Register{}), something);
}

TEST(Max, IsTheHigher) {
  EXPECT_EQ(Joined(Max<int>{3}, Max<int>{5}).value, 5);
  EXPECT_EQ(Joined(Max<int>{5}, Max<int>{3}).value, 5);
}

TEST(SetOnce, IsTheSameWhereverItIsTold) {
  SetOnce<int> a, b;
  EXPECT_EQ(a.value(), std::nullopt);
  a.Claim(7);
  b.Claim(7);
  a.Join(b);
  EXPECT_EQ(a.value(), 7);
  EXPECT_FALSE(a.Contradicted());
}

TEST(SetOnce, WhoContradictsIsNotForgotten) {
  SetOnce<int> a, b, c;
  a.Claim(7);
  b.Claim(5);
  c.Claim(9);
  const auto all = Joined(Joined(c, a), b);
  EXPECT_EQ(all.value(), 5);
  EXPECT_TRUE(all.Contradicted());
  EXPECT_EQ(core::Text(all.claims), "[5 7]") << "two are proof enough, however many are sent";
  EXPECT_TRUE(all.Covers(c));
  EXPECT_FALSE(Joined(a, c).Covers(b));
}

TEST(MapOf, AKeyThatIsNotThereHasTheLeastValue) {
  MapOf<int, Max<int>> zero, nothing;
  zero.JoinAt(1, {0});
  EXPECT_EQ(zero, nothing) << "F61";
  zero.entries[1];  // as hostile bytes might have it
  EXPECT_TRUE(nothing.Covers(zero));
  EXPECT_EQ(Joined(nothing, zero), nothing);
  zero.JoinAt(1, {4});
  EXPECT_FALSE(nothing.Covers(zero));
  EXPECT_EQ(Joined(zero, nothing), zero);
}

// --- all of them, and a record of all -----------------------------------------------------------------

struct Record {
  Register name;
  Max<int> highest;
  SetOnce<int> start;
  AddOnlySet<int> tags;
  MapOf<int, Register> fields;
  clocks::CausalContext known;
  bool operator==(const Record&) const = default;

  void Join(const Record& other) { JoinFields(*this, other); }
  bool Covers(const Record& other) const { return FieldsCover(*this, other); }
};
static_assert(Mergeable<Record> && !Mergeable<int>);

// Stamps that are given once: what is written is a function of them.
Register AnyRegister() {
  if (AnyBelow(4) == 0) return {};
  const auto time = AnyBelow(3);
  const auto node = AnyBelow<std::uint32_t>(2);
  const auto number = 1 + AnyBelow<std::uint64_t>(2);
  return {At(time, node, number), core::Text(At(time, node, number))};
}
// And that are not.
Register AnyRegisterOfLiars() { return {At(AnyBelow(2), 0), std::string(1, static_cast<char>('a' + AnyBelow(3)))}; }
SetOnce<int> AnySetOnce() {
  SetOnce<int> once;
  for (int i = AnyBelow(4); i > 0; --i) once.Claim(AnyBelow(4));
  return once;
}
AddOnlySet<int> AnySet() {
  AddOnlySet<int> set;
  for (int i = AnyBelow(4); i > 0; --i) set.Add(AnyBelow(4));
  return set;
}
MapOf<int, Register> AnyMap() {
  MapOf<int, Register> map;
  for (int i = AnyBelow(4); i > 0; --i) map.JoinAt(AnyBelow(3), AnyRegister());
  return map;
}
Record AnyRecord() {
  Record record{AnyRegister(), {AnyBelow(3)}, AnySetOnce(), AnySet(), AnyMap(), {}};
  for (int i = AnyBelow(4); i > 0; --i) record.known.Add({core::NodeId{AnyBelow(2u)}, 1 + AnyBelow<std::uint64_t>(4)});
  return record;
}

template <class Any>
void ExpectJoin(Any&& any) {
  harness::ForEachCase(20, [&any] { harness::ExpectMergeLaws(any(), any(), any()); });
}

TEST(Lattice, EachFieldOfARecordHasItsOwnWinner) {
  Record one{{At(2, 1), "one"}, {9}, {}, {{1, 2}}, {}, {}}, two{{At(1, 2), "two"}, {5}, {}, {{3}}, {}, {}};
  one.fields.JoinAt(1, {At(1, 1), "old"});
  two.fields.JoinAt(1, {At(2, 2), "new"});
  const Record both = Joined(one, two);
  EXPECT_EQ(both, Joined(two, one)) << "F56";
  EXPECT_EQ(both.name.value, "one");
  EXPECT_EQ(both.highest.value, 9);
  EXPECT_EQ(both.tags.elements, (std::set<int>{1, 2, 3}));
  EXPECT_EQ(both.fields.entries.at(1).value, "new");
  EXPECT_FALSE(one.Covers(two)) << "though its name and its maximum do";
  EXPECT_FALSE(two.Covers(one));
  EXPECT_TRUE(both.Covers(one) && both.Covers(two) && both.Covers(both));
}

TEST(Lattice, WhoHasLessDoesNotCoverWhoHasMore) {
  const Register early{At(1, 1), "early"}, late{At(2, 1), "late"};
  EXPECT_TRUE(late.Covers(early) && late.Covers(late) && !early.Covers(late));
  EXPECT_TRUE(Max<int>{2}.Covers({1}) && Max<int>{2}.Covers({2}) && !Max<int>{1}.Covers({2}));
  const AddOnlySet<int> more{{1, 2}}, less{{3}};
  EXPECT_TRUE(more.Covers(more) && !more.Covers(less) && !less.Covers(more));
}

RC_GTEST_PROP(Lattice, LastWrittenIsAJoin, ()) { ExpectJoin(AnyRegister); }
RC_GTEST_PROP(Lattice, LastWrittenIsAJoinWithStampsThatAreGivenTwice, ()) { ExpectJoin(AnyRegisterOfLiars); }
RC_GTEST_PROP(Lattice, MaxIsAJoin, ()) {
  ExpectJoin([] { return Max<int>{AnyBelow(4)}; });
}
RC_GTEST_PROP(Lattice, SetOnceIsAJoin, ()) { ExpectJoin(AnySetOnce); }
RC_GTEST_PROP(Lattice, AddOnlySetIsAJoin, ()) { ExpectJoin(AnySet); }
RC_GTEST_PROP(Lattice, MapOfIsAJoin, ()) { ExpectJoin(AnyMap); }
RC_GTEST_PROP(Lattice, RecordIsAJoin, ()) { ExpectJoin(AnyRecord); }

RC_GTEST_PROP(Lattice, ARecordMergesEachFieldByItself, ()) {
  const Record a = AnyRecord(), b = AnyRecord(), ab = Joined(a, b);
  RC_ASSERT(ab.name == Joined(a.name, b.name));
  RC_ASSERT(ab.highest == Joined(a.highest, b.highest));
  RC_ASSERT(ab.start == Joined(a.start, b.start));
  RC_ASSERT(ab.tags == Joined(a.tags, b.tags));
  RC_ASSERT(ab.fields == Joined(a.fields, b.fields));
  RC_ASSERT(ab.known == Joined(a.known, b.known));
}

RC_GTEST_PROP(Lattice, RecordsSurviveTheWire, ()) {
  const Record record = AnyRecord();
  Record read;
  RC_ASSERT(core::FromWire(core::ToWire(record), read));
  RC_ASSERT(read == record);
}

}  // namespace
}  // namespace convergence
