// Executed in order: each node applies the log entry by entry, none twice and none left out, from the beginning or from
// what a snapshot says.
#include <vector>

#include "invariants/by_number.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct ExecutedInOrder {
  std::vector<core::Index> applied;  // by each node since it started last

  Ruling On(core::NodeId node, const facts::EntryApplied& f) {
    core::Index& last = AtNode(applied, node);
    if (f.index != last + 1) {
      return Ruling::Broken(core::Text(node) + " applied " + core::Text(f.index) + " after " + core::Text(last));
    }
    last = f.index;
    return Ruling::Fine();
  }
  Ruling On(core::NodeId node, const facts::SnapshotRestored& f) {
    AtNode(applied, node) = f.index;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::Crashed&) {
    AtNode(applied, node) = {};
    return Ruling::Noted();
  }
};

void Accepted(Story& story) {
  story(1, facts::EntryApplied{{1}, {1}, {}});
  story(1, facts::EntryApplied{{2}, {1}, {}});
  story(1, facts::Crashed{});
  story(1, facts::SnapshotRestored{{2}, {1}, {}});
  story(1, facts::EntryApplied{{3}, {1}, {}});
}
void Rejected(Story& story) {
  story(1, facts::EntryApplied{{1}, {1}, {}});
  story(1, facts::EntryApplied{{3}, {1}, {}});
}
REGISTER_INVARIANT("executed-in-order", ExecutedInOrder,
                   "a node applies entry after entry, none twice and none left out",
                   "Schneider, Implementing Fault-Tolerant Services Using the State Machine Approach",
                   facts::EntryApplied, facts::SnapshotRestored, facts::Crashed);

}  // namespace
}  // namespace invariants
