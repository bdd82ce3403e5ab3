// A pause: the victims stand still, as under a long collection of garbage or a
// suspended virtual machine. What arrives meanwhile waits; timers that came due
// fire all at once when they go on, with the world moved on around them.
#include "sim/fault.h"

namespace sim::faults {
namespace {

void Begin(FaultScope& scope) {
  for (const core::NodeId victim : scope.victims()) {
    scope.active.undo.push_back(core::Number(victim));
    if (scope.physics.Pause(core::Number(victim))) scope.Effect();
  }
}

void End(FaultScope& scope) {
  for (const std::uint64_t victim : scope.active.undo) scope.physics.Resume(static_cast<std::uint32_t>(victim));
}

}  // namespace

extern const FaultKind pause;
const FaultKind pause{
    "pause", "the victims stand still and go on when the window ends; effects: pauses", "any", {}, Begin, End};

}  // namespace sim::faults
