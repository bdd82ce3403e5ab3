// Packet reordering: some packets on the victims' links are held back, so that
// those sent after them arrive first.
#include <utility>

#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kChance, kBy, kDirection, kLinks };

void Edit(PacketScope& packet) {
  const auto [chance, min, max, unused] = packet.numbers;
  if (!Ratio{static_cast<std::uint32_t>(chance)}.Happens(packet)) return;
  packet.Delay(core::Duration{min + static_cast<std::int64_t>(packet.Draw(static_cast<std::uint64_t>(max - min) + 1))});
}

void Begin(FaultScope& scope) {
  const std::int64_t chance = scope.Share(kChance).parts_per_billion;
  const core::Between by = scope.Between(kBy);
  Links links = LinksOfVictims(scope, static_cast<Side>(scope.Word(kDirection)));
  RequireClass(scope.Word(kLinks), links);
  scope.Interfere(Edit, std::move(links), {chance, by.min.count(), by.max.count()});
}

void End(FaultScope& scope) { scope.StopInterfering(); }

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind packet_reordering;
const FaultKind packet_reordering{
    "packet_reordering",
    "some packets of the victims are held back and overtaken; effects: packets held back",
    "any",
    {{"chance", Form::kShare, "10%", "that a packet is held back", "", "0.1%..50%"},
     {"by", Form::kDuration, "1ms..50ms", "for how long", "0s..1h", "1ms..500ms"},
     {"direction", Form::kWord, "both", "packets from and to the victims, or only those they get (in) or send (out)",
      kSides, "both|in|out"},
     {"links", Form::kWord, "all", kClassesHelp, kClasses, "all|peer|client|export"}},
    Begin,
    End};

}  // namespace sim::faults
