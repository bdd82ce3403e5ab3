// Settle: who is healed when the storm is over.
//
// A core that contains a majority is healed for good; the nodes outside it stay down
// or paused if they are, and nobody hears of them again, so that progress cannot hang
// on them.
#pragma once

#include <cstdint>
#include <vector>

#include "protocols/core/chooser.h"
#include "sim/physics.h"
#include "sim/plan.h"

namespace sim {

// Freezes the nodes outside and answers those inside, in order; none if too few can trust their disks.
std::vector<std::uint32_t> ChooseCore(Core core, Physics& physics, core::Chooser& chooser);

}  // namespace sim
