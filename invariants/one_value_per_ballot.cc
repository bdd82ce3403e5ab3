// One value per ballot: whatever is proposed or accepted in a slot in one ballot is one value, restarts of
// the proposer included. OneValuePerBallot and OneVote of Lamport's Voting.tla; the first implies the second.
//
// An acceptance may be heard of before its proposal, so the first of either says what the value is.
#include "invariants/invariant.h"
#include "protocols/core/pool.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct OneValuePerBallot {
  Ruling On(core::NodeId node, const facts::ValueProposed& f, const LogViews& logs) { return Judge(node, f, logs); }
  Ruling On(core::NodeId node, const facts::ValueAccepted& f, const LogViews& logs) { return Judge(node, f, logs); }
  Ruling On(core::NodeId node, const facts::ValueRecovered& f, const LogViews& logs) {
    return f.ballot == core::Epoch{} ? Ruling::Noted() : Judge(node, f, logs);
  }

 private:
  template <class F>
  static Ruling Judge(core::NodeId node, const F& f, const LogViews& logs) {
    const NamedValue* first = nullptr;
    logs.slots().ForEachNamed(f.slot, [&](const NamedValue& named) {
      if (named.ballot == f.ballot) first = &named;
      return first == nullptr;
    });
    if (first->value == f.value) return first->named > 1 ? Ruling::Fine() : Ruling::Noted();
    return Ruling::Broken("in slot " + core::Text(f.slot) + " and ballot " + core::Text(f.ballot) + ", " +
                          core::Text(first->node) + " named one value and " + core::Text(node) + " another");
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
