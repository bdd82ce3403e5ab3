// A clock step: the victims' wall clocks jump, forward or back, and jump back
// when the window ends, as when somebody corrects a machine's time. Monotonic
// clocks, and so timers, do not notice: a protocol that does has used the wrong
// clock.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kBy };

void Begin(FaultScope& scope) {
  for (const core::NodeId victim : scope.victims()) {
    const core::Duration size = scope.Duration(kBy);
    const core::Duration by = scope.Draw(2) == 0 ? size : -size;
    scope.physics.StepClock(core::Number(victim), by);
    scope.active.undo.push_back(static_cast<std::uint64_t>(by.count()));
    scope.Effect(by != core::Duration{});
  }
}

void End(FaultScope& scope) {
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    const core::Duration by{static_cast<std::int64_t>(scope.active.undo[i])};
    scope.physics.StepClock(core::Number(scope.victims()[i]), -by);
  }
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind clock_step;
const FaultKind clock_step{"clock_step",
                           "the victims' wall clocks jump and jump back when the window ends; effects: jumps",
                           "any",
                           {{"by", Form::kDuration, "11ms..288s",
                             "how far, forward or back; the default is Jepsen's range", "0s..24h", "11ms..288s"}},
                           Begin,
                           End};

}  // namespace sim::faults
