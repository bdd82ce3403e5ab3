// No deadlock: while somebody waits, some node has something to do: a message
// under way, a timer running, a sync to complete. Where all is still, nothing
// will ever happen again.
#include <algorithm>

#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct DeadlockFreedom {
  std::uint64_t most{};  // that ever waited at once

  Ruling On(core::NodeId, const facts::Vitals& f) {
    most = std::max(most, f.owed);
    if (!f.still || f.owed == 0) return Ruling::Fine();
    return Ruling::Broken(std::to_string(f.owed) + " wait, and no node has a message, a timer or a sync to wake it");
  }
};

void Accepted(Story& story) {
  story(0, facts::Vitals{.owed = 1, .still = false});
  story(0, facts::Vitals{.owed = 0, .still = true});
}
void Rejected(Story& story) { story(0, facts::Vitals{.owed = 1, .still = true}); }
REGISTER_INVARIANT("deadlock-freedom", DeadlockFreedom, "while somebody waits, some node has something to do",
                   "Coffman et al., System Deadlocks", facts::Vitals);

}  // namespace
}  // namespace invariants
