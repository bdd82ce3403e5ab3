// Chosen once: in a slot only one value is ever chosen, in whatever ballots and by whomever it is counted.
#include "invariants/by_index.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct Choice {
  core::Epoch ballot;
  core::Fingerprint value;
  bool known{};
};

struct ChosenOnce {
  ByIndex<Choice> by_slot;

  Ruling On(core::NodeId, const facts::ValueChosen& f) {
    Choice& first = by_slot.At(f.slot.value);
    if (!first.known) {
      first = {f.ballot, f.value, true};
      return Ruling::Noted();
    }
    if (first.value == f.value) return Ruling::Fine();
    return Ruling::Broken("in slot " + core::Text(f.slot) + " one value was chosen in ballot " +
                          core::Text(first.ballot) + " and another in ballot " + core::Text(f.ballot));
  }
};

void Accepted(Story& story) {
  story(1, facts::ValueChosen{{3}, {1}, {7, 7}});
  story(2, facts::ValueChosen{{4}, {1}, {7, 7}});
}
void Rejected(Story& story) {
  story(1, facts::ValueChosen{{3}, {1}, {7, 7}});
  story(2, facts::ValueChosen{{4}, {1}, {8, 8}});
}
REGISTER_INVARIANT("chosen-once", ChosenOnce, "in a slot one value is chosen", "Lamport, Paxos Made Simple, §2.1",
                   facts::ValueChosen);

}  // namespace
}  // namespace invariants
