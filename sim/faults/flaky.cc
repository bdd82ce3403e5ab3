// Flaky links: packets from and to the victims are lost, repeated and delayed
// more than the plan has it anyway.
#include "sim/fault.h"

namespace sim::faults {
namespace {

void Begin(FaultScope& scope) {
  Degradation degradation;
  degradation.loss = scope.Chance("loss");
  degradation.duplicate = scope.Chance("duplicate");
  degradation.delay = scope.Between("delay");
  degradation.fault = scope.active.kind;
  degradation.active = true;
  Network& network = scope.physics.network;
  const std::uint32_t number = network.AddDegradation(degradation);
  scope.active.undo.push_back(number);
  for (const core::NodeId victim : scope.active.window.nodes) {
    for (std::uint32_t other = 0; other < network.endpoints(); ++other) {
      if (other == core::Number(victim)) continue;
      network.Degrade(core::Number(victim), other, number);
      network.Degrade(other, core::Number(victim), number);
    }
  }
}

void End(FaultScope& scope) {
  scope.physics.network.RemoveDegradation(static_cast<std::uint32_t>(scope.active.undo.front()));
}

absl::Status Check(const std::vector<core::Parameter>& params) {
  for (const char* chance : {"loss", "duplicate"}) {
    if (auto status = CheckForm(params, chance, ParameterForm::kChance); !status.ok()) return status;
  }
  return CheckForm(params, "delay", ParameterForm::kBetween);
}

}  // namespace

extern const FaultKind flaky;
const FaultKind flaky{"flaky",
                      "links of the victims lose, repeat and delay packets; effects: packets lost or repeated",
                      "any",
                      {{"loss", "20%", "chance that a packet is lost"},
                       {"duplicate", "10%", "chance that it arrives twice"},
                       {"delay", "0ms..50ms", "added to each packet"}},
                      Begin,
                      End,
                      Check};

}  // namespace sim::faults
