// The meter: when a cluster counts as unavailable, what a commit costs, and when it has healed. By hand, and in a run
// that must not notice.
#include "sim/meter.h"

#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "invariants/invariant.h"
#include "protocols/consensus/raft.h"
#include "sim/run.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using core::ClientId;
using core::Index;
using core::NodeId;
using core::TrueTime;

constexpr std::uint32_t kClient = 3;  // the endpoint of c0

// Three nodes and two clients, whose protocol is patient for a second.
Meter Cluster() { return Meter(1s, 3, 3, 2); }

facts::Committed UpTo(std::uint64_t index) { return {Index{index}, {}}; }
facts::EntryApplied Applies(std::uint64_t index) { return {Index{index}, {}, {}}; }
facts::RequestAcknowledged Acknowledges(std::uint64_t sequence, std::uint64_t index) {
  return {{ClientId{0}, sequence}, Index{index}};
}

TEST(Unavailable, OnlyWhileSomebodyWaits) {
  Meter meter = Cluster();
  meter.Learn(0, UpTo(1), TrueTime{10s});
  meter.Asked(kClient, 1, TrueTime{20s});
  meter.Served(kClient, TrueTime{22s});
  meter.Learn(0, UpTo(2), TrueTime{30s});
  EXPECT_EQ(meter.Measured(TrueTime{30s}).unavailable, 2s);
  EXPECT_EQ(meter.Measured(TrueTime{30s}).commits, 2u);
}

// Without agreement nothing is committed: what is written counts, and heals when its client is told that it is safe.
TEST(Unavailable, AnUpdateIsWhatAnEntryIsElsewhere) {
  Meter meter = Cluster();
  const facts::UpdateName before{NodeId{0}, 1}, after{NodeId{0}, 2};
  meter.Learn(0, facts::UpdateIssued{before, {}}, TrueTime{1s});
  meter.EndStorm({0, 1}, TrueTime{10s});
  meter.Learn(0, facts::UpdateAcknowledged{before, 1}, TrueTime{11s});
  EXPECT_FALSE(meter.Measured(TrueTime{11s}).healed_after);
  meter.Learn(0, facts::UpdateIssued{after, {}}, TrueTime{12s});
  meter.Learn(0, facts::UpdateKnown{after}, TrueTime{12s});
  meter.Learn(0, facts::UpdateAcknowledged{after, 1}, TrueTime{13s});
  EXPECT_EQ(meter.Measured(TrueTime{13s}).healed_after, 3s);
  meter.Learn(2, facts::UpdateKnown{after}, TrueTime{14s});  // which is not of the core
  EXPECT_FALSE(meter.Measured(TrueTime{14s}).healed_everywhere_after);
  meter.Crashed(0, TrueTime{15s});
  meter.Learn(1, facts::UpdateKnown{after}, TrueTime{16s});
  EXPECT_FALSE(meter.Measured(TrueTime{16s}).healed_everywhere_after);
  meter.Learn(0, facts::UpdateKnown{after}, TrueTime{17s});  // it has read its disk
  EXPECT_EQ(meter.Measured(TrueTime{17s}).healed_everywhere_after, 7s);
  EXPECT_EQ(meter.Measured(TrueTime{17s}).commits, 2u);
}

TEST(Unavailable, OnlyWhatIsLongerThanThePatience) {
  Meter meter = Cluster();
  meter.Asked(kClient, 1, TrueTime{0s});
  meter.Learn(0, UpTo(1), TrueTime{1s});
  meter.Learn(0, UpTo(2), TrueTime{4s});
  meter.Learn(0, UpTo(3), TrueTime{6s});
  meter.Contented(kClient, TrueTime{7s});
  EXPECT_EQ(meter.Measured(TrueTime{7s}).unavailable, 5s);
  EXPECT_EQ(meter.Measured(TrueTime{7s}).longest_lapse, 3s);
}

// A node that catches up helps nobody.
TEST(Unavailable, ACommitCountsWhenTheFirstKnowsOfIt) {
  Meter meter = Cluster();
  meter.Asked(kClient, 1, TrueTime{0s});
  meter.Learn(0, UpTo(5), TrueTime{1s});
  meter.Learn(1, UpTo(3), TrueTime{2s});
  meter.Learn(1, UpTo(5), TrueTime{3s});
  meter.Served(kClient, TrueTime{4s});
  EXPECT_EQ(meter.Measured(TrueTime{4s}).commits, 5u);
  EXPECT_EQ(meter.Measured(TrueTime{4s}).unavailable, 3s);
}

// It waits whether it asks again at once or is put off.
TEST(Unavailable, WhoIsRefusedStillWaits) {
  Meter meter = Cluster();
  meter.Asked(kClient, 1, TrueTime{0s});
  meter.Asked(kClient, 2, TrueTime{2s});
  meter.Served(kClient, TrueTime{4s});
  EXPECT_EQ(meter.Measured(TrueTime{4s}).unavailable, 4s);
}

TEST(Unavailable, TheStormsEndIsTheEndOfIt) {
  Meter meter = Cluster();
  meter.Asked(kClient, 1, TrueTime{0s});
  meter.EndStorm({0, 1}, TrueTime{5s});
  meter.Served(kClient, TrueTime{50s});
  EXPECT_EQ(meter.Measured(TrueTime{60s}).unavailable, 5s);
  EXPECT_EQ(meter.Measured(TrueTime{60s}).storm, 5s);
}

TEST(Unavailable, AnApplicationWaitsUntilItsExportIsAnsweredOrGivenUp) {
  Meter meter(1s, 1, 2, 0);
  meter.Asked(1, 0, TrueTime{0s});
  meter.Learn(1, facts::SpanDropped{{}, facts::DropReason::kQueueFull}, TrueTime{1s});
  meter.Learn(1, facts::SpanDropped{{}, facts::DropReason::kGaveUp}, TrueTime{3s});
  meter.Asked(1, 0, TrueTime{10s});
  meter.Learn(1, facts::SpanConfirmed{}, TrueTime{12s});
  meter.Asked(1, 0, TrueTime{20s});
  meter.Crashed(1, TrueTime{24s});
  EXPECT_EQ(meter.Measured(TrueTime{30s}).unavailable, 9s);
  EXPECT_EQ(meter.Measured(TrueTime{30s}).waiting, 0u);
}

// c0's fourth request is of the storm, the fifth is not.
TEST(Healed, WhenSomethingAskedSinceIsAcknowledgedAndAllTheCoreHasIt) {
  Meter meter = Cluster();
  meter.Asked(kClient, 4, TrueTime{9s});
  meter.EndStorm({0, 2}, TrueTime{10s});
  meter.Learn(0, Acknowledges(4, 7), TrueTime{11s});
  EXPECT_FALSE(meter.Measured(TrueTime{11s}).healed_after);
  meter.Asked(kClient, 5, TrueTime{12s});
  meter.Learn(0, Applies(8), TrueTime{13s});
  meter.Learn(0, Acknowledges(5, 8), TrueTime{13s});
  meter.Learn(1, Applies(8), TrueTime{14s});
  EXPECT_EQ(meter.Measured(TrueTime{14s}).healed_after, 3s);
  EXPECT_FALSE(meter.Measured(TrueTime{14s}).healed_everywhere_after) << "n1 is not of the core";
  meter.Learn(2, facts::SnapshotRestored{Index{9}, {}, {}}, TrueTime{15s});
  EXPECT_EQ(meter.Measured(TrueTime{15s}).healed_everywhere_after, 5s);
}

// The repetition of an export that took effect in the storm: what shows that the cluster works is its own entry.
TEST(Healed, ARepetitionCountsWhereItIsExecuted) {
  Meter meter(1s, 2, 3, 0);
  meter.EndStorm({0, 1}, TrueTime{10s});
  meter.Learn(1, Applies(8), TrueTime{10s});
  meter.Asked(2, 0, TrueTime{11s});
  meter.Learn(0, Applies(9), TrueTime{12s});
  meter.Learn(0, facts::RequestAcknowledged{{ClientId{2}, 77}, Index{3}}, TrueTime{12s});
  EXPECT_EQ(meter.Measured(TrueTime{12s}).healed_after, 2s);
  EXPECT_FALSE(meter.Measured(TrueTime{12s}).healed_everywhere_after);
  meter.Learn(1, Applies(9), TrueTime{13s});
  EXPECT_EQ(meter.Measured(TrueTime{13s}).healed_everywhere_after, 3s);
}

TEST(Healed, WithoutThoseWhoWereRemoved) {
  Meter meter = Cluster();
  meter.Learn(0, UpTo(6), TrueTime{1s});
  meter.Learn(0, facts::MembershipAdopted{Index{0}, core::Membership::Of(3, 3)}, TrueTime{1s});
  meter.Learn(0, facts::MembershipAdopted{Index{6}, core::Membership::Of(2, 2)}, TrueTime{1s});
  meter.EndStorm({0, 2}, TrueTime{10s});
  meter.Asked(kClient, 1, TrueTime{10s});
  meter.Learn(0, Applies(7), TrueTime{11s});
  meter.Learn(0, Acknowledges(1, 7), TrueTime{11s});
  EXPECT_EQ(meter.Measured(TrueTime{11s}).healed_everywhere_after, 1s) << "nobody sends n2 anything any more";
}

Report Play(std::optional<core::Duration> measure) {
  auto plan = std::make_shared<Plan>();
  plan->nodes = 5;
  plan->peer.latency = plan->client.latency = Latency::Uniform(1ms, 10ms);
  plan->peer.loss = Ratio{20'000'000};
  plan->workload.clients = 3;
  plan->workload.think = {5ms, 50ms};
  plan->workload.timeout = 1s;
  plan->storm = 5s;
  plan->settle = 2s;
  raft::Config config;
  config.nodes = plan->nodes;
  invariants::Panel<raft::Node> panel;
  return Run<raft::Node>(plan, config, {5, 5}, panel, {.seed = 1, .record = true, .measure = measure});
}

TEST(Measuring, ChangesNothing) {
  const Report plain = Play(std::nullopt);
  const Report measured = Play(300ms);
  EXPECT_FALSE(plain.effort);
  EXPECT_EQ(plain.digest, measured.digest);
  EXPECT_EQ(plain.simulated, 7s);
  EXPECT_EQ(plain.recording, measured.recording);
  EXPECT_EQ(plain.messages.sent, measured.messages.sent);
}

TEST(Measuring, CountsWhatNodesSendOneAnother) {
  const Report measured = Play(300ms);
  EXPECT_GT(measured.effort->commits, 10u);
  EXPECT_LT(measured.effort->messages, measured.messages.sent) << "clients send too";
  EXPECT_GT(measured.effort->messages, 2 * measured.effort->commits);
  EXPECT_GT(measured.effort->bytes, 40 * measured.effort->messages) << "the headers alone are that long";
  EXPECT_GT(measured.effort->healed_after, 0ms);
  EXPECT_GE(measured.effort->healed_everywhere_after, measured.effort->healed_after);
}

}  // namespace
}  // namespace sim
