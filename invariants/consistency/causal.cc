#include "invariants/consistency/causal.h"

#include "invariants/consistency/saturation.h"

namespace consistency {
namespace {

void Append(const std::vector<Edge>& more, std::vector<Edge>& edges) {
  edges.insert(edges.end(), more.begin(), more.end());
}

// Causality, once its graph is known to have no cycle.
class Causality {
 public:
  explicit Causality(const Relations& relations)
      : relations_(relations), graph_(CausalGraph(relations)), order_(graph_.Order()) {
    if (order_.size() < relations.nodes.size()) refutation_ = Refutation{graph_.Cycle(), kNoNode, kNoNode, {}};
  }

  const Graph& graph() const { return graph_; }
  const std::vector<NodeId>& order() const { return order_; }
  const std::optional<Refutation>& refutation() const { return refutation_; }

  // Calls `f(write, read)` with the last writes of the read's key before it, of each chain, but for the one it read;
  // until that answers false. Also refutes what is wrong under every causal consistency.
  template <class F>
  void ForEachSeen(F&& f) {
    const Clocks clocks = CausalClocks(relations_, order_);
    const LastOf writes(relations_, [](const Node& node) { return node.is_write; });
    for (NodeId read = 0; read < relations_.nodes.size() && !refutation_; ++read) {
      const Node& node = relations_.nodes[read];
      if (node.is_write) continue;
      writes.ForEach(node.key, clocks.of(read), [&](NodeId write) {
        if (refutation_ || write == node.source) return;
        if (node.source == kNoNode) {
          refutation_ = Refutation{{}, read, write, graph_.Way(write, read)};
        } else if (clocks.Precedes(relations_.nodes[node.source], write)) {
          Refutation stale{graph_.Way(node.source, write), kNoNode, kNoNode, graph_.Way(write, read)};
          stale.cycle.push_back({write, node.source, Reason::kSeen, read});
          refutation_ = std::move(stale);
        } else if (!clocks.Precedes(relations_.nodes[write], node.source)) {
          f(write, read);
        }
      });
    }
  }

 private:
  const Relations& relations_;
  const Graph graph_;
  const std::vector<NodeId> order_;
  std::optional<Refutation> refutation_;
};

}  // namespace

std::optional<Refutation> RefuteCausal(const Relations& relations) {
  Causality causality(relations);
  if (!causality.refutation()) causality.ForEachSeen([](NodeId, NodeId) {});
  return causality.refutation();
}

// One order of the writes for all: what a read may not have missed comes before what it returned.
std::optional<Refutation> RefuteCausalConvergence(const Relations& relations) {
  Causality causality(relations);
  if (causality.refutation()) return causality.refutation();
  Graph graph = causality.graph();
  causality.ForEachSeen([&](NodeId write, NodeId read) {
    graph.Add({write, relations.nodes[read].source, Reason::kSeen, read});
  });
  if (causality.refutation()) return causality.refutation();
  Refutation refutation{graph.Cycle(), kNoNode, kNoNode, {}};
  if (refutation.cycle.empty()) return std::nullopt;
  for (const Edge& edge : refutation.cycle) {
    if (edge.reason == Reason::kSeen) Append(causality.graph().Way(edge.from, edge.because), refutation.ways);
  }
  return refutation;
}

// An order for each process, in which its own reads are right; theirs may differ.
std::optional<Refutation> RefuteCausalMemory(const Relations& relations) {
  Causality causality(relations);
  if (causality.refutation()) return causality.refutation();
  std::vector<bool> implies(relations.chains.size(), false);
  causality.ForEachSeen([&](NodeId, NodeId read) { implies[relations.nodes[read].chain] = true; });
  if (causality.refutation()) return causality.refutation();
  std::optional<Saturation> saturation;
  for (std::uint32_t chain = 0; chain < relations.chains.size(); ++chain) {
    if (!implies[chain]) continue;
    if (!saturation) saturation.emplace(relations, causality.order());
    if (!saturation->SeenBy(chain)) return saturation->refutation();
    saturation->Reset();
  }
  return std::nullopt;
}

}  // namespace consistency
