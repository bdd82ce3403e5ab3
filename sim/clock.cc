#include "sim/clock.h"

#include <algorithm>
#include <cassert>
#include <limits>

namespace sim {
namespace {

using Wide = __int128;

constexpr std::int64_t kSlowest = 900'000'000;  // billionths of a nanosecond in one
constexpr std::int64_t kFastest = 1'100'000'000;
constexpr std::int64_t kHundredYears = 3'155'760'000 * Clock::kBillion;

// Rounded down, also below zero, where C++ rounds up.
Wide DivideDown(Wide a, Wide b) { return a / b - (a % b < 0); }
Wide DivideUp(Wide a, Wide b) { return -DivideDown(-a, b); }

// Local time passed since `clock.since`, in billionths of a nanosecond.
Wide Billionths(const Clock& clock, core::TrueTime t) {
  const Wide elapsed = Wide{t.time_since_epoch().count()} - clock.since.time_since_epoch().count();
  return elapsed * (Clock::kBillion + clock.drift) + clock.fraction;
}

}  // namespace

// Both conversions split off whole seconds, so that what is left to multiply and
// divide fits 64 bits: drift keeps a second within 1.1 billion billionths.
core::LocalTime Clock::DriftingLocal(core::TrueTime t) const {
  const std::int64_t elapsed = (t - since).count();
  const std::int64_t pace = kBillion + drift;
  if (elapsed >= 0 && pace <= kFastest) {
    const std::int64_t rest = (elapsed % kBillion * pace + fraction) / kBillion;
    return local_since + core::Duration(elapsed / kBillion * pace + rest);
  }
  return local_since + core::Duration(static_cast<std::int64_t>(DivideDown(Billionths(*this, t), kBillion)));
}

core::WallTime Clock::Wall(core::TrueTime t) const { return core::WallTime(Local(t).time_since_epoch() + wall_ahead); }

core::TrueTime Clock::DriftingWhenLocal(core::LocalTime local) const {
  const std::int64_t ahead = (local - local_since).count();
  const std::int64_t pace = kBillion + drift;
  if (ahead >= 0 && ahead < kHundredYears && pace <= kFastest && pace >= kSlowest) {
    const std::int64_t rest = ahead % pace * kBillion - fraction;
    // Rounded up; a negative rest is less than one step below zero, and becomes it.
    const std::int64_t steps = rest > 0 ? (rest + pace - 1) / pace : 0;
    return since + core::Duration(ahead / pace * kBillion + steps);
  }
  const Wide wanted = Wide{local.time_since_epoch().count()} - local_since.time_since_epoch().count();
  const Wide elapsed = DivideUp(wanted * kBillion - fraction, kBillion + drift);
  const Wide when = elapsed + since.time_since_epoch().count();
  if (when > std::numeric_limits<std::int64_t>::max()) return core::TrueTime::max();
  return core::TrueTime(core::Duration(static_cast<std::int64_t>(when)));
}

void Clock::SetDrift(core::TrueTime now, std::int64_t parts_per_billion) {
  assert(parts_per_billion > -kBillion);
  const Wide billionths = Billionths(*this, now);
  const Wide whole = DivideDown(billionths, kBillion);
  since = now;
  local_since += core::Duration(static_cast<std::int64_t>(whole));
  fraction = static_cast<std::int64_t>(billionths - whole * kBillion);
  drift = parts_per_billion;
}

void Clock::AddDrift(core::TrueTime now, std::int64_t parts_per_billion) {
  constexpr std::int64_t kMost = kBillion / 2;
  const std::int64_t asked = drift + excess + parts_per_billion;
  SetDrift(now, std::clamp(asked, -kMost, kMost));
  excess = asked - drift;
}

void Clock::Boot(core::TrueTime now) {
  wall_ahead += Local(now).time_since_epoch();
  since = now;
  local_since = {};
  fraction = 0;
}

}  // namespace sim
