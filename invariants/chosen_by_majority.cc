// Chosen by a majority: whoever says that a value is chosen in a ballot has proposed it there, and a majority of
// those who decide the slot has accepted it in that very ballot, on disk.
//
// A ghost of the protocol: a leader counts answers, this counts disks.
#include <vector>

#include "invariants/by_slot.h"
#include "invariants/invariant.h"
#include "invariants/node_set.h"
#include "invariants/slot_memberships.h"
#include "protocols/core/pool.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct Acceptances {
  core::Epoch ballot;
  core::Fingerprint value;
  bool proposed{};
  NodeSet voters;
};

struct ChosenByMajority {
  SlotMemberships memberships;
  std::vector<core::List<Acceptances>> by_slot;

  Ruling On(core::NodeId, const facts::MembershipAdopted& f) {
    memberships.Observe(f);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId, const facts::ValueProposed& f) {
    Of(f.slot, f.ballot, f.value).proposed = true;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::ValueAccepted& f) {
    Of(f.slot, f.ballot, f.value).voters.Insert(node);
    return Ruling::Noted();
  }
  // It crashed when this was on disk, but before it could say so.
  Ruling On(core::NodeId node, const facts::ValueRecovered& f) {
    if (f.ballot > core::Epoch{}) Of(f.slot, f.ballot, f.value).voters.Insert(node);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::ValueChosen& f) {
    const Acceptances& known = Of(f.slot, f.ballot, f.value);
    const std::string chose = core::Text(node) + " takes a value for chosen in slot " + core::Text(f.slot) +
                              " and ballot " + core::Text(f.ballot);
    if (!known.proposed) return Ruling::Broken(chose + " that nobody proposed");
    const core::Membership* deciders = memberships.At(f.slot);
    if (deciders == nullptr) return Ruling::Noted();
    if (deciders->HasMajority([&known](core::NodeId voter) { return known.voters.Contains(voter); })) {
      return Ruling::Fine();
    }
    return Ruling::Broken(chose + "; no majority of " + core::Text(*deciders) + " has accepted it");
  }

 private:
  Acceptances& Of(core::Index slot, core::Epoch ballot, const core::Fingerprint& value) {
    core::List<Acceptances>& all = AtSlot(by_slot, slot);
    for (auto known = all.rbegin(); known != all.rend(); ++known) {
      if (known->ballot == ballot && known->value == value) return *known;
    }
    all.push_back({ballot, value, false, {}});
    return all.back();
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
                   "Lamport, Paxos Made Simple, §2.1 and §2.2; Reconfiguring a State Machine", facts::MembershipAdopted,
                   facts::ValueProposed, facts::ValueAccepted, facts::ValueRecovered, facts::ValueChosen);

}  // namespace
}  // namespace invariants
