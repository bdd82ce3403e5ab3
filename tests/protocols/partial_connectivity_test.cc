// Partial connectivity: some nodes do not hear one another, though each hears somebody (Howard &
// Abraham, "Raft does not Guarantee Liveness in the face of Network Faults", 2020, after Cloudflare's outage
// of November 2020). A majority is fully linked all the time, so everybody has a right to progress.
#include <chrono>
#include <memory>

#include "gtest/gtest.h"
#include "protocols/consensus/raft.h"
#include "sim/world.h"

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr core::Between kFast{milliseconds(1), milliseconds(5)};
constexpr core::Between kSlow{milliseconds(30), milliseconds(60)};
constexpr auto kFrom = seconds(5), kUntil = seconds(65);

// From `kFrom` to `kUntil` the links are as `shape` says, as seen from the leader.
std::shared_ptr<sim::Plan> PlanOf(const char* shape, core::Between latency) {
  auto plan = std::make_shared<sim::Plan>();
  plan->nodes = 5;
  plan->peer.latency = sim::Latency::Uniform(latency.min, latency.max);
  plan->client = plan->peer;
  plan->workload = {4, {milliseconds(5), milliseconds(20)}, milliseconds(300), 0, {}};
  plan->storm = kUntil + seconds(1);
  const auto lasts = sim::Latency::Uniform(kUntil - kFrom, kUntil - kFrom);
  plan->faults.push_back({"partition", kFrom, {}, lasts, {"leader"}, {{"shape", shape}}});
  return plan;
}

struct Progress {
  std::uint64_t leaders = 0;
  std::uint64_t answered = 0;
  core::Duration longest{};  // without a new command executed anywhere
};

class Counter : public sim::NoObserver {
 public:
  using sim::NoObserver::OnFact;
  template <class Fact>
  void OnFact(core::NodeId, const Fact& fact) {
    progress.leaders += std::holds_alternative<facts::LeaderElected>(fact);
    const auto* executed = std::get_if<facts::CommandExecuted>(&fact);
    if (executed == nullptr || executed->index <= last) return;
    last = executed->index;
    progress.longest = std::max(progress.longest, now - since);
    since = now;
  }

  Progress progress;
  core::Duration now{};
  core::Duration since{};
  core::Index last;
};

Progress Play(const char* shape, raft::Switch defence, std::uint64_t seed, core::Between latency) {
  raft::Config config;
  config.pre_vote = config.check_quorum = defence;
  sim::World<raft::Node> world(PlanOf(shape, latency), config, {5, 5}, seed);
  Counter counter;
  world.Start(counter);
  while (world.now() < kFrom) world.Step(counter);
  const std::uint64_t answered = world.requests().answered;
  counter.progress = {};
  counter.since = world.now();
  while (world.now() < kUntil) {
    counter.now = world.now();
    world.Step(counter);
  }
  counter.progress.longest = std::max(counter.progress.longest, world.now() - counter.since);
  counter.progress.answered = world.requests().answered - answered;
  return counter.progress;
}

// 1, 2 and 3 are linked; 4 hangs on 2, and 5 on 3. The leader is 1. Undefended, 4 and 5 depose one leader after
// the other, by terms that they cannot win.
TEST(PartialConnectivity, SpursLeaveALeaderAloneThatAMajorityHears) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Progress defended = Play("spurs", raft::Switch::kOn, seed, kFast);
    EXPECT_EQ(defended.leaders, 0u) << "seed " << seed;
    EXPECT_LT(defended.longest, milliseconds(500)) << "seed " << seed;
    const Progress bare = Play("spurs", raft::Switch::kOff, seed, kFast);
    EXPECT_GT(bare.leaders, 60u) << "seed " << seed;
    EXPECT_LT(bare.answered * 3, defended.answered * 2) << "seed " << seed;
  }
}

// The same where an election takes about as long as the spurs have patience: a livelock but for luck.
TEST(PartialConnectivity, WhereMessagesAreSlowOnlyTheDefendedGetAnythingDone) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Progress defended = Play("spurs", raft::Switch::kOn, seed, kSlow);
    EXPECT_EQ(defended.leaders, 0u) << "seed " << seed;
    EXPECT_LT(defended.longest, seconds(1)) << "seed " << seed;
    const Progress bare = Play("spurs", raft::Switch::kOff, seed, kSlow);
    EXPECT_LT(bare.answered * 4, defended.answered) << "seed " << seed;
    EXPECT_GT(bare.longest, seconds(1)) << "seed " << seed;
  }
}

// The leader hears and is heard by one other alone. It steps down, and stays out of the way.
TEST(PartialConnectivity, ALeaderThatOnlyOneOtherReachesStepsDown) {
  std::uint64_t bare_leaders = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Progress defended = Play("spur", raft::Switch::kOn, seed, kFast);
    EXPECT_EQ(defended.leaders, 1u) << "seed " << seed;
    EXPECT_LT(defended.longest, seconds(1)) << "seed " << seed;
    bare_leaders += Play("spur", raft::Switch::kOff, seed, kFast).leaders;
  }
  EXPECT_GT(bare_leaders, 50u) << "in ten minutes";
}

}  // namespace
