// The tolerance search: what it tries, what it makes of it, and what the command
// prints, over a protocol made up for the purpose.
#include "tools/margin.h"

#include <csignal>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "scenarios/file.h"
#include "tests/harness/temporary_folder.h"
#include "tools/bind.h"
#include "tools/commands.h"
#include "tools/exit_code.h"
#include "tools/margin_report.h"

namespace tools {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using Kind = Finding::Kind;

// ---- Ranges ----

TEST(MarginRange, ReadsDurationsSharesAndCounts) {
  const auto drift = ParseMarginRange("faults[0].params.by=0%..20%");
  ASSERT_TRUE(drift.ok()) << drift.status().message();
  EXPECT_EQ(drift->path, "faults[0].params.by");
  EXPECT_EQ(drift->low, 0u);
  EXPECT_EQ(drift->high, 200'000'000u);
  EXPECT_EQ(drift->Text(49'800'000), "4.98%");
  EXPECT_EQ(drift->Text(drift->low), "0%");

  EXPECT_EQ(ParseMarginRange("cluster.clock.drift=0..500ppm")->Text(200'000), "200ppm");
  EXPECT_EQ(ParseMarginRange("x=1.5ms..2m")->low, 1'500'000u);
  EXPECT_EQ(ParseMarginRange("x=1.5ms..2m")->Text(1'300'000'000), "1.3s");
  EXPECT_EQ(ParseMarginRange("cluster.nodes=3..0x10")->high, 16u);
  EXPECT_EQ(ParseMarginRange("cluster.nodes=3..9")->Text(7), "7");
}

TEST(MarginRange, RefusesWhatIsNoRangeOfAQuantity) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"cluster.nodes", "want PATH=LO..HI"},
      {"cluster.nodes=7", "want PATH=LO..HI"},
      {"=1..7", "want PATH=LO..HI"},
      {"a..b=7", "want PATH=LO..HI"},
      {"cluster.nodes=7..3", "want the smaller end first, got \"7..3\""},
      {"cluster.nodes=7..7", "want the smaller end first"},
      {"x=1ms..5", "want both ends in units of one kind, got \"1ms..5\""},
      {"x=1..5ms", "want both ends in units of one kind"},
      {"x=1ms..5%", "want both ends in units of one kind"},
      {"x=0%..101%", "want a share of at most 100%"},
      {"x=true..false", "want a duration, a share or a count"},
      {"x=1..010", "want a count below 2^64 such as \"7\" or \"0x1f\", without leading zeros"},
      {"x=..5ms", "want both ends"},
      {"x=1ms..", "want both ends"},
  };
  for (const auto& [text, expected] : cases) {
    const auto range = ParseMarginRange(text);
    ASSERT_FALSE(range.ok()) << text;
    EXPECT_THAT(std::string(range.status().message()), HasSubstr(expected)) << text;
  }
}

// ---- The search ----

using Judge = std::function<Findings(std::uint64_t)>;

// Plays a search to its end; `tried` in its order.
std::vector<Margin> Search(std::uint64_t low, std::uint64_t high, const Judge& judge,
                           std::vector<std::uint64_t>* tried = nullptr) {
  MarginSearch search(low, high);
  std::uint64_t steps = 0;
  while (const auto value = search.Next()) {
    if (tried != nullptr) tried->push_back(*value);
    search.Tell(*value, judge(*value));
    EXPECT_EQ(search.tried(), ++steps) << "a value was tried twice: " << *value;
  }
  return search.Margins();
}

Findings From(std::uint64_t bound, std::uint64_t value) {
  return {{"rule", {value >= bound ? Kind::kBroken : Kind::kHolds, 3, "why"}}};
}

TEST(MarginSearch, TriesTheEndsAndAGridAndThenHalves) {
  std::vector<std::uint64_t> tried;
  const auto margins = Search(
      0, 100, [](std::uint64_t v) { return From(33, v); }, &tried);
  EXPECT_THAT(tried, ElementsAre(0, 100, 20, 40, 60, 80, 30, 35, 32, 33));
  ASSERT_EQ(margins.size(), 1u);
  EXPECT_EQ(margins[0].breaks_at, 33u);
  EXPECT_EQ(margins[0].broken.seed, 3u);
  EXPECT_EQ(margins[0].broken.explanation, "why");
  EXPECT_EQ(margins[0].holds_at, 32u);
  EXPECT_EQ(margins[0].holds_again_at, std::nullopt);
}

TEST(MarginSearch, StopsAtTheGridWhereNothingBreaks) {
  std::vector<std::uint64_t> tried;
  const auto margins = Search(
      0, 100, [](std::uint64_t v) { return From(101, v); }, &tried);
  EXPECT_EQ(tried.size(), 6u);
  EXPECT_EQ(margins[0].breaks_at, std::nullopt);
  EXPECT_EQ(margins[0].holds_at, 100u);
}

TEST(MarginSearch, SaysWhenTheLowerEndBreaksAlready) {
  std::vector<std::uint64_t> tried;
  const auto margins = Search(
      50, 100, [](std::uint64_t v) { return From(10, v); }, &tried);
  EXPECT_EQ(tried.size(), 6u);
  EXPECT_EQ(margins[0].breaks_at, 50u);
  EXPECT_EQ(margins[0].holds_at, std::nullopt);
}

TEST(MarginSearch, SaysWhenItHoldsAgainAboveABreak) {
  const auto margins = Search(0, 100, [](std::uint64_t v) {
    return Findings{{"rule", {v >= 33 && v < 70 ? Kind::kBroken : Kind::kHolds, 1, ""}}};
  });
  EXPECT_EQ(margins[0].breaks_at, 33u);
  EXPECT_EQ(margins[0].holds_at, 32u);
  EXPECT_EQ(margins[0].holds_again_at, 80u);
}

TEST(MarginSearch, TellsNothingJudgedFromHolds) {
  const auto margins = Search(0, 100, [](std::uint64_t v) {
    return Findings{{"late", {v >= 50 ? Kind::kBroken : Kind::kNotJudged, 1, ""}},
                    {"low", {v <= 40 ? Kind::kHolds : Kind::kNotJudged, 0, ""}},
                    {"never", {}}};
  });
  ASSERT_EQ(margins.size(), 3u);
  EXPECT_EQ(margins[0].breaks_at, 50u);
  EXPECT_EQ(margins[0].holds_at, std::nullopt);
  EXPECT_EQ(margins[1].breaks_at, std::nullopt);
  EXPECT_EQ(margins[1].holds_at, 40u);
  EXPECT_EQ(margins[2].breaks_at, std::nullopt);
  EXPECT_EQ(margins[2].holds_at, std::nullopt);
}

// What is tried for one serves all: two rules that break together cost no more than one.
TEST(MarginSearch, SharesValuesBetweenInvariants) {
  const auto two = [](std::uint64_t a, std::uint64_t b) {
    return [=](std::uint64_t v) {
      Findings findings = From(a, v);
      findings["other"] = From(b, v).at("rule");
      return findings;
    };
  };
  std::vector<std::uint64_t> one_tried, same, apart;
  Search(
      0, 1'000'000, [](std::uint64_t v) { return From(123'456, v); }, &one_tried);
  Search(0, 1'000'000, two(123'456, 123'456), &same);
  const auto margins = Search(0, 1'000'000, two(123'456, 654'321), &apart);
  EXPECT_EQ(same, one_tried);
  EXPECT_LT(apart.size(), 2 * one_tried.size() - 4);  // two ends and a grid are shared
  EXPECT_EQ(margins[0].invariant, "other");
  EXPECT_GE(*margins[0].breaks_at, 654'321u);
  EXPECT_GE(*margins[1].breaks_at, 123'456u);
}

// Whatever the range and the bound: the bracket holds it, is as narrow as promised, and every
// value is within the range, tried once, and few. Each bisection takes at least a quarter away.
RC_GTEST_PROP(MarginSearch, BracketsEveryBound, ()) {
  const auto low = *rc::gen::oneOf(rc::gen::arbitrary<std::uint64_t>(), rc::gen::inRange<std::uint64_t>(0, 100));
  const auto span = *rc::gen::oneOf(rc::gen::inRange<std::uint64_t>(1, 100), rc::gen::arbitrary<std::uint64_t>());
  const std::uint64_t high = span > UINT64_MAX - low ? UINT64_MAX : low + span;
  RC_PRE(low < high);
  const std::uint64_t bound = low + 1 + *rc::gen::arbitrary<std::uint64_t>() % (high - low);
  std::vector<std::uint64_t> tried;
  const auto margins = Search(
      low, high, [&](std::uint64_t v) { return From(bound, v); }, &tried);
  for (const std::uint64_t value : tried) RC_ASSERT(low <= value && value <= high);
  RC_ASSERT(margins[0].breaks_at.has_value() && margins[0].holds_at.has_value());
  RC_ASSERT(*margins[0].holds_at < bound);
  RC_ASSERT(*margins[0].breaks_at >= bound);
  RC_ASSERT(*margins[0].breaks_at - *margins[0].holds_at <= std::max<std::uint64_t>(1, *margins[0].breaks_at / 100));
  RC_ASSERT(tried.size() <= 6u + 155);  // (3/4)^155 < 2^-64
}

TEST(MarginSearch, PrefersRoundValues) {
  const MarginRange range = *ParseMarginRange("x=0%..20%");
  for (const Margin& margin : Search(range.low, range.high, [](std::uint64_t v) { return From(50'332'384, v); })) {
    EXPECT_EQ(range.Text(*margin.breaks_at), "5.05%");
    EXPECT_EQ(range.Text(*margin.holds_at), "5%");
  }
}

// ---- The command ----

// What breaks depends on the number of nodes.
absl::StatusOr<sim::Report> MadeUp(const Job& job) {
  const std::uint32_t n = job.plan->nodes;
  sim::Report report;
  report.scenario = job.plan->name;
  report.seed = job.seed;
  if (n > 70 && job.seed == 2) report.cut_short = "budget of 7 events";
  const auto add = [&](const std::string& name, bool broken, std::uint64_t judged) {
    const sim::Outcome unbroken = judged == 0 ? sim::Outcome::kInconclusive : sim::Outcome::kHolds;
    report.monitors.push_back(
        {name, broken ? sim::Outcome::kViolated : unbroken, judged, broken ? name + " with " + std::to_string(n) : ""});
  };
  add("always", true, 1);
  add("from-12", n >= 12 && job.seed >= 3, 1);
  add("from-30", n >= 30 && job.keep_going, 1);  // hidden unless the run goes on
  add("holds", false, 1);
  add("idle", false, 0);
  add("island", n >= 40 && n < 60, 1);
  add("small", false, n < 50);
  report.violation = sim::Violation{"always", 1, {}, std::nullopt, "always"};
  return report;
}

absl::StatusOr<sim::Report> Idle(const Job& job) {
  sim::Report report;
  report.scenario = job.plan->name;
  report.seed = job.seed;
  report.monitors.push_back({"idle", sim::Outcome::kInconclusive, 0, ""});
  return report;
}

absl::StatusOr<sim::Report> Interrupted(const Job& job) {
  if (job.plan->nodes == 40) ::raise(SIGINT);
  return MadeUp(job);
}

void MakeKnown(const std::string& name, absl::StatusOr<sim::Report> (*run)(const Job&)) {
  Protocol protocol;
  protocol.name = name;
  protocol.patience = [](const sim::Plan&) { return core::Duration(1); };
  protocol.run = run;
  AddToCatalog(std::move(protocol));
}

class MarginCommandTest : public testing::Test {
 protected:
  MarginCommandTest() {
    MakeKnown("made-up", MadeUp);
    MakeKnown("idle", Idle);
    MakeKnown("interrupted", Interrupted);
    options_.scenario = folder_.Path("story.txtpb");
    options_.output.progress = false;
    options_.output.color = Color::kNever;
    options_.seeds = SeedRange{1, 5};
    EXPECT_TRUE(scenarios::WriteFile(options_.scenario, "cluster { protocol: \"made-up\" }\n").ok());
  }

  struct Result {
    int code;
    std::string out;
    std::string errors;
  };
  Result Run(const std::string& margin) {
    options_.margin = margin;
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = RunCommand(options_);
    const std::string out = testing::internal::GetCapturedStdout();
    return {code, out, testing::internal::GetCapturedStderr()};
  }

  RunOptions options_;

 private:
  const harness::TemporaryFolder folder_;
};

TEST_F(MarginCommandTest, PrintsTheMarginOfEachInvariant) {
  const Result result = Run("cluster.nodes=2..102");
  EXPECT_EQ(result.code, kAsExpected) << result.errors;
  EXPECT_EQ(result.out,
            "margin of cluster.nodes in 2..102, 5 seeds, 19 values tried\n"
            "  always   breaks at 2   seed 1     already at the lower end\n"
            "  from-12  breaks at 12  seed 3     holds at 11\n"
            "  from-30  breaks at 30  seed 1     holds at 29\n"
            "  holds    holds up to 102\n"
            "  idle     judged nothing at any value\n"
            "  island   breaks at 40  seed 1     holds at 39  not monotone: holds again at 60\n"
            "  small    holds up to 40  judged nothing above\n"
            "  2 of 95 runs used up their events: what did not break in them was not judged\n"
            "assumed: what breaks at one value breaks at every larger one\n"
            "replay        faultline run " +
                options_.scenario + " --set cluster.nodes=2 --seed 1\n");
}

TEST_F(MarginCommandTest, JsonHasStableNames) {
  options_.output.json = true;
  const Result result = Run("cluster.nodes=2..102");
  EXPECT_EQ(result.code, kAsExpected) << result.errors;
  EXPECT_EQ(result.out,
            "{\"scenario\":\"story\",\"path\":\"cluster.nodes\",\"low\":\"2\",\"high\":\"102\","
            "\"first_seed\":\"1\",\"last_seed\":\"5\",\"values\":\"19\",\"runs\":\"95\",\"cut_short\":\"2\","
            "\"finished\":true,\"margins\":["
            "{\"name\":\"always\",\"result\":\"breaks\",\"breaks_at\":\"2\",\"seed\":\"1\","
            "\"explanation\":\"always with 2\"},"
            "{\"name\":\"from-12\",\"result\":\"breaks\",\"breaks_at\":\"12\",\"seed\":\"3\","
            "\"explanation\":\"from-12 with 12\",\"holds_at\":\"11\"},"
            "{\"name\":\"from-30\",\"result\":\"breaks\",\"breaks_at\":\"30\",\"seed\":\"1\","
            "\"explanation\":\"from-30 with 30\",\"holds_at\":\"29\"},"
            "{\"name\":\"holds\",\"result\":\"holds\",\"holds_at\":\"102\"},"
            "{\"name\":\"idle\",\"result\":\"unjudged\"},"
            "{\"name\":\"island\",\"result\":\"breaks\",\"breaks_at\":\"40\",\"seed\":\"1\","
            "\"explanation\":\"island with 40\",\"holds_at\":\"39\",\"holds_again_at\":\"60\"},"
            "{\"name\":\"small\",\"result\":\"unjudged\",\"holds_at\":\"40\"}],"
            "\"replay\":\"faultline run " +
                options_.scenario + " --set cluster.nodes=2 --seed 1\"}\n");
}

TEST_F(MarginCommandTest, VerboseSaysWhy) {
  options_.output.verbose = true;
  EXPECT_THAT(Run("cluster.nodes=2..102").out, HasSubstr("holds at 11\n    from-12 with 12\n"));
}

// What is searched for goes last, so that it counts.
TEST_F(MarginCommandTest, OverridesWhatIsSet) {
  options_.sets = {"cluster.nodes=5"};
  EXPECT_THAT(Run("cluster.nodes=2..102").out, HasSubstr(" --set cluster.nodes=5 --set cluster.nodes=2 --seed 1\n"));
}

TEST_F(MarginCommandTest, OutputDoesNotDependOnTheNumberOfThreads) {
  options_.jobs = 1;
  const Result one = Run("cluster.nodes=2..102");
  options_.jobs = 8;
  EXPECT_EQ(Run("cluster.nodes=2..102").out, one.out);
}

TEST_F(MarginCommandTest, NothingJudgedGivesTwo) {
  options_.sets = {"cluster.protocol=idle"};
  const Result result = Run("cluster.nodes=2..10");
  EXPECT_EQ(result.code, kInconclusive);
  EXPECT_THAT(result.out, HasSubstr("  idle  judged nothing at any value\n"));
  EXPECT_THAT(result.out, Not(HasSubstr("replay")));
}

// In a process of its own: a signal is not forgotten. Both ends and 20 were tried.
TEST_F(MarginCommandTest, InterruptedSaysHowFarItCame) {
  options_.sets = {"cluster.protocol=interrupted"};
  options_.margin = "cluster.nodes=2..102";
  EXPECT_EXIT(std::exit(RunCommand(options_)), testing::ExitedWithCode(kInterrupted),
              "interrupted after 3 values; from the start with\n  faultline run .*--margin cluster.nodes=2..102 ");
}

TEST_F(MarginCommandTest, WithoutABreakItSaysWhatToTryNext) {
  options_.sets = {"cluster.protocol=idle"};
  const std::string scenario = options_.scenario;
  EXPECT_THAT(Run("cluster.nodes=2..10").out, HasSubstr("try           faultline run " + scenario +
                                                        " --set cluster.protocol=idle "
                                                        "--margin cluster.nodes=2..10 --seeds 6..10\n"));
}

TEST_F(MarginCommandTest, WhatIsNoQuantityGivesThree) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"cluster.nodes=5..3", "--margin: want the smaller end first"},
      {"cluster.nodes=5", "--margin: want PATH=LO..HI"},
      {"cluster.nodes=1s..2s", "--set cluster.nodes=1s: want a count"},
      {"cluster.nodes=2..2000", "cluster.nodes: want 1..1000, got 2000"},
      {"cluster.protocol=1..2", "no protocol \"1\""},
      {"cluster.disk.no_sync=0..1", "want \"true\" or \"false\""},
      {"cluster.nods=1..2", "did you mean \"nodes\"?"},
      {"run.seed=1..2", "--margin: no run depends on run.seed"},
      {"summary=1..2", "--margin: no run depends on summary"},
  };
  for (const auto& [margin, expected] : cases) {
    const Result result = Run(margin);
    EXPECT_EQ(result.code, kCouldNotRun) << margin;
    EXPECT_EQ(result.out, "") << margin;
    EXPECT_THAT(result.errors, HasSubstr(expected)) << margin;
  }
}

}  // namespace
}  // namespace tools
