// What the nodes of Multi-Paxos say to one another, and how they are configured.
#pragma once

#include <algorithm>
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "protocols/core/facts.h"
#include "protocols/core/types.h"

namespace multi_paxos {

using core::Index;  // of a slot
using core::LocalTime;
using core::NodeId;
using core::RequestId;

// Unique: nobody but `node` proposes in it, and it does so in each round once, since it has promised
// the ballot to itself, durably, before anybody hears of it. The smallest one is nobody's.
struct Ballot {
  std::uint64_t round{};
  NodeId node{};
  auto operator<=>(const Ballot&) const = default;
  void AppendTo(std::string& out) const {
    out += 'b' + std::to_string(round) + ".n" + std::to_string(core::Number(node));
  }
};

enum class Switch : std::uint8_t { kOff, kOn };

// Who answers a read, and how sure it is of the answer.
enum class Reads : std::uint8_t {
  kStrong,  // the log: a read takes a slot like a write
  kIndex,   // the leader, once a majority has confirmed that it led when it was asked
  kLease,   // the leader, while no other can have been elected as far as its clock tells (PML §5.2)
};

struct Config {
  std::uint32_t nodes = 5;
  core::Between election_timeout{std::chrono::milliseconds(150), std::chrono::milliseconds(300)};
  core::Duration heartbeat = std::chrono::milliseconds(50);
  std::uint32_t alpha = 128;       // slots that may be open at once
  std::uint32_t max_batch = 64;    // slots in one Accept
  std::uint32_t max_inflight = 4;  // Accepts under way to one acceptor
  Switch leases = Switch::kOn;
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
    f("election_timeout", &Config::election_timeout,
      "how long nobody leads before a node asks the others; drawn anew each time");
    f("heartbeat", &Config::heartbeat, "how often a leader shows that it lives");
    f("alpha", &Config::alpha,
      "slots that are open at once at most; a change of the membership holds so many slots later");
    f("max_batch", &Config::max_batch, "slots in one Accept at most");
    f("max_inflight", &Config::max_inflight, "Accepts under way to one acceptor at most; fewer make larger batches");
    f("leases", &Config::leases, "on: acceptors promise nothing to another node while a leader is heard");
    f("reads", &Config::reads,
      "strong: through the log; index: by the leader, confirmed by a majority; lease: by the leader, as long as its "
      "clock allows. All are linearizable, lease only if no clock is off by more than max_drift");
    f("max_drift", &Config::max_drift, "parts per million that any clock is off at most, for lease");
    f("voters", &Config::voters, "how many nodes vote at first, the others learn; none: all vote");
    f("least_voters", &Config::least_voters, "operators leave at least so many; none: as many as vote at first");
    f("snapshot_every", &Config::snapshot_every, "slots from one snapshot to the next");
    f("snapshot_keep", &Config::snapshot_keep, "slots that stay for slow followers, though a snapshot has them");
    f("snapshot_chunk", &Config::snapshot_chunk, "pieces of a snapshot in one message at most");
    f("sessions", &Config::sessions,
      "clients that are remembered at most, and each opens a session first; none: all are, for ever");
  }

  std::uint32_t InitialVoters() const { return std::min(voters.value_or(nodes), nodes); }
  // The fewest that ever vote.
  std::uint32_t Electorate() const { return std::min(least_voters.value_or(nodes), InitialVoters()); }

  facts::Promise Promises() const { return facts::Promise::kLinearizability; }

  // How long a healthy cluster may take to get going again: one election.
  core::Duration Patience() const { return election_timeout.max; }

  // How long no other node is promised anything once a majority has heard a leader, on the leader's
  // clock: the acceptors' clocks may be fast and the leader's slow.
  core::Duration Lease() const {
    constexpr std::int64_t kMillion = 1'000'000;
    return election_timeout.min / (kMillion + max_drift) * (kMillion - std::int64_t{max_drift});
  }

  // Timers for a network where a message is answered within `round_trip` as a rule. Of `reads` those
  // are drawn whose promise does not rest on clocks.
  template <class Draw>
  void Randomize(core::Duration round_trip, Draw&& draw) {
    const auto least = std::chrono::floor<std::chrono::milliseconds>(4 * round_trip) + std::chrono::milliseconds(50);
    election_timeout.min = least * static_cast<std::int64_t>(1 + draw(3));
    election_timeout.max = election_timeout.min * static_cast<std::int64_t>(2 + draw(2));
    heartbeat = election_timeout.min / static_cast<std::int64_t>(3 + draw(5));
    alpha = std::uint32_t{1} << draw(9);
    max_batch = std::uint32_t{1} << draw(9);
    max_inflight = std::uint32_t{1} << draw(6);
    leases = static_cast<Switch>(draw(4) != 0);
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

// --- who leads --------------------------------------------------------------------------

// Nobody seems to lead: does anybody hear a leader? A failure detector that asks a majority before it
// disturbs anyone.
struct Suspect {
  Ballot promised;  // by who asks
};
struct Opinion {
  Ballot asked;  // echoes Suspect
  bool agrees{};
  Ballot promised;
  Index chosen;  // everything up to here, as far as this node knows
};

// 1a: for all slots from `first` on.
struct Prepare {
  Ballot ballot;
  Index first;
  std::optional<Ballot> appointed;  // the leader of this ballot told it to
};
// Refuses whatever came in the ballot `refused`.
struct Nack {
  Ballot refused;
  Ballot promised;
};
struct TakeOver {  // run phase 1 at once
  Ballot ballot;   // the leader's
};

// --- replication --------------------------------------------------------------------------

// 2b: of the slots first to last, each of them accepted in exactly this ballot.
struct Accepted {
  Ballot ballot;
  Index first;
  Index last;
};

// When a leader sent something, by its own count and clock: what answers it proves that it was the
// leader then.
struct Round {
  std::uint64_t number{};
  LocalTime sent{};
};
struct Heartbeat {
  Ballot ballot;
  Round round;
  Index chosen;  // everything up to here
};
struct HeartbeatReply {
  Ballot ballot;
  Round round;    // of the heartbeat
  Index applied;  // by this follower
};

// What was chosen from `first` on? Whoever knows may answer, in Learn or InstallSnapshot.
struct CatchUp {
  Index first;
  Index snapshot;          // that is arriving; 0: none
  std::uint64_t offset{};  // and its pieces that are here
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

}  // namespace multi_paxos
