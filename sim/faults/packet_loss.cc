// Packet loss: each packet on the victims' links is lost with a chance of its own,
// drawn once per window.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kChance, kDirection, kLinks };

void Edit(PacketScope& packet) {
  if (!packet.lost() && packet.Happens(kChance)) packet.Lose();
}

void Begin(FaultScope& scope) {
  const std::int64_t chance = scope.Share(kChance).parts_per_billion;
  scope.Interfere(Edit, LinksOfVictims(scope, kDirection, kLinks), {chance});
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind packet_loss;
const FaultKind packet_loss{
    "packet_loss",
    "links of the victims lose packets; effects: packets lost",
    "any",
    {{"chance", Form::kShare, "20%", "that a packet is lost", "", "0.1%..30%"}, kDirectionParameter, kLinksParameter},
    Begin,
    StopInterfering};

}  // namespace sim::faults
