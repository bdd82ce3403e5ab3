// run: exit codes, order and determinism, over a protocol made up for the purpose.
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scenarios/file.h"
#include "scenarios/seed_file.h"
#include "tests/harness/temporary_folder.h"
#include "tools/campaign.h"
#include "tools/commands.h"
#include "tools/exit_code.h"
#include "tools/report_json.h"
#include "tools/report_text.h"
#include "tools/verdict.h"

namespace tools {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::vector<sim::Checkpoint> kLadder = {{64, 1s, core::FingerprintOf(1)}, {100, 40s, core::FingerprintOf(2)}};

sim::Report Holds(const Job& job) {
  sim::Report report;
  report.scenario = job.plan->name;
  report.seed = job.seed;
  report.digest = core::FingerprintOf(job.seed);
  report.ladder = kLadder;
  report.events = 100;
  report.simulated = 40s;
  report.messages = {.sent = 10, .delivered = 7, .lost = 1, .duplicated = 0, .cut = 2, .dead = 0};
  report.monitors = {{"log-matching", sim::Outcome::kHolds, 12'345, ""}};
  report.faults = {{"crash", 3, job.seed % 2}};
  for (std::uint64_t event = job.record_from_event; job.record && event < 100; ++event) {
    report.recording.push_back(std::to_string(event) + " something");
  }
  return report;
}

sim::Report Violated(const Job& job) {
  sim::Report report = Holds(job);
  report.monitors[0].outcome = sim::Outcome::kViolated;
  report.monitors[0].explanation = "n1 and n2 differ";
  report.violation = sim::Violation{"log-matching", 100, 4120ms, core::NodeId{2}, "n1 and n2 differ"};
  return report;
}

// Violated under every third seed.
sim::Report Sometimes(const Job& job) { return job.seed % 3 == 0 ? Violated(job) : Holds(job); }

class Runs : public testing::Test {
 protected:
  Runs() {
    options_.scenario = "story";
    options_.output.progress = false;
    options_.output.color = Color::kNever;
  }

  struct Result {
    int code;
    std::string out;
    std::string errors;
  };

  Result Run(const std::function<absl::StatusOr<sim::Report>(const Job&)>& run, SeedRange seeds,
             const std::string& more = "") {
    protocol_.name = "made-up";
    protocol_.run = run;
    Experiment experiment;
    experiment.scenario = *scenarios::ParseScenario("cluster { protocol: \"made-up\" }\n" + more,
                                                    {.name = "story", .file = "story.txtpb", .folder = "."});
    experiment.protocol = &protocol_;
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = RunExperiment(options_, std::move(experiment), seeds);
    const std::string out = testing::internal::GetCapturedStdout();
    return {code, out, testing::internal::GetCapturedStderr()};
  }

  RunOptions options_;
  Protocol protocol_;
};

TEST_F(Runs, HoldsGivesZeroAndSaysWhatToTryNext) {
  const Result result = Run(Holds, {2, 2});
  EXPECT_EQ(result.code, kAsExpected);
  EXPECT_EQ(result.out,
            "story                          holds         seed 2  100 events  40.000 s simulated\n"
            "  log-matching                 holds         judged 12 345\n"
            "  faults      crash                 3 windows     0 effects  did nothing\n"
            "  messages    10 sent, 7 delivered, 1 lost, 0 duplicated, 2 cut, 0 to nodes that were down\n"
            "  disk        0 syncs, 0 records lost, 0 torn\n"
            "  digest      " +
                core::ToHex(core::FingerprintOf(std::uint64_t{2})) + "\n" +
                "try           faultline run story --seeds 3..102\n");
  EXPECT_EQ(result.errors, "");
}

TEST_F(Runs, ViolationGivesOneAndTellsTheStory) {
  const Result result = Run(Violated, {3, 3});
  EXPECT_EQ(result.code, kUnexpected);
  EXPECT_THAT(result.out, HasSubstr("VIOLATED  log-matching  in story, seed 3, at event 100 (n2, 4.120 s)\n"
                                    "  n1 and n2 differ\n"
                                    "  the last 25 lines of the recording:\n"
                                    "    75 something\n"));
  EXPECT_THAT(result.out, HasSubstr("replay        faultline run story --seed 3 --save story-3.seed\n"));
}

TEST_F(Runs, ExpectedViolationGivesZero) {
  const Result result = Run(Violated, {3, 3}, "expect { violates: \"log-matching\" }");
  EXPECT_EQ(result.code, kAsExpected);
  EXPECT_THAT(result.out, StartsWith("story                          violated, as expected"));
}

TEST_F(Runs, AnotherViolationThanExpectedGivesOne) {
  EXPECT_EQ(Run(Violated, {3, 3}, "expect { violates: \"vote-once\" }").code, kUnexpected);
}

TEST_F(Runs, MissingViolationGivesOneIfItsMonitorLooked) {
  EXPECT_EQ(Run(Holds, {3, 3}, "expect { violates: \"log-matching\" }").code, kUnexpected);
  EXPECT_EQ(Run(Holds, {3, 3}, "expect { violates: \"vote-once\" }").code, kInconclusive);
}

TEST_F(Runs, MonitorThatJudgedNothingGivesTwo) {
  const auto idle = [](const Job& job) {
    sim::Report report = Holds(job);
    report.monitors.push_back({"vote-once", sim::Outcome::kInconclusive, 0, "it judged nothing"});
    return report;
  };
  const Result result = Run(idle, {2, 2});
  EXPECT_EQ(result.code, kInconclusive);
  EXPECT_THAT(result.out, HasSubstr("never judged"));
  EXPECT_EQ(Run(idle, {2, 2}, "expect { holds: \"log-matching\" }").code, kAsExpected);
  EXPECT_EQ(Run(idle, {2, 2}, "expect { holds: \"vote-once\" }").code, kInconclusive);
}

// A monitor that one seed gives nothing to judge is fine if another seed does.
TEST_F(Runs, PooledMonitorsMustJudgeInSomeRunOnly) {
  const auto odd_seeds_judge = [](const Job& job) {
    sim::Report report = Holds(job);
    const bool judges = job.seed % 2 == 1;
    report.monitors.push_back({"vote-once", judges ? sim::Outcome::kHolds : sim::Outcome::kInconclusive, judges, ""});
    return report;
  };
  const std::string pooled = "expect { pooled: true }";
  EXPECT_EQ(Run(odd_seeds_judge, {1, 4}).code, kInconclusive);
  EXPECT_EQ(Run(odd_seeds_judge, {1, 4}, pooled).code, kAsExpected);
  const auto nobody_judges = [](const Job& job) {
    sim::Report report = Holds(job);
    report.monitors.push_back({"vote-once", sim::Outcome::kInconclusive, 0, "it judged nothing"});
    return report;
  };
  EXPECT_EQ(Run(nobody_judges, {1, 4}, pooled).code, kInconclusive);
}

// Never in silence: the reason is printed, and how often.
TEST_F(Runs, AKnownGapIsCountedWithItsReasonAndGivesZero) {
  const std::string gap = "expect { known_gaps { monitor: \"log-matching\" reason: \"issue 7\" } }";
  const Result one = Run(Violated, {3, 3}, gap);
  EXPECT_EQ(one.code, kAsExpected);
  EXPECT_THAT(one.out, StartsWith("story                          violated, a known gap"));
  EXPECT_THAT(Run(Sometimes, {1, 9}, gap).out, HasSubstr("known gap   3 runs: issue 7\n"));
  const std::string other = "expect { known_gaps { monitor: \"vote-once\" reason: \"issue 7\" } }";
  EXPECT_EQ(Run(Violated, {3, 3}, other).code, kUnexpected);
}

// Without a majority of disks to trust, what is owed is safety.
TEST_F(Runs, ProgressThatIsExcusedIsAsExpectedAndCountedAndNothingElseIs) {
  const auto excused = [](const Job& job) {
    sim::Report report = Holds(job);
    report.halted = 3;
    report.excused = "no majority has an intact disk: n0 n1 n2 (injected)";
    report.monitors.push_back({"progress", sim::Outcome::kInconclusive, 0, "it judged nothing"});
    return report;
  };
  const auto stuck = [&](const Job& job) {
    sim::Report report = excused(job);
    report.excused.clear();
    return report;
  };
  const auto unsafe = [&](const Job& job) {
    sim::Report report = excused(job);
    report.monitors.push_back({"vote-once", sim::Outcome::kInconclusive, 0, "it judged nothing"});
    return report;
  };
  const Result one = Run(excused, {2, 2});
  EXPECT_EQ(one.code, kAsExpected);
  EXPECT_THAT(one.out, HasSubstr("inconclusive, excused: no majority has an intact disk: n0 n1 n2 (injected)"));
  EXPECT_THAT(one.out, HasSubstr("3 nodes halted"));
  EXPECT_THAT(Run(excused, {2, 5}).out, HasSubstr("4 as expected  0 violated  4 inconclusive  4 excused"));
  EXPECT_EQ(Run(excused, {2, 2}, "expect { holds: \"progress\" }").code, kAsExpected);
  EXPECT_EQ(Run(stuck, {2, 2}).code, kInconclusive);
  EXPECT_EQ(Run(unsafe, {2, 2}).code, kInconclusive);
}

TEST_F(Runs, SpentBudgetGivesTwo) {
  const auto spent = [](const Job& job) {
    sim::Report report = Holds(job);
    report.cut_short = "budget of 100 events";
    return report;
  };
  const Result result = Run(spent, {2, 2});
  EXPECT_EQ(result.code, kInconclusive);
  EXPECT_THAT(result.out, HasSubstr("inconclusive: budget of 100 events"));
}

TEST_F(Runs, WhatCannotRunGivesThree) {
  const Result result =
      Run([](const Job&) { return absl::InvalidArgumentError("election_timeout: want more"); }, {1, 1});
  EXPECT_EQ(result.code, kCouldNotRun);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.errors, "error: election_timeout: want more\n");
}

TEST_F(Runs, TwoDigestsOfOneSeedGiveFour) {
  std::uint64_t runs = 0;
  const Result result = Run(
      [&runs](const Job& job) {
        sim::Report report = Violated(job);
        report.digest = core::FingerprintOf(++runs);
        return report;
      },
      {3, 3});
  EXPECT_EQ(result.code, kNotDeterministic);
  EXPECT_THAT(result.errors, HasSubstr("not deterministic: seed 3 gave digest"));
}

TEST_F(Runs, ThrowingGivesSeventyAndNamesTheSeed) {
  const Result result =
      Run([](const Job&) -> absl::StatusOr<sim::Report> { throw std::runtime_error("oops"); }, {9, 9});
  EXPECT_EQ(result.code, kInternalError);
  EXPECT_THAT(result.errors, HasSubstr("internal error: oops\n  in the run of seed 9, after event 0"));
}

TEST_F(Runs, OutputDoesNotDependOnTheNumberOfThreads) {
  for (const bool json : {false, true}) {
    options_.output.json = json;
    options_.jobs = 1;
    const Result one = Run(Sometimes, {1, 200});
    options_.jobs = 8;
    const Result eight = Run(Sometimes, {1, 200});
    EXPECT_EQ(one.code, kUnexpected);
    EXPECT_EQ(one.code, eight.code);
    EXPECT_EQ(one.out, eight.out);
  }
}

TEST_F(Runs, SummaryShowsWhatWasNeverTested) {
  const Result result = Run(
      [](const Job& job) {
        sim::Report report = Holds(job);
        report.faults = {{"crash", 3, 0}, {"pause", 1, 7}};
        return report;
      },
      {1, 4});
  EXPECT_THAT(
      result.out,
      HasSubstr(
          "crash                 12 windows    0 effects             least in a run 0  did nothing in any run\n"));
  EXPECT_THAT(result.out, HasSubstr("pause                 4 windows     28 effects            least in a run 7\n"));
  EXPECT_THAT(result.out,
              HasSubstr("log-matching                 judged 49 380        least in a run 12 345        4 hold\n"));
}

TEST_F(Runs, TheLastSeedsOfAllRunToo) {
  const std::uint64_t last = ~std::uint64_t{0};
  const Result result = Run(Holds, {last - 1, last});
  EXPECT_EQ(result.code, kAsExpected);
  EXPECT_THAT(result.out, HasSubstr("2 runs  2 as expected"));
}

TEST_F(Runs, JsonHasStableNamesAndWideNumbersAsStrings) {
  options_.output.json = true;
  const Result result = Run(Violated, {42, 42});
  EXPECT_EQ(
      result.out,
      "{\"scenario\":\"story\",\"seed\":\"42\",\"verdict\":\"violated\",\"as_expected\":false,\"digest\":\"" +
          core::ToHex(core::FingerprintOf(std::uint64_t{42})) + "\",\"ladder\":\"" +
          core::ToHex(core::FingerprintOf(kLadder)) +
          "\",\"events\":\"100\",\"simulated_ns\":\"40000000000\",\"messages\":{\"sent\":\"10\",\"delivered\":\"7\","
          "\"lost\":\"1\",\"duplicated\":\"0\",\"cut\":\"2\",\"dead\":\"0\",\"corrupted\":\"0\",\"overflowed\":\"0\","
          "\"held_back\":\"0\"},\"monitors\":[{\"name\":\"log-matching\","
          "\"verdict\":\"violated\",\"judged\":\"12345\",\"explanation\":\"n1 and n2 differ\"}],\"faults\":[{\"kind\":"
          "\"crash\",\"windows\":\"3\",\"effects\":\"0\"}],\"coverage\":[],\"disk\":{\"syncs\":\"0\",\"lost\":\"0\","
          "\"torn\":\"0\","
          "\"failed\":\"0\",\"damaged\":\"0\",\"found\":\"0\",\"spared\":\"0\"},\"halted\":\"0\","
          "\"violation\":{\"monitor\":\"log-matching\",\"event\":\"100\",\"time_ns\":\"4120000000\",\"node\":\"n2\","
          "\"explanation\":\"n1 and n2 differ\"}}\n");
}

TEST_F(Runs, QuietSaysNothingWhenAllIsAsExpected) {
  options_.output.quiet = true;
  EXPECT_EQ(Run(Holds, {1, 5}).out, "");
  EXPECT_THAT(Run(Sometimes, {1, 5}).out,
              HasSubstr("  seed 3       violated      log-matching at event 100 (n2, 4.120 s)"));
}

TEST_F(Runs, FilesAreAboutTheFirstUnexpectedViolation) {
  const harness::TemporaryFolder folder;
  const std::string base = folder.Path("first");
  options_.save = base + ".seed";
  options_.recording = base + ".log";
  options_.junit = base + ".xml";
  EXPECT_EQ(Run(Sometimes, {1, 10}).code, kUnexpected);
  const auto seed = scenarios::LoadSeedFile(options_.save);
  ASSERT_TRUE(seed.ok()) << seed.status().message();
  EXPECT_EQ(seed->seed, 3u);
  EXPECT_THAT(*scenarios::ReadFile(options_.recording, 1 << 20), StartsWith("0 something\n1 something\n"));
  EXPECT_THAT(*scenarios::ReadFile(options_.junit, 1 << 20),
              HasSubstr("failure message=\"faultline run story --seed 3\""));
}

TEST(ExitCodes, TheWorstWins) {
  EXPECT_EQ(Worse(kInternalError, kNotDeterministic), kInternalError);
  EXPECT_EQ(Worse(kUnexpected, kNotDeterministic), kNotDeterministic);
  EXPECT_EQ(Worse(kInconclusive, kUnexpected), kUnexpected);
  EXPECT_EQ(Worse(kAsExpected, kInconclusive), kInconclusive);
  EXPECT_EQ(Worse(kAsExpected, kAsExpected), kAsExpected);
}

}  // namespace
}  // namespace tools
