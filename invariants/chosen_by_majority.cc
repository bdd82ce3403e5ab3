// Chosen by a majority: whoever says that a value is chosen in a ballot has proposed it there, and a majority of
// those who decide the slot has accepted it in that very ballot, on disk.
//
// A ghost of the protocol: a leader counts answers, this counts disks.
#include "invariants/invariant.h"
#include "protocols/core/pool.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct ChosenByMajority {
  Ruling On(core::NodeId node, const facts::ValueChosen& f, const LogViews& logs) {
    const NamedValue* named = logs.slots().Find(f.slot, f.ballot, f.value);
    if (named == nullptr || !named->proposed) return Ruling::Broken(Chose(node, f) + " that nobody proposed");
    const core::Membership* deciders = logs.slots().DecidersOf(f.slot);
    if (deciders == nullptr) return Ruling::Noted();
    if (deciders->HasMajority([named](core::NodeId voter) { return named->voters.Contains(voter); })) {
      return Ruling::Fine();
    }
    return Ruling::Broken(Chose(node, f) + "; no majority of " + core::Text(*deciders) + " has accepted it");
  }

 private:
  static std::string Chose(core::NodeId node, const facts::ValueChosen& f) {
    return core::Text(node) + " takes a value for chosen in slot " + core::Text(f.slot) + " and ballot " +
           core::Text(f.ballot);
  }
};

void Tell(Story& story, std::uint32_t acceptors) {
  story(0, facts::MembershipAdopted{{}, core::Membership::Of(3, 3)});
  story(0, facts::ValueProposed{{3}, {1}, {7, 7}});
  for (std::uint32_t node = 0; node < acceptors; ++node) story(node, facts::ValueAccepted{{3}, {1}, {7, 7}});
  story(0, facts::ValueChosen{{3}, {1}, {7, 7}});
}
void Accepted(Story& story) { Tell(story, 2); }
void Rejected(Story& story) { Tell(story, 1); }
REGISTER_INVARIANT("chosen-by-majority", ChosenByMajority,
                   "what is chosen was proposed, and a majority of the members who decide its slot has accepted it",
                   "Lamport, Paxos Made Simple, §2.1 and §2.2; Reconfiguring a State Machine", facts::ValueChosen);

}  // namespace
}  // namespace invariants
