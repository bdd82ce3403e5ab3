// No livelock: while nothing disturbs the cluster and somebody waits, something
// is committed within the time the scenario gives it to recover. A cluster that
// is busy electing, or resending, for longer is busy with itself.
#include <algorithm>

#include "invariants/invariant.h"
#include "protocols/core/params.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct LivelockFreedom {
  core::Duration longest{};  // stall so far

  Ruling On(core::NodeId, const facts::Vitals& f) {
    longest = std::max(longest, f.stalled);
    if (f.stalled <= f.patience) return Ruling::Fine();
    return Ruling::Broken("nothing was committed for " + core::FormatDuration(f.stalled) +
                          " although nothing was wrong and " + std::to_string(f.owed) + " waited; the bound is " +
                          core::FormatDuration(f.patience));
  }
};

facts::Vitals After(core::Duration stalled) {
  return {.owed = 1, .stalled = stalled, .patience = std::chrono::seconds(10)};
}

void Accepted(Story& story) { story(0, After(std::chrono::seconds(10))); }
void Rejected(Story& story) { story(0, After(std::chrono::seconds(11))); }
REGISTER_INVARIANT("livelock-freedom", LivelockFreedom,
                   "with nothing wrong and somebody waiting, something is committed in time",
                   "Raft, §5.6 (availability); Alpern & Schneider, Defining liveness, made a bound", facts::Vitals);

}  // namespace
}  // namespace invariants
