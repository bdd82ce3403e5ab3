// Convergence: stories of what replicas were seen to hold, and what must be said of them.
//
// A line of the notation, then who served each operation, in the order of the line, then audits. True time runs a
// hundred times as fast as the order of events, so that a duration says which two events it was taken between.
#include "invariants/consistency/convergence.h"
#include "invariants/consistency/check.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "tests/consistency/notation.h"

namespace consistency {
namespace {

constexpr std::int32_t kUntold = -1;
constexpr std::int64_t kNanoseconds = 100;

History Told(std::string_view notation, const std::vector<std::int32_t>& replicas = {}) {
  History history = FromNotation(notation);
  for (Operation& o : history.operations) {
    o.called_ns = o.called * kNanoseconds;
    if (o.outcome != Outcome::kUnknown) o.returned_ns = o.returned * kNanoseconds;
    if (o.line <= replicas.size()) o.replica = replicas[o.line - 1];
  }
  return history;
}

// Who looked at a key of the history, and saw a number; 0 stands for null.
struct Look {
  std::uint32_t replica;
  std::int64_t number;
  std::int64_t at;
  std::uint32_t key = 0;
};
History Audited(History history, const std::vector<Look>& looks) {
  for (const Look& look : looks) {
    const ValueId value = look.number == 0 ? kNull : history.values.Integer(look.number);
    const auto line = static_cast<std::uint32_t>(100 + history.audits.size());
    history.audits.push_back({look.replica, look.key, value, look.at, look.at * kNanoseconds, line});
  }
  return history;
}

Judgement Judge(const History& history) { return Check(history, *FindModel("register"), Consistency::kConvergence); }

// "holds", "inconclusive", or the first sentence against it.
std::string Said(const History& history) {
  const Judgement judgement = Judge(history);
  if (judgement.verdict == Verdict::kHolds) return "holds";
  if (judgement.verdict == Verdict::kInconclusive) return "inconclusive";
  return judgement.counterexample ? judgement.counterexample->sentences.at(0) : "violated, without a word";
}

bool Contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// --- the end, as audits saw it -------------------------------------------------------------

TEST(Convergence, ReplicasThatAgreeOnTheLastWriteHaveConverged) {
  const History history = Audited(Told("p0: w(x,1)@0-1 w(x,2)@2-3"), {{0, 2, 10}, {1, 2, 11}, {2, 2, 12}});
  EXPECT_EQ(Said(history), "holds");
  EXPECT_EQ(Judge(history).judged, 3U);
}

TEST(Convergence, ReplicasThatDisagreeHaveNot) {
  const History history = Audited(Told("p0: w(x,1)@0-5 | p1: w(x,2)@1-6"), {{0, 1, 10}, {1, 1, 11}, {2, 2, 12}});
  EXPECT_EQ(Said(history), "replica 0 ended with x = 1 (line 100), replica 2 ended with x = 2 (line 102)");
  const Judgement judgement = Judge(history);
  EXPECT_EQ(judgement.counterexample->operations, (std::vector<std::uint32_t>{0, 1}));
  EXPECT_EQ(judgement.counterexample->audits, (std::vector<std::uint32_t>{0, 2}));
}

TEST(Convergence, OnlyTheLastLookAtAReplicaCounts) {
  EXPECT_EQ(Said(Audited(Told("p0: w(x,1)@0-1 w(x,2)@2-3"), {{0, 2, 10}, {1, 1, 11}, {1, 2, 12}})), "holds");
  EXPECT_NE(Said(Audited(Told("p0: w(x,1)@0-5 | p1: w(x,2)@1-6"), {{0, 2, 10}, {1, 2, 11}, {1, 1, 12}})), "holds");
}

TEST(Convergence, OfWritesThatOverlapEitherMayBeLast) {
  EXPECT_EQ(Said(Audited(Told("p0: w(x,1)@0-5 | p1: w(x,2)@1-6"), {{0, 1, 10}, {1, 1, 11}})), "holds");
  EXPECT_EQ(Said(Audited(Told("p0: w(x,1)@0-5 | p1: w(x,2)@1-6"), {{0, 2, 10}, {1, 2, 11}})), "holds");
  // To touch is to overlap.
  EXPECT_EQ(Said(Audited(Told("p0: w(x,1)@0-5 | p1: w(x,2)@5-6"), {{0, 1, 10}, {1, 1, 11}})), "holds");
}

TEST(Convergence, AnAcknowledgedWriteThatIsGoneEverywhereIsLost) {
  const History overwritten = Audited(Told("p0: w(x,1)@0-1 w(x,2)@2-3"), {{0, 1, 10}, {1, 1, 11}});
  EXPECT_TRUE(Contains(Said(overwritten), "write x 2 (line 2) was acknowledged and is lost")) << Said(overwritten);
  EXPECT_EQ(Judge(overwritten).counterexample->operations, (std::vector<std::uint32_t>{0, 1}));
  const History empty = Audited(Told("p0: w(x,1)@0-1"), {{0, 0, 10}, {1, 0, 11}});
  EXPECT_TRUE(Contains(Said(empty), "write x 1 (line 1) was acknowledged and is lost")) << Said(empty);
}

TEST(Convergence, AWriteThatNobodyAcknowledgedMayBeGone) {
  EXPECT_EQ(Said(Audited(Told("p0: w(x,1)@0-1 w(x,2)?@2"), {{0, 1, 10}, {1, 1, 11}})), "holds");
  EXPECT_EQ(Said(Audited(Told("p0: w(x,1)@0-1 w(x,2)?@2"), {{0, 2, 10}, {1, 2, 11}})), "holds");
  EXPECT_EQ(Said(Audited(Told("p0: w(x,1)?@0"), {{0, 0, 10}, {1, 0, 11}})), "holds");
}

TEST(Convergence, NobodyWroteIt) {
  EXPECT_EQ(Said(Audited(Told("p0: w(x,1)?@0"), {{0, 7, 10}, {1, 7, 11}})),
            "replica 0 ended with x = 7 (line 100), but nobody wrote that");
  // What failed was not written.
  EXPECT_TRUE(Contains(Said(Audited(Told("p0: w(x,1)!@0-1"), {{0, 1, 10}, {1, 1, 11}})), "nobody wrote that"));
  // Nor was what was written to another key.
  EXPECT_TRUE(
      Contains(Said(Audited(Told("p0: w(x,1)@0-1 w(y,2)@2-3"), {{0, 2, 10}, {1, 2, 11}})), "nobody wrote that"));
}

TEST(Convergence, EveryKeyMust) {
  const std::string_view kTwo = "p0: w(x,1)@0-1 w(y,2)@2-3";
  EXPECT_EQ(Said(Audited(Told(kTwo), {{0, 1, 10, 0}, {1, 1, 10, 0}, {0, 2, 11, 1}, {1, 2, 11, 1}})), "holds");
  EXPECT_EQ(Said(Audited(Told(kTwo), {{0, 1, 10, 0}, {1, 1, 10, 0}, {0, 2, 11, 1}, {1, 0, 11, 1}})),
            "replica 0 ended with y = 2 (line 102), replica 1 ended with y = null (line 103)");
  EXPECT_EQ(Said(Audited(Told(kTwo), {{0, 1, 10, 0}, {1, 0, 10, 0}, {0, 2, 11, 1}, {1, 2, 11, 1}})),
            "replica 0 ended with x = 1 (line 100), replica 1 ended with x = null (line 101)");
}

// --- the end, as reads saw it -----------------------------------------------------------------

TEST(Convergence, WithoutAuditsReadsAfterTheLastWriteTell) {
  constexpr std::string_view kAgree = "p0: w(x,1)@0-1 r(x)=1@5-6 | p1: r(x)=1@5-6";
  constexpr std::string_view kDisagree = "p0: w(x,1)@0-1 r(x)=1@5-6 | p1: r(x)=null@5-6";
  EXPECT_EQ(Said(Told(kAgree, {kUntold, 0, 1})), "holds");
  // That they differ proves nothing: perhaps nobody waited.
  EXPECT_EQ(Said(Told(kDisagree, {kUntold, 0, 1})), "inconclusive");
  EXPECT_EQ(Judge(Told(kDisagree, {kUntold, 0, 1})).reason,
            "replica 0 ended with x = 1 (line 2), replica 1 ended with x = null (line 3); only audits say that the "
            "replicas had had the time to agree");
  constexpr std::string_view kThinAir = "p0: w(x,1)@0-1 r(x)=7@5-6";
  EXPECT_EQ(Judge(Told(kThinAir, {kUntold, 0})).verdict, Verdict::kViolated);
}

TEST(Convergence, ReadsBeforeTheLastWriteReturnedDoNotTell) {
  EXPECT_EQ(Said(Told("p0: w(x,1)@0-5 r(x)=1@7-8 | p1: r(x)=null@5-6 r(x)=1@7-8", {kUntold, 0, 1, 1})), "holds");
  EXPECT_EQ(Said(Told("p0: w(x,1)@0-5 r(x)=1@7-8 | p1: r(x)=null@5-6", {kUntold, 0, 1})), "inconclusive");
  // A write that nobody heard of may take effect between one look and the next, and be the same then.
  EXPECT_EQ(Said(Told("p0: w(x,1)?@0 | p1: r(x)=1@5-6 | p2: r(x)=1@5-6", {kUntold, 0, 1})), "inconclusive");
}

TEST(Convergence, AuditsBeforeTheLastWriteReturnedDoNotTell) {
  EXPECT_EQ(Said(Audited(Told("p0: w(x,1)@10-20"), {{1, 0, 5}, {0, 1, 30}})), "inconclusive");
  EXPECT_EQ(Said(Audited(Told("p0: w(x,1)@10-20"), {{1, 0, 5}, {0, 1, 30}, {1, 1, 31}})), "holds");
  EXPECT_EQ(Said(Audited(Told("p0: w(x,1)?@10"), {{1, 0, 5}, {0, 1, 30}, {1, 1, 31}})), "holds");
}

TEST(Convergence, WhereThereAreAuditsReadsDoNotTell) {
  const History read = Told("p0: w(x,1)@0-1 | p1: r(x)=null@5-6", {kUntold, 1});
  EXPECT_EQ(Said(Audited(read, {{0, 1, 10}, {1, 1, 11}})), "holds");
  EXPECT_EQ(Said(Audited(read, {{0, 1, 3}, {1, 1, 3}})), "holds");
}

TEST(Convergence, WhoSawOneReplicaHasComparedNothing) {
  EXPECT_EQ(Said(Told("p0: w(x,1)@0-1 r(x)=1@2-3")), "inconclusive");
  EXPECT_EQ(Said(Told("p0: w(x,1)@0-1 r(x)=1@2-3 r(x)=1@4-5", {kUntold, 0, 0})), "inconclusive");
  EXPECT_EQ(Said(Told("")), "inconclusive");
  // But one replica is enough to have lost something.
  EXPECT_TRUE(Contains(Said(Audited(Told("p0: w(x,1)@0-1"), {{0, 0, 3}})), "is lost"));
}

TEST(Convergence, ReadsThatFailedOrWereNotAnsweredDoNotTell) {
  EXPECT_EQ(
      Said(Told("p0: w(x,1)@0-1 r(x)=1@5-6 | p1: r(x)=1@5-6 | p2: r(x)!@5-6 | p3: r(x)?@5", {kUntold, 0, 1, 0, 1})),
      "holds");
}

// --- fates ------------------------------------------------------------------------------------

std::string Text(const Fate& fate) {
  std::string text = std::to_string(fate.operation);
  text += fate.visible_after_ns ? ": visible after " + std::to_string(*fate.visible_after_ns) : ": not visible";
  if (fate.stale) text += ", stale for " + std::to_string(fate.stale_for_ns);
  if (fate.lost) text += ", lost";
  if (fate.resurrected) text += ", resurrected";
  return text;
}

std::vector<std::string> Fates(const History& history) {
  std::vector<std::string> texts;
  for (const Fate& fate : FatesOf(history)) texts.push_back(Text(fate));
  return texts;
}
using Texts = std::vector<std::string>;

TEST(Fate, AWriteIsVisibleWhenEveryReplicaWasSeenWithItOrWhatIsNotOlder) {
  EXPECT_EQ(Fates(Told("p0: w(x,1)@0-1 r(x)=1@2-3 | p1: r(x)=1@4-6", {kUntold, 0, 1})), Texts{"0: visible after 500"});
  EXPECT_EQ(Fates(Told("p0: w(x,1)@0-1 w(x,2)@2-3 | p1: r(x)=2@4-5 | p2: r(x)=2@6-7", {kUntold, kUntold, 0, 1})),
            (Texts{"0: visible after 600", "1: visible after 400"}));
  EXPECT_EQ(Fates(Audited(Told("p0: w(x,1)@0-1"), {{0, 1, 5}, {1, 1, 9}})), Texts{"0: visible after 800"});
  // The first sight of each replica counts, not a later one.
  EXPECT_EQ(Fates(Audited(Told("p0: w(x,1)@0-1"), {{0, 1, 5}, {0, 1, 90}})), Texts{"0: visible after 400"});
}

TEST(Fate, AWriteThatWasSeenEverywhereBeforeItReturnedIsVisibleAtOnce) {
  EXPECT_EQ(Fates(Told("p0: w(x,1)@0-9 | p1: r(x)=1@2-3 | p2: r(x)=1@2-3", {kUntold, 0, 1})),
            Texts{"0: visible after 0"});
}

TEST(Fate, WhatWasSeenBeforeTheCallIsNotTheWrite) {
  EXPECT_EQ(Fates(Told("p0: w(x,1)@0-9 r(x)=2@20-21 | p1: r(x)=1@2-3 w(x,2)@5-9 | p2: r(x)=1@2-3",
                       {kUntold, 0, 1, kUntold, 1})),
            (Texts{"0: visible after 1200", "3: not visible"}));
}

TEST(Fate, AWriteThatAReplicaNeverHadIsNotVisible) {
  EXPECT_EQ(Fates(Told("p0: w(x,1)@0-1 r(x)=1@2-3 | p1: r(x)=null@2-4", {kUntold, 0, 1})),
            Texts{"0: not visible, stale for 100, lost"});
  // A replica of which no key was seen may have anything; one of another key ought to be seen with this one, too.
  EXPECT_EQ(Fates(Told("p0: w(x,1)@0-1 r(x)=1@2-3 r(y)=null@4-5", {kUntold, 0, 1})), Texts{"0: not visible"});
  EXPECT_EQ(Fates(Told("p0: w(x,1)@0-1")), Texts{"0: not visible"});
}

TEST(Fate, AReadIsStaleIfItWasCalledAfterTheWriteReturned) {
  EXPECT_EQ(Fates(Told("p0: w(x,1)@0-5 | p1: r(x)=null@5-6 r(x)=1@20-21", {kUntold, 0, 0})),
            Texts{"0: visible after 1600"});
  EXPECT_EQ(Fates(Told("p0: w(x,1)@0-5 | p1: r(x)=null@6-9 r(x)=null@8-19 r(x)=1@20-21", {kUntold, 0, 0, 0})),
            Texts{"0: visible after 1600, stale for 300"});
  // An audit is nobody's read.
  EXPECT_EQ(Fates(Audited(Told("p0: w(x,1)@0-5"), {{0, 0, 8}, {0, 1, 10}})), Texts{"0: visible after 500"});
}

TEST(Fate, AWriteIsLostIfAReplicaEndsWithSomethingOlder) {
  EXPECT_EQ(Fates(Audited(Told("p0: w(x,1)@0-1 w(x,2)@2-3"), {{0, 1, 8}, {1, 2, 9}})),
            (Texts{"0: visible after 800", "1: not visible, lost"}));
  EXPECT_EQ(Fates(Audited(Told("p0: w(x,1)@0-1 w(x,2)@2-3"), {{0, 1, 8}, {0, 2, 9}, {1, 2, 9}})),
            (Texts{"0: visible after 800", "1: visible after 600"}));
}

TEST(Fate, AReplicaThatGaveAWriteAndThenSomethingOlderResurrectsIt) {
  EXPECT_EQ(
      Fates(Told("p0: w(x,1)@0-1 w(x,2)@2-3 | p1: r(x)=2@4-5 r(x)=1@6-7 r(x)=2@8-9", {kUntold, kUntold, 0, 0, 0})),
      (Texts{"0: visible after 400", "1: visible after 200, stale for 300, resurrected"}));
  // Another replica that never had it does not.
  EXPECT_EQ(
      Fates(Told("p0: w(x,1)@0-1 w(x,2)@2-3 | p1: r(x)=2@4-5 r(x)=1@6-7 r(x)=2@8-9", {kUntold, kUntold, 0, 1, 1})),
      (Texts{"0: visible after 600", "1: visible after 600, stale for 300"}));
  // Nor do two reads that overlap, since the older may have been first.
  EXPECT_EQ(Fates(Told("p0: w(x,1)@0-1 w(x,2)@2-3 | p1: r(x)=2@4-9 r(x)=2@30-31 | p2: r(x)=1@6-7",
                       {kUntold, kUntold, 0, 0, 0})),
            (Texts{"0: visible after 800", "1: visible after 600, stale for 300"}));
}

TEST(Fate, OnlyOfWritesThatReturned) {
  EXPECT_EQ(Fates(Audited(Told("p0: w(x,1)?@0 w(x,2)!@1-2 w(x,3)@3-4"), {{0, 3, 9}})), Texts{"2: visible after 500"});
}

}  // namespace
}  // namespace consistency
