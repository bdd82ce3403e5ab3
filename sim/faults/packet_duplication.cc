// Packet duplication: some packets on the victims' links arrive twice, the copy with
// a delay of its own, so that either may come first.
#include <utility>

#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kChance, kDirection, kLinks };

void Edit(PacketScope& packet) {
  const Ratio chance{static_cast<std::uint32_t>(packet.numbers[0])};
  if (!packet.lost() && chance.Happens(packet)) packet.Duplicate();
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
extern const FaultKind packet_duplication;
const FaultKind packet_duplication{
    "packet_duplication",
    "packets of the victims arrive twice; effects: packets repeated",
    "any",
    {{"chance", Form::kShare, "10%", "that a packet arrives twice", "", "0.1%..50%"},
     {"direction", Form::kWord, "both", "packets from and to the victims, or only those they get (in) or send (out)",
      kSides, "both|in|out"},
     {"links", Form::kWord, "all", kClassesHelp, kClasses, "all|peer|client|export"}},
    Begin,
    End};

}  // namespace sim::faults
