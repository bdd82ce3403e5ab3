// State machine safety: no two nodes apply different entries at one index,
// restarts included, and no two have different states after it.
//
// States show where a snapshot is taken or restored: the machine, the sessions and the membership.
#include <map>

#include "invariants/by_index.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct FirstApplied {
  core::Epoch epoch;
  core::Fingerprint command;
  core::NodeId node{};
  bool known{};
};

struct StateMachineSafety {
  struct State {
    core::Fingerprint state;
    core::NodeId node{};
  };
  ByIndex<FirstApplied> applied;        // entry i is at i - 1
  std::map<core::Index, State> states;  // of whoever told first

  Ruling On(core::NodeId node, const facts::EntryApplied& f) {
    FirstApplied& first = applied.At(f.index.value - 1);
    if (!first.known) {
      first = {f.epoch, f.command, node, true};
      return Ruling::Noted();
    }
    if (first.epoch == f.epoch && first.command == f.command) return Ruling::Fine();
    return Ruling::Broken(core::Text(first.node) + " applied an entry of " + core::Text(first.epoch) + " at " +
                          core::Text(f.index) + ", " + core::Text(node) + " one of " + core::Text(f.epoch));
  }
  Ruling On(core::NodeId node, const facts::SnapshotTaken& f) { return Compare(node, f.index, f.state); }
  Ruling On(core::NodeId node, const facts::SnapshotRestored& f) { return Compare(node, f.index, f.state); }

 private:
  Ruling Compare(core::NodeId node, core::Index index, const core::Fingerprint& state) {
    const auto [at, first] = states.try_emplace(index, State{state, node});
    if (first) return Ruling::Noted();
    if (at->second.state == state) return Ruling::Fine();
    return Ruling::Broken("after " + core::Text(index) + " the state of " + core::Text(node) +
                          " is another than that of " + core::Text(at->second.node));
  }
};

void Accepted(Story& story) {
  story(1, facts::EntryApplied{{1}, {1}, {7, 7}});
  story(2, facts::EntryApplied{{1}, {1}, {7, 7}});
}
void Rejected(Story& story) {
  story(1, facts::EntryApplied{{1}, {1}, {7, 7}});
  story(2, facts::EntryApplied{{1}, {2}, {8, 8}});
}
REGISTER_INVARIANT("state-machine-safety", StateMachineSafety,
                   "no two nodes apply different entries at one index, or have different states after it",
                   "Raft, Figure 3 and §7", facts::EntryApplied, facts::SnapshotTaken, facts::SnapshotRestored);

}  // namespace
}  // namespace invariants
