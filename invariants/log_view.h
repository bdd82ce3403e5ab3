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
  bool followed = true;     // the entry told of last came right after the one before it

  std::uint64_t size() const { return links.size(); }
  std::uint64_t ChainAt(core::Index index) const { return index.value == 0 ? 0 : links[index.value - 1].chain; }
  bool Holds(core::Index index, std::uint64_t chain) const {
    return index.value <= links.size() && ChainAt(index) == chain;
  }

  // An entry that does not follow the last one is left out, for log matching to
  // judge. The size does not tell: the log may hold another entry at that place.
  void Append(const facts::EntryAppended& f) {
    followed = f.index.value == links.size() + 1;
    if (followed) links.push_back({f.epoch, Next(ChainAt({links.size()}), f)});
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

// The logs of all nodes, kept once for all rules.
class LogViews {
 public:
  // Empty for a node that never told of its log.
  const LogView& operator[](core::NodeId node) const {
    static const LogView kEmpty;
    return core::Number(node) < views_.size() ? views_[core::Number(node)] : kEmpty;
  }
  // Nodes that ever had a log: 0 to members() - 1.
  std::uint32_t members() const { return static_cast<std::uint32_t>(views_.size()); }

  void Observe(core::NodeId node, const facts::LogRecovered&) { Of(node).links.clear(); }
  void Observe(core::NodeId node, const facts::LogTruncated& f) { Of(node).Truncate(f.from); }
  void Observe(core::NodeId node, const facts::EntryAppended& f) { Of(node).Append(f); }
  template <class F>
  void Observe(core::NodeId, const F&) {}

 private:
  LogView& Of(core::NodeId node) {
    if (core::Number(node) >= views_.size()) views_.resize(core::Number(node) + 1);
    return views_[core::Number(node)];
  }
  std::vector<LogView> views_;
};

}  // namespace invariants
