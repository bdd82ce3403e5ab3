// A disk stall: every sync of the victims takes longer, so what they write is
// not durable, and what they promise is not said, for a long time.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kBy };

void Begin(FaultScope& scope) {
  for (const core::NodeId victim : scope.victims()) {
    Disk& disk = scope.physics.disks[core::Number(victim)];
    disk.stall.min += scope.Between(kBy).min;
    disk.stall.max += scope.Between(kBy).max;
    disk.stall_kind = scope.active.kind;
  }
}

void End(FaultScope& scope) {
  for (const core::NodeId victim : scope.victims()) {
    Disk& disk = scope.physics.disks[core::Number(victim)];
    disk.stall.min -= scope.Between(kBy).min;
    disk.stall.max -= scope.Between(kBy).max;
  }
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind disk_stall;
const FaultKind disk_stall{
    "disk_stall", "syncs of the victims take longer; effects: syncs delayed",
    "any",        {{"by", Form::kDuration, "50ms..500ms", "added to each sync", "0s..1h", "1ms..5s"}},
    Begin,        End};

}  // namespace sim::faults
