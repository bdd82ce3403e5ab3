// Laws of the network, for any plan: what a link may and may not do to packets.
#include "sim/network.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using core::Duration;
using core::TrueTime;

constexpr std::uint32_t kKind = 3;   // a kind of fault
constexpr std::uint32_t kOther = 5;  // another one

Duration AnyDuration(std::int64_t most) { return Duration(*rc::gen::inRange<std::int64_t>(0, most + 1)); }
Ratio AnyRatio() { return {*rc::gen::inRange<std::uint32_t>(0, Ratio::kBillion + 1)}; }

LinkPlan AnyLink() {
  LinkPlan link;
  const Duration min = AnyDuration(10'000'000);
  link.latency = Latency::Uniform(min, min + AnyDuration(100'000'000));
  link.jitter = AnyDuration(5'000'000);
  link.duplicate = AnyRatio();
  link.reorder = AnyRatio();
  link.reorder_delay = AnyDuration(200'000'000);
  return link;
}

// Three members, one application (3), one client (4).
Plan PlanWith(const LinkPlan& link) {
  Plan plan;
  plan.peer = plan.client = plan.exporter = link;
  return plan;
}

struct Bench {
  explicit Bench(const Plan& plan, std::uint64_t seed = 1) : network(plan, 3, 4, 1), chooser(seed) {}
  Fate Send(std::uint32_t from, std::uint32_t to, TrueTime now = {}, std::uint64_t size = 0) {
    return network.Send(from, to, now, chooser, effects, size);
  }
  Network network;
  core::Tape chooser;
  std::vector<std::uint64_t> effects = std::vector<std::uint64_t>(8);
};

RC_GTEST_PROP(Network, DelaysStayWithinThePlan, ()) {
  LinkPlan link = AnyLink();
  link.loss = AnyRatio();
  Bench bench(PlanWith(link), *rc::gen::arbitrary<std::uint64_t>());
  const Duration most = link.latency.max + link.jitter + link.reorder_delay;
  for (int i = 0; i < 50; ++i) {
    const Fate fate = bench.Send(0, 1);
    RC_ASSERT(fate.copies <= 2u);
    for (std::uint32_t copy = 0; copy < fate.copies; ++copy) {
      RC_ASSERT(fate.delay[copy] >= link.latency.min);
      RC_ASSERT(fate.delay[copy] <= most);
    }
  }
  RC_ASSERT(bench.network.counts().sent == 50u);
}

RC_GTEST_PROP(Network, OnAFifoLinkNothingOvertakes, ()) {
  LinkPlan link = AnyLink();
  link.fifo = true;
  Bench bench(PlanWith(link), *rc::gen::arbitrary<std::uint64_t>());
  TrueTime now{}, last{};
  for (int i = 0; i < 50; ++i) {
    now += AnyDuration(1'000'000);
    const Fate fate = bench.Send(0, 1, now);
    for (std::uint32_t copy = 0; copy < fate.copies; ++copy) {
      RC_ASSERT(now + fate.delay[copy] >= last);
      RC_ASSERT(fate.delay[copy] >= link.latency.min);
      last = now + fate.delay[copy];
    }
  }
}

// However much is said elsewhere, a link decides as if it were alone.
RC_GTEST_PROP(Network, TrafficOnAnotherLinkChangesNothingHere, ()) {
  LinkPlan link = AnyLink();
  link.loss = AnyRatio();
  Bench alone(PlanWith(link), 7), busy(PlanWith(link), 7);
  for (int i = 0; i < 30; ++i) {
    for (int others = *rc::gen::inRange(0, 4); others > 0; --others) {
      busy.Send(1, 0);
      busy.Send(0, 2);
      busy.Send(4, 1);
    }
    const Fate expected = alone.Send(0, 1), got = busy.Send(0, 1);
    RC_ASSERT(got.copies == expected.copies);
    RC_ASSERT(std::equal(got.delay, got.delay + 2, expected.delay));
  }
}

// 100000 packets at 10 %: five standard deviations are 474.
TEST(Network, LosesAndRepeatsAsOftenAsThePlanSays) {
  LinkPlan link;
  link.loss = {Ratio::kBillion / 10};
  Bench lossy(PlanWith(link));
  link = {};
  link.duplicate = {Ratio::kBillion / 10};
  Bench doubling(PlanWith(link));
  for (int i = 0; i < 100'000; ++i) {
    lossy.Send(0, 1);
    doubling.Send(0, 1);
  }
  EXPECT_NEAR(static_cast<double>(lossy.network.counts().lost), 10'000, 474);
  EXPECT_NEAR(static_cast<double>(doubling.network.counts().duplicated), 10'000, 474);
  EXPECT_EQ(lossy.network.counts().duplicated, 0u);
  EXPECT_EQ(doubling.network.counts().lost, 0u);
}

TEST(Network, EachClassOfLinkHasItsPlan) {
  Plan plan;
  plan.peer.latency = Latency::Uniform(1ms, 1ms);
  plan.exporter.latency = Latency::Uniform(2ms, 2ms);
  plan.client.latency = Latency::Uniform(3ms, 3ms);
  Bench bench(plan);
  EXPECT_EQ(bench.Send(0, 2).delay[0], 1ms);
  EXPECT_EQ(bench.Send(3, 2).delay[0], 2ms);
  EXPECT_EQ(bench.Send(2, 3).delay[0], 2ms);
  EXPECT_EQ(bench.Send(4, 0).delay[0], 3ms);
  EXPECT_EQ(bench.Send(0, 4).delay[0], 3ms);
}

// --- what a link does from packet to packet -----------------------------------------

TEST(Network, ABaseLatencyIsDrawnOncePerPair) {
  LinkPlan link;
  link.base_latency = {0ms, 30ms};
  Bench bench(PlanWith(link)), other(PlanWith(link), 2);
  const Duration there = bench.Send(0, 1).delay[0];
  EXPECT_LE(there, 30ms);
  EXPECT_EQ(bench.Send(0, 1).delay[0], there) << "for good";
  EXPECT_EQ(bench.Send(1, 0).delay[0], there) << "both ways";
  EXPECT_NE(bench.Send(0, 2).delay[0], there) << "each pair has its own";
  EXPECT_NE(other.Send(0, 1).delay[0], there) << "each run too";
}

// Uniform in [0, 1s]: mean 500ms and variance v = 1/12 s^2. With correlation c successive delays have
// correlation c, and their variance is v (1 - c) / (1 + c): a third of it at 50 %. Over 100000 packets
// five standard deviations are 4.6ms of the mean (its own variance is v / n, as without correlation), and
// about 2 % of variance and covariance.
TEST(Network, SuccessiveDelaysAreCorrelated) {
  LinkPlan link;
  link.latency = Latency::Uniform(0ms, 1s);
  link.correlation = {Ratio::kBillion / 2};
  Bench bench(PlanWith(link));
  constexpr int kPackets = 100'000;
  std::int64_t sum = 0, squares = 0, products = 0, last = 500'000;  // microseconds
  for (int i = 0; i < kPackets; ++i) {
    const std::int64_t delay = bench.Send(0, 1).delay[0].count() / 1000;
    sum += delay;
    squares += (delay - 500'000) * (delay - 500'000) / 1000;
    products += (delay - 500'000) * (last - 500'000) / 1000;
    last = delay;
  }
  const std::int64_t variance = 1'000'000LL * 1'000'000 / 12 / 3 / 1000;
  EXPECT_NEAR(static_cast<double>(sum / kPackets), 500'000, 4'600);
  EXPECT_NEAR(static_cast<double>(squares / kPackets), static_cast<double>(variance), 0.02 * variance);
  EXPECT_NEAR(static_cast<double>(products / kPackets), static_cast<double>(variance / 2), 0.02 * variance);
}

// In at 2 %, out at 10 %: a sixth of the packets find it bad. Bursts are geometric, of 10 packets in the mean,
// and the number of bad ones among n has a variance of about n pi (1 - pi) (2 / (p + r) - 1), so over 100000
// packets five standard deviations are 2330 lost ones. Bursts begin once in 1/p + 1/r = 60 packets.
TEST(Network, BurstsOfLossHaveTheirShareAndTheirLength) {
  LinkPlan link;
  link.loss_burst = {{Ratio::kBillion / 50}, {Ratio::kBillion / 10}, {Ratio::kBillion}};
  Bench bench(PlanWith(link));
  int runs = 0;
  bool lost = false;
  for (int i = 0; i < 100'000; ++i) {
    const bool now_lost = bench.Send(0, 1).copies == 0;
    runs += now_lost && !lost;
    lost = now_lost;
  }
  EXPECT_NEAR(static_cast<double>(bench.network.counts().lost), 16'667, 2'330);
  EXPECT_NEAR(static_cast<double>(runs), 1'667, 170);
}

// A cut must not shift what the link draws from packet to packet, either.
TEST(Network, ACutLeavesBurstsAndCorrelationAsTheyWere) {
  LinkPlan link;
  link.latency = Latency::Uniform(1ms, 100ms);
  link.base_latency = {0ms, 30ms};
  link.correlation = {Ratio::kBillion / 2};
  link.loss_burst = {{Ratio::kBillion / 10}, {Ratio::kBillion / 10}, {Ratio::kBillion}};
  Bench cut(PlanWith(link)), whole(PlanWith(link));
  cut.network.Cut(0, 1, kKind);
  for (int i = 0; i < 50; ++i) cut.Send(0, 1), whole.Send(0, 1);
  cut.network.Mend(0, 1);
  for (int i = 0; i < 50; ++i) {
    const Fate got = cut.Send(0, 1), expected = whole.Send(0, 1);
    EXPECT_EQ(got.copies, expected.copies);
    EXPECT_EQ(got.delay[0], expected.delay[0]);
  }
}

// 100000 packets at 10 %, half of them repeated: 15000 of 150000 copies, five standard deviations are 586.
TEST(Network, CorruptsEachCopyByItself) {
  LinkPlan link;
  link.corrupt = {Ratio::kBillion / 10};
  link.duplicate = {Ratio::kBillion / 2};
  Bench bench(PlanWith(link));
  int flipped = 0, unlike = 0;
  for (int i = 0; i < 100'000; ++i) {
    const Fate fate = bench.Send(0, 1);
    flipped += fate.flips[0] + fate.flips[1];
    unlike += fate.copies == 2 && fate.flips[0] != fate.flips[1];
  }
  EXPECT_NEAR(static_cast<double>(flipped), 15'000, 586);
  EXPECT_GT(unlike, 5'000);
}

RC_GTEST_PROP(Network, AsManyBitsFlipAsTheFateSays, ()) {
  core::Tape chooser(*rc::gen::arbitrary<std::uint64_t>());
  Fate fate;
  fate.copies = 1;
  fate.flips[0] = static_cast<std::uint8_t>(*rc::gen::inRange(1, 17));
  std::string bytes(static_cast<std::size_t>(*rc::gen::inRange(2, 50)), '\0');
  Network::FlipBits(0, 1, fate, 0, chooser, bytes);
  int ones = 0;
  for (const char c : bytes) ones += __builtin_popcount(static_cast<unsigned char>(c));
  RC_ASSERT(ones == fate.flips[0]);
}

// --- bandwidth and queues ------------------------------------------------------------

LinkPlan Narrow(std::uint32_t queue, Overflow overflow) {
  LinkPlan link;
  link.bandwidth = 1'000'000;  // a byte per microsecond
  link.queue = queue;
  link.overflow = overflow;
  return link;
}

TEST(Network, PacketsWaitForThoseBeforeThem) {
  Bench bench(PlanWith(Narrow(0, Overflow::kTail)));
  EXPECT_TRUE(bench.network.needs_sizes());
  EXPECT_FALSE(Bench(PlanWith({})).network.needs_sizes());
  EXPECT_EQ(bench.Send(0, 1, {}, 1000).delay[0], 1ms);
  EXPECT_EQ(bench.Send(0, 1, {}, 500).delay[0], 1500us) << "after the first";
  EXPECT_EQ(bench.Send(1, 0, {}, 500).delay[0], 500us) << "the other direction is another line";
  EXPECT_EQ(bench.Send(0, 1, TrueTime{10ms}, 500).delay[0], 500us) << "it has been free for long";
}

TEST(Network, AFullQueueDropsWhatComes) {
  Bench bench(PlanWith(Narrow(4, Overflow::kTail)));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(bench.Send(0, 1, {}, 1000).copies, i < 4 ? 1u : 0u) << i;
  EXPECT_EQ(bench.network.counts().overflowed, 6u);
  EXPECT_EQ(bench.Send(0, 1, TrueTime{1ms}, 1000).delay[0], 4ms) << "one has left";
  EXPECT_EQ(bench.Send(0, 1, TrueTime{1ms}, 1000).copies, 0u);
}

TEST(Network, BackpressureLosesNothingAndCounts) {
  Bench bench(PlanWith(Narrow(4, Overflow::kBackpressure)));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(bench.Send(0, 1, {}, 1000).delay[0], (i + 1) * 1ms);
  EXPECT_EQ(bench.network.counts().held_back, 6u);
  EXPECT_EQ(bench.network.counts().overflowed, 0u);
}

// A queue of 8 that holds 5 drops (2 * 5 - 8) / 8 of what comes, a quarter, and if that was let in, one that holds 6
// drops a half. Over 20000 queues: 5000 and 7500; five standard deviations are 306 and 342.
TEST(Network, ARandomQueueDropsTheLikelierTheFullerItIs) {
  int early = 0, sixth = 0, seventh = 0;
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    Bench bench(PlanWith(Narrow(8, Overflow::kRandom)), seed);
    for (int i = 0; i < 5; ++i) early += bench.Send(0, 1, {}, 1000).copies == 0;
    const bool dropped = bench.Send(0, 1, {}, 1000).copies == 0;
    sixth += dropped;
    if (!dropped) seventh += bench.Send(0, 1, {}, 1000).copies == 0;
  }
  EXPECT_EQ(early, 0) << "up to half full it drops nothing";
  EXPECT_NEAR(static_cast<double>(sixth), 5'000, 306);
  EXPECT_NEAR(static_cast<double>(seventh), 7'500, 342);
}

// --- regions -----------------------------------------------------------------------

// Members in order; the application is the first of its sort, and so is the client.
TEST(Network, EndpointsAreDealtToTheRegions) {
  Plan plan = PlanWith({});
  EXPECT_EQ(Bench(plan).network.regions(), 1u);
  EXPECT_EQ(Bench(plan).network.region(2), 0u);
  plan.regions = {{"eu", 1}, {"us", 2}};
  const Network network(plan, 3, 6, 3);
  EXPECT_EQ(network.regions(), 2u);
  std::vector<std::uint32_t> regions;
  for (std::uint32_t endpoint = 0; endpoint < network.endpoints(); ++endpoint) {
    regions.push_back(network.region(endpoint));
  }
  EXPECT_EQ(regions, (std::vector<std::uint32_t>{0, 1, 1, 0, 1, 0, 0, 1, 0}));
}

// Each pair of regions has its latency, which comes on top of the link's own.
TEST(Network, FarRegionsAreFar) {
  Plan plan = PlanWith({});
  plan.peer.latency = Latency::Uniform(1ms, 1ms);
  plan.regions = {{"eu", 1}, {"us", 2}};
  plan.region_links = {{0, 1, Latency::Uniform(40ms, 40ms)}, {1, 0, Latency::Uniform(50ms, 50ms)}};
  Bench bench(plan);
  EXPECT_EQ(bench.Send(0, 1).delay[0], 41ms);
  EXPECT_EQ(bench.Send(1, 0).delay[0], 51ms);
  EXPECT_EQ(bench.Send(1, 2).delay[0], 1ms) << "within a region";
  EXPECT_EQ(bench.Send(2, 3).delay[0], 50ms) << "the application is in the first region";
}

TEST(Network, ACutLinkPassesNothingAndCounts) {
  Bench bench(PlanWith({}));
  bench.network.Cut(0, 1, kKind);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(bench.Send(0, 1).copies, 0u);
  EXPECT_EQ(bench.Send(1, 0).copies, 1u) << "a cut has a direction";
  EXPECT_EQ(bench.Send(0, 2).copies, 1u);
  EXPECT_EQ(bench.network.counts().cut, 10u);
  EXPECT_EQ(bench.effects[kKind], 10u);
}

TEST(Network, OverlappingCutsMendOnlyWhenAllHaveEnded) {
  Bench bench(PlanWith({}));
  bench.network.Cut(0, 1, kKind);
  bench.network.Cut(0, 1, kOther);
  bench.network.Mend(0, 1);
  EXPECT_EQ(bench.Send(0, 1).copies, 0u);
  bench.network.Mend(0, 1);
  EXPECT_EQ(bench.Send(0, 1).copies, 1u);
}

// A packet that a partition swallowed took its decisions with it.
TEST(Network, ACutDoesNotShiftWhatBecomesOfLaterPackets) {
  LinkPlan link;
  link.latency = Latency::Uniform(1ms, 100ms);
  Bench cut(PlanWith(link)), whole(PlanWith(link));
  cut.network.Cut(0, 1, kKind);
  cut.Send(0, 1);
  whole.Send(0, 1);
  cut.network.Mend(0, 1);
  EXPECT_EQ(cut.Send(0, 1).delay[0], whole.Send(0, 1).delay[0]);
}

// --- faults on links ---------------------------------------------------------------

void DelayByNumber(PacketScope& packet) { packet.Delay(Duration{packet.numbers[0]}); }
void LoseEverySecond(PacketScope& packet) {
  if (++*packet.memory % 2 == 0) packet.Lose();
}

Links From(std::uint32_t sender) {
  Links links(5);
  links.AddSender(sender);
  return links;
}

TEST(Network, AFaultEditsThePacketsOfItsLinksUntilItIsRemoved) {
  Bench bench(PlanWith({}));
  const std::uint32_t slow = bench.network.Add({DelayByNumber, kKind, 1, From(0), {20'000'000}, {}, false});
  EXPECT_EQ(bench.Send(0, 1).delay[0], 20ms);
  EXPECT_EQ(bench.Send(1, 0).delay[0], 0ms) << "only what it sends";
  EXPECT_EQ(bench.effects[kKind], 1u);
  bench.network.Remove(slow);
  EXPECT_EQ(bench.Send(0, 1).delay[0], 0ms);
  EXPECT_EQ(bench.effects[kKind], 1u);
}

// A short fault within a long one must not end the long one.
TEST(Network, FaultsThatOverlapAllHaveTheirSay) {
  Bench bench(PlanWith({}));
  bench.network.Add({DelayByNumber, kKind, 1, From(0), {20'000'000}, {}, false});
  const std::uint32_t shorter = bench.network.Add({DelayByNumber, kOther, 2, From(0), {30'000'000}, {}, false});
  EXPECT_EQ(bench.Send(0, 1).delay[0], 50ms);
  bench.network.Remove(shorter);
  EXPECT_EQ(bench.Send(0, 1).delay[0], 20ms);
}

TEST(Network, LinksAreToldByEitherEndOrByBoth) {
  Links either(5);
  either.AddSender(0);
  either.AddReceiver(1);
  EXPECT_TRUE(either.Contains(0, 3));
  EXPECT_TRUE(either.Contains(3, 1));
  EXPECT_FALSE(either.Contains(1, 3));
  either.RequireBothEnds();
  EXPECT_TRUE(either.Contains(0, 1));
  EXPECT_FALSE(either.Contains(0, 3));
}

TEST(Network, AFaultMayRememberSomethingOfEachLink) {
  Bench bench(PlanWith({}));
  bench.network.Remember(bench.network.Add({LoseEverySecond, kKind, 1, From(0), {}, {}, false}));
  EXPECT_EQ(bench.Send(0, 1).copies, 1u);
  EXPECT_EQ(bench.Send(0, 2).copies, 1u);
  EXPECT_EQ(bench.Send(0, 1).copies, 0u);
  EXPECT_EQ(bench.Send(0, 2).copies, 0u);
}

// Adding one fault leaves what the link and every other fault draw as it was.
RC_GTEST_PROP(Network, AFaultThatIsAddedShiftsNoOtherDraw, ()) {
  const auto jitter = [](PacketScope& packet) {
    packet.Delay(Duration(static_cast<std::int64_t>(packet.Draw(1'000))));
  };
  const auto look = [](PacketScope& packet) { packet.Draw(1'000'000); };
  const LinkPlan link = AnyLink();
  Bench without(PlanWith(link), 7), with(PlanWith(link), 7);
  with.network.Add({look, kOther, 2, From(0), {}, {}, false});
  for (Bench* bench : {&without, &with}) bench->network.Add({jitter, kKind, 1, From(0), {}, {}, false});
  for (int i = 0; i < 30; ++i) {
    const Fate expected = without.Send(0, 1), got = with.Send(0, 1);
    RC_ASSERT(got.copies == expected.copies);
    RC_ASSERT(std::equal(got.delay, got.delay + 2, expected.delay));
  }
}

// --- packets under way ---------------------------------------------------------------

TEST(Network, WhatIsUnderWayIsKilledAndWhatComesLaterIsNot) {
  Bench bench(PlanWith({}));
  const std::uint32_t before = bench.Send(0, 1).number;
  EXPECT_FALSE(bench.network.watches_arrivals());
  bench.network.KillInFlight(0, 1, kKind);
  const std::uint32_t after = bench.Send(0, 1).number;
  TrueTime until{};
  ASSERT_TRUE(bench.network.watches_arrivals());
  EXPECT_EQ(bench.network.Arrive(0, 1, before, {}, bench.effects, &until), Network::Arrival::kKilled);
  EXPECT_EQ(bench.network.Arrive(0, 1, after, {}, bench.effects, &until), Network::Arrival::kArrives);
  EXPECT_EQ(bench.effects[kKind], 1u);
}

TEST(Network, WhatIsHeldArrivesWhenItsTimeHasCome) {
  Bench bench(PlanWith({}));
  const std::uint32_t number = bench.Send(0, 1).number;
  bench.network.HoldInFlight(0, 1, TrueTime{5ms}, kKind);
  TrueTime until{};
  EXPECT_EQ(bench.network.Arrive(0, 1, number, TrueTime{1ms}, bench.effects, &until), Network::Arrival::kHeld);
  EXPECT_EQ(until, TrueTime{5ms});
  EXPECT_EQ(bench.network.Arrive(0, 1, number, until, bench.effects, &until), Network::Arrival::kArrives);
}

}  // namespace
}  // namespace sim
