// Laws of the disk, for any history of writes, syncs and crashes: what was durable
// stays, what was not may go, and nothing else comes or goes.
#include "sim/disk.h"

#include <chrono>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

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

// A power failure leaves any prefix of what was not durable, by luck.
TEST(Disk, EveryPrefixSurvivesSometimes) {
  std::uint32_t times[5] = {};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Bench bench(seed);
    bench.written = 6;
    bench.Sync();
    bench.written = 10;
    ++times[bench.Crash(Keeps::kRandom) - 6];
  }
  for (const std::uint32_t count : times) EXPECT_GT(count, 20u);
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

}  // namespace
}  // namespace sim
