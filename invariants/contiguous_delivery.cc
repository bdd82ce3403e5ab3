// Contiguous delivery: a node executes the log entry by entry, from the first or from what a snapshot
// stands for, and leaves none out. With state machine safety: what two nodes have executed, one of them has
// the beginning of the other's.
#include <map>

#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct ContiguousDelivery {
  std::map<core::NodeId, core::Index> applied;  // by each node since it started

  Ruling On(core::NodeId node, const facts::EntryApplied& f) {
    const core::Index before = std::exchange(applied[node], f.index);
    if (f.index == before + 1) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " has applied " + core::Text(f.index) + " after " + core::Text(before));
  }
  Ruling On(core::NodeId node, const facts::SnapshotRestored& f) {
    applied[node] = f.index;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::Crashed&) {
    applied.erase(node);
    return Ruling::Noted();
  }
};

void Accepted(Story& story) {
  story(0, facts::EntryApplied{{1}, {1}, {}});
  story(0, facts::SnapshotRestored{{5}, {1}, {}});
  story(0, facts::EntryApplied{{6}, {2}, {}});
  story(0, facts::Crashed{});
  story(0, facts::EntryApplied{{1}, {1}, {}});
}
void Rejected(Story& story) {
  story(0, facts::EntryApplied{{1}, {1}, {}});
  story(0, facts::EntryApplied{{3}, {1}, {}});
}
REGISTER_INVARIANT("contiguous-delivery", ContiguousDelivery, "a node applies the log entry by entry and leaves none out",
                   "Zab (Junqueira, Reed & Serafini), §III, Total order; ZooKeeper's TLA+ specification, PrefixConsistency",
                   facts::EntryApplied, facts::SnapshotRestored, facts::Crashed);

}  // namespace
}  // namespace invariants
