// Leadership: all who ever made their history that of an epoch's primary took it from one and the
// same leader. This is Leadership1 and Leadership2 of ZooKeeper's TLA+ specification in one: the latter is of
// all time, and says the former of each moment. Election safety is weaker: it hears of a leader only
// when it broadcasts, this of one that synchronises.
#include <map>

#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct Leadership {
  std::map<core::Epoch, core::NodeId> leaders;

  Ruling On(core::NodeId node, const facts::CurrentEpochSet& f) {
    if (!f.leader) return Ruling::Noted();  // from disk: it was judged when it came there
    const auto [at, first] = leaders.try_emplace(f.epoch, *f.leader);
    if (first || at->second == *f.leader) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " has synchronised with " + core::Text(*f.leader) + " in " +
                          core::Text(f.epoch) + ", which is the epoch of " + core::Text(at->second));
  }
};

void Accepted(Story& story) {
  story(0, facts::CurrentEpochSet{{1}, core::NodeId{0}});
  story(1, facts::CurrentEpochSet{{1}, core::NodeId{0}});
  story(1, facts::CurrentEpochSet{{2}, core::NodeId{1}});
}
void Rejected(Story& story) {
  story(0, facts::CurrentEpochSet{{1}, core::NodeId{0}});
  story(2, facts::CurrentEpochSet{{1}, core::NodeId{1}});
}
REGISTER_INVARIANT("leadership", Leadership, "all who synchronise in an epoch do so with the same leader",
                   "ZooKeeper's TLA+ specification, Leadership1 and Leadership2", facts::CurrentEpochSet);

}  // namespace
}  // namespace invariants
