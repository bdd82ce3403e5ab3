// Stamps for stories of what converges: a wall clock's nanoseconds, the node, and which of its writes.
#pragma once

#include <cstdint>

#include "protocols/convergence/lattice.h"

namespace harness {

inline convergence::Stamp At(std::int64_t time, std::uint32_t node, std::uint64_t number = 1) {
  return {{core::WallTime{core::Duration{time}}, 0, core::NodeId{node}}, {core::NodeId{node}, number}};
}

}  // namespace harness
