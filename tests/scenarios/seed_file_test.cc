// Seed files: what was saved comes back; what was not saved by us is refused.
#include "scenarios/seed_file.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scenarios/file.h"
#include "tests/harness/temporary_folder.h"

namespace scenarios {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;

class SeedFiles : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return folder_.Path(name); }
  std::size_t FileCount() const { return folder_.FileCount(); }

 private:
  const harness::TemporaryFolder folder_;
};

LoadedScenario Scenario(const std::string& more = "") {
  return *ParseScenario("cluster { protocol: \"raft\" nodes: 3 }\nfaults { kind: \"crash\" every: \"1s\" }\n" + more,
                        {.name = "story", .file = "story.txtpb", .folder = "."});
}

sim::Report Violated() {
  sim::Report report;
  report.seed = 0xFFFF'FFFF'FFFF'FFFF;
  report.outcome = sim::Outcome::kViolated;
  report.violation = sim::Violation{"log-matching", 61, 4120ms, core::NodeId{2}, "n2 and n1 differ at i17"};
  report.events = 62;
  report.ladder = {{16, 1s, core::FingerprintOf(1)}, {62, 5s, core::FingerprintOf(2)}};
  report.digest = core::FingerprintOf(2);
  for (std::uint32_t event = 1; event <= 62; ++event)
    report.trail.marks.push_back(static_cast<std::uint16_t>(event * 977));
  for (int more = 0; more < 8; ++more) report.trail.marks.push_back(0xffff);
  report.trail.changes = {"0 0.000000s n1 term=t1", "61 4.120000s n2 log=[\"x\\y\" {=}]"};
  report.trail.changes_until = 62;
  sim::FaultWindow window;
  window.kind = "crash";
  window.fault = 0;
  window.ordinal = 3;
  window.begin = 1500ms;
  window.end = 2s;
  window.nodes = {core::NodeId{2}, core::NodeId{0}};
  window.params = {{"keeps", "all"}};
  report.windows = {window};
  return report;
}

TEST_F(SeedFiles, ComesBackWhole) {
  const std::vector<InputExport> input = {{306ms, std::string("\x0a\x00\xff\n\"", 5)}, {428ms, ""}};
  const LoadedScenario scenario = Scenario("traces { generated { services: 2 } }");
  ASSERT_TRUE(SaveSeedFile(Path("a.seed"), scenario, Violated(), input, "0.1.0").ok());
  const auto seed = LoadSeedFile(Path("a.seed"));
  ASSERT_TRUE(seed.ok()) << seed.status().message();
  EXPECT_EQ(seed->seed, 0xFFFF'FFFF'FFFF'FFFF);
  EXPECT_EQ(seed->version, "0.1.0");
  EXPECT_EQ(seed->scenario.plan.name, "story");
  EXPECT_EQ(seed->scenario.plan.nodes, 3u);
  ASSERT_TRUE(seed->scenario.plan.windows.has_value());
  ASSERT_EQ(seed->scenario.plan.windows->size(), 1u);
  const sim::FaultWindow& window = seed->scenario.plan.windows->front();
  EXPECT_EQ(window.ordinal, 3u);
  EXPECT_EQ(window.begin, 1500ms);
  EXPECT_EQ(window.nodes, (std::vector{core::NodeId{2}, core::NodeId{0}}));
  EXPECT_EQ(window.params, (std::vector<core::Parameter>{{"keeps", "all"}}));
  ASSERT_EQ(seed->input.size(), 2u);
  EXPECT_EQ(seed->input[0].at, 306ms);
  EXPECT_EQ(seed->input[0].request, input[0].request);
  EXPECT_EQ(seed->expected.monitor, "log-matching");
  EXPECT_EQ(seed->expected.event, 61u);
  EXPECT_EQ(seed->expected.digest, core::ToHex(core::FingerprintOf(2)));
  ASSERT_EQ(seed->expected.ladder.size(), 2u);
  EXPECT_EQ(seed->expected.ladder[0].time, 1s);
  EXPECT_EQ(seed->expected.trail, Violated().trail);
}

TEST_F(SeedFiles, KeepsRequests) {
  LoadedScenario scenario = Scenario("workload { clients: 3 }");
  scenario.plan.workload.sent = {{2, 1, 1500us, 7, 0}, {0, 4, 2s, 31, 2}, {2, 9, 2s, 40, 1}};
  const std::string text = PrintSeedFile(SeedFileOf(scenario, Violated(), {}, "0.1.0"));
  const auto seed = ParseSeedFile(text, "a.seed");
  ASSERT_TRUE(seed.ok()) << seed.status().message();
  EXPECT_EQ(seed->scenario.plan.workload.sent, scenario.plan.workload.sent);
  scenario.plan.workload.sent->clear();  // clients that ask nothing are not clients that ask by themselves
  EXPECT_TRUE(ParseSeedFile(PrintSeedFile(SeedFileOf(scenario, Violated(), {}, "0.1.0")), "a.seed")
                  ->scenario.plan.workload.sent.has_value());
  scenario.plan.workload.sent.reset();
  EXPECT_FALSE(ParseSeedFile(PrintSeedFile(SeedFileOf(scenario, Violated(), {}, "0.1.0")), "a.seed")
                   ->scenario.plan.workload.sent.has_value());
}

TEST_F(SeedFiles, SaysHowToReplayIt) {
  EXPECT_TRUE(PrintSeedFile(SeedFileOf(Scenario(), Violated(), {}, "0.1.0"))
                  .starts_with("# faultline replay story.seed\nformat: 1\n"));
}

TEST_F(SeedFiles, NothingIsLeftWhenWritingFails) {
  EXPECT_FALSE(SaveSeedFile(Path("missing/a.seed"), Scenario(), Violated(), {}, "0.1.0").ok());
  fs::create_directory(Path("a.seed"));  // a folder cannot be replaced by a file
  EXPECT_FALSE(SaveSeedFile(Path("a.seed"), Scenario(), Violated(), {}, "0.1.0").ok());
  EXPECT_EQ(FileCount(), 1u);
}

TEST_F(SeedFiles, ReplacesAllOrNothing) {
  ASSERT_TRUE(WriteFile(Path("a"), "old").ok());
  ASSERT_TRUE(WriteFile(Path("a"), "new").ok());
  EXPECT_EQ(*ReadFile(Path("a"), 100), "new");
  EXPECT_FALSE(ReadFile(Path("a"), 2).ok());
  EXPECT_FALSE(WriteFile("/dev/null", "a device is not replaced").ok());
  EXPECT_EQ(FileCount(), 1u);
}

std::string ErrorOf(const std::string& text) {
  const auto seed = ParseSeedFile(text, "a.seed");
  return seed.ok() ? "no error" : std::string(seed.status().message());
}

TEST_F(SeedFiles, NewerFormatIsNotAMistakeOfItsWriter) {
  EXPECT_EQ(ErrorOf("format: 2\nbranches { at: 7 }\n"),
            "a.seed: format: 2 is newer than this program, which reads 1: replay it with the version that wrote it");
  EXPECT_THAT(ErrorOf("format: 1\nbranches { at: 7 }\n"), HasSubstr("SeedFile has no such field"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("not a seed file"));
}

TEST_F(SeedFiles, WhatDoesNotFitTogetherIsRefused) {
  const std::string good = PrintSeedFile(SeedFileOf(Scenario(), Violated(), {}, "0.1.0"));
  ASSERT_EQ(ErrorOf(good), "no error");
  const auto edited = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return ErrorOf(text.replace(at, from.size(), to));
  };
  EXPECT_THAT(edited("nodes: 2", "nodes: 3"), HasSubstr("windows[0].nodes: no node n3 in a cluster of 3"));
  EXPECT_THAT(edited("end: \"2s\"", "end: \"1s\""), HasSubstr("windows[0].end: want an end after the beginning"));
  EXPECT_THAT(edited("seed: \"18446744073709551615\"", "seed: \"010\""), HasSubstr("seed: want a count"));
  EXPECT_THAT(edited("verdict: \"violated\"", "verdict: \"holds\""), HasSubstr("expected.monitor"));
  EXPECT_THAT(edited("digest: \"", "digest: \"x"), HasSubstr("want 32 hexadecimal digits"));
}

TEST_F(SeedFiles, RequestsThatCannotHaveBeenAreRefused) {
  LoadedScenario scenario = Scenario("workload { clients: 3 }");
  const auto error = [&](std::vector<sim::SentRequest> sent) {
    scenario.plan.workload.sent = std::move(sent);
    return ErrorOf(PrintSeedFile(SeedFileOf(scenario, Violated(), {}, "0.1.0")));
  };
  EXPECT_EQ(error({{2, 1, 1s, 0, 2}}), "no error");
  EXPECT_THAT(error({{3, 1, 1s, 0, 2}}), HasSubstr("requests.request[0].client: no c3 among 3 clients"));
  EXPECT_THAT(error({{2, 1, 1s, 0, 3}}), HasSubstr("requests.request[0].node: no node n3"));
  EXPECT_THAT(error({{2, 0, 1s, 0, 2}}), HasSubstr("numbers of a client that grow"));
  EXPECT_THAT(error({{2, 2, 1s, 0, 2}, {2, 2, 1s, 0, 2}}), HasSubstr("request[1].sequence"));
  EXPECT_THAT(error({{2, 2, 1s, 0, 2}, {1, 1, 999ms, 0, 2}}), HasSubstr("in the order of their times"));
}

TEST_F(SeedFiles, FetchesNothingFromOutside) {
  const std::string text =
      "format: 1 name: \"a\" seed: \"1\"\n"
      "scenario { cluster { protocol: \"raft\" } traces { source: \"/etc/passwd\" } }";
  EXPECT_THAT(ErrorOf(text), HasSubstr("\"/etc/passwd\" is not built in and the file has no `input`"));
}

}  // namespace
}  // namespace scenarios
