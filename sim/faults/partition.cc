// A partition: no packet passes between the victims and the rest of the
// cluster, in both directions or in one.
//
// One-way partitions are where protocols fail that take "I hear nobody" for
// "nobody hears me". Applications and clients count as the other side unless
// told otherwise, so that a cut-off leader goes on getting requests.
#include "sim/fault.h"

namespace sim::faults {
namespace {

template <class F>
void ForEachCutLink(FaultScope& scope, F&& f) {
  const std::string_view direction = scope.Parameter("direction");
  const Network& network = scope.physics.network;
  const std::uint32_t others = scope.Flag("outsiders") ? network.endpoints() : scope.physics.members;
  for (const core::NodeId victim : scope.active.window.nodes) {
    const std::uint32_t inside = core::Number(victim);
    for (std::uint32_t outside = 0; outside < others; ++outside) {
      if (scope.IsVictim(outside)) continue;
      if (direction != "in") f(inside, outside);
      if (direction != "out") f(outside, inside);
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

absl::Status Check(const std::vector<core::Parameter>& params) {
  if (auto status = CheckForm(params, "direction", ParameterForm::kWord, "both|in|out"); !status.ok()) return status;
  return CheckForm(params, "outsiders", ParameterForm::kFlag);
}

}  // namespace

extern const FaultKind partition;
const FaultKind partition{"partition",
                          "no packet passes between the victims and the rest; effects: packets cut",
                          "minority",
                          {{"direction", "both", "both, in (the victims hear nothing) or out (nobody hears them)"},
                           {"outsiders", "false", "true: applications and clients are cut off from the victims too"}},
                          Begin,
                          End,
                          Check};

}  // namespace sim::faults
