// Updates that spread without agreement, as their facts show them: names, and places among those about one subject.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "protocols/core/facts.h"
#include "protocols/core/text.h"

namespace invariants {

// Of the updates about one subject the one with the highest place stands in the end.
struct UpdatePlace {
  core::WallTime at{};
  std::uint32_t count{};
  facts::UpdateName name;
  auto operator<=>(const UpdatePlace&) const = default;
};
inline UpdatePlace PlaceOf(const facts::UpdateStands& f) { return {f.at, f.count, f.name}; }

// A set of names. Nearly all of a node's are in it up to some number, so that is what is kept of these.
struct NameSet {
  struct OfNode {
    std::uint64_t all{};             // up to there
    std::set<std::uint64_t> beyond;  // not the next one
  };
  std::map<core::NodeId, OfNode> nodes;

  bool Contains(const facts::UpdateName& name) const {
    const auto at = nodes.find(name.node);
    return at != nodes.end() && Has(at->second, name.number);
  }
  void Add(const facts::UpdateName& name) {
    OfNode& of = nodes[name.node];
    if (name.number > of.all) of.beyond.insert(name.number);
    Close(of);
  }
  void Join(const NameSet& other) {
    for (const auto& [node, theirs] : other.nodes) {
      OfNode& of = nodes[node];
      of.all = std::max(of.all, theirs.all);
      of.beyond.insert(theirs.beyond.begin(), theirs.beyond.end());
      Close(of);
    }
  }
  // Whether all that is in `other` is in here.
  bool Covers(const NameSet& other) const {
    static const OfNode kNone;
    return std::all_of(other.nodes.begin(), other.nodes.end(), [this](const auto& entry) {
      const auto& [node, theirs] = entry;
      const auto at = nodes.find(node);
      const OfNode& ours = at == nodes.end() ? kNone : at->second;
      return theirs.all <= ours.all && std::all_of(theirs.beyond.begin(), theirs.beyond.end(),
                                                   [&](std::uint64_t number) { return Has(ours, number); });
    });
  }

 private:
  static bool Has(const OfNode& of, std::uint64_t number) { return number <= of.all || of.beyond.count(number) > 0; }
  static void Close(OfNode& of) {
    while (!of.beyond.empty() && *of.beyond.begin() <= of.all + 1) {
      of.all = std::max(of.all, *of.beyond.begin());
      of.beyond.erase(of.beyond.begin());
    }
  }
};

// "n2:7", as a dot reads.
inline std::string Name(const facts::UpdateName& name) {
  return core::Text(name.node) + ':' + std::to_string(name.number);
}

}  // namespace invariants
