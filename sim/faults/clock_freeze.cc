// A frozen clock: the victims' wall clocks stand still while the window lasts and
// then jump to where they would be, as when a host's time source hangs. Monotonic
// clocks, and so timers, go on.
#include "sim/fault.h"

namespace sim::faults {
namespace {

void Begin(FaultScope& scope) {
  for (const core::NodeId victim : scope.victims()) {
    Clock& clock = scope.physics.clocks[core::Number(victim)];
    scope.Effect(clock.freezes == 0);
    clock.Freeze(scope.physics.now);
  }
}

void End(FaultScope& scope) {
  for (const core::NodeId victim : scope.victims()) scope.physics.clocks[core::Number(victim)].Thaw();
}

}  // namespace

extern const FaultKind clock_freeze;
const FaultKind clock_freeze{"clock_freeze",
                             "the victims' wall clocks stand still, and jump to where they would be when the window "
                             "ends; effects: clocks frozen",
                             "any",
                             {},
                             Begin,
                             End};

}  // namespace sim::faults
