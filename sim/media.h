// Media: how a fault harms records that were durable.
//
// The damage stays when the window ends, and nobody notices it before a node
// reads its disk, which it does when it starts. Disks that the budget protects
// are spared, and that is counted too.
#pragma once

#include <cstddef>

#include "sim/fault.h"

namespace sim {

// As many records of each victim as the parameter says, any of them alike.
void DamageRecords(FaultScope& scope, std::size_t parameter, Flaw flaw);

}  // namespace sim
