// Every shipped scenario does what it says, with every seed it names; and what
// real SDKs exported comes out as it went in.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>
#include <tuple>
#include <vector>

#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "scenarios/embedded.h"
#include "scenarios/file.h"
#include "scenarios/load.h"
#include "sim/fault.h"
#include "tools/experiment.h"

namespace {

using Sets = std::vector<std::string>;

tools::Experiment Load(const std::string& scenario, const Sets& sets = {}, const std::string& traces = "") {
  return tools::Prepare(scenarios::LoadScenario(scenario, sets).value(), traces).value();
}

sim::Report RunSeed(const tools::Experiment& experiment, std::uint64_t seed) {
  return tools::Run(experiment, {.seed = seed}).value();
}

std::string WhyNot(const sim::Report& report) {
  std::string why = report.cut_short;
  for (const sim::MonitorReport& monitor : report.monitors) {
    if (!monitor.explanation.empty()) why += "\n" + monitor.name + ": " + monitor.explanation;
  }
  return why;
}

class ShippedScenario : public testing::TestWithParam<std::string> {};

TEST_P(ShippedScenario, ComesOutAsExpectedWithEverySeed) {
  const tools::Experiment experiment = Load(GetParam());
  const scenarios::LoadedScenario& scenario = experiment.scenario;
  for (std::uint64_t seed = scenario.seed; seed < scenario.seed + scenario.seeds; ++seed) {
    const sim::Report report = RunSeed(experiment, seed);
    EXPECT_TRUE(report.as_expected) << "seed " << seed << WhyNot(report);
  }
}

INSTANTIATE_TEST_SUITE_P(All, ShippedScenario, testing::ValuesIn(scenarios::ShippedScenarios()),
                         [](const auto& info) { return info.param; });

// The scenarios that are for any protocol say Raft because they have to say something.
class OnEveryProtocol : public testing::TestWithParam<std::tuple<std::string, std::string>> {};

TEST_P(OnEveryProtocol, ComesOutAsExpectedWithEverySeed) {
  const auto& [name, protocol] = GetParam();
  const tools::Experiment experiment = Load(name, {"cluster.protocol=" + protocol});
  const scenarios::LoadedScenario& scenario = experiment.scenario;
  for (std::uint64_t seed = scenario.seed; seed < scenario.seed + scenario.seeds; ++seed) {
    const sim::Report report = RunSeed(experiment, seed);
    EXPECT_TRUE(report.as_expected) << "seed " << seed << WhyNot(report);
  }
}

INSTANTIATE_TEST_SUITE_P(All, OnEveryProtocol,
                         testing::Combine(testing::Values("flagship", "leader_crash", "swarm"),
                                          testing::Values("multi_paxos", "zab")),
                         [](const auto& info) { return std::get<0>(info.param) + "_" + std::get<1>(info.param); });

// A fault that did nothing and a monitor that judged nothing would let the
// flagship promise more than it shows. Kinds beyond what protocols rely on are not in it.
TEST(Flagship, EveryFaultStrikesAndEveryMonitorJudgesInEveryRun) {
  const tools::Experiment experiment = Load("flagship");
  const scenarios::LoadedScenario& scenario = experiment.scenario;
  const auto& kinds = sim::FaultKinds();
  const auto expected =
      std::count_if(kinds.begin(), kinds.end(), [](const auto* kind) { return kind->beyond.empty(); });
  for (std::uint64_t seed = scenario.seed; seed < scenario.seed + scenario.seeds; ++seed) {
    const sim::Report report = RunSeed(experiment, seed);
    EXPECT_EQ(std::ssize(report.faults), expected);
    for (const sim::FaultReport& fault : report.faults) {
      EXPECT_GT(fault.windows, 0u) << fault.kind << ", seed " << seed;
      EXPECT_GT(fault.effects, 0u) << fault.kind << ", seed " << seed;
    }
    EXPECT_FALSE(report.monitors.empty());
    for (const sim::MonitorReport& monitor : report.monitors) {
      EXPECT_GT(monitor.judged, 0u) << monitor.name << ", seed " << seed;
    }
  }
}

// --- recorded traces -------------------------------------------------------------

struct Expected {
  std::uint64_t spans = 0;
  std::uint64_t traces = 0;
  std::uint64_t exact_duplicates = 0;
};

// Nothing goes wrong and nothing is generated: what is read is stored.
void ExpectAllStored(const tools::Experiment& experiment, const Expected& expected) {
  const sim::Report report = RunSeed(experiment, 1);
  EXPECT_FALSE(report.violation) << WhyNot(report);
  ASSERT_TRUE(report.spans);
  const sim::SpanCounts& spans = *report.spans;
  EXPECT_EQ(spans.read, expected.spans);
  EXPECT_EQ(spans.emitted, expected.spans);
  EXPECT_EQ(spans.duplicates, expected.exact_duplicates);
  EXPECT_EQ(spans.stored, expected.spans - expected.exact_duplicates);
  EXPECT_EQ(spans.acknowledged, spans.stored);
  EXPECT_EQ(spans.traces, expected.traces);
  EXPECT_EQ(spans.in_flight, 0u);
  EXPECT_TRUE(spans.dropped.empty());
}

TEST(RecordedTraces, TheJsonExportsOfTheShopAreStored) {
  ExpectAllStored(Load("quiet", {"traces.generated=", "traces.source=sdk-shop-json"}), {1248, 144, 0});
}
TEST(RecordedTraces, TheBinaryExportsOfTheShopAreStored) {
  ExpectAllStored(Load("quiet", {"traces.generated=", "traces.source=sdk-shop-proto"}), {580, 70, 0});
}

Expected ReadExpected(const google::protobuf::Struct& facts) {
  const auto count = [&](const char* name) {
    return static_cast<std::uint64_t>(facts.fields().at(name).number_value());
  };
  return {count("spans"), count("traces"), count("exact_duplicates")};
}

// Real traces that are not ours to ship: FAULTLINE_OTLP_DATA names a folder that
// holds them and an expected.json with the facts of each.
TEST(RecordedTraces, WhatIsInTheFolderOfTheEnvironmentIsStored) {
  const char* folder = std::getenv("FAULTLINE_OTLP_DATA");
  if (folder == nullptr) GTEST_SKIP() << "FAULTLINE_OTLP_DATA names no folder of traces";
  const std::string text = scenarios::ReadFile(std::string(folder) + "/expected.json", 1 << 20).value();
  google::protobuf::Struct sets;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(text, &sets).ok());
  ASSERT_FALSE(sets.fields().empty());
  for (const auto& [name, value] : sets.fields()) {
    SCOPED_TRACE(name);
    const std::string path = std::string(folder) + "/" + name;
    ExpectAllStored(Load("quiet", {"traces.generated=", "run.settle=60s"}, path), ReadExpected(value.struct_value()));
  }
}

}  // namespace
