// Targets: what each word resolves to, by what the nodes have announced.
#include "sim/targets.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "protocols/core/quorum.h"

namespace sim {
namespace {

constexpr std::uint32_t kMembers = 5;
constexpr std::uint32_t kNodes = 8;  // n5 to n7 are applications

using Nodes = std::vector<std::uint32_t>;

// Five members in three regions, whose roles are what the test says.
struct Cluster {
  explicit Cluster(std::uint32_t members = kMembers, bool regions = true) {
    if (regions) plan.regions = {{"north", 2}, {"south", 2}, {"islands", 1}};
    physics = Physics(plan, members, members + kNodes - kMembers, 1);
  }

  // Each call is a window of its own.
  Nodes Resolve(std::string_view target) {
    ActiveFault active;
    active.window.ordinal = windows++;
    FaultScope scope(physics, active, FaultScope::Act::kVictims, chooser);
    AddVictims(target, scope);
    Nodes nodes;
    for (const core::NodeId victim : scope.victims()) nodes.push_back(core::Number(victim));
    EXPECT_EQ(std::set<std::uint32_t>(nodes.begin(), nodes.end()).size(), nodes.size()) << "nobody twice";
    return nodes;
  }

  // Everybody whom the target ever hits in so many windows, one at a time.
  std::set<std::uint32_t> Ever(std::string_view target, int draws = 200) {
    std::set<std::uint32_t> ever;
    for (int i = 0; i < draws; ++i) {
      const Nodes nodes = Resolve(target);
      EXPECT_EQ(nodes.size(), 1u) << target;
      ever.insert(nodes.begin(), nodes.end());
    }
    return ever;
  }

  template <class Fact>
  void Tell(std::uint32_t node, const Fact& fact) {
    physics.roles.Learn(node, fact);
  }
  // A log of this many entries.
  void TellLog(std::uint32_t node, std::uint64_t length) { Tell(node, facts::EntryAppended{{length}, {1}, {}}); }

  Plan plan;
  Physics physics;
  core::Tape chooser{7};
  std::uint32_t windows = 0;
};

const std::set<std::uint32_t> kAnybody{0, 1, 2, 3, 4};
using Set = std::set<std::uint32_t>;

// 10000 draws of one in five: 2000 each, five standard deviations are 200.
void ExpectUniform(Cluster& cluster, std::string_view target, const Nodes& among) {
  constexpr int kDraws = 10'000;
  std::array<int, kNodes> hits{};
  for (int i = 0; i < kDraws; ++i) ++hits[cluster.Resolve(target).front()];
  const double share = 1.0 / static_cast<double>(among.size());
  const double tolerance = 5 * std::sqrt(kDraws * share * (1 - share));
  for (std::uint32_t node = 0; node < kNodes; ++node) {
    const bool is_in = std::count(among.begin(), among.end(), node) > 0;
    EXPECT_NEAR(hits[node], is_in ? kDraws * share : 0, is_in ? tolerance : 0) << target << ", n" << node;
  }
}

TEST(Targets, AnyIsAnyMemberAlike) {
  Cluster cluster;
  ExpectUniform(cluster, "any", {0, 1, 2, 3, 4});
}

TEST(Targets, ApplicationIsAnyApplicationAlike) {
  Cluster cluster;
  ExpectUniform(cluster, "application", {5, 6, 7});
}

TEST(Targets, AllIsEveryMemberAndNoApplication) {
  Cluster cluster;
  const Nodes all = cluster.Resolve("all");
  EXPECT_EQ(Set(all.begin(), all.end()), kAnybody);
}

TEST(Targets, ANodeIsItself) {
  Cluster cluster;
  EXPECT_EQ(cluster.Resolve("n3"), Nodes{3});
}

TEST(Targets, WhereNobodyHasARoleAnybodyHas) {
  for (const char* role : {"leader", "follower", "candidate", "voter", "in_doubt", "shortest_log"}) {
    Cluster cluster;
    EXPECT_EQ(cluster.Ever(role), kAnybody) << role;
  }
}

TEST(Targets, TheLeaderIsWhoWasElectedLastUntilItStepsDownOrCrashes) {
  Cluster cluster;
  cluster.Tell(2, facts::LeaderElected{{3}});
  EXPECT_EQ(cluster.Ever("leader"), Set{2});
  cluster.Tell(4, facts::LeaderElected{{4}});
  EXPECT_EQ(cluster.Ever("leader"), Set{4});
  cluster.Tell(4, facts::EpochEntered{{5}});
  EXPECT_EQ(cluster.Ever("leader"), kAnybody) << "it has entered a later epoch";
  cluster.Tell(1, facts::LeaderElected{{6}});
  cluster.physics.roles.Crashed(1);
  EXPECT_EQ(cluster.Ever("leader"), kAnybody);
}

TEST(Targets, AFollowerIsAnyAlikeWhoIsUpAndDoesNotLead) {
  Cluster cluster;
  cluster.Tell(2, facts::LeaderElected{{1}});
  cluster.physics.processes[3].crashes = 1;
  ExpectUniform(cluster, "follower", {0, 1, 4});
}

TEST(Targets, TheVoterIsTheLastThatVotedForAnotherOne) {
  Cluster cluster;
  cluster.Tell(1, facts::VoteCast{{1}, core::NodeId{1}});
  EXPECT_EQ(cluster.Ever("voter"), kAnybody) << "its own vote makes it a candidate";
  cluster.Tell(3, facts::VoteCast{{1}, core::NodeId{1}});
  EXPECT_EQ(cluster.Ever("voter"), Set{3});
  cluster.physics.roles.Crashed(3);
  EXPECT_EQ(cluster.Ever("voter"), kAnybody);
}

TEST(Targets, ACandidateIsOneUntilTheNextEpochOrItsElection) {
  Cluster cluster;
  for (const std::uint32_t node : {1u, 4u}) cluster.Tell(node, facts::VoteCast{{1}, core::NodeId{node}});
  EXPECT_EQ(cluster.Ever("candidate"), (Set{1, 4}));
  cluster.Tell(1, facts::EpochEntered{{2}});
  EXPECT_EQ(cluster.Ever("candidate"), Set{4});
  cluster.Tell(4, facts::LeaderElected{{1}});
  EXPECT_EQ(cluster.Ever("candidate"), kAnybody);
}

TEST(Targets, InDoubtIsWhoHasPromisedAndDoesNotKnow) {
  Cluster cluster;
  for (const std::uint32_t node : {0u, 2u}) cluster.Tell(node, facts::InDoubt{true});
  EXPECT_EQ(cluster.Ever("in_doubt"), (Set{0, 2}));
  cluster.Tell(0, facts::InDoubt{false});
  EXPECT_EQ(cluster.Ever("in_doubt"), Set{2});
}

TEST(Targets, TheShortestLogIsAFollowersWhoIsUp) {
  Cluster cluster;
  cluster.Tell(0, facts::LeaderElected{{1}});
  const std::array<std::uint64_t, kMembers> lengths{1, 2, 4, 3, 3};
  for (std::uint32_t node = 0; node < kMembers; ++node) cluster.TellLog(node, lengths[node]);
  EXPECT_EQ(cluster.Ever("shortest_log"), Set{1}) << "not the leader";
  cluster.physics.processes[1].crashes = 1;
  EXPECT_EQ(cluster.Ever("shortest_log"), (Set{3, 4})) << "not who is down; of equals, either";
  cluster.Tell(2, facts::LogTruncated{{2}});
  EXPECT_EQ(cluster.Ever("shortest_log"), Set{2});
}

// 10000 draws for clusters of every size up to seven.
TEST(Targets, AMinorityNeverReachesAMajorityAndAMajorityAlwaysDoes) {
  for (std::uint32_t members = 2; members <= 7; ++members) {
    Cluster cluster(members, false);
    std::set<std::size_t> small, large;
    for (int i = 0; i < 10'000; ++i) {
      small.insert(cluster.Resolve("minority").size());
      large.insert(cluster.Resolve("majority").size());
    }
    const std::size_t majority = core::Majority(members);
    EXPECT_EQ(*small.begin(), 1u);
    // Of two, one is as few as can be, and no majority either.
    EXPECT_EQ(*small.rbegin(), std::max<std::size_t>(1, members - majority));
    EXPECT_LT(*small.rbegin(), majority);
    EXPECT_EQ(*large.begin(), majority);
    EXPECT_EQ(*large.rbegin(), members);
  }
}

// Of five nodes 1 or 2 are a minority and 3 to 5 a majority, each number and each node alike: on the average 1.5 and 4
// of them. Of 9000 draws; five standard deviations are at most 237 each.
TEST(Targets, MinoritiesAndMajoritiesHaveEachSizeAndEachNodeAlike) {
  Cluster cluster;
  std::map<std::size_t, int> small, large;
  std::array<int, kMembers> in_small{}, in_large{};
  for (int i = 0; i < 9'000; ++i) {
    const Nodes minority = cluster.Resolve("minority"), majority = cluster.Resolve("majority");
    ++small[minority.size()];
    ++large[majority.size()];
    for (const std::uint32_t node : minority) ++in_small[node];
    for (const std::uint32_t node : majority) ++in_large[node];
  }
  for (const auto& [size, count] : small) EXPECT_NEAR(count, 4'500, 237) << size;
  for (const auto& [size, count] : large) EXPECT_NEAR(count, 3'000, 224) << size;
  for (const int count : in_small) EXPECT_NEAR(count, 2'700, 217);
  for (const int count : in_large) EXPECT_NEAR(count, 7'200, 190);
}

// 9000 draws of one zone in three: 3000 each, five standard deviations are 224.
TEST(Targets, AZoneIsAllMembersOfOneRegion) {
  Cluster cluster;
  std::map<Nodes, int> zones;
  for (int i = 0; i < 9000; ++i) ++zones[cluster.Resolve("zone")];
  ASSERT_EQ(zones.size(), 3u);
  for (const Nodes& zone : {Nodes{0, 1}, Nodes{2, 3}, Nodes{4}}) EXPECT_NEAR(zones[zone], 3000, 224);
  EXPECT_EQ(cluster.Resolve("zone:south"), (Nodes{2, 3}));
}

// 7000 draws of one pair in seven: 1000 each, five standard deviations are 146.
TEST(Targets, WithoutRegionsAThirdInARowStandsForAZone) {
  Cluster cluster(7, false);
  std::map<Nodes, int> zones;
  for (int i = 0; i < 7'000; ++i) ++zones[cluster.Resolve("zone")];
  ASSERT_EQ(zones.size(), 7u);
  for (std::uint32_t first = 0; first < 7; ++first) EXPECT_NEAR((zones[{first, (first + 1) % 7}]), 1'000, 146);
}

TEST(Targets, WhatNobodyKnowsIsAnErrorThatSaysWhatToWrite) {
  const std::vector<RegionPlan> regions{{"north", 5}};
  EXPECT_TRUE(CheckTarget("zone:north", 5, regions).ok());
  EXPECT_TRUE(CheckTarget("zone", 5, {}).ok());
  const auto message = [&](std::string_view target) { return std::string(CheckTarget(target, 5, regions).message()); };
  EXPECT_EQ(message("zone:south"), "no region \"south\" in this cluster, for the target zone:south");
  EXPECT_EQ(message("n5"), "no node n5 in this cluster: it has n0 to n4");
  EXPECT_NE(message("nobody").find("shortest_log, voter, zone, "), std::string::npos) << message("nobody");
}

// What `faultline list targets` shows, a scenario may write.
TEST(Targets, AllThatAreListedExist) {
  std::vector<std::string> roles;
  for (const Target& target : Targets()) {
    EXPECT_FALSE(target.summary.empty()) << target.name;
    if (target.name == "zone:NAME" || target.name == "nN") continue;
    roles.emplace_back(target.name);
    EXPECT_TRUE(CheckTarget(target.name, 3, {}).ok()) << target.name;
  }
  EXPECT_EQ(roles.size(), 12u);
  EXPECT_TRUE(std::is_sorted(roles.begin(), roles.end()));
}

}  // namespace
}  // namespace sim
