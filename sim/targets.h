// Targets: whom a fault hits. A word names a role, resolved when the window
// begins from what the nodes have announced so far; "n2" names a node.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "sim/fault.h"

namespace sim {

// Whether it names a node of the cluster or a role; the message says what else to write.
absl::Status CheckTarget(std::string_view target, std::uint32_t members);

// Adds who the target now is to the window's victims, nobody twice.
void AddVictims(std::string_view target, FaultScope& scope);

}  // namespace sim
