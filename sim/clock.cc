#include "sim/clock.h"

#include <cassert>
#include <limits>

namespace sim {
namespace {

using Wide = __int128;

// Rounded down, also below zero, where C++ rounds up.
Wide DivideDown(Wide a, Wide b) { return a / b - (a % b < 0); }
Wide DivideUp(Wide a, Wide b) { return -DivideDown(-a, b); }

// Local time passed since `clock.since`, in billionths of a nanosecond.
Wide Billionths(const Clock& clock, core::TrueTime t) {
  const Wide elapsed = Wide{t.time_since_epoch().count()} - clock.since.time_since_epoch().count();
  return elapsed * (Clock::kBillion + clock.drift) + clock.fraction;
}

}  // namespace

core::LocalTime Clock::Local(core::TrueTime t) const {
  return local_since + core::Duration(static_cast<std::int64_t>(DivideDown(Billionths(*this, t), kBillion)));
}

core::WallTime Clock::Wall(core::TrueTime t) const { return core::WallTime(Local(t).time_since_epoch() + wall_ahead); }

core::TrueTime Clock::WhenLocal(core::LocalTime local) const {
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

void Clock::Boot(core::TrueTime now) {
  wall_ahead += Local(now).time_since_epoch();
  since = now;
  local_since = {};
  fraction = 0;
}

}  // namespace sim
