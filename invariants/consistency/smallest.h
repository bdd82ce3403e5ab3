// Smallest: the part of a history that proves by itself that no linearization exists.
//
// First the shortest prefix that fails: linearizability is closed under prefixes, if what is
// open at its end counts as unknown. Then operations are taken out, only in ways that leave
// every linearizable history linearizable, so that what is left is a proof about the whole:
//   * what sees the state and leaves it: a read, an operation that failed;
//   * of a register, all writes and all reads of one value;
//   * of a set, a list or a queue, one element, everywhere: its additions, its removals, and its
//     place in what others read;
//   * of a lock, an acquisition with its release, if no failed acquire is left that it may explain.
// A lone write may not go: without it, a read of its value would be refuted by our own doing.
#pragma once

#include <cstdint>
#include <vector>

#include "invariants/consistency/history.h"
#include "invariants/consistency/judgement.h"
#include "invariants/consistency/model.h"

namespace consistency {

// `operations`, none of them void, are those on one object; a search found no linearization, but one that explains
// the first `explained` returns.
Counterexample Smallest(const History& history, const Model& model, const std::vector<std::uint32_t>& operations,
                        std::uint32_t explained, const Options& options);

}  // namespace consistency
