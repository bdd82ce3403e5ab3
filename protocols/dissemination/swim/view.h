// Views: what one member believes of another, and what it says of it (SWIM, §4.2).
//
// Beliefs are ordered, first by incarnation and then alive, suspect, dead, left; the later one stands, in whatever
// order they come. So members who have heard the same believe the same, and old gossip can bring nobody back. Only
// the member itself raises its incarnation, and by that it contradicts whatever was said of it before.
//
// SWIM's own Confirm stands against every incarnation, since its dead never return. Ours do, in a higher one:
// that somebody died says nothing of his next life.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "protocols/core/facts.h"
#include "protocols/core/pool.h"
#include "protocols/core/types.h"

namespace swim {

using core::Incarnation;
using core::NodeId;
using Status = facts::MemberStatus;

struct Claim {
  NodeId member{};
  Incarnation incarnation;
  Status status{};
  core::List<NodeId> accusers;  // kSuspect: who has found so by himself, as far as the speaker knows
};

// What taking a claim did.
enum class News : std::uint8_t {
  kNone,       // it is old, or known
  kConfirmed,  // more members suspect than was known
  kChanged,
};

struct View {
  Incarnation incarnation;
  Status status{};
  core::List<NodeId> accusers;    // kSuspect; in order
  core::LocalTime suspect_since;  // kSuspect: here

  bool operator==(const View& other) const {
    return incarnation == other.incarnation && status == other.status && accusers == other.accusers;
  }
  bool MayBeUp() const { return status <= Status::kSuspect; }
  // What everybody believes at first need not be said.
  bool IsInitial() const { return incarnation == Incarnation{} && status == Status::kAlive; }

  // Whether the claim would stand against it.
  bool IsBefore(const Claim& claim) const {
    return std::pair(incarnation, status) < std::pair(claim.incarnation, claim.status);
  }

  // Of the accusers the first `most` are kept, by number: also then it does not matter who is heard of first.
  News Take(const Claim& claim, std::size_t most) {
    const bool changed = IsBefore(claim);
    if (changed) {
      incarnation = claim.incarnation;
      status = claim.status;
      accusers.clear();
    } else if (incarnation != claim.incarnation || status != claim.status) {
      return News::kNone;
    }
    if (status != Status::kSuspect) return changed ? News::kChanged : News::kNone;
    const std::size_t before = accusers.size();
    for (const NodeId accuser : claim.accusers) AddAccuser(accuser, most);
    if (changed) return News::kChanged;
    return accusers.size() > before ? News::kConfirmed : News::kNone;
  }

 private:
  void AddAccuser(NodeId accuser, std::size_t most) {
    const auto at = std::lower_bound(accusers.begin(), accusers.end(), accuser);
    if (at != accusers.end() && *at == accuser) return;
    accusers.insert(at, accuser);
    if (accusers.size() > most) accusers.pop_back();
  }
};

}  // namespace swim
