// Packet corruption: bits of some packets on the victims' links flip under way. The
// receiver looks at the checksum (protocols/core/frame.h) and refuses what is not
// as it was sent, so to a protocol it is a loss; a frame that passed would arrive
// as what its bytes say.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kChance, kBits, kDirection, kLinks };

void Edit(PacketScope& packet) {
  if (!packet.Happens(kChance)) return;
  packet.Corrupt(static_cast<std::uint8_t>(packet.DrawBetween(1, 2)));
}

void Begin(FaultScope& scope) {
  const std::int64_t chance = scope.Share(kChance).parts_per_billion;
  const ParameterValue bits = scope.active.values[kBits];
  scope.Interfere(Edit, LinksOfVictims(scope, kDirection, kLinks), {chance, bits.min, bits.max});
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind packet_corruption;
const FaultKind packet_corruption{"packet_corruption",
                                  "bits of some packets of the victims flip; effects: packets corrupted",
                                  "any",
                                  {{"chance", Form::kShare, "1%", "that bits of a packet flip", "", "0.01%..10%"},
                                   {"bits", Form::kCount, "1..4", "how many", "1..16", "1..16"},
                                   kDirectionParameter,
                                   kLinksParameter},
                                  Begin,
                                  StopInterfering};

}  // namespace sim::faults
