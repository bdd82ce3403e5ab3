// Clock synchronisation over a network that delays (Cristian, "Probabilistic clock synchronization", 1989;
// Mills et al., "Network Time Protocol Version 4", RFC 5905; Marzullo & Owicki, "Maintaining the time in a
// distributed system", 1983).
//
// What one exchange tells is an interval, not a number: how far the server's clock may be ahead of ours. The right
// offset is in the intervals of all honest servers, so a point that more servers rule out than can be liars
// is wrong; what is left, and what lies between, is what we claim.
//
// RFC 5905 (§11.2.1) first asks for a point that all vouch for, then for all but one, and so on, which claims less but
// may lose the truth: two honest servers and a liar whose narrow interval touches both. We never assume
// fewer liars than there may be. A majority of liars that agree with each other is beyond any such scheme.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "protocols/core/pool.h"
#include "protocols/core/quorum.h"
#include "protocols/core/types.h"

namespace clocks {

// What is added to our clock gives the reference's; both ends included.
struct OffsetBounds {
  core::Duration low{};
  core::Duration high{};
  bool operator==(const OffsetBounds&) const = default;

  core::Duration Width() const { return high - low; }
  core::Duration Middle() const { return low + (high - low) / 2; }
  bool Contains(core::Duration offset) const { return low <= offset && offset <= high; }
  OffsetBounds Widened(core::Duration by) const { return {low - by, high + by}; }
};

// `parts` of `whole` of a span of time, rounded up.
constexpr core::Duration Share(core::Duration span, std::int64_t parts, std::int64_t whole) {
  const std::int64_t units = span.count() / whole, rest = span.count() % whole;
  return core::Duration{units * parts + (rest * parts + whole - 1) / whole};
}
constexpr std::int64_t kMillion = 1'000'000;

// How far a clock that drifts by at most so many parts per million can be off after it has shown a span; of
// what a right clock shows meanwhile, which may be more. Readings are whole: up to a nanosecond more had passed on it.
constexpr core::Duration MostDrift(core::Duration shown, std::uint32_t drift) {
  return Share(shown + core::Duration{1}, drift, kMillion - drift);
}

// A question to a server and its answer (RFC 5905, §8: T1 to T4).
struct Exchange {
  core::LocalTime asked{};
  core::WallTime received{};
  core::WallTime answered{};
  core::LocalTime returned{};
  core::Duration error{};  // the server's clock is right to this, it says
};

struct Sample {
  OffsetBounds bounds;      // of the offset when it was taken
  core::LocalTime taken{};  // by our clock

  // What it is still worth: our clock has drifted since, and nobody knows in which direction.
  OffsetBounds At(core::LocalTime now, std::uint32_t drift) const {
    return bounds.Widened(MostDrift(now - taken, drift));
  }
};

// What an exchange tells. The question took time to get there, and so did the answer: at least none. None: no honest
// server on any network can have answered that.
inline std::optional<Sample> SampleOf(const Exchange& exchange, std::uint32_t drift) {
  const core::Duration high = exchange.received.time_since_epoch() - exchange.asked.time_since_epoch();
  const core::Duration low = exchange.answered.time_since_epoch() - exchange.returned.time_since_epoch();
  if (exchange.returned < exchange.asked || exchange.error < core::Duration{}) return std::nullopt;
  // The upper end was read when we asked, so it is as old as the answer took.
  const core::Duration aged = MostDrift(exchange.returned - exchange.asked, drift);
  const OffsetBounds bounds{low - exchange.error, high + aged + exchange.error};
  if (bounds.low > bounds.high) return std::nullopt;
  return Sample{bounds, exchange.returned};
}

// All that at least `needed` of the intervals allow, and what lies between; none: no point is in so many.
inline std::optional<OffsetBounds> AllowedBy(std::uint32_t needed, const core::List<OffsetBounds>& intervals) {
  // Ends in order; where one interval begins and another ends, they meet.
  core::List<std::pair<core::Duration, bool>> ends;
  ends.reserve(2 * intervals.size());
  for (const OffsetBounds& interval : intervals) {
    ends.push_back({interval.low, false});
    ends.push_back({interval.high, true});
  }
  std::sort(ends.begin(), ends.end());
  std::optional<OffsetBounds> allowed;
  std::uint32_t inside = 0;
  for (const auto& [offset, closes] : ends) {
    if (!closes && ++inside == needed && !allowed) allowed = {offset, offset};
    if (closes && inside-- == needed) allowed->high = offset;
  }
  return allowed;
}

// What one node knows of its servers' clocks.
struct ClockSync {
  static constexpr std::size_t kSamples = 8;  // of each server (RFC 5905, §10: NSTAGE)

  core::List<core::List<Sample>> servers;  // the last samples of each, oldest first
  std::uint32_t drift{};                   // at most so many parts per million, our clock against a right one

  void Take(std::size_t server, const Exchange& exchange) {
    const std::optional<Sample> sample = SampleOf(exchange, drift);
    if (!sample) return;
    core::List<Sample>& samples = servers[server];
    if (samples.size() == kSamples) samples.erase(samples.begin());
    samples.push_back(*sample);
  }

  // The offset: true if fewer than half of all servers lie. None: not synchronised, since no point has a majority
  // of all servers that vouches for it. Those who vouch may be liars and those who would contradict them be out
  // of reach, so a point is ruled out only by more servers than can be liars.
  std::optional<OffsetBounds> Estimate(core::LocalTime now) const {
    core::List<OffsetBounds> intervals;
    for (const core::List<Sample>& samples : servers) {
      if (!samples.empty()) intervals.push_back(Narrowest(samples, now));
    }
    const auto answered = static_cast<std::uint32_t>(intervals.size());
    const std::uint32_t majority = core::Majority(static_cast<std::uint32_t>(servers.size()));
    if (answered < majority || !AllowedBy(majority, intervals)) return std::nullopt;
    const auto liars = static_cast<std::uint32_t>(servers.size()) - majority;
    return AllowedBy(answered - liars, intervals);
  }

 private:
  // Of a quick exchange that is not too long ago (RFC 5905, §10, the clock filter). Not where they all meet: a
  // server's clock may have been set in between.
  OffsetBounds Narrowest(const core::List<Sample>& samples, core::LocalTime now) const {
    OffsetBounds best = samples.back().At(now, drift);
    for (const Sample& sample : samples) {
      const OffsetBounds bounds = sample.At(now, drift);
      if (bounds.Width() < best.Width()) best = bounds;
    }
    return best;
  }
};

// A clock that is brought to the right time without ever going back (RFC 5905, §11.3): what a node takes for the time.
struct SlewedClock {
  static constexpr std::uint32_t kSlew = 500;  // parts per million at most

  core::LocalTime since{};
  core::Duration offset{};  // at `since`
  core::Duration target{};  // on the way to there

  core::WallTime Read(core::LocalTime now) const { return core::WallTime{now.time_since_epoch() + OffsetAt(now)}; }

  // From now on towards `to`.
  void Steer(core::LocalTime now, core::Duration to) { *this = {now, OffsetAt(now), to}; }
  // At once. For the first time, when nobody has read it yet.
  void Step(core::LocalTime now, core::Duration to) { *this = {now, to, to}; }

  core::Duration OffsetAt(core::LocalTime now) const {
    const core::Duration most = Share(now - since, kSlew, kMillion);
    return offset + std::clamp(target - offset, -most, most);
  }
};

}  // namespace clocks
