// What the configurations of all replicated logs have in common, as functions of them: each names its own fields,
// these say what they mean, and draw them.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "protocols/core/types.h"

namespace replication {

enum class Switch : std::uint8_t { kOff, kOn };

// --- snapshots and sessions ---------------------------------------------------------------

template <class Config, class F>
void ForEachSnapshotParameter(F&& f) {
  f("snapshot_every", &Config::snapshot_every, "entries from one snapshot to the next");
  f("snapshot_keep", &Config::snapshot_keep,
    "entries that stay in the log for slow followers, though a snapshot has them");
  f("snapshot_chunk", &Config::snapshot_chunk, "pieces of a snapshot in one message at most");
}
template <class Config, class F>
void ForEachSessionParameter(F&& f) {
  f("sessions", &Config::sessions,
    "clients that are remembered at most, and each opens a session first; none: all are, for ever");
}

template <class Config, class Draw>
void RandomizeSnapshots(Config& config, Draw&& draw) {
  config.snapshot_every = 1 + static_cast<std::uint32_t>(draw(draw(2) == 0 ? 20 : 500));
  config.snapshot_keep = 1 + static_cast<std::uint32_t>(draw(config.snapshot_every));
  config.snapshot_chunk = std::uint32_t{1} << draw(6);
}
template <class Config, class Draw>
void RandomizeSessions(Config& config, Draw&& draw) {
  // Not fewer than there are clients, of which a swarm has at most eight: they would end each other's, for ever.
  if (draw(2) == 0) config.sessions = 8 + static_cast<std::uint32_t>(draw(9));
}

// --- who votes, where that can change ---------------------------------------------------------

template <class Config, class F>
void ForEachVoterParameter(F&& f) {
  f("voters", &Config::voters, "how many nodes vote at first, the others learn; none: all vote");
  f("least_voters", &Config::least_voters, "operators leave at least so many; none: as many as vote at first");
}
template <class Config, class Draw>
void RandomizeVoters(Config& config, Draw&& draw) {
  if (draw(2) == 0) config.least_voters = 2 + static_cast<std::uint32_t>(draw(3));
  if (draw(4) == 0) config.voters = 3 + static_cast<std::uint32_t>(draw(2));
}
template <class Config>
std::uint32_t InitialVoters(const Config& config) {
  return std::min(config.voters.value_or(config.nodes), config.nodes);
}
// The fewest that ever vote.
template <class Config>
std::uint32_t Electorate(const Config& config) {
  return std::min(config.least_voters.value_or(config.nodes), InitialVoters(config));
}

// --- time ---------------------------------------------------------------------------------------

// What voters wait for at least on their clocks, as a leader may count on it on its own: theirs may be fast and its
// own slow, each by `max_drift` parts per million (Ongaro's thesis, §6.4.1).
inline core::Duration LeaseFor(core::Duration wait, std::uint32_t max_drift) {
  constexpr std::int64_t kMillion = 1'000'000;
  const __int128 count = wait.count();
  return core::Duration{static_cast<std::int64_t>(count * (kMillion - max_drift) / (kMillion + max_drift))};
}

// Elections among nodes that answer within `round_trip` as a rule: broadcast time << election timeout (Raft, §5.6).
template <class Config, class Draw>
void RandomizeElections(Config& config, core::Duration round_trip, Draw&& draw) {
  const auto least = std::chrono::floor<std::chrono::milliseconds>(4 * round_trip) + std::chrono::milliseconds(50);
  config.election_timeout.min = least * static_cast<std::int64_t>(1 + draw(3));
  config.election_timeout.max = config.election_timeout.min * static_cast<std::int64_t>(2 + draw(2));
  config.heartbeat = config.election_timeout.min / static_cast<std::int64_t>(3 + draw(5));
}
template <class Config, class Draw>
void RandomizeBatches(Config& config, Draw&& draw) {
  config.max_batch = std::uint32_t{1} << draw(9);
  config.max_inflight = std::uint32_t{1} << draw(6);
  // Room on the way for what each client of a swarm asks, of whom there are at most eight. With less, what they have
  // given up on is ahead of what they wait for, more of it all the time, and none is ever answered.
  config.max_batch = std::max(config.max_batch, 8 / config.max_inflight);
}

}  // namespace replication
