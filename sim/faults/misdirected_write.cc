// A misdirected write: a record was written in the place of another. Both are
// damaged: the one is not where it should be, and the other one's place holds
// a sound record of another position (Krioukov et al., "Parity Lost and Parity
// Regained", FAST 2008, §3).
#include "sim/media.h"

namespace sim::faults {
namespace {

enum Parameters { kWrites };

void Misdirect(FaultScope& scope, std::uint32_t node) {
  const Disk& disk = scope.physics.disks[node];
  const std::uint64_t durable = disk.durable() - disk.first();
  if (durable < 2) return;
  const std::uint64_t meant = scope.Draw(durable);
  const std::uint64_t other = scope.Draw(durable - 1);
  const std::uint64_t hit = other + (other >= meant);
  if (!scope.physics.Damage(node, disk.first() + hit, Flaw::kMisplaced)) return;
  scope.physics.Damage(node, disk.first() + meant, Flaw::kStale);
  scope.Effect();
}

void Begin(FaultScope& scope) {
  for (const core::NodeId victim : scope.victims()) {
    for (std::uint64_t count = scope.Count(kWrites); count > 0; --count) Misdirect(scope, core::Number(victim));
  }
}

void End(FaultScope&) {}  // it stays

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind misdirected_write;
const FaultKind misdirected_write{
    "misdirected_write",
    "durable records were written over others, found by their positions at the next start; effects: writes",
    "any",
    {{"writes", Form::kCount, "1", "of each victim, when the window begins", "0..1000", "1"}},
    Begin,
    End};

}  // namespace sim::faults
