// Targets: whom a fault hits. A word names a role, resolved when the window
// begins from what the nodes have announced so far; "n2" names a node, and
// "zone:west" all members of the region of that name.
//
// Where nobody has the role, anybody has: a fault that waited for a role might
// wait for ever.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "sim/fault.h"

namespace sim {

struct Target {
  std::string_view name;
  std::string_view summary;
};
// What a scenario may write.
std::vector<Target> Targets();

// Whether it names a node of the cluster, a region or a role; the message says what else to write.
absl::Status CheckTarget(std::string_view target, std::uint32_t members, const std::vector<RegionPlan>& regions);

// Adds who the target now is to the window's victims, nobody twice.
void AddVictims(std::string_view target, FaultScope& scope);

}  // namespace sim
