// What can be taken out of a seed file, and that what is left is one.
#include "scenarios/reduce.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scenarios/seed_file.h"

namespace scenarios {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kText[] = R"(
format: 1
version: "0.1.0"
name: "story"
seed: "7"
scenario {
  cluster {
    protocol: "raft"
    nodes: 5
    config { key: "heartbeat" value: "20ms" }
    config { key: "election_timeout" value: "150ms..300ms" }
    network { latency: "1ms..10ms" loss: "5%" loss_burst { begins: "1%" ends: "20%" loss: "90%" } }
    clients { fifo: true }
    regions { name: "eu" nodes: 2 }
    regions { name: "us" nodes: 3 }
    region_links { from: "eu" to: "us" latency: "40ms" }
  }
  workload { clients: 9 think: "5ms..50ms" timeout: "1s" }
  run { duration: "30s" settle: "10s" order: "pct 3" warm_up: "1s" }
}
windows { kind: "crash" begin: "1.2s" end: "1.5s" nodes: 4 }
windows { kind: "partition" begin: "2.4s" end: "8s" nodes: 0 nodes: 3 }
windows { kind: "leap_second" begin: "9s" end: "9s" }
requests {
  request { client: 2 sequence: "1" at: "1.3s" draws: "5" node: 4 }
  request { client: 7 sequence: "3" at: "2.5s" draws: "9" node: 1 }
  request { client: 2 sequence: "8" at: "8.4s" draws: "30" node: 3 }
}
)";

SeedFile Parsed() {
  SeedFile file;
  Locations where;
  EXPECT_TRUE(ParseText(kText, "story.seed", file, where).ok());
  return file;
}

std::vector<std::string> Names(const SeedFile& file, Part part) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < CountParts(file, part); ++i) names.push_back(DescribePart(file, part, i));
  return names;
}

absl::Status Check(const SeedFile& file) { return Resolve(file, {}, "story.seed").status(); }

TEST(Reduce, NamesEveryPart) {
  const SeedFile file = Parsed();
  ASSERT_TRUE(Check(file).ok()) << Check(file).message();
  EXPECT_THAT(Names(file, Part::kWindow),
              ElementsAre("crash n4  1.2s..1.5s", "partition n0 n3  2.4s..8s", "leap_second  9s..9s"));
  EXPECT_THAT(Names(file, Part::kVictim), ElementsAre("partition of n0", "partition of n3"));
  EXPECT_THAT(Names(file, Part::kRequest), ElementsAre("c2 asks n4  1.3s", "c7 asks n1  2.5s", "c2 asks n3  8.4s"));
  EXPECT_THAT(Names(file, Part::kClient), ElementsAre("c2", "c7"));
  EXPECT_THAT(Names(file, Part::kExport), IsEmpty());
  EXPECT_THAT(Names(file, Part::kSetting),
              ElementsAre("cluster.network.latency  1ms..10ms", "cluster.network.loss  5%",
                          "cluster.network.loss_burst.begins  1%", "cluster.network.loss_burst.ends  20%",
                          "cluster.network.loss_burst.loss  90%", "cluster.clients.fifo  true",
                          "cluster.config.heartbeat  20ms", "cluster.config.election_timeout  150ms..300ms",
                          "cluster.regions  2", "workload.think  5ms..50ms", "workload.timeout  1s", "run.warm_up  1s",
                          "run.order  pct 3"));
  EXPECT_EQ(SizeOf(file), (SeedFileSize{3, 3, 5, 9, 13}));
}

// Each part by itself, and all of a kind: what is left is a seed file with that much less.
TEST(Reduce, TakesOutWhatItIsTold) {
  const SeedFile file = Parsed();
  for (const Part part : kParts) {
    const std::vector<std::string> names = Names(file, part);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const SeedFile less = WithoutParts(file, part, i, i + 1);
      EXPECT_LT(CountParts(less, part), names.size()) << names[i];
      if (part == Part::kVictim) continue;  // one of two left is no part any more
      std::vector<std::string> left = names;
      left.erase(left.begin() + static_cast<std::ptrdiff_t>(i));
      EXPECT_EQ(Names(less, part), left);
    }
    const SeedFile none = WithoutParts(file, part, 0, names.size());
    EXPECT_EQ(CountParts(none, part), 0u);
    EXPECT_TRUE(Check(none).ok()) << Check(none).message();
  }
  EXPECT_EQ(WithoutParts(file, Part::kVictim, 0, 1).windows(1).nodes(0), 3u);
  EXPECT_EQ(WithoutParts(file, Part::kVictim, 0, 2).windows_size(), 2);
  EXPECT_EQ(WithoutParts(file, Part::kRequest, 1, 99).requests().request_size(), 1);
}

TEST(Reduce, WithoutSettingsOnlyTheirDefaultsAreLeft) {
  const SeedFile none = WithoutParts(Parsed(), Part::kSetting, 0, 99);
  const auto& scenario = none.scenario();
  EXPECT_EQ(scenario.cluster().ShortDebugString(), "protocol: \"raft\" nodes: 5");
  EXPECT_EQ(scenario.workload().ShortDebugString(), "clients: 9");
  EXPECT_EQ(scenario.run().ShortDebugString(), "duration: \"30s\" settle: \"10s\"");
}

TEST(Reduce, EndsWithTheStorm) {
  const auto shorter = EndingAt(Parsed(), 3s);
  ASSERT_TRUE(shorter.has_value());
  EXPECT_TRUE(Check(*shorter).ok()) << Check(*shorter).message();
  EXPECT_EQ(shorter->scenario().run().duration(), "3s");
  EXPECT_EQ(shorter->scenario().run().settle(), "10s");
  EXPECT_THAT(Names(*shorter, Part::kWindow), ElementsAre("crash n4  1.2s..1.5s", "partition n0 n3  2.4s..3s"));
  EXPECT_EQ(shorter->requests().request_size(), 2);
  EXPECT_FALSE(EndingAt(*shorter, 3s).has_value());
  EXPECT_FALSE(EndingAt(Parsed(), 40s).has_value());
}

TEST(Reduce, FewerNodesAndWhoIsLeft) {
  const std::vector<SeedFile> smaller = WithFewerNodes(Parsed());
  ASSERT_EQ(smaller.size(), 8u);  // 1 to 4 nodes, two versions each
  for (std::size_t i = 0; i < smaller.size(); ++i) {
    EXPECT_EQ(smaller[i].scenario().cluster().nodes(), 1 + i / 2);
    EXPECT_TRUE(Check(smaller[i]).ok()) << Check(smaller[i]).message();
  }
  EXPECT_THAT(Names(smaller[4], Part::kWindow), ElementsAre("partition n0  2.4s..8s", "leap_second  9s..9s"));
  EXPECT_THAT(Names(smaller[5], Part::kWindow),
              ElementsAre("crash n1  1.2s..1.5s", "partition n0  2.4s..8s", "leap_second  9s..9s"));
}

TEST(Reduce, OnlyClientsThatAsk) {
  const std::vector<SeedFile> smaller = WithFewerClients(Parsed());
  ASSERT_EQ(smaller.size(), 2u);
  EXPECT_THAT(Names(smaller[0], Part::kRequest),
              ElementsAre("c0 asks n4  1.3s", "c1 asks n1  2.5s", "c0 asks n3  8.4s"));
  EXPECT_EQ(smaller[0].scenario().workload().clients(), 2u);
  EXPECT_EQ(smaller[1].scenario().workload().clients(), 8u);
  for (const SeedFile& file : smaller) EXPECT_TRUE(Check(file).ok()) << Check(file).message();
  EXPECT_THAT(WithFewerClients(smaller[0]), IsEmpty());
}

TEST(Reduce, SoonerAndRounder) {
  for (const SeedFile& file : Sooner(Parsed())) {
    EXPECT_TRUE(Check(file).ok()) << Check(file).message();
    EXPECT_EQ(SizeOf(file), SizeOf(Parsed()));
  }
  EXPECT_THAT(Names(Sooner(Parsed())[2], Part::kRequest),
              ElementsAre("c2 asks n4  650ms", "c7 asks n1  1.25s", "c2 asks n3  4.2s"));
  EXPECT_THAT(Names(Sooner(Parsed())[3], Part::kWindow),  // nothing happens before 1.2s
              ElementsAre("crash n4  0s..300ms", "partition n0 n3  1.2s..6.8s", "leap_second  7.8s..7.8s"));
  SeedFile odd = Parsed();
  odd.mutable_windows(0)->set_begin("1.2345s");
  odd.mutable_requests()->mutable_request(0)->set_at("1.3001s");
  const std::vector<SeedFile> rounder = Rounder(odd, 10ms);
  ASSERT_EQ(rounder.size(), 3u);
  EXPECT_EQ(rounder[0].windows(0).begin(), "1.23s");
  EXPECT_EQ(rounder[0].requests().request(0).at(), "1.3s");
  EXPECT_EQ(rounder[1].windows(0).begin(), "1.23s");
  EXPECT_EQ(rounder[1].requests().request(0).at(), "1.3001s");
  EXPECT_EQ(rounder[2].windows(0).begin(), "1.2345s");
  EXPECT_THAT(Rounder(rounder[0], 10ms), IsEmpty());
}

}  // namespace
}  // namespace scenarios
