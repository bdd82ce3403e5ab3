// Swizzle: some of the victims are clogged one by one in the first half of the
// window, and released one by one, in another order, in the second. FoundationDB's
// testers found that this brings out more than most faults (Zhou et al.,
// "FoundationDB: A Distributed Unbundled Transactional Key Value Store", 2021):
// every node sees the others go and come back in an order of its own.
//
// While a node is clogged nothing that it sent or was sent arrives; it all comes
// when the node is released. Packets are edited in the order of the releases: what
// the first end of a link to come back lets go, the other one must still hold.
#include <algorithm>
#include <utility>
#include <vector>

#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kShare };

struct Clogged {
  core::Duration from{};
  core::Duration until{};
  std::uint32_t node = 0;
};

void Edit(PacketScope& packet) {
  packet.HoldBetween(core::TrueTime{core::Duration{packet.numbers[0]}},
                     core::TrueTime{core::Duration{packet.numbers[1]}});
}

void Begin(FaultScope& scope) {
  const core::Duration begin = scope.physics.now.time_since_epoch();
  const core::Duration end = scope.active.window.end;
  const core::Duration middle = begin + (end - begin) / 2;
  const Ratio share = scope.Share(kShare);
  std::vector<Clogged> parts;
  for (const core::NodeId victim : scope.victims()) {
    const bool takes_part = share.Happens([&](std::uint64_t bound) { return scope.Draw(bound); });
    const core::Duration from = scope.DrawFrom({begin, middle});
    const core::Duration until = scope.DrawFrom({middle, end});
    if (takes_part) parts.push_back({from, until, core::Number(victim)});
  }
  std::stable_sort(parts.begin(), parts.end(), [](const Clogged& a, const Clogged& b) { return a.until < b.until; });
  for (const Clogged& part : parts) {
    Links links(scope.physics.network.endpoints());
    links.AddSender(part.node);
    links.AddReceiver(part.node);
    scope.Interfere(Edit, std::move(links), {part.from.count(), part.until.count()});
  }
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind swizzle;
const FaultKind swizzle{
    "swizzle", "victims are clogged one by one and released one by one in another order; effects: packets held",
    "all",     {{"share", Form::kShare, "50%", "that a victim takes part", "", "20%..100%"}},
    Begin,     StopInterfering};

}  // namespace sim::faults
