// One node's clock: a line from true time to local time, exact to the nanosecond.
//
// Real oscillators run fast or slow by some parts per million, and the wall clock
// on top of them is set by hand or by a daemon, also backwards. So there are two
// readings. Local time drifts but never goes back while the node is up; timers use
// it. Wall time is local time and an offset, and any step may be added to that.
//
// No rounding is lost: a change of drift carries the fraction of a nanosecond over,
// and WhenLocal is the exact inverse, so that a timer fires at the first instant at
// which the node's own clock agrees that it is due, and never before.
#pragma once

#include <cstdint>

#include "protocols/core/types.h"

namespace sim {

struct Clock {
  static constexpr std::int64_t kBillion = 1'000'000'000;

  // For times from the last change of the drift or the last boot on: the line
  // before is forgotten. Between |drift| <= 1e8 and a hundred years nothing overflows.
  core::LocalTime Local(core::TrueTime t) const { return IsPerfect() ? local_since + (t - since) : DriftingLocal(t); }
  core::WallTime Wall(core::TrueTime t) const;

  // The earliest time at which Local is at least `local`; the end of time if it
  // never is. In the past if the clock is already there.
  core::TrueTime WhenLocal(core::LocalTime local) const {
    return IsPerfect() ? since + (local - local_since) : DriftingWhenLocal(local);
  }

  // From `now` on the clock gains so much on true time; more than -1e9.
  void SetDrift(core::TrueTime now, std::int64_t parts_per_billion);

  // Faster or slower by so much, and back by the opposite. Changes add up, but no
  // clock runs off by more than half: what exceeds that is kept in mind.
  void AddDrift(core::TrueTime now, std::int64_t parts_per_billion);

  // Moves the wall clock only, in either direction.
  void Step(core::Duration by) { wall_ahead += by; }

  // A new life of the node: local time is zero again, as a monotonic clock is after
  // a boot of the machine, so a node that wrote one to its disk will be found out.
  // The oscillator and the wall clock, which has a battery, go on.
  void Boot(core::TrueTime now);

  bool operator==(const Clock&) const = default;

  bool IsPerfect() const { return drift == 0 && fraction == 0; }
  core::LocalTime DriftingLocal(core::TrueTime t) const;
  core::TrueTime DriftingWhenLocal(core::LocalTime local) const;

  // The line: at `since` local time was `local_since`, and `fraction` billionths
  // of a nanosecond.
  core::TrueTime since{};
  core::LocalTime local_since{};
  std::int64_t fraction{};
  std::int64_t drift{};         // parts per billion
  std::int64_t excess{};        // asked for by AddDrift, but too much
  core::Duration wall_ahead{};  // of local time
};

}  // namespace sim
