// Bounded queues: what waits somewhere (packets under way, timers, events of a
// paused node, outputs that wait for a disk) stays below a bound that grows only
// with the number of nodes. A protocol that answers each message with two is
// found by this long before memory runs out.
#include <algorithm>

#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct BoundedQueues {
  std::uint64_t most{};  // that ever waited at once

  Ruling On(core::NodeId, const facts::Vitals& f) {
    most = std::max(most, f.pending);
    if (f.pending <= f.most_pending) return Ruling::Fine();
    return Ruling::Broken(std::to_string(f.pending) + " things wait in queues; the bound is " +
                          std::to_string(f.most_pending));
  }
};

void Accepted(Story& story) { story(0, facts::Vitals{.pending = 10, .most_pending = 10}); }
void Rejected(Story& story) { story(0, facts::Vitals{.pending = 11, .most_pending = 10}); }
REGISTER_INVARIANT("bounded-queues", BoundedQueues, "what waits in queues stays below a bound",
                   "Little's law: a stable system holds a bounded number", facts::Vitals);

}  // namespace
}  // namespace invariants
