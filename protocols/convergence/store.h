// Store: the updates of a machine that is replicated without agreement. Replicas that know the same updates have the
// same state, in whatever order they came and however often (strong eventual consistency; Shapiro, Preguiça, Baquero &
// Zawirski, "Conflict-free replicated data types", 2011, §2.1).
//
// Of the updates about one thing the last one stands: last in an order that is total and that causality is part of,
// since each is given a time above all that its writer had of that thing (founding document F55, F58). Or, if the
// machine keeps siblings, all stand that none of the others has seen (dotted version vectors; see siblings.h, which is
// the same as a value by itself). The others leave nothing but their dots in the context, which says: known, and no
// longer needed.
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
#include "protocols/convergence/siblings.h"
#include "protocols/core/fingerprint.h"
#include "protocols/core/pool.h"
#include "protocols/machines/machine.h"

namespace convergence {

// A machine that keeps side by side what is written about one subject by writers who knew nothing of each other.
// `Stand(sibling)`: this command stands from now on, beside those that it has not seen; none that stands has seen it.
// `Removes` is whether a command leaves nothing behind. Its own Apply is that of a writer who has seen all that is
// there.
template <class M>
concept KeepsSiblings = machines::Convergent<M> &&
    requires(M machine, const typename M::Command& command, const Versioned<typename M::Command>& sibling) {
  machine.Stand(sibling);
  { M::Removes(command) } -> std::same_as<bool>;
};

// One write.
template <machines::Convergent M>
struct Update {
  Dot dot;
  HybridTime time;
  typename M::Command command;

  // Of two about the same thing one does: no two are equal, since one writer gives no time twice.
  bool Supersedes(const Update& other) const { return std::pair(other.time, other.dot) < std::pair(time, dot); }
};

template <KeepsSiblings M>
struct Update<M> {
  Dot dot;
  HybridTime time;
  typename M::Command command;
  CausalContext past{};  // what its writer had seen (F123), and whatever that had: see Store::SeenOf

  bool Supersedes(const Update& other) const { return past.Contains(other.dot); }
  Versioned<typename M::Command> AsSibling() const { return {{{time, dot}, past}, command}; }
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
  kSuperseded,  // it is known now, and something stands that supersedes it
  kStands,
};

template <machines::Convergent M>
struct Store {
  CausalContext context;
  std::map<Dot, Update<M>> standing;
  std::map<core::Fingerprint, core::List<Dot>> subjects;  // those that stand, by what they are about; none empty

  bool operator==(const Store& other) const { return context == other.context && subjects == other.subjects; }

  // Calls `f(update)` for those that stand on it.
  template <class F>
  void ForEachAbout(const core::Fingerprint& subject, F&& f) const {
    const auto at = subjects.find(subject);
    if (at == subjects.end()) return;
    for (const Dot& dot : at->second) f(standing.at(dot));
  }
  // Whether something stands that has replaced it.
  bool IsSuperseded(const Update<M>& update) const {
    bool superseded = false;
    ForEachAbout(M::Subject(update.command), [&](const Update<M>& held) { superseded |= held.Supersedes(update); });
    return superseded;
  }
  // What who writes about it here has seen. It holds whatever what stands had seen, known here or not: what supersedes
  // an update supersedes all that the update did.
  CausalContext SeenOf(const core::Fingerprint& subject) const requires KeepsSiblings<M> {
    CausalContext seen = context;
    ForEachAbout(subject, [&seen](const Update<M>& held) { seen.Join(held.past); });
    return seen;
  }

  // Data and context in one step.
  News Take(const Update<M>& update) {
    if (context.Contains(update.dot)) return News::kNone;
    context.Add(update.dot);
    if (IsSuperseded(update)) return News::kSuperseded;
    core::List<Dot>& dots = subjects[M::Subject(update.command)];
    std::erase_if(dots, [&](const Dot& dot) {
      const auto held = standing.find(dot);
      if (!update.Supersedes(held->second)) return false;
      standing.erase(held);
      return true;
    });
    dots.insert(std::lower_bound(dots.begin(), dots.end(), update.dot), update.dot);
    standing.emplace(update.dot, update);
    return News::kStands;
  }
  // A removal that nobody needs any more: all know of it, and all that it had seen is known here and refused.
  void Forget(const Dot& removal) {
    const auto held = standing.find(removal);
    const auto at = subjects.find(M::Subject(held->second.command));
    std::erase(at->second, removal);
    if (at->second.empty()) subjects.erase(at);
    standing.erase(held);
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
