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
  core::WallTime wall{};  // "l"
  std::uint32_t count{};  // "c"
  core::NodeId node{};
  auto operator<=>(const HybridTime&) const = default;
};

struct HybridClock {
  // The width that HLC14 §6 gives the count beside 48 bits of time.
  static constexpr std::uint32_t kHighestCount = 0xFFFF;

  core::WallTime wall{};      // of the last timestamp given out
  std::uint32_t count{};      // and its count
  core::WallTime reserved{};  // durable: timestamps up to there may have been given out in an earlier life

  // An event of this node's own, such as sending a message (HLC14, Figure 5).
  HybridTime Tick(core::NodeId self, core::WallTime now) {
    now > wall ? Set(now, 0) : Set(wall, After(count));
    return {wall, count, self};
  }

  // The arrival of a message that was sent at `sent`. None: that is further ahead of us than clocks may be
  // apart, so somebody's clock is wrong, and to follow it would drag along everybody for ever (F81).
  std::optional<HybridTime> Receive(core::NodeId self, const HybridTime& sent, core::WallTime now,
                                    core::Duration max_offset) {
    if (sent.wall > now + max_offset) return std::nullopt;
    if (now > std::max(wall, sent.wall)) {
      Set(now, 0);
    } else if (sent.wall == wall) {  // compared with the old reading, not the new one (F79)
      Set(wall, After(std::max(count, sent.count)));
    } else {
      sent.wall > wall ? Set(sent.wall, After(sent.count)) : Set(wall, After(count));
    }
    return HybridTime{wall, count, self};
  }

  // What must become durable before the last timestamp leaves, if anything must: call after each of the above.
  // The further ahead, the less often. Ahead of the wall clock, not of what we have given out: else each restart
  // would skip ahead of where the last one had skipped to, and nothing would bound that.
  std::optional<core::WallTime> Outgrown(core::WallTime now, core::Duration ahead) const {
    if (wall <= reserved) return std::nullopt;
    return std::max(wall, now + ahead);
  }
  void Reserve(core::WallTime until) { reserved = until; }

  // Another life: what the last one has given out is not known, only that it was not above this.
  void Restart() { Set(std::max(wall, reserved), kHighestCount); }

 private:
  // Wider than what comes in a message, which may be anything.
  static std::uint64_t After(std::uint32_t count) { return std::uint64_t{count} + 1; }
  void Set(core::WallTime to, std::uint64_t events) {
    const bool full = events > kHighestCount;
    wall = full ? to + core::Duration{1} : to;
    count = full ? 0 : static_cast<std::uint32_t>(events);
  }
};

}  // namespace clocks
