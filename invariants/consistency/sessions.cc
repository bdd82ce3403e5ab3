#include "invariants/consistency/sessions.h"

#include <algorithm>
#include <map>

namespace consistency {
namespace {

Edge Session(NodeId from, NodeId to) { return {from, to, Reason::kSession, kNoNode}; }

// `read` returned null although it could not miss `seen`.
Refutation NullRead(NodeId read, NodeId seen, std::vector<Edge> ways) { return {{}, read, seen, std::move(ways)}; }

// --- read your writes ------------------------------------------------------------------

// A read sees all earlier writes of its session, and nothing orders those among themselves. One edge from
// each of them for each read would be too many: a sum stands for all that came before it in the session.
class OwnWrites {
 public:
  explicit OwnWrites(const Relations& relations)
      : relations_(relations), next_sum_(static_cast<NodeId>(relations.nodes.size())) {}

  std::optional<Refutation> Refute() {
    for (const std::vector<NodeId>& chain : relations_.chains) {
      own_.clear();
      for (const NodeId n : chain) {
        const Node& node = relations_.nodes[n];
        if (node.is_write) {
          Write(n, own_[node.key]);
        } else if (auto refutation = Read(n, own_[node.key])) {
          return refutation;
        }
      }
    }
    Graph graph(next_sum_);
    for (const Edge& edge : edges_) graph.Add(edge);
    const std::vector<Edge> cycle = WithoutSums(graph.Cycle());
    if (cycle.empty()) return std::nullopt;
    Refutation refutation{cycle, kNoNode, kNoNode, {}};
    for (const Edge& edge : cycle) refutation.ways.push_back(Session(edge.from, edge.because));
    return refutation;
  }

 private:
  struct Own {
    std::vector<NodeId> writes;          // of one key, so far
    std::vector<NodeId> sums;            // sums[i]: of writes 0 to i
    std::map<NodeId, std::size_t> upto;  // an own write that was read: so many of the writes are ordered before it
  };

  void Write(NodeId n, Own& own) {
    const NodeId sum = next_sum_++;
    edges_.push_back(Session(n, sum));
    if (!own.sums.empty()) edges_.push_back(Session(own.sums.back(), sum));
    own.writes.push_back(n);
    own.sums.push_back(sum);
  }

  std::optional<Refutation> Read(NodeId read, Own& own) {
    if (own.writes.empty()) return std::nullopt;
    const NodeId source = relations_.nodes[read].source;
    if (source == kNoNode) return NullRead(read, own.writes.back(), {Session(own.writes.back(), read)});
    const auto place = std::lower_bound(own.writes.begin(), own.writes.end(), source);  // by call, as nodes are
    if (place == own.writes.end() || *place != source) {
      edges_.push_back({own.sums.back(), source, Reason::kSeen, read});
      return std::nullopt;
    }
    const auto at = static_cast<std::size_t>(place - own.writes.begin());
    const auto [ordered, fresh] = own.upto.try_emplace(source, at + 1);
    if (fresh && at > 0) edges_.push_back({own.sums[at - 1], source, Reason::kSeen, read});
    for (; ordered->second < own.writes.size(); ++ordered->second)
      edges_.push_back({own.writes[ordered->second], source, Reason::kSeen, read});
    return std::nullopt;
  }

  // From write to write.
  std::vector<Edge> WithoutSums(std::vector<Edge> cycle) const {
    const auto is_real = [&](const Edge& edge) { return edge.from < relations_.nodes.size(); };
    std::rotate(cycle.begin(), std::find_if(cycle.begin(), cycle.end(), is_real), cycle.end());
    std::vector<Edge> edges;
    for (const Edge& edge : cycle) {
      if (is_real(edge)) {
        edges.push_back(edge);
      } else {
        edges.back() = {edges.back().from, edge.to, edge.reason, edge.because};
      }
    }
    return edges;
  }

  const Relations& relations_;
  NodeId next_sum_;
  std::map<std::uint32_t, Own> own_;  // by key, of the chain at hand
  std::vector<Edge> edges_;
};

// --- monotonic writes, PRAM -----------------------------------------------------------

// Where a write is seen, so are its session's earlier ones: of each chain a beginning.
class Beginnings {
 public:
  Beginnings(const Relations& relations, bool own_too)
      : relations_(relations),
        own_too_(own_too),
        graph_(relations.nodes.size()),
        writes_(relations, [](const Node& node) { return node.is_write; }),
        seen_(relations.chains.size(), 0) {}

  std::optional<Refutation> Refute() {
    OrderWrites();
    for (const std::vector<NodeId>& chain : relations_.chains) {
      for (const std::uint32_t seen : touched_) seen_[seen] = 0;
      touched_.clear();
      for (const NodeId n : chain) {
        if (relations_.nodes[n].is_write) {
          if (own_too_) Raise(relations_.nodes[n]);
        } else if (auto refutation = Read(n)) {
          return refutation;
        }
      }
    }
    Refutation refutation{graph_.Cycle(), kNoNode, kNoNode, {}};
    if (refutation.cycle.empty()) return std::nullopt;
    for (const Edge& edge : refutation.cycle) {
      if (edge.reason != Reason::kSeen) continue;
      const std::vector<Edge> way = Way(edge.from, edge.because);
      refutation.ways.insert(refutation.ways.end(), way.begin(), way.end());
    }
    return refutation;
  }

 private:
  void OrderWrites() {
    std::vector<NodeId> last(relations_.nodes.size(), kNoNode);  // the last write of the session, this one included
    for (NodeId n = 0; n < relations_.nodes.size(); ++n) {
      const Node& node = relations_.nodes[n];
      const NodeId before = node.previous == kNoNode ? kNoNode : last[node.previous];
      last[n] = node.is_write ? n : before;
      if (node.is_write && before != kNoNode) graph_.Add(Session(before, n));
    }
  }

  void Raise(const Node& node) {
    std::uint32_t& seen = seen_[node.chain];
    if (seen == 0) touched_.push_back(node.chain);
    seen = std::max(seen, node.index);
  }
  void See(NodeId write) {
    for (NodeId n = write; n != kNoNode; n = relations_.nodes[n].previous) {
      const Node& node = relations_.nodes[n];
      Raise(node);
      if (node.index > 1) return;  // the rest of the chain is counted; what the chain hangs on is not yet
    }
  }

  std::optional<Refutation> Read(NodeId read) {
    const Node& node = relations_.nodes[read];
    if (node.source != kNoNode) See(node.source);
    std::optional<Refutation> refutation;
    writes_.ForEach(node.key, seen_.data(), [&](NodeId write) {
      if (refutation || write == node.source) return;
      if (node.source == kNoNode) {
        refutation = NullRead(read, write, Way(write, read));
      } else {
        graph_.Add({write, node.source, Reason::kSeen, read});
      }
    });
    return refutation;
  }

  // How the read came to see the write: it, or an earlier read of its session, read a later one of the write's.
  std::vector<Edge> Way(NodeId write, NodeId read) const {
    const Node& seen = relations_.nodes[write];
    const Node& reader = relations_.nodes[read];
    if (own_too_ && seen.chain == reader.chain && seen.index < reader.index) return {Session(write, read)};
    for (NodeId earlier = read; earlier != kNoNode; earlier = relations_.nodes[earlier].previous) {
      const NodeId source = relations_.nodes[earlier].source;
      if (source == kNoNode || !Covers(source, seen)) continue;
      std::vector<Edge> way;
      if (source != write) way.push_back(Session(write, source));
      way.push_back({source, earlier, Reason::kRead, kNoNode});
      if (earlier != read) way.push_back(Session(earlier, read));
      return way;
    }
    return {};
  }
  bool Covers(NodeId source, const Node& seen) const {
    const Node& node = relations_.nodes[source];
    if (node.chain == seen.chain) return node.index >= seen.index;
    if (node.index > 1 || node.previous == kNoNode) return false;
    const Node& hung_on = relations_.nodes[node.previous];
    return hung_on.chain == seen.chain && hung_on.index >= seen.index;
  }

  const Relations& relations_;
  const bool own_too_;
  Graph graph_;
  const LastOf writes_;
  std::vector<std::uint32_t> seen_;     // of each chain, by the session at hand
  std::vector<std::uint32_t> touched_;  // chains of which something was
};

// --- writes follow reads -----------------------------------------------------------------

// Where a write is seen, so is what its session had read before it, and so on: of the reads of each chain a
// beginning. An order of its own leads from a write to who read it, and on to what that session did later.
class ReadBeginnings {
 public:
  explicit ReadBeginnings(const Relations& relations)
      : relations_(relations),
        last_read_(relations.nodes.size(), kNoNode),
        graph_(relations.nodes.size()),
        reads_(relations, [](const Node& node) { return !node.is_write; }),
        clocks_(relations.nodes.size(), relations.chains.size()) {}

  std::optional<Refutation> Refute() {
    for (NodeId n = 0; n < relations_.nodes.size(); ++n) {
      const Node& node = relations_.nodes[n];
      if (node.previous != kNoNode)
        last_read_[n] = relations_.nodes[node.previous].is_write ? last_read_[node.previous] : node.previous;
      if (last_read_[n] != kNoNode) graph_.Add(Session(last_read_[n], n));
      if (node.source != kNoNode) graph_.Add({node.source, n, Reason::kRead, kNoNode});
    }
    const std::vector<NodeId> order = graph_.Order();
    if (order.size() < relations_.nodes.size()) return Refutation{graph_.Cycle(), kNoNode, kNoNode, {}};
    return RefuteInOrder(order);
  }

 private:
  std::optional<Refutation> RefuteInOrder(const std::vector<NodeId>& order) {
    Graph all = graph_;
    std::optional<Refutation> refutation;
    for (const NodeId n : order) {
      const Node& node = relations_.nodes[n];
      if (last_read_[n] != kNoNode) clocks_.Join(n, last_read_[n]);
      if (node.source != kNoNode) clocks_.Join(n, node.source);
      if (node.is_write) continue;
      clocks_.of(n)[node.chain] = node.index - 1;  // what it reads itself is no reason
      ForEachSeen(n, [&](NodeId write, NodeId reader) {
        if (node.source == kNoNode) {
          if (!refutation) refutation = NullRead(n, write, Way(reader, n));
        } else {
          all.Add({write, node.source, Reason::kSeen, n});
        }
      });
      clocks_.of(n)[node.chain] = node.index;
    }
    if (refutation) return refutation;
    Refutation found{all.Cycle(), kNoNode, kNoNode, {}};
    if (found.cycle.empty()) return std::nullopt;
    for (const Edge& edge : found.cycle) {
      if (edge.reason != Reason::kSeen) continue;
      --clocks_.of(edge.because)[relations_.nodes[edge.because].chain];
      ForEachSeen(edge.because, [&](NodeId write, NodeId reader) {
        if (write != edge.from) return;
        const std::vector<Edge> way = Way(reader, edge.because);
        found.ways.insert(found.ways.end(), way.begin(), way.end());
      });
      ++clocks_.of(edge.because)[relations_.nodes[edge.because].chain];
    }
    return found;
  }

  // Calls `f(write, reader)` with what others had read of the key, as far as `read` sees it, but for what it returned.
  template <class F>
  void ForEachSeen(NodeId read, F&& f) const {
    const Node& node = relations_.nodes[read];
    reads_.ForEach(node.key, clocks_.of(read), [&](NodeId reader) {
      const NodeId write = relations_.nodes[reader].source;
      if (write != kNoNode && write != node.source) f(write, reader);
    });
  }

  // What `other` read is seen by `read`.
  std::vector<Edge> Way(NodeId other, NodeId read) const {
    std::vector<Edge> way{{relations_.nodes[other].source, other, Reason::kRead, kNoNode}};
    const std::vector<Edge> rest = graph_.Way(other, read);
    way.insert(way.end(), rest.begin(), rest.end());
    return way;
  }

  const Relations& relations_;
  std::vector<NodeId> last_read_;  // of the session, before
  Graph graph_;
  const LastOf reads_;
  Clocks clocks_;  // so many reads of each chain, those of the session itself included
};

}  // namespace

std::optional<Refutation> RefuteReadYourWrites(const Relations& relations) { return OwnWrites(relations).Refute(); }

// A read sees what its session had read before. On each key the order of the values read is then fixed, so that
// the last of them stands for all.
std::optional<Refutation> RefuteMonotonicReads(const Relations& relations) {
  Graph graph(relations.nodes.size());
  std::vector<NodeId> before(relations.nodes.size(), kNoNode);  // the session's last read of the key
  for (const std::vector<NodeId>& chain : relations.chains) {
    std::map<std::uint32_t, NodeId> last;  // by key
    for (const NodeId n : chain) {
      const Node& node = relations.nodes[n];
      if (node.is_write) continue;
      const auto [at, first] = last.try_emplace(node.key, n);
      before[n] = first ? kNoNode : std::exchange(at->second, n);
      const NodeId seen = first ? kNoNode : relations.nodes[before[n]].source;
      if (seen == kNoNode || seen == node.source) continue;
      if (node.source == kNoNode)
        return NullRead(n, seen, {{seen, before[n], Reason::kRead, kNoNode}, Session(before[n], n)});
      graph.Add({seen, node.source, Reason::kSeen, n});
    }
  }
  Refutation refutation{graph.Cycle(), kNoNode, kNoNode, {}};
  if (refutation.cycle.empty()) return std::nullopt;
  for (const Edge& edge : refutation.cycle) {
    refutation.ways.push_back({edge.from, before[edge.because], Reason::kRead, kNoNode});
    refutation.ways.push_back(Session(before[edge.because], edge.because));
  }
  return refutation;
}

std::optional<Refutation> RefuteMonotonicWrites(const Relations& relations) {
  return Beginnings(relations, false).Refute();
}

std::optional<Refutation> RefuteWritesFollowReads(const Relations& relations) {
  return ReadBeginnings(relations).Refute();
}

std::optional<Refutation> RefutePram(const Relations& relations) { return Beginnings(relations, true).Refute(); }

}  // namespace consistency
