#include "invariants/consistency/saturation.h"

#include <algorithm>
#include <deque>
#include <set>

namespace consistency {

Saturation::Saturation(const Relations& relations, const std::vector<NodeId>& order)
    : relations_(relations),
      causal_(CausalGraph(relations)),
      base_(CausalClocks(relations, order)),
      clocks_(base_),
      writes_(relations, [](const Node& node) { return node.is_write; }),
      after_(relations.nodes.size()),
      implied_after_(relations.nodes.size()),
      last_readers_(relations.nodes.size()),
      is_touched_(relations.nodes.size(), false),
      is_dirty_(relations.nodes.size(), false),
      is_changed_(relations.nodes.size(), false) {
  for (const Edge& edge : causal_.edges()) after_[edge.from].push_back(edge.to);
  for (const std::vector<NodeId>& chain : relations.chains) {
    for (const NodeId n : chain) {
      const NodeId source = relations.nodes[n].source;
      if (source == kNoNode) continue;
      std::vector<NodeId>& readers = last_readers_[source];
      if (!readers.empty() && relations.nodes[readers.back()].chain == relations.nodes[n].chain) readers.pop_back();
      readers.push_back(n);
    }
  }
}

bool Saturation::SeenBy(std::uint32_t chain) {
  only_ = chain;
  for (const NodeId n : relations_.chains[chain]) MarkDirty(n);
  return Settle();
}

bool Saturation::InOneOrder() {
  only_.reset();
  for (NodeId n = 0; n < relations_.nodes.size(); ++n) MarkDirty(n);
  return Settle();
}

void Saturation::Reset() {
  for (const NodeId n : touched_) {
    std::copy(base_.of(n), base_.of(n) + base_.chains(), clocks_.of(n));
    is_touched_[n] = false;
  }
  touched_.clear();
  for (const Edge& edge : implied_) implied_after_[edge.from].clear();
  implied_.clear();
  for (const NodeId n : dirty_) is_dirty_[n] = false;
  dirty_.clear();
  for (; !changed_.empty(); changed_.pop()) is_changed_[changed_.top()] = false;
}

void Saturation::MarkDirty(NodeId n) {
  if (is_dirty_[n]) return;
  if (only_ && (relations_.nodes[n].chain != *only_ || relations_.nodes[n].is_write)) return;
  is_dirty_[n] = true;
  dirty_.push_back(n);
}

// In rounds: all that is to be looked at first, then all that changed, so that a node is visited once a round
// however many edges change it.
bool Saturation::Settle() {
  while (!dirty_.empty()) {
    const std::vector<NodeId> round = std::exchange(dirty_, {});
    for (const NodeId n : round) is_dirty_[n] = false;
    for (const NodeId n : round) {
      if (!(relations_.nodes[n].is_write ? LookAtWrite(n) : LookAtRead(n))) return false;
    }
    if (!FollowChanges()) return false;
  }
  return true;
}

bool Saturation::LookAtRead(NodeId read) {
  const Node& node = relations_.nodes[read];
  bool fine = true;
  writes_.ForEach(node.key, clocks_.of(read), [&](NodeId write) {
    if (!fine || write == node.source) return;
    if (node.source == kNoNode) {
      null_.null_read = read;
      null_.seen = write;
      fine = false;
    } else {
      fine = Require({write, node.source, Reason::kSeen, read});
    }
  });
  if (only_ || node.source != kNoNode) return fine;
  writes_.ForEachFirst(node.key, [&](NodeId write) {
    fine = fine && Require({read, write, Reason::kMissed, kNoNode});
  });
  return fine;
}

// What lay behind it on its key has been read by then, for the last time.
bool Saturation::LookAtWrite(NodeId write) {
  const Node& node = relations_.nodes[write];
  std::vector<std::uint32_t> before(clocks_.of(write), clocks_.of(write) + clocks_.chains());
  --before[node.chain];
  bool fine = true;
  writes_.ForEach(node.key, before.data(), [&](NodeId replaced) {
    for (const NodeId reader : last_readers_[replaced])
      fine = fine && Require({reader, write, Reason::kMissed, replaced});
  });
  return fine;
}

// False: the edge closes a cycle.
bool Saturation::Require(const Edge& edge) {
  const Node& from = relations_.nodes[edge.from];
  const Node& to = relations_.nodes[edge.to];
  if (clocks_.Precedes(from, edge.to)) return true;
  implied_.push_back(edge);
  implied_after_[edge.from].push_back(edge.to);
  if (clocks_.Precedes(to, edge.from)) return false;
  Join(edge.to, edge.from);
  return true;
}

bool Saturation::Join(NodeId into, NodeId from) {
  Touch(into);
  if (!clocks_.Join(into, from)) return false;
  MarkDirty(into);
  if (!is_changed_[into]) changed_.push(into);
  is_changed_[into] = true;
  return true;
}

// What changed before a node changes before those behind it. The earliest call goes first: causes are mostly
// called before their effects. False: something lies before itself.
bool Saturation::FollowChanges() {
  while (!changed_.empty()) {
    const NodeId n = changed_.top();
    changed_.pop();
    is_changed_[n] = false;
    for (const auto* successors : {&after_[n], &implied_after_[n]}) {
      for (const NodeId next : *successors) {
        const Node& node = relations_.nodes[next];
        if (Join(next, n) && clocks_.of(next)[node.chain] > node.index) return false;
      }
    }
  }
  return true;
}

void Saturation::Touch(NodeId n) {
  if (is_touched_[n]) return;
  is_touched_[n] = true;
  touched_.push_back(n);
}

// An implied edge rests on what was known when it was implied: on the edges before it.
Refutation Saturation::refutation() const {
  Refutation refutation = null_;
  std::deque<std::pair<std::size_t, Edge>> open;  // edges to be explained by the first so many implied ones
  if (null_.null_read != kNoNode) {
    open.push_back({implied_.size(), {null_.seen, null_.seen, Reason::kSeen, null_.null_read}});
  } else {
    refutation.cycle = Known(implied_.size()).Cycle();
    for (const Edge& edge : refutation.cycle) open.push_back({PlaceOf(edge), edge});
  }
  std::set<std::size_t> explained;
  for (; !open.empty(); open.pop_front()) {
    const auto& [known, edge] = open.front();
    if (edge.reason != Reason::kSeen && edge.reason != Reason::kMissed) continue;
    if (!explained.insert(known).second) continue;
    const bool seen = edge.reason == Reason::kSeen;
    if (!seen && edge.because == kNoNode) continue;
    const Graph graph = Known(known);
    for (const Edge& step : seen ? graph.Way(edge.from, edge.because) : graph.Way(edge.because, edge.to)) {
      refutation.ways.push_back(step);
      open.push_back({PlaceOf(step), step});
    }
  }
  return refutation;
}

// Causality and the first `count` implied edges.
Graph Saturation::Known(std::size_t count) const {
  Graph graph = causal_;
  for (std::size_t e = 0; e < count; ++e) graph.Add(implied_[e]);
  return graph;
}

std::size_t Saturation::PlaceOf(const Edge& edge) const {
  const auto same = [&](const Edge& other) { return other.from == edge.from && other.to == edge.to; };
  return static_cast<std::size_t>(std::find_if(implied_.begin(), implied_.end(), same) - implied_.begin());
}

}  // namespace consistency
