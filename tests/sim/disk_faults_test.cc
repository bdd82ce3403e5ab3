// Disks that fail, in the world: who stops, who starts again, who never does, and
// that nobody breaks a promise for it.
#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gtest/gtest.h"
#include "invariants/invariant.h"
#include "protocols/consensus/raft.h"
#include "sim/run.h"
#include "tests/sim/fault_bench.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using core::Duration;
using Parameters = std::vector<core::Parameter>;
using Targets = std::vector<std::string>;

// --- windows, without a world ------------------------------------------------------------

// Whether a disk is as it was made, but for its records.
bool Untroubled(const Disk& disk) {
  const bool prompt = disk.stall == core::Between{} && disk.slow == 0;
  const bool works = !disk.full.on() && !disk.lying.on() && !disk.errors.open && !disk.errors.armed;
  return prompt && works && !disk.fuse.open && disk.fuse.left == 0 && !disk.starved;
}

void MakeDurable(FaultBench& bench, std::uint64_t records) {
  core::Duration latency{};
  for (std::uint32_t node = 0; node < FaultBench::kNodes; ++node) {
    Disk& disk = bench.physics.disks[node];
    if (disk.BeginSync(records, bench.physics.AccessDisk(node, bench.chooser), &latency)) {
      ASSERT_TRUE(disk.EndSync(bench.physics.AccessDisk(node, bench.chooser)));
    }
  }
}

FaultBench Bench(std::uint64_t seed, DiskBudget budget = DiskBudget::kUnrestricted) {
  FaultBench bench(seed);
  DrawDiskBudget(budget, bench.physics, bench.chooser);
  return bench;
}

TEST(DiskFaults, WindowsThatOverlapLeaveNothingBehind) {
  constexpr std::array kKinds{"disk_full", "disk_slow", "disk_stall", "sync_error", "sync_lie", "crash_at_storage_op"};
  for (const char* kind : kKinds) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      FaultBench bench = Bench(seed);
      bench.Begin(kind, 3s, {}, {"all"});
      bench.Advance(1s);
      bench.Begin(kind, 1s, {}, {"majority"});
      for (std::uint32_t node = 0; node < 5; ++node) EXPECT_FALSE(Untroubled(bench.physics.disks[node])) << kind;
      bench.Advance(500ms);
      bench.Begin(kind, 4s, {}, {"any"});
      bench.Advance(1s);
      for (std::uint32_t node = 0; node < 5; ++node) EXPECT_FALSE(Untroubled(bench.physics.disks[node])) << kind;
      bench.Advance(10s);
      for (const Disk& disk : bench.physics.disks) EXPECT_TRUE(Untroubled(disk)) << kind << ", seed " << seed;
    }
  }
}

TEST(DiskFaults, WithoutAChanceNothingHappens) {
  const std::vector<std::pair<std::string, Parameters>> harmless{
      {"bit_rot", {{"records", "0"}}},       {"latent_sector_error", {{"records", "0"}}},
      {"phantom_write", {{"records", "0"}}}, {"misdirected_write", {{"writes", "0"}}},
      {"sync_error", {{"chance", "0%"}}},    {"disk_slow", {{"times", "1"}}}};
  for (const auto& [kind, parameters] : harmless) {
    FaultBench bench = Bench(1);
    MakeDurable(bench, 10);
    bench.Begin(kind, 10s, parameters, {"all"});
    for (std::uint64_t sync = 11; sync < 200; ++sync) MakeDurable(bench, sync);
    EXPECT_EQ(bench.effects(kind), 0u) << kind;
    for (const Disk& disk : bench.physics.disks) EXPECT_FALSE(disk.damaged()) << kind;
  }
}

// Ten durable records, one damaged in each of 1000 windows: each expected 100 times; 5 sigma of
// a binomial (1000, 0.1) are 47.4. Recovery says where by how much is still intact.
TEST(DiskFaults, TheMediumFailsAtEveryRecordAlike) {
  for (const char* kind : {"bit_rot", "latent_sector_error", "phantom_write"}) {
    std::array<int, 10> times{};
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
      FaultBench bench = Bench(seed);
      MakeDurable(bench, 10);
      bench.Begin(kind, 1s, {}, {"n2"});
      EXPECT_EQ(bench.effects(kind), 1u);
      const Disk::Recovery recovery = bench.physics.disks[2].Recover();
      ASSERT_GT(recovery.damaged, 0u);
      ++times[recovery.intact];
    }
    for (const int count : times) EXPECT_NEAR(count, 100, 47) << kind;
  }
}

// Of ten records, the lower one of two that differ is r with (9-r)/45: expected 800 (9-r)/45 of
// 800 windows; the widest 5 sigma, of 0.2, are 56.6.
TEST(DiskFaults, AMisdirectedWriteDamagesTwoRecords) {
  std::array<int, 10> lower{};
  for (std::uint64_t seed = 0; seed < 800; ++seed) {
    FaultBench bench = Bench(seed);
    MakeDurable(bench, 10);
    bench.Begin("misdirected_write", 1s, {}, {"n0"});
    EXPECT_EQ(bench.effects("misdirected_write"), 1u);
    EXPECT_EQ(bench.physics.disks[0].counts().damaged, 2u);
    ++lower[bench.physics.disks[0].Recover().intact];
  }
  for (int record = 0; record < 10; ++record) {
    EXPECT_NEAR(lower[static_cast<std::size_t>(record)], 800 * (9 - record) / 45, 56);
  }
}

TEST(DiskFaults, WhereNothingIsDurableNothingIsDamaged) {
  for (const char* kind : {"bit_rot", "latent_sector_error", "phantom_write", "misdirected_write"}) {
    FaultBench bench = Bench(1);
    bench.Begin(kind, 1s, {}, {"all"});
    EXPECT_EQ(bench.effects(kind), 0u) << kind;
  }
}

TEST(DiskFaults, TheBudgetSparesTheMajorityAndSaysSo) {
  for (const char* kind : {"bit_rot", "latent_sector_error", "phantom_write", "misdirected_write", "sync_lie"}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      FaultBench bench = Bench(seed, DiskBudget::kQuorum);
      MakeDurable(bench, 10);
      bench.Begin(kind, 1s, {}, {"all"});
      std::uint64_t struck = 0, spared = 0;
      for (const Disk& disk : bench.physics.disks) {
        struck += disk.damaged() || disk.lying.on();
        spared += disk.counts().spared;
      }
      EXPECT_EQ(struck, 2u) << kind;
      EXPECT_EQ(spared, 3u) << kind;
    }
  }
}

// --- what is drawn, and what is counted ----------------------------------------------------

// Syncs take no time by nature. No other disk is slower, and neither is this one afterwards.
TEST(DiskStall, AddsToEachSyncATimeThatIsUniform) {
  FaultBench bench(1, Plan{});
  bench.Begin("disk_stall", 1s, {{"by", "50ms..500ms"}}, {"n2"});
  std::vector<std::int64_t> longer;
  for (int sync = 0; sync < 5'000; ++sync) {
    bench.Sync(2);
    longer.push_back(bench.syncs.back().count());
    bench.Sync(1);
    EXPECT_EQ(bench.syncs.back(), 0ms);
  }
  ExpectUniform(longer, 50'000'000, 500'000'000);
  EXPECT_EQ(bench.effects("disk_stall"), 5'000u);
  bench.Advance(1s);
  bench.Sync(2);
  EXPECT_EQ(bench.syncs.back(), 0ms);
  EXPECT_EQ(bench.effects("disk_stall"), 5'000u);
}

// By 0 or 1 ns: half of the syncs are not delayed.
TEST(DiskStall, CountsSyncsThatAreDelayed) {
  FaultBench bench(1, Plan{});
  bench.Begin("disk_stall", 1s, {{"by", "0ns..1ns"}}, {"n2"});
  std::uint64_t delayed = 0;
  for (int sync = 0; sync < 1'000; ++sync) {
    bench.Sync(2);
    delayed += bench.syncs.back() > 0ns;
  }
  ExpectShare(delayed, 1'000, 0.5);
  EXPECT_EQ(bench.effects("disk_stall"), delayed);
}

TEST(DiskSlow, TakesAMultipleThatIsDrawnOncePerVictim) {
  std::vector<std::int64_t> times;
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    FaultBench slow(seed), usual(seed);
    slow.Begin("disk_slow", 1s, {}, {"n1", "n3"});
    for (const std::uint32_t node : {0u, 1u, 3u, 1u, 3u}) {
      slow.Sync(node);
      usual.Sync(node);
    }
    EXPECT_EQ(slow.syncs[0], usual.syncs[0]);
    for (const std::size_t sync : {1u, 2u}) {
      times.push_back(slow.syncs[sync] / usual.syncs[sync]);
      EXPECT_EQ(slow.syncs[sync + 2], times.back() * usual.syncs[sync + 2]);
    }
    EXPECT_EQ(slow.effects("disk_slow"), 4u);
  }
  ExpectUniform(times, 2, 20);
}

TEST(DiskSlow, OfADiskThatTakesNoTimeDelaysNothing) {
  FaultBench bench(1, Plan{});
  bench.Begin("disk_slow", 1s, {}, {"n1"});
  bench.Sync(1);
  EXPECT_EQ(bench.syncs.back(), 0ms);
  EXPECT_EQ(bench.effects("disk_slow"), 0u);
}

// A chance that is uniform and drawn once makes each number of failures in four syncs alike.
TEST(SyncErrors, HaveAChanceThatIsDrawnOncePerWindow) {
  std::vector<std::int64_t> failures;
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    FaultBench bench(seed);
    bench.Begin("sync_error", 1s, {{"mode", "sticky"}, {"chance", "0%..100%"}}, {"n1"});
    std::int64_t failed = 0;
    for (int sync = 0; sync < 4; ++sync) {
      failed += !bench.Sync(1);
      EXPECT_TRUE(bench.Sync(2));
    }
    EXPECT_EQ(bench.effects("sync_error"), static_cast<std::uint64_t>(failed));
    failures.push_back(failed);
  }
  ExpectUniform(failures, 0, 4);
}

// The first to fail is the k-th with 0.75^(k-1) / 4, and the last.
TEST(SyncErrors, OnceFailAtASyncThatIsGeometric) {
  std::array<std::uint64_t, 6> first{};
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    FaultBench bench(seed);
    bench.Begin("sync_error", 1s, {{"chance", "25%"}}, {"n1"});
    std::uint64_t failed = 0;
    for (std::size_t sync = 0; sync < 20; ++sync) {
      if (bench.Sync(1)) continue;
      ++failed;
      if (sync < first.size()) ++first[sync];
    }
    EXPECT_LE(failed, 1u);
    EXPECT_EQ(bench.effects("sync_error"), failed);
  }
  double share = 0.25;
  for (const std::uint64_t count : first) {
    ExpectShare(count, 2'000, share);
    share *= 0.75;
  }
}

TEST(SyncLies, AreCountedAndEndWithTheWindow) {
  FaultBench bench = Bench(1);
  for (const std::uint32_t node : {1u, 2u}) bench.Sync(node);
  bench.Begin("sync_lie", 1s, {}, {"n1"});
  for (std::uint64_t sync = 1; sync <= 10; ++sync) {
    EXPECT_TRUE(bench.Sync(1));
    EXPECT_TRUE(bench.Sync(2));
    EXPECT_EQ(bench.effects("sync_lie"), sync);
  }
  EXPECT_EQ(bench.physics.disks[1].acknowledged(), 11u);
  EXPECT_EQ(bench.physics.disks[1].durable(), 1u);
  EXPECT_EQ(bench.physics.disks[2].durable(), 11u);
  bench.Advance(1s);
  bench.Sync(1);
  EXPECT_EQ(bench.physics.disks[1].durable(), 12u);
  EXPECT_EQ(bench.effects("sync_lie"), 10u);
}

TEST(CrashAtStorageOp, HasAnOperationThatIsUniform) {
  std::vector<std::int64_t> operations;
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    FaultBench bench(seed);
    bench.Begin("crash_at_storage_op", 1s, {{"op", "1..200"}}, {"n1", "n2"});
    for (const std::uint32_t node : {1u, 2u}) {
      operations.push_back(static_cast<std::int64_t>(bench.physics.disks[node].fuse.left));
    }
    EXPECT_FALSE(bench.physics.disks[0].fuse.open);
  }
  ExpectUniform(operations, 1, 200);
}

// Of so many records that no two draws meet.
TEST(DiskFaults, AsManyRecordsAreDamagedAsAreDrawnAndCounted) {
  for (const std::string kind : {"bit_rot", "latent_sector_error", "phantom_write", "misdirected_write"}) {
    const bool pairs = kind == "misdirected_write";
    std::vector<std::int64_t> counts;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
      FaultBench bench = Bench(seed);
      MakeDurable(bench, 1'000'000'000'000);
      bench.Begin(kind, 1s, {{pairs ? "writes" : "records", "0..4"}}, {"n1", "n2"});
      std::int64_t all = 0;
      for (const std::uint32_t node : {1u, 2u}) {
        counts.push_back(static_cast<std::int64_t>(bench.physics.disks[node].counts().damaged) / (pairs ? 2 : 1));
        all += counts.back();
      }
      EXPECT_EQ(bench.effects(kind), static_cast<std::uint64_t>(all)) << kind;
      bench.Advance(1s);
      EXPECT_EQ(bench.effects(kind), static_cast<std::uint64_t>(all)) << kind;
      EXPECT_FALSE(bench.physics.disks[0].damaged()) << kind;
    }
    ExpectUniform(counts, 0, 4, kind);
  }
}

// Of three records five are drawn: one that is bad already is not damaged again.
TEST(DiskFaults, ARecordThatIsDamagedTwiceCountsOnce) {
  for (const char* kind : {"bit_rot", "latent_sector_error", "phantom_write"}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      FaultBench bench = Bench(seed);
      MakeDurable(bench, 3);
      bench.Begin(kind, 1s, {{"records", "5"}}, {"n1"});
      EXPECT_EQ(bench.effects(kind), bench.physics.disks[1].counts().damaged) << kind;
      EXPECT_LE(bench.effects(kind), 3u) << kind;
    }
  }
}

// --- worlds ---------------------------------------------------------------------------------

Latency Uniform(Duration min, Duration max) {
  Latency latency;
  latency.shape = Latency::Shape::kUniform;
  latency.min = min;
  latency.max = max;
  return latency;
}

// Three replicas and two clients.
Plan Small() {
  Plan plan;
  plan.name = "test";
  plan.protocol = "raft";
  plan.nodes = 3;
  plan.peer.latency = plan.client.latency = plan.exporter.latency = Uniform(1ms, 5ms);
  plan.disk.sync_latency = Uniform(1ms, 5ms);
  plan.workload.clients = 2;
  plan.workload.think = {20ms, 60ms};
  plan.workload.timeout = 500ms;
  plan.storm = 1500ms;
  plan.settle = 3s;
  return plan;
}

FaultPlan At(const std::string& kind, Duration at, Duration lasts, Targets targets, Parameters params = {}) {
  return {kind, at, std::nullopt, Uniform(lasts, lasts), std::move(targets), std::move(params)};
}
FaultPlan Every(const std::string& kind, core::Between every, Duration lasts, Targets targets = {"any"},
                Parameters params = {}) {
  return {
      kind, std::nullopt, Uniform(every.min, every.max), Uniform(lasts, lasts), std::move(targets), std::move(params)};
}

raft::Config ConfigOf(const Plan& plan) {
  raft::Config config;
  config.nodes = plan.nodes;
  return config;
}
World<raft::Node> MakeWorld(const Plan& plan, std::uint64_t seed) {
  return World<raft::Node>(std::make_shared<Plan>(plan), ConfigOf(plan), Shape{plan.nodes, plan.nodes}, seed);
}
Report RunPlan(const Plan& plan, std::uint64_t seed) {
  invariants::Panel<raft::Node> panel;
  RunOptions options;
  options.seed = seed;
  return Run<raft::Node>(std::make_shared<Plan>(plan), ConfigOf(plan), Shape{plan.nodes, plan.nodes}, panel, options);
}

const MonitorReport& Monitor(const Report& report, const std::string& name) {
  return *std::find_if(report.monitors.begin(), report.monitors.end(),
                       [&](const MonitorReport& monitor) { return monitor.name == name; });
}

void ExpectSafeAndAlive(const Report& report, const std::string& what) {
  EXPECT_FALSE(report.violation) << what << ": " << report.violation->monitor << ", " << report.violation->explanation;
  EXPECT_EQ(Monitor(report, "progress").outcome, Outcome::kHolds) << what;
  EXPECT_EQ(report.halted, 0u) << what;
}

// Steps until then; answers whether the node was ever up on the way.
bool RunUntil(World<raft::Node>& world, Duration time, std::uint32_t node) {
  NoObserver nobody;
  bool up = false;
  while (world.now() < time && world.Step(nobody)) {
    up = up || (world.now() < time && world.physics().processes[node].up());
  }
  return up;
}

TEST(DiskFull, EndsWhoWritesUntilThereIsSpace) {
  Plan plan = Small();
  plan.storm = 3s;
  plan.faults = {At("disk_full", 1s, 1s, {"n1"})};
  World<raft::Node> world = MakeWorld(plan, 1);
  NoObserver nobody;
  world.Start(nobody);
  RunUntil(world, 1500ms, 1);
  EXPECT_FALSE(world.physics().processes[1].up()) << "it had something to write in half a second";
  const std::size_t written = world.hosts()[1].journal.size();
  EXPECT_FALSE(RunUntil(world, 1999ms, 1));
  EXPECT_EQ(world.hosts()[1].journal.size(), written);
  RunUntil(world, 3s, 1);
  EXPECT_TRUE(world.physics().processes[1].up());
  EXPECT_GT(world.hosts()[1].journal.size(), written);
  ExpectSafeAndAlive(RunPlan(plan, 1), "a full disk");
}

// A crash that ends within the window starts the process, which meets the full disk again.
TEST(DiskFull, StopsWhoStartsAgainMeanwhile) {
  Plan plan = Small();
  plan.storm = 4s;
  plan.faults = {At("crash", 500ms, 1s, {"n1"}), At("disk_full", 1s, 2s, {"n1"})};
  const Report report = RunPlan(plan, 1);
  ExpectSafeAndAlive(report, "crash within a full disk");
  for (const FaultReport& fault : report.faults) EXPECT_EQ(fault.effects, 1u) << fault.kind;
}

TEST(SyncErrors, StopAProcessThatStartsAgainFromItsDisk) {
  for (const char* mode : {"once", "sticky"}) {
    Plan plan = Small();
    plan.storm = 3s;
    plan.faults = {At("sync_error", 500ms, 2s, {"n0"}, {{"mode", mode}, {"restart", "100ms..200ms"}})};
    std::uint64_t effects = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const Report report = RunPlan(plan, seed);
      ExpectSafeAndAlive(report, std::string(mode) + ", seed " + std::to_string(seed));
      EXPECT_EQ(report.disk.failed, report.faults[0].effects);
      effects += report.faults[0].effects;
    }
    const bool once = mode == std::string("once");
    EXPECT_TRUE(once ? effects == 20 : effects > 60)
        << mode << ", which is again and again while the window lasts: " << effects;
  }
}

TEST(ReadLatency, MakesARestartTakeTime) {
  Plan plan = Small();
  plan.storm = 3s;
  plan.disk.read_latency = Uniform(300ms, 300ms);
  plan.faults = {At("crash", 1s, 500ms, {"n2"})};
  World<raft::Node> world = MakeWorld(plan, 1);
  NoObserver nobody;
  world.Start(nobody);
  RunUntil(world, 1001ms, 2);
  EXPECT_FALSE(RunUntil(world, 1799ms, 2)) << "it reads its disk from 1.5s to 1.8s";
  RunUntil(world, 1810ms, 2);
  EXPECT_TRUE(world.physics().processes[2].up());
  ExpectSafeAndAlive(RunPlan(plan, 1), "slow reads");
}

// A crash while it reads, a pause while it reads: it starts once, when all is over.
TEST(ReadLatency, SurvivesWhatComesInBetween) {
  Plan plan = Small();
  plan.storm = 5s;
  plan.disk.read_latency = Uniform(400ms, 600ms);
  plan.faults = {Every("crash", {200ms, 600ms}, 200ms), Every("pause", {200ms, 600ms}, 300ms)};
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    ExpectSafeAndAlive(RunPlan(plan, seed), "seed " + std::to_string(seed));
  }
}

// --- crash at every storage operation ------------------------------------------------------------

Plan CrashAtOperation(std::uint64_t operation) {
  Plan plan = Small();
  plan.disk.order = DiskOrder::kArbitrary;
  plan.disk.torn = {Ratio::kBillion / 4};
  plan.faults = {
      At("crash_at_storage_op", 1ms, 1490ms, {"n1"}, {{"op", std::to_string(operation)}, {"restart", "50ms..200ms"}})};
  return plan;
}

// How many operations n1 makes before the window ends.
std::uint64_t Operations(std::uint64_t seed) {
  constexpr std::uint64_t kMany = 1'000'000;
  World<raft::Node> world = MakeWorld(CrashAtOperation(kMany), seed);
  NoObserver nobody;
  world.Start(nobody);
  std::uint64_t left = kMany;
  while (!world.settling() && world.Step(nobody)) {
    const Fuse& fuse = world.physics().disks[1].fuse;
    if (fuse.open) left = fuse.left;
  }
  return kMany - left;
}

TEST(CrashAtStorageOp, IsSafeAtEveryOperationOfARun) {
  std::uint64_t runs = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const std::uint64_t operations = Operations(seed);
    EXPECT_GT(operations, 50u) << "seed " << seed;
    for (std::uint64_t k = 1; k <= operations; ++k) {
      const Report report = RunPlan(CrashAtOperation(k), seed);
      const std::string what = "seed " + std::to_string(seed) + ", operation " + std::to_string(k);
      ASSERT_EQ(report.faults[0].effects, 1u) << what << ": the power did not fail";
      ExpectSafeAndAlive(report, what);
      ++runs;
    }
    EXPECT_EQ(RunPlan(CrashAtOperation(operations + 1), seed).faults[0].effects, 0u);
  }
  RecordProperty("runs", static_cast<int>(runs));
}

// A node that writes three records in one step: the power fails behind each of them.
struct Writer {
  struct Config {};
  struct Silence {};
  struct Wrote {
    int number{};
  };
  using Message = std::variant<Silence>;
  using Record = std::variant<Wrote>;
  using Fact = std::variant<Silence>;
  using Request = core::None;
  using Reply = core::None;
  enum class Timer : std::uint8_t { kWrite };

  int replayed{};

  void Start(core::Env<Writer>& env) { env.Arm(Timer::kWrite, {10ms, 10ms}); }
  void Replay(const Wrote&) { ++replayed; }
  void On(core::NodeId, const Silence&, core::Env<Writer>&) {}
  void On(core::RequestId, const Request&, core::Env<Writer>&) {}
  void On(Timer, core::Env<Writer>& env) {
    for (const int number : {1, 2, 3}) env.Write(Wrote{number});
  }
};

// The same, but it knows what to do about damage.
struct Expert {
  struct Config {};
  using Silence = Writer::Silence;
  using Wrote = Writer::Wrote;
  using Message = Writer::Message;
  using Record = Writer::Record;
  using Fact = Writer::Fact;
  using Request = core::None;
  using Reply = core::None;
  using Timer = Writer::Timer;

  int replayed{};
  std::uint64_t first{}, lost{};
  bool started_after{};

  void Start(core::Env<Expert>& env) {
    started_after = lost > 0;
    env.Arm(Timer::kWrite, {10ms, 10ms});
  }
  void Replay(const Wrote&) { ++replayed; }
  void OnDamage(const core::Damage& damage, core::Env<Expert>&) {
    first = damage.first;
    lost = damage.lost;
  }
  void On(core::NodeId, const Silence&, core::Env<Expert>&) {}
  void On(core::RequestId, const Request&, core::Env<Expert>&) {}
  void On(Timer, core::Env<Expert>& env) {
    for (const int number : {1, 2, 3}) env.Write(Wrote{number});
  }
};
static_assert(core::HandlesDamage<Expert> && !core::HandlesDamage<Writer> && !core::HandlesDamage<raft::Node>);

template <class N>
World<N> Alone(Plan plan, std::uint64_t seed) {
  plan.nodes = 1;
  plan.workload.clients = 0;
  return World<N>(std::make_shared<Plan>(plan), typename N::Config{}, Shape{1, 1}, seed);
}

// One step writes three records, then a sync begins and ends: operations 1 to 5. After a crash
// behind record r at most r survive; at the end of the sync all do, though nobody heard of it.
TEST(CrashAtStorageOp, FallsBetweenTheRecordsOfOneStep) {
  for (int operation = 1; operation <= 5; ++operation) {
    std::size_t most = 0, least = 3;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      Plan plan = Small();
      plan.faults = {
          At("crash_at_storage_op", 1ms, 1s, {"n0"}, {{"op", std::to_string(operation)}, {"restart", "1s"}})};
      World<Writer> world = Alone<Writer>(plan, seed);
      NoObserver nobody;
      world.Start(nobody);
      while (world.physics().processes[0].crashes == 0) ASSERT_TRUE(world.Step(nobody));
      most = std::max(most, world.hosts()[0].journal.size());
      least = std::min(least, world.hosts()[0].journal.size());
    }
    EXPECT_EQ(most, static_cast<std::size_t>(std::min(operation, 3))) << "operation " << operation;
    EXPECT_EQ(least, operation == 5 ? 3u : 0u) << "operation " << operation;
  }
}

// --- damage ------------------------------------------------------------------------------------

Plan RottenAtOne() {
  Plan plan = Small();
  plan.disk.budget = DiskBudget::kUnrestricted;
  plan.faults = {At("bit_rot", 500ms, 1ms, {"n0"}), At("crash", 600ms, 100ms, {"n0"}),
                 At("crash", 900ms, 100ms, {"n0"})};
  return plan;
}

template <class N>
World<N> Played(const Plan& plan, std::uint64_t seed) {
  World<N> world = Alone<N>(plan, seed);
  NoObserver nobody;
  world.Start(nobody);
  while (world.Step(nobody)) {
  }
  return world;
}

TEST(Damage, HaltsANodeThatDoesNotExpectItForGood) {
  const World<Writer> world = Played<Writer>(RottenAtOne(), 1);
  EXPECT_TRUE(world.physics().processes[0].halted);
  EXPECT_FALSE(world.physics().processes[0].up());
  EXPECT_EQ(world.physics().processes[0].crashes, 0u) << "the second crash's restart changed nothing";
  EXPECT_EQ(world.hosts()[0].node.replayed, 0);
  EXPECT_EQ(world.physics().disks[0].counts().found, 1u);
  EXPECT_TRUE(world.coreless());
}

TEST(Damage, IsTheBusinessOfANodeThatDoes) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Plan plan = RottenAtOne();
    plan.faults.pop_back();
    const World<Expert> world = Played<Expert>(plan, seed);
    const Expert& node = world.hosts()[0].node;
    EXPECT_TRUE(world.physics().processes[0].up());
    EXPECT_GT(node.lost, 0u);
    EXPECT_EQ(node.first, static_cast<std::uint64_t>(node.replayed)) << "what is intact is replayed before";
    EXPECT_TRUE(node.started_after);
    EXPECT_GT(world.hosts()[0].journal.size(), node.first) << "it goes on writing";
    EXPECT_FALSE(world.coreless());
  }
}

// What a monitor and a reader are told.
TEST(Damage, IsReported) {
  Plan plan = Small();
  plan.disk.budget = DiskBudget::kUnrestricted;
  plan.storm = 3s;
  plan.faults = {At("latent_sector_error", 1s, 1ms, {"n0", "n1"}), At("crash", 1500ms, 100ms, {"n0", "n1"})};
  const Report report = RunPlan(plan, 1);
  EXPECT_FALSE(report.violation);
  EXPECT_EQ(report.halted, 2u);
  EXPECT_EQ(report.disk.damaged, 2u);
  EXPECT_EQ(report.disk.found, 2u);
  EXPECT_EQ(report.excused, "no majority has an intact disk: n0 n1 (injected)");
  EXPECT_EQ(Monitor(report, "progress").outcome, Outcome::kInconclusive);
}

TEST(Damage, OfOneOfThreeExcusesNobody) {
  Plan plan = Small();
  plan.disk.budget = DiskBudget::kUnrestricted;
  plan.faults = {At("latent_sector_error", 1s, 1ms, {"n0"}), At("crash", 1200ms, 100ms, {"n0"})};
  const Report report = RunPlan(plan, 1);
  EXPECT_EQ(report.halted, 1u);
  EXPECT_EQ(report.excused, "");
  EXPECT_FALSE(report.violation);
  EXPECT_EQ(Monitor(report, "progress").outcome, Outcome::kHolds);
}

// Who is down with damage that nobody has seen yet would halt in the core: it is not chosen.
TEST(Damage, OfANodeThatIsDownKeepsItOutOfTheCore) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Plan plan = Small();
    plan.disk.budget = DiskBudget::kUnrestricted;
    plan.core = seed % 2 == 0 ? Core::kQuorum : Core::kAll;
    plan.faults = {At("latent_sector_error", 1s, 1ms, {"n2"}), At("crash", 1200ms, 1h, {"n2"})};
    World<raft::Node> world = MakeWorld(plan, seed);
    NoObserver nobody;
    world.Start(nobody);
    while (world.Step(nobody)) {
    }
    EXPECT_EQ(world.core(), (std::vector<std::uint32_t>{0, 1})) << "seed " << seed;
    EXPECT_EQ(Monitor(RunPlan(plan, seed), "progress").outcome, Outcome::kHolds) << "seed " << seed;
  }
}

Plan Rotten(DiskBudget budget) {
  Plan plan = Small();
  plan.nodes = 5;
  plan.storm = 4s;
  plan.settle = 4s;
  plan.disk.budget = budget;
  plan.disk.order = DiskOrder::kArbitrary;
  plan.disk.torn = {Ratio::kBillion / 4};
  plan.faults = {Every("latent_sector_error", {300ms, 1s}, 1ms, {"any"}, {{"records", "1..5"}}),
                 Every("bit_rot", {1s, 2s}, 1ms),
                 Every("phantom_write", {1s, 2s}, 1ms),
                 Every("misdirected_write", {1s, 2s}, 1ms),
                 Every("crash", {300ms, 1s}, 200ms),
                 Every("crash", {500ms, 2s}, 200ms, {"leader"}),
                 Every("sync_error", {1s, 2s}, 500ms)};
  return plan;
}

// Halt, never lie: any disk may lose anything, nodes halt, and no promise is broken. Where a
// majority is left, it makes progress.
TEST(Unrestricted, NoSafetyIsLostWhateverDisksLose) {
  const Plan plan = Rotten(DiskBudget::kUnrestricted);
  std::uint64_t halted = 0, excused = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Report report = RunPlan(plan, seed);
    EXPECT_FALSE(report.violation) << "seed " << seed << ": " << report.violation->monitor << ", "
                                   << report.violation->explanation;
    halted += report.halted;
    excused += !report.excused.empty();
    const bool progress = Monitor(report, "progress").outcome == Outcome::kHolds;
    EXPECT_TRUE(progress || !report.excused.empty()) << "seed " << seed;
    EXPECT_LE(report.disk.found, report.disk.damaged);
  }
  EXPECT_GT(halted, 300u) << "more than one in each run";
  EXPECT_GT(excused, 20u);
  EXPECT_LT(excused, 295u) << "and some majorities are left";
}

TEST(Quorum, TheMajorityThatIsSparedAlwaysMakesProgress) {
  Plan plan = Rotten(DiskBudget::kQuorum);
  std::uint64_t halted = 0, spared = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    plan.core = seed % 2 == 0 ? Core::kQuorum : Core::kAll;
    const Report report = RunPlan(plan, seed);
    EXPECT_FALSE(report.violation) << "seed " << seed << ": " << report.violation->monitor << ", "
                                   << report.violation->explanation;
    EXPECT_EQ(report.excused, "") << "seed " << seed;
    EXPECT_EQ(Monitor(report, "progress").outcome, Outcome::kHolds) << "seed " << seed;
    EXPECT_LE(report.halted, 2u);
    halted += report.halted;
    spared += report.disk.spared;
  }
  EXPECT_GT(halted, 100u);
  EXPECT_GT(spared, 500u);
}

// A snapshot goes on like the original, bad disks and all.
TEST(Quorum, AForkOfAWorldWithBadDisksGoesOnAlike) {
  World<raft::Node> world = MakeWorld(Rotten(DiskBudget::kUnrestricted), 5);
  NoObserver nobody;
  world.Start(nobody);
  while (world.now() < 2s && world.Step(nobody)) {
  }
  World<raft::Node> fork = world;
  while (world.Step(nobody)) {
  }
  while (fork.Step(nobody)) {
  }
  EXPECT_EQ(fork.digest().state.Finished(), world.digest().state.Finished());
}

}  // namespace
}  // namespace sim
