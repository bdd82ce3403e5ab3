// Which membership decides which slot, as nodes have told. The first who told is believed: that all
// tell the same is for configuration-agreement to judge.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "protocols/core/facts.h"
#include "protocols/core/membership.h"

namespace invariants {

struct SlotMemberships {
  std::vector<std::pair<core::Index, core::Membership>> by_slot;  // that it decides first

  void Observe(const facts::MembershipAdopted& f) {
    const core::Membership* before = At(f.index);
    if (before != nullptr && *before == f.membership) return;
    const auto at =
        std::find_if(by_slot.begin(), by_slot.end(), [&f](const auto& known) { return known.first >= f.index; });
    if (at != by_slot.end() && at->first == f.index) return;
    by_slot.insert(at, {f.index, f.membership});
  }

  // Null: nobody has told.
  const core::Membership* At(core::Index slot) const {
    for (auto known = by_slot.rbegin(); known != by_slot.rend(); ++known) {
      if (known->first <= slot) return &known->second;
    }
    return nullptr;
  }
};

}  // namespace invariants
