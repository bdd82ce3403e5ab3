// Membership: who votes in a group of replicas and who only listens; while that
// changes, who did and who will.
//
// A change goes through a state in between in which whatever needs a majority
// needs one of the old voters and one of the new (joint consensus; Ongaro &
// Ousterhout, "In Search of an Understandable Consensus Algorithm", extended
// version, §6). So old and new can differ in any way, and no two majorities miss
// each other on the way.
//
// Sets are bits, since memberships travel in log entries, which are copied all the time. So only
// nodes 0 to 63 can come and go; in a larger group the others vote for ever.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

#include "protocols/core/check.h"
#include "protocols/core/pool.h"
#include "protocols/core/quorum.h"
#include "protocols/core/types.h"

namespace core {

// What a membership is asked to become.
struct MembershipChange {
  List<NodeId> voters;
  List<NodeId> learners;
  bool operator==(const MembershipChange&) const = default;
};

struct Membership {
  static constexpr std::uint32_t kChangeable = 64;

  std::uint64_t old_voters{};  // nodes, by bit. Those who vote; while that changes, those who did
  std::uint64_t new_voters{};  // and those who will; the same if nothing changes
  std::uint64_t learners{};    // get the log and have no vote; some may have one until the change is over
  std::uint32_t beyond{};      // so many nodes from kChangeable on vote as well

  bool operator==(const Membership&) const = default;

  // Nodes 0 to voters-1 vote, the next ones up to nodes-1 learn.
  static Membership Of(std::uint32_t voters, std::uint32_t nodes) {
    const std::uint64_t voting = Below(voters);
    return {voting, voting, Below(nodes) & ~voting, voters > kChangeable ? voters - kChangeable : 0};
  }

  bool Votes(NodeId node) const {
    if (Number(node) >= kChangeable) return Number(node) < kChangeable + beyond;
    return Has(old_voters | new_voters, node);
  }
  bool Contains(NodeId node) const { return Votes(node) || (Number(node) < kChangeable && Has(learners, node)); }
  // It is in between an old membership and a new one.
  bool joint() const { return old_voters != new_voters; }

  // Calls `f(node)` for each member; for each that votes, in the old or in the new.
  template <class F>
  void ForEachMember(F&& f) const {
    ForEach(old_voters | new_voters | learners, f);
  }
  template <class F>
  void ForEachVoter(F&& f) const {
    ForEach(old_voters | new_voters, f);
  }

  // Whether those voters for whom `has(node)` make a majority; in between, one of each.
  template <class Predicate>
  bool HasMajority(Predicate&& has) const {
    return IsMajority(old_voters, has) && (!joint() || IsMajority(new_voters, has));
  }

  // The largest value that a majority has reached, given what each voter has; in between, that a
  // majority of each has.
  template <class T, class Value>
  T ReachedByMajority(Value&& reached) const {
    const T by_old = Reach<T>(old_voters, reached);
    return joint() ? std::min(by_old, Reach<T>(new_voters, reached)) : by_old;
  }

  // The membership in between this one and what the change asks for. Not to be asked of one that is
  // in between already; and the change must be a possible one.
  Membership Towards(const MembershipChange& change) const {
    CHECK(!joint());
    CHECK(IsPossible(change));
    return {old_voters, BitsOf(change.voters), BitsOf(change.learners), beyond};
  }
  // The new one, at the end of a change.
  Membership Settled() const { return {new_voters, new_voters, learners & ~new_voters, beyond}; }

  static bool IsPossible(const MembershipChange& change) {
    const auto changeable = [](NodeId node) { return Number(node) < kChangeable; };
    return !change.voters.empty() && std::all_of(change.voters.begin(), change.voters.end(), changeable) &&
           std::all_of(change.learners.begin(), change.learners.end(), changeable);
  }

  // "n0 n1 -n2 +n3 ~n4": n2 leaves and n3 joins the voters, n4 learns; "-~n2" will.
  void AppendTo(std::string& out) const {
    const char* separator = "";
    ForEachMember([&](NodeId node) {
      out += separator;
      if (Number(node) < kChangeable && old_voters != new_voters) {
        if (Has(old_voters, node) && !Has(new_voters, node)) out += '-';
        if (!Has(old_voters, node) && Has(new_voters, node)) out += '+';
      }
      if (Number(node) < kChangeable && Has(learners, node) && !Has(new_voters, node)) out += '~';
      out += 'n' + std::to_string(Number(node));
      separator = " ";
    });
  }

 private:
  static std::uint64_t Below(std::uint32_t count) {
    return count >= kChangeable ? ~std::uint64_t{} : (std::uint64_t{1} << count) - 1;
  }
  static bool Has(std::uint64_t set, NodeId node) { return (set >> Number(node) & 1) != 0; }
  static std::uint64_t BitsOf(const List<NodeId>& nodes) {
    std::uint64_t bits = 0;
    for (const NodeId node : nodes) bits |= std::uint64_t{1} << Number(node);
    return bits;
  }

  template <class F>
  void ForEach(std::uint64_t set, F&& f) const {
    for (; set != 0; set &= set - 1) f(NodeId{static_cast<std::uint32_t>(std::countr_zero(set))});
    for (std::uint32_t more = 0; more < beyond; ++more) f(NodeId{kChangeable + more});
  }
  std::uint32_t Count(std::uint64_t voters) const { return static_cast<std::uint32_t>(std::popcount(voters)) + beyond; }
  template <class Predicate>
  bool IsMajority(std::uint64_t voters, Predicate& has) const {
    std::uint32_t have = 0;
    ForEach(voters, [&](NodeId node) { have += has(node); });
    return have >= Majority(Count(voters));
  }
  template <class T, class Value>
  T Reach(std::uint64_t voters, Value& reached) const {
    List<T> values;
    values.reserve(Count(voters));
    ForEach(voters, [&](NodeId node) { values.push_back(reached(node)); });
    return core::ReachedByMajority(std::span<T>(values));
  }
};

static_assert(std::is_trivially_copyable_v<Membership>);

}  // namespace core
