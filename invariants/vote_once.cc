// A node votes at most once in an epoch, restarts included: votes are facts
// only once they are on disk. Fires long before two leaders meet.
#include <map>

#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct VoteOnce {
  std::map<core::NodeId, facts::VoteCast> last;  // by voter; epochs only rise

  Ruling On(core::NodeId node, const facts::VoteCast& f) {
    const auto [at, first] = last.try_emplace(node, f);
    const facts::VoteCast before = at->second;
    at->second = f;
    if (first || f.epoch > before.epoch) return Ruling::Fine();
    if (f.epoch == before.epoch && f.candidate == before.candidate) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " voted for " + core::Text(before.candidate) + " in " +
                          core::Text(before.epoch) + " and then for " + core::Text(f.candidate) + " in " +
                          core::Text(f.epoch));
  }
};

void Accepted(Story& story) {
  story(1, facts::VoteCast{{1}, core::NodeId{2}});
  story(1, facts::VoteCast{{2}, core::NodeId{3}});
}
void Rejected(Story& story) {
  story(1, facts::VoteCast{{2}, core::NodeId{2}});
  story(1, facts::Crashed{});
  story(1, facts::VoteCast{{2}, core::NodeId{3}});
}
REGISTER_INVARIANT("vote-once", VoteOnce, "a node votes at most once in an epoch, restarts included",
                   "Raft, Figure 2, RequestVote RPC 2", facts::VoteCast);

}  // namespace
}  // namespace invariants
