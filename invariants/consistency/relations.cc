#include "invariants/consistency/relations.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace consistency {
namespace {

// Finds the write of a key and value.
class WriteIndex {
 public:
  explicit WriteIndex(const History& history) : history_(history) {
    for (std::uint32_t o = 0; o < history.operations.size(); ++o) {
      const Operation& operation = history.operations[o];
      if (operation.function != Function::kWrite || operation.outcome == Outcome::kFailed) continue;
      table_.Add(HashOf(operation.key, operation.argument), o, [this](std::uint32_t other) {
        return HashOf(history_.operations[other].key, history_.operations[other].argument);
      });
    }
  }
  // kNoNode: there is none.
  std::uint32_t Find(std::uint32_t key, ValueId value) const {
    return table_.Find(HashOf(key, value), [&](std::uint32_t o) {
      return history_.operations[o].key == key && history_.operations[o].argument == value;
    });
  }

 private:
  static std::uint64_t HashOf(std::uint32_t key, ValueId value) { return Mix(Mix(13, key), value); }
  const History& history_;
  IdTable table_;
};

// What hangs on a chain: its number and its last node.
struct Chain {
  std::uint32_t number = kNoNode;
  NodeId last = kNoNode;
};

}  // namespace

Relations::Relations(const History& history) : keys(static_cast<std::uint32_t>(history.keys.size())) {
  const WriteIndex writes(history);
  std::vector<std::uint32_t> source(history.operations.size(), kNoNode);  // of reads: an operation
  std::vector<bool> counts(history.operations.size(), false);
  for (std::uint32_t o = 0; o < history.operations.size(); ++o) {
    const Operation& operation = history.operations[o];
    if (operation.outcome != Outcome::kOk) continue;
    counts[o] = true;
    if (operation.function != Function::kRead || operation.result == kNull) continue;
    source[o] = writes.Find(operation.key, operation.result);
    if (source[o] == kNoNode) {
      thin_air.push_back(o);
    } else {
      counts[source[o]] = true;
    }
  }

  std::vector<NodeId> node_of(history.operations.size(), kNoNode);
  std::map<std::uint32_t, Chain> chain_of;  // by process
  for (std::uint32_t o = 0; o < history.operations.size(); ++o) {
    if (!counts[o]) continue;
    const Operation& operation = history.operations[o];
    const auto id = static_cast<NodeId>(nodes.size());
    node_of[o] = id;
    Chain& chain = chain_of[operation.process];
    Node node{o, 0, 1, operation.key, chain.last, kNoNode, operation.function == Function::kWrite};
    if (operation.outcome == Outcome::kUnknown || chain.number == kNoNode) {
      node.chain = static_cast<std::uint32_t>(chains.size());
      chains.emplace_back();
      if (operation.outcome != Outcome::kUnknown) chain.number = node.chain;
    } else {
      node.chain = chain.number;
    }
    chains[node.chain].push_back(id);
    node.index = static_cast<std::uint32_t>(chains[node.chain].size());
    if (operation.outcome != Outcome::kUnknown) chain.last = id;
    nodes.push_back(node);
  }
  for (Node& node : nodes) {
    if (source[node.operation] != kNoNode) node.source = node_of[source[node.operation]];
  }
}

// --- graph ---------------------------------------------------------------------------

Graph::Index Graph::Outgoing() const {
  Index index;
  index.begin.assign(nodes_ + 1, 0);
  for (const Edge& edge : edges_) ++index.begin[edge.from + 1];
  std::partial_sum(index.begin.begin(), index.begin.end(), index.begin.begin());
  index.edges.resize(edges_.size());
  std::vector<std::uint32_t> next(index.begin.begin(), index.begin.end() - 1);
  for (std::uint32_t e = 0; e < edges_.size(); ++e) index.edges[next[edges_[e].from]++] = e;
  return index;
}

std::vector<NodeId> Graph::Order() const {
  const Index outgoing = Outgoing();
  std::vector<std::uint32_t> incoming(nodes_, 0);
  for (const Edge& edge : edges_) ++incoming[edge.to];
  std::vector<NodeId> order;
  order.reserve(nodes_);
  for (NodeId n = 0; n < nodes_; ++n) {
    if (incoming[n] == 0) order.push_back(n);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::uint32_t e = outgoing.begin[order[i]]; e < outgoing.begin[order[i] + 1]; ++e) {
      const NodeId to = edges_[outgoing.edges[e]].to;
      if (--incoming[to] == 0) order.push_back(to);
    }
  }
  return order;
}

// Nodes that lie on cycles, or between two of them: what is left when nothing can be taken off that has nothing
// before it, or nothing behind it.
std::vector<bool> Graph::Knot() const {
  std::vector<bool> in_knot(nodes_, true);  // or behind one
  for (const NodeId n : Order()) in_knot[n] = false;
  std::vector<std::uint32_t> behind(nodes_, 0);
  std::vector<std::vector<NodeId>> before(nodes_);
  for (const Edge& edge : edges_) {
    if (!in_knot[edge.from] || !in_knot[edge.to]) continue;
    ++behind[edge.from];
    before[edge.to].push_back(edge.from);
  }
  std::vector<NodeId> ends;
  for (NodeId n = 0; n < nodes_; ++n) {
    if (in_knot[n] && behind[n] == 0) ends.push_back(n);
  }
  for (; !ends.empty();) {
    const NodeId n = ends.back();
    ends.pop_back();
    in_knot[n] = false;
    for (const NodeId earlier : before[n]) {
      if (--behind[earlier] == 0) ends.push_back(earlier);
    }
  }
  return in_knot;
}

std::vector<Edge> Graph::Cycle() const {
  const Index outgoing = Outgoing();
  const std::vector<bool> in_knot = Knot();
  std::vector<Edge> best;
  std::size_t budget = std::max<std::size_t>(20'000'000, 2 * edges_.size());
  for (NodeId n = 0; n < nodes_ && (budget > 0 || best.empty()); ++n) {
    if (!in_knot[n]) continue;
    std::vector<Edge> cycle = ShortestCycle(outgoing, in_knot, n, best.empty() ? nodes_ + 1 : best.size(), budget);
    if (!cycle.empty()) best = std::move(cycle);
  }
  return best;
}

// Breadth first from `start` back to it, if in fewer than `below` steps.
std::vector<Edge> Graph::ShortestCycle(const Index& outgoing, const std::vector<bool>& in_cycle, NodeId start,
                                       std::size_t below, std::size_t& budget) const {
  std::map<NodeId, std::uint32_t> came_by;  // edges
  std::vector<NodeId> front{start}, next;
  for (std::size_t steps = 1; steps < below && !front.empty(); ++steps) {
    next.clear();
    for (const NodeId n : front) {
      for (std::uint32_t i = outgoing.begin[n]; i < outgoing.begin[n + 1]; ++i) {
        budget -= budget > 0;
        const std::uint32_t e = outgoing.edges[i];
        const NodeId to = edges_[e].to;
        if (!in_cycle[to] || !came_by.emplace(to, e).second) continue;
        if (to != start) {
          next.push_back(to);
          continue;
        }
        std::vector<Edge> cycle{edges_[e]};
        while (cycle.back().from != start) cycle.push_back(edges_[came_by.at(cycle.back().from)]);
        std::reverse(cycle.begin(), cycle.end());
        return cycle;
      }
    }
    std::swap(front, next);
  }
  return {};
}

std::vector<Edge> Graph::Way(NodeId from, NodeId to) const {
  const Index outgoing = Outgoing();
  std::vector<std::uint32_t> came_by(nodes_, kNoNode);
  std::vector<NodeId> met{from};
  for (std::size_t i = 0; i < met.size() && came_by[to] == kNoNode && from != to; ++i) {
    for (std::uint32_t at = outgoing.begin[met[i]]; at < outgoing.begin[met[i] + 1]; ++at) {
      const std::uint32_t e = outgoing.edges[at];
      if (edges_[e].to == from || came_by[edges_[e].to] != kNoNode) continue;
      came_by[edges_[e].to] = e;
      met.push_back(edges_[e].to);
    }
  }
  std::vector<Edge> way;
  if (from == to || came_by[to] == kNoNode) return way;
  for (NodeId n = to; n != from; n = way.back().from) way.push_back(edges_[came_by[n]]);
  std::reverse(way.begin(), way.end());
  return way;
}

// --- clocks ----------------------------------------------------------------------------

NodeId LastOf::Last(const Group& group, std::uint32_t count) const {
  const auto begin = indices_.begin() + group.begin;
  const auto after = std::upper_bound(begin, indices_.begin() + group.end, count);
  return after == begin ? kNoNode : nodes_[static_cast<std::size_t>(after - indices_.begin()) - 1];
}

void LastOf::Build(const Relations& relations, std::vector<NodeId> taken) {
  const auto place = [&](NodeId n) {
    const Node& node = relations.nodes[n];
    return std::tuple(node.key, node.chain, node.index);
  };
  std::sort(taken.begin(), taken.end(), [&](NodeId a, NodeId b) { return place(a) < place(b); });
  nodes_ = std::move(taken);
  groups_of_.assign(relations.keys + 1, 0);
  for (std::uint32_t at = 0; at < nodes_.size(); ++at) {
    const Node& node = relations.nodes[nodes_[at]];
    indices_.push_back(node.index);
    const bool same = at > 0 && relations.nodes[nodes_[at - 1]].key == node.key && groups_.back().chain == node.chain;
    if (!same) {
      groups_.push_back({node.chain, at, at});
      ++groups_of_[node.key + 1];
    }
    groups_.back().end = at + 1;
  }
  std::partial_sum(groups_of_.begin(), groups_of_.end(), groups_of_.begin());
}

Graph CausalGraph(const Relations& relations) {
  Graph graph(relations.nodes.size());
  for (NodeId n = 0; n < relations.nodes.size(); ++n) {
    const Node& node = relations.nodes[n];
    if (node.previous != kNoNode) graph.Add({node.previous, n, Reason::kSession});
    if (node.source != kNoNode) graph.Add({node.source, n, Reason::kRead});
  }
  return graph;
}

Clocks CausalClocks(const Relations& relations, const std::vector<NodeId>& order) {
  Clocks clocks(relations.nodes.size(), relations.chains.size());
  for (const NodeId n : order) {
    const Node& node = relations.nodes[n];
    if (node.previous != kNoNode) clocks.Join(n, node.previous);
    if (node.source != kNoNode) clocks.Join(n, node.source);
    clocks.of(n)[node.chain] = node.index;
  }
  return clocks;
}

}  // namespace consistency
