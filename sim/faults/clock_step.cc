// A clock step: the victims' wall clocks jump, forward or back, and jump back
// when the window ends, as when somebody corrects a machine's time. Monotonic
// clocks, and so timers, do not notice: a protocol that does has used the wrong
// clock.
#include "sim/fault.h"

namespace sim::faults {
namespace {

void Begin(FaultScope& scope) {
  for (const core::NodeId victim : scope.active.window.nodes) {
    const core::Duration size = scope.DrawFrom(scope.Between("by"));
    const core::Duration by = scope.Draw(2) == 0 ? size : -size;
    scope.physics.StepClock(core::Number(victim), by);
    scope.active.undo.push_back(static_cast<std::uint64_t>(by.count()));
    scope.Count(1);
  }
}

void End(FaultScope& scope) {
  for (std::size_t i = 0; i < scope.active.window.nodes.size(); ++i) {
    const core::Duration by{static_cast<std::int64_t>(scope.active.undo[i])};
    scope.physics.StepClock(core::Number(scope.active.window.nodes[i]), -by);
  }
}

absl::Status Check(const std::vector<core::Parameter>& params) {
  return CheckForm(params, "by", ParameterForm::kBetween);
}

}  // namespace

extern const FaultKind clock_step;
const FaultKind clock_step{
    "clock_step", "the victims' wall clocks jump and jump back when the window ends; effects: jumps",
    "any",        {{"by", "11ms..288s", "how far, forward or back; the default is Jepsen's range"}},
    Begin,        End,
    Check};

}  // namespace sim::faults
