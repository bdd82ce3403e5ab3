// What happened in the slots of Paxos, as seen from outside, rebuilt from facts: which values were proposed and
// accepted there, in which ballots and by whom, and who decides.
//
// Since facts wait for the disk, an acceptance that is told of is on one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "invariants/by_index.h"
#include "invariants/node_set.h"
#include "protocols/core/facts.h"
#include "protocols/core/fingerprint.h"
#include "protocols/core/membership.h"
#include "protocols/core/pool.h"

namespace invariants {

// A value that somebody proposed or accepted in a ballot.
struct NamedValue {
  core::Epoch ballot;
  core::Fingerprint value;
  core::NodeId node{};    // who named it first
  std::uint64_t named{};  // so often, by anybody
  bool proposed{};
  NodeSet voters;  // who have accepted it
};

// Kept once for all rules.
class SlotViews {
 public:
  void Observe(core::NodeId node, const facts::ValueProposed& f) { Name(node, f).proposed = true; }
  void Observe(core::NodeId node, const facts::ValueAccepted& f) { Name(node, f).voters.Insert(node); }
  // It crashed when this was on disk, but before it could say so.
  void Observe(core::NodeId node, const facts::ValueRecovered& f) {
    if (f.ballot > core::Epoch{}) Name(node, f).voters.Insert(node);
  }
  // The first who told which membership decides which slot is believed: that all tell the same is for
  // configuration-agreement to judge.
  void Observe(const facts::MembershipAdopted& f) {
    const core::Membership* before = DecidersOf(f.index);
    if (before != nullptr && *before == f.membership) return;
    const auto at = std::find_if(memberships_.begin(), memberships_.end(),
                                 [&f](const auto& known) { return known.first >= f.index; });
    if (at != memberships_.end() && at->first == f.index) return;
    memberships_.insert(at, {f.index, f.membership});
  }

  // Who decides this slot; null: nobody has told.
  const core::Membership* DecidersOf(core::Index slot) const {
    for (auto known = memberships_.rbegin(); known != memberships_.rend(); ++known) {
      if (known->first <= slot) return &known->second;
    }
    return nullptr;
  }

  // Calls `f(named)` for each value that was named in the slot, in the order in which it was heard of, as long
  // as that answers true.
  template <class F>
  void ForEachNamed(core::Index slot, F&& f) const {
    if (slot.value >= slots_.size()) return;
    const Slot& all = slots_[slot.value];
    if (all.first.named == 0 || !f(all.first)) return;
    for (const NamedValue& named : all.others) {
      if (!f(named)) return;
    }
  }
  // Null: nobody named it there.
  const NamedValue* Find(core::Index slot, core::Epoch ballot, const core::Fingerprint& value) const {
    const NamedValue* found = nullptr;
    ForEachNamed(slot, [&](const NamedValue& named) {
      if (named.ballot == ballot && named.value == value) found = &named;
      return found == nullptr;
    });
    return found;
  }

 private:
  struct Slot {
    NamedValue first;
    core::List<NamedValue> others;  // rarely any
  };

  template <class F>
  NamedValue& Name(core::NodeId node, const F& f) {
    NamedValue& named = Of(slots_.At(f.slot.value), f.ballot, f.value);
    if (named.named++ == 0) named.node = node;
    return named;
  }
  static NamedValue& Of(Slot& slot, core::Epoch ballot, const core::Fingerprint& value) {
    const auto is = [&](const NamedValue& named) { return named.ballot == ballot && named.value == value; };
    if (slot.first.named == 0) slot.first = {ballot, value, {}, 0, false, {}};
    if (is(slot.first)) return slot.first;
    // Of late ballots there is more to come than of early ones.
    const auto known = std::find_if(slot.others.rbegin(), slot.others.rend(), is);
    if (known != slot.others.rend()) return *known;
    return slot.others.emplace_back(NamedValue{ballot, value, {}, 0, false, {}});
  }

  ByIndex<Slot> slots_;
  std::vector<std::pair<core::Index, core::Membership>> memberships_;  // by the slot that they decide first
};

}  // namespace invariants
