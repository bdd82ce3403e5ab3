// Match soundness: a follower's durable log agrees with its leader's up to the
// match index that the leader counts on.
//
// A ghost of the protocol: nobody in it can check this, the simulator can. It
// catches wrong acknowledgements long before they cost a client anything. A
// follower that has moved on to a later epoch owes the old leader nothing.
#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct MatchSoundness {
  ByNode<core::Epoch> epochs;

  Ruling On(core::NodeId node, const facts::EpochEntered& f) {
    epochs[node] = f.epoch;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId leader, const facts::MatchAdvanced& f, const LogViews& logs) {
    if (epochs[f.follower] > f.epoch) return Ruling::Noted();
    const LogView& ours = logs[leader];
    const LogView& theirs = logs[f.follower];
    if (f.match.value <= ours.size() && theirs.Holds(f.match, ours.ChainAt(f.match))) return Ruling::Fine();
    return Ruling::Broken(
        core::Text(leader) + ", leader of " + core::Text(f.epoch) + ", counts on " + core::Text(f.follower) +
        " up to " + core::Text(f.match) + "; its durable log " +
        (theirs.size() < f.match.value ? "ends at " + core::Text(core::Index{theirs.size()}) : std::string("differs")));
  }
};

void Accepted(Story& story) {
  for (std::uint32_t node : {1u, 2u}) story(node, facts::EntryAppended{{1}, {1}, {7, 7}});
  story(1, facts::MatchAdvanced{core::NodeId{2}, {1}, {1}, {2}});
}
void Rejected(Story& story) {
  story(1, facts::EntryAppended{{1}, {1}, {7, 7}});
  story(1, facts::MatchAdvanced{core::NodeId{2}, {1}, {1}, {2}});
}
REGISTER_INVARIANT("match-soundness", MatchSoundness,
                   "a follower's durable log agrees with its leader's up to the match index",
                   "Raft, Figure 2, matchIndex", facts::EpochEntered, facts::MatchAdvanced);

}  // namespace
}  // namespace invariants
