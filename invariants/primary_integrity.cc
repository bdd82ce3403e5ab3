// Primary integrity: before a primary broadcasts, it has delivered all transactions of earlier epochs that
// anybody ever delivers. What it broadcasts rests on them.
//
// Judged when it begins, against what has been delivered by then, and again when something of an
// earlier epoch is delivered further on than the primary had come.
#include <map>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct PrimaryIntegrity {
  struct Reign {
    core::NodeId primary{};
    core::Index delivered;  // by it, before its first broadcast
  };
  std::map<core::Epoch, Reign> reigns;
  ByNode<core::Index> delivered;                // by each node since it started
  std::map<core::Epoch, core::Index> furthest;  // by anybody, of this epoch

  Ruling On(core::NodeId node, const facts::TransactionBroadcast& f) {
    const auto [reign, first] = reigns.try_emplace(f.epoch, Reign{node, delivered[node]});
    if (!first) return Ruling::Noted();
    for (auto earlier = furthest.begin(); earlier != furthest.end() && earlier->first < f.epoch; ++earlier) {
      if (earlier->second > reign->second.delivered) return Broken(*reign, earlier->first, earlier->second);
    }
    return furthest.empty() ? Ruling::Noted() : Ruling::Fine();
  }
  Ruling On(core::NodeId node, const facts::TransactionDelivered& f) {
    delivered[node] = f.index;
    core::Index& known = furthest[f.epoch];
    if (f.index <= known) return Ruling::Noted();
    known = f.index;
    const auto later = reigns.upper_bound(f.epoch);
    for (auto reign = later; reign != reigns.end(); ++reign) {
      if (f.index > reign->second.delivered) return Broken(*reign, f.epoch, f.index);
    }
    return later == reigns.end() ? Ruling::Noted() : Ruling::Fine();
  }
  Ruling On(core::NodeId node, const facts::SnapshotRestored& f) {
    delivered[node] = f.index;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::Crashed&) {
    delivered[node] = {};
    return Ruling::Noted();
  }

 private:
  static Ruling Broken(const std::pair<const core::Epoch, Reign>& reign, core::Epoch earlier, core::Index index) {
    return Ruling::Broken(core::Text(reign.second.primary) + " broadcast in " + core::Text(reign.first) +
                          " when it had delivered up to " + core::Text(reign.second.delivered) + "; " +
                          core::Text(index) + " of " + core::Text(earlier) + " is delivered elsewhere");
  }
};

void Accepted(Story& story) {
  story(0, facts::TransactionDelivered{{1}, 1, {1}, {}});
  story(1, facts::TransactionDelivered{{1}, 1, {1}, {}});
  story(1, facts::TransactionBroadcast{{2}, 1, {2}, {}});
}
void Rejected(Story& story) {
  story(1, facts::TransactionBroadcast{{2}, 1, {1}, {}});
  story(0, facts::TransactionDelivered{{1}, 1, {1}, {}});
}
REGISTER_INVARIANT("primary-integrity", PrimaryIntegrity,
                   "before it broadcasts, a primary has delivered all of earlier epochs that is ever delivered",
                   "Zab (Junqueira, Reed & Serafini), §III, Primary integrity", facts::TransactionBroadcast,
                   facts::TransactionDelivered, facts::SnapshotRestored, facts::Crashed);

}  // namespace
}  // namespace invariants
