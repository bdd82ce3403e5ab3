// A graceful shutdown: the victims are told to stop, get until the deadline to
// finish what they hold, are stopped, and start again when the window ends.
//
// Who has finished early stops early. A process is stopped and not a machine, so
// what it has written stays; what it still holds it may give up in its own words
// (protocols/README.md), except when it stands still and hears nothing.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kDeadline, kMail };

void Begin(FaultScope& scope) {
  for (const core::NodeId victim : scope.victims()) {
    const std::uint32_t node = core::Number(victim);
    if (scope.Spares(node)) continue;
    scope.active.undo.push_back(node);
    if (scope.physics.Drain(node)) scope.Effect();
  }
  scope.TickAfter(scope.Duration(kDeadline));
}

// The deadline.
void Tick(FaultScope& scope) {
  for (const std::uint64_t victim : scope.active.undo) scope.physics.Finish(static_cast<std::uint32_t>(victim));
}

void End(FaultScope& scope) {
  Tick(scope);
  scope.RestartAll(static_cast<Mail>(scope.Word(kMail)));
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind shutdown;
const FaultKind shutdown{
    "shutdown",
    "the victims are told to stop, may finish until a deadline, and restart when the window ends; effects: shutdowns",
    "any",
    {{"deadline", Form::kDuration, "1s", "then they are stopped, or when the window ends", "0s..1h", "10ms..5s"},
     kMailParameter},
    Begin,
    End,
    Tick};

}  // namespace sim::faults
