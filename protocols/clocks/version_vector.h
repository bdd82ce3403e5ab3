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

// The name of one write: who names it, and which of his it is, from 1. How far he has counted must be durable before
// anybody hears of it, or he counts anew when he comes back (founding document F66).
struct Dot {
  core::NodeId node{};
  std::uint64_t number{};
  auto operator<=>(const Dot&) const = default;
  void AppendTo(std::string& out) const { out += core::Text(node) + ':' + std::to_string(number); }  // "n2:7"
};

// A set of dots. Nearly all of a node's are there up to some number, so that is what is kept, and beyond it
// one by one: what overtook others.
struct CausalContext {
  VectorClock all;             // of each node everything up to there
  core::List<Dot> exceptions;  // in order, none that `all` says already, nor the next after it

  bool operator==(const CausalContext&) const = default;
  bool empty() const { return all.empty() && exceptions.empty(); }

  bool Contains(const Dot& dot) const {
    return dot.number <= all[dot.node] || std::binary_search(exceptions.begin(), exceptions.end(), dot);
  }

  void Add(const Dot& dot) {
    if (Contains(dot)) return;
    exceptions.insert(std::lower_bound(exceptions.begin(), exceptions.end(), dot), dot);
    Close(dot.node);
  }

  // The next dot of this node, which is then in the set. Only the node itself may ask.
  Dot Next(core::NodeId node) { return {node, all.Tick(node)}; }

  void Join(const CausalContext& other) {
    all.Join(other.all);
    core::List<Dot> both;
    both.reserve(exceptions.size() + other.exceptions.size());
    std::set_union(exceptions.begin(), exceptions.end(), other.exceptions.begin(), other.exceptions.end(),
                   std::back_inserter(both));
    exceptions = std::move(both);
    for (std::size_t at = 0; at < exceptions.size();) {
      const core::NodeId node = exceptions[at].node;
      Close(node);
      const auto next = std::upper_bound(exceptions.begin(), exceptions.end(), Dot{node, ~std::uint64_t{}});
      at = static_cast<std::size_t>(next - exceptions.begin());
    }
  }

  // Calls `f(dot)` for each that is not in `other`.
  template <class F>
  void ForEachBeyond(const CausalContext& other, F&& f) const {
    const auto unless_there = [&](const Dot& dot) {
      if (!other.Contains(dot)) f(dot);
    };
    for (const auto& count : all.counts) {
      for (std::uint64_t number = other.all[count.process] + 1; number <= count.events; ++number) {
        unless_there({count.process, number});
      }
    }
    for (const Dot& dot : exceptions) unless_there(dot);
  }

  // Whether all that is in `other` is in here.
  bool Covers(const CausalContext& other) const {
    const auto contains = [this](const Dot& dot) { return Contains(dot); };
    // What is here up to some number is in `all`, or there would be a gap, which no exceptions close.
    return all.Covers(other.all) && std::all_of(other.exceptions.begin(), other.exceptions.end(), contains);
  }

 private:
  // `exceptions` and `all` may meet by now: what is said twice or follows on goes.
  void Close(core::NodeId node) {
    const auto first = std::lower_bound(exceptions.begin(), exceptions.end(), Dot{node, 0});
    auto end = first;
    std::uint64_t reached = all[node];
    for (; end != exceptions.end() && end->node == node && end->number <= reached + 1; ++end) {
      reached = std::max(reached, end->number);
    }
    exceptions.erase(first, end);
    all.Raise(node, reached);
  }
};

}  // namespace clocks
