// Timers of one host: never early on its own clock, and cheap to put off.
#include "sim/timers.h"

#include <chrono>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using core::Duration;
using core::TrueTime;

constexpr int kElection = 1;
constexpr int kHeartbeat = 2;

RC_GTEST_PROP(Timers, FireWhenTheirOwnClockSaysSoAndNotBefore, ()) {
  const std::int64_t drift = *rc::gen::inRange<std::int64_t>(-100'000'000, 100'000'001);
  const TrueTime now{Duration(*rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000))};
  const Duration after(*rc::gen::inRange<std::int64_t>(0, 10'000'000'000));
  Clock clock;
  clock.SetDrift({}, drift);
  Timers<int> timers;
  const std::uint32_t slot = timers.SlotFor(kElection);
  RC_ASSERT(timers.Arm(slot, after, clock, now));
  const TrueTime at = timers.slots[slot].fires_at;
  RC_ASSERT(clock.Local(at) - clock.Local(now) >= after);
  RC_ASSERT(at == now || clock.Local(at - 1ns) - clock.Local(now) < after);
}

TEST(Timers, PuttingOneOffCostsNoEvent) {
  const Clock clock;
  Timers<int> timers;
  const std::uint32_t slot = timers.SlotFor(kElection);
  EXPECT_TRUE(timers.Arm(slot, 100ms, clock, TrueTime{}));
  EXPECT_FALSE(timers.Arm(slot, 150ms, clock, TrueTime{50ms}));
  EXPECT_EQ(timers.slots[slot].fires_at, TrueTime{100ms}) << "the event is where it was";
  EXPECT_EQ(timers.slots[slot].due, TrueTime{200ms});
}

TEST(Timers, BringingOneForwardDoes) {
  const Clock clock;
  Timers<int> timers;
  const std::uint32_t slot = timers.SlotFor(kElection);
  EXPECT_TRUE(timers.Arm(slot, 100ms, clock, TrueTime{}));
  EXPECT_TRUE(timers.Arm(slot, 10ms, clock, TrueTime{50ms}));
  EXPECT_EQ(timers.slots[slot].fires_at, TrueTime{60ms});
}

TEST(Timers, AClockThatGoesFasterBringsItsTimersForward) {
  Clock clock;
  Timers<int> timers;
  const std::uint32_t slot = timers.SlotFor(kElection);
  timers.Arm(slot, 110ms, clock, TrueTime{});
  clock.SetDrift({}, Clock::kBillion / 10);
  EXPECT_TRUE(timers.Schedule(slot, clock, TrueTime{}));
  EXPECT_EQ(timers.slots[slot].fires_at, TrueTime{100ms});
}

// After a pause: what came due meanwhile fires now.
TEST(Timers, NothingIsScheduledForThePast) {
  const Clock clock;
  Timers<int> timers;
  const std::uint32_t slot = timers.SlotFor(kElection);
  timers.Arm(slot, 100ms, clock, TrueTime{});
  timers.slots[slot].queued = false;  // its event came while the node stood still
  EXPECT_TRUE(timers.Schedule(slot, clock, TrueTime{1s}));
  EXPECT_EQ(timers.slots[slot].fires_at, TrueTime{1s});
}

TEST(Timers, ACancelledTimerIsNotScheduledAgain) {
  const Clock clock;
  Timers<int> timers;
  const std::uint32_t election = timers.SlotFor(kElection);
  timers.Arm(election, 100ms, clock, TrueTime{});
  const std::uint32_t heartbeat = timers.SlotFor(kHeartbeat);
  timers.Arm(heartbeat, 50ms, clock, TrueTime{});
  timers.Cancel(kElection);
  EXPECT_FALSE(timers.slots[election].armed);
  EXPECT_TRUE(timers.slots[heartbeat].armed);
  EXPECT_FALSE(timers.Schedule(election, clock, TrueTime{}));
}

TEST(Timers, ASlotIsUsedAgainOnceNoEventPointsToIt) {
  const Clock clock;
  Timers<int> timers;
  const std::uint32_t slot = timers.SlotFor(kElection);
  timers.Arm(slot, 100ms, clock, TrueTime{});
  timers.Cancel(kElection);
  const std::uint32_t next = timers.SlotFor(kHeartbeat);
  EXPECT_NE(next, slot) << "its event is still in the queue";
  timers.Arm(next, 100ms, clock, TrueTime{});
  timers.slots[slot].queued = false;
  EXPECT_EQ(timers.SlotFor(3), slot);
}

TEST(Timers, ACrashForgetsThemAll) {
  const Clock clock;
  Timers<int> timers;
  for (const int timer : {kElection, kHeartbeat}) timers.Arm(timers.SlotFor(timer), 100ms, clock, TrueTime{});
  timers.Clear();
  for (std::uint32_t slot = 0; slot < timers.slots.size(); ++slot) {
    EXPECT_FALSE(timers.Schedule(slot, clock, TrueTime{}));
    EXPECT_FALSE(timers.slots[slot].queued);
  }
}

}  // namespace
}  // namespace sim
