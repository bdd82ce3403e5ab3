// Hybrid logical clock (Kulkarni, Demirbas, Madappa, Avva & Leone, "Logical Physical Clocks", OPODIS 2014, here
// "HLC14"): timestamps that stay near the wall clock and never contradict causality, whatever the wall clock does.
//
// A timestamp is the highest wall clock that its event knows of, and a count of events since that reading. The
// count stays small as long as somebody's clock goes on; should it ever run out, a nanosecond is carried into the
// reading (HLC14 leaves that to the width of the field).
//
// What a crash forgets must not be given out again, so what is issued stays below a reading that is durable, and a
// node that comes back begins there (founding document F82; CockroachDB #9733).
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "protocols/core/text.h"
#include "protocols/core/types.h"

namespace clocks {

// Of any two one is later: among those of different nodes, by the node in the end (F83).
struct HybridTime {
  // The width that HLC14 §6 gives the count beside 48 bits of time.
  static constexpr std::uint64_t kHighestCount = 0xFFFF;

  core::WallTime wall{};  // "l"
  std::uint32_t count{};  // "c"
  core::NodeId node{};
  auto operator<=>(const HybridTime&) const = default;

  // The first one of a node above this.
  HybridTime Next(core::NodeId self) const {
    // The count comes in messages, which may say anything.
    if (count >= kHighestCount) return {wall + core::Duration{1}, 0, self};
    return {wall, count + 1, self};
  }
};

struct HybridClock {
  HybridTime last;            // given out
  core::WallTime reserved{};  // durable: timestamps up to there may have been given out in an earlier life

  // An event of this node's own, such as sending a message (HLC14, Figure 5).
  HybridTime Tick(core::NodeId self, core::WallTime now) {
    return last = now > last.wall ? HybridTime{now, 0, self} : last.Next(self);
  }

  // The arrival of a message that was sent at `sent`. None: that is further ahead of us than clocks may be
  // apart, so somebody's clock is wrong, and to follow it would drag along everybody for ever (F81).
  std::optional<HybridTime> Receive(core::NodeId self, const HybridTime& sent, core::WallTime now,
                                    core::Duration max_offset) {
    if (sent.wall > now + max_offset) return std::nullopt;
    // One more than the later of both: of their counts only if it has the same reading, and ours is that from
    // before the message (F79, F80).
    last = std::max(last, sent);
    return Tick(self, now);
  }

  // What must become durable before the last timestamp leaves, if anything must: call after each of the above.
  // The further ahead, the less often. Ahead of the wall clock, not of what we have given out: else each restart
  // would skip ahead of where the last one had skipped to, and nothing would bound that.
  std::optional<core::WallTime> Outgrown(core::WallTime now, core::Duration ahead) const {
    if (last.wall <= reserved) return std::nullopt;
    return std::max(last.wall, now + ahead);
  }
  void Reserve(core::WallTime until) { reserved = until; }

  // Another life: what the last one has given out is not known, only that it was not above this.
  void Restart() { last = {std::max(last.wall, reserved), HybridTime::kHighestCount, {}}; }
};

}  // namespace clocks
