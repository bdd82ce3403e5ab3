// Explaining: what is told is what happened, in order, and the odds rise to certainty.
#include "tools/explanation.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scenarios/seed_file.h"
#include "sim/causes.h"
#include "tests/harness/program.h"
#include "tests/harness/temporary_folder.h"
#include "tests/tools/found.h"
#include "tools/exit_code.h"
#include "tools/explain_text.h"
#include "tools/shrinker.h"

namespace tools {
namespace {

using harness::Faultline;
using scenarios::SeedFile;
using testing::HasSubstr;
using testing::Not;

absl::StatusOr<Explanation> Explained(const SeedFile& file, const ExplainHow& how) {
  const scenarios::LoadedSeed seed = *scenarios::Resolve(file, {}, "small.seed");
  return Explain(*Prepare(seed), seed.seed, how);
}

TEST(Explain, TellsWhatIsBehindTheViolationInOrder) {
  const auto told = Explained(SmallCause(), {.runs = 0});
  ASSERT_TRUE(told.ok()) << told.status().message();
  ASSERT_FALSE(told->steps.empty());
  const std::vector<std::uint64_t> past = sim::CausalPast(told->report.causes, told->report.violation->event);
  EXPECT_EQ(told->past, past.size());
  std::uint64_t last = 0;
  for (const Step& step : told->steps) {
    EXPECT_LT(last, step.event);
    EXPECT_TRUE(std::binary_search(past.begin(), past.end(), step.event));
    EXPECT_FALSE(step.lines.empty());
    last = step.event;
  }
  EXPECT_EQ(told->steps.back().event, told->report.violation->event);
  const std::string text = ExplanationText(*told, 1000, {});
  EXPECT_THAT(text, HasSubstr("fault crash begins [n0]"));
  EXPECT_THAT(text, HasSubstr("hears from c0#"));
  EXPECT_THAT(text, HasSubstr(" asks n0 "));
  EXPECT_THAT(text, HasSubstr("VIOLATED      acknowledged-is-durable"));
  EXPECT_THAT(text, HasSubstr("term: t2"));
  EXPECT_THAT(text, Not(HasSubstr("odds")));
  EXPECT_EQ(told->beliefs.at("n0").at("term"), "t2");
}

TEST(Explain, LeavesOutFromTheBeginningButNoFault) {
  const auto told = Explained(SmallCause(), {.runs = 0});
  const std::string text = ExplanationText(*told, 1, {});
  EXPECT_THAT(text, HasSubstr("fault crash begins [n0]"));
  EXPECT_THAT(text, Not(HasSubstr(" asks n0 ")));
  EXPECT_THAT(text, HasSubstr("--verbose tells all"));
}

TEST(Explain, TheOddsEndInCertainty) {
  const auto told = Explained(SmallCause(), {.runs = 40, .jobs = 2});
  ASSERT_TRUE(told.ok());
  ASSERT_GE(told->odds.size(), 3u);
  EXPECT_EQ(told->odds.front().after_event, 0u);
  EXPECT_LT(told->odds.front().violated, 40u);
  EXPECT_EQ(told->odds.back().after_event + 1, told->report.violation->event);
  EXPECT_GT(told->odds.back().violated, told->odds.front().violated);
  const auto again = Explained(SmallCause(), {.runs = 40, .jobs = 1});
  ASSERT_EQ(again->odds.size(), told->odds.size());
  for (std::size_t i = 0; i < told->odds.size(); ++i) EXPECT_EQ(again->odds[i].violated, told->odds[i].violated);
}

TEST(Explain, AsACommand) {
  const harness::TemporaryFolder folder;
  const std::string path = folder.Path("small.seed");
  ASSERT_TRUE(scenarios::SaveSeedFile(path, SmallCause()).ok());
  const harness::Result text = Faultline("explain --odds 20 " + path);
  EXPECT_EQ(text.code, kAsExpected) << text.out;
  EXPECT_THAT(text.out, HasSubstr("odds"));
  EXPECT_THAT(text.out, HasSubstr("matters\n  crash n0"));
  EXPECT_THAT(text.out, HasSubstr("necessary"));
  const harness::Result json = Faultline("explain --no-odds --format json " + path);
  EXPECT_EQ(json.code, kAsExpected);
  EXPECT_THAT(json.out, HasSubstr("\"monitor\":\"acknowledged-is-durable\""));
  EXPECT_EQ(Faultline("run leader_crash --quiet --save " + folder.Path("fine.seed")).code, kAsExpected);
  const harness::Result fine = Faultline("explain " + folder.Path("fine.seed"));
  EXPECT_EQ(fine.code, kUnexpected);
  EXPECT_THAT(fine.out, HasSubstr("violates nothing now"));
  EXPECT_EQ(Faultline("explain " + folder.Path("none.seed")).code, kCouldNotRun);
}

}  // namespace
}  // namespace tools
