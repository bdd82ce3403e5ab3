#include "sim/media.h"

namespace sim {

void DamageRecords(FaultScope& scope, std::size_t parameter, Flaw flaw) {
  for (const core::NodeId victim : scope.victims()) {
    const std::uint32_t node = core::Number(victim);
    const Disk& disk = scope.physics.disks[node];
    const std::uint64_t durable = disk.durable() - disk.first();
    for (std::uint64_t count = scope.Count(parameter); count > 0 && durable > 0; --count) {
      if (scope.physics.Damage(node, disk.first() + scope.Draw(durable), flaw)) scope.Effect();
    }
  }
}

}  // namespace sim
