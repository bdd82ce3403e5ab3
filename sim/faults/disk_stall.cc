// A disk stall: every sync of the victims takes longer, so what they write is
// not durable, and what they promise is not said, for a long time.
#include "sim/fault.h"

namespace sim::faults {
namespace {

void Begin(FaultScope& scope) {
  for (const core::NodeId victim : scope.active.window.nodes) {
    Disk& disk = scope.physics.disks[core::Number(victim)];
    disk.stall.min += scope.Between("by").min;
    disk.stall.max += scope.Between("by").max;
    scope.active.undo.push_back(disk.stalled);
  }
}

void End(FaultScope& scope) {
  for (std::size_t i = 0; i < scope.active.window.nodes.size(); ++i) {
    Disk& disk = scope.physics.disks[core::Number(scope.active.window.nodes[i])];
    disk.stall.min -= scope.Between("by").min;
    disk.stall.max -= scope.Between("by").max;
    scope.Count(disk.stalled - scope.active.undo[i]);
  }
}

absl::Status Check(const std::vector<core::Parameter>& params) {
  return CheckForm(params, "by", ParameterForm::kBetween);
}

}  // namespace

extern const FaultKind disk_stall;
const FaultKind disk_stall{"disk_stall", "syncs of the victims take longer; effects: syncs delayed",
                           "any",        {{"by", "50ms..500ms", "added to each sync"}},
                           Begin,        End,
                           Check};

}  // namespace sim::faults
