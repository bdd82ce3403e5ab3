// Shrinking: of scenarios that break a promise on purpose, the cause that is left is small, real, and the same however
// it is found.
#include "tools/shrinker.h"

#include <chrono>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scenarios/seed_file.h"
#include "tests/tools/found.h"
#include "tools/commands.h"
#include "tools/exit_code.h"
#include "tools/experiment.h"

namespace tools {
namespace {

using scenarios::SeedFile;
using testing::HasSubstr;

constexpr auto kSilent = [](const ShrinkOutcome&) {};

sim::Report Rerun(const SeedFile& file) {
  const auto loaded = scenarios::ParseSeedFile(scenarios::PrintSeedFile(file), "x.seed");
  EXPECT_TRUE(loaded.ok()) << loaded.status().message();
  const auto experiment = Prepare(*loaded);
  EXPECT_TRUE(experiment.ok()) << experiment.status().message();
  return *Run(*experiment, {.seed = loaded->seed});
}

class Shrinking : public testing::TestWithParam<const char*> {};

// What is left does the same when it is read from its text.
ShrinkOutcome Shrunken(const SeedFile& found, const ShrinkOptions& options) {
  const auto outcome = Shrink(found, options, kSilent);
  EXPECT_TRUE(outcome.ok()) << outcome.status().message();
  const auto recorded = Recorded(outcome->last.file, "0.1.0");
  EXPECT_TRUE(recorded.ok()) << recorded.status().message();
  const sim::Report again = Rerun(*recorded);
  EXPECT_EQ(again.violation->monitor, outcome->monitor);
  EXPECT_EQ(again.violation->monitor, Rerun(found).violation->monitor);
  EXPECT_EQ(core::ToHex(again.digest), recorded->expected().digest());
  EXPECT_LE(outcome->last.events, outcome->first.events);
  return *outcome;
}

TEST_P(Shrinking, LeavesASmallCauseThatIsReal) {
  const ShrinkOutcome outcome = Shrunken(Found(GetParam()), {.jobs = 2});
  const scenarios::SeedFileSize size = scenarios::SizeOf(outcome.last.file);
  EXPECT_LE(size.windows, 3u);
  EXPECT_LE(size.requests, 3u);
  EXPECT_LE(size.nodes, 3u);
  EXPECT_LE(10 * outcome.last.events, outcome.first.events);
}
INSTANTIATE_TEST_SUITE_P(Scenarios, Shrinking, testing::Values("volatile_votes", "sync_off", "lying_disk"));

// What is judged at the end need not wait for it as long as the scenario would, but as long as swarms do at least.
TEST(Shrink, ACauseSettlesNoLongerThanItMust) {
  const auto scenario = scenarios::ParseScenario(R"(
    summary: "Silence is shorter than messages take."
    cluster {
      protocol: "virtual_synchrony" nodes: 3 network { latency: "30ms..100ms" }
      config { key: "pause" value: "10ms" } config { key: "silence" value: "4" }
    }
    workload { clients: 1 think: "50ms..100ms" timeout: "200ms" }
    run { duration: "1s" settle: "30s" })",
                                                 {.name = "churn", .file = "churn.txtpb", .folder = ""});
  ASSERT_TRUE(scenario.ok()) << scenario.status().message();
  const auto experiment = Prepare(*scenario, "");
  ASSERT_TRUE(experiment.ok()) << experiment.status().message();
  const auto report = tools::Run(*experiment, {.seed = 1});
  ASSERT_TRUE(report.ok() && report->violation);
  ASSERT_EQ(report->violation->time, std::chrono::seconds(31));
  const ShrinkOutcome outcome =
      Shrunken(scenarios::SeedFileOf(experiment->scenario, *report, {}, "0.1.0"), {.max_events = 2'000'000});
  EXPECT_EQ(outcome.last.file.scenario().run().settle(), "10 timeouts");
  EXPECT_LE(2 * outcome.last.events, outcome.first.events);
}

// A read must meet a lease that is over, to the millisecond: most of what is taken out moves it.
TEST(Shrink, WhatHangsOnTimeStaysReal) {
  const ShrinkOutcome outcome = Shrunken(Found("frozen_lease"), {.jobs = 2, .max_events = 3'000'000});
  EXPECT_LT(scenarios::SizeOf(outcome.last.file), scenarios::SizeOf(outcome.first.file));
}

// When clients ask after the storm follows from all that they drew in it. Where the violation hangs on that, what they
// asked cannot be written down without changing it, and they go on asking by themselves.
TEST(Shrink, ClientsAskByThemselvesWhereThatMatters) {
  const auto scenario = scenarios::ParseScenario(R"(
    summary: "Probes that are just in time, or not."
    cluster { protocol: "raft" nodes: 3 network { latency: "1ms..5ms" } }
    workload { clients: 2 think: "5ms..100ms" timeout: "200ms" requests: 2 }
    run { duration: "600ms" settle: "100ms" })",
                                                 {.name = "probes", .file = "probes.txtpb", .folder = ""});
  ASSERT_TRUE(scenario.ok()) << scenario.status().message();
  const auto experiment = Prepare(*scenario, "");
  ASSERT_TRUE(experiment.ok()) << experiment.status().message();
  int by_themselves = 0, in_parts = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const auto report = tools::Run(*experiment, {.seed = seed});
    ASSERT_TRUE(report.ok());
    if (!report->violation) continue;
    const SeedFile found = scenarios::SeedFileOf(experiment->scenario, *report, {}, "0.1.0");
    const ShrinkOutcome outcome = Shrunken(found, {.max_events = 5'000});
    ++(outcome.first.file.has_requests() ? in_parts : by_themselves);
  }
  EXPECT_GT(by_themselves, 0);
  EXPECT_GT(in_parts, 0);
}

TEST(Shrink, ThreadsAndTimeChangeNothing) {
  const SeedFile found = Found("volatile_votes");
  const auto one = Shrink(found, {.jobs = 1, .max_events = 200'000}, kSilent);
  const auto three = Shrink(found, {.jobs = 3, .max_events = 200'000}, kSilent);
  ASSERT_TRUE(one.ok() && three.ok());
  EXPECT_EQ(scenarios::PrintSeedFile(one->last.file), scenarios::PrintSeedFile(three->last.file));
  EXPECT_EQ(one->runs, three->runs);
  EXPECT_EQ(one->events, three->events);
}

TEST(Shrink, EndsWhenTheBudgetDoes) {
  const auto outcome = Shrink(Found("volatile_votes"), {.jobs = 1, .max_events = 20'000}, kSilent);
  ASSERT_TRUE(outcome.ok());
  EXPECT_FALSE(outcome->finished);
  EXPECT_LT(outcome->events, 30'000u);
  EXPECT_EQ(Recorded(outcome->last.file, "0.1.0")->expected().monitor(), outcome->monitor);
}

TEST(Shrink, StopsAtOnceWithWhatItHas) {
  std::atomic<bool> stop = false;
  const SeedFile found = Found("volatile_votes");
  const auto outcome = Shrink(found, {.jobs = 1, .max_events = 20'000'000, .stop = &stop},
                              [&](const ShrinkOutcome& so_far) { stop = so_far.runs > 20; });
  ASSERT_TRUE(outcome.ok());
  EXPECT_FALSE(outcome->finished);
  EXPECT_LT(outcome->runs, 200u);
  EXPECT_EQ(Recorded(outcome->last.file, "0.1.0")->expected().monitor(), outcome->monitor);
}

TEST(Shrink, OfWhatHoldsThereIsNothing) {
  const auto experiment = Prepare(*scenarios::LoadScenario("leader_crash"), "");
  const sim::Report report = *tools::Run(*experiment, {.seed = 1});
  ASSERT_FALSE(report.violation.has_value());
  const SeedFile file = scenarios::SeedFileOf(experiment->scenario, report, {}, "0.1.0");
  const auto outcome = Shrink(file, {}, kSilent);
  EXPECT_THAT(std::string(outcome.status().message()), HasSubstr("violates nothing now"));
}

// What violates whatever is left out is irrelevant; what nothing happens without is not.
TEST(Shrink, WeighsWhatIsLeft) {
  auto outcome = Shrink(Found("volatile_votes"), {.jobs = 2}, kSilent);
  ASSERT_TRUE(outcome.ok());
  const Counterfactuals weighed = Weigh(outcome->last, outcome->monitor, {.jobs = 2});
  EXPECT_EQ(weighed.parts.size(),
            scenarios::SizeOf(outcome->last.file).windows + scenarios::SizeOf(outcome->last.file).requests);
  EXPECT_GE(weighed.with_all, 1u);
  for (const Counterfactual& part : weighed.parts) EXPECT_LT(part.without, weighed.seeds);
}

}  // namespace
}  // namespace tools
