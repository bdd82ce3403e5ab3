// A partition: no packet passes between two sides, in both directions or in one,
// or between some pairs of nodes, in one of the shapes of partition_shape.h.
//
// One-way partitions are where protocols fail that take "I hear nobody" for
// "nobody hears me". Applications and clients count as the other side unless
// told otherwise, so that a cut-off leader goes on getting requests.
//
// The first victim decides who is on which side, and the rest is drawn: shape
// isolate_one with the target leader cuts the leader off, bridge makes it the
// bridge. From then on the window's victims are that side (after the bridge, if
// there is one), which replaying the window divides in the same way again. In the
// ring and among random links everybody is a victim.
#include <algorithm>
#include <vector>

#include "sim/fault.h"
#include "sim/partition_shape.h"

namespace sim::faults {
namespace {

enum Parameters { kShape, kDirection, kOutsiders, kInFlight };
enum InFlight { kDeliver, kKill, kHold };

using Nodes = std::vector<std::uint32_t>;

// Everybody whom this partition may concern.
std::uint32_t Concerned(const FaultScope& scope) {
  return scope.Flag(kOutsiders) ? scope.physics.network.endpoints() : scope.physics.members;
}

// The members, the first victim first; anybody, if no member is a victim.
Nodes MembersInOrder(FaultScope& scope) {
  Nodes nodes(scope.physics.members);
  for (std::uint32_t node = 0; node < nodes.size(); ++node) nodes[node] = node;
  const auto first = std::find_if(scope.victims().begin(), scope.victims().end(),
                                  [&](core::NodeId victim) { return core::Number(victim) < nodes.size(); });
  const std::uint64_t drawn = scope.Draw(nodes.size());
  std::swap(nodes[0], nodes[first == scope.victims().end() ? drawn : core::Number(*first)]);
  return nodes;
}

void NameVictims(FaultScope& scope, const Nodes& nodes) {
  auto& victims = scope.active.window.nodes;
  victims.clear();
  for (const std::uint32_t node : nodes) victims.push_back(core::NodeId{node});
}

// Between a side and everybody else but the bridge; in: the side hears nothing, out: nobody hears it.
std::vector<Edge> EdgesBetween(const FaultScope& scope, const Nodes& side, const Nodes& bridge) {
  const auto direction = static_cast<Side>(scope.Word(kDirection));
  const auto has = [](const Nodes& nodes, std::uint32_t node) {
    return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
  };
  std::vector<Edge> edges;
  for (const std::uint32_t inside : side) {
    for (std::uint32_t outside = 0; outside < Concerned(scope); ++outside) {
      if (has(side, outside) || has(bridge, outside)) continue;
      if (direction != Side::kIn) edges.push_back({inside, outside});
      if (direction != Side::kOut) edges.push_back({outside, inside});
    }
  }
  return edges;
}

std::vector<Edge> CutSides(FaultScope& scope, PartitionShape shape, const Draws& draw) {
  const Division division = Divide(shape, MembersInOrder(scope), draw);
  // The first victim first: a run that is replayed begins with it.
  Nodes named = shape == PartitionShape::kBridge ? division.bridge : division.side;
  const Nodes& rest = shape == PartitionShape::kBridge ? division.side : division.bridge;
  named.insert(named.end(), rest.begin(), rest.end());
  NameVictims(scope, named);
  return EdgesBetween(scope, division.side, division.bridge);
}

// out: it is a majority that hears each node, instead of one that it hears.
std::vector<Edge> CutMajoritiesRing(FaultScope& scope, const Draws& draw) {
  Nodes ring = MembersInOrder(scope);
  ShuffleRest(ring, draw);
  NameVictims(scope, ring);
  std::vector<Edge> edges = CutRing(ring);
  if (static_cast<Side>(scope.Word(kDirection)) != Side::kOut) return edges;
  for (Edge& edge : edges) std::swap(edge.from, edge.to);
  return edges;
}

// in: the spurs hear only those they hang on; out: only those hear them.
std::vector<Edge> CutSpursOff(FaultScope& scope, const Draws& draw) {
  Nodes nodes = MembersInOrder(scope);
  ShuffleRest(nodes, draw);
  NameVictims(scope, nodes);
  std::vector<Edge> edges = CutSpurs(nodes);
  const auto direction = static_cast<Side>(scope.Word(kDirection));
  const auto place = [&](std::uint32_t node) { return std::find(nodes.begin(), nodes.end(), node); };
  std::erase_if(edges, [&](const Edge& edge) {
    const bool outward = place(edge.from) > place(edge.to);
    return direction == (outward ? Side::kIn : Side::kOut);
  });
  return edges;
}

// both: a link is cut in both directions or in none.
std::vector<Edge> CutRandomEdges(FaultScope& scope, const Draws& draw) {
  const bool both = static_cast<Side>(scope.Word(kDirection)) == Side::kBoth;
  std::vector<Edge> edges;
  for (std::uint32_t from = 0; from < Concerned(scope); ++from) {
    for (std::uint32_t to = 0; to < Concerned(scope); ++to) {
      const bool is_link = from != to && std::min(from, to) < scope.physics.members;
      if (is_link && (from < to || !both)) edges.push_back({from, to});
    }
  }
  NameVictims(scope, MembersInOrder(scope));
  std::vector<Edge> cut = CutSome(edges, draw);
  if (!both) return cut;
  const std::size_t one_way = cut.size();
  for (std::size_t i = 0; i < one_way; ++i) cut.push_back({cut[i].to, cut[i].from});
  return cut;
}

std::vector<Edge> ChooseEdges(FaultScope& scope) {
  const Draws draw = [&](std::uint64_t bound) { return scope.Draw(bound); };
  const auto shape = static_cast<PartitionShape>(scope.Word(kShape));
  switch (shape) {
    case PartitionShape::kVictims: {
      Nodes side;
      for (const core::NodeId victim : scope.victims()) side.push_back(core::Number(victim));
      return EdgesBetween(scope, side, {});
    }
    case PartitionShape::kMajoritiesRing:
      return CutMajoritiesRing(scope, draw);
    case PartitionShape::kRandomEdges:
      return CutRandomEdges(scope, draw);
    case PartitionShape::kSpurs:
      return CutSpursOff(scope, draw);
    default:
      return CutSides(scope, shape, draw);
  }
}

void Begin(FaultScope& scope) {
  Network& network = scope.physics.network;
  const std::uint32_t kind = scope.active.kind;
  for (const Edge& edge : ChooseEdges(scope)) {
    network.Cut(edge.from, edge.to, kind);
    if (scope.Word(kInFlight) == kKill) network.KillInFlight(edge.from, edge.to, kind);
    if (scope.Word(kInFlight) == kHold) {
      network.HoldInFlight(edge.from, edge.to, core::TrueTime{scope.active.window.end}, kind);
    }
    scope.active.undo.push_back(std::uint64_t{edge.from} << 32 | edge.to);
  }
}

void End(FaultScope& scope) {
  for (const std::uint64_t edge : scope.active.undo) {
    scope.physics.network.Mend(static_cast<std::uint32_t>(edge >> 32), static_cast<std::uint32_t>(edge));
  }
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind partition;
const FaultKind partition{
    "partition",
    "no packet passes between two sides, or between some pairs of nodes; effects: packets cut or held",
    "minority",
    {{"shape", Form::kWord, "victims",
      "who is cut off from whom; except in `victims`, the first victim is on the side that is cut off (bridge: it is "
      "the bridge; spurs: it is no spur), and the rest is drawn",
      kPartitionShapes, kPartitionShapes},
     {"direction", Form::kWord, "both",
      "both, in (the side hears nothing) or out (nobody hears it); the ring is of whom a node hears, out: who hears it",
      "both|in|out", "both|in|out"},
     {"outsiders", Form::kFlag, "false",
      "true: applications and clients are on the other side (random_edges: have links that may be cut)", "",
      "true|false"},
     {"in_flight", Form::kWord, "deliver",
      "what is under way on a link when it is cut arrives, is lost, or waits for "
      "the end",
      "deliver|kill|hold", "deliver|kill|hold"}},
    Begin,
    End};

}  // namespace sim::faults
