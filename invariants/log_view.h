// What the replicated logs look like from outside, rebuilt from facts.
//
// A log is kept as a chain: the fingerprint at index i covers entries 1 to i
// with their epochs. Two logs agree up to i if and only if their chains at i are
// equal, so every comparison of whole prefixes costs one comparison of two
// words. Since facts wait for the disk, a view shows what is durable.
//
// A snapshot stands for the beginning of a log, and nobody tells of entries that it
// stands for: up to there a log is what is committed, which is kept here as one more
// chain. Who votes is kept as well, since what a majority holds depends on it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "invariants/by_index.h"
#include "invariants/slot_view.h"
#include "protocols/core/facts.h"
#include "protocols/core/fingerprint.h"
#include "protocols/core/membership.h"
#include "protocols/core/quorum.h"

namespace invariants {

struct Link {
  core::Epoch epoch;
  std::uint64_t chain{};  // of this entry and all before it
};

struct LogView {
  ByIndex<Link> links;   // entry i is links[i - 1]
  core::Index base;      // up to here a snapshot stands for it
  bool followed = true;  // the entry told of last came right after the one before it

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
    if (from.value >= 1) links.CutTo(from.value - 1);
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
  // Of a log that is a row of slots, and may have holes.
  const SlotViews& slots() const { return slots_; }
  // What is committed, each entry as the first who knew of it had it.
  const LogView& committed() const { return committed_; }

  void Observe(core::NodeId node, const facts::LogRecovered& f) {
    LogView& log = Of(node);
    log.followed = f.base.value <= committed_.size();
    log.base = log.followed ? f.base : core::Index{};
    log.links = committed_.links;
    log.links.CutTo(log.base.value);
  }
  void Observe(core::NodeId node, const facts::LogTruncated& f) { Of(node).Truncate(f.from); }
  void Observe(core::NodeId node, const facts::EntryAppended& f) { Of(node).Append(f); }
  void Observe(core::NodeId node, const facts::Committed& f) {
    if (f.index > reached_) {
      reached_ = f.index;
      ForgetMemberships();
    }
    if (f.index.value <= committed_.size()) return;
    const ByIndex<Link>& links = (*this)[node].links;
    const std::uint64_t known = std::min(f.index.value, links.size());
    for (std::uint64_t i = committed_.size(); i < known; ++i) committed_.links.push_back(links[i]);
    ForgetMemberships();
  }
  // Two logs may say different things at one place until one of them is committed, and a node that was
  // away may tell of the other long after that.
  void Observe(core::NodeId node, const facts::MembershipAdopted& f) {
    if (!tells_of_logs()) slots_.Observe(f);
    const LogView& log = (*this)[node];
    const LogView& says = f.index.value <= log.size() ? log : committed_;  // a snapshot may be ahead of the log
    if (tells_of_logs() && f.index.value > says.size()) return;
    const Known told{f.index, tells_of_logs() ? says.ChainAt(f.index) : 0, f.membership};
    const auto same = [&](const Known& known) { return known.index == told.index && known.chain == told.chain; };
    if (std::any_of(memberships_.begin(), memberships_.end(), same)) return;
    if (!memberships_.empty() && told.index < memberships_.front().index) return;  // a later one is committed
    const auto later = std::find_if(memberships_.begin(), memberships_.end(),
                                    [&](const Known& known) { return known.index > told.index; });
    memberships_.insert(later, told);
    ForgetMemberships();
  }
  void Observe(core::NodeId node, const facts::ValueProposed& f) { slots_.Observe(node, f); }
  void Observe(core::NodeId node, const facts::ValueAccepted& f) { slots_.Observe(node, f); }
  void Observe(core::NodeId node, const facts::ValueRecovered& f) { slots_.Observe(node, f); }
  template <class F>
  void Observe(core::NodeId, const F&) {}

  // Whether the nodes for which `has(node)` are a majority of those who vote: by the last membership
  // that is known to be committed, or by one that somebody goes by already. Of all that have a log, if nobody tells.
  //
  // A leader goes by a membership as soon as it appends it, and what it commits by that is heard of before the
  // membership itself is on any disk: where one in between is committed, what it leads to counts.
  template <class Has>
  bool HasMajority(Has&& has) const {
    if (!memberships_.empty()) {
      return std::any_of(memberships_.begin(), memberships_.end(), [&](const Known& known) {
        const core::Membership& membership = known.membership;
        return membership.HasMajority(has) ||
               (membership.joint() && known.index.value <= committed_.size() && membership.Settled().HasMajority(has));
      });
    }
    std::uint32_t holders = 0;
    for (std::uint32_t node = 0; node < members(); ++node) holders += has(core::NodeId{node});
    return holders >= core::Majority(members());
  }

  // Whether the node is a member, by the last membership that holds; if nobody tells, it is.
  bool IsMember(core::NodeId node) const {
    return memberships_.empty() || memberships_.front().membership.Contains(node);
  }

 private:
  // What the log says at `index`; `chain` tells which log.
  struct Known {
    core::Index index;
    std::uint64_t chain{};
    core::Membership membership;
  };

  // Paxos does not: its logs have holes.
  bool tells_of_logs() const { return !views_.empty(); }

  // Those that have come to nothing, and those before the last that holds. In a log a membership is an entry, and holds
  // for good when that is committed. Without one it has been chosen long before the first slot that it decides, and
  // holds when that slot is the next: whom it leaves out nobody serves from then on, even if nothing is ever chosen
  // there.
  void ForgetMemberships() {
    if (memberships_.size() < 2) return;
    if (tells_of_logs()) {
      std::erase_if(memberships_, [&](const Known& known) {
        return known.index.value <= committed_.size() && !committed_.Holds(known.index, known.chain);
      });
    }
    const std::uint64_t holds = tells_of_logs() ? committed_.size() : reached_.value + 1;
    while (memberships_.size() > 1 && memberships_[1].index.value <= holds) {
      memberships_.erase(memberships_.begin());
    }
  }

  LogView& Of(core::NodeId node) {
    if (core::Number(node) >= views_.size()) views_.resize(core::Number(node) + 1);
    return views_[core::Number(node)];
  }
  std::vector<LogView> views_;
  SlotViews slots_;
  core::Index reached_;             // that is known to be committed
  LogView committed_;               // up to there, if logs are told of
  std::vector<Known> memberships_;  // by index: one that holds, then later ones
};

}  // namespace invariants
