// A pause: the victims stand still, as under a long collection of garbage or a
// suspended virtual machine. What arrives meanwhile waits; timers that came due
// fire all at once when they go on, with the world moved on around them.
#include "sim/fault.h"

namespace sim::faults {
namespace {

void Begin(FaultScope& scope) {
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    const bool stands_still = scope.physics.Pause(core::Number(scope.victims()[i]));
    scope.Effect(stands_still);
    scope.Note(i, std::uint64_t{stands_still});
  }
}

void End(FaultScope& scope) {
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    const std::uint32_t node = core::Number(scope.victims()[i]);
    const bool waited_to_start = scope.physics.Resume(node) && scope.physics.processes[node].start_due;
    scope.Effect(waited_to_start && scope.Noted<std::uint64_t>(i) == 0);
  }
}

}  // namespace

extern const FaultKind pause;
const FaultKind pause{
    "pause", "the victims stand still and go on when the window ends; effects: pauses", "any", {}, Begin, End};

}  // namespace sim::faults
