// Membership: who votes in a group of replicas and who only listens; while that
// changes, who did and who will.
//
// A change goes through a state in between in which whatever needs a majority
// needs one of the old voters and one of the new (joint consensus; Ongaro &
// Ousterhout, "In Search of an Understandable Consensus Algorithm", extended
// version, §6). So old and new can differ in any way, and no two majorities miss
// each other on the way.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

#include "protocols/core/check.h"
#include "protocols/core/pool.h"
#include "protocols/core/quorum.h"
#include "protocols/core/types.h"

namespace core {

enum class Standing : std::uint8_t {
  kVoter,
  kJoining,  // votes in the new majority only
  kLeaving,  // votes in the old majority only, and is no member then
  kDemoted,  // votes in the old majority only, and is a learner then
  kLearner,  // gets the log and has no vote
};
constexpr bool VotesInOld(Standing s) {
  return s == Standing::kVoter || s == Standing::kLeaving || s == Standing::kDemoted;
}
constexpr bool VotesInNew(Standing s) { return s == Standing::kVoter || s == Standing::kJoining; }

struct Member {
  NodeId node{};
  Standing standing{};
  bool operator==(const Member&) const = default;
};

// What a membership is asked to become.
struct MembershipChange {
  List<NodeId> voters;
  List<NodeId> learners;
  bool operator==(const MembershipChange&) const = default;
};

struct Membership {
  List<Member> members;  // by node

  bool operator==(const Membership&) const = default;

  // Nodes 0 to voters-1 vote, the next ones up to nodes-1 learn.
  static Membership Of(std::uint32_t voters, std::uint32_t nodes) {
    Membership membership;
    for (std::uint32_t node = 0; node < nodes; ++node) {
      membership.members.push_back({NodeId{node}, node < voters ? Standing::kVoter : Standing::kLearner});
    }
    return membership;
  }

  const Member* Find(NodeId node) const {
    for (const Member& member : members) {
      if (member.node == node) return &member;
    }
    return nullptr;
  }
  bool Contains(NodeId node) const { return Find(node) != nullptr; }
  bool Votes(NodeId node) const {
    const Member* member = Find(node);
    return member != nullptr && member->standing != Standing::kLearner;
  }
  // It is in between an old membership and a new one.
  bool joint() const {
    return std::any_of(members.begin(), members.end(), [](const Member& member) {
      return VotesInOld(member.standing) != VotesInNew(member.standing);
    });
  }

  // Whether those voters for whom `has(node)` make a majority; in between, one of each.
  template <class Has>
  bool HasMajority(Has&& has) const {
    std::uint32_t old_voters = 0, old_have = 0, new_voters = 0, new_have = 0;
    for (const Member& member : members) {
      if (member.standing == Standing::kLearner) continue;
      const bool counts = has(member.node);
      old_voters += VotesInOld(member.standing);
      new_voters += VotesInNew(member.standing);
      old_have += VotesInOld(member.standing) && counts;
      new_have += VotesInNew(member.standing) && counts;
    }
    return old_have >= Majority(old_voters) && new_have >= Majority(new_voters);
  }

  // The largest value that a majority has reached, given what each voter has; in between, that a
  // majority of each has.
  template <class T, class Reached>
  T ReachedByMajority(Reached&& reached) const {
    List<T> by_old;
    for (const Member& member : members) {
      if (VotesInOld(member.standing)) by_old.push_back(reached(member.node));
    }
    const T by_majority = core::ReachedByMajority(std::span<T>(by_old));
    if (!joint()) return by_majority;
    List<T> by_new;
    for (const Member& member : members) {
      if (VotesInNew(member.standing)) by_new.push_back(reached(member.node));
    }
    return std::min(by_majority, core::ReachedByMajority(std::span<T>(by_new)));
  }

  // The membership in between this one and what the change asks for. Not to be asked of one that is
  // in between already, and the change must leave a voter.
  Membership Towards(const MembershipChange& change) const {
    CHECK(!joint());
    CHECK(!change.voters.empty());
    Membership next;
    for (const Member& member : members) {
      if (member.standing == Standing::kLearner) continue;
      const bool learns = Lists(change.learners, member.node);
      next.Set(member.node, learns ? Standing::kDemoted : Standing::kLeaving);
    }
    for (const NodeId node : change.learners) {
      if (!Votes(node)) next.Set(node, Standing::kLearner);
    }
    for (const NodeId node : change.voters) next.Set(node, Votes(node) ? Standing::kVoter : Standing::kJoining);
    return next;
  }
  // The new one, at the end of a change.
  Membership Settled() const {
    Membership next;
    for (const Member& member : members) {
      if (member.standing == Standing::kLeaving) continue;
      next.members.push_back({member.node, VotesInNew(member.standing) ? Standing::kVoter : Standing::kLearner});
    }
    return next;
  }

  // "n0 n1 -n2 +n3 ~n4": n2 leaves and n3 joins the voters, n4 learns; "-~n2" will.
  void AppendTo(std::string& out) const {
    const char* separator = "";
    for (const Member& member : members) {
      out += separator;
      if (member.standing == Standing::kJoining) out += '+';
      if (VotesInOld(member.standing) && !VotesInNew(member.standing)) out += '-';
      if (member.standing == Standing::kLearner || member.standing == Standing::kDemoted) out += '~';
      out += 'n' + std::to_string(Number(member.node));
      separator = " ";
    }
  }

 private:
  static bool Lists(const List<NodeId>& nodes, NodeId node) {
    return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
  }
  void Set(NodeId node, Standing standing) {
    const auto at =
        std::find_if(members.begin(), members.end(), [node](const Member& member) { return member.node >= node; });
    if (at != members.end() && at->node == node) {
      at->standing = standing;
    } else {
      members.insert(at, {node, standing});
    }
  }
};

}  // namespace core
