// What Raft's nodes say to one another, and how they are configured.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "protocols/core/facts.h"
#include "protocols/core/types.h"
#include "protocols/machines/machine.h"
#include "protocols/replication/replica.h"

namespace raft {

using core::Index;
using core::LocalTime;
using core::NodeId;
using core::RequestId;
using Term = core::Epoch;

enum class Switch : std::uint8_t { kOff, kOn };

// Who answers a read, and how sure it is of the answer.
enum class Reads : std::uint8_t {
  kStrong,    // the log: a read is an entry like a write (§8)
  kIndex,     // the leader, once a majority has confirmed that it led when it was asked (thesis, §6.4)
  kLease,     // the leader, while no other can have been elected as far as its clock tells (thesis, §6.4.1)
  kLeader,    // a node that believes it leads, at once. Others may have elected another since: the
              // mistake of early etcd and Consul (Kingsbury, "Jepsen: etcd and Consul", 2014)
  kFollower,  // any node, as far as it has come
};

struct Config {
  std::uint32_t nodes = 5;
  core::Between election_timeout{std::chrono::milliseconds(150), std::chrono::milliseconds(300)};
  core::Duration heartbeat = std::chrono::milliseconds(50);
  std::uint32_t max_batch = 64;    // entries in one AppendEntries
  std::uint32_t max_inflight = 4;  // AppendEntries under way to one follower
  Switch pre_vote = Switch::kOn;
  Switch check_quorum = Switch::kOn;
  Reads reads = Reads::kStrong;
  std::uint32_t max_drift = 1'000;  // parts per million that any clock is off, as far as leases believe
  std::optional<std::uint32_t> voters;
  std::optional<std::uint32_t> least_voters;
  std::uint32_t snapshot_every = 1'000;
  std::uint32_t snapshot_keep = 200;
  std::uint32_t snapshot_chunk = 64;
  std::optional<std::uint32_t> sessions;

  template <class F>
  static void ForEachParameter(F&& f) {
    f("election_timeout", &Config::election_timeout, "drawn anew for each election; §9.3 advises 150ms..300ms");
    f("heartbeat", &Config::heartbeat, "how often a leader shows that it lives");
    f("max_batch", &Config::max_batch, "entries in one AppendEntries at most");
    f("max_inflight", &Config::max_inflight,
      "AppendEntries under way to one follower at most; fewer make larger batches");
    f("pre_vote", &Config::pre_vote, "on: a node asks whether it could win before it enters a new term");
    f("check_quorum", &Config::check_quorum,
      "on: a leader that does not hear from a majority steps down, and nobody votes while a leader is heard");
    f("reads", &Config::reads,
      "strong: through the log; index: by the leader, confirmed by a majority; lease: by the leader, as long as its "
      "clock allows; leader: at once by who believes that it leads; follower: by any node, as far as it has come. "
      "The first three are linearizable, lease only if no clock is off by more than max_drift");
    f("max_drift", &Config::max_drift, "parts per million that any clock is off at most, for lease");
    f("voters", &Config::voters, "how many nodes vote at first, the others learn; none: all vote");
    f("least_voters", &Config::least_voters, "operators leave at least so many; none: as many as vote at first");
    f("snapshot_every", &Config::snapshot_every, "entries from one snapshot to the next");
    f("snapshot_keep", &Config::snapshot_keep,
      "entries that stay in the log for slow followers, though a snapshot has them");
    f("snapshot_chunk", &Config::snapshot_chunk, "pieces of a snapshot in one message at most");
    f("sessions", &Config::sessions,
      "clients that are remembered at most, and each opens a session first; none: all are, for ever");
  }

  std::uint32_t InitialVoters() const { return std::min(voters.value_or(nodes), nodes); }
  // The fewest that ever vote.
  std::uint32_t Electorate() const { return std::min(least_voters.value_or(nodes), InitialVoters()); }

  facts::Promise Promises() const {
    return reads <= Reads::kLease ? facts::Promise::kLinearizability : facts::Promise::kSequentialConsistency;
  }

  // How long a healthy cluster may take to get going again: one election.
  core::Duration Patience() const { return election_timeout.max; }

  // How long nobody else can be elected once a majority has heard a leader, on the leader's clock: the
  // voters' clocks may be fast and the leader's slow (thesis, §6.4.1).
  core::Duration Lease() const {
    constexpr std::int64_t kMillion = 1'000'000;
    const __int128 min = election_timeout.min.count();
    return core::Duration{static_cast<std::int64_t>(min * (kMillion - max_drift) / (kMillion + max_drift))};
  }

  // Timers that meet the timing requirement (§5.6), broadcast time << election timeout,
  // where a message is answered within `round_trip` as a rule. Of `reads` those are drawn whose promise
  // does not rest on clocks.
  template <class Draw>
  void Randomize(core::Duration round_trip, Draw&& draw) {
    const auto least = std::chrono::floor<std::chrono::milliseconds>(4 * round_trip) + std::chrono::milliseconds(50);
    election_timeout.min = least * static_cast<std::int64_t>(1 + draw(3));
    election_timeout.max = election_timeout.min * static_cast<std::int64_t>(2 + draw(2));
    heartbeat = election_timeout.min / static_cast<std::int64_t>(3 + draw(5));
    max_batch = std::uint32_t{1} << draw(9);
    max_inflight = std::uint32_t{1} << draw(6);
    pre_vote = static_cast<Switch>(draw(4) != 0);
    check_quorum = static_cast<Switch>(draw(4) != 0);
    reads = static_cast<Reads>(draw(2));
    snapshot_every = 1 + static_cast<std::uint32_t>(draw(draw(2) == 0 ? 20 : 500));
    snapshot_keep = 1 + static_cast<std::uint32_t>(draw(snapshot_every));
    snapshot_chunk = std::uint32_t{1} << draw(6);
    if (draw(2) == 0) least_voters = 2 + static_cast<std::uint32_t>(draw(3));
    if (draw(4) == 0) voters = 3 + static_cast<std::uint32_t>(draw(2));
    // Not fewer than there are clients, of which a swarm has at most eight: they would end each other's, for ever.
    if (draw(2) == 0) sessions = 8 + static_cast<std::uint32_t>(draw(9));
  }
};

// --- elections ------------------------------------------------------------------------

struct RequestVote {
  Term term;  // that the candidate campaigns in
  Index last_index;
  Term last_term;
  bool pre{};       // it only asks whether it could win (thesis, §9.6)
  bool transfer{};  // the leader itself told it to campaign (thesis, §3.10)
};
struct Vote {
  Term term;  // that it is granted in, or else the voter's own
  bool granted{};
  bool pre{};
};
struct TimeoutNow {  // do not wait: campaign
  Term term;
};

// --- replication ------------------------------------------------------------------------

// When a leader sent something, by its own count and clock: what answers it proves that it was the
// leader then.
struct Round {
  std::uint64_t number{};
  LocalTime sent{};
};
struct Heartbeat {
  Term term;
  Round round;
  Index commit;  // of what this follower is known to have
};
struct HeartbeatReply {
  Term term;
  Round round;  // of the heartbeat
};
// Answers Append. `index` is the last entry now known to be equal, or, after a
// refusal, the follower's last entry with a term of at most prev_term; `hint_term` is its term.
struct AppendReply {
  Term term;
  bool success{};
  Index prev;  // of the request, to tell an old answer from a new one
  Index index;
  Term hint_term;
};
// Answers InstallSnapshot.
struct SnapshotReply {
  Term term;
  Index index;             // of the snapshot
  std::uint64_t offset{};  // pieces that are here
  bool done{};             // it is installed, or was not needed: everything up to `index` is here
};

// --- requests -----------------------------------------------------------------------------

// The node that a request was forwarded to does not lead, or does not take it now.
struct Refused {
  RequestId request;
};
// At what index may this be read?
struct ReadIndex {
  RequestId request;
};
struct ReadIndexReply {
  RequestId request;
  Index index;
};

}  // namespace raft
