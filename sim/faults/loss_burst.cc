// Loss in bursts: each of the victims' links is in a good state or in a bad one, in
// which it loses most packets, and may change it with each packet (the model of
// Gilbert and Elliott; see LossBurst). Retries that come soon after one another,
// which plain loss would let through, are lost together.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kBegins, kEnds, kLoss, kDirection, kLinks };

void Edit(PacketScope& packet) {
  std::int64_t& bad = *packet.memory;
  if (packet.Happens(bad != 0 ? kEnds : kBegins)) bad = 1 - bad;
  if (bad != 0 && !packet.lost() && packet.Happens(kLoss)) packet.Lose();
}

void Begin(FaultScope& scope) {
  const std::int64_t begins = scope.Share(kBegins).parts_per_billion;
  const std::int64_t ends = scope.Share(kEnds).parts_per_billion;
  const std::int64_t loss = scope.Share(kLoss).parts_per_billion;
  scope.Interfere(Edit, LinksOfVictims(scope, kDirection, kLinks), {begins, ends, loss});
  scope.Remember();
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind loss_burst;
const FaultKind loss_burst{
    "loss_burst",
    "links of the victims lose packets in bursts; effects: packets lost",
    "any",
    {{"begins", Form::kShare, "5%", "that a burst begins with a packet", "", "0.1%..10%"},
     {"ends", Form::kShare, "20%", "that a burst ends with a packet, which is one over its mean length", "", "5%..50%"},
     {"loss", Form::kShare, "90%", "that a packet in a burst is lost", "", "50%..100%"},
     kDirectionParameter,
     kLinksParameter},
    Begin,
    StopInterfering};

}  // namespace sim::faults
