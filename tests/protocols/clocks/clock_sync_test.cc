// Clock synchronisation: what is claimed is true as long as a majority of servers is honest.
#include "protocols/clocks/clock_sync.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <utility>
#include <vector>

#include "tests/harness/trial.h"

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
  EXPECT_EQ(sample->taken, Local(Duration{22}));
  EXPECT_EQ(sample->At(Local(Duration{1'000'022}), 50), Bounds(42, 154)) << "a thousandth of a second at 50 ppm";
}

// The upper end was read when we asked, and our clock has drifted since.
TEST(ClockSync, ALongExchangeAges) {
  const auto sample = SampleOf({Local(seconds(10)), Wall(seconds(10)), Wall(seconds(11)), Local(seconds(11))}, 100);
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->bounds, (OffsetBounds{Duration{}, Duration{100'011}})) << "100 us, of a second by the other clock";
}

TEST(ClockSync, HalfWayIsTheMiddle) { EXPECT_EQ(Bounds(4, 10).Middle(), Duration{7}); }

// Its clock is slow, and shows 9999 when 10,001 have passed: 9999.9999 in truth.
TEST(ClockSync, AReadingHidesPartOfANanosecond) {
  const auto sample = SampleOf({Local(Duration{}), Wall(Duration{}), Wall(Duration{}), Local(Duration{})}, 100);
  ASSERT_TRUE(sample);
  EXPECT_TRUE(sample->At(Local(Duration{9'999}), 100).Contains(Duration{2}));
}

TEST(ClockSync, AShareIsRoundedUp) {
  EXPECT_EQ(Share(Duration{10}, 1, 3), Duration{4});
  EXPECT_EQ(Share(Duration{9}, 1, 3), Duration{3});
  EXPECT_EQ(Share(Duration{0}, 1, 3), Duration{0});
}

TEST(ClockSync, WhatNoHonestServerCanSayIsNotHeard) {
  const LocalTime asked = Local(Duration{10}), returned = Local(Duration{20});
  EXPECT_FALSE(SampleOf({asked, Wall(Duration{100}), Wall(Duration{130}), returned}, 0)) << "longer than the wait";
  EXPECT_FALSE(SampleOf({returned, Wall(Duration{100}), Wall(Duration{100}), asked}, 0)) << "before the question";
  EXPECT_FALSE(SampleOf({returned, Wall(Duration{130}), Wall(Duration{100}), asked}, 0))
      << "though its clock goes back";
  EXPECT_TRUE(SampleOf({asked, Wall(Duration{100}), Wall(Duration{100}), asked}, 0)) << "at once";
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

// An exchange that took so long each way, with a server that is so far ahead.
Exchange Took(Duration at, Duration each_way, Duration offset) {
  const WallTime server = Wall(at + offset + each_way);
  return {Local(at), server, server, Local(at + 2 * each_way)};
}

// RFC 5905, §10: the quickest of the last eight, until it is so old that a slower one tells more.
TEST(ClockSync, AQuickExchangeTellsMore) {
  ClockSync sync{core::List<core::List<Sample>>(1), 100};
  sync.Take(0, Took(seconds(1), milliseconds(9), {}));
  EXPECT_GT(sync.Estimate(Local(seconds(4)))->Width(), milliseconds(18));
  sync.Take(0, Took(seconds(2), milliseconds(1), {}));
  EXPECT_LT(sync.Estimate(Local(seconds(4)))->Width(), milliseconds(3));
  sync.Take(0, Took(seconds(3), milliseconds(9), {}));
  EXPECT_LT(sync.Estimate(Local(seconds(4)))->Width(), milliseconds(3)) << "slow answers do not make it worse";
  sync.Take(0, Took(seconds(303), milliseconds(9), {}));
  EXPECT_LT(sync.Estimate(Local(seconds(304)))->Width(), milliseconds(20)) << "60 ms of drift have made it worthless";
}

// A server whose clock was set is believed as soon as its old answers are gone.
TEST(ClockSync, OldAnswersAreForgotten) {
  ClockSync sync{core::List<core::List<Sample>>(1), 100};
  sync.Take(0, Took(seconds(1), {}, seconds(50)));
  for (int i = 2; i < 9; ++i) sync.Take(0, Took(seconds(i), milliseconds(1), seconds(7)));
  EXPECT_TRUE(sync.Estimate(Local(seconds(9)))->Contains(seconds(50)));
  sync.Take(0, Took(seconds(9), milliseconds(1), seconds(7)));
  EXPECT_TRUE(sync.Estimate(Local(seconds(9)))->Contains(seconds(7)));
  EXPECT_EQ(sync.servers[0].size(), ClockSync::kSamples);
}

// Our clock and the time, a day of today. Nothing is rounded but what is read.
struct World {
  static constexpr std::int64_t kDrift = 100;  // parts per million at most

  Duration truth = std::chrono::hours(24 * 20'000);
  Duration ours{};
  std::int64_t rest{};  // millionths of a nanosecond that our clock does not show

  void Pass(Duration span, std::int64_t rate) {
    truth += span;
    const std::int64_t parts = span.count() * (kMillion + rate) + rest;
    ours += Duration{parts / kMillion};
    rest = parts % kMillion;
  }
  Duration Offset() const { return truth - ours; }
};

enum class Lies : std::uint8_t {
  kFarApart,  // each liar has a lie of its own, far from the truth and from the others
  kAgreeing,  // all have the same
  kNear,      // each exchange has another, which may look true
};
constexpr Duration kLie = seconds(10);

// How it came out, each time that an estimate was asked for.
struct Outcomes {
  std::uint64_t right{};
  std::uint64_t unsynchronised{};
  std::uint64_t wrong{};

  void Print(const char* whose) const {
    std::printf("%s: %llu right, %llu unsynchronised, %llu wrong\n", whose, static_cast<unsigned long long>(right),
                static_cast<unsigned long long>(unsynchronised), static_cast<unsigned long long>(wrong));
  }
};

// Servers that are right to their own error, others that lie, some out of reach; delays in both directions, and a clock
// that drifts. The first ones lie, the last ones are silent.
struct Case {
  harness::Dice& dice;
  Lies lies{};
  std::size_t servers{}, liars{}, silent{};
  World world;
  ClockSync sync;
  std::vector<bool> answered;

  // Bounds are often reached, since what is right up to there must be right there. Mostly spans in which a clock drifts
  // by whole nanoseconds, so that one more is the worst that a reading can hide.
  Duration UpTo(std::int64_t most) {
    if (dice.OneIn(8)) return Duration{dice.Between(0, most)};
    return Duration{dice.OneIn(3) ? 0 : dice.OneIn(3) ? most : 10'000 * dice.Between(0, most / 10'000)};
  }
  void Pass(Duration span) {
    const std::int64_t rate = dice.OneIn(8) ? dice.Between(-World::kDrift, World::kDrift) : World::kDrift;
    world.Pass(span, dice.OneIn(2) ? rate : -rate);
  }
  Duration Lie(std::size_t server) {
    if (lies == Lies::kNear) return Duration{dice.Between(-20'000'000, 20'000'000)};
    return lies == Lies::kAgreeing ? kLie : kLie * static_cast<std::int64_t>(server + 1);
  }

  void Ask() {
    const auto server = static_cast<std::size_t>(dice(servers - silent));
    Exchange exchange;
    exchange.error = UpTo(2'000'000);
    const Duration off = server < liars ? Lie(server) : dice.OneIn(2) ? exchange.error : -UpTo(exchange.error.count());
    exchange.asked = Local(world.ours);
    Pass(UpTo(10'000'000));
    exchange.received = Wall(world.truth + off);
    Pass(UpTo(1'000'000));
    exchange.answered = Wall(world.truth + off);
    Pass(UpTo(10'000'000));
    exchange.returned = Local(world.ours);
    sync.Take(server, exchange);
    answered[server] = true;
  }

  bool HonestMajority() const { return servers - liars >= core::Majority(static_cast<std::uint32_t>(servers)); }
  bool HonestMajorityAnswered() const {
    const auto honest = static_cast<std::uint32_t>(
        std::count(answered.begin() + static_cast<std::ptrdiff_t>(std::min(liars, servers)), answered.end(), true));
    return honest >= core::Majority(static_cast<std::uint32_t>(servers));
  }

  void Judge(Outcomes& outcomes) const {
    const std::optional<OffsetBounds> claim = sync.Estimate(Local(world.ours));
    const bool right = claim && claim->Contains(world.Offset());
    ++(right ? outcomes.right : claim ? outcomes.wrong : outcomes.unsynchronised);
    if (HonestMajority()) {
      ASSERT_TRUE(right || !claim) << servers << " servers, " << liars << " liars: wrong";
      ASSERT_TRUE(claim || !HonestMajorityAnswered()) << servers << " servers, " << liars << " liars: no claim";
    } else if (lies == Lies::kFarApart) {
      ASSERT_FALSE(claim) << servers << " servers, " << liars << " liars that do not agree with anybody";
    } else if (lies == Lies::kAgreeing && claim) {
      ASSERT_TRUE(right || claim->Contains(world.Offset() + kLie)) << "neither the truth nor what the liars say";
    }
  }
};

Case AnyCase(harness::Dice& dice, Lies lies) {
  Case any{dice, lies, 2 + dice(6), 0, 0, {}, {}, {}};
  any.liars = dice(any.servers + 1);
  any.silent = dice(any.servers);
  any.sync = {core::List<core::List<Sample>>(any.servers), World::kDrift};
  any.answered.resize(any.servers);
  return any;
}

// With an honest majority never wrong, and synchronised when that has answered. Without one unsynchronised, unless
// a majority vouches for what is not true: that is what no such scheme can tell (Marzullo & Owicki 1983).
TEST(ClockSync, AnHonestMajorityIsNeverWrong) {
  harness::Dice dice{20260101};
  std::map<std::pair<Lies, bool>, Outcomes> outcomes;
  const std::uint64_t wanted = harness::TrialSize("FAULTLINE_CASES", 10'000);
  for (std::uint64_t i = 0; i < wanted; ++i) {
    Case any = AnyCase(dice, static_cast<Lies>(i % 3));
    for (int round = 0; round < 24; ++round) {
      any.Ask();
      any.Judge(outcomes[{any.lies, any.HonestMajority()}]);
      ASSERT_FALSE(testing::Test::HasFatalFailure()) << "case " << i << ", round " << round;
      any.Pass(any.UpTo(dice.OneIn(2) ? 10'000 : 64'000'000'000) + Duration{dice.Between(0, 1)});
      any.Judge(outcomes[{any.lies, any.HonestMajority()}]);
      ASSERT_FALSE(testing::Test::HasFatalFailure()) << "case " << i << ", after round " << round;
    }
  }
  const std::uint64_t some = wanted / 10;
  for (const Lies lies : {Lies::kFarApart, Lies::kAgreeing, Lies::kNear}) {
    const char* name = lies == Lies::kFarApart ? "far apart" : lies == Lies::kAgreeing ? "agreeing" : "near";
    std::printf("lies %s\n", name);
    const Outcomes& honest = outcomes[{lies, true}];
    const Outcomes& dishonest = outcomes[{lies, false}];
    honest.Print("  honest majority");
    dishonest.Print("  dishonest majority");
    EXPECT_GT(honest.right, some);
    EXPECT_GT(honest.unsynchronised, some) << "silence was not tried";
    EXPECT_GT(dishonest.unsynchronised, some);
    EXPECT_EQ(dishonest.wrong > some, lies != Lies::kFarApart) << "the exception of the theory was not tried";
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
    const Duration passed{*rc::gen::element<std::int64_t>(1, 2, 1'999, 2'000, 1'000'000, 1'000'000'000)};
    now += passed;
    const WallTime read = clock.Read(Local(now));
    RC_ASSERT(read >= last);
    // At most 500 ppm faster or slower, and each steering may begin anew with a nanosecond.
    const Duration most = Share(passed, SlewedClock::kSlew, kMillion) + Duration{1};
    RC_ASSERT(read - last >= passed - most && read - last <= passed + most);
    last = read;
  }
  now += seconds(1'000);  // 0.2 s at 500 ppm take 400 s
  RC_ASSERT(clock.OffsetAt(Local(now)) == clock.target);
}

}  // namespace
}  // namespace clocks
