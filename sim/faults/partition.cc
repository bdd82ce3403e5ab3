// A partition: no packet passes between the victims and the rest of the
// cluster, in both directions or in one.
//
// One-way partitions are where protocols fail that take "I hear nobody" for
// "nobody hears me". Applications and clients count as the other side unless
// told otherwise, so that a cut-off leader goes on getting requests.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kDirection, kOutsiders };

template <class F>
void ForEachCutLink(FaultScope& scope, F&& f) {
  const auto side = static_cast<Side>(scope.Word(kDirection));
  const Network& network = scope.physics.network;
  const std::uint32_t others = scope.Flag(kOutsiders) ? network.endpoints() : scope.physics.members;
  for (const core::NodeId victim : scope.victims()) {
    const std::uint32_t inside = core::Number(victim);
    for (std::uint32_t outside = 0; outside < others; ++outside) {
      if (scope.IsVictim(outside)) continue;
      if (side != Side::kIn) f(inside, outside);
      if (side != Side::kOut) f(outside, inside);
    }
  }
}

void Begin(FaultScope& scope) {
  ForEachCutLink(scope,
                 [&](std::uint32_t from, std::uint32_t to) { scope.physics.network.Cut(from, to, scope.active.kind); });
}

void End(FaultScope& scope) {
  ForEachCutLink(scope, [&](std::uint32_t from, std::uint32_t to) { scope.physics.network.Mend(from, to); });
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind partition;
const FaultKind partition{"partition",
                          "no packet passes between the victims and the rest; effects: packets cut",
                          "minority",
                          {{"direction", Form::kWord, "both",
                            "both, in (the victims hear nothing) or out (nobody hears them)", kSides, "both|in|out"},
                           {"outsiders", Form::kFlag, "false",
                            "true: applications and clients are cut off from the victims too", "", "true|false"}},
                          Begin,
                          End};

}  // namespace sim::faults
