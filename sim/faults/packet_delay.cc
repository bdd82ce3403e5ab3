// Packet delay: packets on the victims' links take longer, each by a time of its own,
// so that they overtake each other too.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kBy, kDirection, kLinks };

void Edit(PacketScope& packet) { packet.Delay(core::Duration{packet.DrawBetween(0, 1)}); }

void Begin(FaultScope& scope) {
  const core::Between by = scope.Between(kBy);
  scope.Interfere(Edit, LinksOfVictims(scope, kDirection, kLinks), {by.min.count(), by.max.count()});
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind packet_delay;
const FaultKind packet_delay{"packet_delay",
                             "packets of the victims take longer; effects: packets delayed",
                             "any",
                             {{"by", Form::kDuration, "0ms..50ms", "added to each packet", "0s..1h", "100us..500ms"},
                              kDirectionParameter,
                              kLinksParameter},
                             Begin,
                             StopInterfering};

}  // namespace sim::faults
