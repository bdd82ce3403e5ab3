// Applied in order: a node applies one entry after the other, from the beginning or from a snapshot,
// and none before it knows that it is committed.
#include <algorithm>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct AppliedInOrder {
  struct Progress {  // in this boot
    core::Index applied;
    core::Index committed;
  };
  ByNode<Progress> nodes;

  Ruling On(core::NodeId node, const facts::EntryApplied& f) {
    Progress& progress = nodes[node];
    if (f.index != progress.applied + 1) {
      return Ruling::Broken(core::Text(node) + " applied " + core::Text(f.index) + " right after " +
                            core::Text(progress.applied));
    }
    if (f.index > progress.committed) {
      return Ruling::Broken(core::Text(node) + " applied " + core::Text(f.index) + ", committed up to " +
                            core::Text(progress.committed));
    }
    progress.applied = f.index;
    return Ruling::Fine();
  }
  Ruling On(core::NodeId node, const facts::Committed& f) {
    core::Index& committed = nodes[node].committed;
    committed = std::max(committed, f.index);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::SnapshotRestored& f) {
    nodes[node] = {f.index, f.index};
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::Crashed&) {
    nodes[node] = {};
    return Ruling::Noted();
  }
};

void Accepted(Story& story) {
  story(1, facts::Committed{{1}, {1}});
  story(1, facts::EntryApplied{{1}, {1}, {}});
  story(1, facts::SnapshotRestored{{5}, {1}, {}});
  story(1, facts::Committed{{6}, {1}});
  story(1, facts::EntryApplied{{6}, {1}, {}});
}
void Rejected(Story& story) {
  story(1, facts::Committed{{3}, {1}});
  story(1, facts::EntryApplied{{1}, {1}, {}});
  story(1, facts::EntryApplied{{3}, {1}, {}});
}
REGISTER_INVARIANT("applied-in-order", AppliedInOrder,
                   "a node applies committed entries only, each right after the one before it",
                   "Raft, Figure 2, lastApplied; Schneider, The State Machine Approach, §2", facts::EntryApplied,
                   facts::Committed, facts::SnapshotRestored, facts::Crashed);

}  // namespace
}  // namespace invariants
