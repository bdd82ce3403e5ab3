// Match monotone: in one reign, what a leader counts on a follower to have only grows, and what it
// sends next comes after that.
//
// An answer that comes late tells of less than is known. A leader that believes it sends again what
// was acknowledged, or forgets what it has committed by; one that sends nothing new stands still.
#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct MatchMonotone {
  struct Count {
    core::Epoch epoch;
    core::Index match;
  };
  ByNode<ByNode<Count>> counts;  // by leader, then by follower

  Ruling On(core::NodeId leader, const facts::MatchAdvanced& f) {
    if (f.next <= f.match) {
      return Ruling::Broken(core::Text(leader) + " sends " + core::Text(f.follower) + " " + core::Text(f.next) +
                            " next, which has everything up to " + core::Text(f.match));
    }
    Count& count = counts[leader][f.follower];
    if (count.epoch == f.epoch && f.match < count.match) {
      return Ruling::Broken(core::Text(leader) + ", leader of " + core::Text(f.epoch) + ", counts on " +
                            core::Text(f.follower) + " up to " + core::Text(f.match) + " only, after " +
                            core::Text(count.match));
    }
    count = {f.epoch, f.match};
    return Ruling::Fine();
  }
};

facts::MatchAdvanced Match(std::uint64_t match, std::uint64_t epoch, std::uint64_t next) {
  return {core::NodeId{2}, {match}, {epoch}, {next}};
}

void Accepted(Story& story) {
  story(1, Match(2, 1, 3));
  story(1, Match(3, 1, 9));
  story(1, Match(1, 2, 2));
}
void Rejected(Story& story) { story(1, Match(2, 1, 2)); }
REGISTER_INVARIANT("match-monotone", MatchMonotone,
                   "in one reign a leader's match index of a follower only grows, and its next index is above it",
                   "Raft, Figure 2, nextIndex and matchIndex", facts::MatchAdvanced);

}  // namespace
}  // namespace invariants
