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

constexpr auto kFrom = seconds(5), kUntil = seconds(65);

// From `kFrom` to `kUntil` the links are as `shape` says, as seen from the leader.
std::shared_ptr<sim::Plan> PlanOf(const char* shape) {
  auto plan = std::make_shared<sim::Plan>();
  plan->nodes = 5;
  plan->peer.latency = sim::Latency::Uniform(milliseconds(1), milliseconds(5));
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

Progress Play(const char* shape, raft::Switch defence, std::uint64_t seed) {
  raft::Config config;
  config.pre_vote = config.check_quorum = defence;
  sim::World<raft::Node> world(PlanOf(shape), config, {5, 5}, seed);
  Counter counter;
  world.Start(counter);
  while (world.now() < kFrom) world.Step(counter);
  const std::uint64_t answered = world.requests().answered;
  counter.progress = {};
  counter.since = world.now();
  while (world.now() < kUntil) {
    world.Step(counter);
    counter.now = world.now();
  }
  counter.progress.longest = std::max(counter.progress.longest, world.now() - counter.since);
  counter.progress.answered = world.requests().answered - answered;
  return counter.progress;
}

// 1, 2 and 3 are linked; 4 hangs on 2, and 5 on 3.
TEST(PartialConnectivity, SpursLeaveAQuorumConnectedLeaderAlone) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Progress defended = Play("spurs", raft::Switch::kOn, seed);
    EXPECT_LE(defended.leaders, 1u) << "seed " << seed;
    EXPECT_LT(defended.longest, seconds(2)) << "seed " << seed;
    const Progress bare = Play("spurs", raft::Switch::kOff, seed);
    EXPECT_GT(bare.leaders, 50u) << "the spurs depose one leader after the other, seed " << seed;
    EXPECT_LT(bare.answered * 2, defended.answered) << "seed " << seed;
  }
}

// The leader hears and is heard by one other, and that one alone learns of nothing else.
TEST(PartialConnectivity, ALeaderThatOnlyOneOtherReachesStepsDown) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Progress defended = Play("spur", raft::Switch::kOn, seed);
    EXPECT_LE(defended.leaders, 2u) << "seed " << seed;
    EXPECT_LT(defended.longest, seconds(2)) << "seed " << seed;
    const Progress bare = Play("spur", raft::Switch::kOff, seed);
    EXPECT_GT(bare.leaders, 20u) << "seed " << seed;
    EXPECT_LT(bare.answered, defended.answered) << "seed " << seed;
  }
}

}  // namespace
