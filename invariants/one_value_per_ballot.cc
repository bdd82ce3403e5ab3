// One value per ballot: whatever is proposed or accepted in a slot in one ballot is one value, restarts of
// the proposer included. OneValuePerBallot and OneVote of Lamport's Voting.tla; the first implies the second.
//
// An acceptance may be heard of before its proposal, so the first of either says what the value is.
#include <vector>

#include "invariants/by_slot.h"
#include "invariants/invariant.h"
#include "protocols/core/pool.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct NamedValue {
  core::Epoch ballot;
  core::Fingerprint value;
  core::NodeId node{};  // who named it first
};

struct OneValuePerBallot {
  std::vector<core::List<NamedValue>> by_slot;

  Ruling On(core::NodeId node, const facts::ValueProposed& f) { return Judge(node, f.ballot, f.slot, f.value); }
  Ruling On(core::NodeId node, const facts::ValueAccepted& f) { return Judge(node, f.ballot, f.slot, f.value); }
  Ruling On(core::NodeId node, const facts::ValueRecovered& f) {
    return f.ballot == core::Epoch{} ? Ruling::Noted() : Judge(node, f.ballot, f.slot, f.value);
  }

 private:
  Ruling Judge(core::NodeId node, core::Epoch ballot, core::Index slot, const core::Fingerprint& value) {
    core::List<NamedValue>& named = AtSlot(by_slot, slot);
    for (auto known = named.rbegin(); known != named.rend(); ++known) {
      if (known->ballot != ballot) continue;
      if (known->value == value) return Ruling::Fine();
      return Ruling::Broken("in slot " + core::Text(slot) + " and ballot " + core::Text(ballot) + ", " +
                            core::Text(known->node) + " named one value and " + core::Text(node) + " another");
    }
    named.push_back({ballot, value, node});
    return Ruling::Noted();
  }
};

void Accepted(Story& story) {
  story(1, facts::ValueProposed{{3}, {1}, {7, 7}});
  story(2, facts::ValueAccepted{{3}, {1}, {7, 7}});
  story(2, facts::ValueProposed{{4}, {1}, {8, 8}});
}
void Rejected(Story& story) {
  story(1, facts::ValueProposed{{3}, {1}, {7, 7}});
  story(1, facts::Crashed{});
  story(1, facts::ValueProposed{{3}, {1}, {8, 8}});
}
REGISTER_INVARIANT("one-value-per-ballot", OneValuePerBallot,
                   "in a slot and a ballot one value is proposed and accepted, restarts included",
                   "Lamport, Voting.tla (OneValuePerBallot, OneVote)", facts::ValueProposed, facts::ValueAccepted,
                   facts::ValueRecovered);

}  // namespace
}  // namespace invariants
