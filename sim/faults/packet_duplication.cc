// Packet duplication: some packets on the victims' links arrive twice, the copy with
// a delay of its own, so that either may come first.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kChance, kDirection, kLinks };

void Edit(PacketScope& packet) {
  if (!packet.lost() && packet.Happens(kChance)) packet.Duplicate();
}

void Begin(FaultScope& scope) {
  const std::int64_t chance = scope.Share(kChance).parts_per_billion;
  scope.Interfere(Edit, LinksOfVictims(scope, kDirection, kLinks), {chance});
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind packet_duplication;
const FaultKind packet_duplication{"packet_duplication",
                                   "packets of the victims arrive twice; effects: packets repeated",
                                   "any",
                                   {{"chance", Form::kShare, "10%", "that a packet arrives twice", "", "0.1%..50%"},
                                    kDirectionParameter,
                                    kLinksParameter},
                                   Begin,
                                   StopInterfering};

}  // namespace sim::faults
