// Global primary order: who delivers transactions of two primaries delivers those of the earlier one first.
#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct GlobalPrimaryOrder {
  ByNode<core::Epoch> last;  // of what each node has delivered since it started

  Ruling On(core::NodeId node, const facts::TransactionDelivered& f) {
    core::Epoch& before = last[node];
    if (f.epoch < before) {
      return Ruling::Broken(core::Text(node) + " delivers a transaction of " + core::Text(f.epoch) + " at " +
                            core::Text(f.index) + ", after one of " + core::Text(before));
    }
    const bool two = before > core::Epoch{} && f.epoch > before;
    before = f.epoch;
    return two ? Ruling::Fine() : Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::SnapshotRestored& f) {
    last[node] = f.epoch;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::Crashed&) {
    last[node] = {};
    return Ruling::Noted();
  }
};

void Accepted(Story& story) {
  story(0, facts::TransactionDelivered{{1}, 1, {1}, {}});
  story(0, facts::TransactionDelivered{{3}, 1, {2}, {}});
  story(0, facts::Crashed{});
  story(0, facts::TransactionDelivered{{1}, 1, {1}, {}});
}
void Rejected(Story& story) {
  story(0, facts::SnapshotRestored{{2}, {3}, {}});
  story(0, facts::TransactionDelivered{{1}, 1, {3}, {}});
}
REGISTER_INVARIANT("global-primary-order", GlobalPrimaryOrder,
                   "of two primaries' transactions the earlier one's are delivered first",
                   "Zab (Junqueira, Reed & Serafini), §III, Global primary order", facts::TransactionDelivered,
                   facts::SnapshotRestored, facts::Crashed);

}  // namespace
}  // namespace invariants
