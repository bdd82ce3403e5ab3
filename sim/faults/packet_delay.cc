// Packet delay: packets on the victims' links take longer, each by a time of its own,
// so that they overtake each other too.
#include <utility>

#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kBy, kDirection, kLinks };

void Edit(PacketScope& packet) {
  const std::int64_t min = packet.numbers[0];
  const auto spread = static_cast<std::uint64_t>(packet.numbers[1] - min) + 1;
  packet.Delay(core::Duration{min + static_cast<std::int64_t>(packet.Draw(spread))});
}

void Begin(FaultScope& scope) {
  const core::Between by = scope.Between(kBy);
  Links links = LinksOfVictims(scope, static_cast<Side>(scope.Word(kDirection)));
  RequireClass(scope.Word(kLinks), links);
  scope.Interfere(Edit, std::move(links), {by.min.count(), by.max.count()});
}

void End(FaultScope& scope) { scope.StopInterfering(); }

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind packet_delay;
const FaultKind packet_delay{
    "packet_delay",
    "packets of the victims take longer; effects: packets delayed",
    "any",
    {{"by", Form::kDuration, "0ms..50ms", "added to each packet", "0s..1h", "100us..500ms"},
     {"direction", Form::kWord, "both", "packets from and to the victims, or only those they get (in) or send (out)",
      kSides, "both|in|out"},
     {"links", Form::kWord, "all", kClassesHelp, kClasses, "all|peer|client|export"}},
    Begin,
    End};

}  // namespace sim::faults
