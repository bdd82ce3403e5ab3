// Meter: what a cluster gets done, at what cost, and when it does nothing for those who wait.
//
// For comparing protocols under one tape of faults. Liveness asks whether a calm cluster has stopped; this looks at
// the storm itself and at what comes right after. It watches: no decision depends on it, nor does the digest.
//
// An entry is committed once, when the first node knows it; who catches up adds nothing. Where nothing is agreed on, an
// update is what an entry is elsewhere: it counts when it is written. Who waits: a client from its first request until
// it is served, however often it is refused or asks anew; an application from the first attempt at an export until that
// is answered, or given up.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "protocols/core/facts.h"
#include "protocols/core/membership.h"
#include "protocols/core/types.h"
#include "sim/report.h"

namespace sim {

class Meter {
 public:
  Meter(core::Duration patience, std::uint32_t members, std::uint32_t nodes, std::uint32_t clients)
      : patience_(patience),
        nodes_(nodes),
        clients_(clients),
        waits_(nodes + clients),
        asks_(waits_.size()),
        applied_(members),
        memberships_(members),
        members_(members) {}

  // --- what nodes say ---------------------------------------------------------

  template <class F>
  void Learn(std::uint32_t, const F&, core::TrueTime) {}

  // Logs have no gaps, so the highest index that anybody knows to be committed counts the entries.
  void Learn(std::uint32_t, const facts::Committed& f, core::TrueTime now) {
    if (f.index <= committed_) return;  // others knew
    committed_ = f.index;
    Advance(now);
  }
  void Learn(std::uint32_t node, const facts::MembershipAdopted& f, core::TrueTime) {
    if (node < memberships_.size()) memberships_[node] = f;
  }
  void Learn(std::uint32_t node, const facts::EntryApplied& f, core::TrueTime now) { Applied(node, f.index, now); }
  void Learn(std::uint32_t node, const facts::SnapshotRestored& f, core::TrueTime now) { Applied(node, f.index, now); }
  void Learn(std::uint32_t node, const facts::RequestAcknowledged& f, core::TrueTime now) {
    if (!storm_ended_ || healed_ || !IsAskedSince(f.request)) return;
    healed_ = now;
    // A repetition took effect earlier, but what says so is the entry that the node has just applied.
    all_need_ = std::max(f.index, applied_[node]);
    LookAtCore(now);
  }
  // Without agreement an update is what an entry is with it.
  void Learn(std::uint32_t, const facts::UpdateIssued& f, core::TrueTime) {
    ++updates_;
    if (storm_ended_ && !healed_) since_.try_emplace(f.name, members_);
  }
  void Learn(std::uint32_t, const facts::UpdateAcknowledged& f, core::TrueTime now) {
    Advance(now);
    if (healed_ || since_.count(f.name) == 0) return;
    healed_ = now;
    all_need_update_ = f.name;
    LookWhoKnows(now);
  }
  void Learn(std::uint32_t node, const facts::UpdateKnown& f, core::TrueTime now) {
    const auto update = since_.find(f.name);
    if (update == since_.end() || node >= members_) return;
    update->second[node] = true;
    LookWhoKnows(now);
  }
  void Learn(std::uint32_t application, const facts::SpanConfirmed&, core::TrueTime now) { Served(application, now); }
  void Learn(std::uint32_t application, const facts::SpanDropped& f, core::TrueTime now) {
    if (f.reason == facts::DropReason::kQueueFull) return;  // it was never asked about
    if (f.reason == facts::DropReason::kRejected) return Served(application, now);
    SetWaits(application, false, now);
  }

  // An export without spans is answered without a word about any.
  void Learn(std::uint32_t application, const facts::ExporterLevel& f, core::TrueTime now) {
    if (f.held == 0) SetWaits(application, false, now);
  }

  // --- what the engine sees -----------------------------------------------------

  // An endpoint asks: a client its request of this number, an application any.
  void Asked(std::uint32_t endpoint, std::uint64_t sequence, core::TrueTime now) {
    SetWaits(endpoint, true, now);
    if (storm_ended_ && !asks_[endpoint]) asks_[endpoint] = sequence;
  }
  void Served(std::uint32_t endpoint, core::TrueTime now) {
    Advance(now);  // a read may be answered without anything being committed
    SetWaits(endpoint, false, now);
  }
  void Contented(std::uint32_t endpoint, core::TrueTime now) { SetWaits(endpoint, false, now); }
  void Crashed(std::uint32_t node, core::TrueTime now) {
    SetWaits(node, false, now);
    if (node < applied_.size()) applied_[node] = {};
    for (auto& [name, knows] : since_) {
      if (node < members_) knows[node] = false;
    }
  }
  void EndStorm(const std::vector<std::uint32_t>& core, core::TrueTime now) {
    if (waiting_ > 0) EndLapse(now);
    storm_ended_ = now;
    core_ = core;
  }

  // All but what the transport counts.
  Effort Measured(core::TrueTime now) const {
    Effort effort;
    effort.commits = committed_.value + updates_;
    effort.patience = patience_;
    effort.storm = storm_ended_.value_or(now).time_since_epoch();
    effort.unavailable = unavailable_;
    effort.longest_lapse = longest_;
    effort.waiting = waiting_;
    if (healed_) effort.healed_after = *healed_ - *storm_ended_;
    if (healed_everywhere_) effort.healed_everywhere_after = *healed_everywhere_ - *storm_ended_;
    return effort;
  }

 private:
  // Something was committed or answered.
  void Advance(core::TrueTime now) {
    if (waiting_ > 0) EndLapse(now);
    advanced_ = now;
  }

  void SetWaits(std::uint32_t endpoint, bool waits, core::TrueTime now) {
    if (waits_[endpoint] == waits) return;
    waits_[endpoint] = waits;
    if (waits && waiting_++ == 0) waited_since_ = now;
    if (!waits && --waiting_ == 0) EndLapse(now);
  }

  // Shorter ones are how the protocol works, and what it waits before it does something about it.
  void EndLapse(core::TrueTime now) {
    const core::Duration lapse = now - std::max(waited_since_, advanced_);
    if (storm_ended_ || lapse <= patience_) return;
    unavailable_ += lapse;
    longest_ = std::max(longest_, lapse);
  }

  bool IsAskedSince(core::RequestId request) const {
    const std::uint32_t number = core::Number(request.client);
    const std::uint32_t endpoint = clients_ > 0 ? nodes_ + number : number;
    return endpoint < asks_.size() && asks_[endpoint] && request.sequence >= *asks_[endpoint];
  }

  void Applied(std::uint32_t node, core::Index index, core::TrueTime now) {
    if (node >= applied_.size()) return;
    applied_[node] = index;
    LookAtCore(now);
  }
  void LookAtCore(core::TrueTime now) {
    if (!healed_ || healed_everywhere_) return;
    const core::Membership* membership = LastMembership();
    for (const std::uint32_t node : core_) {
      const bool removed = membership != nullptr && !membership->Contains(core::NodeId{node});
      if (!removed && applied_[node] < all_need_) return;
    }
    healed_everywhere_ = now;
  }
  void LookWhoKnows(core::TrueTime now) {
    if (!all_need_update_ || healed_everywhere_) return;
    const std::vector<bool>& knows = since_.at(*all_need_update_);
    if (std::all_of(core_.begin(), core_.end(), [&](std::uint32_t node) { return knows[node]; })) {
      healed_everywhere_ = now;
    }
  }
  // The last one that is committed, as far as nodes say; null: they say nothing.
  const core::Membership* LastMembership() const {
    const facts::MembershipAdopted* last = nullptr;
    for (const std::optional<facts::MembershipAdopted>& adopted : memberships_) {
      if (!adopted || adopted->index > committed_) continue;
      if (last == nullptr || adopted->index > last->index) last = &*adopted;
    }
    return last == nullptr ? nullptr : &last->membership;
  }

  core::Duration patience_;
  std::uint32_t nodes_;
  std::uint32_t clients_;
  core::Index committed_{};
  std::vector<std::uint8_t> waits_;  // by endpoint, nodes first
  std::uint32_t waiting_ = 0;        // how many do
  core::TrueTime waited_since_{};    // somebody always has
  core::TrueTime advanced_{};
  core::Duration unavailable_{};
  core::Duration longest_{};
  std::optional<core::TrueTime> storm_ended_;
  std::vector<std::optional<std::uint64_t>> asks_;                    // the first request since then, by endpoint
  std::vector<core::Index> applied_;                                  // by member, in its present life
  std::vector<std::optional<facts::MembershipAdopted>> memberships_;  // by member, the last
  std::vector<std::uint32_t> core_;
  core::Index all_need_{};
  std::uint32_t members_;
  std::uint64_t updates_ = 0;
  std::map<facts::UpdateName, std::vector<bool>> since_;  // written since the storm's end; which members know it
  std::optional<facts::UpdateName> all_need_update_;
  std::optional<core::TrueTime> healed_;
  std::optional<core::TrueTime> healed_everywhere_;
};

}  // namespace sim
