// Intervals: linearizability of a register whose written values are unique, without a search
// (Gibbons & Korach, "Testing Shared Memories", 1997, §4).
//
// All operations on one value, the write and its reads, stand next to each other in a
// linearization. Such a cluster cannot come before another one if something of the other has
// returned before something of it was called. Two clusters of which neither can come before the
// other refute linearizability, and if there are no such two, the register is linearizable.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "invariants/consistency/history.h"
#include "invariants/consistency/judgement.h"

namespace consistency {

// Why a register is not linearizable: at most six operations, and a sentence.
struct Clash {
  std::vector<std::uint32_t> operations;  // empty: it is linearizable
  std::string sentence;
};

// The operations, none void, are the reads and writes of one register; no value is written twice, none is null.
Clash FindClash(const History& history, const std::vector<std::uint32_t>& operations);

}  // namespace consistency
