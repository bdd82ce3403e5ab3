// Local primary order: who delivers a transaction has delivered before it all that its primary broadcast
// before it, of all pairs. (In ZooKeeper's TLA+ specification the formula is an existence and holds of
// anything.)
//
// A primary counts its transactions from 1 (zxid-unique), so it is enough to look at the one before. A
// snapshot stands for what it holds, of which somebody has delivered the last.
#include <utility>

#include "invariants/by_index.h"
#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct Zxid {
  core::Epoch epoch;
  std::uint64_t counter{};
};

struct LocalPrimaryOrder {
  ByNode<Zxid> last;        // delivered by each node since it started
  ByIndex<Zxid> delivered;  // by whoever was last; index i is at i - 1

  Ruling On(core::NodeId node, const facts::TransactionDelivered& f) {
    delivered.At(f.index.value - 1) = {f.epoch, f.counter};
    Zxid& before = last[node];
    const std::uint64_t expected = before.epoch == f.epoch ? before.counter + 1 : 1;
    const Zxid old = std::exchange(before, {f.epoch, f.counter});
    if (f.counter == expected) return expected > 1 ? Ruling::Fine() : Ruling::Noted();
    return Ruling::Broken(core::Text(node) + " delivers transaction " + std::to_string(f.counter) + " of " +
                          core::Text(f.epoch) + " after " + std::to_string(old.counter) + " of " +
                          core::Text(old.epoch));
  }
  Ruling On(core::NodeId node, const facts::SnapshotRestored& f) {
    last[node] = f.index.value >= 1 && f.index.value <= delivered.size() ? delivered[f.index.value - 1] : Zxid{};
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::Crashed&) {
    last[node] = {};
    return Ruling::Noted();
  }
};

void Accepted(Story& story) {
  for (std::uint64_t i = 1; i <= 3; ++i) story(0, facts::TransactionDelivered{{1}, i, {i}, {}});
  story(0, facts::TransactionDelivered{{3}, 1, {4}, {}});
  story(0, facts::Crashed{});
  story(0, facts::SnapshotRestored{{2}, {1}, {}});
  story(0, facts::TransactionDelivered{{1}, 3, {3}, {}});
}
void Rejected(Story& story) {
  story(0, facts::TransactionDelivered{{1}, 1, {1}, {}});
  story(0, facts::TransactionDelivered{{1}, 3, {2}, {}});
}
REGISTER_INVARIANT("local-primary-order", LocalPrimaryOrder,
                   "who delivers a transaction has delivered all that its primary broadcast before it",
                   "Zab (Junqueira, Reed & Serafini), §III, Local primary order", facts::TransactionDelivered,
                   facts::SnapshotRestored, facts::Crashed);

}  // namespace
}  // namespace invariants
