// Host: output commit. Whatever a node says waits for what it wrote before.
#include "protocols/core/host.h"

#include <string>
#include <variant>
#include <vector>

#include "gtest/gtest.h"
#include "protocols/core/text.h"
#include "rapidcheck/gtest.h"

namespace core {
namespace {

// A node that does as it is told: the tests fill in the effects of its steps.
struct Puppet {
  struct Config {};
  struct Hello {
    int value{};
  };
  struct Urgent {
    int value{};
  };
  struct Stored {
    int value{};
  };
  struct Noted {
    int value{};
  };
  struct Happened {
    int value{};
  };
  using Message = std::variant<Hello, Urgent>;
  using Record = std::variant<Stored, Noted>;
  using Fact = std::variant<Happened>;
  using Request = None;
  using Reply = int;
  using Timer = int;

  std::vector<int> stored;

  void Start(Env<Puppet>&) {}
  void Replay(const Stored& record) { stored.push_back(record.value); }
  void Replay(const Noted&) {}
  void On(NodeId, const Hello&, Env<Puppet>&) {}
  void On(NodeId, const Urgent&, Env<Puppet>&) {}
  void On(Timer, Env<Puppet>&) {}
  void On(RequestId, const None&, Env<Puppet>&) {}
};
static_assert(Node<Puppet>);

// What left, in order.
struct Heard {
  std::vector<std::string> lines;
  int syncs_wanted = 0;

  void Send(NodeId to, const Puppet::Message& message) { lines.push_back(Text(to) + " " + Text(message)); }
  void Reply(RequestId to, int reply) { lines.push_back(Text(to) + " " + Text(reply)); }
  void Announce(const Puppet::Fact& fact) { lines.push_back(Text(fact)); }
  void Arm(int timer, Between) { lines.push_back("arm " + Text(timer)); }
  void Cancel(int timer) { lines.push_back("cancel " + Text(timer)); }
  void WantSync() { ++syncs_wanted; }
};

using Lines = std::vector<std::string>;
const NodeId kOther{1};
const RequestId kRequest{ClientId{1}, 1};

class HostTest : public testing::Test {
 protected:
  void Commit(bool wait = true) { host_.Commit(effects_, heard_, mutation_, wait); }

  Host<Puppet> host_;
  Effects<Puppet> effects_;
  Heard heard_;
  Mutation mutation_;
};

TEST_F(HostTest, NothingLeavesBeforeWhatWasWrittenIsDurable) {
  effects_.written.push_back(Puppet::Stored{1});
  effects_.sent.push_back({kOther, Puppet::Hello{1}});
  effects_.replied.push_back({kRequest, 2});
  effects_.announced.push_back(Puppet::Happened{3});
  Commit();
  EXPECT_EQ(heard_.lines, Lines{});
  EXPECT_EQ(heard_.syncs_wanted, 1);
  host_.Synced(1, heard_);
  EXPECT_EQ(heard_.lines, (Lines{"Happened{3}", "n1 Hello{1}", "c1#1 2"}));
}

TEST_F(HostTest, WithNothingWrittenNothingWaits) {
  effects_.sent.push_back({kOther, Puppet::Hello{1}});
  Commit();
  EXPECT_EQ(heard_.lines, Lines{"n1 Hello{1}"});
  EXPECT_EQ(heard_.syncs_wanted, 0);
}

// A later step that writes nothing still speaks from a state that is not durable.
TEST_F(HostTest, WhatFollowsAnUnsyncedStepWaitsWithIt) {
  effects_.written.push_back(Puppet::Stored{1});
  effects_.sent.push_back({kOther, Puppet::Hello{1}});
  Commit();
  effects_.sent.push_back({kOther, Puppet::Hello{2}});
  Commit();
  EXPECT_EQ(heard_.lines, Lines{});
  host_.Synced(1, heard_);
  EXPECT_EQ(heard_.lines, (Lines{"n1 Hello{1}", "n1 Hello{2}"}));
}

TEST_F(HostTest, ASyncReleasesOnlyWhatItCovers) {
  for (const int i : {1, 2, 3}) {
    effects_.written.push_back(Puppet::Stored{i});
    effects_.sent.push_back({kOther, Puppet::Hello{i}});
    Commit();
  }
  host_.Synced(2, heard_);
  EXPECT_EQ(heard_.lines, (Lines{"n1 Hello{1}", "n1 Hello{2}"}));
  host_.Synced(3, heard_);
  EXPECT_EQ(heard_.lines.size(), 3u);
}

TEST_F(HostTest, UnsyncedSendsAndTimersDoNotWait) {
  effects_.written.push_back(Puppet::Stored{1});
  effects_.sent.push_back({kOther, Puppet::Hello{1}});
  effects_.sent_unsynced.push_back({kOther, Puppet::Urgent{2}});
  effects_.timers.push_back({7, Between{}});
  effects_.timers.push_back({8, std::nullopt});
  Commit();
  EXPECT_EQ(heard_.lines, (Lines{"arm 7", "cancel 8", "n1 Urgent{2}"}));
}

TEST_F(HostTest, ACrashTakesWhatWasHeldAndWhatWasNotDurable) {
  effects_.written.push_back(Puppet::Stored{1});
  Commit();
  host_.Synced(1, heard_);
  effects_.written.push_back(Puppet::Stored{2});
  effects_.sent.push_back({kOther, Puppet::Hello{2}});
  Commit();
  host_.Crash(host_.synced);
  host_.Recover();
  host_.Synced(1, heard_);
  EXPECT_EQ(heard_.lines, Lines{});
  EXPECT_EQ(host_.node.stored, std::vector<int>{1});
}

TEST_F(HostTest, RecordsThatSurviveByLuckAreDurableFromThenOn) {
  for (const int i : {1, 2, 3}) effects_.written.push_back(Puppet::Stored{i});
  Commit();
  host_.Crash(2);
  host_.Recover();
  EXPECT_EQ(host_.node.stored, (std::vector<int>{1, 2}));
  effects_.sent.push_back({kOther, Puppet::Hello{1}});
  Commit();
  EXPECT_EQ(heard_.lines, Lines{"n1 Hello{1}"}) << "nothing is left to wait for";
}

// Between two records of one step: what comes behind is not written, and nothing of the step is seen.
TEST_F(HostTest, APowerFailureWithinAStepLeavesOnlyTheRecordsBeforeIt) {
  for (const int i : {1, 2, 3}) effects_.written.push_back(Puppet::Stored{i});
  effects_.sent.push_back({kOther, Puppet::Hello{1}});
  effects_.sent_unsynced.push_back({kOther, Puppet::Urgent{1}});
  host_.Append(effects_, 2);
  EXPECT_EQ(host_.journal.size(), 2u);
  EXPECT_EQ(heard_.lines, Lines{});
  EXPECT_EQ(heard_.syncs_wanted, 0);
  host_.Crash(2);
  host_.Recover();
  EXPECT_EQ(host_.node.stored, (std::vector<int>{1, 2})) << "if the disk kept them";
}

TEST_F(HostTest, WithoutWaitingEverythingLeavesAtOnce) {
  effects_.written.push_back(Puppet::Stored{1});
  effects_.sent.push_back({kOther, Puppet::Hello{1}});
  Commit(false);
  EXPECT_EQ(heard_.lines, Lines{"n1 Hello{1}"});
  EXPECT_EQ(host_.synced, 0u) << "but it is not durable for that";
}

// A busy node always has something held: before one sync ends, the next step writes.
// What has left must go from memory even so, and from every copy of the host.
TEST_F(HostTest, ABusyNodeDoesNotKeepWhatHasLeft) {
  for (int i = 0; i < 10'000; ++i) {
    effects_.written.push_back(Puppet::Stored{i});
    effects_.sent.push_back({kOther, Puppet::Hello{i}});
    Commit();
    if (i > 0) host_.Synced(static_cast<std::uint64_t>(i), heard_);
  }
  EXPECT_EQ(heard_.lines.size(), 9'999u);
  EXPECT_EQ(heard_.lines.back(), "n1 Hello{9998}");
  EXPECT_LT(host_.held(), 100u);
}

// --- mutations ------------------------------------------------------------------

TEST_F(HostTest, AForgottenRecordIsNotWritten) {
  mutation_.forget_record = 0;
  effects_.written.push_back(Puppet::Stored{1});
  effects_.sent.push_back({kOther, Puppet::Hello{1}});
  Commit();
  EXPECT_TRUE(host_.journal.empty());
  EXPECT_EQ(heard_.lines, Lines{"n1 Hello{1}"}) << "and nothing waits for it";
  effects_.written.push_back(Puppet::Noted{1});
  Commit();
  EXPECT_EQ(host_.journal.size(), 1u) << "other records are";
}

TEST_F(HostTest, AnEarlyMessageDoesNotWaitAndTheOthersDo) {
  mutation_.early_message = 0;
  effects_.written.push_back(Puppet::Stored{1});
  effects_.sent.push_back({kOther, Puppet::Urgent{1}});
  effects_.sent.push_back({kOther, Puppet::Hello{2}});
  Commit();
  EXPECT_EQ(heard_.lines, Lines{"n1 Hello{2}"});
  host_.Synced(1, heard_);
  EXPECT_EQ(heard_.lines, (Lines{"n1 Hello{2}", "n1 Urgent{1}"})) << "and none twice";
}

TEST(Mutation, NoneIsNone) {
  EXPECT_FALSE(Mutation{}.any());
  EXPECT_TRUE((Mutation{0, -1, -1}).any());
  EXPECT_TRUE((Mutation{-1, 0, -1}).any());
  EXPECT_TRUE((Mutation{-1, -1, 0}).any());
}

// Whatever the node does and whenever syncs end: all that is sent arrives in order,
// and never before the records written up to then were durable.
RC_GTEST_PROP(Host, KeepsItsPromiseOnAnySchedule, ()) {
  Host<Puppet> host;
  Effects<Puppet> effects;
  Heard heard;
  std::vector<std::uint64_t> needs;  // of each message: records that must be durable
  int sent = 0;
  for (int step = *rc::gen::inRange(0, 60); step > 0; --step) {
    if (*rc::gen::inRange(0, 3) == 0) {
      host.Synced(*rc::gen::inRange(host.synced, host.journal.size() + 1), heard);
    } else {
      for (int i = *rc::gen::inRange(0, 3); i > 0; --i) effects.written.push_back(Puppet::Stored{i});
      const std::uint64_t written = host.journal.size() + effects.written.size();
      for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
        effects.sent.push_back({kOther, Puppet::Hello{sent++}});
        needs.push_back(written);
      }
      host.Commit(effects, heard, Mutation{}, true);
    }
    for (std::size_t i = 0; i < heard.lines.size(); ++i) {
      RC_ASSERT(heard.lines[i] == "n1 Hello{" + std::to_string(i) + "}");
      RC_ASSERT(needs[i] <= host.synced);
    }
    const bool complete = heard.lines.size() == needs.size();
    if (!complete) RC_ASSERT(needs[heard.lines.size()] > host.synced);
  }
}

}  // namespace
}  // namespace core
