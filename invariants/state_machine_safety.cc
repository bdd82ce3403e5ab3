// State machine safety: no two nodes apply different entries at one index,
// restarts included.
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
  std::vector<FirstApplied> applied;  // by index, from 1

  Ruling On(core::NodeId node, const facts::EntryApplied& f) {
    if (applied.size() < f.index.value) applied.resize(f.index.value);
    FirstApplied& first = applied[f.index.value - 1];
    if (!first.known) {
      first = {f.epoch, f.command, node, true};
      return Ruling::Noted();
    }
    if (first.epoch == f.epoch && first.command == f.command) return Ruling::Fine();
    return Ruling::Broken(core::Text(first.node) + " applied an entry of " + core::Text(first.epoch) + " at " +
                          core::Text(f.index) + ", " + core::Text(node) + " one of " + core::Text(f.epoch));
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
REGISTER_INVARIANT("state-machine-safety", StateMachineSafety, "no two nodes apply different entries at one index",
                   "Raft, Figure 3", facts::EntryApplied);

}  // namespace
}  // namespace invariants
