// The world as a whole: time, faults, the two acts of a run, and the digest.
#include "sim/world.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "gtest/gtest.h"
#include "invariants/invariant.h"
#include "protocols/consensus/raft.h"
#include "sim/run.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using core::Duration;
using core::Index;
using raft::Node;

// Five replicas and three clients on a healthy network; tests add what goes wrong.
Plan Quiet() {
  Plan plan;
  plan.name = "test";
  plan.protocol = "raft";
  plan.nodes = 5;
  plan.peer.latency = plan.client.latency = plan.exporter.latency = Latency::Uniform(1ms, 10ms);
  plan.disk.sync_latency = Latency::Uniform(1ms, 5ms);
  plan.workload.clients = 3;
  plan.workload.think = {5ms, 50ms};
  plan.workload.timeout = 1s;
  plan.storm = 5s;
  plan.settle = 5s;
  return plan;
}

FaultPlan Every(const std::string& kind, core::Between every, core::Between lasts,
                std::vector<std::string> targets = {}, std::vector<core::Parameter> params = {}) {
  return {kind,
          std::nullopt,
          Latency::Uniform(every.min, every.max),
          Latency::Uniform(lasts.min, lasts.max),
          std::move(targets),
          std::move(params)};
}
FaultPlan At(const std::string& kind, Duration at, Duration lasts, std::vector<std::string> targets,
             std::vector<core::Parameter> params = {}) {
  return {kind, at, std::nullopt, Latency::Uniform(lasts, lasts), std::move(targets), std::move(params)};
}

Plan Stormy() {
  Plan plan = Quiet();
  plan.faults = {Every("clock_drift", {200ms, 1s}, {100ms, 1s}, {"any"}, {{"by", "0%..10%"}}),
                 Every("clock_step", {200ms, 1s}, {100ms, 1s}),
                 Every("crash", {500ms, 1s}, {100ms, 500ms}, {"leader"}),
                 Every("disk_stall", {200ms, 1s}, {100ms, 1s}),
                 Every("packet_loss", {200ms, 1s}, {100ms, 1s}),
                 Every("packet_duplication", {200ms, 1s}, {100ms, 1s}),
                 Every("packet_delay", {200ms, 1s}, {100ms, 1s}),
                 Every("partition", {500ms, 1s}, {100ms, 1s}),
                 Every("pause", {200ms, 1s}, {100ms, 1s})};
  plan.clock = {5s, 1'000'000};
  plan.core = Core::kQuorum;
  return plan;
}

World<Node> MakeWorld(const Plan& plan, std::uint64_t seed) {
  raft::Config config;
  config.nodes = plan.nodes;
  return World<Node>(std::make_shared<Plan>(plan), config, Shape{plan.nodes, plan.nodes}, seed);
}

Report RunPlan(const Plan& plan, std::uint64_t seed, bool record = false) {
  raft::Config config;
  config.nodes = plan.nodes;
  invariants::Panel<Node> panel;
  RunOptions options;
  options.seed = seed;
  options.record = record;
  return Run<Node>(std::make_shared<Plan>(plan), config, Shape{plan.nodes, plan.nodes}, panel, options);
}

void RunToEnd(World<Node>& world) {
  NoObserver nobody;
  world.Start(nobody);
  while (world.Step(nobody)) {
  }
}

// --- time ------------------------------------------------------------------------

// A node that was paused finds its timers overdue; they fire late, not in the past.
TEST(World, TimeNeverGoesBack) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    World<Node> world = MakeWorld(Stormy(), seed);
    NoObserver nobody;
    world.Start(nobody);
    Duration last{};
    while (world.Step(nobody)) {
      ASSERT_GE(world.now(), last) << "seed " << seed << ", event " << world.events();
      last = world.now();
    }
    EXPECT_EQ(world.now(), 10s);
  }
}

// --- what is due at the same instant -------------------------------------------------

// A timer finds its event by number, and the rank is part of it.
TEST(World, EveryTieOrderServesTheClients) {
  std::set<core::Fingerprint> digests;
  for (const SchedulePlan& schedule : {SchedulePlan{}, SchedulePlan{TieOrder::kRandom, 0, 1ms},
                                       SchedulePlan{TieOrder::kPct, 1, 1ms}, SchedulePlan{TieOrder::kPct, 5, 1ms}}) {
    Plan plan = Quiet();
    plan.schedule = schedule;
    const Report report = RunPlan(plan, 1);
    EXPECT_FALSE(report.violation);
    EXPECT_GT(report.requests->answered, 150u) << "as scheduled it is 185";
    digests.insert(report.digest);
  }
  EXPECT_EQ(digests.size(), 4u) << "each order is another run";
}

// Packets that arrive on a grid meet there.
TEST(World, AQuantumMakesTies) {
  Plan plan = Quiet();
  plan.schedule.quantum = 1ms;
  const Report report = RunPlan(plan, 1, true);
  std::map<std::string, int> at;
  for (const std::string& line : report.recording) {
    if (line.find("->") != std::string::npos) ++at[line.substr(line.find(' '), line.find("  ") - line.find(' '))];
  }
  const auto ties = std::count_if(at.begin(), at.end(), [](const auto& instant) { return instant.second > 1; });
  EXPECT_GT(ties, 100);
}

// --- determinism -------------------------------------------------------------------

core::Fingerprint DigestOf(const World<Node>& world) { return world.digest().state.Finished(); }

TEST(World, TheSameSeedMakesTheSameRun) {
  World<Node> one = MakeWorld(Stormy(), 7);
  World<Node> two = MakeWorld(Stormy(), 7);
  World<Node> other = MakeWorld(Stormy(), 8);
  for (World<Node>* world : {&one, &two, &other}) RunToEnd(*world);
  EXPECT_EQ(one.events(), two.events());
  EXPECT_EQ(DigestOf(one), DigestOf(two));
  EXPECT_NE(DigestOf(one), DigestOf(other));
}

TEST(World, ObservingChangesNothing) {
  World<Node> alone = MakeWorld(Stormy(), 7);
  RunToEnd(alone);
  const Report watched = RunPlan(Stormy(), 7);
  const Report recorded = RunPlan(Stormy(), 7, true);
  EXPECT_EQ(watched.digest, DigestOf(alone));
  EXPECT_EQ(recorded.digest, DigestOf(alone));
  EXPECT_EQ(recorded.events, alone.events());
  EXPECT_TRUE(watched.recording.empty());
  EXPECT_GE(recorded.recording.size(), recorded.events);
}

TEST(Run, ALadderRisesAndEndsWithTheDigest) {
  for (const std::uint64_t events : {1u, 64u, 100u, 4095u, 4096u, 4097u, 9000u}) {
    Plan plan = Stormy();
    plan.storm = 30s;
    plan.max_events = events;
    const Report report = RunPlan(plan, 3);
    ASSERT_FALSE(report.ladder.empty());
    EXPECT_LE(report.ladder.size(), 65u) << "64 rungs and the end";
    for (std::size_t i = 1; i < report.ladder.size(); ++i) {
      EXPECT_LT(report.ladder[i - 1].event, report.ladder[i].event);
      EXPECT_LE(report.ladder[i - 1].time, report.ladder[i].time);
    }
    EXPECT_EQ(report.ladder.back().event, report.events);
    EXPECT_EQ(report.ladder.back().digest, report.digest);
  }
}

TEST(Run, ABudgetThatIsUsedUpCutsTheRunShort) {
  Plan plan = Quiet();
  plan.max_events = 500;
  const Report report = RunPlan(plan, 1);
  EXPECT_EQ(report.events, 500u);
  EXPECT_EQ(report.cut_short, "budget of 500 events");
  EXPECT_LT(report.simulated, 10s);
  EXPECT_EQ(RunPlan(Quiet(), 1).cut_short, "");
}

// --- faults --------------------------------------------------------------------------

FaultPlan Example(const FaultKind& kind) { return Every(std::string(kind.name), {300ms, 500ms}, {200ms, 300ms}); }

TEST(Faults, EveryKindDoesSomethingAndSaysSo) {
  for (const FaultKind* kind : FaultKinds()) {
    Plan plan = Quiet();
    plan.faults = {Example(*kind)};
    ASSERT_TRUE(CheckFault(plan.faults[0], plan.nodes).ok()) << kind->name;
    const Report report = RunPlan(plan, 1);
    ASSERT_EQ(report.faults.size(), 1u);
    EXPECT_EQ(report.faults[0].kind, kind->name);
    EXPECT_GT(report.faults[0].windows, 0u) << kind->name;
    // Raft asks for no bounds on the time, so none that it gets can be wrong.
    const bool unnoticed = kind->name == "clock_bound_violated";
    EXPECT_EQ(report.faults[0].effects == 0, unnoticed) << kind->name;
    EXPECT_FALSE(report.violation) << kind->name << ": " << report.violation->explanation;
  }
}

// On a network that does nothing of the kind by itself, a fault has as many effects as there are packets with its fate.
TEST(Faults, AsManyPacketsAreCountedAsMeetTheirFate) {
  using Parameters = std::vector<core::Parameter>;
  const std::vector<std::tuple<std::string, Parameters, std::uint64_t MessageCounts::*>> fates{
      {"clog", {{"mode", "drop"}}, &MessageCounts::lost},
      {"connection_reset", {{"chance", "5%"}}, &MessageCounts::cut},
      {"loss_burst", {}, &MessageCounts::lost},
      {"packet_corruption", {{"chance", "10%"}}, &MessageCounts::corrupted},
      {"packet_duplication", {}, &MessageCounts::duplicated},
      {"packet_loss", {}, &MessageCounts::lost},
      {"partition", {}, &MessageCounts::cut},
      {"partition", {{"in_flight", "kill"}, {"shape", "random_edges"}}, &MessageCounts::cut}};
  for (const auto& [kind, parameters, fate] : fates) {
    Plan plan = Quiet();
    plan.faults = {Every(kind, {100ms, 300ms}, {200ms, 300ms}, {}, parameters)};
    const Report report = RunPlan(plan, 1);
    EXPECT_GT(report.faults[0].effects, 10u) << kind;
    EXPECT_EQ(report.faults[0].effects, report.messages.*fate) << kind;
  }
}

std::vector<ActiveFault> WindowsOf(const Plan& plan, std::uint64_t seed) {
  core::Tape chooser(seed);
  return DrawWindows(plan, chooser);
}

TEST(Faults, WindowsAreDrawnInsideTheStorm) {
  const Plan plan = Stormy();
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Duration last{};
    for (const ActiveFault& active : WindowsOf(plan, seed)) {
      EXPECT_GE(active.window.begin, last);
      EXPECT_LT(active.window.begin, plan.storm);
      EXPECT_GE(active.window.end, active.window.begin);
      EXPECT_LE(active.window.end, plan.storm);
      last = active.window.begin;
    }
  }
}

// In times of quiet no window is open. The others are as they would be, or end when it begins.
TEST(Faults, TimesOfQuietEndWindowsAndChangeNoOther) {
  const Plan stormy = Stormy();
  Plan calmer = stormy;
  calmer.quiet = {Latency::Uniform(500ms, 1500ms), Latency::Uniform(200ms, 800ms)};
  std::size_t kept = 0, cut = 0, gone = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, FaultWindow> before;
    for (const ActiveFault& active : WindowsOf(stormy, seed)) {
      before[{active.window.fault, active.window.ordinal}] = active.window;
    }
    const std::vector<ActiveFault> windows = WindowsOf(calmer, seed);
    std::set<Duration> quiet_from;
    for (const ActiveFault& active : windows) {
      const FaultWindow& window = active.window;
      const FaultWindow& was = before.at({window.fault, window.ordinal});
      EXPECT_EQ(window.begin, was.begin);
      EXPECT_LT(window.begin, window.end);
      if (window.end != was.end) quiet_from.insert(window.end);
      ++(window.end == was.end ? kept : cut);
    }
    gone += before.size() - windows.size();
    for (const Duration begin : quiet_from) {
      const auto is_open = [&](const ActiveFault& active) {
        return active.window.begin < begin + 200ms && active.window.end > begin;
      };
      EXPECT_TRUE(std::none_of(windows.begin(), windows.end(), is_open)) << seed;
    }
  }
  EXPECT_GT(kept, 100u);
  EXPECT_GT(cut, 100u);
  EXPECT_GT(gone, 100u);
}

// By kind, since the place of a fault in its plan is what changes.
std::multimap<std::string, std::pair<Duration, Duration>> TimesByKind(const Plan& plan) {
  std::multimap<std::string, std::pair<Duration, Duration>> times;
  for (const ActiveFault& active : WindowsOf(plan, 1)) {
    times.insert({active.window.kind, {active.window.begin, active.window.end}});
  }
  return times;
}

TEST(Faults, TakingOneFaultOutLeavesTheWindowsOfTheOthers) {
  const Plan whole = Stormy();
  for (std::size_t out = 0; out < whole.faults.size(); ++out) {
    Plan fewer = whole;
    fewer.faults.erase(fewer.faults.begin() + static_cast<std::ptrdiff_t>(out));
    auto expected = TimesByKind(whole);
    expected.erase(whole.faults[out].kind);
    EXPECT_EQ(TimesByKind(fewer), expected) << "without " << whole.faults[out].kind;
  }
}

// Not one window twice: two faults that ask for the same are two faults.
TEST(Faults, TwinsDrawForThemselves) {
  Plan plan = Quiet();
  plan.faults = {Every("crash", {100ms, 1s}, {100ms, 1s}), Every("crash", {100ms, 1s}, {100ms, 1s})};
  std::set<std::pair<Duration, Duration>> times;
  const std::vector<ActiveFault> windows = WindowsOf(plan, 1);
  for (const ActiveFault& active : windows) times.insert({active.window.begin, active.window.end});
  EXPECT_EQ(times.size(), windows.size());
}

// In the runs themselves too: who is hit is drawn when the window begins, in a world that the other fault has changed.
TEST(Faults, AddingOneLeavesTheWindowsAndVictimsOfTheOther) {
  const auto windows_of = [](const Report& report, std::string_view kind) {
    std::vector<std::pair<std::pair<Duration, Duration>, std::vector<core::NodeId>>> windows;
    for (const FaultWindow& window : report.windows) {
      if (window.kind == kind) windows.push_back({{window.begin, window.end}, window.nodes});
    }
    return windows;
  };
  const auto& kinds = FaultKinds();
  core::Seeded pick(1);
  for (std::uint64_t i = 0; i < 24; ++i) {
    const FaultKind& kind = *kinds[i % kinds.size()];
    const FaultKind& added =
        *kinds[(i + 1 + pick.Choose({core::Purpose::kSwarm, 0, 0, i}, kinds.size() - 1)) % kinds.size()];
    Plan alone = Quiet();
    alone.faults = {Every(std::string(kind.name), {300ms, 500ms}, {200ms, 300ms}, {"any"})};
    Plan both = alone;
    both.faults.insert(both.faults.begin(), Example(added));
    const auto expected = windows_of(RunPlan(alone, i), kind.name);
    EXPECT_GE(expected.size(), 5u);
    EXPECT_EQ(windows_of(RunPlan(both, i), kind.name), expected) << kind.name << " with " << added.name;
  }
}

TEST(Faults, ReplayedWindowsMakeTheSameRun) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Report drawn = RunPlan(Stormy(), seed);
    Plan replay = Stormy();
    replay.faults.clear();
    replay.windows = drawn.windows;
    const Report replayed = RunPlan(replay, seed);
    EXPECT_EQ(replayed.digest, drawn.digest) << "seed " << seed;
    EXPECT_EQ(replayed.windows.size(), drawn.windows.size());
  }
}

// After a window the world is as it was: all kinds at once, then calm weather.
TEST(Faults, AWindowThatEndedLeavesNothingBehind) {
  Plan plan = Stormy();
  plan.core = Core::kAll;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    World<Node> world = MakeWorld(plan, seed);
    const std::vector<Clock> before = world.physics().clocks;
    NoObserver nobody;
    world.Start(nobody);
    while (!world.settling() && world.Step(nobody)) {
    }
    const MessageCounts calm = world.physics().network.counts();
    while (world.Step(nobody)) {
    }
    const Physics& physics = world.physics();
    EXPECT_EQ(physics.network.counts().cut, calm.cut);
    EXPECT_EQ(physics.network.counts().lost, calm.lost);
    EXPECT_EQ(physics.network.counts().duplicated, calm.duplicated);
    for (std::uint32_t node = 0; node < plan.nodes; ++node) {
      EXPECT_TRUE(physics.processes[node].up());
      EXPECT_EQ(physics.processes[node].pauses, 0u);
      EXPECT_EQ(physics.disks[node].stall, core::Between{});
      EXPECT_EQ(physics.clocks[node].drift, before[node].drift);
    }
  }
}

// A wall clock that jumped and jumped back is where it would have been.
TEST(Faults, AClockStepIsTakenBack) {
  Plan plan = Quiet();
  plan.faults = {At("clock_step", 1s, 1s, {"all"})};
  World<Node> world = MakeWorld(plan, 1);
  NoObserver nobody;
  world.Start(nobody);
  bool jumped = false;
  while (world.Step(nobody)) {
    jumped = jumped || world.physics().clocks[0].Wall(world.physics().now).time_since_epoch() != world.now();
  }
  EXPECT_TRUE(jumped);
  for (const Clock& clock : world.physics().clocks) EXPECT_EQ(clock, Clock{});
}

Duration TimeOf(const std::string& line) {  // "12 1.500000s  n0 …"
  const std::size_t at = line.find(' ') + 1;
  return core::ParseDuration(line.substr(at, line.find(' ', at) - at)).value();
}

TEST(Faults, APausedNodeGetsItsMailWhenItGoesOn) {
  Plan plan = Quiet();
  plan.faults = {At("pause", 2s, 1s, {"n2"})};
  const Report report = RunPlan(plan, 1, true);
  std::size_t asleep = 0, at_once = 0;
  for (const std::string& line : report.recording) {
    if (line.find("->n2 ") == std::string::npos && line.find(" n2 timer") == std::string::npos) continue;
    const Duration time = TimeOf(line);
    asleep += time > 2s && time < 3s;
    at_once += time == 3s;
  }
  EXPECT_EQ(asleep, 0u);
  EXPECT_GT(at_once, 10u) << "a second of heartbeats waits for it";
}

TEST(Faults, WhatArrivesAtACrashedNodeIsLost) {
  Plan plan = Quiet();
  plan.faults = {At("crash", 2s, 1s, {"n2"})};
  const Report report = RunPlan(plan, 1, true);
  for (const std::string& line : report.recording) {
    if (line.find("->n2 ") == std::string::npos) continue;
    EXPECT_TRUE(TimeOf(line) <= 2s || TimeOf(line) >= 3s) << line;
  }
  EXPECT_GT(report.messages.dead, 0u);
}

// --- what is on the wire ---------------------------------------------------------------

// Messages, requests and replies alike: one of twenty has a flipped bit, and none of those gets through. Of what was
// sent the rest arrives, but for what is still under way at the end.
TEST(Wire, ChecksumsRefuseWhatIsCorrupted) {
  Plan plan = Quiet();
  plan.peer.corrupt = plan.client.corrupt = {Ratio::kBillion / 20};
  plan.peer.duplicate = {Ratio::kBillion / 20};
  const Report report = RunPlan(plan, 1);
  const MessageCounts& counts = report.messages;
  EXPECT_FALSE(report.violation);
  // Five standard deviations around a twentieth; the few that a node sends itself are safe.
  const double expected = static_cast<double>(counts.sent + counts.duplicated) / 20;
  EXPECT_NEAR(static_cast<double>(counts.corrupted), expected, 5 * std::sqrt(expected));
  EXPECT_GT(report.requests->timed_out, 0u) << "a request or a reply was refused";
  const std::uint64_t arrived = counts.delivered + counts.corrupted;
  EXPECT_LE(arrived, counts.sent + counts.duplicated);
  EXPECT_GE(arrived + 50, counts.sent + counts.duplicated);
}

TEST(Wire, ACorruptionFaultIsRefusedTooAndCounted) {
  Plan plan = Quiet();
  plan.faults = {At("packet_corruption", 1s, 2s, {"all"}, {{"chance", "10%"}})};
  const Report report = RunPlan(plan, 1);
  EXPECT_FALSE(report.violation);
  EXPECT_GT(report.messages.corrupted, 20u) << "a tenth of two seconds of heartbeats";
  EXPECT_EQ(report.faults[0].effects, report.messages.corrupted);
}

// A line so fast that any packet takes less than a nanosecond is a line without limits; a slow one is not.
TEST(Wire, SizesMatterWhereBandwidthIsScarce) {
  Plan fast = Quiet(), slow = Quiet();
  fast.peer.bandwidth = 1'000'000'000'000;
  slow.peer.bandwidth = 2'000;
  const Report limited = RunPlan(slow, 1);
  EXPECT_EQ(RunPlan(fast, 1).digest, RunPlan(Quiet(), 1).digest);
  EXPECT_LT(limited.requests->answered, RunPlan(Quiet(), 1).requests->answered);
  slow.peer.queue = 2;
  EXPECT_GT(RunPlan(slow, 1).messages.overflowed, 0u);
  slow.peer.overflow = Overflow::kBackpressure;
  EXPECT_GT(RunPlan(slow, 1).messages.held_back, 0u);
  EXPECT_EQ(RunPlan(slow, 1).digest, limited.digest) << "an unbounded queue by another name";
}

// --- settling --------------------------------------------------------------------------

TEST(Settle, TheCoreHoldsAMajority) {
  std::set<std::size_t> sizes;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    World<Node> world = MakeWorld(Stormy(), seed);
    RunToEnd(world);
    EXPECT_GE(world.core().size(), 3u);
    EXPECT_TRUE(std::is_sorted(world.core().begin(), world.core().end()));
    sizes.insert(world.core().size());
  }
  EXPECT_EQ(sizes, (std::set<std::size_t>{3, 4, 5}));
}

TEST(Settle, OutsideTheCoreNobodyIsHeardAgain) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    World<Node> world = MakeWorld(Stormy(), seed);
    RunToEnd(world);
    for (std::uint32_t node = 0; node < 5; ++node) {
      const bool inside = std::count(world.core().begin(), world.core().end(), node) > 0;
      EXPECT_EQ(world.physics().processes[node].frozen, !inside);
    }
    const Index applied = world.hosts()[world.core().front()].node.commit;
    for (const std::uint32_t node : world.core()) EXPECT_GE(world.hosts()[node].node.commit.value + 64, applied.value);
  }
}

// The crash lasts longer than the storm: who is in the core comes back, the others never.
TEST(Settle, WhatIsDownOutsideTheCoreStaysDown) {
  bool some_stay = false, some_return = false;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Plan plan = Quiet();
    plan.core = Core::kQuorum;
    plan.faults = {At("crash", 4s, 1h, {"n0", "n1"})};
    World<Node> world = MakeWorld(plan, seed);
    RunToEnd(world);
    for (const std::uint32_t node : {0u, 1u}) {
      const bool inside = std::count(world.core().begin(), world.core().end(), node) > 0;
      EXPECT_EQ(world.physics().processes[node].up(), inside) << "seed " << seed << ", n" << node;
      (inside ? some_return : some_stay) = true;
    }
  }
  EXPECT_TRUE(some_stay);
  EXPECT_TRUE(some_return);
}

}  // namespace
}  // namespace sim
