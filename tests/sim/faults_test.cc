// What every kind of fault owes: an effect that is counted, nothing left behind
// when the window ends, and nothing at all when its chance is 0.
#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/sim/fault_bench.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using core::Duration;
using core::TrueTime;
using Parameters = std::vector<core::Parameter>;

// How each kind is told to do nothing; a kind that cannot be, is told to hit nobody.
const std::map<std::string, Parameters, std::less<>>& Harmless() {
  static const std::map<std::string, Parameters, std::less<>> harmless{
      {"bandwidth", {{"rate", "1000000000000"}}},
      {"bit_rot", {{"records", "0"}}},
      {"clock_bound_violated", {{"by", "0s"}}},
      {"clock_discipline", {{"error", "0s"}}},  // of clocks that are right
      {"clock_drift", {{"by", "0%"}}},
      {"clock_step", {{"by", "0s"}}},
      {"clock_strobe", {{"delta", "0s"}}},
      {"clock_wander", {{"step", "0%"}}},
      {"clog", {{"mode", "slow"}, {"times", "1"}}},
      {"connection_reset", {{"chance", "0%"}}},
      {"disk_slow", {{"times", "1"}}},
      {"disk_stall", {{"by", "0s"}}},
      {"hazard", {{"chance", "0%"}, {"every", "1ms"}}},
      {"latent_sector_error", {{"records", "0"}}},
      {"loss_burst", {{"begins", "0%"}}},
      {"misdirected_write", {{"writes", "0"}}},
      {"packet_corruption", {{"chance", "0%"}}},
      {"packet_delay", {{"by", "0s"}}},
      {"packet_duplication", {{"chance", "0%"}}},
      {"packet_loss", {{"chance", "0%"}}},
      {"packet_reordering", {{"chance", "0%"}}},
      {"phantom_write", {{"records", "0"}}},
      {"slow_cpu", {{"by", "0s"}}},
      {"swizzle", {{"share", "0%"}}},
      {"sync_error", {{"chance", "0%"}}},
  };
  return harmless;
}
// These do one thing to each victim, and so nothing without a victim.
const std::vector<std::string_view>& WithoutChance() {
  static const std::vector<std::string_view> kinds{"clock_freeze", "crash",    "crash_at_storage_op",
                                                   "disk_full",    "hang",     "leap_second",
                                                   "partition",    "pause",    "shutdown",
                                                   "sync_lie",     "vm_pause", "wipe",
                                                   "zone_failure"};
  return kinds;
}

// A second of packets on every link, one each millisecond.
void Chatter(FaultBench& bench) {
  const std::uint32_t endpoints = bench.physics.network.endpoints();
  for (int i = 0; i < 1000; ++i) {
    const std::uint32_t from = static_cast<std::uint32_t>(i) % endpoints;
    for (std::uint32_t to = 0; to < endpoints; ++to) {
      if (to != from) bench.Send(from, to);
    }
    bench.Advance(1ms);
  }
}

// Milliseconds of all that a world asks the physics for: packets that are sent and arrive, syncs, and the time.
void Work(FaultBench& bench, int milliseconds) {
  const std::uint32_t endpoints = bench.physics.network.endpoints();
  for (int i = 0; i < milliseconds; ++i) {
    const std::uint32_t from = static_cast<std::uint32_t>(i) % endpoints;
    for (std::uint32_t to = 0; to < endpoints; ++to) {
      if (to == from) continue;
      const Fate fate = bench.Send(from, to);
      bench.Arrive(from, to, fate.number);
    }
    const std::uint32_t node = static_cast<std::uint32_t>(i) % FaultBench::kNodes;
    bench.Sync(node);
    bench.physics.WallBounds(node);
    bench.Advance(1ms);
  }
}

// With ten records on each disk, of which any may be lost.
FaultBench Busy(std::uint64_t seed) {
  FaultBench bench(seed);
  DrawDiskBudget(DiskBudget::kUnrestricted, bench.physics, bench.chooser);
  Work(bench, 10 * FaultBench::kNodes);
  return bench;
}

// A medium does not heal.
bool Lasts(std::string_view kind) {
  return kind == "bit_rot" || kind == "latent_sector_error" || kind == "misdirected_write" || kind == "phantom_write" ||
         kind == "wipe";
}

// Each kind as it is by default, and so that it would go on if nobody stopped it.
std::vector<std::pair<std::string_view, Parameters>> Fierce() {
  std::vector<std::pair<std::string_view, Parameters>> fierce{{"clock_strobe", {{"period", "400ms"}}},
                                                              {"clog", {{"mode", "drop"}}},
                                                              {"clog", {{"mode", "slow"}}},
                                                              {"clog", {{"scope", "link"}, {"mode", "drop"}}},
                                                              {"connection_reset", {{"chance", "100%"}}},
                                                              {"hazard", {{"chance", "100%"}}},
                                                              {"leap_second", {{"mode", "smear"}}},
                                                              {"partition", {{"shape", "majorities_ring"}}},
                                                              {"partition", {{"shape", "random_edges"}}},
                                                              {"partition", {{"in_flight", "kill"}}},
                                                              {"partition", {{"in_flight", "hold"}}},
                                                              {"sync_error", {{"mode", "sticky"}}},
                                                              {"vm_pause", {{"mono", "running"}}},
                                                              {"vm_pause", {{"asleep", "100%"}}}};
  for (const FaultKind* kind : FaultKinds()) {
    if (kind->name != "hazard") fierce.push_back({kind->name, {}});
  }
  return fierce;
}

// What a fault did to packets under way, and clocks that jumped, is over by then; that there was something to end shows
// before. Of what lasts nothing else does.
TEST(EveryFault, LeavesTheWorldAsItWas) {
  for (const auto& [kind, parameters] : Fierce()) {
    FaultBench with = Busy(7), without = with;
    const std::size_t window = with.Begin(kind, 1s, parameters);
    for (FaultBench* bench : {&with, &without}) Work(*bench, 999);
    EXPECT_TRUE(with.effects(kind) > 0 || Difference(with, without) != "") << kind << " did nothing";
    for (FaultBench* bench : {&with, &without}) Work(*bench, 1);
    with.Advance(0s);
    ASSERT_TRUE(with.ended.contains(window)) << kind;
    EXPECT_EQ(Difference(with, without, "damaged"), "") << kind;
    EXPECT_EQ(Difference(with, without) != "", Lasts(kind)) << kind;
  }
}

// Any kinds at once, on the same victims or on others, in any order.
RC_GTEST_PROP(EveryFault, ThatOverlapsOthersIsUndoneAllTheSame, ()) {
  FaultBench with = Busy(*rc::gen::arbitrary<std::uint64_t>()), without = with;
  const auto fierce = Fierce();
  for (int windows = *rc::gen::inRange(2, 10); windows > 0; --windows) {
    const auto& [kind, parameters] = fierce[*rc::gen::inRange<std::size_t>(0, fierce.size())];
    if (Lasts(kind)) continue;
    with.Begin(kind, Duration(*rc::gen::inRange(1, 50'000'000)), parameters,
               {*rc::gen::element<std::string>("all", "any", "minority", "n1")});
    const int milliseconds = *rc::gen::inRange(0, 15);
    for (FaultBench* bench : {&with, &without}) Work(*bench, milliseconds);
  }
  for (FaultBench* bench : {&with, &without}) Work(*bench, 50);
  RC_ASSERT(with.ended.size() == with.windows.size());
  RC_ASSERT(Difference(with, without) == "");
}

// A window that ends within another one of its kind leaves that one in force, as if it had been alone. Of these kinds
// the second window depends on what the first one does.
TEST(EveryFault, ThatEndsLeavesOthersOfItsKindInForce) {
  const std::vector<std::string_view> entangled{"clock_discipline", "clock_freeze", "crash_at_storage_op",
                                                "hazard",           "shutdown",     "sync_error"};
  for (const auto& [kind, parameters] : Fierce()) {
    if (Lasts(kind) || std::count(entangled.begin(), entangled.end(), kind) > 0) continue;
    FaultBench both = Busy(7), alone = both;
    both.Begin(kind, 100ms, parameters, {"n1", "n3"});
    for (FaultBench* bench : {&both, &alone}) {
      bench->Advance(50ms);
      bench->Begin(kind, 300ms, parameters, {"n1", "n2"});
      bench->Advance(100ms);
    }
    EXPECT_EQ(Difference(both, alone), "") << kind;
  }
}

TEST(EveryFault, WithoutAChanceChangesNothing) {
  for (const FaultKind* kind : FaultKinds()) {
    const auto found = Harmless().find(kind->name);
    if (found == Harmless().end()) {
      EXPECT_THAT(WithoutChance(), testing::Contains(kind->name)) << "say how it is told to do nothing";
      continue;
    }
    FaultBench with = Busy(7), without = with;
    with.Begin(kind->name, 3s, found->second, {"all"});
    EXPECT_EQ(Difference(with, without), "") << kind->name;
    for (FaultBench* bench : {&with, &without}) Work(*bench, 1000);
    EXPECT_EQ(Difference(with, without), "") << kind->name;
    EXPECT_EQ(with.effects(kind->name), 0u) << kind->name;
    with.Advance(2s);
    without.Advance(2s);
    ASSERT_TRUE(with.ended.contains(0)) << kind->name;
    EXPECT_EQ(Difference(with, without), "") << kind->name;
  }
}

// A window that is replayed has the victims that were: here nobody.
TEST(EveryFault, ThatHitsNobodyChangesNothing) {
  for (const FaultKind* kind : FaultKinds()) {
    FaultBench with = Busy(7), without = with;
    FaultWindow window;
    window.kind = kind->name;
    window.begin = with.physics.now.time_since_epoch();
    window.end = 3s;
    with.plan.windows = {window};
    with.Draw({}, 10s);
    for (FaultBench* bench : {&with, &without}) Work(*bench, 1000);
    ASSERT_TRUE(with.windows[0].begun) << kind->name;
    EXPECT_EQ(Difference(with, without), "") << kind->name;
    EXPECT_EQ(with.effects(kind->name), 0u) << kind->name;
    EXPECT_TRUE(with.physics.orders.empty()) << kind->name;
  }
}

// --- streams -------------------------------------------------------------------------

FaultPlan Some(std::string_view kind) {
  FaultPlan fault;
  fault.kind = kind;
  fault.every.emplace();
  fault.every->min = 150ms;
  fault.lasts.min = 200ms;
  return fault;
}

std::map<core::ChoiceName, Recorder::Answer> Asked(std::vector<FaultPlan> faults) {
  FaultBench bench(3);
  bench.chooser.records = true;
  bench.Draw(std::move(faults), 1s);
  Chatter(bench);
  return bench.chooser.asked;
}

// With a second fault in the plan, whatever is asked without it gets the same answer, and the first one's windows,
// victims and magnitudes are asked for all the same. (Its draws about a packet may not be: the packet may be lost.)
TEST(EveryFault, ThatIsAddedLeavesTheChoicesOfEveryOther) {
  core::Seeded pick(1);
  std::uint64_t picks = 0;
  const auto any = [&] {
    return FaultKinds()[pick.Choose({core::Purpose::kSwarm, 0, 0, picks++}, FaultKinds().size())];
  };
  for (int pair = 0; pair < 60; ++pair) {
    const FaultKind* kind = any();
    const FaultKind* added = any();
    const auto without = Asked({Some(kind->name)});
    const auto with = Asked({Some(added->name), Some(kind->name)});
    std::size_t shared = 0;
    for (const auto& [name, answer] : without) {
      const auto found = with.find(name);
      if (found != with.end()) {
        ++shared;
        EXPECT_EQ(found->second, answer) << kind->name << " with " << added->name;
      } else {
        EXPECT_NE(name.purpose, core::Purpose::kFault) << kind->name << " with " << added->name;
      }
    }
    EXPECT_GT(shared, 1000u) << "latencies, at least";
  }
}

// --- what is drawn for each window ---------------------------------------------------------

// Between two crashes 100ms to 200ms, and each lasts 50ms to 150ms.
TEST(Windows, LengthsAndTheTimesBetweenThemAreUniform) {
  Plan plan;
  plan.storm = 2000s;
  plan.faults = {Some("crash")};
  plan.faults[0].every = Latency::Uniform(100ms, 200ms);
  plan.faults[0].lasts = Latency::Uniform(50ms, 150ms);
  core::Seeded chooser(1);
  std::vector<std::int64_t> lengths, between;
  Duration last{};
  for (const ActiveFault& active : DrawWindows(plan, chooser)) {
    lengths.push_back((active.window.end - active.window.begin).count());
    between.push_back((active.window.begin - last).count());
    last = active.window.end;
  }
  lengths.pop_back();  // the end of the storm may have cut it short
  EXPECT_GT(lengths.size(), 7'000u);
  ExpectUniform(lengths, 50'000'000, 150'000'000, "length");
  ExpectUniform(between, 100'000'000, 200'000'000, "between");
}

// Kinds that by default strike one node strike each alike, and count it as struck.
TEST(Windows, StrikeEachMemberAlike) {
  for (const FaultKind* kind : FaultKinds()) {
    if (kind->targets != "any") continue;
    std::vector<std::int64_t> victims;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
      FaultBench bench(seed);
      bench.Begin(kind->name, 1s);
      ASSERT_EQ(bench.victims().size(), 1u) << kind->name;
      victims.push_back(core::Number(bench.victims()[0]));
      EXPECT_EQ(std::accumulate(bench.physics.struck.begin(), bench.physics.struck.end(), 0u), 1u) << kind->name;
    }
    ExpectUniform(victims, 0, 4, kind->name);
  }
}

// --- each kind -------------------------------------------------------------------------

// Nothing happens by nature: every packet arrives once, after 10ms.
Plan Calm() {
  Plan plan;
  plan.peer.latency.min = plan.client.latency.min = plan.exporter.latency.min = 10ms;
  return plan;
}

constexpr int kPackets = 100'000;

// Calls `see` with the fates of that many packets from n0 to n1, a millisecond apart.
template <class See>
void SendMany(FaultBench& bench, See&& see) {
  for (int i = 0; i < kPackets; ++i) {
    see(bench.Send(0, 1));
    bench.Advance(1ms);
  }
}

// One in ten of 100000: five standard deviations are 474.
TEST(PacketLoss, LosesItsShare) {
  FaultBench bench(1, Calm());
  bench.Begin("packet_loss", 1h, {{"chance", "10%"}}, {"n0"});
  int lost = 0;
  SendMany(bench, [&](const Fate& fate) { lost += fate.copies == 0; });
  EXPECT_NEAR(lost, 10'000, 474);
  EXPECT_EQ(bench.effects("packet_loss"), static_cast<std::uint64_t>(lost));
}

TEST(PacketDuplication, RepeatsItsShare) {
  FaultBench bench(1, Calm());
  bench.Begin("packet_duplication", 1h, {{"chance", "10%"}}, {"n0"});
  int repeated = 0;
  SendMany(bench, [&](const Fate& fate) { repeated += fate.copies == 2; });
  EXPECT_NEAR(repeated, 10'000, 474);
  EXPECT_EQ(bench.effects("packet_duplication"), static_cast<std::uint64_t>(repeated));
}

// A quarter in each quarter of the range: 25000, five standard deviations are 685.
TEST(PacketDelay, IsUniform) {
  FaultBench bench(1, Calm());
  bench.Begin("packet_delay", 1h, {{"by", "20ms..60ms"}}, {"n0"});
  std::map<std::int64_t, int> quarters;
  SendMany(bench, [&](const Fate& fate) { ++quarters[(fate.delay[0] - 30ms) / 10'000'001ns]; });
  ASSERT_EQ(quarters.size(), 4u);
  EXPECT_EQ(quarters.begin()->first, 0);
  for (const auto& [quarter, count] : quarters) EXPECT_NEAR(count, 25'000, 685) << quarter;
  EXPECT_EQ(bench.effects("packet_delay"), static_cast<std::uint64_t>(kPackets));
}

// One in five: 20000, five standard deviations are 633; half of those in each half of the range, 10000 of all: 475.
TEST(PacketReordering, HoldsBackItsShareAndTheyAreOvertaken) {
  FaultBench bench(1, Calm());
  bench.Begin("packet_reordering", 1h, {{"chance", "20%"}, {"by", "20ms..40ms"}}, {"n0"});
  int held = 0, short_time = 0, overtaken = 0;
  core::TrueTime last{};
  SendMany(bench, [&](const Fate& fate) {
    const Duration by = fate.delay[0] - 10ms;
    ASSERT_TRUE(by == 0ms || (by >= 20ms && by <= 40ms));
    held += by > 0ms;
    short_time += by > 0ms && by < 30ms;
    overtaken += bench.physics.now + fate.delay[0] < last;
    last = bench.physics.now + fate.delay[0];
  });
  EXPECT_NEAR(held, 20'000, 633);
  EXPECT_NEAR(short_time, 10'000, 475);
  EXPECT_GT(overtaken, 10'000);
  EXPECT_EQ(bench.effects("packet_reordering"), static_cast<std::uint64_t>(held));
}

// One in ten, and of those a quarter with each number of bits: 2500, five standard deviations are 247.
TEST(PacketCorruption, FlipsBitsOfItsShare) {
  FaultBench bench(1, Calm());
  bench.Begin("packet_corruption", 1h, {{"chance", "10%"}, {"bits", "1..4"}}, {"n0"});
  std::map<int, int> bits;
  SendMany(bench, [&](const Fate& fate) { ++bits[fate.flips[0]]; });
  EXPECT_NEAR(kPackets - bits[0], 10'000, 474);
  for (int count = 1; count <= 4; ++count) EXPECT_NEAR(bits[count], 2'500, 247) << count;
  EXPECT_EQ(bits.size(), 5u);
  EXPECT_EQ(bench.effects("packet_corruption"), static_cast<std::uint64_t>(kPackets - bits[0]));
}

// As BurstsOfLossHaveTheirShareAndTheirLength of the network: a sixth of the packets are in bursts, and half of those
// are lost. Five standard deviations: half of 2330 for the bursts' share, 452 for the halves, 1250 together.
TEST(LossBursts, HaveTheirShare) {
  FaultBench bench(1, Calm());
  bench.Begin("loss_burst", 1h, {{"begins", "2%"}, {"ends", "10%"}, {"loss", "50%"}}, {"n0"});
  int lost = 0, runs = 0;
  bool last = false;
  SendMany(bench, [&](const Fate& fate) {
    const bool now = fate.copies == 0;
    lost += now;
    runs += now && last;
    last = now;
  });
  EXPECT_NEAR(lost, 8'333, 1'250);
  // After a lost packet the link is still bad with 0.9, and loses the next one with 0.45; a twelfth would be chance.
  EXPECT_NEAR(runs, 0.45 * lost, 300);
  EXPECT_EQ(bench.effects("loss_burst"), static_cast<std::uint64_t>(lost));
}

TEST(Clog, HoldsEverythingUntilTheWindowEnds) {
  FaultBench bench(1, Calm());
  const Fate before = bench.Send(1, 0);
  bench.Begin("clog", 1s, {}, {"n0"});
  const Fate out = bench.Send(0, 1), in = bench.Send(1, 0), elsewhere = bench.Send(1, 2);
  EXPECT_EQ(out.delay[0], 1s);
  EXPECT_EQ(in.delay[0], 1s);
  EXPECT_EQ(elsewhere.delay[0], 10ms);
  EXPECT_EQ(bench.effects("clog"), 2u);
  bench.Advance(10ms);
  EXPECT_EQ(bench.Arrive(1, 0, before.number), Network::Arrival::kHeld) << "it was under way";
  EXPECT_EQ(bench.effects("clog"), 3u);
  bench.Advance(990ms);
  EXPECT_EQ(bench.Arrive(1, 0, before.number), Network::Arrival::kArrives);
  EXPECT_EQ(bench.Send(0, 1).delay[0], 10ms);
}

TEST(Clog, OfAnInterfaceHasADirection) {
  for (const bool sends : {true, false}) {
    FaultBench bench(1, Calm());
    bench.Begin("clog", 1s, {{"scope", sends ? "send" : "receive"}}, {"n0"});
    EXPECT_EQ(bench.Send(0, 1).delay[0], sends ? Duration{1s} : Duration{10ms});
    EXPECT_EQ(bench.Send(1, 0).delay[0], sends ? Duration{10ms} : Duration{1s});
  }
}

TEST(Clog, LosesOrSlowsIfToldTo) {
  FaultBench drops(1, Calm()), slows(1, Calm());
  drops.Begin("clog", 1s, {{"mode", "drop"}}, {"n0"});
  slows.Begin("clog", 1s, {{"mode", "slow"}, {"times", "7"}}, {"n0"});
  EXPECT_EQ(drops.Send(0, 1).copies, 0u);
  EXPECT_EQ(slows.Send(0, 1).delay[0], 70ms);
  EXPECT_EQ(drops.effects("clog"), 1u);
  EXPECT_EQ(slows.effects("clog"), 1u);
  slows.Advance(950ms);
  EXPECT_EQ(slows.Send(0, 1).delay[0], 50ms) << "slow until the window ends, not for ever";
  slows.Advance(45ms);
  EXPECT_EQ(slows.Send(0, 1).delay[0], 10ms);
}

// Over 4000 seeds each of the four others 1000 times; five standard deviations are 137.
TEST(Clog, OfALinkHitsOneAndEachAlike) {
  std::map<std::uint32_t, int> hit;
  for (std::uint64_t seed = 0; seed < 4'000; ++seed) {
    FaultBench bench(seed, Calm());
    bench.Begin("clog", 1s, {{"scope", "link"}}, {"n2"});
    int clogged = 0;
    for (std::uint32_t from = 0; from < FaultBench::kNodes; ++from) {
      for (std::uint32_t to = 0; to < FaultBench::kNodes; ++to) {
        if (from == to || bench.Send(from, to).delay[0] == 10ms) continue;
        ++clogged;
        EXPECT_EQ(from, 2u);
        ++hit[to];
      }
    }
    EXPECT_EQ(clogged, 1);
  }
  ASSERT_EQ(hit.size(), 4u);
  for (const auto& [node, count] : hit) EXPECT_NEAR(count, 1'000, 137) << node;
}

// Of 2000 windows of 2s: each node takes part in half of them, 1000, five standard deviations are 112. It is clogged
// at a time uniform in the first second and released at one in the second: half of those before the middle of it, 500
// (97). The orders are independent: where two take part in 500 windows, the first to go is the first to come back in
// half of them, 250 (76, with the number of windows).
TEST(Swizzle, ClogsAndReleasesInOrdersOfTheirOwn) {
  Plan plan;  // packets take no time
  int parts = 0, clogged_early = 0, released_early = 0, same_order = 0;
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    FaultBench bench(seed, plan);
    bench.Begin("swizzle", 2s, {{"share", "50%"}});
    std::int64_t clogged[2] = {}, released[2] = {};
    for (std::int64_t step = 1; step <= 20; ++step) {
      bench.Advance(50ms);
      for (const std::uint32_t node : {0u, 1u}) {
        const Duration held = bench.Send(node, 6).delay[0];
        if (held > 0ms && clogged[node] == 0) clogged[node] = step;
        if (held > 0ms) released[node] = (bench.physics.now + held).time_since_epoch().count();
      }
    }
    parts += clogged[0] > 0;
    clogged_early += clogged[0] > 0 && clogged[0] <= 10;
    released_early += released[0] > 0 && released[0] < 1'500'000'000;
    const bool both = clogged[0] > 0 && clogged[1] > 0 && clogged[0] != clogged[1];
    same_order += both && (clogged[0] < clogged[1]) == (released[0] < released[1]);
    bench.Advance(1s);
    EXPECT_EQ(bench.Send(0, 6).delay[0], 0ms) << "all are back";
  }
  EXPECT_NEAR(parts, 1'000, 112);
  EXPECT_NEAR(clogged_early, 500, 97);
  EXPECT_NEAR(released_early, 500, 97);
  EXPECT_NEAR(same_order, 238, 76) << "a twentieth fell into the same step";
}

TEST(Bandwidth, SendsOnePacketAfterTheOther) {
  FaultBench bench(1, Calm());
  bench.Begin("bandwidth", 1h, {{"rate", "1000"}}, {"n0"});
  EXPECT_TRUE(bench.physics.network.needs_sizes());
  EXPECT_EQ(bench.Send(0, 1, 100).delay[0], 110ms);
  EXPECT_EQ(bench.Send(0, 1, 50).delay[0], 160ms);
  EXPECT_EQ(bench.Send(0, 2, 100).delay[0], 110ms) << "another link";
  EXPECT_EQ(bench.Send(1, 2, 100).delay[0], 10ms) << "not a victim's";
  bench.Advance(1s);
  EXPECT_EQ(bench.Send(0, 1, 100).delay[0], 110ms);
  EXPECT_EQ(bench.effects("bandwidth"), 4u);
  bench.Advance(1h);
  EXPECT_FALSE(bench.physics.network.needs_sizes());
}

// A backlog that outlived its window kept a healed node behind for minutes.
TEST(Bandwidth, WhatStillWaitsWhenTheWindowEndsLeavesAtOnce) {
  FaultBench bench(1, Calm());
  bench.Begin("bandwidth", 1s, {{"rate", "1000"}}, {"n0"});
  EXPECT_EQ(bench.Send(0, 1, 10'000).delay[0], 1010ms);
  EXPECT_EQ(bench.Send(0, 1, 10'000).delay[0], 1010ms);
}

// One in a hundred of 100000: five standard deviations are 157. What resets the connection is lost with it.
TEST(ConnectionReset, BreaksItsShare) {
  FaultBench bench(1, Plan{});
  bench.Begin("connection_reset", 1h, {{"chance", "1%"}}, {"n0"});
  int killed = 0;
  SendMany(bench, [&](const Fate& fate) { killed += bench.Arrive(0, 1, fate.number) == Network::Arrival::kKilled; });
  EXPECT_NEAR(killed, 1'000, 157);
  EXPECT_EQ(bench.effects("connection_reset"), static_cast<std::uint64_t>(killed));
}

TEST(ConnectionReset, LosesWhatIsUnderWayInBothDirections) {
  FaultBench bench(1, Calm());
  const Fate there = bench.Send(0, 1), back = bench.Send(1, 0), elsewhere = bench.Send(0, 2);
  bench.Begin("connection_reset", 5ms, {{"chance", "100%"}}, {"n0"});
  bench.Send(0, 1);
  bench.Advance(10ms);
  const Fate after = bench.Send(0, 1);
  EXPECT_EQ(bench.Arrive(0, 1, there.number), Network::Arrival::kKilled);
  EXPECT_EQ(bench.Arrive(1, 0, back.number), Network::Arrival::kKilled);
  EXPECT_EQ(bench.Arrive(0, 2, elsewhere.number), Network::Arrival::kArrives);
  EXPECT_EQ(bench.Arrive(0, 1, after.number), Network::Arrival::kArrives);
}

// A chance that is drawn once per window, uniformly, makes each number of packets alike: of four, each of 0 to 4 in a
// fifth of the windows. Drawn for each packet, or always the same, it would make numbers near its mean.
TEST(Chances, AreDrawnOncePerWindow) {
  const std::vector<std::tuple<std::string_view, std::string_view, Parameters>> chances{
      {"packet_loss", "chance", {}},
      {"packet_duplication", "chance", {}},
      {"packet_reordering", "chance", {}},
      {"packet_corruption", "chance", {}},
      {"connection_reset", "chance", {}},
      {"loss_burst", "loss", {{"begins", "100%"}, {"ends", "0%"}}},
      {"loss_burst", "begins", {{"ends", "0%"}, {"loss", "100%"}}}};
  for (const auto& [kind, chance, others] : chances) {
    std::vector<std::int64_t> struck;
    for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
      FaultBench bench(seed, Calm());
      Parameters parameters = others;
      parameters.push_back({std::string(chance), "0%..100%"});
      bench.Begin(kind, 1s, parameters, {"n0"});
      std::int64_t count = 0;
      // Each from another node: another link, which begins in no burst.
      for (const std::uint32_t from : {1u, 2u, 3u, 4u}) {
        const Fate fate = bench.Send(from, 0);
        const bool killed = bench.Arrive(from, 0, fate.number) == Network::Arrival::kKilled;
        count += fate.copies != 1 || fate.delay[0] != 10ms || fate.flips[0] != 0 || killed;
      }
      ASSERT_EQ(bench.effects(kind), static_cast<std::uint64_t>(count)) << kind;
      struck.push_back(count);
    }
    ExpectUniform(struck, 0, 4, kind);
  }
}

// On links that differ from packet to packet: as many effects as fates that are not what they would have been.
TEST(Packets, ThatAreChangedAreCountedAndNoOthers) {
  const std::vector<std::pair<std::string_view, Parameters>> kinds{{"bandwidth", {}},
                                                                   {"clog", {}},
                                                                   {"clog", {{"mode", "drop"}}},
                                                                   {"clog", {{"mode", "slow"}}},
                                                                   {"clog", {{"scope", "link"}}},
                                                                   {"loss_burst", {}},
                                                                   {"packet_corruption", {{"chance", "30%"}}},
                                                                   {"packet_delay", {}},
                                                                   {"packet_duplication", {}},
                                                                   {"packet_loss", {}},
                                                                   {"packet_reordering", {}},
                                                                   {"partition", {}},
                                                                   {"partition", {{"shape", "random_edges"}}},
                                                                   {"swizzle", {}}};
  for (const auto& [kind, parameters] : kinds) {
    FaultBench with(3), without(3);
    with.Begin(kind, 1s, parameters, {"n0", "n1"});
    std::uint64_t changed = 0;
    for (int millisecond = 0; millisecond < 1'100; ++millisecond) {
      for (const auto& [from, to] : {std::pair{0u, 1u}, {1u, 0u}, {0u, 2u}, {6u, 1u}, {2u, 3u}}) {
        const Fate is = with.Send(from, to), was = without.Send(from, to);
        changed += is.copies != was.copies || is.delay[0] != was.delay[0] || is.flips[0] != was.flips[0];
      }
      with.Advance(1ms);
      without.Advance(1ms);
    }
    EXPECT_GT(changed, 10u) << kind;
    EXPECT_EQ(with.effects(kind), changed) << kind;
  }
}

// Two packets that take 1ms to 10ms: either may come first.
TEST(PacketDuplication, TheCopyHasADelayOfItsOwn) {
  FaultBench bench(1);
  bench.Begin("packet_duplication", 1h, {{"chance", "100%"}}, {"n0"});
  std::vector<std::int64_t> first, second;
  std::uint64_t copy_first = 0;
  for (int i = 0; i < 10'000; ++i) {
    const Fate fate = bench.Send(0, 1);
    first.push_back(fate.delay[0].count());
    second.push_back(fate.delay[1].count());
    copy_first += fate.delay[1] < fate.delay[0];
  }
  ExpectUniform(first, 1'000'000, 10'000'000);
  ExpectUniform(second, 1'000'000, 10'000'000);
  ExpectShare(copy_first, 10'000, 0.5);
}

// In a burst every packet is lost, so the bursts are the runs of lost ones. A burst ends with a packet in 20 % of the
// cases, and one begins with 5 %: of the runs 20 % have one packet, 16 % two and so on, and they take a fifth of all
// packets, 0.05 / (0.05 + 0.2).
TEST(LossBursts, HaveALengthThatIsGeometric) {
  FaultBench bench(1, Calm());
  bench.Begin("loss_burst", 1h, {{"loss", "100%"}}, {"n0"});
  std::map<int, std::uint64_t> lengths;
  std::uint64_t lost = 0, runs = 0;
  int run = 0;
  SendMany(bench, [&](const Fate& fate) {
    lost += fate.copies == 0;
    if (fate.copies == 0) {
      ++run;
    } else if (run > 0) {
      ++lengths[run];
      ++runs;
      run = 0;
    }
  });
  double share = 0.2;
  for (int length = 1; length <= 6; ++length, share *= 0.8) ExpectShare(lengths[length], runs, share, "length");
  // A cycle of a good and a bad time has 25 packets on the average, with a deviation of 20: 4000 cycles, 5 sigma 253.
  EXPECT_NEAR(static_cast<double>(runs), 4'000, 253);
  EXPECT_NEAR(static_cast<double>(lost), 20'000, 1'750);
  EXPECT_EQ(bench.effects("loss_burst"), lost);
}

TEST(Bandwidth, IsDrawnOncePerWindow) {
  std::vector<std::int64_t> rates;
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    FaultBench bench(seed, Plan{});
    bench.Begin("bandwidth", 1h, {{"rate", "1000..5000"}}, {"n0"});
    const Duration one = bench.Send(0, 1, 100'000).delay[0];
    EXPECT_EQ(bench.Send(0, 1, 100'000).delay[0], 2 * one);
    EXPECT_EQ(bench.effects("bandwidth"), 2u);
    rates.push_back((100'000'000'000'000 + one.count() - 1) / one.count());
  }
  ExpectUniform(rates, 1'000, 5'000);
}

TEST(Clog, IsSlowByATimeThatIsDrawnOncePerWindow) {
  std::vector<std::int64_t> times;
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    FaultBench bench(seed, Calm());
    bench.Begin("clog", 1h, {{"mode", "slow"}}, {"n0"});
    times.push_back(bench.Send(0, 1).delay[0] / 10ms);
    EXPECT_EQ(bench.Send(0, 2).delay[0] / 10ms, times.back());
  }
  ExpectUniform(times, 2, 100);
}

// A packet that comes in the middle of the window, when all are clogged, tells when its node is released.
TEST(Swizzle, ClogsAndReleasesAtTimesThatAreUniform) {
  std::vector<std::int64_t> clogged, released;
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    FaultBench bench(seed, Plan{});
    bench.Begin("swizzle", 2s, {{"share", "100%"}}, {"n0"});
    std::int64_t step = 0;
    for (; bench.Send(0, 6).delay[0] == 0ms; ++step) bench.Advance(10ms);
    clogged.push_back(step);
    bench.AdvanceTo(TrueTime{1s});
    released.push_back(bench.Send(0, 6).delay[0].count());
  }
  ExpectUniform(clogged, 0, 100);
  ExpectUniform(released, 0, 1'000'000'000);
}

// Whoever comes back first: between two that are clogged nothing arrives before both are released.
TEST(Swizzle, HoldsAPacketUntilBothOfItsEndsAreReleased) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    FaultBench bench(seed, Plan{});
    bench.Begin("swizzle", 2s, {{"share", "100%"}}, {"n0", "n1"});
    FaultBench middle = bench;
    middle.AdvanceTo(TrueTime{1s});
    const Duration both = std::max(middle.Send(0, 6).delay[0], middle.Send(1, 6).delay[0]) + 1s;
    for (int step = 0; step < 20; ++step) {
      const bool held = std::max(bench.Send(0, 6).delay[0], bench.Send(1, 6).delay[0]) > 0ms;
      for (const auto& [from, to] : {std::pair{0u, 1u}, {1u, 0u}}) {
        EXPECT_EQ(bench.Send(from, to).delay[0] + bench.physics.now.time_since_epoch(),
                  held ? both : bench.physics.now.time_since_epoch())
            << "seed " << seed;
      }
      bench.Advance(100ms);
    }
  }
}

TEST(Links, HaveADirection) {
  const std::vector<std::pair<std::string_view, Parameters>> kinds{
      {"bandwidth", {}},
      {"loss_burst", {{"begins", "100%"}, {"loss", "100%"}}},
      {"packet_corruption", {{"chance", "100%"}}},
      {"packet_delay", {}},
      {"packet_duplication", {{"chance", "100%"}}},
      {"packet_loss", {{"chance", "100%"}}},
      {"packet_reordering", {{"chance", "100%"}}}};
  for (const auto& [kind, others] : kinds) {
    for (const std::string direction : {"both", "in", "out"}) {
      FaultBench bench(1, Calm());
      Parameters parameters = others;
      parameters.push_back({"direction", direction});
      bench.Begin(kind, 1s, parameters, {"n0"});
      bench.Send(0, 1);
      EXPECT_EQ(bench.effects(kind), direction == "in" ? 0u : 1u) << kind << " " << direction;
      bench.Send(1, 0);
      EXPECT_EQ(bench.effects(kind), direction == "both" ? 2u : 1u) << kind << " " << direction;
    }
  }
}

TEST(Links, OfOneClassLeaveTheOthersAlone) {
  for (const auto& [links, to] : std::map<std::string, std::uint32_t>{{"peer", 1}, {"export", 5}, {"client", 6}}) {
    FaultBench bench(1, Calm());
    bench.Begin("packet_loss", 1s, {{"chance", "100%"}, {"links", links}}, {"n0"});
    for (const std::uint32_t other : {1u, 5u, 6u}) EXPECT_EQ(bench.Send(0, other).copies, other == to ? 0u : 1u);
  }
}

// --- partitions ------------------------------------------------------------------------

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

// The links that carry nothing.
Pairs CutLinks(FaultBench bench) {
  Pairs cut;
  const std::uint32_t endpoints = bench.physics.network.endpoints();
  for (std::uint32_t from = 0; from < endpoints; ++from) {
    for (std::uint32_t to = 0; to < endpoints; ++to) {
      if (from != to && bench.Send(from, to).copies == 0) cut.push_back({from, to});
    }
  }
  return cut;
}

TEST(Partition, IsolatesTheLeaderIfThatIsTheTarget) {
  FaultBench bench;
  bench.physics.roles.leader = 3;
  bench.Begin("partition", 1s, {{"shape", "isolate_one"}}, {"leader"});
  EXPECT_EQ(bench.victims(), std::vector{core::NodeId{3}});
  EXPECT_EQ(CutLinks(bench), (Pairs{{0, 3}, {1, 3}, {2, 3}, {3, 0}, {3, 1}, {3, 2}, {3, 4}, {4, 3}}));
  bench.Advance(1s);
  EXPECT_EQ(CutLinks(bench), Pairs{});
}

TEST(Partition, HasADirection) {
  FaultBench deaf, dumb;
  deaf.Begin("partition", 1s, {{"shape", "isolate_one"}, {"direction", "in"}}, {"n3"});
  dumb.Begin("partition", 1s, {{"shape", "isolate_one"}, {"direction", "out"}}, {"n3"});
  EXPECT_EQ(CutLinks(deaf), (Pairs{{0, 3}, {1, 3}, {2, 3}, {4, 3}}));
  EXPECT_EQ(CutLinks(dumb), (Pairs{{3, 0}, {3, 1}, {3, 2}, {3, 4}}));
}

// Five nodes: the first victim is the bridge, two on each side; clients are with the second one.
TEST(Partition, OverABridgeBothSidesStillTalkToIt) {
  FaultBench bench;
  bench.Begin("partition", 1s, {{"shape", "bridge"}, {"outsiders", "true"}}, {"n2"});
  ASSERT_EQ(bench.victims().size(), 3u);
  EXPECT_EQ(bench.victims()[0], core::NodeId{2});
  const Pairs cut = CutLinks(bench);
  EXPECT_EQ(cut.size(), 2u * (2 * 2 + 2 * 3));
  for (const auto& [from, to] : cut) EXPECT_TRUE(from != 2 && to != 2);
}

TEST(Partition, ASpurHangsOnOneOther) {
  FaultBench bench;
  bench.Begin("partition", 1s, {{"shape", "spur"}}, {"n2"});
  ASSERT_EQ(bench.victims().size(), 2u);
  EXPECT_EQ(bench.victims()[0], core::NodeId{2});
  const auto other = core::Number(bench.victims()[1]);
  const Pairs cut = CutLinks(bench);
  EXPECT_EQ(cut.size(), 2u * 3);
  for (const auto& [from, to] : cut) EXPECT_TRUE((from == 2) != (to == 2) && from != other && to != other);
}

// Of five: three that reach one another, and two that hang on one of them each, not on the first victim.
TEST(Partition, SpursHangOnDifferentOnesOfAMajority) {
  FaultBench bench;
  bench.Begin("partition", 1s, {{"shape", "spurs"}}, {"n2"});
  const auto& v = bench.victims();
  ASSERT_EQ(v.size(), 5u);
  EXPECT_EQ(v[0], core::NodeId{2});
  const auto cut = CutLinks(bench);
  EXPECT_EQ(cut.size(), 2u * (10 - 3 - 2));
  const auto linked = [&](int a, int b) {
    const auto has = [&](int from, int to) {
      return std::count(cut.begin(), cut.end(), std::pair{core::Number(v[from]), core::Number(v[to])}) > 0;
    };
    EXPECT_EQ(has(a, b), has(b, a));
    return !has(a, b);
  };
  EXPECT_TRUE(linked(0, 1) && linked(0, 2) && linked(1, 2));
  EXPECT_TRUE(linked(3, 1) && linked(4, 2));
  FaultBench deaf;
  deaf.Begin("partition", 1s, {{"shape", "spurs"}, {"direction", "in"}}, {"n2"});
  EXPECT_EQ(CutLinks(deaf).size(), 2u * 2 + 1) << "what the spurs would hear, and one of the two the other";
}

TEST(Partition, InARingEachHearsThree) {
  for (const bool out : {false, true}) {
    FaultBench bench;
    bench.Begin("partition", 1s, {{"shape", "majorities_ring"}, {"direction", out ? "out" : "both"}});
    const Pairs cut = CutLinks(bench);
    EXPECT_EQ(cut.size(), 10u) << "of five, each misses two";
    for (std::uint32_t node = 0; node < 5; ++node) {
      EXPECT_EQ(
          std::count_if(cut.begin(), cut.end(), [&](const auto& p) { return (out ? p.first : p.second) == node; }), 2);
    }
  }
}

TEST(Partition, RandomLinksAreCutBothWaysOrOneWay) {
  FaultBench both, one_way;
  both.Begin("partition", 1s, {{"shape", "random_edges"}});
  one_way.Begin("partition", 1s, {{"shape", "random_edges"}, {"direction", "in"}});
  const auto is_symmetric = [](const Pairs& cut) {
    return std::all_of(cut.begin(), cut.end(), [&](const auto& p) {
      return std::find(cut.begin(), cut.end(), std::pair(p.second, p.first)) != cut.end();
    });
  };
  EXPECT_FALSE(CutLinks(both).empty());
  EXPECT_TRUE(is_symmetric(CutLinks(both)));
  EXPECT_FALSE(is_symmetric(CutLinks(one_way)));
}

TEST(Partition, WhatIsUnderWayArrivesOrIsLostOrWaits) {
  const std::map<std::string, Network::Arrival> policies{
      {"deliver", Network::Arrival::kArrives}, {"kill", Network::Arrival::kKilled}, {"hold", Network::Arrival::kHeld}};
  for (const auto& [policy, expected] : policies) {
    FaultBench bench(1, Calm());
    const Fate fate = bench.Send(0, 1);
    bench.Begin("partition", 1s, {{"in_flight", policy}}, {"n0"});
    bench.Advance(10ms);
    EXPECT_EQ(bench.Arrive(0, 1, fate.number), expected) << policy;
    EXPECT_EQ(bench.effects("partition"), policy == "deliver" ? 0u : 1u) << policy;
  }
}

// Which of five nodes are on the side that is cut off: each alike. Of the sizes 1 to 4 the mean is half of five; of the
// 15 ways to divide the nodes with the first inside and somebody outside, each other one is inside in 7.
TEST(Partition, EachMemberIsCutOffAlike) {
  const std::map<std::string, double> shares{{"halves", 0.4},       {"minority_third", 0.2},
                                             {"isolate_one", 0.2},  {"uniform_size", 0.5},
                                             {"bridge", 0.2 + 0.4}, {"uniform_partition", 0.2 + 0.8 * 7 / 15}};
  for (const auto& [shape, share] : shares) {
    std::array<std::uint64_t, 5> cut_off{}, first{};
    for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
      FaultBench bench(seed);
      bench.Begin("partition", 1s, {{"shape", shape}});
      ++first[core::Number(bench.victims()[0])];
      for (const core::NodeId node : bench.victims()) ++cut_off[core::Number(node)];
    }
    for (std::size_t node = 0; node < 5; ++node) {
      ExpectShare(cut_off[node], 2'000, share, shape);
      ExpectShare(first[node], 2'000, 0.2, shape);
    }
  }
}

// Ten pairs of members, each cut with 1/2: that none is, and one is drawn instead, has a chance of a thousandth.
TEST(Partition, EachRandomLinkIsCutAlike) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> times;
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    FaultBench bench(seed, Plan{});
    bench.Begin("partition", 1s, {{"shape", "random_edges"}});
    for (const auto& link : CutLinks(bench)) ++times[link];
  }
  EXPECT_EQ(times.size(), 20u);
  for (const auto& [link, count] : times) ExpectShare(count, 1'000, 0.5);
}

// A seed file has the victims that were, and no targets.
TEST(Partition, EveryShapeIsReplayedAsItWas) {
  for (const char* shape : {"victims", "halves", "minority_third", "isolate_one", "uniform_size", "uniform_partition",
                            "majorities_ring", "bridge", "random_edges", "spur", "spurs"}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      FaultBench drawn(seed), replayed(seed);
      drawn.Begin("partition", 1s, {{"shape", shape}});
      replayed.plan.windows = {drawn.windows[0].window};
      replayed.Draw({}, 10s);
      EXPECT_EQ(CutLinks(replayed), CutLinks(drawn)) << shape << ", seed " << seed;
      EXPECT_FALSE(CutLinks(drawn).empty());
    }
  }
}

// --- processes -------------------------------------------------------------------------

using OrderKind = Order::Kind;

// What the world was asked to do since the last time, to whom.
std::vector<std::pair<OrderKind, std::uint32_t>> Orders(FaultBench& bench) {
  std::vector<std::pair<OrderKind, std::uint32_t>> orders;
  for (const Order& order : bench.physics.orders) orders.push_back({order.kind, order.node});
  bench.physics.orders.clear();
  return orders;
}

TEST(Crash, TakesEachVictimDownOnceAndBackWhenTheWindowEnds) {
  for (const char* kind : {"crash", "zone_failure", "wipe"}) {
    FaultBench bench = Busy(1);
    bench.Begin(kind, 1s, {}, {"n1", "n3"});
    EXPECT_EQ(Orders(bench), (std::vector{std::pair(OrderKind::kCrash, 1u), {OrderKind::kCrash, 3u}})) << kind;
    EXPECT_EQ(bench.effects(kind), 2u) << kind;
    bench.Begin("crash", 2s, {}, {"n3"});
    EXPECT_EQ(bench.effects("crash"), kind == std::string("crash") ? 2u : 0u) << "it was down";
    bench.Advance(1s);
    EXPECT_EQ(Orders(bench), (std::vector{std::pair(OrderKind::kRestart, 1u)})) << kind;
    bench.Advance(1s);
    EXPECT_EQ(Orders(bench), (std::vector{std::pair(OrderKind::kRestart, 3u)})) << "when all reasons are gone";
  }
}

TEST(Crash, KeepsOfUnsyncedRecordsWhatItIsToldTo) {
  const std::map<std::string, Keeps> words{
      {"random", Keeps::kRandom}, {"synced", Keeps::kSynced}, {"all", Keeps::kAll}};
  for (const auto& [word, keeps] : words) {
    for (const std::string kind : {"crash", "zone_failure", "hazard"}) {
      if (kind == "zone_failure" && word == "all") continue;  // no power, no process that dies alone
      FaultBench bench;
      Parameters parameters{{"keeps", word}};
      if (kind == "hazard") parameters.push_back({"chance", "100%"});
      bench.Begin(kind, 1s, parameters, {"n0"});
      bench.Advance(100ms);
      ASSERT_FALSE(bench.physics.orders.empty()) << kind;
      EXPECT_EQ(bench.physics.orders[0].keeps, keeps) << kind << " " << word;
    }
  }
}

TEST(ZoneFailure, StrikesEachZoneAlike) {
  Plan plan;
  plan.regions = {{"north", 2}, {"south", 2}, {"islands", 1}};
  const std::map<std::uint32_t, std::size_t> sizes{{0, 2}, {2, 2}, {4, 1}};  // by the first node
  std::map<std::uint32_t, std::uint64_t> times;
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    FaultBench bench(seed, plan);
    bench.Begin("zone_failure", 1s);
    const std::uint32_t first = core::Number(bench.victims()[0]);
    ++times[first];
    EXPECT_EQ(bench.physics.orders.size(), sizes.at(first));
    EXPECT_EQ(bench.effects("zone_failure"), sizes.at(first));
  }
  for (const auto& [first, count] : times) ExpectShare(count, 2'000, 1.0 / 3);
}

// A packet from before the restart comes after it.
TEST(Mail, ThatIsUnderWayAtTheRestartIsDeliveredOrDroppedByEveryKind) {
  for (const std::string kind : {"crash", "hang", "hazard", "shutdown", "wipe", "zone_failure"}) {
    for (const std::string mail : {"deliver", "drop"}) {
      FaultBench bench = Busy(1);
      Parameters parameters{{"mail", mail}};
      if (kind == "hazard") parameters.insert(parameters.end(), {{"chance", "100%"}, {"down", "1h"}});
      if (kind == "shutdown") parameters.push_back({"deadline", "0s"});
      bench.Begin(kind, 1s, parameters, {"n1"});
      bench.Advance(1s - 1ms);
      const Fate old = bench.Send(0, 1);
      bench.Advance(1ms);
      const Fate fresh = bench.Send(0, 1);
      const std::uint64_t effects = bench.effects(kind);
      EXPECT_EQ(bench.Arrive(0, 1, old.number) == Network::Arrival::kKilled, mail == "drop") << kind;
      EXPECT_EQ(bench.Arrive(0, 1, fresh.number), Network::Arrival::kArrives) << kind;
      EXPECT_EQ(bench.effects(kind), effects) << kind << ", whose effects are no packets";
    }
  }
}

// Who is down does not stand still, and who stands still already hangs all the same.
TEST(Pause, CountsWhoRanAndStoodStill) {
  for (const char* kind : {"pause", "vm_pause", "hang"}) {
    FaultBench bench;
    bench.Begin("crash", 500ms, {}, {"n0"});
    bench.Begin(kind, 1s, {}, {"n0", "n1", "n2"});
    EXPECT_EQ(bench.effects(kind), 2u) << kind;
    bench.Begin(kind, 1s, {}, {"n1"});
    EXPECT_EQ(bench.effects(kind), 2u) << kind << " that stands still so already";
  }
  FaultBench bench;
  bench.Begin("pause", 1s, {}, {"n1"});
  bench.Begin("hang", 2s, {}, {"n1"});
  EXPECT_EQ(bench.effects("hang"), 1u) << "it is killed";
  Orders(bench);
  bench.Advance(1s);
  EXPECT_EQ(bench.physics.processes[1].pauses, 1u);
  EXPECT_TRUE(Orders(bench).empty());
  bench.Advance(1s);
  EXPECT_EQ(Orders(bench),
            (std::vector{std::pair(OrderKind::kCrash, 1u), {OrderKind::kRestart, 1u}, {OrderKind::kResume, 1u}}));
}

TEST(Shutdown, TellsFinishesAtTheDeadlineAndRestarts) {
  std::vector<std::int64_t> deadlines;
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    FaultBench bench(seed);
    bench.Begin("shutdown", 1s, {{"deadline", "100ms..900ms"}}, {"n1"});
    EXPECT_EQ(Orders(bench), (std::vector{std::pair(OrderKind::kTell, 1u)}));
    EXPECT_EQ(bench.effects("shutdown"), 1u);
    deadlines.push_back(bench.windows[0].next_tick.time_since_epoch().count());
    bench.Advance(Duration(deadlines.back() - 1));
    EXPECT_TRUE(Orders(bench).empty());
    bench.Advance(1ns);
    EXPECT_EQ(Orders(bench), (std::vector{std::pair(OrderKind::kFinish, 1u)}));
    bench.AdvanceTo(TrueTime{1s});
    EXPECT_EQ(Orders(bench), (std::vector{std::pair(OrderKind::kRestart, 1u)}));
  }
  ExpectUniform(deadlines, 100'000'000, 900'000'000);
}

TEST(Shutdown, OfWhoIsDownOrStoppingAlreadyIsNone) {
  FaultBench bench;
  bench.Begin("crash", 500ms, {}, {"n0"});
  bench.Begin("shutdown", 1s, {}, {"n0", "n1"});
  EXPECT_EQ(bench.effects("shutdown"), 1u);
  bench.Begin("shutdown", 2s, {}, {"n1"});
  EXPECT_EQ(bench.effects("shutdown"), 1u);
}

// 20000 rounds of five victims, each with a reason of its own to be likelier to crash, but the last.
TEST(Hazard, EachReasonMultipliesTheChanceAndIsCounted) {
  constexpr std::uint64_t kRounds = 20'000;
  FaultBench bench;
  Roles& roles = bench.physics.roles;
  roles.leader = 0;
  roles.candidate[1] = roles.in_doubt[2] = 1;
  Duration latency{};
  bench.physics.disks[3].BeginSync(1, bench.physics.AccessDisk(3, bench.chooser), &latency);
  bench.Begin("hazard", 1h, {{"chance", "1%"}, {"every", "10ms"}, {"factor", "5"}, {"down", "0s"}});
  bench.Advance(10ms * kRounds + 5ms);
  std::array<std::uint64_t, 5> crashes{};
  for (const auto& [kind, node] : Orders(bench)) crashes[node] += kind == OrderKind::kCrash;
  for (std::uint32_t node = 0; node < 5; ++node) ExpectShare(crashes[node], kRounds, node < 4 ? 0.05 : 0.01);
  // Steady, writing, leading, phase.
  EXPECT_EQ(bench.windows[0].tally, (std::vector{crashes[4], crashes[3], crashes[0], crashes[1] + crashes[2]}));
  EXPECT_EQ(bench.effects("hazard"), std::accumulate(crashes.begin(), crashes.end(), std::uint64_t{0}));
}

TEST(Hazard, RecoveringAndHavingVotedArePhasesToo) {
  FaultBench bench;
  bench.physics.roles.recovering[0] = 1;
  bench.physics.roles.voter = 1;
  bench.Begin("hazard", 1h, {{"chance", "10%"}, {"every", "10ms"}, {"factor", "10"}, {"down", "1h"}}, {"n0", "n1"});
  bench.Advance(10ms);
  EXPECT_EQ(bench.windows[0].tally, (std::vector<std::uint64_t>{0, 0, 0, 2}));
}

// All crash at every second, and are back before the next one.
TEST(Hazard, RoundsAndTimesToTheRestartAreUniform) {
  FaultBench bench;
  bench.Begin("hazard", 1h, {{"chance", "100%"}, {"every", "1s..2s"}, {"down", "100ms..900ms"}});
  std::vector<std::int64_t> rounds, down;
  for (int round = 0; round < 2'000; ++round) {
    const TrueTime due{Duration{static_cast<std::int64_t>(bench.windows[0].undo[0])}};
    rounds.push_back((due - bench.physics.now).count());
    bench.AdvanceTo(due);
    for (std::size_t victim = 1; victim <= 5; ++victim) {
      down.push_back(static_cast<std::int64_t>(bench.windows[0].undo[victim]) - due.time_since_epoch().count());
    }
  }
  ExpectUniform(rounds, 1'000'000'000, 2'000'000'000);
  ExpectUniform(down, 100'000'000, 900'000'000);
  EXPECT_EQ(bench.effects("hazard"), down.size());
}

TEST(Wipe, EmptiesDisksAndCountsEachOnce) {
  FaultBench bench = Busy(1);
  bench.Begin("crash", 10s, {}, {"n0"});
  bench.Begin("wipe", 1s, {}, {"n0", "n1"});
  for (const std::uint32_t node : {0u, 1u}) EXPECT_EQ(bench.physics.disks[node].Recover().intact, 0u);
  EXPECT_EQ(bench.physics.disks[2].Recover().damaged, 0u);
  EXPECT_EQ(bench.effects("wipe"), 2u) << "also of a machine that was down";
  bench.Begin("wipe", 1s, {}, {"n0", "n1"});
  EXPECT_EQ(bench.effects("wipe"), 2u) << "there is nothing left to lose";
}

}  // namespace
}  // namespace sim
