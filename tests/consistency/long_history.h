// Long histories of a store of registers, as a real one would make them, for benchmarks and for
// whatever shows only at size: linearizable ones, and those of replicas that pass writes on in
// causal order. Every value is written once.
#pragma once

#include <cstdint>

#include "invariants/consistency/history.h"

namespace consistency {

struct LongShape {
  std::uint32_t clients = 16;
  std::uint32_t keys = 64;
  std::uint32_t operations = 100'000;
  std::uint32_t reads_percent = 50;
  std::uint32_t cas_percent = 0;      // of what does not read; half of them meet the value they expect
  std::uint32_t unknown_percent = 0;  // of writes: nobody hears of them again, and half take effect
};

// Clients of one store: each operation takes effect at an instant between its call and its return.
History LinearizableHistory(const LongShape& shape, std::uint64_t seed);

// What replicas do with concurrent writes of one key.
enum class Conflict : std::uint8_t {
  kLastWriterWins,  // one order for all: causal convergence
  kLastToArrive,    // an order for each replica: causal memory
};
// Each client has a replica of its own, which answers at once and hears of the others' writes later.
History CausalHistory(const LongShape& shape, Conflict conflict, std::uint64_t seed);

// Clients of one log of writes, who read from followers that are up to `lag` writes behind, but never from one that is
// behind what they have seen: sequentially consistent, and hardly ever linearizable. `versions`: answers say which
// write the follower had come to.
History FollowerHistory(const LongShape& shape, std::uint32_t lag, bool versions, std::uint64_t seed);

// One read returns a value that had been overwritten before it was called. Answers the read's place.
std::uint32_t PlantStaleRead(History& history, std::uint64_t seed);

}  // namespace consistency
