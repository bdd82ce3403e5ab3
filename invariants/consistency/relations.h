// Relations: a history of registers as a graph of operations, session order and reads-from.
//
// Made for histories whose written values are unique, so that what a read read is known. The
// operations of a process that returned are a chain; a write whose outcome is unknown but whose
// value somebody read is a chain of its own that hangs on its process, since it precedes nothing.
// With k chains, what lies before an operation in an order that contains session order is a
// vector of k numbers, how many of each chain (Fidge; Mattern, 1988), and the last write to a key
// among them is found by bisection.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "invariants/consistency/history.h"

namespace consistency {

using NodeId = std::uint32_t;
inline constexpr NodeId kNoNode = 0xFFFFFFFF;

struct Node {
  std::uint32_t operation{};
  std::uint32_t chain{};
  std::uint32_t index{};  // in its chain, from 1
  std::uint32_t key{};
  NodeId previous = kNoNode;  // in session order
  NodeId source = kNoNode;    // of a read: the write whose value it returned; none: it returned null
  bool is_write{};
};

struct Relations {
  explicit Relations(const History& history);

  std::vector<Node> nodes;  // by call
  std::vector<std::vector<NodeId>> chains;
  std::vector<std::uint32_t> thin_air;  // operations that read what nobody wrote
  std::uint32_t keys = 0;
};

// Why an edge is there.
enum class Reason : std::uint8_t {
  kSession,  // one process did the one, then the other
  kRead,     // the other read what the one wrote
  kSeen,     // the read `because` may not have missed the one, and returned the other's value all the same
  kMissed,   // the read `from` returned the value of the write `because`, which the write `to` replaced
};
struct Edge {
  NodeId from{};
  NodeId to{};
  Reason reason{};
  NodeId because = kNoNode;
};

// A directed graph over nodes, compact, to be asked for cycles and ways.
class Graph {
 public:
  explicit Graph(std::size_t nodes) : nodes_(nodes) {}

  void Add(const Edge& edge) { edges_.push_back(edge); }
  std::size_t size() const { return edges_.size(); }
  const std::vector<Edge>& edges() const { return edges_; }
  std::size_t bytes() const { return edges_.capacity() * sizeof(Edge); }

  // Every node after all before it, as far as there is no cycle in the way: shorter than the number
  // of nodes exactly if there is a cycle.
  std::vector<NodeId> Order() const;
  // Empty: there is no cycle. Otherwise a short one: its edges, each beginning where the last ended.
  std::vector<Edge> Cycle() const;
  // The edges of a shortest way; empty if there is none, or from == to.
  std::vector<Edge> Way(NodeId from, NodeId to) const;

 private:
  struct Index {
    std::vector<std::uint32_t> begin;  // by node
    std::vector<std::uint32_t> edges;
  };
  Index Outgoing() const;
  std::vector<bool> Knot() const;
  std::vector<Edge> ShortestCycle(const Index& outgoing, const std::vector<bool>& in_cycle, NodeId start,
                                  std::size_t below, std::size_t& budget) const;

  std::size_t nodes_;
  std::vector<Edge> edges_;
};

// For each node, how many of each chain lie before it or are it.
class Clocks {
 public:
  Clocks(std::size_t nodes, std::size_t chains) : chains_(chains), counts_(nodes * chains, 0) {}

  std::uint32_t* of(NodeId node) { return &counts_[std::size_t{node} * chains_]; }
  const std::uint32_t* of(NodeId node) const { return &counts_[std::size_t{node} * chains_]; }
  std::size_t chains() const { return chains_; }
  // True: something changed.
  bool Join(NodeId into, NodeId from) {
    std::uint32_t* a = of(into);
    const std::uint32_t* b = of(from);
    bool changed = false;
    for (std::size_t c = 0; c < chains_; ++c) {
      changed |= b[c] > a[c];
      a[c] = b[c] > a[c] ? b[c] : a[c];
    }
    return changed;
  }
  bool Precedes(const Node& a, NodeId b) const { return of(b)[a.chain] >= a.index; }

 private:
  std::size_t chains_;
  std::vector<std::uint32_t> counts_;
};

// The nodes of one kind, by key, chain and place: finds the last of a key in the beginning of a chain.
class LastOf {
 public:
  struct Group {
    std::uint32_t chain{};
    std::uint32_t begin{}, end{};  // in nodes()
  };

  // Those with `take(node)`.
  template <class Take>
  LastOf(const Relations& relations, Take&& take) {
    std::vector<NodeId> taken;
    for (NodeId n = 0; n < relations.nodes.size(); ++n) {
      if (take(relations.nodes[n])) taken.push_back(n);
    }
    Build(relations, std::move(taken));
  }

  // Calls `f(node)` with the last on `key` among the first counts[c] of each chain c.
  template <class F>
  void ForEach(std::uint32_t key, const std::uint32_t* counts, F&& f) const {
    for (std::uint32_t g = groups_of_[key]; g < groups_of_[key + 1]; ++g) {
      const Group& group = groups_[g];
      const NodeId last = Last(group, counts[group.chain]);
      if (last != kNoNode) f(last);
    }
  }
  // With the first on `key` of each chain.
  template <class F>
  void ForEachFirst(std::uint32_t key, F&& f) const {
    for (std::uint32_t g = groups_of_[key]; g < groups_of_[key + 1]; ++g) f(nodes_[groups_[g].begin]);
  }

 private:
  void Build(const Relations& relations, std::vector<NodeId> taken);
  NodeId Last(const Group& group, std::uint32_t count) const;

  std::vector<NodeId> nodes_;
  std::vector<std::uint32_t> indices_;  // of nodes_ in their chains
  std::vector<Group> groups_;
  std::vector<std::uint32_t> groups_of_;  // by key
};

// so and rf.
Graph CausalGraph(const Relations& relations);

// co = (so ∪ rf)⁺; the order comes from CausalGraph and has all nodes in it.
Clocks CausalClocks(const Relations& relations, const std::vector<NodeId>& order);

}  // namespace consistency
