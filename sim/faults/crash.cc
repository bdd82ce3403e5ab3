// A crash: the victims lose all that is not on disk, and restart from their
// journals when the window ends.
//
// What the disk keeps of records that were written but not synced is the
// difference between a process that dies and a machine that loses power.
#include <array>

#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kKeeps, kMail };
constexpr std::array kKept{Keeps::kRandom, Keeps::kSynced, Keeps::kAll};

void Begin(FaultScope& scope) {
  for (const core::NodeId victim : scope.victims()) scope.Crash(core::Number(victim), kKept[scope.Word(kKeeps)]);
}

void End(FaultScope& scope) { scope.RestartAll(static_cast<Mail>(scope.Word(kMail))); }

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind crash;
const FaultKind crash{"crash",
                      "the victims lose what is not on disk and restart when the window ends; effects: crashes",
                      "any",
                      {{"keeps", Form::kWord, "random",
                        "of unsynced records: random (power failure, by cluster.disk), synced (power failure: none), "
                        "all (the process died)",
                        "random|synced|all", "random|synced|all"},
                       kMailParameter},
                      Begin,
                      End};

}  // namespace sim::faults
