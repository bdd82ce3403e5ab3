// Chosen once: in a slot only one value is ever chosen, in whatever ballots and by whomever it is counted. Who executes
// a slot says as well what is chosen there.
#include "invariants/by_index.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct Choice {
  core::Fingerprint value;
  core::NodeId node{};  // who said so first
  bool known{};
};

struct ChosenOnce {
  ByIndex<Choice> by_slot;

  Ruling On(core::NodeId node, const facts::ValueChosen& f) { return Judge(node, f.slot, f.value); }
  Ruling On(core::NodeId node, const facts::EntryApplied& f) { return Judge(node, f.index, f.command); }

 private:
  Ruling Judge(core::NodeId node, core::Index slot, const core::Fingerprint& value) {
    Choice& first = by_slot.At(slot.value);
    if (!first.known) {
      first = {value, node, true};
      return Ruling::Noted();
    }
    if (first.value == value) return Ruling::Fine();
    return Ruling::Broken(core::Text(first.node) + " takes one value for chosen in slot " + core::Text(slot) + " and " +
                          core::Text(node) + " another");
  }
};

void Accepted(Story& story) {
  story(1, facts::ValueChosen{{3}, {1}, {7, 7}});
  story(2, facts::ValueChosen{{4}, {1}, {7, 7}});
  story(0, facts::EntryApplied{{1}, {}, {7, 7}});
}
void Rejected(Story& story) {
  story(1, facts::ValueChosen{{3}, {1}, {7, 7}});
  story(2, facts::ValueChosen{{4}, {1}, {8, 8}});
}
REGISTER_INVARIANT("chosen-once", ChosenOnce, "in a slot one value is chosen, and executed",
                   "Lamport, Paxos Made Simple, §2.1", facts::ValueChosen, facts::EntryApplied);

}  // namespace
}  // namespace invariants
