// What a swarm draws: every seed a scenario that runs, each part from a stream of
// its own, magnitudes that spread over their whole range.
#include "scenarios/swarm.h"

#include <array>
#include <map>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "protocols/core/chooser.h"
#include "sim/fault.h"
#include "tools/experiment.h"

namespace scenarios {
namespace {

using testing::HasSubstr;

Scenario Base(const std::string& text) {
  return ParseScenario(text, {.name = "x", .file = "x.txtpb", .folder = ""}).value().proto;
}
std::vector<core::Parameter> NoConfig(core::Duration, const SwarmDraw&) { return {}; }
Scenario Drawn(const std::string& base, std::uint64_t seed) { return DrawSwarm(Base(base), seed, NoConfig); }

const std::string kOpen = "cluster { protocol: \"raft\" } swarm {}";

TEST(Swarm, EverySeedDrawsAScenarioThatIsAsGoodAsAWrittenOne) {
  const tools::Experiment swarm = tools::Prepare(LoadScenario("swarm").value(), "").value();
  std::set<core::Fingerprint> different;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    const auto drawn = tools::ForSeed(swarm, seed);
    ASSERT_TRUE(drawn.ok()) << drawn.status();
    const std::string text = PrintText(drawn->scenario.proto);
    const auto written = ParseScenario(text, {.name = "x", .file = "x.txtpb", .folder = ""});
    ASSERT_TRUE(written.ok()) << written.status() << text;
    EXPECT_EQ(ConfigurationOf(written->proto), ConfigurationOf(drawn->scenario.proto)) << seed;
    EXPECT_FALSE(written->proto.has_swarm());
    different.insert(ConfigurationOf(written->proto));
  }
  EXPECT_EQ(different.size(), 500u);
}

TEST(Swarm, WhatTheScenarioFixesStaysAsWritten) {
  const std::string fixed =
      "cluster { protocol: \"raft\" nodes: 3 network { latency: \"2ms\" } disk { sync_latency: \"3ms\" } "
      "clock { drift: \"7ppm\" } config { key: \"heartbeat\" value: \"9ms\" } } "
      "workload { clients: 2 think: \"1ms\" timeout: \"4s\" keys: 3 reads: \"20%\" hot: \"7%\" changes: \"1%\" "
      "transfers: \"2%\" } "
      "run { duration: \"3s\" settle: \"5s\" core: \"all\" order: \"random\" warm_up: \"10ms\" "
      "quiet { every: \"1s\" } } "
      "faults { kind: \"pause\" at: \"1s\" lasts: \"1s\" } swarm {}";
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Scenario drawn = Drawn(fixed, seed);
    ASSERT_GE(drawn.faults_size(), 1);
    EXPECT_EQ(drawn.faults(0).at(), "1s");
    drawn.clear_faults();
    drawn.mutable_run()->clear_quantum();
    Scenario base = Base(fixed);
    base.clear_faults();
    base.clear_swarm();
    EXPECT_EQ(PrintText(drawn), PrintText(base));
  }
}

// A tenth of the seeds without faults, a twentieth with all, a twentieth with one, and the
// rest with each kind in one of two: 2000 seeds, five standard deviations.
TEST(Swarm, FaultsTakePartAsOftenAsItSays) {
  std::map<std::string, int> runs;
  std::map<std::size_t, int> sizes;
  std::size_t kinds = 0;
  for (const sim::FaultKind* kind : sim::FaultKinds()) kinds += kind->beyond.empty();
  constexpr int kSeeds = 2000;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Scenario drawn = Drawn(kOpen, seed);
    for (const auto& fault : drawn.faults()) ++runs[fault.kind()];
    ++sizes[static_cast<std::size_t>(drawn.faults_size())];
  }
  EXPECT_NEAR(sizes[0], kSeeds / 10, 67 + kSeeds / 20);  // and some by chance, where there are few kinds
  EXPECT_NEAR(sizes[kinds], kSeeds / 20, 49 + kSeeds / 20);
  EXPECT_EQ(runs.size(), kinds);
  for (const auto& [kind, count] : runs) EXPECT_NEAR(count, kSeeds * (0.05 + 0.8 * 0.5 + 0.05 / kinds), 112) << kind;
}

TEST(Swarm, AKindThatIsNamedStaysOut) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Scenario drawn = Drawn("cluster { protocol: \"raft\" } swarm { without: \"crash\" }", seed);
    for (const auto& fault : drawn.faults()) EXPECT_NE(fault.kind(), "crash");
  }
}

TEST(Swarm, KindsThatBreakWhatProtocolsRelyOnStayOut) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Scenario drawn = Drawn(kOpen, seed);
    for (const auto& fault : drawn.faults()) {
      const int kind = sim::FindFaultKind(fault.kind());
      EXPECT_EQ(sim::FaultKinds()[static_cast<std::size_t>(kind)]->beyond, "");
    }
  }
}

// Leaving one kind out must not change what the others look like.
TEST(Swarm, OneKindLessLeavesEveryOtherPartAsItWas) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Scenario with = Drawn(kOpen, seed);
    Scenario without = Drawn("cluster { protocol: \"raft\" } swarm { without: \"pause\" }", seed);
    std::map<std::string, std::string> faults;
    for (const auto& fault : with.faults()) faults[fault.kind()] = PrintText(fault);
    // The seed's only fault may be another one then.
    if (with.faults_size() != 1) {
      for (const auto& fault : without.faults()) EXPECT_EQ(PrintText(fault), faults[fault.kind()]) << seed;
    }
    with.clear_faults();
    without.clear_faults();
    EXPECT_EQ(PrintText(with), PrintText(without)) << seed;
  }
}

// 20000 magnitudes of [10, 10^7]: each of the six decades gets a sixth, 3333 +- 264 (five sigma).
TEST(Swarm, MagnitudesAreLogUniform) {
  core::Seeded chooser(7);
  std::array<int, 7> decades{};
  core::ChoiceName name{core::Purpose::kSwarm, 1, 0, 0};
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t drawn = sim::LogUniform(10, 10'000'000, [&](std::uint64_t bound) {
      ++name.occurrence;
      return chooser.Choose(name, bound);
    });
    ASSERT_GE(drawn, 10u);
    ASSERT_LE(drawn, 10'000'000u);
    ++decades[std::to_string(drawn).size() - 2];
  }
  for (int decade = 0; decade < 6; ++decade) EXPECT_NEAR(decades[static_cast<std::size_t>(decade)], 3333, 270);
}

TEST(Swarm, AMagnitudeOfOneValueIsThatValue) {
  const auto first = [](std::uint64_t) { return std::uint64_t{0}; };
  const auto last = [](std::uint64_t bound) { return bound - 1; };
  for (const std::uint64_t value : {std::uint64_t{1}, std::uint64_t{1000}, std::uint64_t{1} << 60}) {
    EXPECT_EQ(sim::LogUniform(value, value, first), value);
    EXPECT_EQ(sim::LogUniform(value, value, last), value);
  }
  EXPECT_EQ(sim::LogUniform(1, 1'000'000'000'000, first), 1u);
  EXPECT_NEAR(static_cast<double>(sim::LogUniform(1, 1'000'000'000'000, last)), 1e12, 1e8);
}

// --- what many runs of it are judged by ------------------------------------------------

TEST(Swarm, SettleMayBeGivenInTimeouts) {
  const std::string text =
      "cluster { protocol: \"raft\" config { key: \"election_timeout\" value: \"100ms..200ms\" } } "
      "workload { clients: 1 think: \"5ms..50ms\" timeout: \"1s\" } run { settle: \"3 timeouts\" }";
  const auto loaded = ParseScenario(text, {.name = "x", .file = "x.txtpb", .folder = ""});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const tools::Experiment experiment = tools::Prepare(*loaded, "").value();
  EXPECT_EQ(experiment.scenario.plan.settle, 3 * std::chrono::milliseconds(200 + 1000 + 50));
  const auto refused = ParseScenario("cluster { protocol: \"raft\" } run { settle: \"0 timeouts\" }",
                                     {.name = "x", .file = "x.txtpb", .folder = ""});
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("want a duration, or \"1 timeouts\""));
}

}  // namespace
}  // namespace scenarios
