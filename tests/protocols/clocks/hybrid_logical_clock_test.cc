// Hybrid logical clocks: the clock condition under everything that wall clocks do, and how near they stay.
#include "protocols/clocks/hybrid_logical_clock.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "tests/harness/trial.h"

namespace clocks {
namespace {

using core::Duration;
using core::NodeId;
using core::WallTime;
using std::chrono::milliseconds;

constexpr NodeId kSelf{1}, kOther{2};
constexpr Duration kFar = std::chrono::hours(1);

WallTime At(std::int64_t nanoseconds) { return WallTime{Duration{nanoseconds}}; }
HybridTime Stamp(std::int64_t wall, std::uint32_t count, NodeId node = kSelf) { return {At(wall), count, node}; }

TEST(HybridClock, CountsWhileTheWallClockStandsOrIsSetBack) {
  HybridClock clock;
  EXPECT_EQ(clock.Tick(kSelf, At(100)), Stamp(100, 0));
  EXPECT_EQ(clock.Tick(kSelf, At(100)), Stamp(100, 1));
  EXPECT_EQ(clock.Tick(kSelf, At(60)), Stamp(100, 2));
  EXPECT_EQ(clock.Tick(kSelf, At(101)), Stamp(101, 0)) << "F80: the count begins anew";
}

TEST(HybridClock, AMessageOfThePastCountsAsAnEvent) {
  HybridClock clock{Stamp(100, 1), {}};
  EXPECT_EQ(clock.Receive(kSelf, Stamp(60, 7, kOther), At(51), kFar), Stamp(100, 2)) << "F79: never back to 100.0";
}

TEST(HybridClock, AMessageOfTheFutureIsFollowed) {
  HybridClock clock{Stamp(100, 9), {}};
  EXPECT_EQ(clock.Receive(kSelf, Stamp(120, 3, kOther), At(110), kFar), Stamp(120, 4));
  EXPECT_EQ(clock.Receive(kSelf, Stamp(120, 8, kOther), At(120), kFar), Stamp(120, 9)) << "the greater count of both";
  EXPECT_EQ(clock.Receive(kSelf, Stamp(120, 2, kOther), At(120), kFar), Stamp(120, 10));
  EXPECT_EQ(clock.Receive(kSelf, Stamp(120, 2, kOther), At(121), kFar), Stamp(121, 0));
}

TEST(HybridClock, WhoIsTooFarAheadIsNotFollowed) {
  HybridClock clock{Stamp(100, 0), {}};
  EXPECT_EQ(clock.Receive(kSelf, Stamp(211, 0, kOther), At(110), Duration{100}), std::nullopt) << "F81";
  EXPECT_EQ(clock.Tick(kSelf, At(111)), Stamp(111, 0));
  EXPECT_EQ(clock.Receive(kSelf, Stamp(211, 0, kOther), At(111), Duration{100}), Stamp(211, 1));
}

// Whatever is sent, and in small steps, too: clocks that follow each other do not run away together (F81).
TEST(HybridClock, NobodyIsDraggedFurtherThanClocksMayBeApart) {
  harness::Dice dice{20260101};
  HybridClock clock;
  std::uint64_t followed = 0, refused = 0;
  for (std::int64_t now = 1'000; now < 20'000; ++now) {
    const std::int64_t from = std::max(now, clock.last.wall.time_since_epoch().count());
    const bool follows =
        clock.Receive(kSelf, Stamp(from + dice.Between(0, 150), 0, kOther), At(now), Duration{100}).has_value();
    ++(follows ? followed : refused);
    ASSERT_LE(clock.last.wall, At(now + 100)) << "by its own clock";
  }
  EXPECT_GT(std::min(followed, refused), 1'000u);
}

TEST(HybridClock, ACountThatRunsOutIsCarried) {
  HybridClock clock{Stamp(100, HybridTime::kHighestCount - 1), {}};
  EXPECT_EQ(clock.Tick(kSelf, At(50)), Stamp(100, HybridTime::kHighestCount));
  EXPECT_EQ(clock.Tick(kSelf, At(50)), Stamp(101, 0));
  EXPECT_EQ(clock.Receive(kSelf, Stamp(300, 0xFFFFFFFF, kOther), At(50), kFar), Stamp(301, 0)) << "a hostile count";
}

TEST(HybridClock, AnotherLifeBeginsWhereTheLastOneMayHaveCome) {
  HybridClock clock;
  const HybridTime last = clock.Tick(kSelf, At(1'000));
  ASSERT_EQ(clock.Outgrown(At(1'000), Duration{500}), At(1'500));
  clock.Reserve(At(1'500));
  EXPECT_EQ(clock.Outgrown(At(1'000), Duration{500}), std::nullopt);
  HybridClock next{{}, clock.reserved};  // all that is durable
  next.Restart();
  const HybridTime first = next.Tick(kSelf, At(10));  // and the wall clock was set back
  EXPECT_LT(last, first) << "F82";
  EXPECT_EQ(first, Stamp(1'501, 0));
  EXPECT_EQ(next.Outgrown(At(10), Duration{500}), At(1'501)) << "not to be sent before more is reserved";
  next.Reserve(At(1'501));
  EXPECT_EQ(next.Outgrown(At(10), Duration{500}), std::nullopt) << "its reading is reserved, whatever the count";
}

TEST(HybridClock, TimestampsOfDifferentNodesAreNeverEqual) { EXPECT_LT(Stamp(1, 1, kSelf), Stamp(1, 1, kOther)); }

// An event as an omniscient observer sees it.
struct Event {
  HybridTime stamp;
  WallTime known{};       // the highest reading among it and what happened before it
  std::uint32_t chain{};  // how many events with its reading, each before the next, come before it

  // What an event owes to one right before it; together these are happened-before.
  void Follow(const Event& cause) { known = std::max(known, cause.known); }
  void Count(const Event& cause) {
    if (cause.stamp.wall == stamp.wall) chain = std::max(chain, cause.chain + 1);
  }
};

// Messages under way: received in any order, some twice, some never.
struct Air {
  std::vector<Event> messages;
  std::uint64_t lost = 0, twice = 0;

  void Send(const Event& event, harness::Dice& dice) {
    if (messages.size() == 64) {
      messages[dice(64)] = event;
      ++lost;
    } else {
      messages.push_back(event);
    }
  }
  Event Receive(harness::Dice& dice) {
    Event& message = messages[dice(messages.size())];
    const Event received = message;
    if (dice.OneIn(8)) {
      ++twice;
    } else {
      message = messages.back();
      messages.pop_back();
    }
    return received;
  }
};

// Five nodes whose wall clocks are anywhere within `kSkew` of the truth, run fast or slow, and jump. They crash, and
// come back with what is durable.
constexpr Duration kSkew = milliseconds(20), kAhead = milliseconds(50);
struct Storm {
  struct Process {
    HybridClock clock;
    Duration skew{};
    Event last;  // in any life
  };
  std::vector<Process> processes = std::vector<Process>(5);
  Air air;
  harness::Dice dice;
  Duration now = std::chrono::hours(1);
  std::uint64_t events = 0, receipts = 0, steps_back = 0, steps_forward = 0, restarts = 0, cut_short = 0;
  std::uint32_t most = 0;  // the highest count

  void Step() {
    now += Duration{dice.Between(0, 2'000) * dice.Between(0, 20)};
    const auto number = static_cast<std::uint32_t>(dice(processes.size()));
    Process& process = processes[number];
    switch (dice(256)) {
      case 0:
        return SetClock(process);
      case 1:
        return Restart(process);
      default:
        process.skew = std::clamp(process.skew + Duration{dice.Between(-100, 100)}, -kSkew, kSkew);
        return Live(NodeId{number}, process, WallTime{now + process.skew});
    }
  }

  void SetClock(Process& process) {
    const Duration skew{dice.Between(-kSkew.count(), kSkew.count())};
    ++(skew < process.skew ? steps_back : steps_forward);
    process.skew = skew;
  }

  void Restart(Process& process) {
    process.clock = {{}, process.clock.reserved};
    process.clock.Restart();
    // The next timestamp is above all that may have been reserved, by the nanosecond that a count that ran out carries.
    process.last.known = std::max(process.last.known, process.clock.reserved + Duration{1});
    ++restarts;
  }

  void Live(NodeId self, Process& process, WallTime wall) {
    Event event, message;
    event.known = wall;
    event.Follow(process.last);
    const bool receives = !air.messages.empty() && dice.OneIn(2);
    if (receives) {
      message = air.Receive(dice);
      event.Follow(message);
      const auto stamp = process.clock.Receive(self, message.stamp, wall, 2 * kSkew + kAhead + Duration{1});
      ASSERT_TRUE(stamp) << "no honest clock is further ahead";
      event.stamp = *stamp;
    } else {
      event.stamp = process.clock.Tick(self, wall);
    }
    if (const auto until = process.clock.Outgrown(wall, kAhead)) {
      if (dice.OneIn(16)) {  // a crash before that is durable: nobody has heard of the event
        ++cut_short;
        return Restart(process);
      }
      process.clock.Reserve(*until);
    }
    event.Count(process.last);
    if (receives) event.Count(message);
    // Timestamps are in a total order, so this along each edge is the clock condition.
    ASSERT_LT(process.last.stamp, event.stamp) << "e before f, and hlc(e) < hlc(f)";
    ASSERT_TRUE(!receives || message.stamp < event.stamp) << "sent before it is received";
    ASSERT_NO_FATAL_FAILURE(JudgeReading(event, wall));
    receipts += receives ? 1 : 0;
    process.last = event;
    air.Send(event, dice);
    ++events;
    most = std::max(most, event.stamp.count);
  }

  void JudgeReading(const Event& event, WallTime wall) const {
    ASSERT_GE(event.stamp.wall, wall) << "HLC14, Theorem 2";
    ASSERT_EQ(event.stamp.wall, event.known) << "HLC14, Theorem 3: the highest clock that the event knows of";
    ASSERT_LE(event.stamp.wall - WallTime{now}, kSkew + kAhead + Duration{1}) << "Corollary 1, and what restarts skip";
    ASSERT_LE(event.stamp.count, event.chain) << "HLC14, Theorem 4";
  }

  void Print() const {
    const auto print = [](std::uint64_t times, const char* what) {
      std::printf("%llu %s", static_cast<unsigned long long>(times), what);
    };
    print(events, "events, ");
    print(receipts, "receipts, ");
    print(air.lost, "messages lost, ");
    print(air.twice, "received twice, ");
    print(steps_back, "steps back, ");
    print(steps_forward, "forward, ");
    print(restarts, "restarts, ");
    print(cut_short, "before a reservation was durable, ");
    print(most, "the highest count\n");
  }
};

TEST(HybridClock, KeepsTheClockConditionInAStorm) {
  Storm storm;
  storm.dice = {20260101};
  const std::uint64_t wanted = harness::TrialSize("FAULTLINE_EVENTS", 100'000);
  while (storm.events < wanted && !testing::Test::HasFatalFailure()) storm.Step();
  storm.Print();
  for (const std::uint64_t times : {storm.receipts / 100, storm.air.lost, storm.air.twice, storm.steps_back,
                                    storm.steps_forward, storm.restarts, storm.cut_short}) {
    EXPECT_GT(times, wanted / 20'000) << "or it was no storm";
  }
}

// The paper's own setting (HLC14, Corollary 3): clocks are within `kApart` ticks of each other, and each has gone on
// between any two events of its node. Then no count is above N (kApart + 1).
TEST(HybridClock, TheCountStaysWithinThePapersBound) {
  constexpr std::uint32_t kNodes = 6, kApart = 10, kBound = kNodes * (kApart + 1);
  struct Process {
    HybridClock clock;
    std::int64_t ahead = 0, last = 0;
  };
  std::vector<Process> processes(kNodes);
  harness::Dice dice{20260101};
  HybridTime latest;  // the message that everybody receives: the worst case
  std::uint32_t most = 0;
  const std::uint64_t wanted = harness::TrialSize("FAULTLINE_EVENTS", 100'000);
  std::int64_t now = 1'000;
  for (std::uint64_t events = 0; events < wanted;) {
    if (dice.OneIn(4 * kNodes)) ++now;
    const auto number = static_cast<std::uint32_t>(dice(kNodes));
    Process& process = processes[number];
    if (dice.OneIn(64)) process.ahead = dice.Between(0, kApart);
    const std::int64_t shown = now + process.ahead;
    if (shown <= process.last) continue;
    process.last = shown;
    const auto stamp = process.clock.Receive(NodeId{number}, latest, At(shown), kFar);
    ASSERT_TRUE(stamp);
    ASSERT_LE(stamp->count, kBound);
    ASSERT_LE(stamp->wall - At(shown), Duration{kApart}) << "HLC14, Corollary 1";
    if (!dice.OneIn(16)) latest = std::max(latest, *stamp);
    most = std::max(most, stamp->count);
    ++events;
  }
  std::printf("highest count %u, bound %u\n", most, kBound);
  EXPECT_GT(most, kBound / 3) << "or the bound is of something else";
}

}  // namespace
}  // namespace clocks
