// Loading: every mistake says where it is and what to write instead.
#include "scenarios/load.h"
#include "scenarios/latency.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scenarios/latency.h"

namespace scenarios {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const Origin kOrigin{.name = "x", .file = "x.txtpb", .folder = "."};

absl::StatusOr<LoadedScenario> Load(const std::string& text, const std::vector<std::string>& sets = {}) {
  return ParseScenario(text, kOrigin, sets);
}

std::string ErrorOf(const std::string& text, const std::vector<std::string>& sets = {}) {
  const auto loaded = Load(text, sets);
  return loaded.ok() ? "no error" : std::string(loaded.status().message());
}

constexpr char kRaft[] = "cluster { protocol: \"raft\" }\n";

TEST(Load, AlmostNothingIsRequired) {
  const auto loaded = Load(kRaft);
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  EXPECT_EQ(loaded->plan.name, "x");
  EXPECT_EQ(loaded->plan.nodes, 5u);
  EXPECT_EQ(loaded->plan.peer.latency, *ParseLatency("1ms..10ms"));
  EXPECT_EQ(loaded->plan.workload.clients, 3u);
  EXPECT_EQ(loaded->plan.storm, 30s);
  EXPECT_EQ(loaded->seed, 1u);
  EXPECT_FALSE(loaded->traces.has_value());
}

TEST(Load, ClientsMayContendForFewKeys) {
  const sim::OperationMix usual = Load(kRaft)->plan.workload.mix;
  EXPECT_EQ(usual.keys, 16u);
  EXPECT_EQ(usual.reads, sim::Ratio{500'000'000});
  EXPECT_EQ(usual.hot, sim::Ratio{});
  const sim::OperationMix mix =
      Load(kRaft, {"workload.keys=2", "workload.reads=0%", "workload.hot=12.5%"})->plan.workload.mix;
  EXPECT_EQ(mix.keys, 2u);
  EXPECT_EQ(mix.reads, sim::Ratio{});
  EXPECT_EQ(mix.hot, sim::Ratio{125'000'000});
  EXPECT_THAT(ErrorOf(kRaft, {"workload.keys=1000001"}), HasSubstr("workload.keys: want 1..1000000"));
  EXPECT_THAT(ErrorOf(kRaft, {"workload.reads=half"}), HasSubstr("workload.reads: want a share"));
}

TEST(Load, LinksOfClientsAndExportsAreAsTheNetworkUnlessSaid) {
  const auto loaded =
      Load("cluster { protocol: \"raft\" network { latency: \"7ms\" loss: \"1%\" } clients { latency: \"1ms\" } }");
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded->plan.exporter.latency, *ParseLatency("7ms"));
  EXPECT_EQ(loaded->plan.client.latency, *ParseLatency("1ms"));
  EXPECT_EQ(loaded->plan.client.loss, sim::Ratio{});
}

TEST(Load, ALinkMayRememberAndBeNarrow) {
  const auto loaded = Load(
      "cluster { protocol: \"raft\" network { base_latency: \"0ms..30ms\" correlation: \"25%\" corrupt: \"0.1%\" "
      "loss_burst { begins: \"2%\" } bandwidth: \"1.5MB/s\" queue: 16 overflow: \"backpressure\" } }");
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  const sim::LinkPlan& link = loaded->plan.peer;
  EXPECT_EQ(link.base_latency, (core::Between{0ms, 30ms}));
  EXPECT_EQ(link.correlation, sim::Ratio{250'000'000});
  EXPECT_EQ(link.corrupt, sim::Ratio{1'000'000});
  EXPECT_EQ(link.loss_burst.begins, sim::Ratio{20'000'000});
  EXPECT_EQ(link.loss_burst.ends, sim::Ratio{200'000'000}) << "the default";
  EXPECT_EQ(link.bandwidth, 1'500'000u);
  EXPECT_EQ(link.queue, 16u);
  EXPECT_EQ(link.overflow, sim::Overflow::kBackpressure);
  EXPECT_EQ(loaded->plan.client.bandwidth, 1'500'000u) << "as the network";
}

TEST(Load, LinksThatMakeNoSenseSayWhy) {
  const auto error = [](const std::string& link) {
    return ErrorOf("cluster { protocol: \"raft\" network { " + link + " } }");
  };
  EXPECT_THAT(error("queue: 8"), HasSubstr("network.queue: a queue needs a bandwidth"));
  EXPECT_THAT(error("bandwidth: \"1MB/s\" queue: 65"), HasSubstr("want 2..64, or 0 for any number, got 65"));
  EXPECT_THAT(error("overflow: \"tail\""), HasSubstr("only a queue can overflow"));
  EXPECT_THAT(error("bandwidth: \"1MB/s\" queue: 8 overflow: \"head\""), HasSubstr("\"random\" or \"backpressure\""));
  EXPECT_THAT(error("bandwidth: \"fast\""), HasSubstr("want bytes per second such as \"500kB/s\""));
  EXPECT_THAT(error("correlation: \"80%\""), HasSubstr("want at most 75%"));
}

TEST(Load, RegionsHaveTheClustersNodesAndLinksBothWays) {
  const std::string regions = "regions { name: \"eu\" nodes: 2 } regions { name: \"us\" nodes: 3 } ";
  const auto load = [&](const std::string& links) {
    return Load("cluster { protocol: \"raft\" " + regions + links + " }");
  };
  const auto loaded = load("region_links { from: \"eu\" to: \"us\" latency: \"40ms\" }");
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  EXPECT_EQ(loaded->plan.regions[1].nodes, 3u);
  ASSERT_EQ(loaded->plan.region_links.size(), 2u) << "and back";
  EXPECT_EQ(loaded->plan.region_links[1].from, 1u);
  EXPECT_EQ(loaded->plan.region_links[1].latency, *ParseLatency("40ms"));
  const auto both = load(
      "region_links { from: \"eu\" to: \"us\" latency: \"40ms\" } "
      "region_links { from: \"us\" to: \"eu\" latency: \"50ms\" }");
  ASSERT_TRUE(both.ok());
  ASSERT_EQ(both->plan.region_links.size(), 2u);
  EXPECT_EQ(both->plan.region_links[1].latency, *ParseLatency("50ms"));
  EXPECT_THAT(std::string(load("region_links { from: \"eu\" to: \"uss\" latency: \"1ms\" }").status().message()),
              HasSubstr("no region \"uss\"; did you mean \"us\"?"));
  EXPECT_THAT(ErrorOf("cluster { protocol: \"raft\" nodes: 7 " + regions + "}"),
              HasSubstr("want nodes that add up to the cluster's 7, got 5"));
}

TEST(Load, AStormMayHaveTimesOfQuiet) {
  EXPECT_FALSE(Load(kRaft)->plan.quiet.has_value());
  const auto loaded = Load(std::string(kRaft) + "run { quiet { lasts: \"200ms..2s\" } }");
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  ASSERT_TRUE(loaded->plan.quiet.has_value());
  EXPECT_EQ(loaded->plan.quiet->every, *ParseLatency("3s..6s")) << "the default";
  EXPECT_EQ(loaded->plan.quiet->lasts, *ParseLatency("200ms..2s"));
  EXPECT_THAT(ErrorOf(std::string(kRaft) + "run { quiet { every: \"0s..1s\" } }"), HasSubstr("run.quiet.every: "));
  EXPECT_THAT(ErrorOf(std::string(kRaft) + "run { duration: \"1h\" quiet { every: \"1ms\" } }"),
              HasSubstr("want at most 100000 windows in a storm of 1h"));
}

TEST(Load, UnknownFieldNamesTheNearest) {
  EXPECT_EQ(ErrorOf("cluster {\n  protocl: \"raft\"\n}"),
            "x.txtpb:2:3: protocl: Cluster has no such field; did you mean \"protocol\"?");
  EXPECT_THAT(ErrorOf("clusters { }"), HasSubstr("did you mean \"cluster\"?"));
}

TEST(Load, NonsenseSaysWhere) {
  EXPECT_THAT(ErrorOf("cluster {"), HasSubstr("x.txtpb:1:"));
  EXPECT_THAT(ErrorOf("cluster { nodes: 5 nodes: 6 }"), HasSubstr("specified multiple times"));
}

TEST(Load, QuantityErrorsSayFileLineFieldWantedAndGot) {
  EXPECT_EQ(ErrorOf("cluster {\n  protocol: \"raft\"\n}\nworkload {\n  think: \"fast\"\n}"),
            "x.txtpb:5:3: workload.think: want \"5ms\" or \"1ms..10ms\" (units ns, us, ms, s, m, h), got \"fast\"");
}

TEST(Load, AllMistakesAtOnce) {
  EXPECT_EQ(ErrorOf("cluster {\n  nodes: 1001\n}\nrun {\n  duration: \"25h\"\n  core: \"half\"\n}"),
            "x.txtpb:1:1: cluster.protocol: name one of `faultline list protocols`\n"
            "x.txtpb:2:3: cluster.nodes: want 1..1000, got 1001\n"
            "x.txtpb:5:3: run.duration: want at most 24h, got \"25h\"\n"
            "x.txtpb:6:3: run.core: want \"all\" or \"quorum\", got \"half\"");
}

TEST(Load, ADiskSaysHowItFails) {
  const sim::DiskPlan usual = Load(kRaft)->plan.disk;
  EXPECT_EQ(usual.order, sim::DiskOrder::kPrefix);
  EXPECT_EQ(usual.budget, sim::DiskBudget::kQuorum);
  EXPECT_EQ(usual.persist, sim::Ratio{500'000'000});
  EXPECT_EQ(usual.read_latency, sim::Latency{});
  const sim::DiskPlan disk = Load(
                                 "cluster { protocol: \"raft\" disk { order: \"barrier\" persist: \"20%\" torn: \"1%\" "
                                 "read_latency: \"5ms\" budget: \"unrestricted\" } }")
                                 ->plan.disk;
  EXPECT_EQ(disk.order, sim::DiskOrder::kBarrier);
  EXPECT_EQ(disk.budget, sim::DiskBudget::kUnrestricted);
  EXPECT_EQ(disk.persist, sim::Ratio{200'000'000});
  EXPECT_EQ(disk.torn, sim::Ratio{10'000'000});
  EXPECT_EQ(disk.read_latency.min, 5ms);
  EXPECT_THAT(ErrorOf("cluster { protocol: \"raft\" disk { order: \"none\" } }"),
              HasSubstr("cluster.disk.order: want \"prefix\", \"barrier\" or \"arbitrary\", got \"none\""));
  EXPECT_THAT(ErrorOf("cluster { protocol: \"raft\" disk { budget: \"half\" } }"),
              HasSubstr("cluster.disk.budget: want \"quorum\" or \"unrestricted\", got \"half\""));
}

TEST(Load, FaultsHaveOneScheduleAndABoundedNumberOfWindows) {
  const std::string raft = kRaft;
  EXPECT_EQ(ErrorOf(raft + "faults { kind: \"crash\" }"),
            "x.txtpb:2:1: faults[0]: want one of `at` (one window), `every` (windows that far apart) and `when` (one, "
            "when that happens)");
  EXPECT_THAT(ErrorOf(raft + "faults { kind: \"crash\" when: \"LeaderElected #0\" }"),
              HasSubstr("x.txtpb:2:24: faults[0].when: want a fact or a message, and where, which and how long after"));
  EXPECT_THAT(ErrorOf(raft + "faults { kind: \"crash\" every: \"1ns\" }"),
              HasSubstr("x.txtpb:2:24: faults[0].every: want at most 100000 windows"));
  EXPECT_THAT(ErrorOf(raft + "faults { kind: \"crash\" at: \"31s\" }"),
              HasSubstr("31s is after the storm, which lasts 30s"));
}

TEST(Load, ClientsOrCollectorsNotBoth) {
  const std::string raft = kRaft;
  EXPECT_THAT(ErrorOf(raft + "workload { }\ntraces { source: \"sdk-shop-json\" }"), HasSubstr("not both"));
  EXPECT_THAT(ErrorOf(raft + "traces { source: \"sdk-shop-jsn\" }"), HasSubstr("did you mean \"sdk-shop-json\"?"));
  EXPECT_THAT(ErrorOf(raft + "traces { }"), HasSubstr("want a source (sdk-shop-json, sdk-shop-proto"));
}

TEST(Load, GeneratedTracesAreBounded) {
  const std::string raft = kRaft;
  EXPECT_THAT(ErrorOf(raft + "traces { generated { services: 2 depth: 16 fan_out: 16 } }"),
              HasSubstr("want at most 10000"));
}

TEST(Load, TextThatWouldDriveATerminalIsRefused) {
  EXPECT_EQ(ErrorOf("summary: \"\\033[2J\""), "x.txtpb:1:1: summary: want UTF-8 text without control characters");
  EXPECT_THAT(ErrorOf("summary: \"\\377\""), HasSubstr("want UTF-8 text"));
}

TEST(Load, TooLargeIsRefused) { EXPECT_EQ(ErrorOf(std::string((1 << 20) + 1, '#')), "x.txtpb: larger than 1 MiB"); }

TEST(Load, ShippedScenariosLoad) {
  for (const std::string& name : ShippedScenarios()) {
    const auto loaded = LoadScenario(name);
    ASSERT_TRUE(loaded.ok()) << loaded.status().message();
    EXPECT_FALSE(loaded->plan.summary.empty()) << name;
  }
}

TEST(Load, UnknownScenarioNamesWhatIsMissing) {
  EXPECT_THAT(std::string(LoadScenario("no_such_scenario").status().message()), HasSubstr("no shipped scenario"));
  EXPECT_THAT(std::string(LoadScenario("./no_such.txtpb").status().message()), HasSubstr("cannot open"));
  EXPECT_THAT(std::string(LoadScenario("/dev/zero").status().message()), HasSubstr("want a regular file"));
}

// ---- --set ----

TEST(Set, ReachesEveryKindOfField) {
  const auto loaded = Load(kRaft, {"cluster.nodes=7", "cluster.network.fifo=true", "cluster.config.election_timeout=1s",
                                   "faults[0].kind=crash", "faults[0].every=2s", "faults[0].params.keeps=all",
                                   "expect.holds=a", "expect.holds[1]=b", "run.max_events=9"});
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  EXPECT_EQ(loaded->plan.nodes, 7u);
  EXPECT_TRUE(loaded->plan.peer.fifo);
  EXPECT_EQ(loaded->plan.config, (std::vector<core::Parameter>{{"election_timeout", "1s"}}));
  ASSERT_EQ(loaded->plan.faults.size(), 1u);
  EXPECT_EQ(loaded->plan.faults[0].every, *ParseLatency("2s"));
  EXPECT_EQ(loaded->plan.faults[0].params, (std::vector<core::Parameter>{{"keeps", "all"}}));
  EXPECT_EQ(loaded->plan.holds, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(loaded->plan.max_events, 9u);
}

TEST(Set, ReplacesAParameterOfTheFileAndClearsWithNothing) {
  const std::string text =
      "cluster { protocol: \"raft\" config { key: \"k\" value: \"1\" } }\nfaults { kind: \"crash\" at: \"1s\" }";
  const auto loaded = Load(text, {"cluster.config.k=2", "faults="});
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  EXPECT_EQ(loaded->plan.config, (std::vector<core::Parameter>{{"k", "2"}}));
  EXPECT_TRUE(loaded->plan.faults.empty());
}

TEST(Set, MistakesNameTheOptionAndTheNearestField) {
  EXPECT_EQ(ErrorOf(kRaft, {"cluster.node=7"}),
            "--set cluster.node=7: Cluster has no field \"node\"; did you mean \"nodes\"?");
  EXPECT_EQ(ErrorOf(kRaft, {"cluster.nodes=4294967296"}),
            "--set cluster.nodes=4294967296: want a count below 2^32, got \"4294967296\"");
  EXPECT_EQ(ErrorOf(kRaft, {"faults[2].kind=crash"}),
            "--set faults[2].kind=crash: faults has 0 elements; the next is [0]");
  EXPECT_EQ(ErrorOf(kRaft, {"nodes"}), "--set nodes: want PATH=VALUE as in cluster.nodes=7");
  EXPECT_EQ(ErrorOf(kRaft, {"cluster=x"}), "--set cluster=x: name one field of it: cluster.protocol");
  EXPECT_EQ(
      ErrorOf(kRaft, {"workload.timeout=soon"}),
      "--set workload.timeout=soon: workload.timeout: want a duration such as \"5ms\" (units ns, us, ms, s, m, h), "
      "got \"soon\"");
}

// ---- Latency ----

TEST(Latency, EveryShapeReads) {
  EXPECT_EQ(ParseLatency("5ms")->shape, sim::Latency::Shape::kConstant);
  EXPECT_EQ(ParseLatency("1ms..2ms")->shape, sim::Latency::Shape::kUniform);
  const auto exponential = ParseLatency("exponential 5ms max 100ms min 1ms");
  ASSERT_TRUE(exponential.ok());
  EXPECT_EQ(exponential->mean, 5ms);
  EXPECT_EQ(exponential->min, 1ms);
  EXPECT_EQ(exponential->max, 100ms);
  EXPECT_EQ(ParseLatency("lognormal 5ms max 1s")->sigma_ppm, 500'000u);
  EXPECT_EQ(ParseLatency("lognormal 5ms sigma 1.25 max 1s")->sigma_ppm, 1'250'000u);
  EXPECT_EQ(ParseLatency("bimodal 1ms..2ms slow 1% 100ms..5s")->slow, (core::Between{100ms, 5s}));
}

TEST(Latency, WhatItCannotBeIsRefused) {
  for (const char* bad : {"", "fast", "exponential", "exponential 5ms", "exponential 5ms max 1ms",
                          "exponential 5ms max 1s sigma 1", "lognormal 5ms sigma 3 max 1s", "bimodal 1ms..2ms slow 1%",
                          "25h", "1ms..25h", "5ms ", " 5ms", "exponential 5ms max 100ms min 6ms"}) {
    EXPECT_FALSE(ParseLatency(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace scenarios
