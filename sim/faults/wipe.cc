// A wiped disk: the victims lose power, and the machines come back with nothing
// on their disks.
//
// A node that takes an empty disk for a new beginning has forgotten its votes and
// its promises, and may break them. So what identifies the node is gone with the
// rest, recovery takes note (sim/disk.h), and the node halts unless its protocol
// knows how to come back as somebody who knows nothing. Whose disks may be lost
// at all is for the budget of disks to say.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kMail };

void Begin(FaultScope& scope) {
  Physics& physics = scope.physics;
  for (const core::NodeId victim : scope.victims()) {
    const std::uint32_t node = core::Number(victim);
    if (!physics.MayDamage(node)) {
      ++physics.spared[scope.active.kind];
      continue;
    }
    const bool was_down = physics.processes[node].crashes > 0;
    if (!scope.Crash(node, Keeps::kSynced)) continue;  // else it counts what was up
    const Disk& disk = physics.disks[node];
    if (physics.processes[node].halted || disk.durable() == 0) continue;
    const bool wiped = physics.Damage(node, disk.first(), Flaw::kStale);
    if (wiped && was_down) scope.Effect();  // the disk of a machine that is down is lost as well
  }
}

void End(FaultScope& scope) { scope.RestartAll(static_cast<Mail>(scope.Word(kMail))); }

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind wipe;
const FaultKind wipe{"wipe",
                     "the victims lose power and come back with empty disks; effects: disks wiped, or crashes before "
                     "anything was written",
                     "any",
                     {kMailParameter},
                     Begin,
                     End};

}  // namespace sim::faults
