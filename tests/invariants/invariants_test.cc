// Every invariant is a guard and brings a burglar: a story that it must accept,
// having judged something, and one that it must reject, saying why. Rules with
// several clauses have a story for each of them here.
#include "invariants/invariant.h"

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "invariants/clock_view.h"

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
  const bool shows = before != fresh || clone->fingerprint() != fresh;
  EXPECT_EQ(shows, original->remembers()) << "the fingerprint does not show what was heard";
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

// --- what all rules know of logs ------------------------------------------------

TEST(LogViews, AStaleMembershipDoesNotReplaceTheCommittedOne) {
  const auto with = [](std::uint32_t voter) { return core::Membership{1u << voter, 1u << voter, 0, 0}; };
  const auto entry = [](std::uint64_t command) { return facts::EntryAppended{{1}, {1}, {command, command}}; };
  LogViews logs;
  for (std::uint32_t node : {1u, 2u}) {
    logs.Observe(NodeId{node}, entry(node));
    logs.Observe(NodeId{node}, facts::MembershipAdopted{{1}, with(node)});
  }
  EXPECT_TRUE(logs.HasMajority([](NodeId node) { return node == NodeId{2}; }));  // somebody goes by it
  logs.Observe(NodeId{1}, facts::Committed{{1}, {1}});
  logs.Observe(NodeId{2}, facts::MembershipAdopted{{1}, with(2)});  // it restarts
  EXPECT_TRUE(logs.IsMember(NodeId{1}));
  EXPECT_FALSE(logs.IsMember(NodeId{2}));
  EXPECT_FALSE(logs.HasMajority([](NodeId node) { return node == NodeId{2}; }));
}

TEST(LogViews, AMembershipWithoutALogHoldsWhenItDecidesTheNextSlot) {
  LogViews logs;
  logs.Observe(NodeId{1}, facts::MembershipAdopted{{0}, core::Membership::Of(3, 3)});
  logs.Observe(NodeId{1}, facts::Committed{{2}, {1}});
  logs.Observe(NodeId{1}, facts::MembershipAdopted{{5}, core::Membership::Of(2, 2)});  // chosen in slot 2
  logs.Observe(NodeId{1}, facts::Committed{{3}, {1}});
  EXPECT_TRUE(logs.IsMember(NodeId{2}));  // it may be needed for slot 4
  logs.Observe(NodeId{1}, facts::Committed{{4}, {1}});
  EXPECT_FALSE(logs.IsMember(NodeId{2}));
}

// --- stories, one for each clause ----------------------------------------------

facts::EntryAppended Entry(std::uint64_t index, std::uint64_t epoch, std::uint64_t command) {
  return {{index}, {epoch}, {command, command}};
}
facts::RequestAcknowledged Acknowledged(std::uint64_t index) { return {{ClientId{1}, 1}, {index}}; }
facts::SpanEmitted Emitted(std::uint64_t content) { return {{content, content}, {0, 1}, content, 0}; }
facts::SpanStored Stored(std::uint64_t content) { return {{content, content}, {0, 1}, content, 0}; }

facts::EntryApplied Applied(std::uint64_t index) { return {{index}, {1}, {index, index}}; }
facts::SnapshotRestored Restored(std::uint64_t index, std::uint64_t state = 0) {
  return {{index}, {1}, {state, state}};
}
facts::SnapshotTaken Taken(std::uint64_t index, std::uint64_t state = 0) { return {{index}, {1}, {state, state}}; }
facts::CommandExecuted Executed(std::uint64_t sequence, std::uint64_t index) {
  return {{ClientId{1}, sequence}, {index}};
}
core::Membership Voters(std::initializer_list<std::uint32_t> nodes) {
  core::Membership membership;
  for (const std::uint32_t node : nodes) membership.old_voters |= std::uint64_t{1} << node;
  membership.new_voters = membership.old_voters;
  return membership;
}
// Under way from the one to the other.
core::Membership Joint(const core::Membership& from, std::initializer_list<std::uint32_t> voters) {
  core::MembershipChange change;
  for (const std::uint32_t node : voters) change.voters.push_back(NodeId{node});
  return from.Towards(change);
}
void InstallView(Story& story, std::uint32_t node, std::uint64_t view, std::initializer_list<std::uint32_t> members) {
  facts::ViewInstalled installed{{view}, {}};
  for (const std::uint32_t member : members) installed.members.push_back(NodeId{member});
  story(node, installed);
}
void AppendMembership(Story& story, std::uint32_t node, std::uint64_t index, const core::Membership& membership) {
  story(node, Entry(index, 1, index));
  story(node, facts::MembershipAdopted{{index}, membership});
}

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

facts::MembershipAdopted Members(std::uint64_t from, std::uint32_t voters) {
  return {{from}, core::Membership::Of(voters, 5)};
}
facts::ValueAccepted Vote(std::uint64_t ballot, std::uint64_t value) { return {{ballot}, {1}, {value, value}}; }
facts::ValueProposed Proposal(std::uint64_t ballot, std::uint64_t value) { return {{ballot}, {1}, {value, value}}; }
facts::ValueChosen Choice(std::uint64_t ballot, std::uint64_t value) { return {{ballot}, {1}, {value, value}}; }

void TwoOfThreeAcceptWhatIsAcknowledged(Story& story) {
  story(0, Members(0, 3));
  for (std::uint32_t node : {0u, 1u}) story(node, Vote(3, 7));
  story(0, facts::EntryApplied{{1}, {}, {7, 7}});
  story(0, Acknowledged(1));
}
TEST(AcknowledgedIsAccepted, ADiskThatForgetsIsFoundAtTheNextElection) {
  ExpectRejected("acknowledged-is-accepted", "not on the disks of a majority", [](Story& story) {
    TwoOfThreeAcceptWhatIsAcknowledged(story);
    story(1, facts::VotesRecovered{});
    story(2, facts::LeaderElected{{5}});
  });
}
TEST(AcknowledgedIsAccepted, OrAtTheEnd) {
  ExpectRejected("acknowledged-is-accepted", "not on the disks of a majority", [](Story& story) {
    TwoOfThreeAcceptWhatIsAcknowledged(story);
    story(1, facts::VotesRecovered{});
    story.AtEnd();
  });
}
TEST(AcknowledgedIsAccepted, ADiskThatRemembersSaysSo) {
  ExpectAccepted("acknowledged-is-accepted", [](Story& story) {
    TwoOfThreeAcceptWhatIsAcknowledged(story);
    story(1, facts::VotesRecovered{});
    story(1, facts::ValueRecovered{{3}, {1}, {7, 7}});
    story.AtEnd();
  });
}
TEST(AcknowledgedIsAccepted, ASnapshotStandsForWhatIsGone) {
  ExpectAccepted("acknowledged-is-accepted", [](Story& story) {
    TwoOfThreeAcceptWhatIsAcknowledged(story);
    story(1, facts::VotesRecovered{{1}});
    story(0, facts::SnapshotTaken{{1}, {}, {}});
    story(0, facts::VotesRecovered{});
    story(0, facts::SnapshotRestored{{1}, {}, {}});
    story.AtEnd();
  });
}
TEST(AcknowledgedIsAccepted, AnotherValueInThatSlotDoesNotCount) {
  ExpectRejected("acknowledged-is-accepted", "not on the disks of a majority", [](Story& story) {
    story(0, Members(0, 3));
    story(0, Vote(3, 7));
    story(1, Vote(3, 8));
    story(0, facts::EntryApplied{{1}, {}, {7, 7}});
    story(0, Acknowledged(1));
  });
}

TEST(ChosenByMajority, WhatNobodyProposedIsNotChosen) {
  ExpectRejected("chosen-by-majority", "nobody proposed", [](Story& story) {
    story(0, Members(0, 3));
    for (std::uint32_t node : {0u, 1u}) story(node, Vote(3, 7));
    story(0, Choice(3, 7));
  });
}
TEST(ChosenByMajority, AcceptancesInAnotherBallotDoNotCount) {
  ExpectRejected("chosen-by-majority", "no majority", [](Story& story) {
    story(0, Members(0, 3));
    story(0, Proposal(4, 7));
    story(0, Vote(4, 7));
    story(1, Vote(3, 7));
    story(0, Choice(4, 7));
  });
}
TEST(ChosenByMajority, OnlyThoseCountWhoDecideTheSlot) {
  ExpectRejected("chosen-by-majority", "no majority of n0 ~n1", [](Story& story) {
    story(0, Members(0, 3));
    story(0, Members(1, 1));
    story(0, Proposal(3, 7));
    for (std::uint32_t node : {1u, 2u}) story(node, Vote(3, 7));
    story(0, Choice(3, 7));
  });
}

TEST(ChosenIsStable, AChoiceThatIsHeardOfLateBindsAsWell) {
  ExpectRejected("chosen-is-stable", "another was proposed in ballot t4", [](Story& story) {
    story(1, Proposal(3, 7));
    story(2, Proposal(4, 8));
    story(1, Choice(3, 7));
  });
}
TEST(ChosenIsStable, LowerBallotsMayHaveProposedAnything) {
  ExpectAccepted("chosen-is-stable", [](Story& story) {
    story(1, Proposal(3, 8));
    story(1, Proposal(4, 7));
    story(1, Choice(4, 7));
    story(1, Proposal(5, 7));
  });
}

TEST(ChosenIsStable, TheBallotItselfProposedIt) {
  ExpectRejected("chosen-is-stable", "another was proposed in ballot t3", [](Story& story) {
    story(1, Proposal(3, 8));
    story(1, Choice(3, 7));
  });
}

TEST(ChosenOnce, WhoExecutesASlotSaysWhatIsChosenThere) {
  ExpectRejected("chosen-once", "n0 takes one value for chosen in slot i1 and n1 another", [](Story& story) {
    story(0, Choice(3, 7));
    story(1, facts::EntryApplied{{1}, {}, {8, 8}});
  });
}

TEST(ConfigurationAgreement, WhatIsNotCommittedMayDiffer) {
  ExpectAccepted("configuration-agreement", [](Story& story) {
    for (std::uint32_t node : {1u, 2u}) story(node, Members(0, 5));
    story(1, Members(3, 4));
    story(1, facts::Committed{{2}, {1}});
    story(2, Members(3, 3));
    story(2, facts::Committed{{3}, {2}});
  });
}
TEST(ConfigurationAgreement, WhoHearsOfAChangeThatOthersPassedDisagrees) {
  ExpectRejected("configuration-agreement", "by n2 i3 is decided by", [](Story& story) {
    story(1, Members(0, 5));
    story(1, facts::Committed{{4}, {1}});
    story(2, Members(3, 3));
    story(2, facts::Committed{{3}, {2}});
  });
}

TEST(OneValuePerBallot, AnAcceptorSticksToItsVote) {
  ExpectRejected("one-value-per-ballot", "n1 named one value and n1 another", [](Story& story) {
    story(1, Vote(3, 7));
    story(1, Vote(3, 8));
  });
}

TEST(OneView, AViewFromBeforeTheCoreHealedDoesIfNobodyHasLeftIt) {
  ExpectAccepted("one-view", [](Story& story) {
    for (const std::uint32_t node : {0u, 1u}) InstallView(story, node, 4, {0, 1});
    for (const std::uint32_t node : {0u, 1u}) story(node, facts::InCore{});
    story.AtEnd();
  });
}
TEST(OneView, OneThatSomebodyHadLeftByThenDoesNot) {
  ExpectRejected("one-view", "since view i5", [](Story& story) {
    for (const std::uint32_t node : {0u, 1u}) InstallView(story, node, 4, {0, 1});
    InstallView(story, 0, 5, {0, 2});
    for (const std::uint32_t node : {0u, 1u}) story(node, facts::InCore{});
    story.AtEnd();
  });
}

TEST(PromisesKept, APromiseDoesNotDecrease) {
  ExpectRejected("promises-kept", "n1 promised t3 after t4", [](Story& story) {
    story(1, facts::BallotPromised{{4}});
    story(1, facts::BallotPromised{{3}});
  });
}
TEST(PromisesKept, NothingIsAcceptedBeyondThePromise) {
  ExpectRejected("promises-kept", "its last promise is t3", [](Story& story) {
    story(1, facts::BallotPromised{{3}});
    story(1, Vote(4, 7));
  });
}

TEST(SendingViewDelivery, NobodyExecutesWhatWasSentInALaterView) {
  ExpectRejected("sending-view-delivery", "n1 executes n0:1 of view i2 in view i1", [](Story& story) {
    for (const std::uint32_t node : {0u, 1u}) InstallView(story, node, 1, {0, 1});
    InstallView(story, 0, 2, {0, 1});
    story(0, facts::UpdateIssued{{NodeId{0}, 1}, {}});
    story(1, facts::UpdateDelivered{{NodeId{0}, 1}});
  });
}
// n3 writes, and n2 alone hears of it before both are put out.
void TellOfAWriterPutOut(Story& story) {
  for (const std::uint32_t node : {0u, 1u, 2u, 3u, 4u}) InstallView(story, node, 1, {0, 1, 2, 3, 4});
  story(3, facts::UpdateIssued{{NodeId{3}, 1}, {}});
  story(2, facts::UpdateDelivered{{NodeId{3}, 1}});
  for (const std::uint32_t node : {0u, 1u}) InstallView(story, node, 2, {0, 1});
  for (const std::uint32_t node : {0u, 1u}) story(node, facts::UpdateDelivered{{NodeId{3}, 1}});
}
TEST(SendingViewDelivery, SomebodyElseWhoHasItMayBringIt) {
  ExpectAccepted("sending-view-delivery", [](Story& story) {
    TellOfAWriterPutOut(story);
    InstallView(story, 0, 3, {0, 1, 2});
  });
}
TEST(SendingViewDelivery, WhoStaysOrLacksItDoesNotBringIt) {
  ExpectRejected("sending-view-delivery", "nobody who joins that has it", [](Story& story) {
    TellOfAWriterPutOut(story);
    InstallView(story, 0, 3, {0, 1, 4});
  });
}
TEST(SendingViewDelivery, WhoGoesOnWithTheWriterHasExecutedItBefore) {
  ExpectRejected("sending-view-delivery", "after its writer has installed view i2", [](Story& story) {
    for (const std::uint32_t node : {0u, 1u}) InstallView(story, node, 1, {0, 1});
    story(0, facts::UpdateIssued{{NodeId{0}, 1}, {}});
    for (const std::uint32_t node : {0u, 1u}) InstallView(story, node, 2, {0, 1});
    story(1, facts::UpdateDelivered{{NodeId{0}, 1}});
  });
}

TEST(ViewAgreement, WhoInstallsAViewIsInIt) {
  ExpectRejected("view-agreement", "without itself", [](Story& story) { InstallView(story, 2, 1, {0, 1}); });
}
TEST(ViewAgreement, NobodyGoesBack) {
  ExpectRejected("view-agreement", "n0 installs view i2 after i3", [](Story& story) {
    InstallView(story, 0, 3, {0, 1});
    InstallView(story, 0, 2, {0, 1});
  });
}
TEST(ViewAgreement, AMajorityGoesOn) {
  ExpectRejected("view-agreement", "of whom no majority goes on", [](Story& story) {
    InstallView(story, 0, 1, {0, 1, 2, 3});
    InstallView(story, 0, 2, {0, 1});
  });
}
TEST(ViewAgreement, AlsoIfTheLaterViewIsHeardOfFirst) {
  ExpectRejected("view-agreement", "of whom no majority goes on", [](Story& story) {
    InstallView(story, 0, 2, {0, 1});
    InstallView(story, 1, 1, {0, 1, 2, 3});
  });
}

TEST(VirtualSynchrony, AsManyOthersAreNotTheSame) {
  ExpectRejected("virtual-synchrony", "as many others", [](Story& story) {
    for (const std::uint32_t node : {0u, 1u}) InstallView(story, node, 1, {0, 1});
    story(0, facts::UpdateDelivered{{NodeId{0}, 1}});
    story(1, facts::UpdateDelivered{{NodeId{1}, 1}});
    for (const std::uint32_t node : {0u, 1u}) InstallView(story, node, 2, {0, 1});
  });
}
TEST(VirtualSynchrony, InWhichOrderMakesNoDifference) {
  ExpectAccepted("virtual-synchrony", [](Story& story) {
    for (const std::uint32_t node : {0u, 1u}) InstallView(story, node, 1, {0, 1});
    for (const std::uint32_t node : {0u, 1u}) {
      story(node, facts::UpdateDelivered{{NodeId{node}, 1}});
      story(node, facts::UpdateDelivered{{NodeId{1 - node}, 1}});
    }
    for (const std::uint32_t node : {0u, 1u}) InstallView(story, node, 2, {0, 1});
  });
}
TEST(VirtualSynchrony, WhatWasExecutedUnheardCountsWhenItsNodeIsBack) {
  ExpectRejected("virtual-synchrony", "n0 has executed 0 updates in view i1, and n1, which goes on with it, 1",
                 [](Story& story) {
                   for (const std::uint32_t node : {0u, 1u}) InstallView(story, node, 1, {0, 1});
                   InstallView(story, 0, 2, {0, 1});
                   story(1, facts::Crashed{});
                   InstallView(story, 1, 1, {0, 1});
                   story(1, facts::DeliveryRecovered{NodeId{0}, 1});
                   InstallView(story, 1, 2, {0, 1});
                 });
}
TEST(VirtualSynchrony, WhoInstalledAViewUnheardIsJudgedAgainFromTheNext) {
  const auto tell = [](Story& story, std::uint64_t last) {
    for (const std::uint32_t node : {0u, 1u}) InstallView(story, node, 1, {0, 1});
    InstallView(story, 0, 2, {0, 1});
    story(1, facts::Crashed{});
    InstallView(story, 1, 2, {0, 1});
    story(1, facts::DeliveryRecovered{NodeId{1}, 7});  // in the first view or in the second
    for (const std::uint32_t node : {0u, 1u}) InstallView(story, node, 3, {0, 1});
    for (const std::uint32_t node : {0u, 1u}) story(node, facts::UpdateDelivered{{NodeId{0}, 1}});
    if (last > 1) story(1, facts::UpdateDelivered{{NodeId{0}, last}});
    for (const std::uint32_t node : {0u, 1u}) InstallView(story, node, 4, {0, 1});
  };
  ExpectAccepted("virtual-synchrony", [&](Story& story) { tell(story, 1); });
  ExpectRejected("virtual-synchrony", "in view i3", [&](Story& story) { tell(story, 2); });
}
TEST(VirtualSynchrony, WhoComesFromElsewhereOwesNothingOfTheViewBefore) {
  ExpectAccepted("virtual-synchrony", [](Story& story) {
    for (const std::uint32_t node : {0u, 1u, 2u}) InstallView(story, node, 1, {0, 1, 2});
    for (const std::uint32_t node : {0u, 1u}) InstallView(story, node, 2, {0, 1});
    for (const std::uint32_t node : {0u, 1u}) story(node, facts::UpdateDelivered{{NodeId{0}, 1}});
    story(2, facts::DeliveryRecovered{NodeId{0}, 1});
    for (const std::uint32_t node : {0u, 1u, 2u}) InstallView(story, node, 3, {0, 1, 2});
  });
}

TEST(VotesSafe, AMajorityThatIsStillFreeCanChooseWhatNobodyVotedForYet) {
  ExpectRejected("votes-safe", "can be chosen there in ballot t3", [](Story& story) {
    story(0, Members(0, 3));
    story(0, Proposal(3, 7));
    story(2, facts::BallotPromised{{4}});
    story(2, Proposal(4, 8));
  });
}
TEST(VotesSafe, AMinorityThatVotedCannotChooseAlone) {
  ExpectAccepted("votes-safe", [](Story& story) {
    story(0, Members(0, 3));
    story(0, facts::BallotPromised{{3}});
    story(0, Vote(3, 7));
    for (std::uint32_t node : {1u, 2u}) story(node, facts::BallotPromised{{4}});
    story(2, Proposal(4, 8));
  });
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

TEST(AppliedInOrder, ASnapshotIsWhereItGoesOn) {
  ExpectRejected("applied-in-order", "n1 applied i2 right after i5", [](Story& story) {
    story(1, facts::Committed{{6}, {1}});
    story(1, Applied(1));
    story(1, Restored(5));
    story(1, Applied(2));
  });
}
TEST(AppliedInOrder, ARestartedNodeBeginsAnew) {
  ExpectAccepted("applied-in-order", [](Story& story) {
    for (int boot = 0; boot < 2; ++boot) {
      story(1, facts::Committed{{1}, {1}});
      story(1, Applied(1));
      story(1, facts::Crashed{});
    }
  });
  ExpectRejected("applied-in-order", "n1 applied i2 right after i0", [](Story& story) {
    story(1, facts::Committed{{2}, {1}});
    story(1, Applied(1));
    story(1, facts::Crashed{});
    story(1, facts::Committed{{2}, {1}});
    story(1, Applied(2));
  });
}
TEST(AppliedInOrder, NothingIsAppliedTwice) {
  ExpectRejected("applied-in-order", "n1 applied i1 right after i1", [](Story& story) {
    story(1, facts::Committed{{2}, {1}});
    for (int i = 0; i < 2; ++i) story(1, Applied(1));
  });
}
// It may say first that it applied and then that it was committed, but not that less was.
TEST(AppliedInOrder, NothingIsAppliedThatIsNotCommitted) {
  ExpectRejected("applied-in-order", "n1 applied up to i3, committed up to i2", [](Story& story) {
    story(1, facts::Committed{{1}, {1}});
    for (std::uint64_t index : {1, 2, 3}) story(1, Applied(index));
    story(1, facts::Committed{{2}, {1}});
  });
}

TEST(CommitMonotone, NoSnapshotIsAhead) {
  ExpectRejected("commit-monotone", "took a snapshot of i3, committed up to i2", [](Story& story) {
    story(1, facts::Committed{{2}, {1}});
    story(1, Taken(3));
  });
}
TEST(CommitMonotone, AnOlderSnapshotDoesNotTakeANodeBack) {
  ExpectRejected("commit-monotone", "went back to i1", [](Story& story) {
    story(1, facts::Committed{{2}, {1}});
    story(1, Restored(1));
  });
}

TEST(CommittedByMajority, ADiskThatForgetsIsFoundAtTheNextElection) {
  ExpectRejected("committed-by-majority", "on the disks of n1 only", [](Story& story) {
    for (std::uint32_t node = 0; node < 3; ++node) story(node, facts::LogRecovered{});
    for (std::uint32_t node = 0; node < 2; ++node) story(node, Entry(1, 1, 7));
    story(0, facts::Committed{{1}, {1}});
    story(0, facts::LogRecovered{});
    story(2, facts::LeaderElected{{2}});
  });
}
// In between an old and a new membership the old majority alone commits nothing.
TEST(CommittedByMajority, AChangeNeedsBothMajorities) {
  const auto tell = [](Story& story, std::uint32_t holders) {
    for (std::uint32_t node = 0; node < 3; ++node) story(node, facts::MembershipAdopted{{}, Voters({0, 1, 2})});
    for (std::uint32_t node = 0; node < 2; ++node) {
      AppendMembership(story, node, 1, Joint(Voters({0, 1, 2}), {0, 3, 4}));
    }
    for (std::uint32_t node = 2; node < holders; ++node) story(node, Entry(1, 1, 1));
    story(0, facts::Committed{{1}, {1}});
  };
  ExpectAccepted("committed-by-majority", [&](Story& story) { tell(story, 4); });
  ExpectRejected("committed-by-majority", "on the disks of n0 n1 n2 only", [&](Story& story) { tell(story, 3); });
}

// The leader has appended the new membership, and counts by it before it is on any disk.
TEST(CommittedByMajority, BehindAChangeTheNewMajorityIsEnough) {
  const auto tell = [](Story& story, std::uint64_t committed) {
    const core::Membership middle = Joint(Voters({0, 1, 2, 3, 4}), {0, 1, 2});
    for (std::uint32_t node = 0; node < 5; ++node) {
      story(node, facts::MembershipAdopted{{}, Voters({0, 1, 2, 3, 4})});
      if (node < 3) AppendMembership(story, node, 1, middle);
      if (node < 2) story(node, Entry(2, 1, 2));
    }
    story(0, facts::Committed{{committed}, {1}});
  };
  ExpectAccepted("committed-by-majority", [&](Story& story) { tell(story, 1); });
  ExpectAccepted("committed-by-majority", [&](Story& story) { tell(story, 2); });
}

TEST(CommittedIsDurable, NobodyCutsWhatIsCommitted) {
  ExpectRejected("committed-is-durable", "cut its log at i1, committed up to i1", [](Story& story) {
    story(1, Entry(1, 1, 7));
    story(1, facts::Committed{{1}, {1}});
    story(1, facts::LogTruncated{{1}});
  });
}
TEST(CommittedIsDurable, ADiskThatForgetsIsFoundAtTheEnd) {
  ExpectRejected("committed-is-durable", "n1 has lost of its log", [](Story& story) {
    story(1, Entry(1, 1, 7));
    story(1, facts::Committed{{1}, {1}});
    story(1, facts::Crashed{});
    story(1, facts::LogRecovered{});
    story(1, Entry(1, 1, 8));
    story.AtEnd();
  });
}
TEST(CommittedIsDurable, ASnapshotStandsForTheLog) {
  ExpectAccepted("committed-is-durable", [](Story& story) {
    story(1, Entry(1, 1, 7));
    story(1, facts::Committed{{1}, {1}});
    for (std::uint32_t node : {1u, 2u}) story(node, facts::LogRecovered{{1}});
    story(2, facts::Committed{{1}, {1}});
    story.AtEnd();
  });
}

TEST(CommittedPrefixes, TheShorterOneIsComparedAsWell) {
  ExpectRejected("committed-prefixes", "what others did up to i1 differs", [](Story& story) {
    for (std::uint64_t index : {1u, 2u}) story(1, Entry(index, 1, index));
    story(1, facts::Committed{{2}, {1}});
    story(2, Entry(1, 1, 9));
    story(2, facts::Committed{{1}, {1}});
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

TEST(CoreConvergence, TheLogIsEqualToo) {
  ExpectRejected("core-convergence", "the log of n1 is not what was committed", [](Story& story) {
    for (std::uint32_t node : {0u, 1u}) {
      story(node, Entry(1, 1, 7 + node));
      story(node, facts::Committed{{1}, {1}});
      story(node, Applied(1));
      story(node, facts::InCore{});
    }
    story(0, facts::Closing{});
    story.AtEnd();
  });
}
TEST(CoreConvergence, WhoIsNoMemberOwesNothing) {
  ExpectAccepted("core-convergence", [](Story& story) {
    story(0, facts::MembershipAdopted{{}, Voters({0})});
    story(0, Applied(1));
    for (std::uint32_t node : {0u, 1u}) story(node, facts::InCore{});
    story(0, facts::Closing{});
    story.AtEnd();
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

TEST(EpochMonotone, ARunningNodeDoesNotGoBack) {
  ExpectRejected("epoch-monotone", "n1 entered t2 after it had been in t3", [](Story& story) {
    for (std::uint64_t epoch : {3u, 2u}) story(1, facts::EpochEntered{{epoch}});
  });
}
// It may have forgotten a term in which it had done nothing yet.
TEST(EpochMonotone, WhoForgetsMayEnterTheSameEpochAgain) {
  ExpectAccepted("epoch-monotone", [](Story& story) {
    for (std::uint64_t epoch : {0u, 1u}) story(1, facts::EpochEntered{{epoch}});
    story(1, facts::Crashed{});
    for (std::uint64_t epoch : {0u, 1u}) story(1, facts::EpochEntered{{epoch}});
  });
}

TEST(ExactlyOnce, OneNodeDoesNotExecuteTwice) {
  ExpectRejected("exactly-once", "n1 executed c1#1 at i5 after c1#1 at i3", [](Story& story) {
    story(1, Executed(1, 3));
    story(1, Executed(1, 5));
  });
}
TEST(ExactlyOnce, AnOlderRequestThatComesLateIsNotExecuted) {
  ExpectRejected("exactly-once", "n2 executed c1#1 at i6 after c1#2 at i5", [](Story& story) {
    story(1, Executed(2, 5));
    story(2, Executed(1, 6));
  });
}
TEST(ExactlyOnce, WhoLagsIsJudgedByItsOwnPast) {
  ExpectRejected("exactly-once", "n2 executed c1#1 at i4 after c1#1 at i3", [](Story& story) {
    for (std::uint64_t sequence : {1u, 2u, 3u}) story(1, Executed(sequence, sequence + 2));
    story(2, Executed(1, 3));
    story(2, Executed(1, 4));
  });
}
TEST(ExactlyOnce, ARestoredMachineExecutesTheSameEntriesAgain) {
  ExpectAccepted("exactly-once", [](Story& story) {
    for (std::uint64_t sequence : {1u, 2u}) story(1, Executed(sequence, sequence + 2));
    story(1, facts::Crashed{});
    story(1, Restored(3));
    story(1, Executed(2, 4));
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

TEST(LeaderAppendOnly, ALeaderTakesNoSnapshotForItsLog) {
  ExpectRejected("leader-append-only", "exchanged its log", [](Story& story) {
    story(1, facts::LeaderElected{{2}});
    story(1, facts::LogRecovered{});
  });
}

TEST(LeaderCompleteness, ASnapshotStandsForWhatIsCommitted) {
  const auto tell = [](Story& story, std::uint64_t base) {
    for (std::uint64_t index : {1u, 2u}) story(1, Entry(index, 1, index));
    story(1, facts::Committed{{2}, {1}});
    story(2, facts::LogRecovered{{base}});
    story(2, facts::LeaderElected{{2}});
  };
  ExpectAccepted("leader-completeness", [&](Story& story) { tell(story, 2); });
  ExpectRejected("leader-completeness", "without the entries up to i2", [&](Story& story) { tell(story, 1); });
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

TEST(MatchMonotone, AnAnswerThatComesLateTakesNothingBack) {
  ExpectRejected("match-monotone", "up to i1 only, after i2", [](Story& story) {
    for (std::uint64_t match : {2u, 1u}) story(1, facts::MatchAdvanced{NodeId{2}, {match}, {1}, {3}});
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

TEST(MembershipChange, NodesBeginWithMembershipsThatMeet) {
  ExpectRejected("membership-change", "some majorities do not meet", [](Story& story) {
    story(0, facts::MembershipAdopted{{}, Voters({0, 1, 2})});
    story(3, facts::MembershipAdopted{{}, Voters({3, 4, 5})});
  });
}
TEST(MembershipChange, ThroughTheMiddleAnyVotersMayBecomeAnyOthers) {
  ExpectAccepted("membership-change", [](Story& story) {
    const core::Membership old = Voters({0, 1, 2}), middle = Joint(old, {3, 4, 5});
    story(0, facts::MembershipAdopted{{}, old});
    for (std::uint32_t node : {0u, 1u, 3u, 4u}) AppendMembership(story, node, 1, middle);
    AppendMembership(story, 0, 2, middle.Settled());
  });
}
TEST(MembershipChange, TheMiddleMustBeCommittedFirst) {
  ExpectRejected("membership-change", "before the change at i1 is committed", [](Story& story) {
    const core::Membership old = Voters({0, 1, 2}), middle = Joint(old, {0, 3, 4});
    story(0, facts::MembershipAdopted{{}, old});
    for (std::uint32_t node : {0u, 1u, 2u}) AppendMembership(story, node, 1, middle);
    AppendMembership(story, 0, 2, middle.Settled());
  });
}
TEST(MembershipChange, TwoVotersAtOnceAreTooMany) {
  ExpectRejected("membership-change", "n0 goes from the members n0 n1 n2 to n0 n1 n2 n3 n4 at i1", [](Story& story) {
    story(0, facts::MembershipAdopted{{}, Voters({0, 1, 2})});
    AppendMembership(story, 0, 1, Voters({0, 1, 2, 3, 4}));
  });
}
// What a snapshot leaves out, others have judged.
TEST(MembershipChange, ASnapshotMayLeaveChangesOut) {
  ExpectAccepted("membership-change", [](Story& story) {
    const core::Membership old = Voters({0, 1, 2}), middle = Joint(old, {3, 4, 5});
    for (std::uint32_t node : {0u, 1u}) story(node, facts::MembershipAdopted{{}, old});
    for (std::uint32_t node : {0u, 2u, 3u, 4u}) AppendMembership(story, node, 1, middle);
    for (std::uint32_t node : {3u, 4u}) AppendMembership(story, node, 2, middle.Settled());
    story(3, facts::Committed{{2}, {1}});
    story(1, facts::LogRecovered{{2}});
    story(1, facts::MembershipAdopted{{2}, middle.Settled()});
  });
}
TEST(MembershipChange, ALogThatIsCutGoesBack) {
  ExpectAccepted("membership-change", [](Story& story) {
    const core::Membership old = Voters({0, 1, 2});
    story(0, facts::MembershipAdopted{{}, old});
    AppendMembership(story, 0, 1, Joint(old, {0, 3, 4}));
    story(0, facts::LogTruncated{{1}});
    story(0, facts::MembershipAdopted{{}, old});
    AppendMembership(story, 0, 1, Joint(old, {1, 5, 6}));
  });
}

TEST(MembershipSettles, WhoIsNoMemberOwesNothing) {
  const Verdict verdict = Judge(*Find("membership-settles"), [](Story& story) {
    story(0, facts::MembershipAdopted{{}, Voters({0, 1, 2})});
    story(4, facts::MembershipAdopted{{}, Joint(Voters({3, 4}), {3})});
    story(4, facts::InCore{});
    story.AtEnd();
  });
  EXPECT_EQ(verdict.violation, "");
  EXPECT_EQ(verdict.judged, 0u);
}

TEST(OneLeaderFollowed, ALeaderOfAnEpochThatWasLeftIsNoLeader) {
  ExpectRejected("one-leader-followed", "n1 followed nobody", [](Story& story) {
    for (std::uint32_t node : {0u, 1u}) {
      story(node, facts::LeaderFollowed{{2}, NodeId{0}});
      story(node, facts::InCore{});
    }
    story(1, facts::EpochEntered{{3}});
    story(0, facts::Closing{});
    story.AtEnd();
  });
}
TEST(OneLeaderFollowed, AnElectionMayBeUnderWayAtTheEnd) {
  ExpectAccepted("one-leader-followed", [](Story& story) {
    for (std::uint32_t node : {0u, 1u}) {
      story(node, facts::LeaderFollowed{{2}, NodeId{0}});
      story(node, facts::InCore{});
    }
    story(0, facts::Closing{});
    story(1, facts::EpochEntered{{3}});
    story.AtEnd();
  });
}
TEST(OneLeaderFollowed, WhoIsNoMemberNeedNotFollow) {
  ExpectAccepted("one-leader-followed", [](Story& story) {
    story(0, facts::MembershipAdopted{{}, Voters({0})});
    story(0, facts::LeaderFollowed{{2}, NodeId{0}});
    for (std::uint32_t node : {0u, 1u}) story(node, facts::InCore{});
    story(0, facts::Closing{});
    story.AtEnd();
  });
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

TEST(StateMachineSafety, ASnapshotSaysWhatStateANodeIsIn) {
  ExpectRejected("state-machine-safety", "after i5 the state of n2 is another than that of n1", [](Story& story) {
    story(1, Taken(5, 7));
    story(2, Restored(5, 8));
  });
  ExpectAccepted("state-machine-safety", [](Story& story) {
    for (std::uint64_t index : {5u, 6u}) story(1, Taken(index, index));
    story(2, Restored(5, 5));
  });
}

constexpr NodeId kMember{0};
constexpr auto kSuspect = facts::MemberStatus::kSuspect, kDead = facts::MemberStatus::kDead;

TEST(SwimAccuracy, ASuspicionOfAnotherIncarnationDoesNotCount) {
  ExpectRejected("swim-accuracy", "n0 is Dead in v1, and has not suspected it", [](Story& story) {
    story(1, facts::ViewRecovered{3, {}});
    story(1, facts::MemberAccused{kMember, {0}});
    story(1, facts::MemberSeen{kMember, {0}, kSuspect, {}});
    story(1, facts::MemberDeclaredDead{kMember, {1}, {}});
  });
}
TEST(SwimAccuracy, NorDoesThatOfAnotherLife) {
  ExpectRejected("swim-accuracy", "has not suspected it", [](Story& story) {
    story(1, facts::MemberAccused{kMember, {0}});
    story(1, facts::MemberSeen{kMember, {0}, kSuspect, {}});
    story(1, facts::ViewRecovered{3, {}});
    story(1, facts::MemberDeclaredDead{kMember, {0}, {}});
  });
}
TEST(SwimAccuracy, NorOneThatWasContradicted) {
  ExpectRejected("swim-accuracy", "has not suspected it", [](Story& story) {
    story(1, facts::MemberAccused{kMember, {0}});
    story(1, facts::MemberSeen{kMember, {0}, kSuspect, {}});
    story(1, facts::MemberSeen{kMember, {1}, facts::MemberStatus::kAlive, {}});
    story(1, facts::MemberDeclaredDead{kMember, {0}, {}});
  });
}
TEST(SwimAccuracy, NobodyIsSuspectedOrDeadWithoutAnAccuser) {
  for (const auto status : {kSuspect, kDead}) {
    ExpectRejected("swim-accuracy", "which nobody has found", [&](Story& story) {
      story(2, facts::MemberAccused{kMember, {0}});
      story(1, facts::MemberSeen{kMember, {status == kSuspect ? 1u : 0u}, status, {}});
    });
  }
}
TEST(SwimAccuracy, TheDeadOfOneMayBeASuspectOfAnother) {
  ExpectAccepted("swim-accuracy", [](Story& story) {
    story(2, facts::ViewRecovered{3, {}});
    story(2, facts::MemberAccused{kMember, {0}});
    story(2, facts::MemberSeen{kMember, {0}, kSuspect, {}});
    story(2, facts::MemberDeclaredDead{kMember, {0}, {}});
    story(1, facts::MemberSeen{kMember, {0}, kSuspect, {}});
    story(1, facts::MemberSeen{kMember, {0}, kDead, {}});
  });
}

// n0 believes so of n1 when the run is closing; both are in the core.
void TellClosing(Story& story, core::Incarnation believed, facts::MemberStatus status, core::Incarnation taken) {
  story(0, facts::ViewRecovered{2, {}});
  story(1, facts::IncarnationTaken{taken});
  story(0, facts::MemberSeen{NodeId{1}, believed, status, {}});
  story(0, facts::InCore{});
  story(1, facts::InCore{});
  story(0, facts::Closing{});
  story.AtEnd();
}
TEST(SwimCompleteness, WhoIsTakenForDeadToTheEndHasNotRefutedIt) {
  ExpectRejected("swim-completeness", "still believes that n1 is Dead in v1",
                 [](Story& story) { TellClosing(story, {1}, kDead, {1}); });
}
TEST(SwimCompleteness, AnEarlierLifeIsNotTheLast) {
  ExpectRejected("swim-completeness", "n1 is Alive in v1, which is up and had long come to v2",
                 [](Story& story) { TellClosing(story, {1}, facts::MemberStatus::kAlive, {2}); });
}
TEST(SwimCompleteness, WhatIsTakenLateNeedNotBeKnown) {
  ExpectAccepted("swim-completeness", [](Story& story) {
    story(0, facts::ViewRecovered{2, {}});
    story(0, facts::InCore{});
    story(1, facts::InCore{});
    story(0, facts::Closing{});
    story(1, facts::IncarnationTaken{{1}});
    story.AtEnd();
  });
}
TEST(SwimCompleteness, WhoIsOutsideTheCoreAndUpMayBeAnything) {
  for (const auto status : {kSuspect, kDead}) {
    ExpectAccepted("swim-completeness", [&](Story& story) {
      for (const std::uint32_t node : {0u, 1u}) story(node, facts::ViewRecovered{3, {}});
      story(0, facts::MemberSeen{NodeId{2}, {0}, status, {}});
      story(2, facts::Crashed{});
      story(2, facts::ViewRecovered{3, {}});
      story(0, facts::InCore{});
      story(1, facts::InCore{});
      story(0, facts::Closing{});
      story.AtEnd();
    });
  }
}
TEST(SwimCompleteness, WhoHasHaltedIsDown) {
  ExpectRejected("swim-completeness", "n1 is Alive in v0, which is down", [](Story& story) {
    story(0, facts::ViewRecovered{2, {}});
    story(1, facts::Halted{});
    story(0, facts::InCore{});
    story(0, facts::Closing{});
    story.AtEnd();
  });
}

TEST(SwimIncarnationOwned, OnlyTheMemberRaisesIt) {
  ExpectRejected("swim-incarnation-owned", "n0 is Suspect in v2, which has only come to v1", [](Story& story) {
    story(0, facts::IncarnationTaken{{1}});
    story(1, facts::MemberSeen{kMember, {2}, kSuspect, {}});
  });
}
TEST(SwimIncarnationOwned, OnlyTheMemberSaysThatItLeaves) {
  ExpectRejected("swim-incarnation-owned", "n0 is Left in v0, which has not said so", [](Story& story) {
    story(1, facts::MemberSeen{kMember, {0}, facts::MemberStatus::kLeft, {}});
  });
}
TEST(SwimIncarnationOwned, WhoLeftInOneLifeHasNotInTheNext) {
  ExpectRejected("swim-incarnation-owned", "n0 is Left in v1, which has not said so", [](Story& story) {
    story(0, facts::IncarnationTaken{{0}});
    story(0, facts::MemberSeen{kMember, {0}, facts::MemberStatus::kLeft, {}});
    story(0, facts::IncarnationTaken{{1}});
    story(1, facts::MemberSeen{kMember, {1}, facts::MemberStatus::kLeft, {}});
  });
}

TEST(SwimProbesAnswered, WhatWasAnsweredLongAgoDoesNotCount) {
  ExpectRejected("swim-probes-answered", "n0, which is up, has answered nobody's probe lately", [](Story& story) {
    story(0, facts::InCore{});
    story(1, facts::InCore{});
    for (const std::uint32_t node : {0u, 1u}) story(1 - node, facts::MemberAnswered{NodeId{node}});
    story(0, facts::Closing{});
    story.AtEnd();
  });
}

// --- clocks ---------------------------------------------------------------------

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

template <class Tell>
void ExpectUnjudged(std::string_view name, Tell&& tell) {
  const Verdict verdict = Judge(*Find(name), tell);
  EXPECT_EQ(verdict.judged, 0u);
  EXPECT_EQ(verdict.violation, "");
}
// n9 says that it is a minute later than it is.
void TellWrongClaim(Story& story, core::Duration at) {
  story.At(at);
  story(9, facts::TimeClaimed{Shown(at), Around(at + minutes(1), milliseconds(1))});
}
// n9 has heard so many of the servers, of whom some lied, and polled so often since then, when so many right ones
// answered.
void TellServers(Story& story, std::uint32_t servers, std::uint32_t answers, std::uint32_t liars, int polls = 0,
                 std::uint32_t answers_since = 0) {
  story(9, facts::ClockStarted{servers, 1'000, 500});
  TellPoll(story, 9, seconds(1), answers, liars);
  for (int poll = 0; poll < polls; ++poll) TellPoll(story, 9, seconds(2 + poll), answers_since, 0);
}

TEST(ClockCorrectness, NothingIsAskedOfWhomHalfOfTheServersHaveToldWrongly) {
  ExpectRejected("clock-correctness", "of 4 servers only 1 were wrong", [](Story& story) {
    TellServers(story, 4, 4, 1);
    TellWrongClaim(story, seconds(2));
  });
  ExpectUnjudged("clock-correctness", [](Story& story) {
    TellServers(story, 4, 4, 2);
    TellWrongClaim(story, seconds(2));
  });
}
TEST(ClockCorrectness, WhoIsSilentIsNotWrong) {
  ExpectRejected("clock-correctness", "of 5 servers only 2 were wrong", [](Story& story) {
    TellServers(story, 5, 2, 2);
    TellWrongClaim(story, seconds(2));
  });
}
TEST(ClockCorrectness, ALieCountsAsLongAsEightAnswersOrPolls) {
  for (const std::uint32_t answers : {0u, 1u}) {
    ExpectUnjudged("clock-correctness", [&](Story& story) {
      TellServers(story, 1, 1, 1, 7, answers);
      TellWrongClaim(story, seconds(20));
    });
    ExpectRejected("clock-correctness", "of 1 servers only 0 were wrong", [&](Story& story) {
      TellServers(story, 1, 1, 1, 8, answers);
      TellWrongClaim(story, seconds(20));
    });
  }
}
TEST(ClockCorrectness, ALieToAnEarlierLifeDoesNotCount) {
  ExpectRejected("clock-correctness", "of 1 servers only 0 were wrong", [](Story& story) {
    TellServers(story, 1, 1, 1);
    TellServers(story, 1, 1, 0);
    TellWrongClaim(story, seconds(2));
  });
}
// A thousandth of ten seconds is ten milliseconds.
TEST(ClockCorrectness, WhoseClockDriftsMoreThanItMayIsToldWrongly) {
  const auto tell = [](Story& story, core::Duration lost) {
    TellServers(story, 1, 1, 0);
    story.At(seconds(11));
    story(9, facts::TimeClaimed{Shown(seconds(11) - lost), Around(minutes(1), {})});
  };
  ExpectRejected("clock-correctness", "claims that it is between", [&](Story& story) { tell(story, milliseconds(9)); });
  ExpectUnjudged("clock-correctness", [&](Story& story) { tell(story, milliseconds(11)); });
}

TEST(ClockMajority, ThoseWhoAnsweredAreNotAllServers) {
  ExpectRejected("clock-majority", "has lately heard only 2 of 4 servers", [](Story& story) {
    TellServers(story, 4, 2, 0);
    story(9, facts::TimeClaimed{});
  });
}
TEST(ClockMajority, WhoHasAnsweredNoneOfEightPollsIsOutOfReach) {
  const auto tell = [](Story& story, int polls) {
    TellServers(story, 2, 2, 0, polls, 1);
    story(9, facts::TimeClaimed{});
  };
  ExpectAccepted("clock-majority", [&](Story& story) { tell(story, 7); });
  ExpectRejected("clock-majority", "has lately heard only 1 of 2 servers", [&](Story& story) { tell(story, 8); });
}

TEST(ClockPrecision, WhereAServerIsWrongAClaimMayBeWide) {
  for (const std::uint32_t liars : {0u, 1u}) {
    const auto tell = [&](Story& story) {
      TellServers(story, 3, 3, liars);
      story(9, facts::TimeClaimed{Shown(seconds(1) + milliseconds(1)), Around(seconds(1), milliseconds(50))});
    };
    if (liars == 0) ExpectRejected("clock-precision", "claims to know the time to 100ms", tell);
    if (liars == 1) ExpectUnjudged("clock-precision", tell);
  }
}
TEST(ClockPrecision, TheOldMayBeWiderByDrift) {
  const auto tell = [](Story& story, core::Duration error) {
    TellServers(story, 1, 1, 0);
    story.At(seconds(11));
    story(9, facts::TimeClaimed{Shown(seconds(11)), Around(seconds(11), error)});
  };
  ExpectAccepted("clock-precision", [&](Story& story) { tell(story, microseconds(11'500)); });
  ExpectRejected("clock-precision", "where its servers have told it to",
                 [&](Story& story) { tell(story, microseconds(11'600)); });
}

TEST(ClockSlew, NothingIsReadBack) {
  ExpectRejected("clock-slew", "which is back", [](Story& story) {
    story(1, facts::ClockRead{Shown(seconds(1)), core::WallTime{seconds(5)}});
    story(1, facts::ClockRead{Shown(seconds(1)), core::WallTime{seconds(4)}});
  });
}
TEST(ClockSlew, AnotherLifeBeginsAnew) {
  ExpectUnjudged("clock-slew", [](Story& story) {
    story(1, facts::ClockRead{Shown(seconds(1)), core::WallTime{seconds(5)}});
    story(1, facts::ClockStarted{});
    story(1, facts::ClockRead{Shown(seconds(1)), core::WallTime{seconds(4)}});
  });
}

TEST(ClockResynchronised, WhatWasHeardLongAgoIsNotEnough) {
  ExpectRejected("clock-resynchronised", "n1, which is up, has lately heard only 1 of 3 servers", [](Story& story) {
    story(1, facts::ClockStarted{3, {}, {}});
    story(1, facts::InCore{});
    for (const std::uint32_t server : {0u, 2u}) story(1, facts::TimeHeard{NodeId{server}, 1, {}});
    story(1, facts::Closing{});
    for (int twice = 0; twice < 2; ++twice) story(1, facts::TimeHeard{NodeId{0}, 2, {}});
    story(1, facts::TimeClaimed{});
    story.AtEnd();
  });
}

TEST(SwimViewMonotone, TheSameBeliefIsNoChange) {
  ExpectRejected("swim-view-monotone", "having known that it is Dead in v2", [](Story& story) {
    story(1, facts::MemberSeen{kMember, {2}, kDead, {}});
    story(1, facts::MemberSeen{kMember, {2}, kDead, {}});
  });
}
TEST(SwimViewMonotone, EveryoneHasAViewOfHisOwn) {
  ExpectAccepted("swim-view-monotone", [](Story& story) {
    story(1, facts::MemberSeen{kMember, {2}, kDead, {}});
    story(2, facts::MemberSeen{kMember, {1}, kSuspect, {}});
    story(1, facts::MemberSeen{NodeId{3}, {1}, kSuspect, {}});
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

// The third step of what up_to_date_is_complete.cc tells: x is known to be committed by a node whose log ends with it.
TEST(UpToDateIsComplete, TheEpochCountsInWhichItIsCommitted) {
  ExpectAccepted("up-to-date-is-complete", [](Story& story) {
    story(1, Entry(1, 2, 7));
    story(5, Entry(1, 3, 8));
    story(4, Entry(1, 2, 7));
    story(4, facts::Committed{{1}, {4}});
    story(4, Entry(2, 4, 9));
  });
}
TEST(UpToDateIsComplete, ALogThatWasThereBeforeIsJudgedToo) {
  ExpectRejected("up-to-date-is-complete", "the log of n2 ends at i1 with an entry of t3", [](Story& story) {
    story(2, Entry(1, 3, 8));
    story(1, Entry(1, 2, 7));
    story(1, facts::Committed{{1}, {2}});
  });
}
TEST(UpToDateIsComplete, AnEarlierCommitBindsThoseThatALaterOneDoesNot) {
  ExpectRejected("up-to-date-is-complete", "lacks what was committed in t2 up to i1", [](Story& story) {
    story(1, Entry(1, 2, 7));
    story(1, facts::Committed{{1}, {2}});
    story(1, Entry(2, 4, 9));
    story(1, facts::Committed{{2}, {4}});
    story(2, Entry(1, 3, 8));
  });
}
// Of two commits told in the wrong order, the one that says more counts.
TEST(UpToDateIsComplete, ACommitHeardOfLateCountsFromItsOwnEpoch) {
  ExpectRejected("up-to-date-is-complete", "lacks what was committed in t2 up to i2", [](Story& story) {
    for (std::uint64_t index : {1u, 2u}) story(1, Entry(index, 2, index));
    story(1, facts::Committed{{1}, {4}});
    story(1, facts::Committed{{2}, {2}});
    story(2, Entry(1, 2, 1));
    story(2, Entry(2, 3, 9));
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
