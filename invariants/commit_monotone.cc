// Commit monotone: while a node is up its commit index only grows, and no snapshot of its own is ahead of it.
//
// After a crash a node knows less, so it may begin anew, with what a snapshot says.
#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct CommitMonotone {
  ByNode<core::Index> committed;  // in this boot

  Ruling On(core::NodeId node, const facts::Committed& f) { return GoOn(node, f.index, "committed"); }
  // What a snapshot stands for is committed.
  Ruling On(core::NodeId node, const facts::SnapshotRestored& f) { return GoOn(node, f.index, "went back to"); }
  Ruling On(core::NodeId node, const facts::SnapshotTaken& f) {
    if (f.index <= committed[node]) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " took a snapshot of " + core::Text(f.index) + ", committed up to " +
                          core::Text(committed[node]));
  }
  Ruling On(core::NodeId node, const facts::Crashed&) {
    committed[node] = {};
    return Ruling::Noted();
  }

 private:
  Ruling GoOn(core::NodeId node, core::Index to, const char* did) {
    core::Index& before = committed[node];
    if (to < before) {
      return Ruling::Broken(core::Text(node) + " " + did + " " + core::Text(to) + " after it had committed up to " +
                            core::Text(before));
    }
    before = to;
    return Ruling::Fine();
  }
};

void Accepted(Story& story) {
  story(1, facts::Committed{{3}, {1}});
  story(1, facts::SnapshotTaken{{2}, {1}, {}});
  story(1, facts::Crashed{});
  story(1, facts::SnapshotRestored{{2}, {1}, {}});
}
void Rejected(Story& story) {
  story(1, facts::Committed{{3}, {1}});
  story(1, facts::Committed{{2}, {1}});
}
REGISTER_INVARIANT("commit-monotone", CommitMonotone,
                   "while a node is up its commit index only grows, and no snapshot is ahead of it",
                   "Raft, Figure 2, commitIndex, and §7", facts::Committed, facts::SnapshotTaken,
                   facts::SnapshotRestored, facts::Crashed);

}  // namespace
}  // namespace invariants
