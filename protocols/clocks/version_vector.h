// Dotted version vectors: which writes a replica knows, to the single write (Preguiça, Baquero, Almeida, Fonte &
// Gonçalves, "Dotted Version Vectors", 2010; Almeida, Shoker & Baquero, "Delta state replicated data types", 2018, §7).
//
// Each write has a name of its own, its dot. A context is a set of dots, and what it says is: these have been
// here. A write whose dot is in the context and that is not here has been overwritten or removed; one
// whose dot is not in it has never been seen. So no deletion needs a marker, as long as two rules are kept:
// nobody gives a dot twice, and nobody has a dot in his context before he has what it stands for.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

#include "protocols/clocks/vector_clock.h"
#include "protocols/core/pool.h"
#include "protocols/core/types.h"

namespace clocks {

// Who gives dots: one life of a node. A node that comes back may not know how far it had counted, so it
// goes on under another name (Riak's per-key actor epochs; founding document F66).
struct Actor {
  core::NodeId node{};
  std::uint32_t life{};
  auto operator<=>(const Actor&) const = default;
  void AppendTo(std::string& out) const { out += core::Text(node) + '.' + std::to_string(life); }  // "n2.1"
};

// The name of one write.
struct Dot {
  Actor actor;
  std::uint64_t number{};  // of this actor's, from 1
  auto operator<=>(const Dot&) const = default;
  void AppendTo(std::string& out) const {  // "n2.1:7"
    actor.AppendTo(out);
    out += ':' + std::to_string(number);
  }
};

// A set of dots. Nearly all of an actor's are there up to some number, so that is what is kept, and beyond it
// one by one: what overtook others.
struct CausalContext {
  CountsOf<Actor> all;         // of each actor everything up to there
  core::List<Dot> exceptions;  // in order, none that `all` says already, nor the next after it

  bool operator==(const CausalContext&) const = default;
  bool empty() const { return all.empty() && exceptions.empty(); }

  bool Contains(const Dot& dot) const {
    return dot.number <= all[dot.actor] || std::binary_search(exceptions.begin(), exceptions.end(), dot);
  }

  void Add(const Dot& dot) {
    if (Contains(dot)) return;
    exceptions.insert(std::lower_bound(exceptions.begin(), exceptions.end(), dot), dot);
    Close(dot.actor);
  }

  // The next dot of this actor, which is then in the set. Only the actor itself may ask.
  Dot Next(const Actor& actor) { return {actor, all.Tick(actor)}; }

  void Join(const CausalContext& other) {
    all.Join(other.all);
    core::List<Dot> both;
    both.reserve(exceptions.size() + other.exceptions.size());
    std::set_union(exceptions.begin(), exceptions.end(), other.exceptions.begin(), other.exceptions.end(),
                   std::back_inserter(both));
    exceptions = std::move(both);
    for (std::size_t at = 0; at < exceptions.size();) {
      const Actor actor = exceptions[at].actor;
      Close(actor);
      const auto next = std::upper_bound(exceptions.begin(), exceptions.end(), Dot{actor, ~std::uint64_t{}});
      at = static_cast<std::size_t>(next - exceptions.begin());
    }
  }

  // Whether all that is in `other` is in here.
  bool Covers(const CausalContext& other) const {
    const auto contains = [this](const Dot& dot) { return Contains(dot); };
    // What is here up to some number is in `all`, or there would be a gap, which no exceptions close.
    return all.Covers(other.all) && std::all_of(other.exceptions.begin(), other.exceptions.end(), contains);
  }

 private:
  // `exceptions` and `all` may meet by now: what is said twice or follows on goes.
  void Close(const Actor& actor) {
    const auto first = std::lower_bound(exceptions.begin(), exceptions.end(), Dot{actor, 0});
    auto end = first;
    std::uint64_t reached = all[actor];
    for (; end != exceptions.end() && end->actor == actor && end->number <= reached + 1; ++end) {
      reached = std::max(reached, end->number);
    }
    exceptions.erase(first, end);
    all.Raise(actor, reached);
  }
};

}  // namespace clocks
