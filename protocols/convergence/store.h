// Store: the updates of a machine that is replicated without agreement. Replicas that know the same updates have the
// same state, in whatever order they came and however often (strong eventual consistency; Shapiro, Preguiça, Baquero &
// Zawirski, "Conflict-free replicated data types", 2011, §2.1).
//
// Of the updates about one thing the last one stands: last in an order that is total and that causality is part of,
// since each is given a time above all that its writer had of that thing (founding document F55, F58). The others
// leave nothing but their dots in the context, which says: known, and no longer needed.
//
// The context is never ahead of the data. A single update brings its own dot; only who has been given all that
// it lacked takes over the other's context as a whole (the causal delta-merging condition; Almeida, Shoker &
// Baquero, "Delta state replicated data types", 2018, §4.3).
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "protocols/clocks/hybrid_logical_clock.h"
#include "protocols/clocks/version_vector.h"
#include "protocols/core/fingerprint.h"
#include "protocols/core/pool.h"
#include "protocols/machines/machine.h"

namespace convergence {

using clocks::CausalContext;
using clocks::Dot;
using clocks::HybridTime;

// One write.
template <machines::Convergent M>
struct Update {
  Dot dot;
  HybridTime time;
  typename M::Command command;

  // Whether it stands against the other about the same thing. No two are equal: one writer gives no time twice.
  bool IsLaterThan(const Update& other) const { return std::pair(other.time, other.dot) < std::pair(time, dot); }
};

// What one replica lacks of what another one has.
template <machines::Convergent M>
struct Delta {
  core::List<Update<M>> updates;  // by dot
  CausalContext context;          // what is known once all of these are; empty if there are more to come

  bool empty() const { return updates.empty() && context.empty(); }
};

// What taking an update did.
enum class News : std::uint8_t {
  kNone,        // it was known
  kSuperseded,  // it is known now, and something later about the same thing stands
  kStands,
};

template <machines::Convergent M>
struct Store {
  CausalContext context;
  std::map<Dot, Update<M>> standing;
  std::map<core::Fingerprint, Dot> subjects;  // the update that stands, by what it is about

  bool operator==(const Store& other) const { return context == other.context && subjects == other.subjects; }

  const Update<M>* About(const core::Fingerprint& subject) const {
    const auto at = subjects.find(subject);
    return at == subjects.end() ? nullptr : &standing.at(at->second);
  }

  // Data and context in one step.
  News Take(const Update<M>& update) {
    if (context.Contains(update.dot)) return News::kNone;
    context.Add(update.dot);
    const auto [at, first] = subjects.try_emplace(M::Subject(update.command), update.dot);
    if (!first) {
      const auto held = standing.find(at->second);
      if (!update.IsLaterThan(held->second)) return News::kSuperseded;
      standing.erase(held);
      at->second = update.dot;
    }
    standing.emplace(update.dot, update);
    return News::kStands;
  }
  // Whoever sent it had all of that context, and his updates that were not known here have been taken: what of it is
  // neither among them nor known has been superseded by one of them, or by what is.
  void TakeContext(const CausalContext& theirs) { context.Join(theirs); }

  // What one who knows `theirs` lacks, at most so many updates.
  Delta<M> Since(const CausalContext& theirs, std::size_t most) const {
    Delta<M> delta;
    for (auto at = standing.begin(); at != standing.end();) {
      const core::NodeId node = at->first.node;
      // What he has of this node without a gap need not be looked at.
      at = standing.upper_bound(Dot{node, std::max(theirs.all[node], at->first.number - 1)});
      for (; at != standing.end() && at->first.node == node; ++at) {
        if (theirs.Contains(at->first)) continue;
        if (delta.updates.size() == most) return delta;
        delta.updates.push_back(at->second);
      }
    }
    if (!theirs.Covers(context)) delta.context = context;
    return delta;
  }

  // As replicas meet: takes over all that the other has.
  void Join(const Store& other) {
    const Delta<M> delta = other.Since(context, other.standing.size());
    for (const Update<M>& update : delta.updates) Take(update);
    TakeContext(delta.context);
  }
  bool Covers(const Store& other) const { return context.Covers(other.context); }
};

}  // namespace convergence
