// Connection reset: with some packets on the victims' links the connection breaks,
// and all that is under way on it, in both directions, is lost with the packet. What
// is sent afterwards goes over a new one, so messages are lost in runs, and never
// only in one direction.
#include <utility>

#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kChance, kLinks };

void Edit(PacketScope& packet) {
  if (packet.Happens(kChance)) packet.ResetConnection();
}

void Begin(FaultScope& scope) {
  const std::int64_t chance = scope.Share(kChance).parts_per_billion;
  Links links = LinksOfVictims(scope, Side::kBoth);
  RequireClass(scope.Word(kLinks), links);
  scope.Interfere(Edit, std::move(links), {chance});
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind connection_reset;
const FaultKind connection_reset{
    "connection_reset",
    "connections of the victims break and lose what is under way; effects: packets lost",
    "any",
    {{"chance", Form::kShare, "1%", "that a connection breaks with a packet", "", "0.01%..5%"}, kLinksParameter},
    Begin,
    StopInterfering};

}  // namespace sim::faults
