// A crash: the victims lose all that is not on disk, and restart from their
// journals when the window ends.
//
// What the disk keeps of records that were written but not synced is the
// difference between a process that dies and a machine that loses power.
#include "sim/fault.h"

namespace sim::faults {
namespace {

Keeps KeepsOf(std::string_view word) {
  if (word == "synced") return Keeps::kSynced;
  return word == "all" ? Keeps::kAll : Keeps::kRandom;
}

void Begin(FaultScope& scope) {
  const Keeps keeps = KeepsOf(scope.Parameter("keeps"));
  for (const core::NodeId victim : scope.active.window.nodes) {
    scope.active.undo.push_back(core::Number(victim));
    if (scope.physics.Crash(core::Number(victim), keeps)) scope.Count(1);
  }
}

void End(FaultScope& scope) {
  for (const std::uint64_t victim : scope.active.undo) scope.physics.Restart(static_cast<std::uint32_t>(victim));
}

absl::Status Check(const std::vector<core::Parameter>& params) {
  return CheckForm(params, "keeps", ParameterForm::kWord, "random|synced|all");
}

}  // namespace

extern const FaultKind crash;
const FaultKind crash{"crash",
                      "the victims lose what is not on disk and restart when the window ends; effects: crashes",
                      "any",
                      {{"keeps", "random",
                        "of unsynced records: random (power failure: a prefix), synced (power failure: none), all (the "
                        "process died)"}},
                      Begin,
                      End,
                      Check};

}  // namespace sim::faults
