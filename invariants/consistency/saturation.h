// Saturation: an order that grows until it holds all that its reads imply.
//
// It begins as causality, so ∪ rf. Where a write v lies before a read that returned the value of
// another write w of that key, v must lie before w; that may put more writes before other reads,
// and so on until nothing changes or something lies before itself. New edges are followed only as
// far as they change what lies before a node.
#pragma once

#include <functional>
#include <optional>
#include <queue>
#include <vector>

#include "invariants/consistency/refutation.h"
#include "invariants/consistency/relations.h"

namespace consistency {

class Saturation {
 public:
  // `order` is that of CausalGraph and complete.
  Saturation(const Relations& relations, const std::vector<NodeId>& order);

  // As one process sees it: only the reads of `chain` imply anything. True: no contradiction.
  bool SeenBy(std::uint32_t chain);
  // Back to causality.
  void Reset();

  // As in one order of all operations: every read implies, and also that it comes before any write
  // that lies behind the write it read, on its key (so nobody overwrote it first).
  bool InOneOrder();

  const Clocks& clocks() const { return clocks_; }
  // Of the contradiction.
  Refutation refutation() const;

 private:
  bool Settle();
  bool LookAtRead(NodeId read);
  bool LookAtWrite(NodeId write);
  bool Require(const Edge& edge);
  bool Join(NodeId into, NodeId from);
  bool FollowChanges();
  void Touch(NodeId n);
  void MarkDirty(NodeId n);
  Graph Known(std::size_t count) const;
  std::size_t PlaceOf(const Edge& edge) const;

  const Relations& relations_;
  const Graph causal_;
  const Clocks base_;
  Clocks clocks_;
  const LastOf writes_;
  std::vector<std::vector<NodeId>> after_;          // successors in causality
  std::vector<std::vector<NodeId>> implied_after_;  // and by new edges
  std::vector<std::vector<NodeId>> last_readers_;   // of a write: its last read in each chain
  std::vector<Edge> implied_;
  std::vector<NodeId> touched_;  // whose clock is not that of base_
  std::vector<bool> is_touched_, is_dirty_, is_changed_;
  std::vector<NodeId> dirty_;                                                 // to be looked at (again)
  std::priority_queue<NodeId, std::vector<NodeId>, std::greater<>> changed_;  // whose successors are to be visited
  std::optional<std::uint32_t> only_;                                         // the chain whose reads count
  Refutation null_;                                                           // a read of null with a write before it
};

}  // namespace consistency
