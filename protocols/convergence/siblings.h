// Siblings: what is written about one key by writers who knew nothing of each other is all kept, side by side, until
// somebody who has seen it writes again. A conflict is so neither lost nor decided by chance; who decides it, and when,
// is for resolvers.h.
//
// Each write has a dot and the causal past it was made in, and supersedes exactly the dots in that past (dotted version
// vectors: Preguiça, Baquero, Almeida, Fonte & Gonçalves, 2010 and 2012). Of two writes one has seen the other or they
// conflict, and a look at one dot tells; writes of many clients through one node stay apart, which a vector of nodes
// would take for one (Riak's sibling explosion, B121).
//
// One context serves all keys (Gonçalves, Almeida, Baquero & Fonte, "DottedDB: Anti-entropy without Merkle trees,
// deletes without tombstones", SRDS 2017). So a removal leaves no tombstone: who has its dot, and has no value for the
// dots that it removed, refuses them whenever they come, and whoever still holds them learns it from the context.
// A key's own context would have to be kept as long as a late copy may come, or a key that is made anew would count
// from 1 again (F60; B115); this one is kept anyway, and is as long as there are nodes.
//
// Replicas of this value meet whole. Where updates travel one by one (store.h), a removal is one that stands until all
// have it.
#pragma once

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "protocols/clocks/version_vector.h"
#include "protocols/convergence/lattice.h"
#include "protocols/core/check.h"
#include "protocols/core/pool.h"

namespace convergence {

using clocks::CausalContext;
using clocks::Dot;
using clocks::HybridTime;

// What is known of a write beside what it wrote; no resolver is given it to change (F59, F125).
struct Version {
  Stamp stamp;
  CausalContext past;  // what its writer had seen, as it was then: a copy, without the dot of the write itself (F123)
  bool operator==(const Version&) const = default;

  const Dot& dot() const { return stamp.dot; }
  bool Supersedes(const Version& other) const { return past.Contains(other.dot()); }
};

// Conflict detection.
inline clocks::Order Compare(const Version& a, const Version& b) {
  if (a.dot() == b.dot()) return clocks::Order::kEqual;
  if (a.Supersedes(b)) return clocks::Order::kAfter;
  return b.Supersedes(a) ? clocks::Order::kBefore : clocks::Order::kConcurrent;
}

template <class T>
struct Versioned {
  Version version;
  T value;
  bool operator==(const Versioned&) const = default;
};

// In the order of their dots; none has seen another.
template <class T>
using Siblings = core::List<Versioned<T>>;

// A write, as it is made, sent and kept: the same everywhere. To write nothing is to remove.
template <class Key, class T>
struct Change {
  Key key{};
  Version version;
  std::optional<T> value;
  bool operator==(const Change&) const = default;
};

template <class Key>
struct Removal {
  Key key{};
  Version version;
  bool operator==(const Removal&) const = default;
};

template <class Key, class T>
struct SiblingStore {
  CausalContext context;                // the dots of all that has come, what is gone included
  std::map<Key, Siblings<T>> siblings;  // by key, none empty
  // Those that have seen what has not come here yet, and must not when it does; by dot. The others the context
  // remembers. That is all that is ever collected, and it asks nobody: what is in the context is refused here for
  // ever, so no other replica need have heard of it (which is what causal stability would say).
  core::List<Removal<Key>> removals;

  bool operator==(const SiblingStore&) const = default;

  const Siblings<T>& At(const Key& key) const {
    static const Siblings<T> none;
    const auto at = siblings.find(key);
    return at == siblings.end() ? none : at->second;
  }

  // What a reader of the key is given beside its siblings, and brings along when he writes. It holds whatever those
  // have seen: what supersedes a write supersedes all that the write did, here or not. So do contexts
  // that were joined; any other is not one to write with.
  CausalContext Seen(const Key& key) const {
    CausalContext seen = context;
    ForEachVersion(key, [&seen](const Version& version) { seen.Join(version.past); });
    return seen;
  }

  // A new write here, of one who has seen that. None: he cannot have. The owner gives the stamp, with the next dot of
  // this node, and makes that durable (F66). It is not from the key's own context, which may forget.
  std::optional<Change<Key, T>> Write(const Key& key, const CausalContext& seen, const Stamp& stamp,
                                      std::optional<T> value) {
    CHECK(!context.Contains(stamp.dot));
    if (KnowsFrom(seen, stamp.dot)) return std::nullopt;
    Change<Key, T> change{key, {stamp, seen}, std::move(value)};
    Take(change);
    return change;
  }

  // Anybody's write, as it was made: it gets no dot of ours, nor does ours count (F124). Data and context in one
  // step, and no more of the context than this one dot: its past has perhaps not come yet (F65). False: it was known.
  bool Take(const Change<Key, T>& change) {
    if (context.Contains(change.version.dot())) return false;
    const bool outdated = IsSuperseded(change.key, change.version);
    context.Add(change.version.dot());
    Discard(change.key, change.version);
    if (!change.value) {
      Insert(removals, Removal<Key>{change.key, change.version});
    } else if (!outdated) {
      Insert(siblings[change.key], Versioned<T>{change.version, *change.value});
    }
    ForgetRemovals();
    return true;
  }

  // The dotted join (Almeida, Shoker & Baquero, 2018, §7.2): a sibling stays if both have it, or one has it and the
  // other has never heard of it. All of a dominating replica is taken over so, not its context alone (F62).
  void Join(const SiblingStore& other) {
    for (const auto& [key, theirs] : other.siblings) {
      for (const Versioned<T>& sibling : theirs) Take({key, sibling.version, sibling.value});
    }
    for (const Removal<Key>& removal : other.removals) Take({removal.key, removal.version, std::nullopt});
    for (auto at = siblings.begin(); at != siblings.end();) {
      const Siblings<T>& theirs = other.At(at->first);
      std::erase_if(at->second, [&](const Versioned<T>& sibling) {
        return other.context.Contains(sibling.version.dot()) && !Has(theirs, sibling.version.dot());
      });
      at = at->second.empty() ? siblings.erase(at) : std::next(at);
    }
    context.Join(other.context);
    ForgetRemovals();
  }
  // What is here is a function of what is known.
  bool Covers(const SiblingStore& other) const { return context.Covers(other.context); }

 private:
  template <class List>
  static auto Place(List& list, const Dot& dot) {
    return std::lower_bound(list.begin(), list.end(), dot,
                            [](const auto& element, const Dot& sought) { return element.version.dot() < sought; });
  }
  template <class Element>
  static void Insert(core::List<Element>& list, Element element) {
    list.insert(Place(list, element.version.dot()), std::move(element));
  }
  static bool Has(const Siblings<T>& list, const Dot& dot) {
    const auto at = Place(list, dot);
    return at != list.end() && at->version.dot() == dot;
  }

  // Only we give our dots: who claims to know one before it is given would supersede what is yet to be written here. Of
  // others' dots only they can tell.
  static bool KnowsFrom(const CausalContext& seen, const Dot& next) {
    const auto early = [&next](const Dot& dot) { return dot.node == next.node && dot.number >= next.number; };
    return seen.all[next.node] >= next.number || std::any_of(seen.exceptions.begin(), seen.exceptions.end(), early);
  }

  template <class F>
  void ForEachVersion(const Key& key, F&& f) const {
    for (const Versioned<T>& sibling : At(key)) f(sibling.version);
    for (const Removal<Key>& removal : removals) {
      if (removal.key == key) f(removal.version);
    }
  }
  bool IsSuperseded(const Key& key, const Version& version) const {
    bool superseded = false;
    ForEachVersion(key, [&](const Version& other) { superseded |= other.Supersedes(version); });
    return superseded;
  }
  void Discard(const Key& key, const Version& by) {
    const auto at = siblings.find(key);
    if (at == siblings.end()) return;
    std::erase_if(at->second, [&by](const Versioned<T>& sibling) { return by.Supersedes(sibling.version); });
    if (at->second.empty()) siblings.erase(at);
  }
  void ForgetRemovals() {
    std::erase_if(removals, [this](const Removal<Key>& removal) { return context.Covers(removal.version.past); });
  }
};

}  // namespace convergence
