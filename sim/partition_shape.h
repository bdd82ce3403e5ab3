// Shapes of partitions: which directed links between some nodes are cut.
//
// The shapes are those that have found bugs (Alquraan et al., "An Analysis of
// Network-Partitioning Failures in Cloud Systems", 2018, and the nemeses of Jepsen):
// two sides that hear nothing of each other, or only one of the other; a bridge
// that both sides still reach; a ring in which every node hears a majority and no
// two the same one; links cut at random; and spurs: nodes that hang on one other
// alone, which is what it took to keep an etcd cluster from electing anybody for hours
// (Howard and Abraham, "Raft does not Guarantee Liveness in the face of Network Faults", 2020).
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace sim {

enum class PartitionShape : std::uint8_t {
  kVictims,           // one side is given
  kHalves,            // one side is half of them, rounded down
  kMinorityThird,     // a third, rounded down, but at least one
  kIsolateOne,        // one
  kUniformSize,       // each size alike, from one to all but one
  kUniformPartition,  // each way to divide them alike
  kMajoritiesRing,    // a node hears those near it on a ring, a majority with itself
  kBridge,            // two sides and one between them
  kRandomEdges,       // each link with chance 1/2, and at least one
  kSpur,              // one, whom only one of the others still reaches
  kSpurs,             // a majority that reach one another; each of the others hangs on one of those
};
inline constexpr std::string_view kPartitionShapes =
    "victims|halves|minority_third|isolate_one|uniform_size|uniform_partition|majorities_ring|bridge|random_edges|"
    "spur|spurs";

struct Edge {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  auto operator<=>(const Edge&) const = default;
};

// Uniform below its argument.
using Draws = std::function<std::uint64_t(std::uint64_t)>;

// How nodes are divided. Links are cut between `side` and the nodes that are neither in it nor in `bridge`.
struct Division {
  std::vector<std::uint32_t> side;    // never empty
  std::vector<std::uint32_t> bridge;  // one node, or none
};
// Divides nodes into two sides (kHalves to kUniformPartition, kBridge, kSpur). The first
// node is in `side`, or, of kBridge, is the bridge; the others are dealt by lot. A single node
// is a side of its own, and up to two nodes are all bridge and one side.
Division Divide(PartitionShape shape, std::vector<std::uint32_t> nodes, const Draws& draw);

// The links cut so that each node hears a majority, itself included, and no two
// nodes the same one. Fewer than three nodes have only one majority: none is cut.
// `nodes` is the ring; see Shuffle.
std::vector<Edge> CutRing(const std::vector<std::uint32_t>& nodes);

// The links between a node outside the first majority of `nodes` and everybody but the one it
// hangs on: the second of the majority for the first such node, and so on, each another while there are any.
std::vector<Edge> CutSpurs(const std::vector<std::uint32_t>& nodes);

// Each of these with chance 1/2. If that is none, one of them.
std::vector<Edge> CutSome(const std::vector<Edge>& edges, const Draws& draw);

// All orders of the nodes after the first alike.
void ShuffleRest(std::vector<std::uint32_t>& nodes, const Draws& draw);

}  // namespace sim
