// A zone fails: all nodes of one region lose power at the same instant, and come
// back together.
//
// Independent crashes almost never take two replicas at once; a power feed, a
// switch or a bad roll-out does. Where a scenario has no regions, a random third
// of the cluster, in a row, stands for one.
#include <array>

#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kKeeps, kMail };
constexpr std::array kKept{Keeps::kRandom, Keeps::kSynced};

void Begin(FaultScope& scope) {
  for (const core::NodeId victim : scope.victims()) scope.Crash(core::Number(victim), kKept[scope.Word(kKeeps)]);
}

void End(FaultScope& scope) { scope.RestartAll(static_cast<Mail>(scope.Word(kMail))); }

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind zone_failure;
const FaultKind zone_failure{
    "zone_failure",
    "all nodes of a region (without regions: a third of the cluster) lose power together; effects: crashes",
    "zone",
    {{"keeps", Form::kWord, "random", "of unsynced records: random (a prefix) or synced (none)", "random|synced",
      "random|synced"},
     kMailParameter},
    Begin,
    End};

}  // namespace sim::faults
