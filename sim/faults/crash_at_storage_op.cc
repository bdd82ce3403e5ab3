// The power fails at a storage operation: each record appended, each sync begun and
// each sync completed is one, counted from the beginning of the window. Trying all
// of them, one run each, tries every state in which a crash can leave a disk
// (Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014).
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kOperation, kRestart };

void Begin(FaultScope& scope) {
  for (const core::NodeId victim : scope.victims()) {
    const std::uint64_t operation = scope.Count(kOperation);
    Fuse& fuse = scope.physics.disks[core::Number(victim)].fuse;
    if (fuse.open) continue;
    fuse = {true, operation, scope.Between(kRestart), scope.active.kind};
    scope.active.undo.push_back(core::Number(victim));
  }
}

void End(FaultScope& scope) {
  for (const std::uint64_t victim : scope.active.undo) scope.physics.disks[victim].fuse = {};
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind crash_at_storage_op;
const FaultKind crash_at_storage_op{
    "crash_at_storage_op",
    "the victims' power fails at a storage operation; effects: power failures",
    "any",
    {{"op", Form::kCount, "1", "which append, begin or end of a sync since the window began", "1..1000000000",
      "1..200"},
     {"restart", Form::kDuration, "100ms..1s", "until the node starts again", "0s..1h", "10ms..5s"}},
    Begin,
    End};

}  // namespace sim::faults
