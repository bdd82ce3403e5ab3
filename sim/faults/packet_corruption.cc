// Packet corruption: bits of some packets on the victims' links flip under way. The
// receiver looks at the checksum (protocols/core/frame.h) and refuses what is not
// as it was sent, so to a protocol it is a loss; a frame that passed would arrive
// as what its bytes say.
#include <utility>

#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kChance, kBits, kDirection, kLinks };

void Edit(PacketScope& packet) {
  const auto [chance, min, max, unused] = packet.numbers;
  if (!Ratio{static_cast<std::uint32_t>(chance)}.Happens(packet)) return;
  packet.Corrupt(static_cast<std::uint8_t>(
      min + static_cast<std::int64_t>(packet.Draw(static_cast<std::uint64_t>(max - min) + 1))));
}

void Begin(FaultScope& scope) {
  const std::int64_t chance = scope.Share(kChance).parts_per_billion;
  const ParameterValue bits = scope.active.values[kBits];
  Links links = LinksOfVictims(scope, static_cast<Side>(scope.Word(kDirection)));
  RequireClass(scope.Word(kLinks), links);
  scope.Interfere(Edit, std::move(links), {chance, bits.min, bits.max});
}

void End(FaultScope& scope) { scope.StopInterfering(); }

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind packet_corruption;
const FaultKind packet_corruption{
    "packet_corruption",
    "bits of some packets of the victims flip; effects: packets corrupted",
    "any",
    {{"chance", Form::kShare, "1%", "that bits of a packet flip", "", "0.01%..10%"},
     {"bits", Form::kCount, "1..4", "how many", "1..16", "1..16"},
     {"direction", Form::kWord, "both", "packets from and to the victims, or only those they get (in) or send (out)",
      kSides, "both|in|out"},
     {"links", Form::kWord, "all", kClassesHelp, kClasses, "all|peer|client|export"}},
    Begin,
    End};

}  // namespace sim::faults
