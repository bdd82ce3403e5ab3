// Clock drift: both clocks of the victims run fast or slow while the window
// lasts, so their timers fire early or late by everybody else's reckoning.
#include "sim/fault.h"

namespace sim::faults {
namespace {

void Begin(FaultScope& scope) {
  const std::uint64_t most = scope.Chance("by").parts_per_billion;
  for (const core::NodeId victim : scope.active.window.nodes) {
    const std::uint32_t node = core::Number(victim);
    const auto by = static_cast<std::int64_t>(scope.Draw(most + 1));
    const std::int64_t change = scope.Draw(2) == 0 ? by : -by;
    scope.physics.AddDrift(node, change);
    scope.active.undo.push_back(static_cast<std::uint64_t>(change));
    scope.Count(1);
  }
}

void End(FaultScope& scope) {
  for (std::size_t i = 0; i < scope.active.window.nodes.size(); ++i) {
    scope.physics.AddDrift(core::Number(scope.active.window.nodes[i]),
                           -static_cast<std::int64_t>(scope.active.undo[i]));
  }
}

absl::Status Check(const std::vector<core::Parameter>& params) {
  if (auto status = CheckForm(params, "by", ParameterForm::kChance); !status.ok()) return status;
  for (const core::Parameter& parameter : params) {
    if (parameter.key == "by" && core::ParsePartsPerBillion(parameter.value).value() > 100'000'000) {
      return absl::InvalidArgumentError("by: want at most 10%");
    }
  }
  return absl::OkStatus();
}

}  // namespace

extern const FaultKind clock_drift;
const FaultKind clock_drift{"clock_drift", "the victims' clocks run fast or slow; effects: clocks changed",
                            "any",         {{"by", "500ppm", "fast or slow by up to this, at most 10%"}},
                            Begin,         End,
                            Check};

}  // namespace sim::faults
