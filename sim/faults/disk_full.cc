// A full disk: nothing can be appended. A process that cannot write cannot go on,
// so the first record that it wants to write ends it; it starts again when there
// is space.
#include "sim/fault.h"

namespace sim::faults {
namespace {

void Begin(FaultScope& scope) {
  for (const core::NodeId victim : scope.victims()) {
    scope.active.undo.push_back(core::Number(victim));
    scope.physics.disks[core::Number(victim)].full.Begin(scope.active.kind);
  }
}

void End(FaultScope& scope) {
  for (const std::uint64_t victim : scope.active.undo) {
    const auto node = static_cast<std::uint32_t>(victim);
    Disk& disk = scope.physics.disks[node];
    disk.full.End();
    if (disk.full.on() || !disk.starved) continue;
    disk.starved = false;
    scope.physics.Restart(node);
  }
}

}  // namespace

extern const FaultKind disk_full;
const FaultKind disk_full{
    "disk_full", "what the victims want to write ends them, until the window does; effects: processes stopped",
    "any",       {},
    Begin,       End};

}  // namespace sim::faults
