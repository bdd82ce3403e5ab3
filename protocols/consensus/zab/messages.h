// What ZAB's servers say to one another, and how they are configured.
#pragma once

#include <algorithm>
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "protocols/core/facts.h"
#include "protocols/core/pool.h"
#include "protocols/core/types.h"
#include "protocols/replication/fifo_session.h"
#include "protocols/replication/settings.h"

namespace zab {

using core::Epoch;
using core::Index;
using core::NodeId;
using core::RequestId;
using replication::Connection;
using replication::Stamp;

// Names a transaction: the epoch of the primary that broadcast it, and which of its it is, from 1.
// ZooKeeper has both in 64 bits, 32 each.
struct Zxid {
  Epoch epoch;
  std::uint64_t counter{};
  auto operator<=>(const Zxid&) const = default;
  void AppendTo(std::string& out) const {  // "t2.17"
    out += 't' + std::to_string(epoch.value) + '.' + std::to_string(counter);
  }
};

// Who answers a read, and how sure it is of the answer.
enum class Reads : std::uint8_t {
  kStrong,  // a read is a transaction like a write
  kSync,    // the server that was asked, once the leader has told it how far it must have come
  kLocal,   // the server that was asked, at once: ZooKeeper's reads
};

struct Config {
  std::uint32_t nodes = 5;
  core::Duration tick = std::chrono::milliseconds(50);
  std::uint32_t init_limit = 10;
  std::uint32_t sync_limit = 5;
  core::Between settle{std::chrono::milliseconds(50), std::chrono::milliseconds(100)};
  std::uint32_t max_batch = 64;
  std::uint32_t max_inflight = 4;
  std::optional<std::uint32_t> observers;
  std::optional<std::uint32_t> counter_limit;
  Reads reads = Reads::kStrong;
  std::uint32_t snapshot_every = 1'000;
  std::uint32_t snapshot_keep = 200;
  std::uint32_t snapshot_chunk = 64;
  std::optional<std::uint32_t> sessions;

  template <class F>
  static void ForEachParameter(F&& f) {
    f("tick", &Config::tick, "how often a leader pings and what was lost is sent again; longer than an answer takes");
    f("init_limit", &Config::init_limit, "ticks that it may take to become a leader with a quorum, or its follower");
    f("sync_limit", &Config::sync_limit, "ticks of silence after which a leader or a follower is given up");
    f("settle", &Config::settle, "how long a better vote is waited for before an election is over");
    f("max_batch", &Config::max_batch, "transactions in one PROPOSAL at most");
    f("max_inflight", &Config::max_inflight, "PROPOSALs under way to one server at most; fewer make larger batches");
    f("observers", &Config::observers, "how many nodes, the last ones, only listen; none: all vote");
    f("counter_limit", &Config::counter_limit,
      "transactions in one epoch, after which another one begins; none: 2^32-1");
    f("reads", &Config::reads,
      "strong: through the log; sync: by any server once it has what was committed when it was asked; local: by any "
      "server, as far as it has come. The first two are linearizable");
    replication::ForEachSnapshotParameter<Config>(f);
    replication::ForEachSessionParameter<Config>(f);
  }

  // The first ones vote.
  std::uint32_t Voters() const { return nodes - std::min(observers.value_or(0), nodes - 1); }
  std::uint32_t Electorate() const { return Voters(); }
  std::uint64_t CounterLimit() const { return counter_limit.value_or(0xFFFFFFFF); }

  facts::Promise Promises() const {
    return reads <= Reads::kSync ? facts::Promise::kLinearizability : facts::Promise::kSequentialConsistency;
  }

  // How long a healthy cluster may take to get going again: what is gone is given up, a leader is elected
  // and brings a quorum up to date.
  core::Duration Patience() const { return tick * (init_limit + sync_limit) + 5 * settle.max; }

  // Ticks in which a message is answered, where that takes `round_trip` as a rule.
  template <class Draw>
  void Randomize(core::Duration round_trip, Draw&& draw) {
    const auto least = std::chrono::floor<std::chrono::milliseconds>(round_trip) + std::chrono::milliseconds(10);
    tick = least * static_cast<std::int64_t>(1 + draw(3));
    init_limit = 8 + static_cast<std::uint32_t>(draw(8));
    sync_limit = 3 + static_cast<std::uint32_t>(draw(5));
    settle.min = least * static_cast<std::int64_t>(1 + draw(2));
    settle.max = settle.min * static_cast<std::int64_t>(1 + draw(3));
    replication::RandomizeBatches(*this, draw);
    if (draw(3) == 0) observers = 1 + static_cast<std::uint32_t>(draw(2));
    if (draw(2) == 0) counter_limit = 10 + static_cast<std::uint32_t>(draw(300));
    reads = static_cast<Reads>(draw(3));
    replication::RandomizeSnapshots(*this, draw);
    replication::RandomizeSessions(*this, draw);
  }
};

// --- phase 0: election ------------------------------------------------------------------

// For whom, and how far it has come: the order is that of ZooKeeper's totalOrderPredicate.
struct Vote {
  NodeId leader{};
  Zxid zxid;         // the last in its history
  Epoch peer_epoch;  // its currentEpoch
  bool operator==(const Vote&) const = default;
  bool operator<(const Vote& other) const {
    return std::tie(peer_epoch, zxid, leader) < std::tie(other.peer_epoch, other.zxid, other.leader);
  }
};
enum class State : std::uint8_t { kLooking, kFollowing, kLeading };
struct Notification {
  std::uint64_t round{};
  State state{};
  Vote vote;
};

// --- sessions -----------------------------------------------------------------------------

// This connection is over, or was never known here.
struct Closed {
  Connection connection;
};
// Neither is numbered: what is lost is made good by the next.
struct Ping {
  Connection connection;
  std::uint64_t ack{};
  std::uint64_t round{};
};
struct Pong {
  Connection connection;
  std::uint64_t ack{};
  std::uint64_t round{};  // of the ping
};

// --- phase 1: discovery -----------------------------------------------------------------------

struct FollowerInfo {  // CEPOCH
  Stamp stamp;
  Epoch accepted_epoch;
};
struct LeaderInfo {  // NEWEPOCH
  Stamp stamp;
  Epoch epoch;
};
// Which epochs a history consists of. Of one epoch any two histories hold the same transactions from the
// same index on, so this tells the whole of it.
struct Run {
  Epoch epoch;
  Index last;
};
struct Outline {
  Index base;            // up to there it is committed, and of what epochs is forgotten
  core::List<Run> runs;  // what follows

  Index last() const { return runs.empty() ? base : runs.back().last; }
};
struct AckEpoch {
  Stamp stamp;
  bool promised{};      // it had not accepted this epoch before
  Epoch current_epoch;  // with `last`, how recent its history is,
  Zxid last;
  Outline outline;  // and what there is in it
};

// --- phase 2: synchronisation --------------------------------------------------------------------

struct Diff {  // your history is mine up to there, and so it goes on
  Stamp stamp;
  Index index;
  Zxid zxid;
};
struct Trunc {  // your history is mine up to there; cut off the rest
  Stamp stamp;
  Index index;
  Zxid zxid;
};
struct NewLeader {
  Stamp stamp;
  Epoch epoch;
};
struct AckNewLeader {
  Stamp stamp;
  Index index;  // where its history ends
};
struct UpToDate {
  Stamp stamp;
  Index commit;
};

// --- phase 3: broadcast -----------------------------------------------------------------------------

struct Ack {
  Stamp stamp;
  Index index;  // everything up to there is durable here
};
struct Commit {
  Stamp stamp;
  Index index;  // everything up to there
};
// To ourselves: a leader's own history is durable up to there.
struct Logged {
  replication::EndName reign;
  Index index;
};
// The leader takes no requests now.
struct Refused {
  Stamp stamp;
  RequestId request;
};
// What must a read see that was asked for now?
struct Sync {
  Stamp stamp;
  RequestId request;
};
struct Synced {
  Stamp stamp;
  RequestId request;
  Index index;
};

}  // namespace zab
