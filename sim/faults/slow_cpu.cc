// A slow processor: every event takes the victims a while, and what comes in the
// meantime waits in line.
//
// A message, a request, a timer, a sync that is complete: each is handled when
// its time of work is over, in the order in which they came. So a node that gets
// more than it can do falls further and further behind, and its timers with it,
// which no delay of the network imitates.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kBy };

void Begin(FaultScope& scope) {
  for (const core::NodeId victim : scope.victims()) {
    scope.physics.Slow(core::Number(victim), scope.Between(kBy), scope.active.kind);
  }
}

void End(FaultScope& scope) {
  for (const core::NodeId victim : scope.victims()) scope.physics.Quicken(core::Number(victim), scope.Between(kBy));
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind slow_cpu;
const FaultKind slow_cpu{
    "slow_cpu", "each event takes the victims a while, and what comes meanwhile waits; effects: events slowed",
    "any",      {{"by", Form::kDuration, "100us..10ms", "that each event takes", "0s..1h", "100us..50ms"}},
    Begin,      End};

}  // namespace sim::faults
