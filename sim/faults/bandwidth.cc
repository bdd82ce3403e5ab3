// Scarce bandwidth: each of the victims' links sends one packet at a time, at so
// many bytes per second, so that large packets take long and those behind them wait.
// The queue has no end; a bounded one is a property of links (LinkPlan). When the window
// ends the bandwidth is back, so what still waits then leaves at once.
#include <algorithm>
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kRate, kDirection, kLinks };

// The memory of a link is when it will have sent what it was given.
void Edit(PacketScope& packet) {
  if (packet.lost()) return;
  const core::TrueTime free_at{core::Duration{*packet.memory}};
  const core::TrueTime end{core::Duration{packet.numbers[1]}};
  const core::TrueTime sent =
      std::min(std::max(free_at, packet.now) + TimeToSend(packet.size, static_cast<std::uint64_t>(packet.numbers[0])),
               std::max(end, packet.now));
  *packet.memory = sent.time_since_epoch().count();
  packet.Delay(sent - packet.now);
}

void Begin(FaultScope& scope) {
  const auto rate = static_cast<std::int64_t>(scope.Count(kRate));
  scope.Interfere(Edit, LinksOfVictims(scope, kDirection, kLinks), {rate, scope.active.window.end.count()});
  scope.Remember();
  scope.WantSizes();
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind bandwidth;
const FaultKind bandwidth{
    "bandwidth",
    "links of the victims send few bytes per second; effects: packets delayed",
    "any",
    {{"rate", Form::kCount, "10000", "bytes per second, drawn once", "1..1000000000000", "1000..1000000"},
     kDirectionParameter,
     kLinksParameter},
    Begin,
    StopInterfering};

}  // namespace sim::faults
