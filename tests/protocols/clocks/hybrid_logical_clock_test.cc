// Hybrid logical clocks: the clock condition under everything that wall clocks do, and how near they stay.
#include "protocols/clocks/hybrid_logical_clock.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <vector>

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
}

TEST(HybridClock, TimestampsOfDifferentNodesAreNeverEqual) { EXPECT_LT(Stamp(1, 1, kSelf), Stamp(1, 1, kOther)); }

// One node of a storm: its wall clock is anywhere within `kSkew` of the truth and jumps there.
constexpr Duration kSkew = milliseconds(20), kAhead = milliseconds(50);
struct Process {
  HybridClock clock;
  Duration skew{};
  HybridTime last;  // its last event's, in any life
};
struct Storm {
  std::vector<Process> processes = std::vector<Process>(5);
  std::vector<HybridTime> sent;
  Duration now = std::chrono::hours(1);

  template <class Draw>
  void Step(Draw&& draw) {
    now += Duration{draw(40'000)};
    const auto number = draw(processes.size());
    Process& process = processes[number];
    const NodeId self{static_cast<std::uint32_t>(number)};
    const WallTime wall{now + process.skew};
    HybridTime known = process.last;
    HybridTime stamp;
    switch (draw(64)) {
      case 0:  // its clock is set
        process.skew = Duration{static_cast<std::int64_t>(draw(2 * kSkew.count()))} - kSkew;
        return;
      case 1:  // it crashes and comes back, with what is durable
        process.clock = {{}, process.clock.reserved};
        return process.clock.Restart();
      default:
        if (!sent.empty() && draw(2) == 0) {
          const HybridTime& message = sent[draw(sent.size())];
          const auto received = process.clock.Receive(self, message, wall, 2 * kSkew + kAhead);
          ASSERT_TRUE(received) << "no honest clock is further ahead";
          known = std::max(known, message);
          stamp = *received;
        } else {
          stamp = process.clock.Tick(self, wall);
        }
    }
    if (const auto until = process.clock.Outgrown(wall, kAhead)) process.clock.Reserve(*until);
    ASSERT_LT(known, stamp) << "the clock condition";
    // Nobody's reading is above the fastest clock's, but for what a restart skips and carries add.
    ASSERT_GE(stamp.wall, wall);
    ASSERT_LE(stamp.wall - WallTime{now}, kSkew + kAhead + milliseconds(1));
    most = std::max(most, stamp.count);
    process.last = stamp;
    sent.push_back(stamp);
    if (sent.size() > 64) sent.erase(sent.begin());
  }
  std::uint32_t most = 0;  // the highest count
};

RC_GTEST_PROP(HybridClock, KeepsTheClockConditionInAStorm, ()) {
  auto state = *rc::gen::arbitrary<std::uint64_t>() | 1;
  const auto draw = [&state](std::uint64_t bound) {  // as good as it must be: xorshift64
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 11) % bound;
  };
  Storm storm;
  for (int i = 0; i < 20'000 && !testing::Test::HasFatalFailure(); ++i) storm.Step(draw);
  RC_ASSERT(!testing::Test::HasFatalFailure());
}

}  // namespace
}  // namespace clocks
