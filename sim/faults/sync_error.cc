// Failing syncs. Afterwards some of the records are on the disk and some are not,
// and the kernel has marked all of them clean: a second sync would succeed with
// records gone (PostgreSQL's "fsyncgate", 2018; Rebello et al., "Can Applications
// Recover from fsync Failures?", ATC 2020). So the host never asks twice: the
// process stops, and starts again from what the disk really holds.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kMode, kChance, kRestart };
enum Mode { kOnce, kSticky };

void Begin(FaultScope& scope) {
  for (const core::NodeId victim : scope.victims()) {
    const Ratio chance = scope.Share(kChance);
    SyncErrors& errors = scope.physics.disks[core::Number(victim)].errors;
    if (errors.open) continue;
    const bool once = scope.Word(kMode) == kOnce;
    errors = {true, true, once, chance, scope.Between(kRestart), scope.active.kind};
    scope.active.undo.push_back(core::Number(victim));
  }
}

void End(FaultScope& scope) {
  for (const std::uint64_t victim : scope.active.undo) scope.physics.disks[victim].errors = {};
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind sync_error;
const FaultKind sync_error{
    "sync_error",
    "syncs of the victims fail, which stops them; effects: syncs failed",
    "any",
    {{"mode", Form::kWord, "once", "once: the first sync that fails is the last of the window; sticky: any may fail",
      "once|sticky", "once|sticky"},
     {"chance", Form::kShare, "100%", "that a sync fails", "", "1%..100%"},
     {"restart", Form::kDuration, "100ms..1s", "until the process starts again", "0s..1h", "10ms..5s"}},
    Begin,
    End};

}  // namespace sim::faults
