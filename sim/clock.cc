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

// A time and a fraction of a nanosecond beyond it.
struct Exact {
  core::Duration whole{};
  std::int64_t billionths = 0;
};

Exact Split(Wide billionths) {
  const Wide whole = DivideDown(billionths, Clock::kBillion);
  return {core::Duration{static_cast<std::int64_t>(whole)},
          static_cast<std::int64_t>(billionths - whole * Clock::kBillion)};
}

// How far a line has gone after `elapsed`, in whole nanoseconds. Whole seconds are split off,
// so that what is left to multiply and divide fits 64 bits: the pace keeps a second within 1.1
// billion billionths.
core::Duration Gone(core::Duration elapsed, std::int64_t pace, std::int64_t fraction) {
  const std::int64_t count = elapsed.count();
  if (count >= 0 && pace >= 0 && pace <= kFastest) {
    const std::int64_t rest = (count % Clock::kBillion * pace + fraction) / Clock::kBillion;
    return core::Duration(count / Clock::kBillion * pace + rest);
  }
  return Split(Wide{count} * pace + fraction).whole;
}

}  // namespace

core::LocalTime Clock::DriftingLocal(core::TrueTime t) const {
  return local_since + Gone(t - since, LocalPace(), fraction);
}

core::WallTime Clock::BentWall(core::TrueTime t) const {
  if (freezes > 0) return frozen;
  return wall + Gone(t - wall_since, kBillion + WallGain(), wall_fraction);
}

core::TrueTime Clock::DriftingWhenLocal(core::LocalTime local) const {
  const std::int64_t ahead = (local - local_since).count();
  const std::int64_t pace = LocalPace();
  if (pace == 0) return ahead <= 0 ? since : core::TrueTime::max();
  if (ahead >= 0 && ahead < kHundredYears && pace <= kFastest && pace >= kSlowest) {
    const std::int64_t rest = ahead % pace * kBillion - fraction;
    // Rounded up; a negative rest is less than one step below zero, and becomes it.
    const std::int64_t steps = rest > 0 ? (rest + pace - 1) / pace : 0;
    return since + core::Duration(ahead / pace * kBillion + steps);
  }
  const Wide wanted = Wide{local.time_since_epoch().count()} - local_since.time_since_epoch().count();
  const Wide elapsed = DivideUp(wanted * kBillion - fraction, pace);
  const Wide when = elapsed + since.time_since_epoch().count();
  if (when > std::numeric_limits<std::int64_t>::max()) return core::TrueTime::max();
  return core::TrueTime(core::Duration(static_cast<std::int64_t>(when)));
}

void Clock::BeginLocal(core::TrueTime now) {
  const Exact gone = Split(Wide{(now - since).count()} * LocalPace() + fraction);
  since = now;
  local_since += gone.whole;
  fraction = gone.billionths;
}

void Clock::BeginWall(core::TrueTime now) {
  const Exact gone = Split(Wide{(now - wall_since).count()} * (kBillion + WallGain()) + wall_fraction);
  wall_since = now;
  wall += gone.whole;
  wall_fraction = gone.billionths;
}

void Clock::SetDrift(core::TrueTime now, std::int64_t parts_per_billion) {
  assert(parts_per_billion > -kBillion);
  BeginLocal(now);
  BeginWall(now);
  drift = parts_per_billion;
}

void Clock::AddDrift(core::TrueTime now, std::int64_t parts_per_billion) {
  constexpr std::int64_t kMost = kBillion / 2;
  const std::int64_t asked = drift + excess + parts_per_billion;
  SetDrift(now, std::clamp(asked, -kMost, kMost));
  excess = asked - drift;
}

void Clock::AddSlew(core::TrueTime now, std::int64_t parts_per_billion) {
  BeginWall(now);
  slew += parts_per_billion;
}

void Clock::Step(core::Duration by) {
  wall += by;
  if (freezes > 0) frozen += by;
}

void Clock::TakeBack(core::TrueTime now, const PaceChange& change) {
  PaceChange until_now = change;
  until_now.Set(now, 0);
  Step(-until_now.gained);
  BeginWall(now);
  wall_fraction -= until_now.billionths;
  if (wall_fraction >= 0) return;
  wall_fraction += kBillion;
  wall -= core::Duration{1};
}

void Clock::Freeze(core::TrueTime now) {
  if (freezes == 0) frozen = Wall(now);
  ++freezes;
}

void Clock::Thaw() {
  --freezes;
  if (freezes == 0) frozen = {};
}

void Clock::StopLocal(core::TrueTime now) {
  BeginLocal(now);
  ++stops;
}

void Clock::StartLocal(core::TrueTime now) {
  BeginLocal(now);
  --stops;
}

void Clock::Boot(core::TrueTime now) {
  since = now;
  local_since = {};
  fraction = 0;
}

void PaceChange::Set(core::TrueTime now, std::int64_t ppb) {
  const Exact total = Split(Wide{(now - since).count()} * parts_per_billion + billionths);
  since = now;
  gained += total.whole;
  billionths = total.billionths;
  parts_per_billion = ppb;
}

}  // namespace sim
