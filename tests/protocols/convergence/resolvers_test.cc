// Resolvers: what siblings come to is a function of which they are, and what is written of it ends the conflict.
#include "protocols/convergence/resolvers.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string>

#include "protocols/core/text.h"
#include "tests/harness/merge_laws.h"
#include "tests/harness/stamps.h"

namespace convergence {
namespace {

using harness::AnyBelow;
using harness::At;
using harness::BrokenLaw;
using harness::Resolution;

// --- resolvers of users, some of them wrong ------------------------------------------------------------

template <class T>
using Of = std::span<const Versioned<T>>;

std::uint64_t Highest(Of<std::uint64_t> siblings) {
  std::uint64_t highest = 0;
  for (const auto& sibling : siblings) highest = std::max(highest, sibling.value);
  return highest;
}
std::uint64_t Sum(Of<std::uint64_t> siblings) {
  std::uint64_t sum = 0;
  for (const auto& sibling : siblings) sum += sibling.value;
  return sum;
}
// The middle one. Fine to look at, but a middle of middles is something else.
std::uint64_t Median(Of<std::uint64_t> siblings) {
  std::multiset<std::uint64_t> values;
  for (const auto& sibling : siblings) values.insert(sibling.value);
  return *std::next(values.begin(), static_cast<std::ptrdiff_t>(values.size() / 2));
}

struct Record {
  LastWritten<std::string> name;
  Max<int> highest;
  AddOnlySet<int> tags;
  bool operator==(const Record&) const = default;
};

static_assert(ResolverOf<LastWriterWins, std::string> && ResolverOf<FieldWise, Record>);
static_assert(ResolverOf<decltype(Highest), std::uint64_t> && !ResolverOf<decltype(Highest), int>);

// --- stories ---------------------------------------------------------------------------------------------

template <class T>
Versioned<T> Written(std::int64_t time, std::uint32_t node, T value, std::uint64_t number = 1) {
  return {{At(time, node, number), {}}, std::move(value)};
}

using Store = SiblingStore<std::uint32_t, std::uint64_t>;

// Three replicas, each with a write of its own to key 7; node 1's has the latest time.
struct Conflict : testing::Test {
  Store a, b, c;
  void SetUp() override {
    a.Write(7, {}, At(5, 0, 1), 50);
    b.Write(7, {}, At(9, 1, 1), 90);
    c.Write(7, {}, At(2, 2, 1), 20);
  }
  static void Meet(Store& one, Store& other) {
    one.Join(other);
    other.Join(one);
    EXPECT_EQ(one, other);
  }
};

TEST(Resolvers, OfNothingAndOfOneThereIsNothingToResolve) {
  EXPECT_EQ(View(Siblings<std::uint64_t>{}, Sum), std::nullopt);
  const auto zero = [](Of<std::uint64_t>) -> std::uint64_t { return 0; };
  EXPECT_EQ(View(Siblings<std::uint64_t>{Written<std::uint64_t>(1, 1, 3)}, zero), 3u);
}

TEST(Resolvers, TheLastWriterWinsWhicheverCameFirst) {
  const auto early = Written<std::string>(1, 2, "early"), late = Written<std::string>(2, 1, "late");
  EXPECT_EQ(View(Siblings<std::string>{early, late}, LastWriterWins{}), "late");
  EXPECT_EQ(View(Siblings<std::string>{late, early}, LastWriterWins{}), "late");
}

TEST(Resolvers, ATieGoesToTheNodeAndThenToTheDot) {
  const auto one = Written<std::string>(1, 1, "one"), two = Written<std::string>(1, 2, "two");
  EXPECT_EQ(View(Siblings<std::string>{one, two}, LastWriterWins{}), "two");
  EXPECT_EQ(View(Siblings<std::string>{two, one}, LastWriterWins{}), "two") << "F55";
  const auto first = Written<std::string>(1, 1, "first", 1), second = Written<std::string>(1, 1, "second", 2);
  EXPECT_EQ(View(Siblings<std::string>{second, first}, LastWriterWins{}), "second");
}

TEST(Resolvers, ACustomOneIsHandedTheLastWrittenLast) {
  const auto earliest = [](Of<std::string> siblings) { return siblings.front().value; };
  const auto all = [](Of<std::string> siblings) {
    std::string joined;
    for (const auto& sibling : siblings) joined += sibling.value;
    return joined;
  };
  const Siblings<std::string> siblings{Written<std::string>(3, 0, "c"), Written<std::string>(1, 1, "a"),
                                       Written<std::string>(2, 2, "b")};
  EXPECT_EQ(View(siblings, earliest), "a");
  EXPECT_EQ(View(siblings, all), "abc");
}

TEST_F(Conflict, CausalityComesBeforeTheClock) {
  Meet(a, b);
  a.Write(7, a.Seen(7), At(6, 0, 2), 60);
  Meet(a, b);
  EXPECT_EQ(View(b.At(7), LastWriterWins{}), 60u) << "F58: whose writer has read 90, whose clock is ahead";
}

TEST_F(Conflict, AViewWritesNothing) {
  Meet(a, b);
  const Store before = a;
  EXPECT_EQ(View(a.At(7), LastWriterWins{}), 90u);
  EXPECT_EQ(View(a.At(7), Sum), 140u);
  EXPECT_EQ(a, before);
  EXPECT_EQ(a.At(7).size(), 2u) << "siblings, for whoever asks for them";
}

TEST_F(Conflict, WhatIsWrittenOfItSupersedesAllOfThem) {
  Meet(a, b);
  const auto written = WriteResolved(a, 7u, At(10, 0, 2), LastWriterWins{});
  ASSERT_TRUE(written);
  EXPECT_EQ(written->value, 90u);
  EXPECT_EQ(core::Text(written->version.past), "CausalContext{[n0:1 n1:1] []}") << "F57, F125: the loser's too";
  Meet(a, b);
  EXPECT_EQ(b.At(7).size(), 1u) << "F57: no new conflict with whoever has the loser";
  Meet(a, c);
  EXPECT_EQ(c.At(7).size(), 2u) << "but what it had not seen is one";
}

TEST_F(Conflict, OnceItIsResolvedThereIsNothingToWrite) {
  Meet(a, b);
  EXPECT_TRUE(WriteResolved(a, 7u, At(10, 0, 2), Highest));
  const Store before = a;
  EXPECT_FALSE(WriteResolved(a, 7u, At(11, 0, 3), Highest));
  EXPECT_FALSE(WriteResolved(a, 8u, At(11, 0, 3), Highest)) << "nobody wrote to that one";
  EXPECT_EQ(a, before) << "quiescence";
}

TEST_F(Conflict, AsOftenAsItIsResolvedAValueStaysAValue) {
  for (std::uint64_t round = 2; round < 6; ++round) {
    Meet(a, b);
    WriteResolved(a, 7u, At(10, 0, round), Highest);
    WriteResolved(b, 7u, At(10, 1, round), Highest);
    Meet(a, b);
    for (const auto& sibling : a.At(7)) EXPECT_EQ(sibling.value, 90u) << "F59";
  }
}

TEST(FieldWise, EachFieldHasItsOwnWinner) {
  const Stamp early = At(1, 1, 1), late = At(2, 2, 1);
  const Record one{{early, "one"}, {9}, {{1}}}, two{{late, "two"}, {3}, {{2}}};
  const Record both{{late, "two"}, {9}, {{1, 2}}};
  const Siblings<Record> siblings{{{early, {}}, one}, {{late, {}}, two}};
  EXPECT_EQ(View(siblings, FieldWise{}), both);
  EXPECT_EQ(View(Siblings<Record>{siblings[1], siblings[0]}, FieldWise{}), both) << "F56: at either replica";
}

// A record whose fields come and go is a store of which they are the keys.
TEST(FieldWise, AFieldThatWasRemovedStaysSo) {
  SiblingStore<std::string, std::string> a, b;
  a.Write("colour", {}, At(1, 0, 1), "red");
  a.Write("size", {}, At(2, 0, 2), "large");
  b.Join(a);
  a.Write("colour", a.Seen("colour"), At(3, 0, 3), std::nullopt);
  b.Write("size", b.Seen("size"), At(3, 1, 1), "small");
  a.Join(b);
  b.Join(a);
  EXPECT_EQ(a, b);
  EXPECT_EQ(View(a.At("colour"), LastWriterWins{}), std::nullopt) << "F60";
  EXPECT_EQ(View(a.At("size"), LastWriterWins{}), "small");
}

// --- laws ----------------------------------------------------------------------------------------------------

template <class T, class Value>
Siblings<T> AnySiblings(Value&& value) {
  Siblings<T> siblings;
  const auto most = AnyBelow<std::uint64_t>(6);
  for (std::uint64_t number = 1; number <= most; ++number) {
    siblings.push_back(Written<T>(AnyBelow(3), AnyBelow<std::uint32_t>(3), value(), number));
  }
  return siblings;
}
Siblings<std::uint64_t> AnyNumbers() {
  return AnySiblings<std::uint64_t>([] { return AnyBelow<std::uint64_t>(5); });
}
Siblings<Record> AnyRecords() {
  return AnySiblings<Record>([] {
    const Stamp stamp = At(AnyBelow(3), AnyBelow<std::uint32_t>(3), 1);
    return Record{{stamp, core::Text(stamp)}, {AnyBelow(4)}, {{AnyBelow(3), AnyBelow(3)}}};
  });
}

RC_GTEST_PROP(Resolvers, FieldWiseKeepsTheLawsOfWhatIsWritten, ()) {
  harness::ForEachCase(10, [] { RC_ASSERT(BrokenLaw(FieldWise{}, AnyRecords(), Resolution::kWritten) == ""); });
}
RC_GTEST_PROP(Resolvers, LastWriterWinsKeepsTheLawsOfAView, ()) {
  harness::ForEachCase(10, [] { RC_ASSERT(BrokenLaw(LastWriterWins{}, AnyNumbers(), Resolution::kViewed) == ""); });
}
RC_GTEST_PROP(Resolvers, TheHighestKeepsTheLawsOfWhatIsWritten, ()) {
  harness::ForEachCase(10, [] { RC_ASSERT(BrokenLaw(Highest, AnyNumbers(), Resolution::kWritten) == ""); });
}
RC_GTEST_PROP(Resolvers, TheOrderInWhichTheyCameMakesNoDifference, ()) {
  harness::ForEachCase(10, [] {
    Siblings<std::uint64_t> siblings = AnyNumbers();
    const auto before = View(siblings, LastWriterWins{});
    if (siblings.size() > 1) std::swap(siblings.front(), siblings[AnyBelow(siblings.size())]);
    RC_ASSERT(View(siblings, LastWriterWins{}) == before);
  });
}

// The helper must tell a resolver that breaks a law from one that does not.
const Siblings<std::uint64_t> kThree{Written<std::uint64_t>(1, 0, 3), Written<std::uint64_t>(2, 1, 1),
                                     Written<std::uint64_t>(3, 2, 2)};

bool Breaks(const std::string& law, const std::string& said) { return said.rfind(law + ": ", 0) == 0; }

TEST(ResolverLaws, WhoAsksSomethingElseIsFound) {
  std::uint64_t calls = 0;
  const auto counts = [&calls](Of<std::uint64_t> siblings) { return Highest(siblings) == 3 ? ++calls / 4 + 3 : 0; };
  EXPECT_TRUE(Breaks("asks something else", BrokenLaw(counts, kThree, Resolution::kViewed)));
}

TEST(ResolverLaws, WhoNeverEndsIsFound) {
  EXPECT_TRUE(Breaks("never ends", BrokenLaw(Sum, kThree, Resolution::kViewed)));
}

TEST(ResolverLaws, WhoDependsOnWhoMetWhomIsFoundWhereItMatters) {
  const Siblings<std::uint64_t> five{Written<std::uint64_t>(1, 0, 3), Written<std::uint64_t>(2, 1, 0),
                                     Written<std::uint64_t>(3, 2, 0), Written<std::uint64_t>(4, 3, 3),
                                     Written<std::uint64_t>(5, 4, 0)};
  EXPECT_EQ(BrokenLaw(Median, five, Resolution::kViewed), "");
  EXPECT_TRUE(Breaks("depends on who met whom", BrokenLaw(Median, five, Resolution::kWritten)));
}

TEST(ResolverLaws, TheLastWriterIsForLookingAt) {
  const Siblings<std::uint64_t> close{Written<std::uint64_t>(1, 0, 3), Written<std::uint64_t>(1, 1, 1),
                                      Written<std::uint64_t>(1, 2, 2)};
  EXPECT_EQ(BrokenLaw(LastWriterWins{}, close, Resolution::kViewed), "");
  EXPECT_TRUE(Breaks("depends on who met whom", BrokenLaw(LastWriterWins{}, close, Resolution::kWritten)))
      << "two are resolved with a new stamp, which is above that of the third, the last of them";
}

}  // namespace
}  // namespace convergence
