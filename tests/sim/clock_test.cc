#include "sim/clock.h"

#include <chrono>
#include <cstdint>
#include <type_traits>
#include <vector>

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

// --- times do not mix ------------------------------------------------------------

template <class A, class B>
concept Subtractable = requires(A a, B b) {
  a - b;
};
template <class A, class B>
concept Comparable = requires(A a, B b) {
  a < b;
};
template <class A, class B>
concept Equatable = requires(A a, B b) {
  a == b;
};
// What mixing two readings, or a reading and a length, would look like.
template <class A, class B>
constexpr bool kMix = std::is_convertible_v<A, B> || std::is_constructible_v<B, A> || std::is_assignable_v<B&, A> ||
                      Subtractable<A, B> || Comparable<A, B> || Equatable<A, B>;

static_assert(!kMix<TrueTime, LocalTime> && !kMix<LocalTime, TrueTime>);
static_assert(!kMix<TrueTime, WallTime> && !kMix<WallTime, TrueTime>);
static_assert(!kMix<LocalTime, WallTime> && !kMix<WallTime, LocalTime>);
// The concepts can tell: what is meant to work does.
template <class Time>
constexpr bool kWorks = Subtractable<Time, Time>&& Comparable<Time, Time>&& Equatable<Time, Time>;
static_assert(kWorks<TrueTime> && kWorks<LocalTime> && kWorks<WallTime>);
// A number or a length of time is not a reading, nor the other way round.
template <class Time>
constexpr bool kIsItself = !std::is_convertible_v<Duration, Time> && !std::is_convertible_v<Time, Duration> &&
                           !std::is_convertible_v<std::int64_t, Time> && !std::is_constructible_v<Time, std::int64_t>;
static_assert(kIsItself<TrueTime> && kIsItself<LocalTime> && kIsItself<WallTime>);
// Bounds on the wall clock hold wall times.
static_assert(!std::is_constructible_v<core::WallInterval, LocalTime, LocalTime>);

// --- one clock -------------------------------------------------------------------

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

// --- the wall clock alone -----------------------------------------------------------

// 500 ppm for an hour are 1.8 s; the monotonic clock hears nothing of it.
TEST(Clock, ASlewMovesTheWallOnly) {
  Clock clock;
  clock.AddSlew(TrueTime(hours(1)), -500'000);
  clock.AddSlew(TrueTime(hours(2)), 500'000);
  EXPECT_EQ(clock.Wall(TrueTime(hours(3))), WallTime(hours(3) - milliseconds(1800)));
  EXPECT_EQ(clock.Local(TrueTime(hours(3))), LocalTime(hours(3)));
  EXPECT_TRUE(clock.WallIsPerfect());
}

TEST(Clock, AFrozenWallLosesWhatItSleptAndHasItBack) {
  Clock clock;
  clock.Freeze(TrueTime(seconds(10)));
  EXPECT_EQ(clock.Wall(TrueTime(seconds(15))), WallTime(seconds(10)));
  EXPECT_EQ(clock.Local(TrueTime(seconds(15))), LocalTime(seconds(15)));
  clock.Step(seconds(100));
  EXPECT_EQ(clock.Wall(TrueTime(seconds(16))), WallTime(seconds(110))) << "it can be set";
  clock.Step(seconds(-100));
  clock.Thaw();
  EXPECT_EQ(clock, Clock{});
}

TEST(Clock, AStoppedMonotonicClockGoesOnFromThere) {
  Clock clock;
  clock.StopLocal(TrueTime(seconds(10)));
  clock.StopLocal(TrueTime(seconds(11)));
  EXPECT_EQ(clock.Local(TrueTime(seconds(12))), LocalTime(seconds(10)));
  EXPECT_EQ(clock.WhenLocal(LocalTime(seconds(11))), TrueTime::max()) << "not as things are";
  clock.StartLocal(TrueTime(seconds(15)));
  clock.StartLocal(TrueTime(seconds(20)));
  EXPECT_EQ(clock.Local(TrueTime(seconds(21))), LocalTime(seconds(11)));
  EXPECT_EQ(clock.WhenLocal(LocalTime(seconds(11))), TrueTime(seconds(21)));
  EXPECT_EQ(clock.Wall(TrueTime(seconds(21))), WallTime(seconds(21)));
}

// Whatever the paces of overlapping windows, and however much more than a monotonic clock can
// take, taking each back leaves the wall clock where it would be: to the billionth of a nanosecond.
RC_GTEST_PROP(Clock, WhatWindowsMadeItGainIsTakenBackExactly, ()) {
  const Lived lived = AnyClock();
  Clock clock = lived.clock, twin = lived.clock;
  TrueTime now = lived.now;
  std::vector<PaceChange> windows(5);
  const auto pass = [&] { now += Duration(*rc::gen::inRange<std::int64_t>(0, 100'000'000'000'000)); };
  const auto set = [&](std::size_t window, std::int64_t ppb) {
    const std::int64_t by = ppb - windows[window].parts_per_billion;
    window % 2 == 0 ? clock.AddDrift(now, by) : clock.AddSlew(now, by);
    windows[window].Set(now, ppb);
  };
  for (int changes = *rc::gen::inRange(0, 20); changes > 0; --changes) {
    pass();
    set(*rc::gen::inRange<std::size_t>(0, windows.size()), *rc::gen::inRange(-300'000'000, 300'000'001));
  }
  std::vector<std::size_t> order = {0, 1, 2, 3, 4};
  while (!order.empty()) {
    pass();
    const auto next = order.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(order.size()));
    set(*next, 0);
    clock.TakeBack(now, windows[*next]);
    order.erase(next);
  }
  RC_ASSERT(clock.drift == twin.drift && clock.excess == 0 && clock.slew == 0);
  twin.BeginWall(now);
  clock.BeginWall(now);
  RC_ASSERT(clock.wall == twin.wall);
  RC_ASSERT(clock.wall_fraction == twin.wall_fraction);
}

}  // namespace
}  // namespace sim
