// Loss in bursts: each of the victims' links is in a good state or in a bad one, in
// which it loses most packets, and may change it with each packet (the model of
// Gilbert and Elliott; see LossBurst). Retries that come soon after one another,
// which plain loss would let through, are lost together.
#include <utility>

#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kBegins, kEnds, kLoss, kDirection, kLinks };

void Edit(PacketScope& packet) {
  const auto ratio = [&](std::size_t number) { return Ratio{static_cast<std::uint32_t>(packet.numbers[number])}; };
  std::int64_t& bad = *packet.memory;
  if ((bad != 0 ? ratio(kEnds) : ratio(kBegins)).Happens(packet)) bad = 1 - bad;
  if (bad != 0 && !packet.lost() && ratio(kLoss).Happens(packet)) packet.Lose();
}

void Begin(FaultScope& scope) {
  const std::int64_t begins = scope.Share(kBegins).parts_per_billion;
  const std::int64_t ends = scope.Share(kEnds).parts_per_billion;
  const std::int64_t loss = scope.Share(kLoss).parts_per_billion;
  Links links = LinksOfVictims(scope, static_cast<Side>(scope.Word(kDirection)));
  RequireClass(scope.Word(kLinks), links);
  scope.Interfere(Edit, std::move(links), {begins, ends, loss});
  scope.Remember();
}

void End(FaultScope& scope) { scope.StopInterfering(); }

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
     {"direction", Form::kWord, "both", "packets from and to the victims, or only those they get (in) or send (out)",
      kSides, "both|in|out"},
     {"links", Form::kWord, "all", kClassesHelp, kClasses, "all|peer|client|export"}},
    Begin,
    End};

}  // namespace sim::faults
