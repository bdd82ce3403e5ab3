// What each shape of partition promises, over 100000 draws and clusters of 2 to 9.
#include "sim/partition_shape.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "gtest/gtest.h"
#include "protocols/core/chooser.h"
#include "protocols/core/quorum.h"

namespace sim {
namespace {

constexpr std::uint32_t kSmallest = 2, kLargest = 9;
constexpr int kDraws = 100'000;  // over all sizes

using Nodes = std::vector<std::uint32_t>;

struct Source {
  core::Seeded chooser{1};
  std::uint64_t asked = 0;
  std::uint64_t operator()(std::uint64_t bound) {
    return chooser.Choose({core::Purpose::kFault, 0, 0, asked++}, bound);
  }
};

// All of them, one drawn to be the first.
Nodes Cluster(std::uint32_t size, Source& source) {
  Nodes nodes(size);
  for (std::uint32_t node = 0; node < size; ++node) nodes[node] = node;
  std::swap(nodes[0], nodes[source(size)]);
  return nodes;
}

// Calls `check(nodes, division)` that often for each size.
template <class Check>
void ForDivisions(PartitionShape shape, Check&& check) {
  Source source;
  const Draws draw = std::ref(source);
  for (int i = 0; i < kDraws; ++i) {
    const Nodes nodes = Cluster(kSmallest + static_cast<std::uint32_t>(i) % (kLargest - kSmallest + 1), source);
    const Division division = Divide(shape, nodes, draw);
    const std::set<std::uint32_t> side(division.side.begin(), division.side.end());
    ASSERT_EQ(side.size(), division.side.size()) << "nobody twice";
    ASSERT_TRUE(std::all_of(side.begin(), side.end(), [&](std::uint32_t node) { return node < nodes.size(); }));
    ASSERT_NO_FATAL_FAILURE(check(nodes, division));
  }
}

void ExpectBothSides(const Nodes& nodes, const Division& division) {
  ASSERT_GE(division.side.size(), 1u);
  ASSERT_LT(division.side.size(), nodes.size()) << "the other side has somebody too";
  ASSERT_TRUE(division.bridge.empty());
  ASSERT_EQ(division.side.front(), nodes.front()) << "the first is cut off";
}

TEST(PartitionShape, HalvesDifferByOneAtMost) {
  ForDivisions(PartitionShape::kHalves, [](const Nodes& nodes, const Division& division) {
    ExpectBothSides(nodes, division);
    const std::size_t others = nodes.size() - division.side.size();
    ASSERT_TRUE(others == division.side.size() || others == division.side.size() + 1);
  });
}

TEST(PartitionShape, AMinorityThirdIsAThirdAtMostButSomebody) {
  ForDivisions(PartitionShape::kMinorityThird, [](const Nodes& nodes, const Division& division) {
    ExpectBothSides(nodes, division);
    ASSERT_LE(division.side.size(), std::max<std::size_t>(1, nodes.size() / 3));
  });
}

TEST(PartitionShape, IsolateOneIsolatesTheFirst) {
  ForDivisions(PartitionShape::kIsolateOne, [](const Nodes& nodes, const Division& division) {
    ExpectBothSides(nodes, division);
    ASSERT_EQ(division.side.size(), 1u);
  });
}

// Of nine nodes, each of the sizes 1 to 8 in an eighth of 12500 draws: 1562, five standard deviations are 185.
TEST(PartitionShape, UniformSizeIsolatesAtLeastOneAndHasEachSizeAlike) {
  std::map<std::size_t, int> sizes;
  ForDivisions(PartitionShape::kUniformSize, [&](const Nodes& nodes, const Division& division) {
    ExpectBothSides(nodes, division);
    if (nodes.size() == kLargest) ++sizes[division.side.size()];
  });
  ASSERT_EQ(sizes.size(), 8u);
  for (const auto& [size, count] : sizes) EXPECT_NEAR(count, 1562, 185) << size;
}

// Four nodes can be divided in 7 ways, told by the side of node 0: of 12500 draws 1786 each, five standard
// deviations are 196.
TEST(PartitionShape, UniformPartitionIsolatesAtLeastOneAndHasEachWayAlike) {
  std::map<Nodes, int> ways;
  ForDivisions(PartitionShape::kUniformPartition, [&](const Nodes& nodes, const Division& division) {
    ExpectBothSides(nodes, division);
    if (nodes.size() != 4) return;
    Nodes with_zero;
    const bool zero_inside = std::count(division.side.begin(), division.side.end(), 0u) > 0;
    for (std::uint32_t node = 0; node < 4; ++node) {
      const bool inside = std::count(division.side.begin(), division.side.end(), node) > 0;
      if (inside == zero_inside) with_zero.push_back(node);
    }
    ++ways[with_zero];
  });
  ASSERT_EQ(ways.size(), 7u);
  for (const auto& [way, count] : ways) EXPECT_NEAR(count, 1786, 196) << way.size();
}

// Two nodes have no third to be the bridge, and stay together.
TEST(PartitionShape, EveryPathBetweenTheSidesGoesOverTheBridge) {
  ForDivisions(PartitionShape::kBridge, [](const Nodes& nodes, const Division& division) {
    ASSERT_EQ(division.bridge, Nodes{nodes.front()});
    std::set<std::uint32_t> reached(division.side.begin(), division.side.end());
    ASSERT_FALSE(reached.contains(nodes.front()));
    const std::size_t others = nodes.size() - 1 - reached.size();
    ASSERT_TRUE(others == reached.size() || others == reached.size() + 1 || nodes.size() == 2);
    // What is cut is all that leads from the side to anybody but the bridge: without it nobody else is reached.
    ASSERT_TRUE(nodes.size() == 2 || others > 0);
  });
}

// Whom each node hears, itself included.
std::map<std::uint32_t, std::set<std::uint32_t>> Heard(const Nodes& nodes, const std::vector<Edge>& cut) {
  std::map<std::uint32_t, std::set<std::uint32_t>> heard;
  for (const std::uint32_t to : nodes) {
    for (const std::uint32_t from : nodes) {
      if (std::find(cut.begin(), cut.end(), Edge{from, to}) == cut.end()) heard[to].insert(from);
    }
  }
  return heard;
}

TEST(PartitionShape, InTheRingEveryNodeHearsAMajorityAndNoTwoTheSame) {
  Source source;
  for (int i = 0; i < kDraws; ++i) {
    Nodes nodes = Cluster(kSmallest + static_cast<std::uint32_t>(i) % (kLargest - kSmallest + 1), source);
    ShuffleRest(nodes, std::ref(source));
    const auto size = static_cast<std::uint32_t>(nodes.size());
    const std::vector<Edge> cut = CutRing(nodes);
    if (size < 3) {
      ASSERT_TRUE(cut.empty()) << "two nodes have but one majority";
      continue;
    }
    std::set<std::set<std::uint32_t>> majorities;
    for (const auto& [node, heard] : Heard(nodes, cut)) {
      ASSERT_EQ(heard.size(), core::Majority(size));
      ASSERT_TRUE(heard.contains(node));
      majorities.insert(heard);
    }
    ASSERT_EQ(majorities.size(), size);
  }
}

// Of E edges each is cut with chance 1/2, or is drawn if none was: 1/2 + 2^-E / E. Over 12500 draws for each size,
// two nodes with 2 edges have 5/8 and 7812, from three on (6 edges and more) it is 6250 and at most 33 more; five
// standard deviations are at most 280.
TEST(PartitionShape, RandomEdgesAreCutHalfTheTimeAndAtLeastOne) {
  Source source;
  std::map<std::uint32_t, std::map<Edge, int>> counts;
  for (int i = 0; i < kDraws; ++i) {
    const std::uint32_t size = kSmallest + static_cast<std::uint32_t>(i) % (kLargest - kSmallest + 1);
    std::vector<Edge> edges;
    for (std::uint32_t from = 0; from < size; ++from) {
      for (std::uint32_t to = 0; to < size; ++to) {
        if (from != to) edges.push_back({from, to});
      }
    }
    const std::vector<Edge> cut = CutSome(edges, std::ref(source));
    ASSERT_GE(cut.size(), 1u);
    for (const Edge& edge : cut) ++counts[size][edge];
  }
  for (const auto& [size, edges] : counts) {
    ASSERT_EQ(edges.size(), size * (size - 1));
    for (const auto& [edge, count] : edges) EXPECT_NEAR(count, size == 2 ? 7812 : size == 3 ? 6283 : 6250, 280);
  }
}

TEST(PartitionShape, OneNodeIsASideOfItsOwn) {
  Source source;
  for (const PartitionShape shape :
       {PartitionShape::kHalves, PartitionShape::kMinorityThird, PartitionShape::kIsolateOne,
        PartitionShape::kUniformSize, PartitionShape::kUniformPartition, PartitionShape::kBridge}) {
    const Division division = Divide(shape, {4}, std::ref(source));
    EXPECT_EQ(division.side, Nodes{4});
    EXPECT_TRUE(division.bridge.empty());
  }
  EXPECT_TRUE(CutRing({4}).empty());
}

}  // namespace
}  // namespace sim
