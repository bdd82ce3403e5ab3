// What the replicated logs look like from outside, rebuilt from facts.
//
// A log is kept as a chain: the fingerprint at index i covers entries 1 to i
// with their epochs. Two logs agree up to i if and only if their chains at i are
// equal, so every comparison of whole prefixes costs one comparison of two
// words. Since facts wait for the disk, a view shows what is durable.
#pragma once

#include <cstdint>
#include <vector>

#include "protocols/core/facts.h"
#include "protocols/core/fingerprint.h"

namespace invariants {

struct Link {
  core::Epoch epoch;
  std::uint64_t chain{};  // of this entry and all before it
};

struct LogView {
  std::vector<Link> links;  // entry i is links[i - 1]

  std::uint64_t size() const { return links.size(); }
  std::uint64_t ChainAt(core::Index index) const { return index.value == 0 ? 0 : links[index.value - 1].chain; }
  bool Holds(core::Index index, std::uint64_t chain) const {
    return index.value <= links.size() && ChainAt(index) == chain;
  }

  // False: the entry does not follow the last one.
  bool Append(const facts::EntryAppended& f) {
    if (f.index.value != links.size() + 1) return false;
    links.push_back({f.epoch, Next(ChainAt({links.size()}), f)});
    return true;
  }
  void Truncate(core::Index from) {
    if (from.value >= 1 && from.value <= links.size()) links.resize(from.value - 1);
  }

  static std::uint64_t Next(std::uint64_t before, const facts::EntryAppended& f) {
    core::Fingerprint chain{before, f.epoch.value};
    chain.Mix(f.command.high);
    chain.Mix(f.command.low);
    return chain.high ^ chain.low;
  }
};

// Views by node; grows when a new node is heard of.
struct LogViews {
  std::vector<LogView> views;
  LogView& operator[](core::NodeId node) {
    if (core::Number(node) >= views.size()) views.resize(core::Number(node) + 1);
    return views[core::Number(node)];
  }
};

}  // namespace invariants
