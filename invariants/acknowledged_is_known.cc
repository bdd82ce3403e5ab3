// Acknowledged is known: when a client is told that its update is safe, as many nodes as it is told have it on disk,
// the one that says so among them. So it outlives as many failures as one less.
#include <set>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "invariants/updates.h"

namespace invariants {
namespace {

struct AcknowledgedIsKnown {
  ByNode<std::set<facts::UpdateName>> known;

  Ruling On(core::NodeId node, const facts::UpdatesRecovered&) {
    known[node].clear();
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::UpdateKnown& f) {
    known[node].insert(f.name);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::UpdateAcknowledged& f) {
    if (known[node].count(f.name) == 0) {
      return Ruling::Broken(core::Text(node) + " calls " + Name(f.name) + " safe and does not have it itself");
    }
    std::uint32_t holders = 0;
    for (const std::set<facts::UpdateName>& names : known.values) holders += names.count(f.name) > 0;
    if (holders >= f.holders) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " calls " + Name(f.name) + " safe on " + std::to_string(f.holders) +
                          " disks, and it is on " + std::to_string(holders));
  }
};

constexpr facts::UpdateName kOne{core::NodeId{0}, 1};
void Accepted(Story& story) {
  story(0, facts::UpdateKnown{kOne});
  story(2, facts::UpdateKnown{kOne});
  story(0, facts::UpdateAcknowledged{kOne, 2});
}
void Rejected(Story& story) {
  story(0, facts::UpdateKnown{kOne});
  story(2, facts::UpdateKnown{kOne});
  story(2, facts::UpdatesRecovered{});
  story(0, facts::UpdateAcknowledged{kOne, 2});
}
REGISTER_INVARIANT("acknowledged-is-known", AcknowledgedIsKnown,
                   "what a client is told is safe is on the disks of as many nodes as it is told",
                   "DeCandia et al., Dynamo, §4.5 (W)", facts::UpdatesRecovered, facts::UpdateKnown,
                   facts::UpdateAcknowledged);

}  // namespace
}  // namespace invariants
