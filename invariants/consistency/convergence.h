// Convergence: what became of each write, and whether the replicas agree in the end.
//
// Judged by what replicas were seen to hold: audits, and reads that say which replica served them.
// Who was never audited, where others were, is not waited for: perhaps it was cut off for good.
// A value is older than a write if the write of that value had returned before the write was
// called; null is older than all. What overlaps may win either way.
#pragma once

#include <optional>
#include <vector>

#include "invariants/consistency/history.h"
#include "invariants/consistency/judgement.h"

namespace consistency {

// What became of an acknowledged write, as far as was seen. Times are true ones, in nanoseconds.
struct Fate {
  std::uint32_t operation{};
  // From its return until each replica had been seen with it or something that is not older.
  std::optional<std::int64_t> visible_after_ns;
  std::int64_t stale_for_ns = 0;  // from its return until the last read that returned something older was called
  bool stale = false;             // there was such a read
  bool lost = false;              // in the end some replica holds something older
  bool resurrected = false;       // a replica that had given it, or what is not older, later gave something older
};
// Of every write that returned, in order. Written values are unique.
std::vector<Fate> FatesOf(const History& history);

// In the end, the last that each replica was seen to hold of a key is the same for all, somebody wrote it, and
// it is not older than an acknowledged write. The end is when every write of the key has returned, or was given up on
// and called. Only audits refute: whoever makes them knows that the replicas have had their time. A history of reads
// alone, in which they differ, is inconclusive; so is one whose keys all have a write of unknown outcome.
Judgement CheckConvergence(const History& history, const Options& options);

}  // namespace consistency
