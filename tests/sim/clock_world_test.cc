// Clocks as a node meets them: timers that fire late, bounds on the time, a machine
// that was suspended. Each node has one alarm that it winds up again and again.
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "gtest/gtest.h"
#include "sim/world.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using core::Duration;
using core::LocalTime;
using core::WallTime;

struct Alarm {
  struct Config {};
  struct Hello {};
  struct Stored {};
  struct Rang {
    std::int64_t late = 0;  // on the node's own clock
    std::int64_t earliest = 0;
    std::int64_t latest = 0;
  };
  using Message = std::variant<Hello>;
  using Record = std::variant<Stored>;
  using Fact = std::variant<Rang>;
  using Request = core::None;
  using Reply = int;
  enum class Timer : std::uint8_t { kAlarm };

  static constexpr Duration kEvery = 20ms;
  std::int64_t due = 0;

  void Start(core::Env<Alarm>& env) { WindUp(env); }
  void Replay(const Stored&) {}
  void On(core::NodeId, const Hello&, core::Env<Alarm>&) {}
  void On(Timer, core::Env<Alarm>& env) {
    const core::WallInterval bounds = env.wall_bounds();
    env.Announce(Rang{env.now().time_since_epoch().count() - due, bounds.earliest.time_since_epoch().count(),
                      bounds.latest.time_since_epoch().count()});
    WindUp(env);
  }
  void On(core::RequestId, const core::None&, core::Env<Alarm>&) {}

  void WindUp(core::Env<Alarm>& env) {
    due = (env.now() + kEvery).time_since_epoch().count();
    env.Arm(Timer::kAlarm, {kEvery, kEvery});
  }
};
static_assert(core::Node<Alarm>);

struct Listener : NoObserver {
  struct Ring {
    std::uint32_t node = 0;
    Alarm::Rang rang;
  };
  void OnFact(core::NodeId node, const Alarm::Fact& fact) {
    rings.push_back({core::Number(node), std::get<Alarm::Rang>(fact)});
  }
  std::vector<Ring> rings;
};

Plan FiveNodes(Duration storm) {
  Plan plan;
  plan.nodes = 5;
  plan.storm = storm;
  plan.workload.timeout = 1s;
  return plan;
}
World<Alarm> MakeWorld(const Plan& plan) {
  return World<Alarm>(std::make_shared<Plan>(plan), Alarm::Config{}, Shape{plan.nodes, plan.nodes}, 1);
}
FaultPlan At(const std::string& kind, Duration at, Duration lasts, std::vector<std::string> targets,
             std::vector<core::Parameter> params = {}) {
  FaultPlan fault{kind, at, std::nullopt, {}, std::move(targets), std::move(params)};
  fault.lasts.min = lasts;
  return fault;
}

// A deadline falls between two nanoseconds of a clock that drifts: the timer fires at the first
// instant at which its clock agrees, which shows it at most one and a tenth late.
constexpr std::int64_t kRounding = 2;

TEST(TimerSlack, WithoutItTimersFireInTime) {
  Plan plan = FiveNodes(10s);
  plan.clock.max_drift_ppb = 100'000'000;
  World<Alarm> world = MakeWorld(plan);
  Listener listener;
  world.Start(listener);
  while (world.Step(listener)) {
  }
  EXPECT_GT(listener.rings.size(), 2000u);
  for (const auto& ring : listener.rings) {
    EXPECT_GE(ring.rang.late, 0);
    EXPECT_LE(ring.rang.late, kRounding);
  }
}

// Slow in 10 % of the cases, uniform otherwise. Five nodes for 300 s with a period of 20 ms, 0.45 ms
// and a tenth of 55 ms ring about 57,800 times. Of n, n/10 are slow with a deviation of
// 0.3 sqrt(n): 5 x 72 = 361. The quick ones have a mean of 0.5 ms with a deviation of
// 0.289 ms / sqrt(0.9 n), of which five are 6.3 us; half of them are below 0.5 ms.
TEST(TimerSlack, IsAsItsDistributionSaysAndNeverNegative) {
  Plan plan = FiveNodes(300s);
  plan.clock.max_drift_ppb = 100'000'000;
  Latency& slack = plan.clock.timer_slack;
  slack.shape = Latency::Shape::kBimodal;
  slack.max = 1ms;
  slack.slow_share = {100'000'000};
  slack.slow = {10ms, 100ms};
  World<Alarm> world = MakeWorld(plan);
  Listener listener;
  world.Start(listener);
  while (world.Step(listener)) {
  }
  std::int64_t slow = 0, quick = 0, early_half = 0, sum = 0;
  for (const auto& ring : listener.rings) {
    const Duration late(ring.rang.late);
    ASSERT_GE(late, 0ns);
    ASSERT_LE(late, 100ms + Duration(kRounding));
    ASSERT_TRUE(late <= 1ms + Duration(kRounding) || late >= 10ms);
    if (late >= 10ms) {
      ++slow;
      continue;
    }
    ++quick;
    early_half += late < 500us;
    sum += late.count();
  }
  const std::int64_t all = slow + quick;
  EXPECT_GT(all, 55'000);
  EXPECT_LE(std::abs(slow - all / 10), 365);
  EXPECT_LE(std::abs(sum / quick - 500'000), 6'500);
  EXPECT_LE(std::abs(early_half - quick / 2), 580);  // deviation sqrt(52,000) / 2 = 114
}

// The alarm of n0 rings every 20 ms of its own time; suspended for half a second, it finds its clock
// where it was, and rings no earlier than that time is up.
TEST(VmPause, ATimerHasAsLongToGoAsBefore) {
  for (const char* mono : {"frozen", "running"}) {
    Plan plan = FiveNodes(3s);
    plan.faults = {At("vm_pause", 1010ms, 1s, {"n0"}, {{"mono", mono}})};
    World<Alarm> world = MakeWorld(plan);
    Listener listener;
    world.Start(listener);
    Duration last{}, longest{};
    while (world.Step(listener)) {
      if (listener.rings.empty() || listener.rings.back().node != 0) continue;
      longest = std::max(longest, world.now() - last);
      last = world.now();
      listener.rings.clear();
    }
    // Due at 1020 ms, ten after it fell asleep; it wakes at 1510 ms.
    const bool frozen = std::string_view(mono) == "frozen";
    EXPECT_EQ(longest, frozen ? 520ms : 510ms) << mono;
  }
}

TEST(WallBounds, AreRightUntilTheyAreViolated) {
  Plan plan = FiveNodes(10s);
  plan.clock.max_offset = 50ms;
  plan.clock.max_drift_ppb = 200'000;
  plan.clock.uncertainty = 7ms;
  plan.faults = {At("clock_discipline", 0s, 10s, {"all"}), At("clock_strobe", 1s, 3s, {"all"}),
                 At("clock_bound_violated", 5s, 1s, {"n2"})};
  World<Alarm> world = MakeWorld(plan);
  Listener listener;
  world.Start(listener);
  std::uint64_t right = 0, wrong = 0;
  while (world.Step(listener)) {
    const std::int64_t truth = world.now().count();
    for (const auto& [node, rang] : listener.rings) {
      const bool violated = node == 2 && world.now() >= 5s && world.now() < 6s;
      EXPECT_EQ(rang.earliest <= truth && truth <= rang.latest, !violated) << "n" << node << " at " << truth;
      ++(violated ? wrong : right);
    }
    listener.rings.clear();
  }
  EXPECT_NEAR(wrong, 50, 1);
  EXPECT_GT(right, 2000u);
  EXPECT_EQ(world.physics().effects[static_cast<std::size_t>(FindFaultKind("clock_bound_violated"))], wrong);
}

}  // namespace
}  // namespace sim
