// Votes are safe: what is proposed in a ballot is the only value that can have been chosen, or can still be, in
// any lower one. SafeAt and VotesSafe of Lamport's Voting.tla; what P2c of Paxos Made Simple is for.
//
// A ghost: no proposer can see all promises and votes. A lower ballot can still choose a value if a majority
// of those who decide the slot has voted for it there, or is not bound by a higher promise yet.
#include <vector>

#include "invariants/by_node.h"
#include "invariants/by_slot.h"
#include "invariants/invariant.h"
#include "invariants/node_set.h"
#include "invariants/slot_memberships.h"
#include "protocols/core/pool.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct Votes {
  core::Epoch ballot;
  core::Fingerprint value;
  NodeSet voters;
};

struct VotesSafe {
  ByNode<core::Epoch> promised;
  SlotMemberships memberships;
  std::vector<core::List<Votes>> by_slot;

  Ruling On(core::NodeId, const facts::MembershipAdopted& f) {
    memberships.Observe(f);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::BallotPromised& f) {
    core::Epoch& highest = promised[node];
    if (f.ballot > highest) highest = f.ballot;
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
  Ruling On(core::NodeId node, const facts::ValueProposed& f) {
    Of(f.slot, f.ballot, f.value);
    const core::Membership* deciders = memberships.At(f.slot);
    if (deciders == nullptr) return Ruling::Noted();
    for (const Votes& votes : by_slot[f.slot.value]) {
      if (votes.ballot >= f.ballot || votes.value == f.value) continue;
      const bool possible = deciders->HasMajority(
          [&](core::NodeId voter) { return votes.voters.Contains(voter) || promised[voter] <= votes.ballot; });
      if (!possible) continue;
      return Ruling::Broken(core::Text(node) + " proposed a value in slot " + core::Text(f.slot) + " and ballot " +
                            core::Text(f.ballot) + ", while another can be chosen there in ballot " +
                            core::Text(votes.ballot));
    }
    return Ruling::Fine();
  }

 private:
  Votes& Of(core::Index slot, core::Epoch ballot, const core::Fingerprint& value) {
    core::List<Votes>& all = AtSlot(by_slot, slot);
    for (auto votes = all.rbegin(); votes != all.rend(); ++votes) {
      if (votes->ballot == ballot && votes->value == value) return *votes;
    }
    all.push_back({ballot, value, {}});
    return all.back();
  }
};

// Of three, n0 and n1 vote in ballot 3; then n1 and n2 promise ballot 4.
void Tell(Story& story, std::uint64_t value) {
  story(0, facts::MembershipAdopted{{}, core::Membership::Of(3, 3)});
  for (std::uint32_t node : {0u, 1u}) {
    story(node, facts::BallotPromised{{3}});
    story(node, facts::ValueAccepted{{3}, {1}, {7, 7}});
  }
  for (std::uint32_t node : {1u, 2u}) story(node, facts::BallotPromised{{4}});
  story(1, facts::ValueProposed{{4}, {1}, {value, value}});
}
void Accepted(Story& story) { Tell(story, 7); }
void Rejected(Story& story) { Tell(story, 8); }
REGISTER_INVARIANT("votes-safe", VotesSafe,
                   "what is proposed in a ballot is the only value that a lower one has chosen or still can choose",
                   "Lamport, Voting.tla (SafeAt, VotesSafe); Paxos Made Simple, P2c", facts::MembershipAdopted,
                   facts::BallotPromised, facts::ValueAccepted, facts::ValueRecovered, facts::ValueProposed);

}  // namespace
}  // namespace invariants
