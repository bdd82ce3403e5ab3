// What faults do to clocks: how much, how it is distributed, and that nothing of it
// is left when the window ends.
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/sim/fault_bench.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using core::Duration;
using core::LocalTime;
using core::TrueTime;
using core::WallTime;

const std::vector<std::string> kEverybody = {"all"};

// How far the wall clock of a node is ahead of true time.
Duration WallOffset(const FaultBench& bench, std::uint32_t node = 0) {
  const Physics& physics = bench.physics;
  return physics.clocks[node].Wall(physics.now).time_since_epoch() - physics.now.time_since_epoch();
}
Duration Local(const FaultBench& bench, std::uint32_t node = 0) {
  return bench.physics.clocks[node].Local(bench.physics.now).time_since_epoch();
}

// Clocks as nodes have them by nature: off and drifting, each by something else.
void GiveNature(FaultBench& bench) {
  for (std::uint32_t node = 0; node < FaultBench::kMembers; ++node) {
    bench.physics.clocks[node].SetDrift(bench.physics.now, 123'457 * std::int64_t{node} - 200'001);
    bench.physics.clocks[node].Step(7ms * static_cast<int>(node));
  }
}

// What can be seen of a clock from `now` on, but for what a monotonic clock has gained.
Clock Essence(Clock clock, TrueTime now) {
  clock.BeginWall(now);
  clock.since = now;
  clock.local_since = {};
  clock.fraction = 0;
  return clock;
}
void ExpectAsWithout(const FaultBench& with, const FaultBench& without, std::string_view what) {
  ASSERT_EQ(with.physics.now, without.physics.now);
  const TrueTime now = with.physics.now;
  for (std::uint32_t node = 0; node < FaultBench::kNodes; ++node) {
    EXPECT_EQ(Essence(with.physics.clocks[node], now), Essence(without.physics.clocks[node], now))
        << what << ", n" << node;
    EXPECT_EQ(with.physics.processes[node].pauses, 0u) << what;
  }
}

const std::vector<std::string_view> kClockKinds = {"clock_bound_violated", "clock_discipline", "clock_drift",
                                                   "clock_freeze",         "clock_step",       "clock_strobe",
                                                   "clock_wander",         "leap_second",      "vm_pause"};

TEST(ClockFaults, LeaveTheClocksAsTheyWere) {
  for (const std::string_view kind : kClockKinds) {
    for (const Duration lasts : {1ns, 999'999'937ns, 100s + 1ns}) {
      FaultBench with(7), without(7);
      for (FaultBench* bench : {&with, &without}) {
        GiveNature(*bench);
        bench->Advance(1s);
      }
      with.Begin(kind, lasts, {}, kEverybody);
      for (FaultBench* bench : {&with, &without}) bench->Advance(lasts);
      ExpectAsWithout(with, without, kind);
    }
  }
}

TEST(ClockFaults, OfNoSizeChangeNothing) {
  const std::vector<std::pair<std::string_view, std::vector<core::Parameter>>> harmless = {
      {"clock_bound_violated", {{"by", "0s"}}}, {"clock_discipline", {{"error", "0s"}}},  // of clocks that are right
      {"clock_drift", {{"by", "0%"}}},          {"clock_step", {{"by", "0s"}}},
      {"clock_strobe", {{"delta", "0s"}}},      {"clock_wander", {{"step", "0%"}}},
      {"clock_wander", {{"bound", "0%"}}},
  };
  for (const auto& [kind, params] : harmless) {
    FaultBench bench(7), without(7);
    bench.Begin(kind, 100s, params, kEverybody);
    for (int i = 0; i < 120; ++i) {
      for (std::uint32_t node = 0; node < FaultBench::kNodes; ++node) {
        ASSERT_EQ(Local(bench, node), bench.physics.now.time_since_epoch()) << kind;
        ASSERT_EQ(WallOffset(bench, node), 0ns) << kind;
        ASSERT_EQ(bench.physics.WallBounds(node), without.physics.WallBounds(node)) << kind;
      }
      bench.Advance(1s);
      without.Advance(1s);
    }
    EXPECT_EQ(bench.effects(kind), 0u) << kind;
  }
}

// Any kinds at once, in any order: the wall clock is right to the nanosecond at the end, and no
// monotonic clock ever goes back.
RC_GTEST_PROP(ClockFaults, OverlappingWindowsAreUndoneInAnyOrder, ()) {
  FaultBench with(*rc::gen::arbitrary<std::uint64_t>());
  GiveNature(with);
  FaultBench without = with;
  const int windows = *rc::gen::inRange(1, 12);
  std::vector<Duration> last(FaultBench::kNodes);
  const auto advance = [&](Duration by) {
    with.Advance(by);
    without.Advance(by);
    for (std::uint32_t node = 0; node < FaultBench::kNodes; ++node) {
      RC_ASSERT(Local(with, node) >= last[node]);
      last[node] = Local(with, node);
    }
  };
  for (int i = 0; i < windows; ++i) {
    const auto lasts = Duration(*rc::gen::inRange<std::int64_t>(0, 20'000'000'000));
    const std::string_view kind = *rc::gen::elementOf(kClockKinds);
    with.Begin(kind, lasts, {}, {*rc::gen::element<std::string>("all", "any", "minority", "n1")});
    const Duration pause(*rc::gen::inRange<std::int64_t>(0, 5'000'000'000));
    for (int step = 0; step < 5; ++step) advance(pause / 5);
  }
  for (int step = 0; step < 40; ++step) advance(1s);
  for (std::uint32_t node = 0; node < FaultBench::kNodes; ++node) {
    RC_ASSERT(Essence(with.physics.clocks[node], with.physics.now) ==
              Essence(without.physics.clocks[node], without.physics.now));
    RC_ASSERT(with.physics.processes[node].pauses == 0u);
  }
}

// --- step, drift ---------------------------------------------------------------------

// The sign of what was drawn, and the size of it.
struct SignedDraws {
  std::vector<std::int64_t> sizes;
  std::uint64_t positive = 0;
  void Add(std::int64_t drawn) {
    sizes.push_back(std::abs(drawn));
    positive += drawn > 0;
  }
};

TEST(ClockStep, IsUniformAndOfEitherSign) {
  SignedDraws steps;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    FaultBench bench(seed);
    bench.Begin("clock_step", 1s, {}, kEverybody);
    for (std::uint32_t node = 0; node < FaultBench::kMembers; ++node) steps.Add(WallOffset(bench, node).count());
    EXPECT_EQ(bench.effects("clock_step"), 5u);
    bench.Advance(1s - 1ns);
    EXPECT_EQ(std::chrono::abs(WallOffset(bench)).count(), steps.sizes[steps.sizes.size() - 5]) << "it stays there";
    EXPECT_EQ(Local(bench), bench.physics.now.time_since_epoch());
    bench.Advance(1ns);
    EXPECT_EQ(WallOffset(bench), 0ns);
    EXPECT_EQ(bench.effects("clock_step"), 5u) << "the way back is none";
  }
  ExpectUniform(steps.sizes, 11'000'000, 288'000'000'000);
  ExpectShare(steps.positive, 5000, 0.5);
}

TEST(ClockDrift, IsUniformAndHasADirection) {
  for (const std::string direction : {"either", "faster", "slower"}) {
    SignedDraws drifts;
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
      FaultBench bench(seed);
      bench.Begin("clock_drift", 100s, {{"direction", direction}}, kEverybody);
      bench.Advance(1s);
      for (std::uint32_t node = 0; node < FaultBench::kMembers; ++node) {
        drifts.Add((Local(bench, node) - 1s).count());
        EXPECT_EQ(WallOffset(bench, node), Local(bench, node) - 1s) << "both clocks";
      }
      EXPECT_EQ(bench.effects("clock_drift"), 5u);
    }
    ExpectUniform(drifts.sizes, 0, 10'000'000, direction);  // nanoseconds in a second: 1 %
    ExpectShare(drifts.positive, 5000, direction == "either" ? 0.5 : direction == "faster" ? 1 : 0, direction);
  }
}

// --- wander --------------------------------------------------------------------------

// 18,000 steps, each uniform in [-50 ppm, 50 ppm]: a tenth of that range expects 1800 of them
// with a deviation of 40.2, so 201 are five of those.
TEST(ClockWander, StepsAreUniform) {
  FaultBench bench;
  bench.Begin("clock_wander", 1h, {{"step", "50ppm"}, {"bound", "10%"}, {"every", "1s"}}, kEverybody);
  std::vector<std::uint64_t> tenths(10);
  std::vector<std::int64_t> last(FaultBench::kMembers);
  std::uint64_t changes = 0;  // one in 100,001 steps is none
  for (int step = 0; step < 3600; ++step) {
    for (std::uint32_t node = 0; node < FaultBench::kMembers; ++node) {
      const std::int64_t by = bench.physics.clocks[node].drift - last[node];
      ASSERT_LE(std::abs(by), 50'000);
      changes += by != 0;
      ++tenths[static_cast<std::size_t>((by + 50'000) * 10 / 100'001)];
      last[node] = bench.physics.clocks[node].drift;
    }
    bench.Advance(1s);
  }
  for (const std::uint64_t count : tenths) EXPECT_NEAR(static_cast<double>(count), 1800, 201);
  EXPECT_EQ(bench.effects("clock_wander"), changes);
}

// With steps that reach further than the bound, each pace within the bound is as likely as any other.
TEST(ClockWander, IsUniformAmongThePacesWithinItsBound) {
  FaultBench bench;
  bench.Begin("clock_wander", 1h, {{"step", "200ppm"}, {"bound", "60ppm"}, {"every", "1s"}}, kEverybody);
  std::vector<std::int64_t> paces;
  for (int step = 0; step < 3600; ++step) {
    for (std::uint32_t node = 0; node < FaultBench::kMembers; ++node) paces.push_back(bench.physics.clocks[node].drift);
    bench.Advance(1s);
  }
  ExpectUniform(paces, -60'000, 60'000);
}

TEST(ClockWander, StaysWithinItsBound) {
  FaultBench bench;
  bench.Begin("clock_wander", 1h, {{"step", "50ppm"}, {"bound", "60ppm"}, {"every", "1s"}}, {"n0"});
  std::int64_t furthest = 0;
  for (int step = 0; step < 3600; ++step) {
    furthest = std::max(furthest, std::abs(bench.physics.clocks[0].drift));
    bench.Advance(1s);
  }
  EXPECT_LE(furthest, 60'000);
  EXPECT_GT(furthest, 55'000);
}

TEST(ClockWander, StepsComeAtRandomTimes) {
  FaultBench bench;
  bench.Begin("clock_wander", 23h + 59min, {}, {"n0"});
  std::vector<std::int64_t> times;
  for (int step = 0; step < 2000; ++step) {
    const TrueTime next = bench.windows[0].next_tick;
    times.push_back((next - bench.physics.now).count());
    bench.AdvanceTo(next);
  }
  ExpectUniform(times, 1'000'000'000, 60'000'000'000);
}

// --- strobe --------------------------------------------------------------------------

TEST(ClockStrobe, FlipsByDeltaAtEveryPeriod) {
  FaultBench bench;
  bench.Begin("clock_strobe", 1s, {{"delta", "5s"}, {"period", "10ms"}}, kEverybody);
  bench.Advance(5ms);
  for (int period = 0; period < 100; ++period) {
    for (std::uint32_t node = 0; node < FaultBench::kMembers; ++node) {
      EXPECT_EQ(std::chrono::abs(WallOffset(bench, node)), period % 2 == 0 ? 5s : 0s) << period;
      EXPECT_EQ(Local(bench, node), bench.physics.now.time_since_epoch());
    }
    bench.Advance(10ms);
  }
  EXPECT_EQ(bench.effects("clock_strobe"), 5u * 100u);
  EXPECT_EQ(WallOffset(bench), 0s);
}

TEST(ClockStrobe, DeltasAreUniformAndOfEitherSignAndPeriodsAreUniform) {
  SignedDraws deltas;
  std::vector<std::int64_t> periods;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    FaultBench bench(seed);
    bench.Begin("clock_strobe", 10s, {}, kEverybody);
    for (std::uint32_t node = 0; node < FaultBench::kMembers; ++node) deltas.Add(WallOffset(bench, node).count());
    const TrueTime next = bench.windows[0].next_tick;
    periods.push_back(next.time_since_epoch().count());
    bench.AdvanceTo(next);
    EXPECT_EQ(bench.windows[0].next_tick - next, next.time_since_epoch()) << "drawn once";
  }
  ExpectUniform(deltas.sizes, 4'000'000, 262'000'000'000, "delta");
  ExpectShare(deltas.positive, 5000, 0.5);
  ExpectUniform(periods, 1'000'000, 1'000'000'000, "period");
}

// --- leap second ---------------------------------------------------------------------

TEST(LeapSecond, IsRepeatedAtAnInstantOfTheWindow) {
  std::vector<std::int64_t> instants;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    FaultBench bench(seed);
    bench.Begin("leap_second", 10s);
    const TrueTime instant = bench.windows[0].next_tick;
    instants.push_back(instant.time_since_epoch().count());
    bench.AdvanceTo(instant - 1ns);
    EXPECT_EQ(WallOffset(bench), 0s);
    EXPECT_EQ(bench.effects("leap_second"), 0u);
    bench.Advance(1ns);
    EXPECT_EQ(WallOffset(bench), -1s);
    bench.AdvanceTo(TrueTime{10s - 1ns});
    EXPECT_EQ(WallOffset(bench), -1s);
    EXPECT_EQ(Local(bench), bench.physics.now.time_since_epoch());
    EXPECT_EQ(bench.effects("leap_second"), 5u);
    bench.Advance(1ns);
    EXPECT_EQ(WallOffset(bench), 0s);
  }
  ExpectUniform(instants, 0, 9'999'999'999);
}

TEST(LeapSecond, IsSmearedEvenlyOverTheWindow) {
  FaultBench bench;
  bench.Begin("leap_second", 1000s, {{"mode", "smear"}});
  for (int part = 1; part < 1000; ++part) {
    bench.Advance(1s);
    EXPECT_EQ(WallOffset(bench), part * -1ms);
    EXPECT_EQ(Local(bench), bench.physics.now.time_since_epoch());
  }
  bench.Advance(1s - 1ns);
  EXPECT_EQ(WallOffset(bench), -1s);
  bench.Advance(1ns);
  EXPECT_EQ(WallOffset(bench), 0s);
  EXPECT_EQ(bench.effects("leap_second"), 5u);
}

TEST(LeapSecond, ThatDoesNotFitItsWindowMakesTheClockStandStill) {
  FaultBench bench;
  bench.Advance(1s);
  bench.Begin("leap_second", 100ms, {{"mode", "smear"}});
  bench.Advance(99ms);
  EXPECT_EQ(WallOffset(bench), -99ms);
}

// --- freeze --------------------------------------------------------------------------

TEST(ClockFreeze, LosesTheWindowAndHasItBack) {
  FaultBench bench;
  GiveNature(bench);
  bench.Advance(3s);
  const FaultBench before = bench;
  bench.Begin("clock_freeze", 10s, {}, kEverybody);
  for (int part = 0; part < 10; ++part) {
    for (std::uint32_t node = 0; node < FaultBench::kMembers; ++node) {
      EXPECT_EQ(bench.physics.clocks[node].Wall(bench.physics.now), before.physics.clocks[node].Wall(TrueTime{3s}));
      EXPECT_GT(Local(bench, node), Local(before, node) - 1ns);
    }
    bench.Advance(1s);
  }
  for (std::uint32_t node = 0; node < FaultBench::kMembers; ++node) {
    EXPECT_EQ(bench.physics.clocks[node], before.physics.clocks[node]);
  }
  EXPECT_EQ(bench.effects("clock_freeze"), 5u);
}

// Windows that overlap: the clock is frozen once, and goes on when all have ended.
TEST(ClockFreeze, OfAClockThatIsFrozenIsNone) {
  FaultBench bench;
  bench.Begin("clock_freeze", 2s, {}, {"n0"});
  bench.Advance(1s);
  bench.Begin("clock_freeze", 2s, {}, {"n0", "n1"});
  EXPECT_EQ(bench.effects("clock_freeze"), 2u);
  bench.Advance(2s - 1ns);
  EXPECT_EQ(WallOffset(bench, 0), -3s + 1ns);
  EXPECT_EQ(WallOffset(bench, 1), -2s + 1ns);
  EXPECT_EQ(WallOffset(bench, 2), 0s);
  bench.Advance(1ns);
  EXPECT_EQ(WallOffset(bench, 0), 0s);
}

// --- discipline ----------------------------------------------------------------------

// Follows one clock under discipline from poll to poll.
struct Followed {
  Duration largest_step{};
  Duration smallest_step = Duration::max();
  std::int64_t fastest = 0;       // slew, in parts per billion
  std::vector<Duration> offsets;  // just before each poll
};
Followed Follow(FaultBench& bench, Duration poll, int polls) {
  Followed followed;
  const Clock& clock = bench.physics.clocks[0];
  for (int i = 0; i < polls; ++i) {
    followed.fastest = std::max(followed.fastest, std::abs(clock.slew));
    const TrueTime next = bench.physics.now + poll;
    const WallTime expected = clock.Wall(next);
    followed.offsets.push_back(expected.time_since_epoch() - next.time_since_epoch());
    bench.AdvanceTo(next);
    const Duration step = std::chrono::abs(clock.Wall(next) - expected);
    if (step <= 1ns) continue;  // a slew carries fractions of a nanosecond
    followed.largest_step = std::max(followed.largest_step, step);
    followed.smallest_step = std::min(followed.smallest_step, step);
  }
  return followed;
}

// An oscillator 200 ppm off would make 12.8 ms of error between two polls. The frequency
// correction halves what is left of it about every five polls.
TEST(ClockDiscipline, ConvergesOnceItKnowsTheOscillator) {
  FaultBench bench;
  bench.physics.clocks[0].SetDrift(bench.physics.now, 200'000);
  bench.physics.clocks[0].Step(100ms);
  bench.Begin("clock_discipline", 10h, {{"poll", "64s"}, {"error", "0s"}}, {"n0"});
  const Followed followed = Follow(bench, 64s, 200);
  for (std::size_t poll = 100; poll < 200; ++poll) EXPECT_LE(std::chrono::abs(followed.offsets[poll]), 1us) << poll;
  EXPECT_GT(std::chrono::abs(followed.offsets[5]), 1ms) << "not at once";
  EXPECT_LE(followed.fastest, 500'000);
  EXPECT_EQ(followed.largest_step, 0ns);
}

// What the largest slew could not remove yet says nothing about the oscillator: the clock comes home
// without shooting past.
TEST(ClockDiscipline, DoesNotTakeAnOffsetForAFrequency) {
  FaultBench bench;
  bench.physics.clocks[0].Step(100ms);
  bench.Begin("clock_discipline", 1h, {{"poll", "4s"}, {"error", "0s"}}, {"n0"});
  const Followed followed = Follow(bench, 4s, 100);  // 2 ms each
  for (std::size_t poll = 0; poll < 100; ++poll) {
    EXPECT_EQ(followed.offsets[poll], std::max(Duration(100ms - (poll + 1) * 2ms), Duration{})) << poll;
  }
}

// A measurement's error of e comes back as an offset of e at the next poll; the frequency keeps
// an eighth of each, and sums to at most e/4 (an eighth of the last, and weighed sevenths of
// eighths of those before). So the offset stays below 1.25 e and the rounding of the pace.
TEST(ClockDiscipline, IsAsGoodAsItsMeasurements) {
  FaultBench bench;
  bench.physics.clocks[0].SetDrift(bench.physics.now, -30'000);
  bench.Begin("clock_discipline", 10h, {{"poll", "16s"}, {"error", "1ms"}}, {"n0"});
  const Followed followed = Follow(bench, 16s, 1000);
  Duration worst{};
  for (std::size_t poll = 100; poll < 1000; ++poll) worst = std::max(worst, std::chrono::abs(followed.offsets[poll]));
  EXPECT_LE(worst, 1250us + 1us);
  EXPECT_GT(worst, 800us) << "errors have an effect";
  EXPECT_LE(followed.fastest, 500'000);
  EXPECT_EQ(followed.largest_step, 0ns);
  EXPECT_NEAR(static_cast<double>(bench.effects("clock_discipline")), 1001, 1);
}

TEST(ClockDiscipline, SlewsUpTo128MsAndStepsBeyond) {
  for (const Duration offset : std::vector<Duration>{128ms, -128ms, 129ms, -129ms, 2min}) {
    FaultBench bench;
    bench.physics.clocks[0].Step(offset);
    bench.Begin("clock_discipline", 1h, {{"poll", "16s"}, {"error", "0s"}}, {"n0"});
    if (std::chrono::abs(offset) > 128ms) {
      EXPECT_EQ(WallOffset(bench), 0ns) << "in one step";
      EXPECT_EQ(bench.physics.clocks[0].slew, 0);
      continue;
    }
    EXPECT_EQ(WallOffset(bench), offset);
    // 500 ppm remove 8 ms between two polls.
    const Followed followed = Follow(bench, 16s, 20);
    for (std::size_t poll = 0; poll < 16; ++poll) {
      EXPECT_EQ(std::chrono::abs(followed.offsets[poll]), 128ms - (poll + 1) * 8ms);
    }
    EXPECT_EQ(followed.fastest, 500'000);
    EXPECT_EQ(followed.largest_step, 0ns);
  }
}

// Another fault steps the clock; only offsets beyond the threshold make the daemon step.
TEST(ClockDiscipline, NeverStepsByLessThanTheThreshold) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    FaultBench bench(seed);
    GiveNature(bench);
    bench.Begin("clock_discipline", 1h, {{"poll", "1s"}, {"error", "10ms"}}, {"n0"});
    Duration smallest = Duration::max();
    for (int i = 0; i < 20; ++i) {
      bench.physics.StepClock(0, 37ms * (i % 10));
      const Followed followed = Follow(bench, 1s, 20);
      smallest = std::min(smallest, followed.smallest_step);
      EXPECT_LE(followed.fastest, 500'000);
    }
    EXPECT_GT(smallest, 128ms);
    EXPECT_LT(smallest, Duration::max()) << "but it does step";
  }
}

// A clock that is a minute off is stepped away at the first poll, but for the mistake of the measurement.
TEST(ClockDiscipline, MistakesAndPollsAreUniform) {
  std::vector<std::int64_t> mistakes, polls;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    FaultBench bench(seed);
    for (std::uint32_t node = 0; node < FaultBench::kMembers; ++node) bench.physics.StepClock(node, 1min);
    bench.Begin("clock_discipline", 1h);
    for (std::uint32_t node = 0; node < FaultBench::kMembers; ++node) {
      mistakes.push_back(WallOffset(bench, node).count());
    }
    const TrueTime next = bench.windows[0].next_tick;
    polls.push_back(next.time_since_epoch().count());
    EXPECT_EQ(bench.effects("clock_discipline"), 5u);
    bench.AdvanceTo(next);
    EXPECT_EQ(bench.windows[0].next_tick - next, next.time_since_epoch()) << "drawn once";
    EXPECT_EQ(bench.effects("clock_discipline"), 10u);
  }
  ExpectUniform(mistakes, -1'000'000, 1'000'000, "mistake");
  ExpectUniform(polls, 1'000'000'000, 64'000'000'000, "poll");
}

// Without mistakes a clock that is right needs no correction. The first poll steps one clock, and slews the other one
// by 100 ppm, so that the second one finds both right.
TEST(ClockDiscipline, CountsPollsThatFindTheClockWrong) {
  FaultBench bench;
  bench.physics.StepClock(1, 1s);
  bench.physics.StepClock(3, 1ms);
  bench.Begin("clock_discipline", 1h, {{"poll", "10s"}, {"error", "0s"}}, kEverybody);
  EXPECT_EQ(bench.effects("clock_discipline"), 2u);
  bench.Advance(30s);
  EXPECT_EQ(bench.windows[0].ticks, 3u);
  EXPECT_EQ(bench.effects("clock_discipline"), 2u);
}

// --- a suspended machine ---------------------------------------------------------------

TEST(VmPause, FrozenClocksLoseThePause) {
  FaultBench bench;
  bench.Advance(10s);
  bench.Begin("vm_pause", 10s, {{"asleep", "30%"}}, {"n0"});
  EXPECT_EQ(bench.physics.processes[0].pauses, 1u);
  bench.Advance(3s - 1ns);
  EXPECT_EQ(Local(bench), 10s);
  EXPECT_EQ(bench.physics.processes[0].pauses, 1u);
  bench.Advance(1ns);
  EXPECT_EQ(bench.physics.processes[0].pauses, 0u);
  bench.Advance(2s);
  EXPECT_EQ(Local(bench), 12s) << "three seconds are missing";
  EXPECT_EQ(WallOffset(bench), -3s);
  bench.Advance(5s);
  EXPECT_EQ(Local(bench), 17s) << "for good";
  EXPECT_EQ(WallOffset(bench), 0s) << "somebody set it";
  EXPECT_EQ(bench.effects("vm_pause"), 1u);
}

TEST(VmPause, RunningClocksGoOn) {
  FaultBench bench;
  bench.Begin("vm_pause", 10s, {{"mono", "running"}}, {"n0"});
  for (int second = 0; second < 10; ++second) {
    EXPECT_EQ(bench.physics.processes[0].pauses, second < 5 ? 1u : 0u);
    EXPECT_EQ(Local(bench), bench.physics.now.time_since_epoch());
    EXPECT_EQ(WallOffset(bench), 0s);
    bench.Advance(1s);
  }
}

TEST(VmPause, AllOfTheWindow) {
  FaultBench bench;
  bench.Begin("vm_pause", 10s, {{"asleep", "100%"}}, {"n0"});
  bench.Advance(10s - 1ns);
  EXPECT_EQ(bench.physics.processes[0].pauses, 1u);
  bench.Advance(1ns);
  EXPECT_EQ(bench.physics.processes[0].pauses, 0u);
  EXPECT_EQ(Local(bench), 0s);
  EXPECT_EQ(WallOffset(bench), 0s);
}

// All victims sleep as long: 1 % to 99 % of ten seconds.
TEST(VmPause, LastsAShareOfTheWindowThatIsUniform) {
  std::vector<std::int64_t> shares;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    FaultBench bench(seed);
    bench.Begin("vm_pause", 10s, {{"asleep", "1%..99%"}}, {"n0", "n1"});
    EXPECT_EQ(bench.effects("vm_pause"), 2u);
    const TrueTime wakes = bench.windows[0].next_tick;
    shares.push_back(wakes.time_since_epoch().count());
    bench.AdvanceTo(wakes);
    for (const std::uint32_t node : {0u, 1u}) {
      EXPECT_EQ(WallOffset(bench, node), -wakes.time_since_epoch());
      EXPECT_EQ(bench.physics.processes[node].pauses, 0u);
    }
    bench.AdvanceTo(TrueTime{10s});
    EXPECT_EQ(WallOffset(bench), 0s);
    EXPECT_EQ(bench.effects("vm_pause"), 2u);
  }
  ExpectUniform(shares, 100'000'000, 9'900'000'000);
}

// --- bounds on the time ----------------------------------------------------------------

bool Contains(const core::WallInterval& bounds, TrueTime now) {
  const WallTime truth{now.time_since_epoch()};
  return bounds.earliest <= truth && truth <= bounds.latest;
}

TEST(WallBounds, AreAsWideAsTheClockIsWrong) {
  FaultBench bench;
  bench.physics.uncertainty = 7ms;
  bench.Advance(1s);
  EXPECT_EQ(bench.physics.WallBounds(0), (core::WallInterval{WallTime{993ms}, WallTime{1007ms}}));
  bench.physics.clocks[0].Step(5ms);
  EXPECT_EQ(bench.physics.WallBounds(0), (core::WallInterval{WallTime{998ms}, WallTime{1012ms}}));
  bench.physics.clocks[0].Step(15ms);
  EXPECT_EQ(bench.physics.WallBounds(0), (core::WallInterval{WallTime{1000ms}, WallTime{1040ms}}));
}

// Whatever goes wrong with the clocks, but for the one fault that is about the bounds.
RC_GTEST_PROP(WallBounds, ContainTrueTimeUnderEveryOtherFault, ()) {
  FaultBench bench(*rc::gen::arbitrary<std::uint64_t>());
  GiveNature(bench);
  bench.physics.uncertainty = 7ms;
  for (int windows = 6; windows > 0; --windows) {
    const std::string_view kind = *rc::gen::elementOf(kClockKinds);
    if (kind == "clock_bound_violated") continue;
    bench.Begin(kind, Duration(*rc::gen::inRange<std::int64_t>(0, 20'000'000'000)), {}, kEverybody);
    bench.Advance(Duration(*rc::gen::inRange<std::int64_t>(0, 5'000'000'000)));
    for (std::uint32_t node = 0; node < FaultBench::kNodes; ++node) {
      const core::WallInterval bounds = bench.physics.WallBounds(node);
      RC_ASSERT(Contains(bounds, bench.physics.now));
      RC_ASSERT(bounds.latest - bounds.earliest >= 14ms);
    }
  }
}

TEST(ClockBoundViolated, MissesTrueTimeByAsMuchAsItSaysAndCountsWhoAsked) {
  std::uint64_t late = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    FaultBench bench(seed);
    bench.physics.uncertainty = 7ms;
    bench.Advance(10s);
    bench.Begin("clock_bound_violated", 10s, {{"by", "2ms"}}, {"n0"});
    EXPECT_EQ(bench.effects("clock_bound_violated"), 0u) << "nobody has asked";
    for (int second = 0; second < 10; ++second) {
      const core::WallInterval bounds = bench.physics.WallBounds(0);
      const WallTime truth{bench.physics.now.time_since_epoch()};
      EXPECT_FALSE(Contains(bounds, bench.physics.now));
      EXPECT_EQ(std::max(bounds.earliest - truth, truth - bounds.latest), 2ms);
      EXPECT_EQ(bounds.latest - bounds.earliest, 14ms);
      EXPECT_TRUE(Contains(bench.physics.WallBounds(1), bench.physics.now)) << "no victim";
      EXPECT_EQ(WallOffset(bench), 0ns) << "the clock itself is right";
      if (second == 0) late += bounds.earliest > truth;
      bench.Advance(1s);
    }
    EXPECT_EQ(bench.effects("clock_bound_violated"), 10u);
    EXPECT_TRUE(Contains(bench.physics.WallBounds(0), bench.physics.now));
    EXPECT_EQ(bench.effects("clock_bound_violated"), 10u);
  }
  EXPECT_NEAR(static_cast<double>(late), 200, 50);  // on either side alike: five deviations of 10
}

TEST(ClockBoundViolated, MissesByATimeThatIsUniformAndOnEitherSide) {
  SignedDraws misses;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    FaultBench bench(seed);
    bench.physics.uncertainty = 7ms;
    bench.Begin("clock_bound_violated", 10s, {}, kEverybody);
    for (std::uint32_t node = 0; node < FaultBench::kMembers; ++node) {
      const core::WallInterval bounds = bench.physics.WallBounds(node);
      const bool late = bounds.earliest > WallTime{};
      misses.Add((late ? bounds.earliest : bounds.latest).time_since_epoch().count());
    }
    EXPECT_EQ(bench.effects("clock_bound_violated"), 5u);
  }
  ExpectUniform(misses.sizes, 1'000'000, 1'000'000'000);
  ExpectShare(misses.positive, 5000, 0.5);
}

}  // namespace
}  // namespace sim
