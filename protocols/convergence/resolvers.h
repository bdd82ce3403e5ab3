// Resolvers: how siblings become one value.
//
// A resolver is a pure function of the set of siblings. It is handed them in an order that is total, the last written
// last, so what it answers cannot depend on the way they came here, nor on which of them is whose (founding document
// F55). And it is handed values and versions apart, and answers a value: what it makes holds no bookkeeping of what it
// was made from (F59).
//
// Most resolutions are views: nothing is written, all who have the same siblings see the same, and there is an end of
// messages once all have. A resolution that is to be kept is a write like any other, and has seen all that it was made
// from: so it supersedes them wherever it comes, and is no new conflict with any (F57).
#pragma once

#include <algorithm>
#include <concepts>
#include <optional>
#include <span>

#include "protocols/convergence/lattice.h"
#include "protocols/convergence/siblings.h"

namespace convergence {

// What it owes, beside being such a function (tests/harness/merge_laws.h checks it, for the tests of who writes one):
// 1. It asks nothing else: no clock, no generator, no state.
// 2. If all siblings have the same value, that is the answer. Two nodes may write one resolution at a time; these are
//    siblings again, and if they came out otherwise it would go on for ever.
// If what it answers is written, also:
// 3. It makes no difference whether some of the siblings were resolved before: else what all have in the end depends on
//    who met whom. A join of values does so; the last writer does not, since a resolution has a stamp of its own.
template <class R, class T>
concept ResolverOf = requires(const R& resolve, std::span<const Versioned<T>> siblings) {
  { resolve(siblings) } -> std::same_as<T>;
};

// The value of the last write, by hybrid time and then dot. Only among siblings: what a write has seen it supersedes
// whatever anybody's clock says (F58). A view; see the third law.
struct LastWriterWins {
  template <class T>
  T operator()(std::span<const Versioned<T>> siblings) const {
    return siblings.back().value;
  }
};

// For records whose fields merge, each by itself.
struct FieldWise {
  template <core::Aggregate T>
  T operator()(std::span<const Versioned<T>> siblings) const {
    T joined{};
    for (const Versioned<T>& sibling : siblings) JoinFields(joined, sibling.value);
    return joined;
  }
};

// As resolvers are handed them.
template <class T>
Siblings<T> InOrder(Siblings<T> siblings) {
  std::sort(siblings.begin(), siblings.end(),
            [](const Versioned<T>& a, const Versioned<T>& b) { return a.version.stamp < b.version.stamp; });
  return siblings;
}

// None: there is no value. One that has no siblings is not asked about.
template <class T, ResolverOf<T> Resolver>
std::optional<T> View(const Siblings<T>& siblings, const Resolver& resolve) {
  if (siblings.empty()) return std::nullopt;
  if (siblings.size() == 1) return siblings.front().value;
  const Siblings<T> ordered = InOrder(siblings);
  return resolve(std::span<const Versioned<T>>(ordered));
}

// Writes what the siblings of a key resolve to. None: they are not in conflict, and nothing is written.
template <class Key, class T, ResolverOf<T> Resolver>
std::optional<Change<Key, T>> WriteResolved(SiblingStore<Key, T>& store, const Key& key, const Stamp& stamp,
                                            const Resolver& resolve) {
  const Siblings<T>& siblings = store.At(key);
  if (siblings.size() < 2) return std::nullopt;
  return store.Write(key, store.Seen(key), stamp, View(siblings, resolve));
}

}  // namespace convergence
