// Tapes: the windows that had begun when a run ended early are all that it takes to make it again, in any order of what
// is due at the same instant.
#include <memory>

#include "gtest/gtest.h"
#include "protocols/consensus/raft.h"
#include "sim/run.h"
#include "sim/world.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using raft::Node;

constexpr std::uint64_t kEvents = 1500;

Plan Storm(TieOrder order) {
  Plan plan;
  plan.nodes = 5;
  plan.peer.latency = Latency::Uniform(1ms, 10ms);
  plan.client = plan.peer;
  plan.disk.sync_latency = Latency::Uniform(1ms, 5ms);
  plan.workload = {4, {1ms, 50ms}, 300ms, 0};
  plan.faults = {{"crash", {}, Latency::Uniform(100ms, 300ms), Latency::Uniform(50ms, 200ms), {"leader"}, {}},
                 {"packet_delay", {}, Latency::Uniform(100ms, 300ms), Latency::Uniform(50ms, 200ms), {"any"}, {}}};
  plan.schedule = {order, 3, 2ms};
  plan.storm = 60s;
  plan.settle = 1s;
  return plan;
}

// As far as a run gets that is ended by what a monitor sees.
World<Node> PlayUntil(const Plan& plan, std::uint64_t seed) {
  NoObserver nobody;
  World<Node> world(std::make_shared<Plan>(plan), raft::Config{}, Shape{5, 5}, seed);
  world.Start(nobody);
  while (world.events() < kEvents && world.Step(nobody)) {
  }
  return world;
}

class Tape : public testing::TestWithParam<TieOrder> {};

TEST_P(Tape, NeedsNoWindowThatWasStillToCome) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Plan plan = Storm(GetParam());
    const World<Node> drawn = PlayUntil(plan, seed);
    plan.windows = internal::ReportWindows(drawn.windows(), drawn.now());
    ASSERT_GT(plan.windows->size(), 2u);
    ASSERT_LT(plan.windows->size(), drawn.windows().size());
    EXPECT_EQ(PlayUntil(plan, seed).digest().state, drawn.digest().state) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(InEveryOrder, Tape, testing::Values(TieOrder::kFifo, TieOrder::kRandom, TieOrder::kPct));

}  // namespace
}  // namespace sim
