// Packet reordering: some packets on the victims' links are held back, so that
// those sent after them arrive first.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kChance, kBy, kDirection, kLinks };

void Edit(PacketScope& packet) {
  if (!packet.Happens(kChance)) return;
  packet.Delay(core::Duration{packet.DrawBetween(1, 2)});
}

void Begin(FaultScope& scope) {
  const std::int64_t chance = scope.Share(kChance).parts_per_billion;
  const core::Between by = scope.Between(kBy);
  scope.Interfere(Edit, LinksOfVictims(scope, kDirection, kLinks), {chance, by.min.count(), by.max.count()});
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind packet_reordering;
const FaultKind packet_reordering{"packet_reordering",
                                  "some packets of the victims are held back and overtaken; effects: packets held back",
                                  "any",
                                  {{"chance", Form::kShare, "10%", "that a packet is held back", "", "0.1%..50%"},
                                   {"by", Form::kDuration, "1ms..50ms", "for how long", "0s..1h", "1ms..500ms"},
                                   kDirectionParameter,
                                   kLinksParameter},
                                  Begin,
                                  StopInterfering};

}  // namespace sim::faults
