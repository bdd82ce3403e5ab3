// Acknowledged is accepted: what a client was told took effect is on the disks of a majority of the members
// who decide its slot, at that moment and for ever. For logs that may have holes what
// acknowledged-is-durable is for the others.
//
// Judged at each acknowledgement; the furthest one again whenever a leader is elected and at the end, so that
// a disk that forgets what it had is found when it matters.
#include <algorithm>
#include <vector>

#include "invariants/by_index.h"
#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

// What one acceptor's disk holds.
struct AcceptorDisk {
  core::Index base;                    // a snapshot stands for what is chosen up to here
  ByIndex<core::Fingerprint> by_slot;  // behind it; {}: nothing

  bool Holds(core::Index slot, const core::Fingerprint& value) const {
    return slot <= base || (slot.value < by_slot.size() && by_slot[slot.value] == value);
  }
};

struct AcknowledgedIsAccepted {
  ByNode<AcceptorDisk> disks;
  ByIndex<core::Fingerprint> applied;  // by slot
  core::Index furthest;                // that was acknowledged

  // Who decides is kept for us.
  Ruling On(core::NodeId, const facts::MembershipAdopted&) { return Ruling::Noted(); }
  Ruling On(core::NodeId node, const facts::VotesRecovered& f) {
    disks[node] = {f.base, {}};
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::ValueRecovered& f) {
    disks[node].by_slot.At(f.slot.value) = f.value;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::ValueAccepted& f) {
    disks[node].by_slot.At(f.slot.value) = f.value;
    return Ruling::Noted();
  }
  // What has a snapshot, its own or another's, has it on its disk.
  Ruling On(core::NodeId node, const facts::SnapshotTaken& f) {
    StandFor(disks[node], f.index);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::SnapshotRestored& f) {
    StandFor(disks[node], f.index);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId, const facts::EntryApplied& f) {
    applied.At(f.index.value) = f.command;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId, const facts::RequestAcknowledged& f, const LogViews& logs) {
    furthest = std::max(furthest, f.index);
    return Judge(f.index, logs);
  }
  Ruling On(core::NodeId, const facts::LeaderElected&, const LogViews& logs) {
    return furthest.value == 0 ? Ruling::Noted() : Judge(furthest, logs);
  }
  std::vector<Ruling> AtEnd(const LogViews& logs) {
    std::vector<Ruling> rulings;
    if (furthest.value > 0) rulings.push_back(Judge(furthest, logs));
    return rulings;
  }

 private:
  static void StandFor(AcceptorDisk& disk, core::Index index) { disk.base = std::max(disk.base, index); }

  Ruling Judge(core::Index slot, const LogViews& logs) {
    const core::Membership* deciders = logs.slots().DecidersOf(slot);
    if (deciders == nullptr) return Ruling::Noted();
    const core::Fingerprint value = applied.At(slot.value);
    const auto holds = [&](core::NodeId node) { return disks[node].Holds(slot, value); };
    if (deciders->HasMajority(holds)) return Ruling::Fine();
    return Ruling::Broken("what slot " + core::Text(slot) +
                          " holds was acknowledged and is not on the disks of a majority of " + core::Text(*deciders));
  }
};

void Tell(Story& story, std::uint32_t holders) {
  story(0, facts::MembershipAdopted{{}, core::Membership::Of(3, 3)});
  for (std::uint32_t node = 0; node < holders; ++node) story(node, facts::ValueAccepted{{3}, {1}, {7, 7}});
  story(0, facts::EntryApplied{{1}, {}, {7, 7}});
  story(0, facts::RequestAcknowledged{{core::ClientId{1}, 1}, {1}});
}
void Accepted(Story& story) { Tell(story, 2); }
void Rejected(Story& story) { Tell(story, 1); }
REGISTER_INVARIANT(
    "acknowledged-is-accepted", AcknowledgedIsAccepted,
    "what was acknowledged is on the disks of a majority of those who decide its slot, then and for ever",
    "Lamport, Paxos Made Simple, §2.2 and §3", facts::MembershipAdopted, facts::VotesRecovered, facts::ValueRecovered,
    facts::ValueAccepted, facts::SnapshotTaken, facts::SnapshotRestored, facts::EntryApplied,
    facts::RequestAcknowledged, facts::LeaderElected);

}  // namespace
}  // namespace invariants
