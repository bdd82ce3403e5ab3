// Epoch monotone: a node never goes back to an earlier epoch, restarts included.
//
// A node that starts says which epoch its disk remembers. That alone does no harm if it is an
// earlier one; it is held against the node when it enters one that it has left. If it goes on in
// the very epoch that it has forgotten, what it does in it twice is for vote-once to say.
#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct EpochMonotone {
  struct Past {
    core::Epoch latest;  // in any boot
    bool running{};      // has said which epoch it starts in
  };
  ByNode<Past> nodes;

  Ruling On(core::NodeId node, const facts::EpochEntered& f) {
    Past& past = nodes[node];
    const bool starts = !past.running;
    past.running = true;
    if (f.epoch >= past.latest) {
      past.latest = f.epoch;
      return Ruling::Fine();
    }
    if (starts) return Ruling::Noted();
    return Ruling::Broken(core::Text(node) + " entered " + core::Text(f.epoch) + " after it had been in " +
                          core::Text(past.latest));
  }
  Ruling On(core::NodeId node, const facts::Crashed&) {
    nodes[node].running = false;
    return Ruling::Noted();
  }
};

void Accepted(Story& story) {
  for (std::uint64_t epoch : {0u, 1u, 3u}) story(1, facts::EpochEntered{{epoch}});
  story(1, facts::Crashed{});
  for (std::uint64_t epoch : {3u, 4u}) story(1, facts::EpochEntered{{epoch}});
}
void Rejected(Story& story) {
  for (std::uint64_t epoch : {0u, 3u}) story(1, facts::EpochEntered{{epoch}});
  story(1, facts::Crashed{});
  for (std::uint64_t epoch : {0u, 2u}) story(1, facts::EpochEntered{{epoch}});
}
REGISTER_INVARIANT("epoch-monotone", EpochMonotone,
                   "a node enters no epoch earlier than one it was in, restarts included",
                   "Raft, §5.1 and Figure 2, currentTerm", facts::EpochEntered, facts::Crashed);

}  // namespace
}  // namespace invariants
