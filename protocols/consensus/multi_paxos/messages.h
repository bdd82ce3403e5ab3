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
#include "protocols/replication/reads.h"
#include "protocols/replication/settings.h"

namespace multi_paxos {

using core::Index;  // of a slot
using core::LocalTime;
using core::NodeId;
using core::RequestId;
using replication::Round;
using replication::Switch;

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
    replication::ForEachVoterParameter<Config>(f);
    replication::ForEachSnapshotParameter<Config>(f);
    replication::ForEachSessionParameter<Config>(f);
  }

  std::uint32_t InitialVoters() const { return replication::InitialVoters(*this); }
  std::uint32_t Electorate() const { return replication::Electorate(*this); }

  facts::Promise Promises() const { return facts::Promise::kLinearizability; }

  // How long a healthy cluster may take to get going again: one election.
  core::Duration Patience() const { return election_timeout.max; }

  // How long no other node is promised anything once a majority has heard a leader, on the leader's
  // clock: the acceptors' clocks may be fast and the leader's slow.
  core::Duration Lease() const { return replication::LeaseFor(election_timeout.min, max_drift); }

  // Timers for a network where a message is answered within `round_trip` as a rule. Of `reads` those
  // are drawn whose promise does not rest on clocks.
  template <class Draw>
  void Randomize(core::Duration round_trip, Draw&& draw) {
    replication::RandomizeElections(*this, round_trip, draw);
    alpha = std::max(8u, 1u << draw(9));  // room for all clients: see RandomizeBatches
    replication::RandomizeBatches(*this, draw);
    leases = static_cast<Switch>(draw(4) != 0);
    reads = static_cast<Reads>(draw(2));
    replication::RandomizeSnapshots(*this, draw);
    replication::RandomizeVoters(*this, draw);
    replication::RandomizeSessions(*this, draw);
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

}  // namespace multi_paxos
