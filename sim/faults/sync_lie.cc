// Lying syncs: the disk says "durable" and keeps everything in a cache that a power
// failure empties, the watermark included, so that nobody can tell. The next
// honest sync writes all of it.
#include "sim/fault.h"

namespace sim::faults {
namespace {

void Begin(FaultScope& scope) {
  for (const core::NodeId victim : scope.victims()) {
    const std::uint32_t node = core::Number(victim);
    Disk& disk = scope.physics.disks[node];
    if (!scope.physics.MayDamage(node)) {
      disk.Spare();
      continue;
    }
    disk.lying.Begin(scope.active.kind);
    scope.active.undo.push_back(node);
  }
}

void End(FaultScope& scope) {
  for (const std::uint64_t victim : scope.active.undo) scope.physics.disks[victim].lying.End();
}

}  // namespace

extern const FaultKind sync_lie;
const FaultKind sync_lie{
    "sync_lie", "syncs of the victims are acknowledged and do nothing; effects: syncs",
    "any",      {},
    Begin,      End,
    nullptr,    "who answers for what a disk only says it has must break its word when the power fails"};

}  // namespace sim::faults
