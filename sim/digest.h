// Digest: what a run was, in 128 bits, with a ladder of checkpoints on the way.
//
// Absorbs every event and message as it happens. Two runs with equal digests
// made the same steps; where they differ, the ladder tells within which stretch.
#pragma once

#include <cstdint>
#include <vector>

#include "protocols/core/fingerprint.h"
#include "protocols/core/types.h"
#include "sim/report.h"

namespace sim {

class Digest {
 public:
  core::Fingerprint state;

  // Flat, and on a copy, so that the state stays in registers from one field to the next: every message comes here.
  template <class T>
  [[gnu::flatten]] void Absorb(const T& value) {
    core::Fingerprint next = state;
    core::Absorb(next, value);
    state = next;
  }

  // After each event: a rung every `stride_` events. When there are too many,
  // every other rung goes and the stride doubles, so the ladder stays short.
  void Climb(std::uint64_t event, core::Duration time) {
    if ((event & (stride_ - 1)) == 0) AddRung(event, time);
  }
  std::vector<Checkpoint> Ladder(std::uint64_t event, core::Duration time) const;

 private:
  static constexpr std::size_t kMostRungs = 64;
  void AddRung(std::uint64_t event, core::Duration time);

  std::uint64_t stride_ = 64;  // a power of two
  std::vector<Checkpoint> ladder_;
};

}  // namespace sim
