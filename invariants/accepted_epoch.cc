// Accepted epoch: a node's current epoch is one that it has accepted, also as its disk has them after a crash
// (ZOOKEEPER-2307). Else it could promise an older epoch than the one its history is of.
#include <map>

#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct AcceptedEpoch {
  std::map<core::NodeId, core::Epoch> accepted;

  Ruling On(core::NodeId node, const facts::EpochEntered& f) {
    accepted[node] = f.epoch;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::CurrentEpochSet& f) {
    if (f.epoch <= accepted[node]) return Ruling::Fine();
    return Ruling::Broken("the current epoch of " + core::Text(node) + " is " + core::Text(f.epoch) +
                          ", it has accepted " + core::Text(accepted[node]));
  }
};

void Accepted(Story& story) {
  story(0, facts::EpochEntered{{2}});
  story(0, facts::CurrentEpochSet{{1}, std::nullopt});
  story(0, facts::CurrentEpochSet{{2}, core::NodeId{1}});
}
void Rejected(Story& story) {
  story(0, facts::EpochEntered{{1}});
  story(0, facts::CurrentEpochSet{{2}, core::NodeId{1}});
}
REGISTER_INVARIANT("accepted-epoch", AcceptedEpoch, "a node's current epoch is at most the one it has accepted",
                   "ZOOKEEPER-2307; Medeiros, ZooKeeper's atomic broadcast protocol, §3", facts::EpochEntered,
                   facts::CurrentEpochSet);

}  // namespace
}  // namespace invariants
