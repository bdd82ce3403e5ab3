// Every invariant is a guard and brings a burglar: a story that it must accept,
// having judged something, and one that it must reject, saying why. Rules with
// several clauses have a story for each of them here.
#include "invariants/invariant.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace invariants {
namespace {

using core::ClientId;
using core::NodeId;

struct Verdict {
  std::uint64_t judged = 0;
  std::string violation;
};

template <class Tell>
Verdict Judge(const Invariant& invariant, Tell&& tell) {
  const std::unique_ptr<Monitor> monitor = invariant.make();
  Story story(*monitor);
  tell(story);
  return {monitor->judged, monitor->violation};
}

class EveryInvariant : public testing::TestWithParam<Invariant> {};

TEST_P(EveryInvariant, AcceptsItsGoodStoryAndJudgesIt) {
  const Verdict verdict = Judge(GetParam(), GetParam().accepted);
  EXPECT_GT(verdict.judged, 0u);
  EXPECT_EQ(verdict.violation, "");
}

TEST_P(EveryInvariant, RejectsItsBadStoryAndSaysWhy) {
  const Verdict verdict = Judge(GetParam(), GetParam().rejected);
  EXPECT_GT(verdict.judged, 0u);
  EXPECT_NE(verdict.violation, "");
}

TEST_P(EveryInvariant, SaysWhatItDemandsAndWhoSaysSo) {
  EXPECT_NE(GetParam().name, "");
  EXPECT_NE(GetParam().statement, "");
  EXPECT_NE(GetParam().source, "");
  for (const char c : GetParam().name) EXPECT_TRUE((c >= 'a' && c <= 'z') || c == '-') << GetParam().name;
  EXPECT_NE(GetParam().name.front(), '-');
  EXPECT_NE(GetParam().name.back(), '-');
}

// What a fork of a run relies on: the copy remembers what the original heard,
// and what happens to one is not known to the other.
TEST_P(EveryInvariant, ACloneRemembersAndThenGoesItsOwnWay) {
  const std::unique_ptr<Monitor> original = GetParam().make();
  const core::Fingerprint fresh = original->fingerprint();
  Story story(*original);
  GetParam().accepted(story);
  const std::unique_ptr<Monitor> clone = original->Clone();
  const core::Fingerprint before = original->fingerprint();
  EXPECT_EQ(clone->fingerprint(), before);
  EXPECT_EQ(clone->judged, original->judged);
  EXPECT_EQ(clone->violation, original->violation);

  Story elsewhere(*clone);
  GetParam().rejected(elsewhere);
  EXPECT_EQ(original->fingerprint(), before);
  EXPECT_EQ(original->violation, "");
  EXPECT_TRUE(before != fresh || clone->fingerprint() != fresh) << "the fingerprint does not show what was heard";
}

TEST_P(EveryInvariant, KnowsOnlyTheFactsItNames) {
  const std::unique_ptr<Monitor> monitor = GetParam().make();
  EXPECT_FALSE(monitor->Facts().empty());
  for (const FactTag tag : monitor->Facts()) EXPECT_NE(monitor->HandlerOf(tag), nullptr);
  constexpr char kUnknown = 0;
  EXPECT_EQ(monitor->HandlerOf(&kUnknown), nullptr);
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryInvariant, testing::ValuesIn(Catalogue()), [](const auto& info) {
  std::string name(info.param.name);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(Catalogue, IsSortedByNameAndNamesAreUnique) {
  const auto& all = Catalogue();
  ASSERT_FALSE(all.empty());
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_LT(all[i - 1].name, all[i].name);
  for (const Invariant& invariant : all) EXPECT_EQ(Find(invariant.name), &invariant);
  EXPECT_EQ(Find("no-such-rule"), nullptr);
}

// --- stories, one for each clause ----------------------------------------------

facts::EntryAppended Entry(std::uint64_t index, std::uint64_t epoch, std::uint64_t command) {
  return {{index}, {epoch}, {command, command}};
}
facts::RequestAcknowledged Acknowledged(std::uint64_t index) { return {{ClientId{1}, 1}, {index}}; }
facts::SpanEmitted Emitted(std::uint64_t content) { return {{content, content}, {0, 1}, content, 0}; }
facts::SpanStored Stored(std::uint64_t content) { return {{content, content}, {0, 1}, content, 0}; }

template <class Tell>
void ExpectAccepted(std::string_view name, Tell&& tell) {
  const Verdict verdict = Judge(*Find(name), tell);
  EXPECT_GT(verdict.judged, 0u);
  EXPECT_EQ(verdict.violation, "");
}
template <class Tell>
void ExpectRejected(std::string_view name, std::string_view why, Tell&& tell) {
  const Verdict verdict = Judge(*Find(name), tell);
  EXPECT_NE(verdict.violation.find(why), std::string::npos) << "got: " << verdict.violation;
}

void ThreeNodesHoldOneEntry(Story& story) {
  for (std::uint32_t node = 0; node < 3; ++node) {
    story(node, facts::LogRecovered{});
    story(node, Entry(1, 1, 7));
  }
  story(0, Acknowledged(1));
}

TEST(AcknowledgedIsDurable, AnEntryOnOthersDisksOnlyMayNotBeAcknowledgedHere) {
  ExpectRejected("acknowledged-is-durable", "not on its own disk", [](Story& story) {
    for (std::uint32_t node = 0; node < 3; ++node) story(node, facts::LogRecovered{});
    for (std::uint32_t node = 1; node < 3; ++node) story(node, Entry(1, 1, 7));
    story(0, Acknowledged(1));
  });
}
TEST(AcknowledgedIsDurable, ADiskThatForgetsIsFoundAtTheNextElection) {
  ExpectRejected("acknowledged-is-durable", "durable on 1 of 3", [](Story& story) {
    ThreeNodesHoldOneEntry(story);
    story(0, facts::LogRecovered{});
    story(1, facts::LogRecovered{});
    story(1, facts::LeaderElected{{2}});
  });
}
TEST(AcknowledgedIsDurable, ADiskThatForgetsIsFoundAtTheEndIfNobodyIsElected) {
  ExpectRejected("acknowledged-is-durable", "durable on 1 of 3", [](Story& story) {
    ThreeNodesHoldOneEntry(story);
    story(0, facts::LogTruncated{{1}});
    story(2, facts::LogRecovered{});
    story.AtEnd();
  });
}
TEST(AcknowledgedIsDurable, AnotherEntryAtThatPlaceDoesNotCount) {
  ExpectRejected("acknowledged-is-durable", "durable on 1 of 3", [](Story& story) {
    for (std::uint32_t node = 0; node < 3; ++node) story(node, facts::LogRecovered{});
    story(0, Entry(1, 1, 7));
    for (std::uint32_t node = 1; node < 3; ++node) story(node, Entry(1, 1, 8));
    story(0, Acknowledged(1));
  });
}
TEST(AcknowledgedIsDurable, AMinorityMayForget) {
  ExpectAccepted("acknowledged-is-durable", [](Story& story) {
    ThreeNodesHoldOneEntry(story);
    story(0, facts::LogRecovered{});
    story(1, facts::LeaderElected{{2}});
    story.AtEnd();
  });
}

TEST(ContextCausality, TheContextMustComeToThisService) {
  ExpectRejected("context-causality", "no delivered message", [](Story& story) {
    story(8, facts::ContextCarried{{0, 1}, 1});
    story(7, facts::ChildStarted{{0, 1}, 2, 1});
  });
}
TEST(ContextCausality, TheContextOfAnotherTraceIsNoContext) {
  ExpectRejected("context-causality", "no delivered message", [](Story& story) {
    story(7, facts::ContextCarried{{0, 9}, 1});
    story(7, facts::ChildStarted{{0, 1}, 2, 1});
  });
}
TEST(ContextCausality, WhatIsStoredNamesTheParentItWasStartedWith) {
  ExpectRejected("context-causality", "another parent", [](Story& story) {
    story(7, facts::ContextCarried{{0, 1}, 1});
    story(7, facts::ChildStarted{{0, 1}, 2, 1});
    story(0, facts::SpanStored{{2, 2}, {0, 1}, 2, 5});
  });
}

TEST(AcceptedEpoch, ADiskMayNotKnowOfANewerEpochThanItHasAccepted) {
  ExpectRejected("accepted-epoch", "is t2, it has accepted t1", [](Story& story) {
    story(0, facts::EpochEntered{{2}});
    story(0, facts::CurrentEpochSet{{2}, NodeId{1}});
    story(0, facts::EpochEntered{{1}});
    story(0, facts::CurrentEpochSet{{2}, std::nullopt});
  });
}

TEST(ContiguousDelivery, WhoRestartsBeginsAnewOrFromASnapshot) {
  ExpectRejected("contiguous-delivery", "applied i2 after i0", [](Story& story) {
    story(0, facts::EntryApplied{{1}, {1}, {}});
    story(0, facts::Crashed{});
    story(0, facts::EntryApplied{{2}, {1}, {}});
  });
}
TEST(ContiguousDelivery, NothingIsAppliedTwice) {
  ExpectRejected("contiguous-delivery", "applied i3 after i3", [](Story& story) {
    story(0, facts::SnapshotRestored{{3}, {1}, {}});
    story(0, facts::EntryApplied{{3}, {1}, {}});
  });
}

TEST(ElectionSafety, TwoLeadersOfDifferentEpochsMayLiveAtTheSameTime) {
  ExpectAccepted("election-safety", [](Story& story) {
    story(1, facts::LeaderElected{{2}});
    story(2, facts::LeaderElected{{3}});
    story(1, facts::LeaderElected{{4}});
  });
}
TEST(ElectionSafety, AnEpochLongPastStillHasItsOnlyLeader) {
  ExpectRejected("election-safety", "both elected in t2", [](Story& story) {
    story(1, facts::LeaderElected{{2}});
    story(2, facts::LeaderElected{{3}});
    story(3, facts::LeaderElected{{2}});
  });
}

TEST(GlobalPrimaryOrder, EpochsNeverGoBackWhileANodeLives) {
  ExpectRejected("global-primary-order", "of t1 at i3, after one of t2", [](Story& story) {
    story(0, facts::TransactionDelivered{{1}, 1, {1}, {}});
    story(0, facts::TransactionDelivered{{2}, 1, {2}, {}});
    story(0, facts::TransactionDelivered{{1}, 2, {3}, {}});
  });
}

TEST(Integrity, WhatWasDeliveredBeforeItsPrimaryToldOfItMustBeWhatItTells) {
  ExpectRejected("integrity", "another transaction t1.1", [](Story& story) {
    story(1, facts::TransactionDelivered{{1}, 1, {1}, {8, 8}});
    story(0, facts::TransactionBroadcast{{1}, 1, {1}, {7, 7}});
  });
}
TEST(Integrity, APrimaryTellsOfAllThatItBroadcastBefore) {
  ExpectRejected("integrity", "left out", [](Story& story) {
    story(0, facts::TransactionBroadcast{{1}, 2, {2}, {7, 7}});
    story(1, facts::TransactionDelivered{{1}, 1, {1}, {7, 7}});
  });
}
TEST(Integrity, WhatAPrimaryDidNotLiveToTellIsNobodysInvention) {
  ExpectAccepted("integrity", [](Story& story) {
    story(0, facts::TransactionBroadcast{{1}, 1, {1}, {7, 7}});
    story(1, facts::TransactionDelivered{{1}, 1, {1}, {7, 7}});
    story(1, facts::TransactionDelivered{{1}, 2, {2}, {8, 8}});
    story(2, facts::TransactionDelivered{{1}, 2, {2}, {8, 8}});
  });
}

TEST(LocalPrimaryOrder, TheFirstOfAnEpochComesFirst) {
  ExpectRejected("local-primary-order", "transaction 2 of t2", [](Story& story) {
    story(0, facts::TransactionDelivered{{1}, 1, {1}, {}});
    story(0, facts::TransactionDelivered{{2}, 2, {2}, {}});
  });
}
TEST(LocalPrimaryOrder, ASnapshotStandsForWhatItHolds) {
  ExpectRejected("local-primary-order", "transaction 3 of t1 after 1", [](Story& story) {
    story(0, facts::TransactionDelivered{{1}, 1, {1}, {}});
    story(1, facts::SnapshotRestored{{1}, {1}, {}});
    story(1, facts::TransactionDelivered{{1}, 3, {2}, {}});
  });
}

TEST(LeaderAppendOnly, AFollowerMayCut) {
  ExpectAccepted("leader-append-only", [](Story& story) {
    story(1, facts::LeaderElected{{2}});
    story(1, Entry(1, 2, 7));
    story(1, facts::Crashed{});
    story(1, facts::LogTruncated{{1}});
    story(2, facts::LogTruncated{{1}});
  });
}

TEST(LeaderCompleteness, NobodyCommitsBeyondItsOwnLog) {
  ExpectRejected("leader-completeness", "its own log ends at i1", [](Story& story) {
    story(1, Entry(1, 1, 7));
    story(1, facts::Committed{{2}, {1}});
  });
}
TEST(LeaderCompleteness, ALongerLogWithAnotherEntryIsNotComplete) {
  ExpectRejected("leader-completeness", "without the entries up to i1", [](Story& story) {
    story(1, Entry(1, 1, 7));
    story(1, facts::Committed{{1}, {1}});
    story(3, Entry(1, 2, 8));
    story(3, Entry(2, 2, 9));
    story(3, facts::LeaderElected{{3}});
  });
}
// The commit of term 2 was learned late; a leader of term 1 need not have had it.
TEST(LeaderCompleteness, AnEarlierLeaderOwesNothingToALaterEpoch) {
  ExpectAccepted("leader-completeness", [](Story& story) {
    story(1, Entry(1, 2, 7));
    story(1, facts::Committed{{1}, {2}});
    story(3, facts::LeaderElected{{1}});
  });
}

TEST(LogMatching, ALogHasNoGaps) {
  ExpectRejected("log-matching", "appended i3 to a log of 1 entries", [](Story& story) {
    story(1, Entry(1, 1, 7));
    story(1, Entry(3, 1, 9));
  });
}
TEST(LogMatching, AnEntryIsNotReplacedBeforeItIsCut) {
  for (const facts::EntryAppended& second : {Entry(1, 1, 8), Entry(1, 2, 8), Entry(1, 2, 7)}) {
    ExpectRejected("log-matching", "n1 appended i1 to a log of 1 entries", [&](Story& story) {
      story(1, Entry(1, 1, 7));
      story(1, second);
    });
  }
}
TEST(LogMatching, OneIndexAndEpochIsOneEntry) {
  ExpectRejected("log-matching", "different logs", [](Story& story) {
    story(1, Entry(1, 1, 7));
    story(2, Entry(1, 1, 8));
  });
}
TEST(LogMatching, ARestartedNodeIsHeldToWhatItHadBefore) {
  ExpectRejected("log-matching", "different logs", [](Story& story) {
    story(1, Entry(1, 1, 7));
    story(1, facts::LogRecovered{});
    story(1, Entry(1, 1, 8));
  });
}
TEST(LogMatching, ACutEntryMayBeReplacedByOneOfAnotherEpoch) {
  ExpectAccepted("log-matching", [](Story& story) {
    story(1, Entry(1, 1, 7));
    story(1, facts::LogTruncated{{1}});
    story(1, Entry(1, 2, 8));
    story(2, Entry(1, 2, 8));
  });
}

TEST(MatchSoundness, TheFollowersLogMustReachThatFar) {
  ExpectRejected("match-soundness", "its durable log ends at i0", [](Story& story) {
    story(1, Entry(1, 1, 7));
    story(1, facts::MatchAdvanced{NodeId{2}, {1}, {1}, {2}});
  });
}
TEST(MatchSoundness, TheFollowersLogMustAgree) {
  ExpectRejected("match-soundness", "its durable log differs", [](Story& story) {
    story(1, Entry(1, 1, 7));
    story(2, Entry(1, 1, 8));
    story(1, facts::MatchAdvanced{NodeId{2}, {1}, {1}, {2}});
  });
}
TEST(MatchSoundness, ALeaderCannotCountBeyondItsOwnLog) {
  ExpectRejected("match-soundness", "counts on n2 up to i2", [](Story& story) {
    story(1, Entry(1, 1, 7));
    story(2, Entry(1, 1, 7));
    story(2, Entry(2, 1, 8));
    story(1, facts::MatchAdvanced{NodeId{2}, {2}, {1}, {3}});
  });
}
TEST(MatchSoundness, AFollowerThatMovedOnOwesTheOldLeaderNothing) {
  const Verdict verdict = Judge(*Find("match-soundness"), [](Story& story) {
    story(1, Entry(1, 1, 7));
    story(2, facts::EpochEntered{{2}});
    story(1, facts::MatchAdvanced{NodeId{2}, {1}, {1}, {2}});
  });
  EXPECT_EQ(verdict.violation, "");
  EXPECT_EQ(verdict.judged, 0u);
}

TEST(PrimaryIntegrity, WhatIsDeliveredElsewhereBeforeCountsToo) {
  ExpectRejected("primary-integrity", "n1 broadcast in t2 when it had delivered up to i1; i2 of t1", [](Story& story) {
    story(0, facts::TransactionDelivered{{1}, 1, {1}, {}});
    story(0, facts::TransactionDelivered{{1}, 2, {2}, {}});
    story(1, facts::SnapshotRestored{{1}, {1}, {}});
    story(1, facts::TransactionBroadcast{{2}, 1, {2}, {}});
  });
}

TEST(Progress, OneClientLeftWaitingIsOneTooMany) {
  ExpectRejected("progress", "no answer", [](Story& story) {
    for (std::uint32_t client : {5u, 6u}) story(client, facts::ProbeSent{});
    story(6, facts::ProbeAnswered{});
    story.AtEnd();
  });
}

TEST(SpanCausality, ASpanIsNotStoredWhereNothingBroughtIt) {
  ExpectRejected("span-causality", "no delivered message", [](Story& story) {
    story(0, facts::SpanCarried{{1, 1}});
    story(1, Stored(1));
  });
}
TEST(SpanCausality, AnAcknowledgementComesFromANodeThatStoresTheSpan) {
  ExpectRejected("span-causality", "n1 acknowledged a span before", [](Story& story) {
    story(0, facts::SpanCarried{{1, 1}});
    story(0, Stored(1));
    story(1, facts::SpanAcknowledged{{1, 1}});
  });
}
TEST(SpanCausality, AStoreIsGoneWithTheNodeThatCrashed) {
  ExpectRejected("span-causality", "n0 acknowledged a span before", [](Story& story) {
    story(0, facts::SpanCarried{{1, 1}});
    story(0, Stored(1));
    story(0, facts::Crashed{});
    story(0, facts::SpanAcknowledged{{1, 1}});
  });
}
TEST(SpanCausality, AnApplicationMayNotInventItsAnswer) {
  ExpectRejected("span-causality", "no collector acknowledged", [](Story& story) {
    story(0, facts::SpanCarried{{1, 1}});
    story(0, Stored(1));
    story(6, facts::SpanConfirmed{{1, 1}});
  });
}

TEST(SpanConservation, ASpanThatVanishesIsMissed) {
  ExpectRejected("span-conservation", "n6 holds 1 spans, but has emitted 2", [](Story& story) {
    story(6, Emitted(1));
    story(6, Emitted(2));
    story(6, facts::ExporterLevel{1});
  });
}
TEST(SpanConservation, ASpanConfirmedTwiceWasOneTooMany) {
  ExpectRejected("span-conservation", "had 2 confirmed", [](Story& story) {
    story(6, Emitted(1));
    story(6, facts::SpanConfirmed{{1, 1}});
    story(6, facts::SpanConfirmed{{1, 1}});
    story(6, facts::ExporterLevel{0});
  });
}
TEST(SpanConservation, EachApplicationKeepsItsOwnAccount) {
  ExpectRejected("span-conservation", "n7", [](Story& story) {
    story(6, Emitted(1));
    story(7, facts::SpanConfirmed{{1, 1}});
    story(7, facts::ExporterLevel{0});
  });
}
TEST(SpanConservation, ACrashedApplicationStartsANewAccount) {
  ExpectAccepted("span-conservation", [](Story& story) {
    story(6, Emitted(1));
    story(6, facts::Crashed{});
    story(6, facts::ExporterLevel{0});
  });
}

TEST(SpanIntegrity, ASpanThatNobodyEmittedIsInvented) {
  ExpectRejected("span-integrity", "nobody emitted", [](Story& story) { story(0, Stored(1)); });
}
TEST(SpanIntegrity, NoIdMayChange) {
  const facts::SpanStored altered[] = {{{1, 1}, {0, 2}, 1, 0}, {{1, 1}, {0, 1}, 2, 0}, {{1, 1}, {0, 1}, 1, 3}};
  for (const facts::SpanStored& stored : altered) {
    ExpectRejected("span-integrity", "other ids", [&](Story& story) {
      story(6, Emitted(1));
      story(0, stored);
    });
  }
}

TEST(StateMachineSafety, OneEpochAndTwoCommandsAreTwoEntries) {
  ExpectRejected("state-machine-safety", "at i1", [](Story& story) {
    story(1, facts::EntryApplied{{1}, {1}, {7, 7}});
    story(2, facts::EntryApplied{{1}, {1}, {8, 8}});
  });
}
TEST(StateMachineSafety, OneCommandAndTwoEpochsAreTwoEntries) {
  ExpectRejected("state-machine-safety", "an entry of t1 at i1, n2 one of t2", [](Story& story) {
    story(1, facts::EntryApplied{{1}, {1}, {7, 7}});
    story(2, facts::EntryApplied{{1}, {2}, {7, 7}});
  });
}
TEST(StateMachineSafety, ARestartedNodeAppliesTheSameAgain) {
  ExpectRejected("state-machine-safety", "n1 one of t2", [](Story& story) {
    story(1, facts::EntryApplied{{1}, {1}, {7, 7}});
    story(1, facts::Crashed{});
    story(1, facts::EntryApplied{{1}, {2}, {8, 8}});
  });
}

TEST(TraceCompleteness, OneNodeStoresASpanOnce) {
  ExpectRejected("trace-completeness", "stored one span twice", [](Story& story) {
    story(6, Emitted(1));
    story(0, Stored(1));
    story(0, Stored(1));
  });
}
TEST(TraceCompleteness, AfterACrashTheStoreIsBuiltAgain) {
  ExpectAccepted("trace-completeness", [](Story& story) {
    story(6, Emitted(1));
    story(0, Stored(1));
    story(0, facts::Crashed{});
    story(0, Stored(1));
    story(0, facts::SpanAcknowledged{{1, 1}});
    story(6, facts::SpanConfirmed{{1, 1}});
    story(0, facts::InCore{});
    story.AtEnd();
  });
}
TEST(TraceCompleteness, AStoreThatIsNotBuiltAgainMisses) {
  ExpectRejected("trace-completeness", "n0 does not hold", [](Story& story) {
    story(6, Emitted(1));
    story(0, Stored(1));
    story(0, facts::SpanAcknowledged{{1, 1}});
    story(6, facts::SpanConfirmed{{1, 1}});
    story(0, facts::Crashed{});
    story(0, facts::InCore{});
    story.AtEnd();
  });
}
// Where no majority has an intact disk nobody can be served, and no core is announced.
TEST(TraceCompleteness, WithoutACoreASpanMayWait) {
  const Verdict verdict = Judge(*Find("trace-completeness"), [](Story& story) {
    story(6, Emitted(1));
    story.AtEnd();
  });
  EXPECT_EQ(verdict.violation, "");
  EXPECT_EQ(verdict.judged, 0u);
}
TEST(TraceCompleteness, ASpanThatStillWaitsIsNotAccountedFor) {
  ExpectRejected("trace-completeness", "1 spans are neither confirmed nor dropped", [](Story& story) {
    story(6, Emitted(1));
    story(6, Emitted(2));
    story(6, facts::SpanDropped{{1, 1}, facts::DropReason::kGaveUp});
    story(0, facts::InCore{});
    story.AtEnd();
  });
}
TEST(TraceCompleteness, ASpanAccountedForTwiceDoesNotMakeUpForALostOne) {
  ExpectRejected("trace-completeness", "was emitted 1 times, confirmed or dropped 2 times", [](Story& story) {
    story(6, Emitted(1));
    story(6, Emitted(2));
    story(6, facts::SpanConfirmed{{1, 1}});
    story(6, facts::SpanConfirmed{{1, 1}});
    story.AtEnd();
  });
}
TEST(TraceCompleteness, ARepeatIsEmittedTwiceAndAccountedTwice) {
  ExpectRejected("trace-completeness", "1 spans are neither", [](Story& story) {
    story(6, Emitted(1));
    story(6, Emitted(1));
    story(6, facts::SpanConfirmed{{1, 1}});
    story(0, facts::InCore{});
    story.AtEnd();
  });
}

TEST(VoteOnce, ASecondCandidateInTheSameEpochIsOneTooMany) {
  ExpectRejected("vote-once", "voted for n2 in t2 and then for n3 in t2", [](Story& story) {
    story(1, facts::VoteCast{{2}, NodeId{2}});
    story(1, facts::VoteCast{{2}, NodeId{3}});
  });
}
TEST(VoteOnce, AnEpochThatIsOverIsNotVotedIn) {
  ExpectRejected("vote-once", "voted for n2 in t2 and then for n2 in t1", [](Story& story) {
    story(1, facts::VoteCast{{2}, NodeId{2}});
    story(1, facts::VoteCast{{1}, NodeId{2}});
  });
}
TEST(VoteOnce, TheSameVoteMayBeSaidTwice) {
  ExpectAccepted("vote-once", [](Story& story) {
    story(1, facts::VoteCast{{2}, NodeId{2}});
    story(1, facts::VoteCast{{2}, NodeId{2}});
  });
}

TEST(ZxidUnique, EachEpochBeginsAtOne) {
  ExpectRejected("zxid-unique", "transaction 2 of t2 after 0", [](Story& story) {
    story(0, facts::TransactionBroadcast{{1}, 1, {1}, {}});
    story(1, facts::TransactionBroadcast{{2}, 2, {2}, {}});
  });
}

}  // namespace
}  // namespace invariants
