// Votes are safe: what is proposed in a ballot is the only value that can have been chosen, or can still be, in
// any lower one. SafeAt and VotesSafe of Lamport's Voting.tla; what P2c of Paxos Made Simple is for.
//
// A ghost: no proposer can see all promises and votes. A lower ballot can still choose a value if a majority
// of those who decide the slot has voted for it there, or is not bound by a higher promise yet.
#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/pool.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct VotesSafe {
  ByNode<core::Epoch> promised;

  Ruling On(core::NodeId node, const facts::BallotPromised& f) {
    core::Epoch& highest = promised[node];
    if (f.ballot > highest) highest = f.ballot;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::ValueProposed& f, const LogViews& logs) {
    const core::Membership* deciders = logs.slots().DecidersOf(f.slot);
    if (deciders == nullptr) return Ruling::Noted();
    const NamedValue* rival = nullptr;
    logs.slots().ForEachNamed(f.slot, [&](const NamedValue& named) {
      const bool other = named.ballot < f.ballot && named.value != f.value;
      if (other && CanBeChosen(named, *deciders)) rival = &named;
      return rival == nullptr;
    });
    if (rival == nullptr) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " proposed a value in slot " + core::Text(f.slot) + " and ballot " +
                          core::Text(f.ballot) + ", while another can be chosen there in ballot " +
                          core::Text(rival->ballot));
  }

 private:
  bool CanBeChosen(const NamedValue& named, const core::Membership& deciders) {
    return deciders.HasMajority(
        [&](core::NodeId voter) { return named.voters.Contains(voter) || promised[voter] <= named.ballot; });
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
                   "Lamport, Voting.tla (SafeAt, VotesSafe); Paxos Made Simple, P2c", facts::BallotPromised,
                   facts::ValueProposed);

}  // namespace
}  // namespace invariants
