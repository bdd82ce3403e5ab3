// What Raft's nodes say to one another, and how they are configured.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "protocols/core/facts.h"
#include "protocols/core/types.h"
#include "protocols/machines/machine.h"
#include "protocols/replication/reads.h"
#include "protocols/replication/settings.h"

namespace raft {

using core::Index;
using core::LocalTime;
using core::NodeId;
using core::RequestId;
using replication::Round;
using replication::Switch;
using Term = core::Epoch;

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
    replication::ForEachVoterParameter<Config>(f);
    replication::ForEachSnapshotParameter<Config>(f);
    replication::ForEachSessionParameter<Config>(f);
  }

  std::uint32_t InitialVoters() const { return replication::InitialVoters(*this); }
  std::uint32_t Electorate() const { return replication::Electorate(*this); }

  facts::Promise Promises() const {
    return reads <= Reads::kLease ? facts::Promise::kLinearizability : facts::Promise::kSequentialConsistency;
  }

  // How long a healthy cluster may take to get going again: one election.
  core::Duration Patience() const { return election_timeout.max; }

  // How long nobody else can be elected once a majority has heard a leader, on the leader's clock: the
  // voters' clocks may be fast and the leader's slow (thesis, §6.4.1).
  core::Duration Lease() const { return replication::LeaseFor(election_timeout.min, max_drift); }

  // Where a message is answered within `round_trip` as a rule. Of `reads` those are drawn whose promise
  // does not rest on clocks.
  template <class Draw>
  void Randomize(core::Duration round_trip, Draw&& draw) {
    replication::RandomizeElections(*this, round_trip, draw);
    replication::RandomizeBatches(*this, draw);
    pre_vote = static_cast<Switch>(draw(4) != 0);
    check_quorum = static_cast<Switch>(draw(4) != 0);
    reads = static_cast<Reads>(draw(2));
    replication::RandomizeSnapshots(*this, draw);
    replication::RandomizeVoters(*this, draw);
    replication::RandomizeSessions(*this, draw);
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

}  // namespace raft
