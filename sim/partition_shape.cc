#include "sim/partition_shape.h"

#include <algorithm>
#include <utility>

#include "protocols/core/check.h"
#include "protocols/core/quorum.h"

namespace sim {
namespace {

using Nodes = std::vector<std::uint32_t>;

std::size_t SizeOfSide(PartitionShape shape, std::size_t nodes, const Draws& draw) {
  switch (shape) {
    case PartitionShape::kHalves:
      return std::max<std::size_t>(1, nodes / 2);
    case PartitionShape::kMinorityThird:
      return std::max<std::size_t>(1, nodes / 3);
    case PartitionShape::kUniformSize:
      return nodes < 2 ? 1 : 1 + draw(nodes - 1);
    default:
      return 1;
  }
}

// All subsets that hold the first node but not everybody, alike: such a subset and
// the rest are one way to divide them. Beyond 63 nodes a coin for each, which puts
// everybody on one side once in 2^63 times.
Nodes UniformSide(const Nodes& nodes, const Draws& draw) {
  constexpr std::size_t kMostBits = 62;
  const std::size_t others = nodes.size() - 1;
  Nodes side{nodes.front()};
  if (others > kMostBits) {
    for (std::size_t i = 1; i < nodes.size(); ++i) {
      if (draw(2) == 0) side.push_back(nodes[i]);
    }
    return side;
  }
  if (others == 0) return side;
  const std::uint64_t subset = draw((std::uint64_t{1} << others) - 1);
  for (std::size_t i = 0; i < others; ++i) {
    if ((subset >> i & 1) != 0) side.push_back(nodes[i + 1]);
  }
  return side;
}

}  // namespace

void ShuffleRest(Nodes& nodes, const Draws& draw) {
  for (std::size_t left = nodes.size(); left > 2; --left) std::swap(nodes[left - 1], nodes[1 + draw(left - 1)]);
}

Division Divide(PartitionShape shape, Nodes nodes, const Draws& draw) {
  CHECK(!nodes.empty());
  if (shape == PartitionShape::kUniformPartition) return {UniformSide(nodes, draw), {}};
  ShuffleRest(nodes, draw);
  if (shape == PartitionShape::kBridge) {
    const auto half = static_cast<std::ptrdiff_t>(std::max<std::size_t>(1, (nodes.size() - 1) / 2));
    if (nodes.size() == 1) return {nodes, {}};
    return {Nodes(nodes.begin() + 1, nodes.begin() + 1 + half), {nodes.front()}};
  }
  if (shape == PartitionShape::kSpur && nodes.size() > 1) return {{nodes[0]}, {nodes[1]}};
  nodes.resize(SizeOfSide(shape, nodes.size(), draw));
  return {nodes, {}};
}

// Node i hears the nodes i - before .. i + after of the ring: windows that begin at
// different nodes and leave somebody out are different.
std::vector<Edge> CutRing(const Nodes& nodes) {
  const std::size_t size = nodes.size();
  const std::size_t majority = core::Majority(static_cast<std::uint32_t>(size));
  const std::size_t before = (majority - 1) / 2;
  std::vector<Edge> cut;
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t place = majority; place < size; ++place) {
      cut.push_back({nodes[(i + size - before + place) % size], nodes[i]});
    }
  }
  return size < 3 ? std::vector<Edge>{} : cut;
}

std::vector<Edge> CutSpurs(const Nodes& nodes) {
  const std::size_t majority = core::Majority(static_cast<std::uint32_t>(nodes.size()));
  std::vector<Edge> cut;
  for (std::size_t spur = majority; spur < nodes.size(); ++spur) {
    const std::uint32_t joint = nodes[(spur - majority + 1) % majority];
    for (std::size_t other = 0; other < spur; ++other) {
      if (nodes[other] == joint) continue;
      cut.push_back({nodes[spur], nodes[other]});
      cut.push_back({nodes[other], nodes[spur]});
    }
  }
  return cut;
}

std::vector<Edge> CutSome(const std::vector<Edge>& edges, const Draws& draw) {
  std::vector<Edge> cut;
  for (const Edge& edge : edges) {
    if (draw(2) == 1) cut.push_back(edge);
  }
  if (cut.empty() && !edges.empty()) cut.push_back(edges[draw(edges.size())]);
  return cut;
}

}  // namespace sim
