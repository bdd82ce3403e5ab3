// Election safety: at most one leader is elected in an epoch. Two leaders at
// the same time are fine as long as their epochs differ.
#include <map>

#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct ElectionSafety {
  std::map<core::Epoch, core::NodeId> leaders;  // ever elected

  Ruling On(core::NodeId node, const facts::LeaderElected& f) {
    const auto [at, first] = leaders.try_emplace(f.epoch, node);
    if (first || at->second == node) return Ruling::Fine();
    return Ruling::Broken(core::Text(at->second) + " and " + core::Text(node) + " were both elected in " +
                          core::Text(f.epoch));
  }
};

void Accepted(Story& story) {
  story(1, facts::LeaderElected{{1}});
  story(2, facts::LeaderElected{{2}});
}
void Rejected(Story& story) {
  story(1, facts::LeaderElected{{2}});
  story(3, facts::LeaderElected{{2}});
}
REGISTER_INVARIANT("election-safety", ElectionSafety, "at most one leader is elected in an epoch", "Raft, Figure 3",
                   facts::LeaderElected);

}  // namespace
}  // namespace invariants
