// Promises are kept: what an acceptor has promised never decreases, restarts included, and it accepts only in the
// ballot that it has promised last. (Accepting in a higher one promises that one.)
#include <vector>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct PromisesKept {
  ByNode<core::Epoch> promised;

  Ruling On(core::NodeId node, const facts::BallotPromised& f) {
    core::Epoch& highest = promised[node];
    if (f.ballot < highest) {
      return Ruling::Broken(core::Text(node) + " promised " + core::Text(f.ballot) + " after " + core::Text(highest));
    }
    highest = f.ballot;
    return Ruling::Fine();
  }
  Ruling On(core::NodeId node, const facts::ValueAccepted& f) {
    const core::Epoch last = promised[node];
    if (f.ballot == last) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " accepted in slot " + core::Text(f.slot) + " and ballot " +
                          core::Text(f.ballot) + "; its last promise is " + core::Text(last));
  }
};

void Accepted(Story& story) {
  story(1, facts::BallotPromised{{3}});
  story(1, facts::ValueAccepted{{3}, {1}, {7, 7}});
  story(1, facts::BallotPromised{{4}});
}
void Rejected(Story& story) {
  story(1, facts::BallotPromised{{4}});
  story(1, facts::Crashed{});
  story(1, facts::ValueAccepted{{3}, {1}, {7, 7}});
}
REGISTER_INVARIANT("promises-kept", PromisesKept,
                   "an acceptor's promises only rise, restarts included, and it accepts in the last one only",
                   "Lamport, Paxos Made Simple, P1a; Voting.tla (maxBal)", facts::BallotPromised, facts::ValueAccepted);

}  // namespace
}  // namespace invariants
