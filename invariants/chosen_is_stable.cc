// Chosen is stable: once a value is chosen in a slot, that ballot and every higher one propose that value there.
//
// Who chose may be heard of late, so the highest proposal in a slot is kept as well.
#include "invariants/by_index.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct InBallot {
  core::Epoch ballot;  // 0: none
  core::Fingerprint value;
};
struct SlotHistory {
  InBallot chosen;   // in the lowest ballot that is known
  InBallot highest;  // proposal
};

struct ChosenIsStable {
  ByIndex<SlotHistory> by_slot;

  Ruling On(core::NodeId, const facts::ValueChosen& f) {
    SlotHistory& slot = by_slot.At(f.slot.value);
    if (slot.chosen.ballot == core::Epoch{} || f.ballot < slot.chosen.ballot) slot.chosen = {f.ballot, f.value};
    return Judge(f.slot, slot, slot.highest);
  }
  Ruling On(core::NodeId, const facts::ValueProposed& f) {
    SlotHistory& slot = by_slot.At(f.slot.value);
    const InBallot proposal{f.ballot, f.value};
    if (f.ballot > slot.highest.ballot) slot.highest = proposal;
    return Judge(f.slot, slot, proposal);
  }

 private:
  static Ruling Judge(core::Index at, const SlotHistory& slot, const InBallot& proposal) {
    const InBallot& chosen = slot.chosen;
    if (chosen.ballot == core::Epoch{} || proposal.ballot < chosen.ballot) return Ruling::Noted();
    if (proposal.value == chosen.value) return Ruling::Fine();
    return Ruling::Broken("in slot " + core::Text(at) + " a value was chosen in ballot " + core::Text(chosen.ballot) +
                          ", and another was proposed in ballot " + core::Text(proposal.ballot));
  }
};

void Accepted(Story& story) {
  story(1, facts::ValueProposed{{3}, {1}, {7, 7}});
  story(1, facts::ValueChosen{{3}, {1}, {7, 7}});
  story(2, facts::ValueProposed{{4}, {1}, {7, 7}});
}
void Rejected(Story& story) {
  story(1, facts::ValueProposed{{3}, {1}, {7, 7}});
  story(1, facts::ValueChosen{{3}, {1}, {7, 7}});
  story(2, facts::ValueProposed{{4}, {1}, {8, 8}});
}
REGISTER_INVARIANT("chosen-is-stable", ChosenIsStable,
                   "once a value is chosen in a slot, its ballot and every higher one propose that value there",
                   "Lamport, Paxos Made Simple, P2b", facts::ValueChosen, facts::ValueProposed);

}  // namespace
}  // namespace invariants
