#include "sim/clock.h"

#include <chrono>
#include <cstdint>
#include <type_traits>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace sim {
namespace {

using core::Duration;
using core::LocalTime;
using core::TrueTime;
using core::WallTime;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

static_assert(std::is_trivially_copyable_v<Clock>);

constexpr std::int64_t kTenYears = 315'360'000'000'000'000;

TrueTime AnyTime() { return TrueTime(Duration(*rc::gen::inRange<std::int64_t>(0, kTenYears))); }
std::int64_t AnyDrift() { return *rc::gen::inRange<std::int64_t>(-100'000'000, 100'000'001); }

// A clock that has lived: some changes of drift, steps and boots, up to `now`.
struct Lived {
  Clock clock;
  TrueTime now{};
};

Lived AnyClock() {
  Lived lived;
  const int changes = *rc::gen::inRange(0, 6);
  for (int i = 0; i < changes; ++i) {
    lived.now += Duration(*rc::gen::inRange<std::int64_t>(0, kTenYears / 10));
    lived.clock.SetDrift(lived.now, AnyDrift());
    lived.clock.Step(Duration(*rc::gen::inRange<std::int64_t>(-kTenYears, kTenYears)));
    if (*rc::gen::inRange(0, 4) == 0) lived.clock.Boot(lived.now);
  }
  return lived;
}

RC_GTEST_PROP(Clock, WhenLocalIsTheFirstInstant, ()) {
  const Clock clock = AnyClock().clock;
  const LocalTime wanted{Duration(*rc::gen::inRange<std::int64_t>(0, kTenYears))};
  const TrueTime when = clock.WhenLocal(wanted);
  RC_ASSERT(clock.Local(when) >= wanted);
  RC_ASSERT(clock.Local(when - nanoseconds(1)) < wanted);
}

RC_GTEST_PROP(Clock, LocalNeverGoesBack, ()) {
  const Clock clock = AnyClock().clock;
  const TrueTime earlier = AnyTime();
  const TrueTime later = earlier + Duration(*rc::gen::inRange<std::int64_t>(0, 1'000'000'000));
  RC_ASSERT(clock.Local(earlier) <= clock.Local(later));
}

RC_GTEST_PROP(Clock, DriftBendsTheLineWithoutAGap, ()) {
  Lived lived = AnyClock();
  const Clock before = lived.clock;
  const TrueTime now = lived.now + Duration(*rc::gen::inRange<std::int64_t>(0, kTenYears / 10));
  lived.clock.SetDrift(now, AnyDrift());
  RC_ASSERT(lived.clock.Local(now) == before.Local(now));
  RC_ASSERT(lived.clock.Wall(now) == before.Wall(now));
}

// Setting the drift to what it is, however often, must not lose a nanosecond.
RC_GTEST_PROP(Clock, ManySmallPiecesMakeTheSameLine, ()) {
  const std::int64_t drift = AnyDrift();
  Clock whole;
  whole.SetDrift(TrueTime{}, drift);
  Clock pieces = whole;
  TrueTime now{};
  for (int i = 0; i < 50; ++i) {
    now += Duration(*rc::gen::inRange<std::int64_t>(0, 1000));
    pieces.SetDrift(now, drift);
  }
  const TrueTime later = now + Duration(*rc::gen::inRange<std::int64_t>(0, kTenYears));
  RC_ASSERT(pieces.Local(later) == whole.Local(later));
}

RC_GTEST_PROP(Clock, StepMovesTheWallOnly, ()) {
  const Lived lived = AnyClock();
  const Duration step(*rc::gen::inRange<std::int64_t>(-kTenYears, kTenYears));
  const TrueTime t = lived.now + seconds(1);
  Clock stepped = lived.clock;
  stepped.Step(step);
  RC_ASSERT(stepped.Local(t) == lived.clock.Local(t));
  RC_ASSERT(stepped.Wall(t) - lived.clock.Wall(t) == step);
}

RC_GTEST_PROP(Clock, BootRestartsLocalTimeOnly, ()) {
  const Lived lived = AnyClock();
  Clock booted = lived.clock;
  booted.Boot(lived.now);
  RC_ASSERT(booted.Local(lived.now) == LocalTime{});
  RC_ASSERT(booted.Wall(lived.now) == lived.clock.Wall(lived.now));
  RC_ASSERT(booted.drift == lived.clock.drift);
}

TEST(Clock, AFreshOneTellsTheTrueTime) {
  const Clock clock;
  const Duration noon = hours(12);
  EXPECT_EQ(clock.Local(TrueTime(noon)), LocalTime(noon));
  EXPECT_EQ(clock.Wall(TrueTime(noon)), WallTime(noon));
  EXPECT_EQ(clock.WhenLocal(LocalTime(noon)), TrueTime(noon));
}

// 100 ppm slow: after a true hour the clock is 360 ms behind, and a timer for one
// hour of its own fires 360 ms and 36 microseconds late.
TEST(Clock, ASlowClockFiresItsTimersLate) {
  Clock clock;
  clock.SetDrift(TrueTime{}, -100'000);
  EXPECT_EQ(clock.Local(TrueTime(hours(1))), LocalTime(hours(1) - milliseconds(360)));
  EXPECT_EQ(clock.WhenLocal(LocalTime(hours(1))),
            TrueTime(hours(1) + milliseconds(360) + microseconds(36) + nanoseconds(4)));
}

TEST(Clock, WhatIsNeverDueIsDueAtTheEndOfTime) {
  Clock clock;
  clock.SetDrift(TrueTime{}, -100'000'000);
  EXPECT_EQ(clock.WhenLocal(LocalTime::max()), TrueTime::max());
}

// A thousand overlapping windows must neither stop a clock nor turn it round, and
// when all are over it goes as it went before.
TEST(Clock, DriftsThatAddUpBeyondHalfAreUndoneExactly) {
  Clock clock;
  clock.SetDrift(TrueTime{}, 200'000);
  for (int i = 0; i < 1000; ++i) clock.AddDrift(TrueTime(milliseconds(i)), -100'000'000);
  EXPECT_EQ(clock.drift, -Clock::kBillion / 2);
  const TrueTime later(seconds(2));
  EXPECT_GT(clock.WhenLocal(clock.Local(later) + seconds(1)), later);
  for (int i = 0; i < 1000; ++i) clock.AddDrift(later, 100'000'000);
  EXPECT_EQ(clock.drift, 200'000);
  EXPECT_EQ(clock.excess, 0);
}

}  // namespace
}  // namespace sim
