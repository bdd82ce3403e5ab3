// Packet loss: each packet on the victims' links is lost with a chance of its own,
// drawn once per window.
#include <utility>

#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kChance, kDirection, kLinks };

void Edit(PacketScope& packet) {
  const Ratio chance{static_cast<std::uint32_t>(packet.numbers[0])};
  if (!packet.lost() && chance.Happens(packet)) packet.Lose();
}

void Begin(FaultScope& scope) {
  const std::int64_t chance = scope.Share(kChance).parts_per_billion;
  Links links = LinksOfVictims(scope, static_cast<Side>(scope.Word(kDirection)));
  RequireClass(scope.Word(kLinks), links);
  scope.Interfere(Edit, std::move(links), {chance});
}

void End(FaultScope& scope) { scope.StopInterfering(); }

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind packet_loss;
const FaultKind packet_loss{
    "packet_loss",
    "links of the victims lose packets; effects: packets lost",
    "any",
    {{"chance", Form::kShare, "20%", "that a packet is lost", "", "0.1%..30%"},
     {"direction", Form::kWord, "both", "packets from and to the victims, or only those they get (in) or send (out)",
      kSides, "both|in|out"},
     {"links", Form::kWord, "all", kClassesHelp, kClasses, "all|peer|client|export"}},
    Begin,
    End};

}  // namespace sim::faults
