// A clog: the victims' links are there but carry nothing until the window ends, or
// lose everything, or are many times slower; what is then still on its way when the
// window ends arrives at its end. Unlike in a partition nothing need be
// lost: what was said arrives late and all at once, in a world that has moved on.
#include <utility>

#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kScope, kMode, kTimes };
enum Scope { kBoth, kSend, kReceive, kLink };
enum Mode { kHold, kDrop, kSlow };

void Edit(PacketScope& packet) {
  const auto [mode, begin, end, times] = packet.numbers;
  if (mode == kHold) packet.HoldBetween(core::TrueTime{core::Duration{begin}}, core::TrueTime{core::Duration{end}});
  if (mode == kDrop) packet.Lose();
  if (mode == kSlow) packet.Slow(times, core::TrueTime{core::Duration{end}});
}

void HoldWhatIsUnderWay(FaultScope& scope, const Links& links) {
  Network& network = scope.physics.network;
  for (std::uint32_t from = 0; from < network.endpoints(); ++from) {
    for (std::uint32_t to = 0; to < network.endpoints(); ++to) {
      if (from == to || !links.Contains(from, to)) continue;
      network.HoldInFlight(from, to, core::TrueTime{scope.active.window.end}, scope.active.kind);
    }
  }
}

void ClogLinks(FaultScope& scope, Links links, std::int64_t times) {
  const std::int64_t begin = scope.physics.now.time_since_epoch().count();
  if (scope.Word(kMode) == kHold) HoldWhatIsUnderWay(scope, links);
  scope.Interfere(Edit, std::move(links),
                  {static_cast<std::int64_t>(scope.Word(kMode)), begin, scope.active.window.end.count(), times});
}

// From the victim to one other member, drawn.
void ClogOneLink(FaultScope& scope, std::uint32_t victim, std::int64_t times) {
  const std::uint32_t members = scope.physics.members;
  const bool is_member = victim < members;
  const std::uint32_t others = is_member ? members - 1 : members;
  if (others == 0) return;
  auto other = static_cast<std::uint32_t>(scope.Draw(others));
  if (is_member && other >= victim) ++other;
  Links links(scope.physics.network.endpoints());
  links.AddSender(victim);
  links.AddReceiver(other);
  links.RequireBothEnds();
  ClogLinks(scope, std::move(links), times);
}

void Begin(FaultScope& scope) {
  const auto times = static_cast<std::int64_t>(scope.Count(kTimes));
  const std::size_t which = scope.Word(kScope);
  if (which == kLink) {
    for (const core::NodeId victim : scope.victims()) ClogOneLink(scope, core::Number(victim), times);
  } else {
    const Side side = which == kBoth ? Side::kBoth : which == kSend ? Side::kOut : Side::kIn;
    ClogLinks(scope, LinksOfVictims(scope, side), times);
  }
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind clog;
const FaultKind clog{
    "clog",
    "links of the victims carry nothing until the window ends; effects: packets held, lost or slowed",
    "any",
    {{"scope", Form::kWord, "both",
      "what the victims send and receive, one of these, or one link from each victim to a member",
      "both|send|receive|link", "both|send|receive|link"},
     {"mode", Form::kWord, "hold", "hold: what is under way too arrives at the end; drop: what is sent is lost; slow",
      "hold|drop|slow", "hold|drop|slow"},
     {"times", Form::kCount, "2..100", "slow: how many times as long a packet takes, drawn once", "1..1000", "2..100"}},
    Begin,
    StopInterfering};

}  // namespace sim::faults
