// One node's clocks: two lines from true time, exact to the nanosecond.
//
// Real oscillators run fast or slow by some parts per million, and the wall clock
// on top of them is set by hand or by a daemon, also backwards. So there are two
// readings. Local time drifts but never goes back while the node is up; timers use
// it. Wall time drifts likewise, and may besides be stepped, slewed and frozen.
//
// No rounding is lost: a change of pace carries the fraction of a nanosecond over,
// and WhenLocal is the exact inverse, so that a timer fires at the first instant at
// which the node's own clock agrees that it is due, and never before. Changes add
// up and each has an exact opposite, so windows may overlap in any order. What a
// window made the wall clock gain is taken back when it ends (PaceChange); a
// monotonic clock cannot go back, keeps what it gained, and goes on at its old pace.
#pragma once

#include <cstdint>

#include "protocols/core/types.h"

namespace sim {

struct PaceChange;

struct Clock {
  static constexpr std::int64_t kBillion = 1'000'000'000;

  // For times from the last change of pace or the last boot on: the line before
  // is forgotten. Between |drift| <= 1e8 and a hundred years nothing overflows.
  core::LocalTime Local(core::TrueTime t) const { return IsPerfect() ? local_since + (t - since) : DriftingLocal(t); }
  core::WallTime Wall(core::TrueTime t) const { return WallIsPerfect() ? wall + (t - wall_since) : BentWall(t); }

  // The earliest time at which Local is at least `local`; the end of time if it
  // never is. In the past if the clock is already there.
  core::TrueTime WhenLocal(core::LocalTime local) const {
    return IsPerfect() ? since + (local - local_since) : DriftingWhenLocal(local);
  }

  // From `now` on both clocks gain so much on true time; more than -1e9.
  void SetDrift(core::TrueTime now, std::int64_t parts_per_billion);

  // Faster or slower by so much, and back by the opposite. Changes add up, but no
  // monotonic clock runs off by more than half: what exceeds that only the wall
  // clock does, which may stand still or go back.
  void AddDrift(core::TrueTime now, std::int64_t parts_per_billion);

  // The wall clock alone: faster or slower by so much of true time, and back by the opposite.
  void AddSlew(core::TrueTime now, std::int64_t parts_per_billion);

  // Moves the wall clock only, in either direction; also one that stands still.
  void Step(core::Duration by);
  // Moves the wall clock back by what it gained, so that it is where it would be without.
  void TakeBack(core::TrueTime now, const PaceChange& change);

  // The wall clock stands still until it is thawed as often as it was frozen; then
  // it is where it would be.
  void Freeze(core::TrueTime now);
  void Thaw();

  // Local time stands still until it was started as often as it was stopped; then
  // it goes on from there.
  void StopLocal(core::TrueTime now);
  void StartLocal(core::TrueTime now);

  // A new life of the node: local time is zero again, as a monotonic clock is after
  // a boot of the machine, so a node that wrote one to its disk will be found out.
  // The oscillator and the wall clock, which has a battery, go on.
  void Boot(core::TrueTime now);

  bool operator==(const Clock&) const = default;

  bool IsPerfect() const { return (drift | fraction | stops) == 0; }
  bool WallIsPerfect() const { return (WallGain() | wall_fraction | freezes) == 0; }
  std::int64_t LocalPace() const { return stops > 0 ? 0 : kBillion + drift; }
  std::int64_t WallGain() const { return drift + excess + slew; }
  core::LocalTime DriftingLocal(core::TrueTime t) const;
  core::WallTime BentWall(core::TrueTime t) const;
  core::TrueTime DriftingWhenLocal(core::LocalTime local) const;
  // Let the lines begin now, as they go; nobody sees a difference.
  void BeginLocal(core::TrueTime now);
  void BeginWall(core::TrueTime now);

  // The lines: at `since` local time was `local_since`, and `fraction` billionths
  // of a nanosecond; wall time likewise.
  core::TrueTime since{};
  core::LocalTime local_since{};
  std::int64_t fraction{};
  core::TrueTime wall_since{};
  core::WallTime wall{};
  std::int64_t wall_fraction{};

  std::int64_t drift{};     // parts per billion
  std::int64_t excess{};    // asked for by AddDrift, but too much for a monotonic clock
  std::int64_t slew{};      // of the wall clock alone
  std::int64_t stops{};     // reasons for local time to stand still
  std::int64_t freezes{};   // reasons for the wall clock to
  core::WallTime frozen{};  // its reading then, if there are any

  // How far outside of the interval of WallBounds (physics.h) true time is; 0: inside.
  core::Duration bound_error{};
};

// What one window does to the pace of one clock, and what the wall clock has gained
// by it so far: to be taken back when the window ends.
struct PaceChange {
  std::int64_t parts_per_billion = 0;  // now
  core::TrueTime since{};
  core::Duration gained{};  // until then
  std::int64_t billionths = 0;

  // From now on it is another one.
  void Set(core::TrueTime now, std::int64_t ppb);
};

}  // namespace sim
