// Applications fail too: what was in their memory is lost with them, nothing else
// is, and the books are kept.
#include <cstdint>
#include <map>
#include <string>

#include "gtest/gtest.h"
#include "scenarios/load.h"
#include "tools/experiment.h"

namespace {

// Three collectors, one recording and three services, on a network that loses nothing.
constexpr const char* kShop = R"(
cluster { protocol: "raft" nodes: 3 network { latency: "1ms..10ms" } }
traces {
  source: "sdk-shop-json"
  generated { services: 3 every: "20ms..60ms" depth: 2 fan_out: 2 work: "1ms..20ms" }
  exporter { schedule_delay: "500ms" timeout: "1s" initial_backoff: "200ms" max_backoff: "1s" }
}
run { duration: "10s" settle: "15s" }
)";

struct Totals {
  std::uint64_t effects = 0;
  std::uint64_t emitted = 0;
  std::map<std::string, std::uint64_t> dropped;
};

// Every run must come out as expected, with all monitors judging, and no span unaccounted for at its end.
Totals RunSeeds(const std::string& faults, std::uint64_t seeds = 10) {
  const auto scenario =
      scenarios::ParseScenario(kShop + faults, {.name = "shop", .file = "shop.txtpb", .folder = ""}, {});
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  const tools::Experiment experiment = tools::Prepare(*scenario, "").value();
  Totals totals;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const sim::Report report = tools::Run(experiment, {.seed = seed}).value();
    EXPECT_FALSE(report.violation) << "seed " << seed << ", " << report.violation->monitor << ": "
                                   << report.violation->explanation;
    EXPECT_EQ(report.spans->in_flight, 0u) << "seed " << seed;
    totals.effects += report.faults[0].effects;
    totals.emitted += report.spans->emitted;
    for (const auto& [reason, spans] : report.spans->dropped) totals.dropped[reason] += spans;
  }
  return totals;
}

using Dropped = std::map<std::string, std::uint64_t>;

TEST(Applications, APauseOrASlowProcessorLosesNoSpan) {
  for (const char* kind : {"pause", "slow_cpu"}) {
    const Totals totals = RunSeeds(std::string("faults { kind: \"") + kind +
                                   R"(" every: "200ms..800ms" lasts: "200ms..1s" targets: "application" })");
    EXPECT_GT(totals.effects, 50u) << kind;
    EXPECT_EQ(totals.dropped, Dropped{}) << kind;
  }
}

// Nobody is left to announce what was lost, so the engine's word for the crash has to do.
TEST(Applications, ACrashTakesTheSpansInMemoryAndTheyAreCounted) {
  for (const char* kind : {"crash", "hang", "hazard"}) {
    const bool hazard = kind == std::string("hazard");
    const Totals totals = RunSeeds(std::string("faults { kind: \"") + kind +
                                   R"(" every: "200ms..800ms" lasts: "200ms..1s" targets: "application" )" +
                                   (hazard ? R"(params { key: "chance" value: "10%" })" : "") + "}");
    EXPECT_GT(totals.effects, 20u) << kind;
    ASSERT_EQ(totals.dropped.size(), 1u) << kind;
    EXPECT_GT(totals.dropped.at("crash"), 0u) << kind;
    EXPECT_LT(totals.dropped.at("crash"), totals.emitted / 5) << kind;
  }
}

// Told to stop, it exports what waits for a batch: given time, nothing is lost.
TEST(Applications, AShutdownWithTimeLosesNothing) {
  const Totals totals = RunSeeds(R"(faults { kind: "shutdown" every: "200ms..800ms" lasts: "3s" targets: "application"
                                             params { key: "deadline" value: "2s" } })");
  EXPECT_GT(totals.effects, 20u);
  EXPECT_EQ(totals.dropped, Dropped{});
}

// It has no time: what it could not deliver it drops, and says so itself.
TEST(Applications, WhatIsUnsentAtTheDeadlineIsDroppedAndCounted) {
  const Totals totals = RunSeeds(R"(faults { kind: "shutdown" every: "200ms..800ms" lasts: "1s" targets: "application"
                                             params { key: "deadline" value: "1ms" } })");
  ASSERT_EQ(totals.dropped.size(), 1u);
  EXPECT_GT(totals.dropped.at("shutdown"), 0u);
}

TEST(Applications, EverythingThatBefallsThemAtOnceLeavesTheBooksInOrder) {
  const Totals totals = RunSeeds(R"(
    faults { kind: "crash" every: "200ms..800ms" lasts: "0s..1s" targets: "application" params { key: "mail" value: "drop" } }
    faults { kind: "hang" every: "200ms..800ms" lasts: "0s..1s" targets: "application" }
    faults { kind: "shutdown" every: "200ms..800ms" lasts: "0s..1s" targets: "application" params { key: "deadline" value: "0s..500ms" } }
    faults { kind: "pause" every: "200ms..800ms" lasts: "0s..1s" targets: "application" }
    faults { kind: "slow_cpu" every: "200ms..800ms" lasts: "0s..1s" targets: "application" params { key: "by" value: "0s..20ms" } }
    faults { kind: "crash" every: "2s" lasts: "500ms" targets: "leader" }
    faults { kind: "packet_loss" every: "1s" lasts: "1s" targets: "minority" })",
                                 20);
  EXPECT_GT(totals.dropped.at("crash"), 0u);
  EXPECT_GT(totals.dropped.at("shutdown"), 0u);
}

}  // namespace
