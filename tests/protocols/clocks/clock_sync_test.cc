// Clock synchronisation: what is claimed is true as long as a majority of servers is honest.
#include "protocols/clocks/clock_sync.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>

namespace clocks {
namespace {

using core::Duration;
using core::LocalTime;
using core::WallTime;
using std::chrono::milliseconds;
using std::chrono::seconds;

LocalTime Local(Duration at) { return LocalTime{at}; }
WallTime Wall(Duration at) { return WallTime{at}; }
OffsetBounds Bounds(std::int64_t low, std::int64_t high) { return {Duration{low}, Duration{high}}; }

TEST(ClockSync, AnExchangeTellsAnInterval) {
  // The server is 100 ahead; the question took 3, the answer 7.
  const auto sample = SampleOf({Local(Duration{10}), Wall(Duration{113}), Wall(Duration{115}), Local(Duration{22})}, 0);
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->bounds, Bounds(93, 103)) << "RFC 5905: offset 98, delay 10, right to half of that";
  EXPECT_EQ(sample->At(Local(Duration{1'000'022}), 50), Bounds(42, 154)) << "a millionth of a second at 50 ppm";
}

TEST(ClockSync, WhatNoHonestServerCanSayIsNotHeard) {
  const LocalTime asked = Local(Duration{10}), returned = Local(Duration{20});
  EXPECT_FALSE(SampleOf({asked, Wall(Duration{100}), Wall(Duration{130}), returned}, 0)) << "longer than the wait";
  EXPECT_FALSE(SampleOf({returned, Wall(Duration{100}), Wall(Duration{100}), asked}, 0)) << "before the question";
  EXPECT_FALSE(SampleOf({asked, Wall(Duration{100}), Wall(Duration{100}), returned, Duration{-1}}, 0));
}

TEST(AllowedBy, IsWhatAMajorityVouchesFor) {
  const core::List<OffsetBounds> intervals{Bounds(0, 10), Bounds(5, 15), Bounds(100, 110)};
  EXPECT_EQ(AllowedBy(2, intervals), Bounds(5, 10));
  EXPECT_EQ(AllowedBy(3, intervals), std::nullopt) << "F85: not the middle of what contradicts itself";
  EXPECT_EQ(AllowedBy(1, intervals), Bounds(0, 110));
  EXPECT_EQ(AllowedBy(1, {}), std::nullopt);
}

TEST(AllowedBy, IntervalsThatTouchMeet) {
  EXPECT_EQ(AllowedBy(2, {Bounds(0, 5), Bounds(5, 9)}), Bounds(5, 5));
  EXPECT_EQ(AllowedBy(2, {Bounds(0, 4), Bounds(5, 9)}), std::nullopt);
}

// A narrow lie that two honest servers cannot rule out; the truth is 8. To ask that all agree would lose it.
TEST(AllowedBy, ALiarThatAgreesWithAllDoesNotNarrowTheClaim) {
  const core::List<OffsetBounds> intervals{Bounds(0, 10), Bounds(3, 12), Bounds(4, 5)};
  EXPECT_EQ(AllowedBy(3, intervals), Bounds(4, 5));
  EXPECT_EQ(AllowedBy(2, intervals), Bounds(3, 10));
}

// Of five servers two are out of reach, and two of the others lie and agree with the third on a point that is wrong. To
// believe them would be to believe that a majority of those who answer is honest, which nobody has promised.
TEST(ClockSync, TheSilenceOfSomeMakesTheClaimWider) {
  ClockSync sync{core::List<core::List<Sample>>(5), 0};
  const auto answer = [&](std::size_t server, Duration offset) {
    sync.Take(server, {Local(seconds(1)), Wall(seconds(1) + offset + milliseconds(1)),
                       Wall(seconds(1) + offset + milliseconds(1)), Local(seconds(1) + milliseconds(2))});
  };
  answer(0, milliseconds(100));  // honest
  answer(1, milliseconds(102));
  answer(2, milliseconds(102));
  EXPECT_EQ(sync.Estimate(Local(seconds(1))), (OffsetBounds{milliseconds(99), milliseconds(103)}));
  answer(3, milliseconds(99));
  answer(4, milliseconds(100));
  EXPECT_EQ(sync.Estimate(Local(seconds(1))), (OffsetBounds{milliseconds(99), milliseconds(101)}));
}

struct World {
  Duration truth{};     // elapsed
  std::int64_t rate{};  // of our clock, ppm off
  Duration ours{};

  void Pass(Duration span) {
    truth += span;
    ours += span + Duration{span.count() / 1'000'000 * rate};
  }
  Duration Offset() const { return std::chrono::hours(1'000) + truth - ours; }
};

// Servers that are right to their own error, others that lie, delays in both directions, a clock that drifts.
RC_GTEST_PROP(ClockSync, AnHonestMajorityIsNeverWrong, ()) {
  constexpr std::uint32_t kDrift = 100;
  const auto servers = *rc::gen::inRange<std::size_t>(1, 8);
  const auto liars = *rc::gen::inRange<std::size_t>(0, (servers + 1) / 2);
  World world;
  world.rate = *rc::gen::inRange<std::int64_t>(-100, 101);
  ClockSync sync{core::List<core::List<Sample>>(servers), kDrift};
  for (int round = 0; round < 40; ++round) {
    const auto server = *rc::gen::inRange<std::size_t>(0, servers);
    const auto delay = [] { return Duration{*rc::gen::inRange<std::int64_t>(0, 10'000'000)}; };
    const Duration error{*rc::gen::inRange<std::int64_t>(0, 2'000'000)};
    const Duration off{*rc::gen::inRange<std::int64_t>(-error.count(), error.count() + 1)};
    const Duration lie = server < liars ? Duration{*rc::gen::inRange<std::int64_t>(-50'000'000, 50'000'000)} : off;
    Exchange exchange;
    exchange.error = error;
    exchange.asked = Local(world.ours);
    world.Pass(delay());
    exchange.received = Wall(std::chrono::hours(1'000) + world.truth + lie);
    world.Pass(delay());
    exchange.answered = Wall(std::chrono::hours(1'000) + world.truth + lie);
    world.Pass(delay());
    exchange.returned = Local(world.ours);
    sync.Take(server, exchange);
    world.Pass(seconds(*rc::gen::inRange(0, 64)));
    if (const auto estimate = sync.Estimate(Local(world.ours))) RC_ASSERT(estimate->Contains(world.Offset()));
  }
}

TEST(ClockSync, WithoutAMajorityItSaysSo) {
  ClockSync sync{core::List<core::List<Sample>>(3), 100};
  EXPECT_EQ(sync.Estimate(Local(seconds(1))), std::nullopt);
  sync.Take(0, {Local(seconds(1)), Wall(seconds(5)), Wall(seconds(5)), Local(seconds(1) + milliseconds(2))});
  EXPECT_EQ(sync.Estimate(Local(seconds(2))), std::nullopt) << "F85: one server is nobody's majority";
  sync.Take(1, {Local(seconds(2)), Wall(seconds(9)), Wall(seconds(9)), Local(seconds(2) + milliseconds(2))});
  EXPECT_EQ(sync.Estimate(Local(seconds(3))), std::nullopt) << "they contradict each other";
  sync.Take(2, {Local(seconds(3)), Wall(seconds(7)), Wall(seconds(7)), Local(seconds(3) + milliseconds(2))});
  EXPECT_TRUE(sync.Estimate(Local(seconds(4))));
}

RC_GTEST_PROP(SlewedClock, NeverGoesBackAndGetsThere, ()) {
  SlewedClock clock;
  Duration now{};
  clock.Step(Local(now), seconds(1));
  WallTime last = clock.Read(Local(now));
  for (int i = 0; i < 100; ++i) {
    if (*rc::gen::inRange(0, 4) == 0) {
      clock.Steer(Local(now), seconds(1) + Duration{*rc::gen::inRange<std::int64_t>(-100'000'000, 100'000'000)});
    }
    now += Duration{*rc::gen::element<std::int64_t>(1, 2, 1'999, 2'000, 1'000'000, 1'000'000'000)};
    const WallTime read = clock.Read(Local(now));
    RC_ASSERT(read >= last);
    last = read;
  }
  now += seconds(1'000);  // 0.2 s at 500 ppm take 400 s
  RC_ASSERT(clock.OffsetAt(Local(now)) == clock.target);
}

}  // namespace
}  // namespace clocks
