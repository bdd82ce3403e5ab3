// Laws of the disk, for any history of writes, syncs and crashes: what was durable
// stays, what was not may go, and nothing else comes or goes.
#include "sim/disk.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "sim/physics.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using core::Duration;

struct Bench {
  explicit Bench(std::uint64_t seed = 1) : chooser(seed) {
    plan.sync_latency.shape = Latency::Shape::kUniform;
    plan.sync_latency.min = 1ms;
    plan.sync_latency.max = 5ms;
  }
  DiskAccess Access() { return {plan, 0, chooser, effects}; }
  bool BeginSync() { return disk.BeginSync(written, Access(), &latency); }
  bool EndSync() { return disk.EndSync(Access()); }
  void Sync() {
    while (BeginSync()) EndSync();
  }
  std::uint64_t Crash(Keeps keeps) { return written = disk.Crash(written, keeps, Access()); }

  DiskPlan plan;
  core::Tape chooser;
  std::vector<std::uint64_t> effects = std::vector<std::uint64_t>(4);
  Disk disk;
  std::uint64_t written = 0;
  Duration latency{};
};

RC_GTEST_PROP(Disk, WhatIsDurableIsNeverLost, ()) {
  Bench bench(*rc::gen::arbitrary<std::uint64_t>());
  bench.plan.torn = {*rc::gen::inRange<std::uint32_t>(0, Ratio::kBillion + 1)};
  std::uint64_t durable = 0, covered = 0;
  for (int step = *rc::gen::inRange(0, 60); step > 0; --step) {
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        bench.written += *rc::gen::inRange<std::uint64_t>(1, 5);
        break;
      case 1:
        if (bench.BeginSync()) covered = bench.written;
        break;
      case 2:
        if (bench.disk.syncing()) {
          RC_ASSERT(bench.EndSync());
          durable = bench.disk.durable();
          RC_ASSERT(durable == covered);
        }
        break;
      case 3: {
        const std::uint64_t written = bench.written;
        const auto keeps = *rc::gen::element(Keeps::kRandom, Keeps::kSynced, Keeps::kAll);
        const std::uint64_t survivors = bench.Crash(keeps);
        RC_ASSERT(survivors >= durable);
        RC_ASSERT(survivors <= written);
        if (keeps == Keeps::kSynced) RC_ASSERT(survivors == durable);
        if (keeps == Keeps::kAll) RC_ASSERT(survivors == written);
        RC_ASSERT(!bench.disk.syncing());
        durable = survivors;
        break;
      }
    }
  }
  RC_ASSERT(bench.disk.counts().torn <= bench.disk.counts().lost);
}

// Group commit: who writes while a sync is under way waits for the next one.
TEST(Disk, OneSyncAtATimeCoversWhatWasWrittenWhenItBegan) {
  Bench bench;
  bench.written = 3;
  EXPECT_TRUE(bench.BeginSync());
  EXPECT_GE(bench.latency, 1ms);
  EXPECT_LE(bench.latency, 5ms);
  bench.written = 10;
  EXPECT_FALSE(bench.BeginSync());
  EXPECT_TRUE(bench.EndSync());
  EXPECT_EQ(bench.disk.durable(), 3u);
  EXPECT_TRUE(bench.BeginSync());
  EXPECT_TRUE(bench.EndSync());
  EXPECT_EQ(bench.disk.durable(), 10u);
  EXPECT_FALSE(bench.BeginSync()) << "there is nothing to sync";
  EXPECT_EQ(bench.disk.counts().syncs, 2u);
}

TEST(Disk, ASyncThatACrashInterruptsCoversNothing) {
  Bench bench;
  bench.written = 3;
  ASSERT_TRUE(bench.BeginSync());
  const std::uint32_t boot = bench.disk.boot();
  EXPECT_EQ(bench.Crash(Keeps::kSynced), 0u);
  EXPECT_NE(bench.disk.boot(), boot) << "or its end would be taken for that of a later sync";
  EXPECT_EQ(bench.disk.counts().lost, 3u);
}

// A power failure leaves any prefix of what was not durable, all alike: 5000 of them leave 0 to 4 of four records, each
// expected 1000 times; 5 sigma of a binomial (5000, 0.2) are 141.
TEST(Disk, EveryPrefixSurvivesAlike) {
  int times[5] = {};
  for (std::uint64_t seed = 0; seed < 5'000; ++seed) {
    Bench bench(seed);
    bench.written = 6;
    bench.Sync();
    bench.written = 10;
    ++times[bench.Crash(Keeps::kRandom) - 6];
  }
  for (const int count : times) EXPECT_NEAR(count, 1'000, 141);
}

TEST(Disk, ATornRecordIsTheLastSurvivorAndIsLostAndCounted) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Bench whole(seed), torn(seed);
    torn.plan.torn = {Ratio::kBillion};
    whole.written = torn.written = 8;
    const std::uint64_t survivors = whole.Crash(Keeps::kRandom);
    EXPECT_EQ(torn.Crash(Keeps::kRandom), survivors == 0 ? 0 : survivors - 1);
    EXPECT_EQ(torn.disk.counts().torn, survivors == 0 ? 0u : 1u);
    EXPECT_EQ(torn.disk.counts().lost, 8 - torn.written);
    EXPECT_EQ(whole.disk.counts().torn, 0u);
  }
}

TEST(Disk, WhatIsDurableIsNotTorn) {
  Bench bench;
  bench.plan.torn = {Ratio::kBillion};
  bench.written = 4;
  bench.Sync();
  EXPECT_EQ(bench.Crash(Keeps::kRandom), 4u);
  EXPECT_EQ(bench.disk.counts().torn, 0u);
}

TEST(Disk, AStalledDiskTakesLongerAndCounts) {
  Bench bench;
  bench.disk.stall = {100ms, 200ms};
  bench.disk.stall_kind = 2;
  bench.written = 1;
  ASSERT_TRUE(bench.BeginSync());
  EXPECT_GE(bench.latency, 101ms);
  EXPECT_LE(bench.latency, 205ms);
  EXPECT_EQ(bench.effects[2], 1u);
}

TEST(Disk, ASlowDiskTakesAMultipleOfItsTimeAndCounts) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Bench usual(seed), slow(seed);
    slow.disk.slow = 6;
    slow.disk.slow_kind = 1;
    usual.written = slow.written = 1;
    ASSERT_TRUE(usual.BeginSync());
    ASSERT_TRUE(slow.BeginSync());
    EXPECT_EQ(slow.latency, 7 * usual.latency);
    EXPECT_EQ(slow.effects[1], 1u);
  }
}

TEST(Disk, ReadingTakesItsTimeAtEachStart) {
  Bench bench;
  EXPECT_EQ(bench.disk.ReadLatency(bench.Access()), 0s) << "unless the plan says otherwise";
  bench.plan.read_latency = bench.plan.sync_latency;
  std::vector<Duration> times;
  for (int start = 0; start < 20; ++start) {
    bench.Crash(Keeps::kAll);
    times.push_back(bench.disk.ReadLatency(bench.Access()));
    EXPECT_GE(times.back(), 1ms);
    EXPECT_LE(times.back(), 5ms);
  }
  std::sort(times.begin(), times.end());
  EXPECT_EQ(std::unique(times.begin(), times.end()), times.end()) << "each start draws for itself";
}

// --- power failures ----------------------------------------------------------------

std::vector<Remains> Draw(Bench& bench, DiskOrder order, std::vector<std::uint64_t> ends) {
  bench.plan.order = order;
  return DrawRemains(0, ends, 0, bench.Access());
}

bool Arrived(Remains r) { return r == Remains::kPersisted; }

// Ends of one to four syncs, of up to four records each.
std::vector<std::uint64_t> SomeSyncs() {
  std::vector<std::uint64_t> ends;
  for (int syncs = *rc::gen::inRange(1, 5); syncs > 0; --syncs) {
    ends.push_back((ends.empty() ? 0 : ends.back()) + *rc::gen::inRange<std::uint64_t>(0, 5));
  }
  return ends;
}

RC_GTEST_PROP(PowerFailure, InPrefixOrderAPrefixSurvivesAndOnlyItsLastIsTorn, ()) {
  Bench bench(*rc::gen::arbitrary<std::uint64_t>());
  bench.plan.torn = {Ratio::kBillion / 2};
  const auto remains = Draw(bench, DiskOrder::kPrefix, SomeSyncs());
  const auto hole = std::find_if_not(remains.begin(), remains.end(), Arrived);
  if (hole == remains.end()) return;
  RC_ASSERT(std::all_of(hole + 1, remains.end(), [](Remains r) { return r == Remains::kLost; }));
}

RC_GTEST_PROP(PowerFailure, BehindABarrierNothingArrivesBeforeTheSyncInFrontIsComplete, ()) {
  Bench bench(*rc::gen::arbitrary<std::uint64_t>());
  bench.plan.torn = {Ratio::kBillion / 4};
  bench.plan.persist = {Ratio::kBillion / 4 * 3};
  const std::vector<std::uint64_t> ends = SomeSyncs();
  const auto remains = Draw(bench, DiskOrder::kBarrier, ends);
  bool open = true;
  auto record = remains.begin();
  for (const std::uint64_t end : ends) {
    const auto next = remains.begin() + static_cast<std::ptrdiff_t>(end);
    if (!open) RC_ASSERT(std::all_of(record, next, [](Remains r) { return r == Remains::kLost; }));
    open = open && std::all_of(record, next, Arrived);
    record = next;
  }
}

// Four records of one sync, or of four: 1600 power failures, each of the 16 subsets expected
// 100 times. 5 sigma of a binomial (1600, 1/16) are 48.4.
void ExpectEverySubset(DiskOrder order, std::vector<std::uint64_t> ends) {
  std::array<int, 16> times{};
  for (std::uint64_t seed = 0; seed < 1600; ++seed) {
    Bench bench(seed);
    const auto remains = Draw(bench, order, ends);
    std::size_t subset = 0;
    for (std::size_t i = 0; i < 4; ++i) subset |= static_cast<std::size_t>(Arrived(remains[i])) << i;
    ++times[subset];
  }
  for (const int count : times) EXPECT_NEAR(count, 100, 48);
}
TEST(PowerFailure, InAnyOrderEverySubsetOfAllSyncsSurvives) { ExpectEverySubset(DiskOrder::kArbitrary, {1, 2, 3, 4}); }
TEST(PowerFailure, BehindABarrierEverySubsetOfOneSyncSurvives) { ExpectEverySubset(DiskOrder::kBarrier, {4}); }

// 4000 records: 60 % survive, of which a quarter is torn. Expected 2400 and 600; 5 sigma of
// binomials (4000, 0.6) and (4000, 0.15) are 154.9 and 112.9.
TEST(PowerFailure, SurvivorsAndTornOnesHaveTheirShares) {
  Bench bench(3);
  bench.plan.persist = {600'000'000};
  bench.plan.torn = {250'000'000};
  const auto remains = Draw(bench, DiskOrder::kArbitrary, {4000});
  const auto torn = std::count(remains.begin(), remains.end(), Remains::kTorn);
  const auto lost = std::count(remains.begin(), remains.end(), Remains::kLost);
  EXPECT_NEAR(4000 - static_cast<int>(lost), 2400, 154);
  EXPECT_NEAR(static_cast<int>(torn), 600, 112);
}

// Recovery ends the journal at the first record that is lost or torn: nothing behind it is
// replayed, nothing before it is given up, and it is no damage, for nobody was promised it.
RC_GTEST_PROP(PowerFailure, RecoveryKeepsThePrefixThatIsWholeAndCallsNothingDamage, ()) {
  Bench bench(*rc::gen::arbitrary<std::uint64_t>());
  bench.plan.order = *rc::gen::element(DiskOrder::kPrefix, DiskOrder::kBarrier, DiskOrder::kArbitrary);
  bench.plan.torn = {*rc::gen::inRange<std::uint32_t>(0, Ratio::kBillion)};
  bench.plan.persist = {*rc::gen::inRange<std::uint32_t>(0, Ratio::kBillion)};
  for (std::uint64_t crash = 0; crash < 5; ++crash) {
    bench.written += *rc::gen::inRange<std::uint64_t>(0, 6);
    if (*rc::gen::arbitrary<bool>()) bench.Sync();
    std::vector<std::uint64_t> ends;
    bench.written += *rc::gen::inRange<std::uint64_t>(0, 6);
    if (bench.BeginSync()) ends.push_back(bench.written);
    bench.written += *rc::gen::inRange<std::uint64_t>(0, 6);
    ends.push_back(bench.written);
    const std::uint64_t durable = bench.disk.durable();
    const auto remains = DrawRemains(durable, ends, crash, bench.Access());
    const auto whole = std::find_if_not(remains.begin(), remains.end(), Arrived) - remains.begin();
    RC_ASSERT(bench.Crash(Keeps::kRandom) == durable + static_cast<std::uint64_t>(whole));
    const Disk::Recovery recovery = bench.disk.Recover();
    RC_ASSERT(recovery.intact == bench.written);
    RC_ASSERT(recovery.damaged == 0u);
  }
}

// --- the medium -----------------------------------------------------------------------

constexpr std::array kFlaws{Flaw::kUnreadable, Flaw::kRotten, Flaw::kMisplaced, Flaw::kStale};

// A small journal, every position, everything that can be wrong with it, whatever the crash.
TEST(Damage, IsFoundWhereverItIs) {
  for (const Flaw flaw : kFlaws) {
    for (const Keeps keeps : {Keeps::kRandom, Keeps::kSynced, Keeps::kAll}) {
      for (std::uint64_t position = 0; position < 6; ++position) {
        Bench bench(position);
        bench.written = 6;
        bench.Sync();
        ASSERT_TRUE(bench.disk.Damage(position, flaw));
        bench.written = 9;
        const std::uint64_t survivors = bench.Crash(keeps);
        const Disk::Recovery recovery = bench.disk.Recover();
        EXPECT_EQ(recovery.intact, position);
        EXPECT_EQ(recovery.damaged, survivors - position);
        EXPECT_EQ(bench.disk.counts().found, 1u);
      }
    }
  }
}

TEST(Damage, IsCountedOncePerRecordAndStays) {
  Bench bench;
  bench.written = 4;
  bench.Sync();
  EXPECT_TRUE(bench.disk.Damage(2, Flaw::kRotten));
  EXPECT_FALSE(bench.disk.Damage(2, Flaw::kUnreadable)) << "it was bad before";
  EXPECT_TRUE(bench.disk.Damage(0, Flaw::kUnreadable));
  EXPECT_EQ(bench.disk.counts().damaged, 2u);
  for (int start = 0; start < 3; ++start) {
    bench.Crash(Keeps::kAll);
    EXPECT_EQ(bench.disk.Recover().intact, 0u);
  }
}

TEST(Damage, WhoKnowsWhatToDoGoesOnBehindWhatIsIntact) {
  Bench bench;
  bench.written = 5;
  bench.Sync();
  ASSERT_TRUE(bench.disk.Damage(3, Flaw::kStale));
  bench.Crash(Keeps::kAll);
  bench.disk.Truncate(bench.disk.Recover().intact);
  EXPECT_FALSE(bench.disk.damaged());
  EXPECT_EQ(bench.disk.durable(), 3u);
  bench.written = 4;
  EXPECT_TRUE(bench.BeginSync());
  EXPECT_TRUE(bench.EndSync());
  EXPECT_EQ(bench.Crash(Keeps::kSynced), 4u);
  EXPECT_EQ(bench.disk.Recover().damaged, 0u);
}

// --- syncs that fail and syncs that lie ----------------------------------------------------

// 2000 syncs of which 30 % fail: expected 600, 5 sigma 102.5. Each that fails drops some of its
// four records, half of them: those that a retry would not bring back.
TEST(SyncError, FailsItsShareOfSyncs) {
  int failed = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Bench bench(seed);
    bench.disk.errors = {true, true, false, {300'000'000}, {}, 3};
    bench.written = 4;
    ASSERT_TRUE(bench.BeginSync());
    const bool done = bench.EndSync();
    failed += !done;
    EXPECT_EQ(bench.effects[3], done ? 0u : 1u);
    EXPECT_EQ(bench.disk.acknowledged(), done ? 4u : 0u);
  }
  EXPECT_NEAR(failed, 600, 102);
}

TEST(SyncError, OnceIsOnceAndStickyIsUntilTheWindowEnds) {
  for (const bool once : {true, false}) {
    Bench bench;
    bench.disk.errors = {true, true, once, {Ratio::kBillion}, {}, 0};
    for (int sync = 0; sync < 5; ++sync) {
      ++bench.written;
      ASSERT_TRUE(bench.BeginSync());
      EXPECT_EQ(bench.EndSync(), once && sync > 0);
      bench.Crash(Keeps::kAll);
    }
    EXPECT_EQ(bench.disk.counts().failed, once ? 1u : 5u);
  }
}

// The process stops: what did arrive survives up to the first hole, and it is a crash's trace.
// 1000 times four records, each arrived with 1/2: the prefix is empty in 500 of them, 5 sigma 79.
TEST(SyncError, WhoStopsStartsFromWhatIsReallyThere) {
  int empty = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    Bench bench(seed);
    bench.written = 3;
    bench.Sync();
    bench.disk.errors = {true, true, true, {Ratio::kBillion}, {}, 0};
    bench.written = 7;
    ASSERT_TRUE(bench.BeginSync());
    ASSERT_FALSE(bench.EndSync());
    bench.Crash(Keeps::kAll);
    EXPECT_GE(bench.written, 3u);
    EXPECT_EQ(bench.disk.Recover().damaged, 0u);
    EXPECT_EQ(bench.disk.counts().lost, 7 - bench.written);
    empty += bench.written == 3;
  }
  EXPECT_NEAR(empty, 500, 79);
}

// Why no host may try again: the second sync succeeds, and what the first one dropped is gone
// although it was acknowledged. Only the watermark can tell.
TEST(SyncError, WhoTriesAgainIsToldThatAllIsWell) {
  int lies = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Bench bench(seed);
    bench.disk.errors = {true, true, true, {Ratio::kBillion}, {}, 0};
    bench.written = 4;
    ASSERT_TRUE(bench.BeginSync());
    ASSERT_FALSE(bench.EndSync());
    ASSERT_TRUE(bench.BeginSync());
    ASSERT_TRUE(bench.EndSync());
    EXPECT_EQ(bench.disk.acknowledged(), 4u);
    const bool holes = bench.disk.damaged();
    bench.Crash(Keeps::kSynced);
    EXPECT_EQ(bench.disk.Recover().damaged > 0, holes);
    lies += holes;
  }
  EXPECT_GT(lies, 80) << "one in sixteen has all four by luck";
}

TEST(SyncLie, APowerFailureTakesBackWhatWasAcknowledgedAndNobodyCanTell) {
  Bench bench;
  bench.written = 2;
  bench.Sync();
  bench.disk.lying.Begin(1);
  for (bench.written = 3; bench.written <= 5; ++bench.written) bench.Sync();
  bench.written = 5;
  EXPECT_EQ(bench.disk.acknowledged(), 5u);
  EXPECT_EQ(bench.disk.durable(), 2u);
  EXPECT_EQ(bench.effects[1], 3u);
  EXPECT_EQ(bench.Crash(Keeps::kSynced), 2u);
  EXPECT_EQ(bench.disk.Recover().damaged, 0u) << "the watermark went with the rest";
}

TEST(SyncLie, AnHonestSyncMakesItTrueAndAProcessThatDiesTakesNothing) {
  Bench bench;
  bench.disk.lying.Begin(1);
  bench.written = 3;
  bench.Sync();
  EXPECT_EQ(bench.Crash(Keeps::kAll), 3u);
  EXPECT_EQ(bench.disk.durable(), 0u) << "the machine still has it in its cache alone";
  bench.disk.lying.End();
  bench.written = 4;
  bench.Sync();
  EXPECT_EQ(bench.disk.durable(), 4u);
  EXPECT_EQ(bench.Crash(Keeps::kSynced), 4u);
}

// Syncs that were acknowledged are barriers like any others.
TEST(SyncLie, WhatALieLeavesObeysTheOrder) {
  int kept = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Bench bench(seed);
    bench.plan.order = DiskOrder::kBarrier;
    bench.disk.lying.Begin(1);
    for (bench.written = 2; bench.written <= 6; bench.written += 2) bench.Sync();
    bench.written = 6;
    bench.Crash(Keeps::kRandom);
    kept += bench.written > 0;
  }
  // The first record survives with 1/2: expected 100 of 200, 5 sigma 35.
  EXPECT_NEAR(kept, 100, 35);
}

// --- the budget --------------------------------------------------------------------------

std::vector<std::uint8_t> MayDamage(std::uint32_t members, DiskBudget budget, std::uint64_t seed) {
  Physics physics(Plan{}, members, members + 1, 0);
  core::Tape chooser(seed);
  DrawDiskBudget(budget, physics, chooser);
  return physics.may_damage;
}

TEST(Budget, LeavesAMajorityIntactAndEveryApplication) {
  for (std::uint32_t members = 1; members <= 7; ++members) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const auto quorum = MayDamage(members, DiskBudget::kQuorum, seed);
      EXPECT_EQ(std::count(quorum.begin(), quorum.end(), 1), (members - 1) / 2);
      const auto all = MayDamage(members, DiskBudget::kUnrestricted, seed);
      EXPECT_EQ(std::count(all.begin(), all.end(), 1), members);
      EXPECT_EQ(quorum.back() + all.back(), 0) << "an application's disk is nobody's to damage";
    }
  }
}

// Two of five: each node in 400 of 1000 seeds; 5 sigma of a binomial (1000, 0.4) are 77.5.
TEST(Budget, StrikesEveryNodeAlike) {
  std::array<int, 5> times{};
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const auto chosen = MayDamage(5, DiskBudget::kQuorum, seed);
    for (std::size_t node = 0; node < 5; ++node) times[node] += chosen[node];
  }
  for (const int count : times) EXPECT_NEAR(count, 400, 77);
}

}  // namespace
}  // namespace sim
