// What a node has last said that it believes of a member, for rules about failure detection.
#pragma once

#include <string>
#include <utility>

#include "protocols/core/facts.h"
#include "protocols/core/text.h"

namespace invariants {

// Beliefs in the order in which one replaces another (SWIM, §4.2): the member's life first.
using MemberPlace = std::pair<core::Incarnation, facts::MemberStatus>;

inline MemberPlace PlaceOf(const facts::MemberSeen& f) { return {f.incarnation, f.status}; }
inline std::string Name(const MemberPlace& place) {
  return core::Text(place.second) + " in " + core::Text(place.first);
}

}  // namespace invariants
