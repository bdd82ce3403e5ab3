// A hang: the victims stand still, as in a deadlock, until a watchdog kills them
// at the end of the window, and they start again.
//
// Unlike after a pause, nobody ever reads the mail that came meanwhile: it waited
// in the memory of a process that is no more. The machine stays up, so what was
// written stays written.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kMail };

void Begin(FaultScope& scope) {
  for (const core::NodeId victim : scope.victims()) {
    const std::uint32_t node = core::Number(victim);
    if (scope.Spares(node)) continue;
    scope.active.undo.push_back(node);
    if (scope.physics.Hang(node)) scope.Effect();
  }
}

void End(FaultScope& scope) {
  for (const std::uint64_t victim : scope.active.undo) {
    const auto node = static_cast<std::uint32_t>(victim);
    scope.physics.Crash(node, Keeps::kAll);
    scope.Restart(node, static_cast<Mail>(scope.Word(kMail)));
    scope.physics.Unhang(node);
  }
}

}  // namespace

extern const FaultKind hang;
const FaultKind hang{
    "hang", "the victims stand still, and are killed and restarted when the window ends; effects: hangs",
    "any",  {kMailParameter},
    Begin,  End};

}  // namespace sim::faults
