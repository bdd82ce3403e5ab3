// Faults of processes: crash, pause, hang, slow processor, shutdown, zone failure,
// hazard and wipe, alone and all at once, and the policy that keeps a quorum.
//
// Most of it is played with clerks: nodes that do next to nothing, so that what
// must happen, and when, can be said exactly.
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gtest/gtest.h"
#include "invariants/invariant.h"
#include "protocols/consensus/raft.h"
#include "rapidcheck/gtest.h"
#include "sim/run.h"
#include "sim/world.h"
#include "tests/sim/fault_bench.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using core::Duration;

// --- clerks --------------------------------------------------------------------

struct Item {
  std::uint64_t number{};
};
struct Noted {
  std::uint64_t number{};
};
struct Handled {
  std::uint64_t number{};
};
struct Ticked {
  std::uint64_t number{};
};

struct ClerkConfig {
  core::Between send{};      // between two items; 0: none is sent
  bool all_send = false;     // to random others; else n0 sends to n1
  Duration send_until = 1h;  // on its own clock
  Duration tick{};           // between two ticks; 0: none
  bool notes = false;        // writes down what it handles
  bool leads = false;        // n0 says that it was elected, the others that they know what is committed
};

struct Clerk {
  using Message = std::variant<Item>;
  using Record = std::variant<Noted>;
  using Fact = std::variant<Handled, Ticked, facts::LeaderElected, facts::Committed>;
  using Request = core::None;
  using Reply = core::None;
  enum class Timer : std::uint8_t { kSend, kTick };
  using Config = ClerkConfig;
  using Env = core::Env<Clerk>;
  static constexpr std::uint32_t kClerks = 5;

  std::uint64_t sent{};
  std::uint64_t ticks{};
  std::uint64_t noted{};  // durable

  void Start(Env& env) {
    const ClerkConfig& config = env.config();
    if (config.send.max.count() > 0 && (config.all_send || env.self() == core::NodeId{0})) {
      env.Arm(Timer::kSend, config.send);
    }
    if (config.tick.count() > 0) env.Arm(Timer::kTick, {config.tick, config.tick});
    if (!config.leads) return;
    if (env.self() == core::NodeId{0}) env.Announce(facts::LeaderElected{{1}});
    env.Announce(facts::Committed{{1}, {1}});
  }
  void Replay(const Noted&) { ++noted; }
  void On(core::NodeId, const Item& m, Env& env) {
    if (env.config().notes) {
      Replay(Noted{m.number});
      env.Write(Noted{m.number});
    }
    env.Announce(Handled{m.number});
  }
  void On(core::RequestId, const core::None&, Env&) {}
  void On(Timer timer, Env& env) {
    if (timer == Timer::kTick) {
      env.Announce(Ticked{++ticks});
      return env.Arm(Timer::kTick, {env.config().tick, env.config().tick});
    }
    if (env.now().time_since_epoch() > env.config().send_until) return;
    const auto other = env.config().all_send ? static_cast<std::uint32_t>(env.Draw(kClerks)) : 1;
    env.Send(core::NodeId{other}, Item{++sent});
    env.Arm(Timer::kSend, env.config().send);
  }
};

Latency Constant(Duration length) {
  Latency latency;
  latency.min = latency.max = length;
  return latency;
}
Latency Uniform(Duration min, Duration max) {
  Latency latency;
  latency.shape = Latency::Shape::kUniform;
  latency.min = min;
  latency.max = max;
  return latency;
}

// Five nodes on links of exactly a millisecond, with disks that take exactly fifty.
Plan Office(Duration storm) {
  Plan plan;
  plan.name = "office";
  plan.nodes = Clerk::kClerks;
  plan.peer.latency = plan.client.latency = plan.exporter.latency = Constant(1ms);
  plan.disk.sync_latency = Constant(50ms);
  plan.storm = storm;
  plan.settle = 1s;
  return plan;
}

FaultPlan At(const std::string& kind, Duration at, Duration lasts, std::vector<std::string> targets,
             std::vector<core::Parameter> params = {}) {
  return {kind, at, std::nullopt, Constant(lasts), std::move(targets), std::move(params)};
}
FaultPlan Every(const std::string& kind, core::Between every, core::Between lasts,
                std::vector<std::string> targets = {}, std::vector<core::Parameter> params = {}) {
  return {kind,
          std::nullopt,
          Uniform(every.min, every.max),
          Uniform(lasts.min, lasts.max),
          std::move(targets),
          std::move(params)};
}

// When who did what.
struct Diary {
  struct Line {
    Duration at;
    std::uint32_t node;
    std::uint64_t number;
    bool operator==(const Line&) const = default;
  };
  static constexpr bool kWantsManifests = false;
  const World<Clerk>* world = nullptr;
  std::vector<Line> handled, ticked, crashed, restarted;

  void OnFact(core::NodeId node, const Clerk::Fact& fact) {
    if (const auto* f = std::get_if<Handled>(&fact)) Note(handled, node, f->number);
    if (const auto* f = std::get_if<Ticked>(&fact)) Note(ticked, node, f->number);
  }
  void OnEngineFact(core::NodeId node, const facts::Engine& fact) {
    if (std::holds_alternative<facts::Crashed>(fact)) Note(crashed, node, 0);
    if (std::holds_alternative<facts::Restarted>(fact)) Note(restarted, node, 0);
  }
  template <class MakeText>
  void Note(std::uint64_t, Duration, MakeText&&) {}
  void Note(std::vector<Line>& lines, core::NodeId node, std::uint64_t number) {
    lines.push_back({world->now(), core::Number(node), number});
  }
};

struct Played {
  World<Clerk> world;
  Diary diary;
  std::uint64_t effects(std::string_view kind) const {
    return world.physics().effects[static_cast<std::size_t>(FindFaultKind(kind))];
  }
  std::uint64_t spared(std::string_view kind) const {
    return world.physics().spared[static_cast<std::size_t>(FindFaultKind(kind))];
  }
};

World<Clerk> MakeOffice(const Plan& plan, const ClerkConfig& config, std::uint64_t seed) {
  for (const FaultPlan& fault : plan.faults) EXPECT_EQ(CheckFault(fault, plan.nodes), absl::OkStatus());
  return World<Clerk>(std::make_shared<Plan>(plan), config, Shape{plan.nodes, plan.nodes}, seed);
}

Played Play(const Plan& plan, const ClerkConfig& config, std::uint64_t seed = 1) {
  Played played{MakeOffice(plan, config, seed), {}};
  played.diary.world = &played.world;
  played.world.Start(played.diary);
  while (played.world.Step(played.diary)) {
  }
  played.diary.world = nullptr;
  return played;
}

std::vector<Diary::Line> Of(std::uint32_t node, const std::vector<Diary::Line>& lines) {
  std::vector<Diary::Line> some;
  std::copy_if(lines.begin(), lines.end(), std::back_inserter(some),
               [&](const Diary::Line& line) { return line.node == node; });
  return some;
}

// --- slow processor ------------------------------------------------------------

// An item each millisecond, each of which takes three: Lindley's recursion. What waits when
// the window closes is handled at once, and then all is on time again.
TEST(SlowCpu, EachEventTakesItsTimeAndTheRestWaitsInOrder) {
  Plan plan = Office(3s);
  constexpr Duration kBegin = 1s + 500us, kEnd = 2s + 500us, kWork = 3ms;
  plan.faults = {At("slow_cpu", kBegin, kEnd - kBegin, {"n1"}, {{"by", "3ms"}})};
  const Played played = Play(plan, {.send = {1ms, 1ms}});
  const std::vector<Diary::Line>& handled = played.diary.handled;
  ASSERT_GE(handled.size(), 3900u);
  std::uint64_t slowed = 0;
  Duration done{};
  for (std::size_t i = 0; i < handled.size(); ++i) {
    const Duration arrival = 1ms * static_cast<std::int64_t>(i + 1) + 1ms;
    const Duration begin = std::max(arrival, done);
    const bool is_slow = kBegin <= begin && begin < kEnd;
    slowed += is_slow;
    done = begin + (is_slow ? kWork : 0ms);
    ASSERT_EQ(handled[i].number, i + 1) << "in the order in which they came, and none is missing";
    ASSERT_EQ(handled[i].at, done) << "item " << i + 1;
  }
  EXPECT_GT(slowed, 300u);
  EXPECT_EQ(played.effects("slow_cpu"), slowed);
  EXPECT_EQ(played.world.waiting(1), 0u);
}

TEST(SlowCpu, TimersWaitLikeMail) {
  Plan plan = Office(3s);
  plan.faults = {At("slow_cpu", 1s, 1s, {"n1"}, {{"by", "3ms"}})};
  const std::vector<Diary::Line> ticks = Of(1, Play(plan, {.tick = 5ms}).diary.ticked);
  for (std::size_t i = 1; i < ticks.size(); ++i) {
    // A tick is armed when the last one is handled: 5 ms, and the work.
    const Duration due = ticks[i - 1].at + 5ms;
    const bool is_slow = due >= 1s && due < 2s;
    EXPECT_EQ(ticks[i].at - ticks[i - 1].at, is_slow ? 8ms : 5ms) << core::FormatDuration(ticks[i].at);
  }
}

// A sync that is complete is news that waits like any other.
TEST(SlowCpu, ASyncIsHeardOfWhenItIsDue) {
  Plan plan = Office(2s);
  plan.faults = {At("slow_cpu", 100ms, 1s, {"n1"}, {{"by", "3ms"}})};
  const Played played = Play(plan, {.send = {400ms, 400ms}, .notes = true});
  const std::vector<Diary::Line>& handled = played.diary.handled;
  ASSERT_GE(handled.size(), 4u);
  EXPECT_EQ(handled[0].at, 400ms + 1ms + 3ms + 50ms + 3ms);
  EXPECT_EQ(handled[1].at, 800ms + 1ms + 3ms + 50ms + 3ms);
  EXPECT_EQ(handled[2].at, 1200ms + 1ms + 50ms);
}

// Of 2000 events that do not disturb each other.
TEST(SlowCpu, TakesATimeWithinItsRangeAllAlike) {
  Plan plan = Office(200s);
  plan.faults = {At("slow_cpu", 0s, 200s, {"n1"}, {{"by", "0ms..10ms"}})};
  const Played played = Play(plan, {.send = {100ms, 100ms}, .send_until = 199s});
  std::vector<std::int64_t> late;
  for (const Diary::Line& line : played.diary.handled) {
    late.push_back((line.at - 100ms * static_cast<std::int64_t>(line.number) - 1ms).count());
  }
  EXPECT_GE(late.size(), 1'989u);
  ExpectUniform(late, 0, 10'000'000);
  EXPECT_EQ(played.effects("slow_cpu"), late.size());
}

// --- what does nothing does nothing ----------------------------------------------

TEST(Processes, WithoutMagnitudeNothingChanges) {
  const ClerkConfig config{.send = {1ms, 3ms}, .all_send = true, .tick = 7ms};
  const Played alone = Play(Office(2s), config);
  for (const FaultPlan& nothing :
       {At("slow_cpu", 500ms, 1s, {"all"}, {{"by", "0s"}}), At("hazard", 500ms, 1s, {"all"}, {{"chance", "0%"}})}) {
    Plan plan = Office(2s);
    plan.faults = {nothing};
    const Played played = Play(plan, config);
    EXPECT_EQ(played.effects(nothing.kind), 0u);
    EXPECT_EQ(played.diary.handled, alone.diary.handled) << nothing.kind;
    EXPECT_EQ(played.diary.ticked, alone.diary.ticked) << nothing.kind;
    EXPECT_EQ(played.diary.crashed.size(), 0u);
  }
}

// --- hang ------------------------------------------------------------------------

TEST(Hang, WhatCameMeanwhileIsNeverReadAndTheNodeStartsAgain) {
  Plan plan = Office(3s);
  plan.faults = {At("hang", 1s, 500ms, {"n1"})};
  const Played played = Play(plan, {.send = {10ms, 10ms}, .tick = 100ms});
  EXPECT_EQ(played.diary.crashed, (std::vector<Diary::Line>{{1500ms, 1, 0}}));
  EXPECT_EQ(played.diary.restarted, (std::vector<Diary::Line>{{1500ms, 1, 0}}));
  for (const Diary::Line& line : played.diary.handled) {
    EXPECT_TRUE(line.at < 1s || line.at > 1500ms) << core::FormatDuration(line.at);
  }
  // Items 100 to 149 arrived while it stood still.
  EXPECT_EQ(played.diary.handled[98].number, 99u);
  EXPECT_EQ(played.diary.handled[99].number, 150u);
  EXPECT_EQ(played.world.physics().network.counts().dead, 50u);
  EXPECT_EQ(Of(1, played.diary.ticked)[9], (Diary::Line{1600ms, 1, 1})) << "its ticks begin again";
  EXPECT_EQ(played.effects("hang"), 1u);
}

// What the process had written when it was killed is on the machine's disk.
TEST(Hang, LosesNothingThatWasWritten) {
  Plan plan = Office(3s);
  plan.faults = {At("hang", 1s + 20ms, 10ms, {"n1"})};  // in the middle of the sync of item 1
  const Played played = Play(plan, {.send = {1s, 1s}, .send_until = 1500ms, .notes = true});
  EXPECT_EQ(played.world.hosts()[1].node.noted, 1u);
}

// --- crash and mail -----------------------------------------------------------------

// Packets take a second; the node restarts half a second after it crashed.
TEST(Crash, MailToTheOldIncarnationIsDeliveredOrDroppedAsAskedFor) {
  for (const bool drop : {false, true}) {
    Plan plan = Office(5s);
    plan.peer.latency = Constant(1s);
    plan.faults = {At("crash", 2s, 500ms, {"n1"}, {{"mail", drop ? "drop" : "deliver"}})};
    const Played played = Play(plan, {.send = {100ms, 100ms}});
    std::set<std::uint64_t> handled;
    for (const Diary::Line& line : played.diary.handled) handled.insert(line.number);
    for (std::uint64_t item = 1; item <= 30; ++item) {
      const Duration left = 100ms * static_cast<std::int64_t>(item);
      const bool dead = 2s <= left + 1s && left + 1s < 2500ms;
      const bool old = left < 2500ms && left + 1s >= 2500ms;  // under way at the restart
      EXPECT_EQ(handled.contains(item), !dead && !(drop && old)) << "item " << item << ", drop " << drop;
    }
    EXPECT_EQ(played.effects("crash"), 1u) << "and packets are no crashes";
  }
}

// --- shutdown ------------------------------------------------------------------------

TEST(Shutdown, StopsWhenItsSyncIsDone) {
  Plan plan = Office(3s);
  plan.faults = {At("shutdown", 1s + 11ms, 1s, {"n1"}, {{"deadline", "500ms"}})};
  const Played played = Play(plan, {.send = {500ms, 500ms}, .send_until = 1100ms, .notes = true});
  // Item 2 is written at 1.001 s and durable at 1.051 s.
  EXPECT_EQ(played.diary.crashed, (std::vector<Diary::Line>{{1051ms, 1, 0}}));
  EXPECT_EQ(played.diary.restarted, (std::vector<Diary::Line>{{2011ms, 1, 0}}));
  EXPECT_EQ(played.diary.handled.back(), (Diary::Line{1051ms, 1, 2})) << "what waited for the disk was said";
  EXPECT_EQ(played.world.hosts()[1].node.noted, 2u);
  EXPECT_EQ(played.effects("shutdown"), 1u);
}

TEST(Shutdown, StopsAtTheDeadlineAndKeepsWhatIsWritten) {
  Plan plan = Office(3s);
  plan.faults = {At("shutdown", 1s + 11ms, 1s, {"n1"}, {{"deadline", "20ms"}})};
  const Played played = Play(plan, {.send = {500ms, 500ms}, .send_until = 1100ms, .notes = true});
  EXPECT_EQ(played.diary.crashed, (std::vector<Diary::Line>{{1031ms, 1, 0}}));
  EXPECT_EQ(played.diary.handled.size(), 1u) << "item 2 was not yet durable";
  EXPECT_EQ(played.world.hosts()[1].node.noted, 2u) << "but the machine kept its power";
}

TEST(Shutdown, WhoHasNothingPendingStopsAtOnce) {
  Plan plan = Office(3s);
  plan.faults = {At("shutdown", 1s, 1s, {"n1"})};
  EXPECT_EQ(Play(plan, {.tick = 300ms}).diary.crashed, (std::vector<Diary::Line>{{1s, 1, 0}}));
}

// --- zones ---------------------------------------------------------------------------

TEST(ZoneFailure, TakesAllOfOneZoneDownAndBackTogether) {
  Plan plan = Office(60s);
  plan.regions = {{"north", 2}, {"south", 2}, {"islands", 1}};
  plan.faults = {Every("zone_failure", {100ms, 200ms}, {50ms, 100ms})};
  const Played played = Play(plan, {});
  std::map<Duration, std::set<std::uint32_t>> down, up;
  for (const Diary::Line& line : played.diary.crashed) down[line.at].insert(line.node);
  for (const Diary::Line& line : played.diary.restarted) up[line.at].insert(line.node);
  const std::set<std::set<std::uint32_t>> zones{{0, 1}, {2, 3}, {4}};
  for (const auto* moments : {&down, &up}) {
    for (const auto& [at, nodes] : *moments) EXPECT_TRUE(zones.contains(nodes)) << core::FormatDuration(at);
  }
  EXPECT_GT(down.size(), 200u);
  EXPECT_EQ(down.size(), up.size());
  EXPECT_EQ(played.effects("zone_failure"), played.diary.crashed.size());
}

// --- hazard ----------------------------------------------------------------------------

std::uint64_t Reason(const Played& played, const std::string& reason) {
  std::uint64_t sum = 0;
  for (const FaultReport& fault : internal::ReportFaults(played.world.windows(), played.world.physics())) {
    const auto found = fault.reasons.find(reason);
    if (found != fault.reasons.end()) sum += found->second;
  }
  return sum;
}

// 10000 rounds. n0 leads: 1 % of 10000 is 100, five standard deviations are 50. The four others,
// 0.1 % of 40000: 40 and 32.
TEST(Hazard, StrikesAsOftenAsAskedForAndMoreOftenWhoLeads) {
  Plan plan = Office(100s);
  plan.faults = {At("hazard", 0s, 100s, {"all"}, {{"chance", "0.1%"}, {"every", "10ms"}, {"down", "1ns"}})};
  const Played played = Play(plan, {.leads = true});
  const std::size_t led = Of(0, played.diary.crashed).size();
  const std::size_t others = played.diary.crashed.size() - led;
  EXPECT_NEAR(static_cast<double>(led), 100, 50);
  EXPECT_NEAR(static_cast<double>(others), 40, 32);
  EXPECT_EQ(played.effects("hazard"), played.diary.crashed.size());
  EXPECT_EQ(Reason(played, "leading"), led);
  EXPECT_EQ(Reason(played, "steady"), others);
  EXPECT_EQ(played.diary.restarted.size(), played.diary.crashed.size());
}

// n1 gets an item every 100 ms and is writing half of the time, so its 10000 rounds crash it in
// 1 % of 5000 and 0.1 % of 5000: 55, five standard deviations 37; n4 in 10 of 10000: 16. Crashes cut
// some syncs short, which takes less than one in a hundred of them.
TEST(Hazard, StrikesMoreOftenWhileWritesArePending) {
  Plan plan = Office(100s);
  plan.faults = {At("hazard", 0s, 100s, {"n1", "n4"}, {{"chance", "0.1%"}, {"every", "10ms"}, {"down", "1ns"}})};
  const Played played = Play(plan, {.send = {100ms, 100ms}, .notes = true, .leads = true});
  EXPECT_NEAR(static_cast<double>(Of(1, played.diary.crashed).size()), 55, 37);
  EXPECT_NEAR(static_cast<double>(Of(4, played.diary.crashed).size()), 10, 16);
  EXPECT_GT(Reason(played, "writing"), 20u);
}

// A node down for 300 ms to 700 ms: of n crashes the mean is 500 ms, one standard deviation 115 ms.
TEST(Hazard, RestartsAfterATimeWithinItsRange) {
  Plan plan = Office(200s);
  plan.faults = {At("hazard", 0s, 200s, {"n2"}, {{"chance", "10%"}, {"every", "100ms"}, {"down", "300ms..700ms"}})};
  const Played played = Play(plan, {.leads = true});
  const auto& [crashed, restarted] = std::tie(played.diary.crashed, played.diary.restarted);
  ASSERT_EQ(crashed.size(), restarted.size());
  ASSERT_GT(crashed.size(), 100u);
  Duration sum{};
  for (std::size_t i = 0; i + 1 < crashed.size(); ++i) {
    const Duration down = restarted[i].at - crashed[i].at;
    EXPECT_GE(down, 300ms);
    EXPECT_LE(down, 700ms);
    sum += down;
  }
  const auto count = static_cast<double>(crashed.size() - 1);
  EXPECT_NEAR(static_cast<double>(sum.count()) / count, 500e6, 5 * 115.5e6 / std::sqrt(count));
}

// --- wipe ------------------------------------------------------------------------------

// Two of five disks may be lost; who has lost one never takes part again.
TEST(Wipe, WhoHasForgottenWhatItPromisedHaltsAndAMajorityOfDisksIsSpared) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Plan plan = Office(3s);
    plan.faults = {At("wipe", 1s, 500ms, {"all"})};
    const Played played = Play(plan, {.send = {1ms, 3ms}, .all_send = true, .notes = true}, seed);
    std::set<std::uint32_t> halted;
    for (std::uint32_t node = 0; node < Clerk::kClerks; ++node) {
      if (played.world.physics().processes[node].halted) halted.insert(node);
    }
    EXPECT_EQ(halted.size(), 2u) << "seed " << seed;
    EXPECT_EQ(played.effects("wipe"), 2u);
    EXPECT_EQ(played.spared("wipe"), 3u);
    EXPECT_EQ(played.diary.restarted.size(), 0u);
    for (const Diary::Line& line : played.diary.handled) {
      EXPECT_TRUE(line.at < 1s || !halted.contains(line.node)) << "n" << line.node;
    }
  }
}

// --- what is counted ---------------------------------------------------------------------

// Alone in its plan, each kind that takes processes down is all that does.
TEST(Processes, AsManyCrashesAreCountedAsThereAre) {
  for (const char* kind : {"crash", "crash_at_storage_op", "disk_full", "hang", "hazard", "shutdown", "sync_error",
                           "wipe", "zone_failure"}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      Plan plan = Office(20s);
      plan.faults = {Every(kind, {100ms, 500ms}, {200ms, 2s}, {"minority"})};
      const Played played = Play(plan, {.send = {10ms, 50ms}, .all_send = true, .notes = true}, seed);
      EXPECT_GE(played.diary.crashed.size(), 2u) << kind;
      EXPECT_EQ(played.effects(kind), played.diary.crashed.size()) << kind << ", seed " << seed;
      if (kind == std::string("wipe")) continue;  // who has lost its disk halts
      EXPECT_EQ(played.diary.restarted.size(), played.diary.crashed.size()) << kind << ", seed " << seed;
    }
  }
}

// n1 stands still from 1 s to 1.5 s. Down from 0.5 s on, it is kept from starting or not kept from anything; who ran
// and then crashed stood still all the same, and once.
TEST(Processes, APauseCountsWhoStandsStillOrIsKeptFromStarting) {
  for (const std::string kind : {"pause", "vm_pause"}) {
    for (const auto& [down, length, effects] :
         {std::tuple{500ms, 700ms, 1u}, {500ms, 1500ms, 0u}, {1100ms, 200ms, 1u}}) {
      Plan plan = Office(3s);
      plan.faults = {At("crash", down, length, {"n1"}),
                     kind == "pause" ? At(kind, 1s, 500ms, {"n1"}) : At(kind, 1s, 1s, {"n1"})};
      const Played played = Play(plan, {.tick = 10ms});
      EXPECT_EQ(played.effects(kind), effects) << kind << " and down at " << core::FormatDuration(down);
      EXPECT_EQ(played.diary.restarted[0].at, effects == 1 ? Duration{1500ms} : Duration{2s});
    }
  }
}

// n1 writes something twice in a second, and starts again after 100 ms to 900 ms.
TEST(Processes, ThatADiskStopsStartAgainAfterATimeThatIsUniform) {
  const std::vector<FaultPlan> stops{
      Every("crash_at_storage_op", {1ms, 1ms}, {2s, 2s}, {"n1"}, {{"restart", "100ms..900ms"}}),
      At("sync_error", 0s, 2000s, {"n1"}, {{"mode", "sticky"}, {"restart", "100ms..900ms"}})};
  for (const FaultPlan& stop : stops) {
    Plan plan = Office(2000s);
    plan.faults = {stop};
    const Played played = Play(plan, {.send = {500ms, 500ms}, .notes = true});
    const auto& [crashed, restarted] = std::tie(played.diary.crashed, played.diary.restarted);
    ASSERT_EQ(crashed.size(), restarted.size());
    EXPECT_GT(crashed.size(), 900u) << stop.kind;
    std::vector<std::int64_t> down;
    for (std::size_t i = 0; i < crashed.size(); ++i) down.push_back((restarted[i].at - crashed[i].at).count());
    ExpectUniform(down, 100'000'000, 900'000'000, stop.kind);
  }
}

// --- a policy that keeps a quorum ---------------------------------------------------------

std::vector<FaultPlan> EverythingThatTakesNodesDown() {
  return {Every("crash", {50ms, 300ms}, {50ms, 500ms}, {"majority"}),
          Every("hang", {50ms, 300ms}, {50ms, 500ms}, {"minority"}),
          Every("shutdown", {50ms, 300ms}, {50ms, 500ms}, {"all"}, {{"deadline", "10ms..200ms"}}),
          Every("zone_failure", {50ms, 300ms}, {50ms, 500ms}),
          Every("hazard", {50ms, 300ms}, {50ms, 500ms}, {}, {{"chance", "5%"}, {"every", "20ms"}}),
          Every("wipe", {1s, 2s}, {50ms, 500ms}),
          Every("crash_at_storage_op", {50ms, 300ms}, {50ms, 500ms}, {"all"}, {{"op", "1..5"}}),
          Every("disk_full", {300ms, 900ms}, {50ms, 300ms}, {"all"}),
          Every("sync_error", {50ms, 300ms}, {50ms, 500ms}, {"all"})};
}

std::uint32_t Standing(const Physics& physics) {
  const auto stands = [](const Process& process) { return process.stands(); };
  return static_cast<std::uint32_t>(std::count_if(physics.processes.begin(), physics.processes.end(), stands));
}

TEST(KeepQuorum, AMajorityStandsAtEveryMomentAndWhoWasSparedIsCounted) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Plan plan = Office(5s);
    plan.keep_quorum = true;
    plan.faults = EverythingThatTakesNodesDown();
    Diary diary;
    World<Clerk> world = MakeOffice(plan, {.send = {1ms, 9ms}, .all_send = true, .notes = true}, seed);
    diary.world = &world;
    world.Start(diary);
    while (world.Step(diary)) ASSERT_GE(Standing(world.physics()), 3u) << "seed " << seed;
    for (const char* kind :
         {"crash", "hang", "shutdown", "zone_failure", "crash_at_storage_op", "disk_full", "sync_error"}) {
      EXPECT_GT(world.physics().spared[static_cast<std::size_t>(FindFaultKind(kind))], 0u) << kind;
    }
  }
}

TEST(KeepQuorum, IsOffUnlessAskedFor) {
  Plan plan = Office(2s);
  plan.faults = {At("crash", 1s, 500ms, {"all"})};
  EXPECT_EQ(Play(plan, {}).diary.crashed.size(), 5u);
  plan.keep_quorum = true;
  const Played kept = Play(plan, {});
  EXPECT_EQ(kept.diary.crashed.size(), 2u);
  EXPECT_EQ(kept.spared("crash"), 3u);
}

// The disk of n1 is lost, and it is kept from starting until 2 s; mail has come by then. It halts and reads none of it.
TEST(Pause, WhoHaltsAtItsEndReadsNoMail) {
  Plan plan = Office(3s);
  plan.disk.budget = DiskBudget::kUnrestricted;
  plan.faults = {At("wipe", 1s, 200ms, {"n1"}), At("pause", 1100ms, 900ms, {"n1"})};
  World<Clerk> world = MakeOffice(plan, {.send = {1ms, 9ms}, .all_send = true, .notes = true}, 1);
  Diary diary;
  diary.world = &world;
  world.Start(diary);
  std::size_t waited = 0;
  while (!world.physics().processes[1].halted) {
    waited = std::max(waited, world.waiting(1));
    ASSERT_TRUE(world.Step(diary));
  }
  EXPECT_EQ(world.now(), Duration{2s});
  EXPECT_GT(waited, 10u);
  EXPECT_EQ(world.waiting(1), 0u);
  const std::size_t written = world.hosts()[1].journal.size();
  while (world.Step(diary)) {
  }
  EXPECT_EQ(world.hosts()[1].journal.size(), written);
}

// --- all at once -----------------------------------------------------------------------------

std::vector<FaultPlan> EverythingOften() {
  std::vector<FaultPlan> faults = EverythingThatTakesNodesDown();
  faults.push_back(Every("crash", {20ms, 200ms}, {0ms, 300ms}, {"any"}, {{"mail", "drop"}}));
  faults.push_back(Every("pause", {20ms, 200ms}, {0ms, 300ms}, {"any", "any"}));
  faults.push_back(Every("slow_cpu", {20ms, 200ms}, {0ms, 300ms}, {"minority"}, {{"by", "100us..10ms"}}));
  faults.push_back(Every("slow_cpu", {20ms, 200ms}, {0ms, 300ms}, {"any"}, {{"by", "0s..1ms"}}));
  return faults;
}

// Windows of every kind on the same nodes, in every order. When all is over nothing is left: no
// packet in a slab, nothing in a line, nobody down, slow or standing still, but for who has halted.
RC_GTEST_PROP(Processes, WhateverOverlapsNothingIsLeftBehind, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  Plan plan = Office(4s);
  plan.peer.latency = Uniform(1ms, 20ms);
  plan.disk.sync_latency = Uniform(1ms, 30ms);
  plan.schedule.order = *rc::gen::element(TieOrder::kFifo, TieOrder::kRandom);
  plan.settle = 8s;
  plan.keep_quorum = *rc::gen::arbitrary<bool>();
  for (const FaultPlan& fault : EverythingOften()) {
    if (*rc::gen::arbitrary<bool>()) plan.faults.push_back(fault);
  }
  const ClerkConfig config{
      .send = {1ms, 9ms}, .all_send = true, .send_until = 4s, .tick = 40ms, .notes = true, .leads = true};
  World<Clerk> world = MakeOffice(plan, config, seed);
  Diary diary;
  diary.world = &world;
  world.Start(diary);
  Duration last{};
  while (world.Step(diary)) {
    RC_ASSERT(world.now() >= last);
    last = world.now();
  }
  RC_ASSERT(world.carried() == 0u);
  RC_ASSERT(world.physics().draining == 0u);
  for (std::uint32_t node = 0; node < Clerk::kClerks; ++node) {
    const Process& process = world.physics().processes[node];
    RC_ASSERT(world.waiting(node) == 0u);
    RC_ASSERT(process.crashes == 0u);
    RC_ASSERT(process.halted || process.attentive());
  }
  RC_ASSERT(world.physics().network.counts().sent == world.physics().network.counts().delivered +
                                                         world.physics().network.counts().dead +
                                                         world.physics().network.counts().cut);
}

// Raft under all of it: every invariant holds, and a snapshot in the middle of it goes on like the original.
TEST(Processes, RaftSurvivesAllOfThemAtOnce) {
  raft::Config config;
  config.nodes = 5;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Plan plan = Office(8s);
    plan.peer.latency = plan.client.latency = Uniform(1ms, 10ms);
    plan.disk.sync_latency = Uniform(1ms, 5ms);
    plan.disk.torn = {500'000'000};
    plan.workload = {3, {5ms, 50ms}, 1s, 0};
    plan.settle = 10s;
    plan.core = seed % 2 == 0 ? Core::kQuorum : Core::kAll;
    plan.keep_quorum = seed % 4 < 2;
    plan.schedule.order = seed % 3 == 0 ? TieOrder::kRandom : TieOrder::kFifo;
    plan.faults = EverythingOften();
    for (FaultPlan& fault : plan.faults) fault.every = Uniform(200ms, 2s);
    invariants::Panel<raft::Node> panel;
    RunOptions options;
    options.seed = seed;
    const Report report =
        sim::Run<raft::Node>(std::make_shared<Plan>(plan), config, Shape{plan.nodes, plan.nodes}, panel, options);
    ASSERT_FALSE(report.violation) << "seed " << seed << ": " << report.violation->monitor << ", "
                                   << report.violation->explanation;
  }
}

TEST(Processes, ASnapshotInTheMiddleGoesOnLikeTheOriginal) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Plan plan = Office(4s);
    plan.faults = EverythingOften();
    NoObserver nobody;
    World<Clerk> world = MakeOffice(plan, {.send = {1ms, 9ms}, .all_send = true, .tick = 10ms, .notes = true}, seed);
    world.Start(nobody);
    while (world.now() < 2s && world.Step(nobody)) {
    }
    World<Clerk> fork = world;
    while (world.Step(nobody)) {
    }
    while (fork.Step(nobody)) {
    }
    EXPECT_EQ(fork.events(), world.events());
    EXPECT_EQ(fork.digest().state.Finished(), world.digest().state.Finished());
  }
}

}  // namespace
}  // namespace sim
