// ZAB, ZooKeeper's atomic broadcast (Junqueira, Reed & Serafini, "Zab: High-performance broadcast
// for primary-backup systems", DSN 2011, here "Zab"; and what ZooKeeper made of it, Zab 1.0: Medeiros,
// "ZooKeeper's atomic broadcast protocol", 2012). Rules that ZooKeeper's TLA+ specification found missing
// are cited as "ZKspec". Replicates any machine.
//
// A leader is elected by a mere guess, and becomes one in three phases: it learns of a quorum's
// epochs and opens a higher one (discovery), brings a quorum's histories to its own (synchronisation), and
// only then broadcasts. What was in its history before is committed by that, not by counting copies.
//
// Everything from discovery on travels in sessions that keep their order; whoever loses one elects again.
// What must be durable before a message leaves is the host's business (output commit).
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "protocols/consensus/zab/messages.h"
#include "protocols/core/check.h"
#include "protocols/core/env.h"
#include "protocols/core/facts.h"
#include "protocols/core/membership.h"
#include "protocols/core/quorum.h"
#include "protocols/core/variants.h"
#include "protocols/machines/key_value.h"
#include "protocols/machines/machine.h"
#include "protocols/replication/client.h"
#include "protocols/replication/fifo_session.h"
#include "protocols/replication/log.h"
#include "protocols/replication/reads.h"
#include "protocols/replication/replica.h"

namespace zab {

using replication::Unconfirmed;

inline constexpr std::string_view kSummary = "ZAB: a primary broadcasts in order, a quorum logs (ZooKeeper)";

// What this node proposes, in which round of elections. Kept while it follows or leads, for those who look.
struct Ballot {
  std::uint64_t round{};
  Vote vote;
};
struct Opinion {
  NodeId voter{};
  Vote vote;
};
// Of one who looks no more.
struct Outcome {
  NodeId voter{};
  State state{};
  NodeId leader{};
};
struct Looking {
  core::List<Opinion> tally;      // of this round, our own included if we vote
  core::List<Outcome> elsewhere;  // what those say who have a leader, whatever their round
  bool settling{};                // a quorum agrees with us; we wait for a better vote
};

// How far a server has come on its way to its leader.
enum class Stage : std::uint8_t {
  kApart,         // no connection
  kConnected,     // FOLLOWERINFO was sent
  kAcknowledged,  // ACKEPOCH was
  kSyncing,       // its history is being made that of the leader
  kAnnounced,     // NEWLEADER was sent
  kSynced,        // and acknowledged
  kServing,       // UPTODATE was sent
};
// How a leader's own office stands.
enum class Phase : std::uint8_t { kDiscovery, kSynchronisation, kBroadcast };

// A snapshot on its way.
struct Transfer {
  Index index;
  std::uint64_t offset{};  // pieces sent
};
// What a server has been sent of the leader's history.
struct Feed {
  Index initial;  // ends what NEWLEADER comes behind
  Index sent;
  Index acked;                 // durable there
  Index told;                  // committed, it was told last
  core::List<Index> inflight;  // where each PROPOSAL under way ends
  std::optional<Transfer> transfer;
};

template <machines::Divisible Machine>
struct NodeOf {
  using Command = typename Machine::Command;
  using Config = zab::Config;
  using Env = core::Env<NodeOf>;
  using Proposal = replication::Proposal<Machine>;
  using Snapshot = replication::Snapshot<Machine>;
  using Clients = replication::Clients<Machine>;
  using Request = replication::Request<Machine>;
  using Reply = replication::Reply<Machine>;

  struct Entry {
    Zxid zxid;
    Proposal proposal;
  };
  // All transactions so far, of which the beginning may be gone.
  struct History {
    replication::Log<Entry> log;
    std::uint64_t base_counter{};  // with the log's base_epoch, names the last that is gone

    Index last() const { return log.last(); }
    Zxid At(Index index) const { return index == log.base ? Zxid{log.base_epoch, base_counter} : log[index].zxid; }
    void DropUpTo(Index index, const Zxid& zxid) {
      if (index <= log.base) return;
      log.DropUpTo(index, zxid.epoch);
      base_counter = zxid.counter;
    }
    // What DropUpTo would leave.
    History After(Index index, const Zxid& zxid) const {
      return index <= log.base ? *this : History{log.After(index, zxid.epoch), zxid.counter};
    }
  };

  // A part of a snapshot, for one whose history ends before ours begins.
  struct Snap {
    Stamp stamp;
    std::uint64_t counter{};  // of its last transaction
    replication::Chunk<Machine> chunk;
  };
  // Transactions to be logged, and, for some before, that they are committed.
  struct Propose {
    Stamp stamp;
    Index prev;  // what they come behind
    core::List<Entry> entries;
    Index commit;
  };
  // To an observer: transactions that are committed.
  struct Inform {
    Stamp stamp;
    Index prev;
    core::List<Entry> entries;
    Index commit;
  };
  // REQUEST: what a client asked of a server that does not lead.
  struct Forward {
    Stamp stamp;
    Proposal proposal;
  };
  // To ourselves: what the snapshot stands for is durable here.
  struct SnapshotDue {};
  // What travels in sessions.
  using Content = std::variant<FollowerInfo, LeaderInfo, AckEpoch, Diff, Trunc, Snap, NewLeader, AckNewLeader, UpToDate,
                               Propose, Ack, Commit, Inform, Forward, Refused, Sync, Synced>;
  using Message = core::JoinVariants<std::variant<Notification, Closed, Ping, Pong, Logged, SnapshotDue>, Content>;
  using Session = replication::FifoSession<Content>;

  // This life of the node has a number, for the names that it gives.
  struct Booted {
    std::uint32_t life{};
  };
  struct Accepted {
    Epoch epoch;
  };
  struct Entered {
    Epoch epoch;
  };
  struct Appended {
    Entry entry;
  };
  struct Truncated {
    Index from;
  };
  // All that is durable.
  struct Checkpoint {
    static constexpr bool kCheckpoint = true;
    Booted booted;
    Accepted accepted;
    Entered entered;
    Snapshot snapshot;
    History history;
  };
  using Record = std::variant<Booted, Accepted, Entered, Appended, Truncated, Checkpoint>;

  using Fact =
      core::JoinVariants<std::variant<facts::EpochEntered, facts::LeaderElected, facts::LeaderFollowed,
                                      facts::EntryAppended, facts::LogTruncated, facts::LogRecovered,
                                      facts::MatchAdvanced, facts::Committed, facts::MembershipAdopted,
                                      facts::CurrentEpochSet, facts::TransactionBroadcast, facts::TransactionDelivered>,
                         replication::Facts<Machine>>;
  enum class Timer : std::uint8_t { kNotify, kSettle, kTick };

  struct Following {
    NodeId leader{};
    Stage stage = Stage::kConnected;
    Session session;
    Epoch epoch;             // the leader's, once it has told
    std::uint32_t silent{};  // ticks since it was heard
    std::optional<replication::Arriving<Machine>> arriving;
  };
  // What the leader knows of one server. Its own place holds what is durable here.
  struct Learner {
    Stage stage = Stage::kApart;
    Session session;
    Epoch accepted;   // before our epoch
    bool promised{};  // it has accepted our epoch, and no other leader's of that number. For this reign
    Outline outline;
    Feed feed;
    std::uint32_t silent{};  // ticks since it was heard
    std::uint64_t round{};   // the last ping that it has answered
  };
  struct Leading {
    replication::EndName reign;
    Phase phase = Phase::kDiscovery;
    Epoch epoch;             // 0: not chosen yet
    std::uint32_t age{};     // ticks without a quorum
    std::uint64_t rounds{};  // of pings begun so far
    core::List<Learner> learners;
    core::List<Unconfirmed> reads;  // by round
  };

  // Durable: changed only by Replay.
  std::uint32_t life{};
  Epoch accepted_epoch;  // the last NEWEPOCH that it has acknowledged
  Epoch current_epoch;   // the last NEWLEADER; at most accepted_epoch
  History history;
  Snapshot snapshot;  // stands for the history up to its index, which is not before the log's base
  // Volatile.
  std::uint32_t names{};  // given in this life
  Ballot ballot;
  std::variant<Looking, Following, Leading> role;
  Index commit;  // known to be committed; at most the end of the history
  replication::Replica<Machine> replica;
  replication::Reads<Machine> reads;
  std::optional<Snapshot> taken;  // waits for SnapshotDue

  void Start(Env& env) {
    Persist(Booted{life + 1}, env);
    commit = snapshot.index;
    env.Announce(facts::EpochEntered{accepted_epoch});
    env.Announce(facts::CurrentEpochSet{current_epoch, std::nullopt});
    env.Announce(facts::MembershipAdopted{Index{}, MembershipOf(env)});
    AnnounceHistory(env);
    if (snapshot.index > Index{}) replica.Restore(snapshot, env);
    Look(env);
  }

  void Replay(const Booted& record) { life = record.life; }
  void Replay(const Accepted& record) { accepted_epoch = record.epoch; }
  void Replay(const Entered& record) { current_epoch = record.epoch; }
  void Replay(const Appended& record) { history.log.Append(record.entry); }
  void Replay(const Truncated& record) { history.log.CutFrom(record.from); }
  void Replay(const Checkpoint& record) {
    Replay(record.booted);
    Replay(record.accepted);
    Replay(record.entered);
    snapshot = record.snapshot;
    history = record.history;
  }

  // The durable fields, for whoever proves that a crash restores them.
  core::Fingerprint DurableFingerprint() const {
    core::Fingerprint fingerprint;
    core::Absorb(fingerprint, life);
    core::Absorb(fingerprint, accepted_epoch);
    core::Absorb(fingerprint, current_epoch);
    core::Absorb(fingerprint, history);
    core::Absorb(fingerprint, snapshot);
    return fingerprint.Finished();
  }

  void On(Timer timer, Env& env) {
    switch (timer) {
      case Timer::kNotify:
        env.Arm(Timer::kNotify, OneTick(env));
        return NotifyAll(env);  // what was lost, and who has come back in the meantime
      case Timer::kSettle:
        return Decide(env);
      case Timer::kTick:
        env.Arm(Timer::kTick, OneTick(env));
        return std::holds_alternative<Leading>(role) ? LeaderTicks(env) : FollowerTicks(env);
    }
  }

  // --- phase 0: election (FastLeaderElection) ----------------------------------------------

  void On(NodeId from, const Notification& m, Env& env) {
    auto* looking = std::get_if<Looking>(&role);
    if (looking == nullptr) {
      if (m.state == State::kLooking) env.Send(from, OurNotification());
      return;
    }
    // Observers ask and are told, but have no vote and get none.
    if (!IsVoter(from, env) || !IsVoter(m.vote.leader, env)) return;
    if (m.state != State::kLooking) {
      Put(looking->elsewhere, Outcome{from, m.state, m.vote.leader});
      if (IsEstablished(m.vote.leader, *looking, env)) return Join(m.vote.leader, m.round, env);
      if (m.round != ballot.round) return;
    } else if (m.round < ballot.round) {
      env.Send(from, OurNotification());  // its votes do not count, it must enter our round
      return;
    } else if (m.round > ballot.round) {
      ballot.round = m.round;
      looking->tally.clear();
      Support(std::max(m.vote, OwnVote(env)), env);
    } else if (ballot.vote < m.vote) {
      Support(m.vote, env);
    }
    Put(looking->tally, Opinion{from, m.vote});
    Consider(env);
  }

  // --- sessions -----------------------------------------------------------------------------

  // What comes in a session comes to `Take`, in order and once.
  template <class M>
  requires core::AlternativeOf<M, Content>
  void On(NodeId from, const M& m, Env& env) {
    if constexpr (std::is_same_v<M, FollowerInfo>) Admit(from, m.stamp.connection);
    Session* session = SessionWith(from, m.stamp.connection);
    if (session == nullptr) return Reject(from, m.stamp.connection, env);
    session->Acknowledge(m.stamp.ack);
    if (!session->Takes(m)) return;
    const Connection connection = session->connection;
    Take(from, m, env);
    while ((session = SessionWith(from, connection)) != nullptr) {
      const std::optional<Content> next = session->Next();
      if (!next) break;
      std::visit([&](const auto& early) { Take(from, early, env); }, *next);
    }
    if (std::holds_alternative<Leading>(role)) Continue(from, env);
  }

  void On(NodeId from, const Closed& m, Env& env) {
    if (SessionWith(from, m.connection) == nullptr) return;
    if (auto* leading = std::get_if<Leading>(&role)) {
      Forget(leading->learners[core::Number(from)]);
    } else {
      Look(env);
    }
  }

  void On(NodeId from, const Ping& m, Env& env) {
    auto* following = std::get_if<Following>(&role);
    Session* session = SessionWith(from, m.connection);
    if (following == nullptr || session == nullptr) return Reject(from, m.connection, env);
    session->Acknowledge(m.ack);
    // Says what has come, not what is durable.
    env.SendUnsynced(from, Pong{session->connection, session->received, m.round});
  }

  void On(NodeId from, const Pong& m, Env& env) {
    auto* leading = std::get_if<Leading>(&role);
    Session* session = SessionWith(from, m.connection);
    if (leading == nullptr || session == nullptr) return Reject(from, m.connection, env);
    session->Acknowledge(m.ack);
    Learner& learner = leading->learners[core::Number(from)];
    learner.round = std::max(learner.round, m.round);
    ConfirmReads(*leading, env);
    Continue(from, env);
  }

  // --- phase 1: discovery (Zab, Figure "Phase 1") ------------------------------------------------

  void Take(NodeId from, const FollowerInfo& m, Env& env) {
    auto* leading = std::get_if<Leading>(&role);
    if (leading == nullptr) return;
    Learner& learner = leading->learners[core::Number(from)];
    learner.stage = Stage::kConnected;
    learner.accepted = m.accepted_epoch;
    if (leading->epoch == Epoch{}) return ChooseEpoch(*leading, env);
    // It would never follow us, having promised itself to a higher epoch that came to nothing. Nobody owes it
    // a new one (ZooKeeper leaves it out), but it is for us to open: we promise as much and begin anew.
    if (m.accepted_epoch > leading->epoch) {
      Accept(m.accepted_epoch, env);
      return Look(env);
    }
    env.Send(from, learner.session.Stamped(LeaderInfo{{}, leading->epoch}));
  }

  void Take(NodeId from, const LeaderInfo& m, Env& env) {
    auto* following = std::get_if<Following>(&role);
    if (following == nullptr) return;
    if (m.epoch < accepted_epoch) return Look(env);  // Zab, step f.1.1: only a higher epoch
    // An epoch that was accepted before may have been another leader's: following this one is no harm, since
    // it needs a quorum of promises all the same, but ours is given (Learner.registerWithLeader answers -1).
    const bool promises = m.epoch > accepted_epoch;
    if (promises) Accept(m.epoch, env);  // durable before ACKEPOCH leaves (ZOOKEEPER-1291)
    following->epoch = m.epoch;
    following->stage = Stage::kAcknowledged;
    env.Send(from, following->session.Stamped(
                       AckEpoch{{}, promises, current_epoch, history.At(history.last()), OutlineOf(history)}));
  }

  void Take(NodeId from, const AckEpoch& m, Env& env) {
    auto* leading = std::get_if<Leading>(&role);
    if (leading == nullptr) return;
    Learner& learner = leading->learners[core::Number(from)];
    learner.stage = Stage::kAcknowledged;
    learner.outline = m.outline;
    if (leading->phase != Phase::kDiscovery) return StartSyncing(from, *leading, env);
    if (!IsVoter(from, env)) return;
    // Our history is to become that of all, so none of the quorum may have a more recent one: it could
    // hold what is committed (Zab, step l.1.2; Leader.waitForEpochAck). Election was a guess.
    if (std::pair(current_epoch, history.At(history.last())) < std::pair(m.current_epoch, m.last)) return Look(env);
    learner.promised = learner.promised || m.promised;
    OpenEpoch(*leading, env);
  }

  // --- phase 2: synchronisation (Zab, Figure "Phase 2"; LearnerHandler.syncFollower) ----------------

  void Take(NodeId, const Diff& m, Env& env) {
    if (!Agrees(m.index, m.zxid) || history.last() != m.index) return Look(env);
    std::get<Following>(role).stage = Stage::kSyncing;
  }

  void Take(NodeId, const Trunc& m, Env& env) {
    // What is committed is in every leader's history; one that has not got it must not take it from us.
    if (!Agrees(m.index, m.zxid) || m.index < commit) return Look(env);
    std::get<Following>(role).stage = Stage::kSyncing;
    if (m.index >= history.last()) return;
    Persist(Truncated{m.index + 1}, env);
    env.Announce(facts::LogTruncated{m.index + 1});
  }

  void Take(NodeId from, const Snap& m, Env& env) {
    auto* following = std::get_if<Following>(&role);
    if (following == nullptr) return;
    if (m.chunk.index <= commit) return Look(env);  // nobody who has all that is committed sends this
    if (following->stage < Stage::kSyncing) following->stage = Stage::kSyncing;
    auto& arriving = following->arriving;
    if (!arriving) arriving.emplace();
    arriving->Take(following->epoch, m.chunk);
    // The next part comes when this one is known to be here.
    env.SendUnsynced(from, Pong{following->session.connection, following->session.received, 0});
    if (arriving->whole) Install(m.counter, *following, env);
  }

  void Take(NodeId from, const NewLeader& m, Env& env) {
    auto* following = std::get_if<Following>(&role);
    if (following == nullptr || following->stage != Stage::kSyncing) return;
    // The history is in the journal before this record is: else a crash might leave an old history that
    // claims to be that of the new epoch, and wins elections by that (ZOOKEEPER-4643, 3911).
    Enter(m.epoch, from, env);
    following->stage = Stage::kSynced;
    env.Send(from, following->session.Stamped(AckNewLeader{{}, history.last()}));
  }

  void Take(NodeId from, const AckNewLeader& m, Env& env) {
    auto* leading = std::get_if<Leading>(&role);
    if (leading == nullptr) return;
    Learner& learner = leading->learners[core::Number(from)];
    if (learner.stage != Stage::kAnnounced) return;
    learner.stage = Stage::kSynced;
    CountOn(from, m.index, env);
    leading->phase == Phase::kBroadcast ? CommitByQuorum(*leading, env) : Establish(*leading, env);
  }

  void Take(NodeId from, const UpToDate& m, Env& env) {
    auto* following = std::get_if<Following>(&role);
    if (following == nullptr || following->stage != Stage::kSynced) return;
    following->stage = Stage::kServing;
    env.Announce(facts::LeaderFollowed{current_epoch, from});
    CommitAsTold(m.commit, env);
  }

  // --- phase 3: broadcast (Zab, Figure "Phase 3") -----------------------------------------------------

  void Take(NodeId from, const Propose& m, Env& env) { Log(from, m, env); }
  void Take(NodeId from, const Inform& m, Env& env) { Log(from, m, env); }

  void Take(NodeId from, const Ack& m, Env& env) {
    auto* leading = std::get_if<Leading>(&role);
    if (leading == nullptr) return;
    CountOn(from, m.index, env);
    // What is committed already cannot commit anything further back.
    if (m.index > commit && IsVoter(from, env)) CommitByQuorum(*leading, env);
  }

  void Take(NodeId, const Commit& m, Env& env) {
    const auto* following = std::get_if<Following>(&role);
    if (following != nullptr && following->stage == Stage::kServing) CommitAsTold(m.index, env);
  }

  void On(NodeId, const Logged& m, Env& env) {
    auto* leading = std::get_if<Leading>(&role);
    if (leading == nullptr || m.reign != leading->reign) return;
    Learner& self = leading->learners[core::Number(env.self())];
    self.stage = Stage::kSynced;
    self.feed.acked = std::max(self.feed.acked, m.index);
    leading->phase == Phase::kBroadcast ? CommitByQuorum(*leading, env) : Establish(*leading, env);
  }

  void On(NodeId, const SnapshotDue&, Env& env) {
    if (!taken || taken->index <= snapshot.index) return;
    // Some transactions stay for followers that are only a little behind.
    const std::uint64_t keep = env.config().snapshot_keep;
    const Index index = taken->index;
    const Index gone = std::max(history.log.base, index.value > keep ? index - keep : Index{});
    History rest = history.After(gone, history.At(gone));
    Checkpoint record{{life}, {accepted_epoch}, {current_epoch}, std::move(*taken), std::move(rest)};
    taken.reset();
    env.Announce(facts::SnapshotTaken{index, record.snapshot.epoch, core::FingerprintOf(record.snapshot)});
    Persist(std::move(record), env);
  }

  // --- requests ---------------------------------------------------------------------------------------

  void On(RequestId id, const Request& request, Env& env) {
    // Who votes is fixed, and a leader that gave up would most likely be elected again.
    if (request.ordered() || !Serves()) return env.Reply(id, Reply{});
    if (replica.IsRead(request.command) && env.config().reads != Reads::kStrong) {
      if (env.config().reads == Reads::kSync) return StartReading(id, request.command, env);
      return env.Reply(id, AnswerHere(request));
    }
    Proposal proposal = replication::ProposalFor<Machine>(id, request, env.config().sessions.value_or(0));
    if (auto* following = std::get_if<Following>(&role)) {
      replica.Wait(id);
      env.Send(following->leader, following->session.Stamped(Forward{{}, std::move(proposal)}));
    } else if (TakesProposals(env)) {
      replica.Wait(id);
      Broadcast(std::move(proposal), env);
    } else {
      env.Reply(id, Reply{});
    }
  }

  void Take(NodeId from, const Forward& m, Env& env) {
    auto* leading = std::get_if<Leading>(&role);
    if (leading == nullptr) return;
    if (TakesProposals(env)) return Broadcast(m.proposal, env);
    Session& session = leading->learners[core::Number(from)].session;
    env.Send(from, session.Stamped(Refused{{}, m.proposal.request}));
  }

  void Take(NodeId, const Refused& m, Env& env) {
    if (replica.StopWaiting(m.request)) env.Reply(m.request, Reply{});
  }

  void Take(NodeId from, const Sync& m, Env& env) {
    auto* leading = std::get_if<Leading>(&role);
    if (leading != nullptr && leading->phase == Phase::kBroadcast) ConfirmRead(m.request, from, *leading, env);
  }

  void Take(NodeId, const Synced& m, Env& env) { ReadAt(m.request, m.index, env); }

  // --- what a message carries --------------------------------------------------------------------

  // The commands, from node to node.
  template <class M, class F>
  static void ForEachCommand(const M& message, F&& f) {
    if constexpr (std::is_same_v<M, Propose> || std::is_same_v<M, Inform>) {
      for (const Entry& entry : message.entries) replication::ForEachCommand(entry.proposal, f);
    } else if constexpr (std::is_same_v<M, Forward>) {
      replication::ForEachCommand(message.proposal, f);
    } else if constexpr (std::is_same_v<M, Snap>) {
      replication::ForEachCommand(message.chunk, f);
    }
  }

 private:
  template <class R>
  void Persist(R record, Env& env) {
    Replay(record);
    env.Write(std::move(record));
  }
  void Accept(Epoch epoch, Env& env) {
    Persist(Accepted{epoch}, env);
    env.Announce(facts::EpochEntered{epoch});
  }
  void Enter(Epoch epoch, NodeId leader, Env& env) {
    Persist(Entered{epoch}, env);
    env.Announce(facts::CurrentEpochSet{epoch, leader});
  }

  static core::Between OneTick(const Env& env) { return {env.config().tick, env.config().tick}; }
  static bool IsVoter(NodeId node, const Env& env) { return core::Number(node) < env.config().Voters(); }
  static core::Membership MembershipOf(const Env& env) {
    return core::Membership::Of(env.config().Voters(), env.config().nodes);
  }
  // Whether the voters for whom `has(node)` are more than half.
  template <class Has>
  static bool IsQuorum(const Env& env, Has&& has) {
    const std::uint32_t voters = env.config().Voters();
    std::uint32_t count = 0;
    for (std::uint32_t node = 0; node < voters; ++node) count += has(NodeId{node});
    return count >= core::Majority(voters);
  }
  replication::EndName NewName() { return {life, ++names}; }

  // --- election -------------------------------------------------------------------------------

  Vote OwnVote(const Env& env) const {
    if (!IsVoter(env.self(), env)) return {};  // the least of all
    return {env.self(), history.At(history.last()), current_epoch};
  }
  State OurState() const {
    if (std::holds_alternative<Looking>(role)) return State::kLooking;
    return std::holds_alternative<Leading>(role) ? State::kLeading : State::kFollowing;
  }
  Notification OurNotification() const { return {ballot.round, OurState(), ballot.vote}; }

  // Whatever goes wrong in any phase ends here (Zab, "if it loses its quorum or its leader, a process
  // goes to phase 0").
  void Look(Env& env) {
    Part(env);
    // What we owe an answer may be lost with the old leader, or take effect later.
    replica.GiveUpWaiting(env);
    reads.GiveUp(env);
    env.Cancel(Timer::kTick);
    ++ballot.round;
    role = Looking{};
    env.Arm(Timer::kNotify, OneTick(env));
    Support(OwnVote(env), env);
    Consider(env);
  }

  // A new vote of ours: what agreed with the last one may not agree with this.
  void Support(const Vote& vote, Env& env) {
    auto& looking = std::get<Looking>(role);
    ballot.vote = vote;
    if (IsVoter(env.self(), env)) Put(looking.tally, Opinion{env.self(), vote});
    NotifyAll(env);
  }

  void NotifyAll(Env& env) {
    for (std::uint32_t node = 0; node < env.config().Voters(); ++node) {
      if (NodeId{node} != env.self()) env.Send(NodeId{node}, OurNotification());
    }
  }

  template <class T>
  static void Put(core::List<T>& list, T said) {
    const auto at = std::find_if(list.begin(), list.end(), [&](const T& other) { return other.voter == said.voter; });
    if (at == list.end()) {
      list.push_back(said);
    } else {
      *at = said;
    }
  }
  template <class T>
  static const T* Find(const core::List<T>& list, NodeId voter) {
    const auto at = std::find_if(list.begin(), list.end(), [&](const T& said) { return said.voter == voter; });
    return at == list.end() ? nullptr : &*at;
  }

  // A quorum for our vote may still change its mind when a better vote comes: wait for it (finalizeWait).
  void Consider(Env& env) {
    auto& looking = std::get<Looking>(role);
    const bool agreed = IsQuorum(env, [&](NodeId node) {
      const Opinion* said = Find(looking.tally, node);
      return said != nullptr && said->vote == ballot.vote;
    });
    if (agreed == looking.settling) return;
    looking.settling = agreed;
    if (agreed) {
      env.Arm(Timer::kSettle, env.config().settle);
    } else {
      env.Cancel(Timer::kSettle);
    }
  }

  void Decide(Env& env) { return ballot.vote.leader == env.self() ? Lead(env) : Follow(ballot.vote.leader, env); }

  // A quorum has this leader, and it says so itself: the others may not know yet that it has gone
  // (FastLeaderElection.checkLeader).
  static bool IsEstablished(NodeId leader, const Looking& looking, const Env& env) {
    const Outcome* own = Find(looking.elsewhere, leader);
    if (own == nullptr || own->state != State::kLeading || leader == env.self()) return false;
    return IsQuorum(env, [&](NodeId node) {
      const Outcome* said = Find(looking.elsewhere, node);
      return said != nullptr && said->leader == leader;
    });
  }
  void Join(NodeId leader, std::uint64_t round, Env& env) {
    ballot.round = round;
    ballot.vote.leader = leader;
    Follow(leader, env);
  }

  void StopLooking(Env& env) {
    env.Cancel(Timer::kNotify);
    env.Cancel(Timer::kSettle);
    env.Arm(Timer::kTick, OneTick(env));
  }

  void Follow(NodeId leader, Env& env) {
    StopLooking(env);
    Following following;
    following.leader = leader;
    following.session.connection.opener = NewName();
    env.Send(leader, following.session.Stamped(FollowerInfo{{}, accepted_epoch}));
    role = std::move(following);
  }

  void Lead(Env& env) {
    StopLooking(env);
    Leading leading;
    leading.reign = NewName();
    leading.learners.resize(env.config().nodes);
    Learner& self = leading.learners[core::Number(env.self())];
    self.stage = Stage::kConnected;
    self.accepted = accepted_epoch;
    role = std::move(leading);
    ChooseEpoch(std::get<Leading>(role), env);
  }

  // --- sessions -----------------------------------------------------------------------------------

  // Our end of this connection, of which something has just come; null: we have none.
  Session* SessionWith(NodeId from, const Connection& connection) {
    if (auto* following = std::get_if<Following>(&role)) {
      Session& session = following->session;
      if (from != following->leader || connection.opener != session.connection.opener) return nullptr;
      if (session.connection.acceptor == replication::EndName{}) session.connection.acceptor = connection.acceptor;
      if (session.connection != connection) return nullptr;
      following->silent = 0;
      return &session;
    }
    auto* leading = std::get_if<Leading>(&role);
    if (leading == nullptr) return nullptr;
    Learner& learner = leading->learners[core::Number(from)];
    const Connection& ours = learner.session.connection;
    if (learner.stage == Stage::kApart || connection.opener != ours.opener) return nullptr;
    // FOLLOWERINFO is sent before its sender knows our name.
    if (connection.acceptor != ours.acceptor && connection.acceptor != replication::EndName{}) return nullptr;
    learner.silent = 0;
    return &learner.session;
  }

  // A server connects; if it was connected before, it is no more.
  void Admit(NodeId from, const Connection& connection) {
    auto* leading = std::get_if<Leading>(&role);
    if (leading == nullptr || connection.acceptor != replication::EndName{}) return;
    Learner& learner = leading->learners[core::Number(from)];
    if (connection.opener <= learner.session.connection.opener) return;
    Forget(learner);
    learner.stage = Stage::kConnected;
    learner.session.connection = {connection.opener, leading->reign};
  }

  // Without a connection; what it has promised stands. The name stays, so that nothing older is taken for new.
  static void Forget(Learner& learner) {
    const Connection last = learner.session.connection;
    learner = {Stage::kApart, {}, {}, learner.promised, {}, {}, 0, 0};
    learner.session.connection = last;
  }

  // Who wants to connect tries again: we may only be slow in finding out that we lead.
  static void Reject(NodeId from, const Connection& connection, Env& env) {
    if (connection.acceptor != replication::EndName{}) env.Send(from, Closed{connection});
  }

  void Part(Env& env) {
    if (const auto* following = std::get_if<Following>(&role)) {
      Reject(following->leader, following->session.connection, env);
    } else if (const auto* leading = std::get_if<Leading>(&role)) {
      for (std::uint32_t node = 0; node < leading->learners.size(); ++node) {
        const Learner& learner = leading->learners[node];
        if (learner.stage != Stage::kApart) Reject(NodeId{node}, learner.session.connection, env);
      }
    }
  }

  void FollowerTicks(Env& env) {
    auto* following = std::get_if<Following>(&role);
    if (following == nullptr) return;
    const bool serving = following->stage == Stage::kServing;
    if (++following->silent >= (serving ? env.config().sync_limit : env.config().init_limit)) return Look(env);
    following->session.ForEachOverdue([&](const auto& message) { env.Send(following->leader, message); });
  }

  void LeaderTicks(Env& env) {
    auto& leading = std::get<Leading>(role);
    for (std::uint32_t node = 0; node < leading.learners.size(); ++node) {
      Learner& learner = leading.learners[node];
      if (NodeId{node} == env.self() || learner.stage == Stage::kApart) continue;
      const std::uint32_t limit = learner.stage >= Stage::kSynced ? env.config().sync_limit : env.config().init_limit;
      if (++learner.silent >= limit) {
        Reject(NodeId{node}, learner.session.connection, env);
        Forget(learner);
        continue;
      }
      learner.session.ForEachOverdue([&](const auto& message) { env.Send(NodeId{node}, message); });
    }
    // A leader without a quorum, or not even one at first, resigns (Leader.lead).
    const bool led = leading.phase == Phase::kBroadcast && IsQuorum(env, [&](NodeId node) {
                       return node == env.self() || leading.learners[core::Number(node)].stage >= Stage::kSynced;
                     });
    leading.age = led ? 0 : leading.age + 1;
    if (leading.phase == Phase::kBroadcast ? !led : leading.age >= env.config().init_limit) return Look(env);
    PingAll(leading, env);
  }

  void PingAll(Leading& leading, Env& env) {
    ++leading.rounds;
    for (std::uint32_t node = 0; node < leading.learners.size(); ++node) {
      const Learner& learner = leading.learners[node];
      if (NodeId{node} == env.self() || learner.stage == Stage::kApart) continue;
      env.SendUnsynced(NodeId{node}, Ping{learner.session.connection, learner.session.received, leading.rounds});
    }
  }

  // --- discovery --------------------------------------------------------------------------------------

  // Above all that a quorum has accepted, so above all that any leader before us has opened: any two quorums
  // share a server (Zab, step l.1.1). Above our own alone is not enough (F39).
  void ChooseEpoch(Leading& leading, Env& env) {
    const bool quorum =
        IsQuorum(env, [&](NodeId node) { return leading.learners[core::Number(node)].stage != Stage::kApart; });
    if (!quorum) return;
    Epoch highest;
    for (const Learner& learner : leading.learners) highest = std::max(highest, learner.accepted);
    leading.epoch = highest + 1;
    Accept(leading.epoch, env);
    leading.learners[core::Number(env.self())].promised = true;
    for (std::uint32_t node = 0; node < leading.learners.size(); ++node) {
      Learner& learner = leading.learners[node];
      if (NodeId{node} == env.self() || learner.stage != Stage::kConnected) continue;
      env.Send(NodeId{node}, learner.session.Stamped(LeaderInfo{{}, leading.epoch}));
    }
    OpenEpoch(leading, env);
  }

  // With a quorum's promise no other leader can open it, and ours is its most recent history.
  void OpenEpoch(Leading& leading, Env& env) {
    if (!IsQuorum(env, [&](NodeId node) { return leading.learners[core::Number(node)].promised; })) return;
    leading.phase = Phase::kSynchronisation;
    leading.age = 0;
    Enter(leading.epoch, env.self(), env);
    env.Send(env.self(), Logged{leading.reign, history.last()});
    for (std::uint32_t node = 0; node < leading.learners.size(); ++node) {
      if (leading.learners[node].stage == Stage::kAcknowledged) StartSyncing(NodeId{node}, leading, env);
    }
  }

  static Outline OutlineOf(const History& history) {
    Outline outline{history.log.base, {}};
    for (Index index = history.log.base + 1; index <= history.last(); ++index) {
      const Epoch epoch = history.log[index].zxid.epoch;
      if (outline.runs.empty() || outline.runs.back().epoch != epoch) outline.runs.push_back({epoch, index});
      outline.runs.back().last = index;
    }
    return outline;
  }

  // --- synchronisation, by the leader ---------------------------------------------------------------------

  // How far a history is ours; less than our log's base: unknown, somewhere before. A transaction's epoch and
  // index name it and all before it.
  Index CommonWith(const Outline& outline) const {
    Index index = std::min(history.last(), outline.last());
    auto run = outline.runs.rbegin();
    for (; index > outline.base && index >= history.log.base; index = index - 1) {
      while (std::next(run) != outline.runs.rend() && std::next(run)->last >= index) ++run;
      if (run->epoch == history.At(index).epoch) return index;
    }
    return index;
  }

  // Where a server's history leaves ours, ours begins to be sent. Observers get only what is committed.
  void StartSyncing(NodeId node, Leading& leading, Env& env) {
    Learner& learner = leading.learners[core::Number(node)];
    if (!IsVoter(node, env) && leading.phase != Phase::kBroadcast) return;
    const Index common = CommonWith(learner.outline);
    learner.stage = Stage::kSyncing;
    learner.feed = {};
    learner.feed.initial = FeedEnd(node, env);
    learner.feed.sent = common;
    if (common < history.log.base) {
      learner.feed.transfer = Transfer{};
    } else if (common < learner.outline.last()) {
      // (ZooKeeper must take care with a zxid whose counter is 0, which is no transaction. Ours all are.)
      env.Send(node, learner.session.Stamped(Trunc{{}, common, history.At(common)}));
    } else {
      env.Send(node, learner.session.Stamped(Diff{{}, common, history.At(common)}));
    }
    Continue(node, env);
  }

  // A quorum has our history on disk: it is committed, and we are the epoch's primary (Zab, step l.2.2). To
  // broadcast earlier would commit what comes on servers that lack what came before (F42).
  void Establish(Leading& leading, Env& env) {
    if (leading.phase != Phase::kSynchronisation) return;
    if (!IsQuorum(env, [&](NodeId node) { return leading.learners[core::Number(node)].stage >= Stage::kSynced; })) {
      return;
    }
    leading.phase = Phase::kBroadcast;
    env.Announce(facts::LeaderElected{leading.epoch});
    env.Announce(facts::LeaderFollowed{leading.epoch, env.self()});
    for (std::uint32_t node = 0; node < leading.learners.size(); ++node) {
      const Learner& learner = leading.learners[node];
      if (!IsVoter(NodeId{node}, env) && learner.stage == Stage::kAcknowledged)
        StartSyncing(NodeId{node}, leading, env);
    }
    AdvanceCommit(AckedByQuorum(leading, env), env);
    ContinueWithAll(leading, env);
  }

  // --- synchronisation and broadcast, by the leader -----------------------------------------------------------

  Index FeedEnd(NodeId node, const Env& env) const { return IsVoter(node, env) ? history.last() : commit; }

  // Sends what this server can be sent now. From ACKEPOCH on it gets every proposal there will be, those that
  // are made while it is brought up to date as well (ZKspec, issue 1).
  void Continue(NodeId node, Env& env) {
    auto& leading = std::get<Leading>(role);
    Learner& learner = leading.learners[core::Number(node)];
    if (learner.stage < Stage::kSyncing) return;
    Feed& feed = learner.feed;
    if (feed.transfer) SendSnapshot(node, learner, env);
    SendHistory(node, learner, learner.stage == Stage::kSyncing ? feed.initial : FeedEnd(node, env), env);
    if (learner.stage == Stage::kSyncing && feed.sent >= feed.initial && !feed.transfer) {
      env.Send(node, learner.session.Stamped(NewLeader{{}, leading.epoch}));
      learner.stage = Stage::kAnnounced;
      SendHistory(node, learner, FeedEnd(node, env), env);
    }
    if (leading.phase != Phase::kBroadcast) return;
    const Index known = std::min(commit, feed.sent);
    if (learner.stage == Stage::kSynced) {
      // What is committed now, not when NEWLEADER was sent: what was in between it has not been told (ZKspec,
      // issue 3).
      env.Send(node, learner.session.Stamped(UpToDate{{}, known}));
      learner.stage = Stage::kServing;
      feed.told = known;
    } else if (learner.stage == Stage::kServing && feed.inflight.empty() && feed.told < known) {
      env.Send(node, learner.session.Stamped(Commit{{}, known}));  // nothing else will tell it soon
      feed.told = known;
    }
  }

  void SendHistory(NodeId node, Learner& learner, Index end, Env& env) {
    Feed& feed = learner.feed;
    while (feed.sent < end && !feed.transfer && feed.inflight.size() < env.config().max_inflight) {
      if (feed.sent < history.log.base) {
        feed.transfer = Transfer{};  // what it needs has gone since
        return SendSnapshot(node, learner, env);
      }
      const std::uint64_t count = std::min<std::uint64_t>(end.value - feed.sent.value, env.config().max_batch);
      const auto first =
          history.log.entries.begin() + static_cast<std::ptrdiff_t>(feed.sent.value - history.log.base.value);
      core::List<Entry> entries(first, first + static_cast<std::ptrdiff_t>(count));
      const Index prev = feed.sent;
      feed.sent = prev + count;
      feed.inflight.push_back(feed.sent);
      feed.told = std::min(commit, feed.sent);
      // Our own copy need not be durable when others get theirs: it counts only after our sync (Logged). Our
      // epoch is durable, or nobody would have been told of it.
      if (IsVoter(node, env)) {
        env.SendUnsynced(node, learner.session.Stamped(Propose{{}, prev, std::move(entries), feed.told}));
      } else {
        env.Send(node, learner.session.Stamped(Inform{{}, prev, std::move(entries), feed.told}));
      }
    }
  }

  // As many parts under way as proposals may be; a snapshot that was replaced begins anew.
  void SendSnapshot(NodeId node, Learner& learner, Env& env) {
    Transfer& transfer = *learner.feed.transfer;
    if (transfer.index != snapshot.index) transfer = {snapshot.index, 0};
    const std::uint64_t counter = history.At(snapshot.index).counter;
    while (learner.session.unacknowledged.size() < env.config().max_inflight) {
      auto chunk = ChunkOf(snapshot, transfer.offset, env.config().snapshot_chunk);
      transfer.offset += chunk.pieces.size();
      const bool last = chunk.last;
      env.Send(node, learner.session.Stamped(Snap{{}, counter, std::move(chunk)}));
      std::get<Leading>(role).age = 0;  // it takes as long as it takes
      if (!last) continue;
      learner.feed.sent = snapshot.index;
      learner.feed.initial = std::max(learner.feed.initial, snapshot.index);
      learner.feed.inflight.clear();
      learner.feed.transfer.reset();
      return;
    }
  }

  void Broadcast(Proposal proposal, Env& env) {
    auto& leading = std::get<Leading>(role);
    const Entry entry{{leading.epoch, NextCounter(leading)}, std::move(proposal)};
    Persist(Appended{entry}, env);
    AnnounceAppended(history.last(), env);
    env.Announce(facts::TransactionBroadcast{entry.zxid.epoch, entry.zxid.counter, history.last(),
                                             FingerprintOf(entry.proposal)});
    env.Send(env.self(), Logged{leading.reign, history.last()});
    for (std::uint32_t node = 0; node < leading.learners.size(); ++node) {
      if (NodeId{node} != env.self()) Continue(NodeId{node}, env);
    }
  }

  // It begins anew with each epoch, so that no zxid is given twice (F43).
  std::uint64_t NextCounter(const Leading& leading) const {
    const Zxid last = history.At(history.last());
    return last.epoch == leading.epoch ? last.counter + 1 : 1;
  }
  bool TakesProposals(const Env& env) const {
    const auto* leading = std::get_if<Leading>(&role);
    return leading != nullptr && leading->phase == Phase::kBroadcast &&
           NextCounter(*leading) <= env.config().CounterLimit();
  }

  // It is durable there up to `index`.
  void CountOn(NodeId from, Index index, Env& env) {
    auto& leading = std::get<Leading>(role);
    Feed& feed = leading.learners[core::Number(from)].feed;
    if (index <= feed.acked || index > feed.sent) return;
    feed.acked = index;
    feed.inflight.erase(feed.inflight.begin(), std::ranges::upper_bound(feed.inflight, index));
    env.Announce(facts::MatchAdvanced{from, index, leading.epoch, feed.sent + 1});
  }

  // An acknowledgement is of all that came before as well, and of our epoch, so there is no more to it. What
  // a server has that is not in our epoch yet does not count.
  Index AckedByQuorum(const Leading& leading, const Env& env) const {
    core::List<Index> acked;
    acked.reserve(env.config().Voters());
    for (std::uint32_t node = 0; node < env.config().Voters(); ++node) {
      const Learner& learner = leading.learners[node];
      acked.push_back(learner.stage >= Stage::kSynced ? learner.feed.acked : Index{});
    }
    return core::ReachedByMajority(std::span<Index>(acked));
  }

  void CommitByQuorum(Leading& leading, Env& env) {
    const Index acked = AckedByQuorum(leading, env);
    if (leading.phase != Phase::kBroadcast || acked <= commit) return;
    AdvanceCommit(acked, env);
    // No zxid of this epoch is left: another epoch, by another election (ZOOKEEPER-1277).
    if (NextCounter(leading) > env.config().CounterLimit() && commit == history.last()) return Look(env);
    ContinueWithAll(leading, env);
  }

  void ContinueWithAll(const Leading& leading, Env& env) {
    for (std::uint32_t node = 0; node < leading.learners.size(); ++node) {
      if (NodeId{node} != env.self()) Continue(NodeId{node}, env);
    }
  }

  // --- synchronisation and broadcast, by a follower ---------------------------------------------------------

  bool Agrees(Index index, const Zxid& zxid) const {
    const auto* following = std::get_if<Following>(&role);
    return following != nullptr && following->stage == Stage::kAcknowledged && index >= history.log.base &&
           index <= history.last() && history.At(index) == zxid;
  }

  // A session has no gaps, so neither have histories: whatever does not follow is no leader's.
  template <class M>
  void Log(NodeId from, const M& m, Env& env) {
    auto* following = std::get_if<Following>(&role);
    if (following == nullptr) return;
    if (following->stage < Stage::kSyncing || m.prev != history.last()) return Look(env);
    for (const Entry& entry : m.entries) {
      if (entry.zxid <= history.At(history.last()) || entry.zxid.epoch > following->epoch) return Look(env);
      Persist(Appended{entry}, env);
      AnnounceAppended(history.last(), env);
    }
    env.Send(from, following->session.Stamped(Ack{{}, history.last()}));
    // Not before UPTODATE: until then it is not our epoch in which it is committed.
    if (following->stage == Stage::kServing) CommitAsTold(m.commit, env);
  }

  // The whole history up to there, on disk as in memory in one step (ZOOKEEPER-5094).
  void Install(std::uint64_t counter, Following& following, Env& env) {
    Snapshot whole = std::move(following.arriving->snapshot);
    following.arriving.reset();
    taken.reset();
    History rest;
    rest.DropUpTo(whole.index, {whole.epoch, counter});
    Persist(Checkpoint{{life}, {accepted_epoch}, {current_epoch}, std::move(whole), std::move(rest)}, env);
    AnnounceHistory(env);
    replica.GiveUpWaiting(env);  // whether theirs is in it, it does not say
    replica.Restore(snapshot, env);
    commit = snapshot.index;
    reads.Answer(replica, env);
  }

  // --- commit and execution ------------------------------------------------------------------------------------

  // A leader tells of no more than it has sent, and a session has no gaps.
  void CommitAsTold(Index to, Env& env) { to > history.last() ? Look(env) : AdvanceCommit(to, env); }

  void AdvanceCommit(Index to, Env& env) {
    CHECK(to <= history.last());
    if (to <= commit) return;
    commit = to;
    env.Announce(facts::Committed{commit, current_epoch});
    const bool waits = taken.has_value();
    while (replica.applied < commit) {
      const Index index = replica.applied + 1;
      const Entry& entry = history.log[index];
      const Epoch epoch = entry.zxid.epoch;
      const core::Fingerprint content = FingerprintOf(entry.proposal);
      env.Announce(facts::TransactionDelivered{epoch, entry.zxid.counter, index, content});
      replica.Apply(entry.proposal, epoch, content, env);
      // All nodes at the same indices, so that their snapshots can be compared.
      if (index.value % env.config().snapshot_every == 0 && !taken) taken = replica.Take(epoch, MembershipOf(env));
    }
    if (taken && !waits) env.Send(env.self(), SnapshotDue{});
    reads.Answer(replica, env);
  }

  // --- reads ------------------------------------------------------------------------------------------------------

  // Only with a leader, as ZooKeeper's servers do.
  bool Serves() const {
    if (const auto* following = std::get_if<Following>(&role)) return following->stage == Stage::kServing;
    const auto* leading = std::get_if<Leading>(&role);
    return leading != nullptr && leading->phase == Phase::kBroadcast;
  }

  // From our own state, which is that after a prefix of the history: sequentially consistent as long as nobody is
  // told of less than he has seen (Hunt et al., "ZooKeeper", 2010, §4.4). It may be stale.
  Reply AnswerHere(const Request& request) const {
    return replica.applied < request.seen ? Reply{} : replica.Read(request.command);
  }

  void StartReading(RequestId id, const Command& command, Env& env) {
    if (!reads.Begin(id, command)) return;
    if (auto* leading = std::get_if<Leading>(&role)) return ConfirmRead(id, env.self(), *leading, env);
    auto& following = std::get<Following>(role);
    env.Send(following.leader, following.session.Stamped(Sync{{}, id}));
  }

  // What is committed now is what the read must see, if we still lead now. ZooKeeper does not ask whether we
  // do, and its sync may be answered by a leader that has been deposed; here a quorum has to answer a ping that is
  // sent from now on. Who answers it had not promised a higher epoch then, so no leader of one had been established.
  void ConfirmRead(RequestId id, NodeId asker, Leading& leading, Env& env) {
    PingAll(leading, env);
    leading.reads.push_back({id, asker, commit, leading.rounds});
    ConfirmReads(leading, env);
  }

  void ConfirmReads(Leading& leading, Env& env) {
    if (leading.reads.empty()) return;
    core::List<std::uint64_t> answered;
    answered.reserve(env.config().Voters());
    for (std::uint32_t node = 0; node < env.config().Voters(); ++node) {
      const Learner& learner = leading.learners[node];
      const bool counts = learner.stage >= Stage::kSynced;
      answered.push_back(NodeId{node} == env.self() ? leading.rounds : counts ? learner.round : 0);
    }
    const std::uint64_t reached = core::ReachedByMajority(std::span<std::uint64_t>(answered));
    const auto tell = [&](const Unconfirmed& read) {
      Learner& asker = leading.learners[core::Number(read.asker)];
      if (read.asker == env.self()) {
        ReadAt(read.request, read.index, env);
      } else if (asker.stage == Stage::kServing) {
        env.Send(read.asker, asker.session.Stamped(Synced{{}, read.request, read.index}));
      }
    };
    replication::TakeConfirmed(
        leading.reads, [reached](const Unconfirmed& read) { return read.round <= reached; }, tell);
  }

  void ReadAt(RequestId id, Index index, Env& env) {
    reads.Permit(id, index);
    reads.Answer(replica, env);
  }

  // --- what invariants are told --------------------------------------------------------------------------------------

  void AnnounceHistory(Env& env) {
    env.Announce(facts::LogRecovered{history.log.base});
    for (Index index = history.log.base + 1; index <= history.last(); ++index) AnnounceAppended(index, env);
  }
  void AnnounceAppended(Index index, Env& env) {
    const Entry& entry = history.log[index];
    env.Announce(facts::EntryAppended{index, entry.zxid.epoch, FingerprintOf(entry.proposal)});
  }
};

using Node = NodeOf<machines::KeyValue>;
static_assert(core::Node<Node>);

}  // namespace zab
