// How often this program has called operator new. Link allocations.cc.
#pragma once

#include <cstdint>

namespace benchmarks {
std::uint64_t Allocations();
}
