// A slow disk: every sync of the victims takes a multiple of its time, as on a disk
// that rebuilds its array or that others keep busy.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kTimes };

void Begin(FaultScope& scope) {
  for (const core::NodeId victim : scope.victims()) {
    Disk& disk = scope.physics.disks[core::Number(victim)];
    const std::uint64_t more = scope.Count(kTimes) - 1;
    disk.slow += more;
    disk.slow_kind = scope.active.kind;
    scope.active.undo.push_back(more);
  }
}

void End(FaultScope& scope) {
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    scope.physics.disks[core::Number(scope.victims()[i])].slow -= scope.active.undo[i];
  }
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind disk_slow;
const FaultKind disk_slow{"disk_slow", "syncs of the victims take a multiple of their time; effects: syncs delayed",
                          "any",       {{"times", Form::kCount, "2..20", "how many times as long", "1..1000", "2..20"}},
                          Begin,       End};

}  // namespace sim::faults
