// Multi-Paxos (Lamport, "Paxos Made Simple" [PMS] and "The Part-Time Parliament"; Chandra, Griesemer
// & Redstone, "Paxos Made Live" [PML]; Lamport, Malkhi & Zhou, "Reconfiguring a State Machine" [RSM]).
// Replicates any machine.
//
// The log is a row of slots, and each slot is an instance of Paxos of its own: what is chosen in one
// says nothing about its neighbours, so a log may have holes. What makes it fast is that one phase 1
// serves all slots from some place on: after it a leader needs one exchange for each value, or for many.
//
// Proposer, acceptor and learner are one node here, with one disk. What an acceptor promises and
// accepts changes only in Replay; that it is durable before an answer leaves is the host's business
// (output commit), and the exceptions are marked SendUnsynced.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "protocols/consensus/multi_paxos/messages.h"
#include "protocols/core/check.h"
#include "protocols/core/env.h"
#include "protocols/core/facts.h"
#include "protocols/core/membership.h"
#include "protocols/core/variants.h"
#include "protocols/machines/key_value.h"
#include "protocols/machines/machine.h"
#include "protocols/replication/client.h"
#include "protocols/replication/log.h"
#include "protocols/replication/reads.h"
#include "protocols/replication/replica.h"

namespace multi_paxos {

using replication::ReadIndex;
using replication::ReadIndexReply;
using replication::Refused;
using replication::Unconfirmed;

inline constexpr std::string_view kSummary = "Multi-Paxos: one phase 1, then a majority accepts each slot (Lamport)";

// What every node is first.
struct Follower {
  std::optional<NodeId> leader;    // of the ballot that is promised, once it has been heard
  std::optional<LocalTime> heard;  // when a leader was last, of this ballot or an earlier one
  Index before;                    // what had been applied at its last heartbeat
};
// Has not heard a leader, and asks whether others have.
struct Doubting {
  Ballot highest;  // that any of them has promised
  core::List<NodeId> agree;
};
// What the leader knows of one node, and how it sends to it.
struct Progress {
  Index next;                  // to send
  Index match;                 // accepted in our ballot: all that is neither chosen nor behind this
  core::List<Index> inflight;  // where each Accept under way ends
  Index told;                  // what it was told last of what is chosen
  Index before;                // `match` at its last heartbeat
  Round round;                 // the last that it has confirmed
  Index applied;
};

template <machines::Divisible Machine>
struct NodeOf {
  using Command = typename Machine::Command;
  using Config = multi_paxos::Config;
  using Env = core::Env<NodeOf>;
  using Proposal = replication::Proposal<Machine>;
  using Proposals = core::List<Proposal>;
  using Snapshot = replication::Snapshot<Machine>;
  using Clients = replication::Clients<Machine>;
  using Request = replication::Request<Machine>;
  using Reply = replication::Reply<Machine>;

  // What an acceptor has accepted in a slot: the last in time, which is the highest in ballot (PMS §2.2).
  // With nobody's ballot: it did not, but has learnt that the value is chosen.
  struct Vote {
    Ballot ballot;
    Proposal value;
  };
  using Log = replication::Log<std::optional<Vote>>;  // a slot may be empty while later ones are not

  // 1b: `votes` in the slots from `first` of the request on, without those up to `chosen`.
  struct Promise {
    Ballot ballot;
    std::map<Index, Vote> votes;
    Index chosen;
  };
  // 2a, for as many slots in a row as there are values; without any it only tells what is chosen.
  struct Accept {
    Ballot ballot;
    Index first;
    Proposals values;
    Index chosen;
  };
  // What was chosen from `first` on; the sender knows it up to `chosen`.
  struct Learn {
    Index first;
    Proposals values;
    Index chosen;
  };
  struct InstallSnapshot {
    replication::Chunk<Machine> chunk;
  };
  // To ourselves: what the snapshot stands for is durable here.
  struct SnapshotDue {};
  // A request that came to a node which does not lead.
  struct Propose {
    Proposal proposal;
  };
  using Message =
      std::variant<Suspect, Opinion, Prepare, Promise, Nack, TakeOver, Accept, Accepted, Heartbeat, HeartbeatReply,
                   CatchUp, Learn, InstallSnapshot, SnapshotDue, Propose, Refused, ReadIndex, ReadIndexReply>;

  struct Promised {
    Ballot ballot;
  };
  struct Voted {
    Ballot ballot;
    Index first;
    Proposals values;
    Index decided;  // known to be chosen by then: costs nothing here, and saves a restarted node from asking
  };
  struct Learned {
    Index first;
    Proposals values;
  };
  // All that is durable.
  struct Checkpoint {
    static constexpr bool kCheckpoint = true;
    Ballot promised;
    Index decided;
    Snapshot snapshot;
    Log log;
  };
  using Record = std::variant<Promised, Voted, Learned, Checkpoint>;

  using Fact = core::JoinVariants<
      std::variant<facts::EpochEntered, facts::VoteCast, facts::LeaderElected, facts::LeaderFollowed, facts::Committed,
                   facts::MembershipAdopted, facts::LeadershipTransferred, facts::BallotPromised, facts::VotesRecovered,
                   facts::ValueRecovered, facts::ValueProposed, facts::ValueAccepted, facts::ValueChosen>,
      replication::Facts<Machine>>;
  enum class Timer : std::uint8_t { kElection, kHeartbeat, kTransfer };

  // Phase 1 of our ballot, for all slots from `first` on.
  struct PhaseOne {
    Index first;
    std::optional<Ballot> appointed;  // whose leader told us to
    core::List<NodeId> promises;      // distinct acceptors: a repeated promise is one promise
    std::map<Index, Vote> votes;      // of those in slots that are not chosen, the one with the highest ballot
    Index target;                     // what one of them knows to be chosen,
    NodeId ahead{};                   // and which one
  };
  struct Candidate {
    PhaseOne one;
  };
  struct Leader {
    PhaseOne one;
    Index inherited;             // up to here slots may hold what others proposed: only they, or nothing, can go there
    std::optional<Index> limit;  // no quorum has promised us this slot yet; none: all slots are open to us
    Index next;                  // to propose; what is proposed before is in our log, accepted in our ballot
    Proposals backlog;
    std::uint64_t rounds{};           // begun so far
    LocalTime since{};                // it has led
    core::List<Progress> progress;    // by node; our own holds what is durable here
    core::List<Unconfirmed> reads;    // by round
    std::optional<NodeId> successor;  // a transfer of the leadership is under way
    bool handed_over{};               // and it was told to take over: no lease holds any more
  };
  // A membership that decides the slots from `from` on.
  struct Adopted {
    Index from;
    core::Membership membership;
  };

  // Durable: changed only by Replay.
  Ballot promised;
  Log log;            // acceptances; up to `decided` what is chosen
  Snapshot snapshot;  // stands for the slots up to its index, which is not before the log's base
  Index decided;      // known to be chosen, as far as the disk tells: not less than the snapshot
  // Volatile.
  core::List<Adopted> memberships;  // the one that decides the next slot to be chosen, then later ones (PMS §3)
  std::variant<Follower, Doubting, Candidate, Leader> role;
  replication::Replica<Machine> replica;  // what is chosen without a hole before it is applied at once
  replication::Reads<Machine> reads;
  std::optional<Snapshot> taken;                           // waits for SnapshotDue
  std::optional<replication::Arriving<Machine>> arriving;  // from who answers CatchUp

  void Start(Env& env) {
    if (snapshot.index == Index{}) {
      Adopt({Index{}, core::Membership::Of(env.config().InitialVoters(), env.config().nodes)}, env);
    } else {
      Adopt({snapshot.index + 1, snapshot.membership}, env);
    }
    AnnouncePromise(env);
    env.Announce(facts::VotesRecovered{log.base});
    for (Index slot = log.base + 1; slot <= log.last(); ++slot) {
      if (!log[slot]) continue;
      env.Announce(facts::ValueRecovered{EpochOf(log[slot]->ballot, env), slot, FingerprintOf(log[slot]->value)});
    }
    if (snapshot.index > Index{}) replica.Restore(snapshot, env);
    Execute(decided, env);
    // Who forgets that it heard a leader must not promise anything to another node in the lease that this may
    // have given it (PML §5.2). Who never promised anything has heard nobody.
    if (promised > Ballot{}) std::get<Follower>(role).heard = env.now();
    ArmElection(env);
  }

  void Replay(const Promised& record) { promised = record.ballot; }
  void Replay(const Voted& record) {
    promised = std::max(promised, record.ballot);  // accepting promises as well (PMS §2.2, P1a)
    decided = std::max(decided, record.decided);
    Fill(record.first, record.values, record.ballot);
  }
  void Replay(const Learned& record) {
    Fill(record.first, record.values, Ballot{});
    decided = std::max(decided, record.first + record.values.size() - 1);
  }
  void Replay(const Checkpoint& record) {
    promised = record.promised;
    decided = record.decided;
    snapshot = record.snapshot;
    log = record.log;
  }

  // The durable fields, for whoever proves that a crash restores them.
  core::Fingerprint DurableFingerprint() const {
    core::Fingerprint fingerprint;
    core::Absorb(fingerprint, promised);
    core::Absorb(fingerprint, log);
    core::Absorb(fingerprint, snapshot);
    core::Absorb(fingerprint, decided);
    return fingerprint.Finished();
  }

  void On(Timer timer, Env& env) {
    switch (timer) {
      case Timer::kElection:
        ArmElection(env);  // drawn anew: two candidates that tie now need not tie again (PMS §2.4)
        return Doubt(env);
      case Timer::kHeartbeat:
        return OnHeartbeatDue(env);
      case Timer::kTransfer:
        std::get<Leader>(role).successor.reset();  // it has not come to pass: go on
        return;
    }
  }

  // --- does anybody lead? (PMS §2.4) ----------------------------------------------

  void On(NodeId from, const Suspect& m, Env& env) {
    env.Send(from, Opinion{m.promised, !HearsLeader(from, env), promised, replica.applied});
  }

  void On(NodeId from, const Opinion& m, Env& env) {
    // Whoever campaigns will need it, and whoever was left out of the group hears of it in this way.
    if (m.chosen > replica.applied) AskWhatWasChosen(from, env);
    auto* doubting = std::get_if<Doubting>(&role);
    if (doubting == nullptr || m.asked != promised) return;
    doubting->highest = std::max(doubting->highest, m.promised);
    if (!m.agrees) return;
    Include(from, doubting->agree);
    CampaignIfAllAgree(env);
  }

  // --- phase 1: for all slots from some place on (PMS §2.2, §3) --------------------------

  void On(NodeId from, const Prepare& m, Env& env) {
    // Promises nothing to another node while a leader may count on its lease (PML §5.2), unless that very leader
    // wants it: what an earlier one wanted may come late.
    const bool wanted = m.appointed && *m.appointed >= promised;
    const bool refused = m.ballot > promised && !wanted && RefusesWhileLed(env) && HearsLeader(from, env);
    if (refused || m.ballot < promised) return env.Send(from, Nack{m.ballot, promised});
    // A repeated request is answered again: the first answer may be lost.
    if (m.ballot > promised) Enter(m.ballot, env);
    if (from != env.self()) ArmElection(env);
    Promise promise{m.ballot, {}, replica.applied};
    for (Index slot = std::max(m.first, replica.applied + 1); slot <= log.last(); ++slot) {
      if (log[slot]) promise.votes.emplace(slot, *log[slot]);
    }
    env.Send(from, std::move(promise));
  }

  void On(NodeId from, const Promise& m, Env& env) {
    PhaseOne* one = OurPhaseOne();
    // It echoes the ballot that it is given to: any other is of an earlier candidacy of ours.
    if (one == nullptr || m.ballot != promised) return;
    if (!Include(from, one->promises)) return;
    if (m.chosen > one->target) {
      one->target = m.chosen;
      one->ahead = from;
      if (m.chosen > replica.applied) AskWhatWasChosen(from, env);
    }
    for (const auto& [slot, vote] : m.votes) {
      const auto [at, fresh] = one->votes.try_emplace(slot, vote);
      // P2c: what was accepted in the highest ballot may be chosen, and nothing else can be (PMS §2.2).
      if (!fresh && vote.ballot > at->second.ballot) at->second = vote;
    }
    GoOn(env);
  }

  void On(NodeId, const Nack& m, Env& env) {
    if (m.promised <= promised) return;  // old, or it was refused because a leader is heard
    // We do not propose any more. Who follows a leader and heeded what an earlier ballot of its own was refused for
    // would have promised that ballot, and could not refuse its Prepare while the leader counts on a lease.
    if (OurPhaseOne() == nullptr) return;
    const bool led = std::holds_alternative<Leader>(role);
    // Our next ballot is above this one, however far we were behind. Who was only a candidate gives way until its
    // timer expires, so that two do not outbid each other for ever (PMS §2.4).
    Enter(m.promised, env);
    if (led) Doubt(env);
  }

  void On(NodeId, const TakeOver& m, Env& env) {
    if (m.ballot < promised || std::holds_alternative<Candidate>(role) || std::holds_alternative<Leader>(role)) return;
    Campaign(m.ballot, m.ballot, env);
  }

  // --- phase 2 -----------------------------------------------------------------------------

  void On(NodeId from, const Accept& m, Env& env) {
    if (!Follows(from, m.ballot, env)) return;
    if (!m.values.empty()) {
      Persist(Voted{m.ballot, m.first, m.values, replica.applied}, env);
      // A slot that a snapshot stands for is chosen: accepting this value there, which it must be, needs no record.
      Index last = m.first - 1;
      for (const Proposal& value : m.values) AnnounceVote(++last, value, env);
      // Also what overtook this message.
      while (HasAccepted(last + 1, m.ballot)) ++last;
      env.Send(from, Accepted{m.ballot, m.first, last});
    }
    LearnUpTo(m.chosen, m.ballot, env);
  }

  // Counts for exactly these slots and this ballot (PMS §2.2).
  void On(NodeId from, const Accepted& m, Env& env) {
    Progress* progress = ProgressOf(from, m.ballot);
    if (progress == nullptr || m.last >= std::get<Leader>(role).next) return;
    // Something before it is still missing: it will be sent again, and what is here will be said again.
    if (m.first > std::max(progress->match, replica.applied) + 1) return;
    if (m.last <= progress->match) return;
    progress->match = m.last;
    progress->next = std::max(progress->next, m.last + 1);
    progress->inflight.erase(progress->inflight.begin(), std::ranges::upper_bound(progress->inflight, m.last));
    if (m.last > replica.applied && ChooseByMajority(env)) return GoOn(env);
    if (from == env.self()) return;
    Replicate(from, *progress, env);
    if (std::get<Leader>(role).successor == from) HandOver(env);
  }

  void On(NodeId from, const Heartbeat& m, Env& env) {
    if (!Follows(from, m.ballot, env)) return;
    LearnUpTo(m.chosen, m.ballot, env);
    env.Send(from, HeartbeatReply{m.ballot, m.round, replica.applied});
    // Nothing has come for a whole heartbeat though something is missing: nobody else will tell us.
    auto& follower = std::get<Follower>(role);
    const bool stuck = follower.before == replica.applied && m.chosen > replica.applied;
    follower.before = replica.applied;
    if (stuck) AskWhatWasChosen(from, env);
  }

  void On(NodeId from, const HeartbeatReply& m, Env& env) {
    Progress* progress = ProgressOf(from, m.ballot);
    if (progress == nullptr) return;
    progress->applied = std::max(progress->applied, m.applied);
    if (m.round.number > progress->round.number) {
      progress->round = m.round;
      ConfirmReads(env);
    }
    const Index match = std::max(progress->match, replica.applied);
    const bool stuck = match == progress->before && match + 1 < std::get<Leader>(role).next;
    progress->before = match;
    if (stuck) {
      progress->next = match + 1;
      progress->inflight.clear();
      Replicate(from, *progress, env);
    }
    RetireIfOthersCan(env);
  }

  // --- learning what was chosen without its 2a ------------------------------------------------

  void On(NodeId from, const CatchUp& m, Env& env) {
    if (m.first > replica.applied) return;
    if (m.first <= log.base) {
      const bool goes_on = m.snapshot == snapshot.index && m.offset <= snapshot.pieces.size();
      return env.Send(from, InstallSnapshot{ChunkOf(snapshot, goes_on ? m.offset : 0, env.config().snapshot_chunk)});
    }
    Learn learn{m.first, {}, replica.applied};
    for (Index slot = m.first; slot <= replica.applied && learn.values.size() < Batch(env); ++slot) {
      learn.values.push_back(log[slot]->value);
    }
    env.Send(from, std::move(learn));
  }

  void On(NodeId from, const Learn& m, Env& env) {
    const Index next = replica.applied + 1;
    const Index last = m.first + m.values.size() - 1;
    if (m.values.empty() || m.first > next || last < next) return;  // it brings nothing: another answer was faster
    const auto fresh = m.values.begin() + static_cast<std::ptrdiff_t>(next.value - m.first.value);
    Persist(Learned{next, {fresh, m.values.end()}}, env);
    Execute(last, env);
    if (m.chosen > replica.applied) AskWhatWasChosen(from, env);
    GoOn(env);
  }

  void On(NodeId from, const InstallSnapshot& m, Env& env) {
    if (m.chunk.index <= replica.applied) return;  // late: everything in it is here
    if (!arriving) arriving.emplace();
    const core::Epoch sender{core::Number(from)};
    const bool goes_on = arriving->sender == sender && arriving->snapshot.index == m.chunk.index;
    // Pieces again, or from the middle of what another node sends: two that answer must not undo each other's work.
    if (m.chunk.offset != (goes_on ? arriving->offset() : 0)) return;
    arriving->Take(sender, m.chunk);
    if (arriving->whole) Install(env);
    AskWhatWasChosen(from, env);
    GoOn(env);
  }

  void On(NodeId, const SnapshotDue&, Env& env) {
    if (!taken || taken->index <= snapshot.index) return;
    // Some slots stay for followers that are only a little behind.
    const std::uint64_t keep = env.config().snapshot_keep;
    const Index index = taken->index;
    const Index gone = index.value > keep ? index - keep : Index{};
    Checkpoint record{promised, std::max(decided, index), std::move(*taken), log.After(gone, {})};
    taken.reset();
    env.Announce(facts::SnapshotTaken{index, {}, core::FingerprintOf(record.snapshot)});
    Persist(std::move(record), env);
  }

  // --- requests ----------------------------------------------------------------------------

  void On(RequestId id, const Request& request, Env& env) {
    if (request.ordered()) return Obey(id, request, env);
    if (env.config().reads != Reads::kStrong && replica.IsRead(request.command))
      return StartReading(id, request.command, env);
    Proposal proposal = replication::ProposalFor<Machine>(id, request, env.config().sessions.value_or(0));
    if (TakesProposals()) {
      replica.Wait(id);
      Queue(std::move(proposal), env);
    } else if (const std::optional<NodeId> leader = LeaderHeard()) {
      replica.Wait(id);
      env.Send(*leader, Propose{std::move(proposal)});
    } else {
      env.Reply(id, Reply{});
    }
  }

  void On(NodeId from, const Propose& m, Env& env) {
    if (TakesProposals()) {
      Queue(m.proposal, env);
    } else {
      env.Send(from, Refused{m.proposal.request});
    }
  }

  void On(NodeId, const Refused& m, Env& env) {
    if (reads.Drop(m.request) || replica.StopWaiting(m.request)) env.Reply(m.request, Reply{});
  }

  void On(NodeId from, const ReadIndex& m, Env& env) {
    if (std::holds_alternative<Leader>(role)) {
      ConfirmRead(m.request, from, env);
    } else {
      env.Send(from, Refused{m.request});
    }
  }
  void On(NodeId, const ReadIndexReply& m, Env& env) {
    reads.Permit(m.request, m.index);
    reads.Answer(replica, env);
  }

  // --- what a message carries --------------------------------------------------------------------

  // The commands, from node to node.
  template <class M, class F>
  static void ForEachCommand(const M& message, F&& f) {
    if constexpr (std::is_same_v<M, Accept> || std::is_same_v<M, Learn>) {
      for (const Proposal& value : message.values) replication::ForEachCommand(value, f);
    } else if constexpr (std::is_same_v<M, Promise>) {
      for (const auto& [slot, vote] : message.votes) replication::ForEachCommand(vote.value, f);
    } else if constexpr (std::is_same_v<M, Propose>) {
      replication::ForEachCommand(message.proposal, f);
    } else if constexpr (std::is_same_v<M, InstallSnapshot>) {
      replication::ForEachCommand(message.chunk, f);
    }
  }

 private:
  // In the order of ballots; the shared facts know no more of a reign than a number.
  static core::Epoch EpochOf(Ballot ballot, const Env& env) {
    return {ballot.round * env.config().nodes + core::Number(ballot.node)};
  }

  template <class R>
  void Persist(R record, Env& env) {
    Replay(record);
    env.Write(std::move(record));
  }

  void Fill(Index first, const Proposals& values, Ballot ballot) {
    Index slot = first;
    for (const Proposal& value : values) {
      // What the log does not hold any more is chosen, and it is this value.
      if (slot > log.base) {
        while (log.last() < slot) log.Append(std::nullopt);
        log[slot] = Vote{ballot, value};
      }
      ++slot;
    }
  }

  bool HasAccepted(Index slot, Ballot ballot) const {
    return log.Holds(slot) && log[slot] && log[slot]->ballot == ballot;
  }

  // False: it was there already.
  static bool Include(NodeId node, core::List<NodeId>& nodes) {
    if (Has(nodes, node)) return false;
    nodes.push_back(node);
    return true;
  }
  static bool Has(const core::List<NodeId>& nodes, NodeId node) {
    return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
  }

  // --- memberships -------------------------------------------------------------------------

  // The one that decides the next slot to be chosen.
  const core::Membership& membership() const { return memberships.front().membership; }

  static std::uint64_t Batch(const Env& env) { return std::max(env.config().max_batch, 1u); }
  static std::uint64_t Window(const Env& env) { return std::max(env.config().alpha, 1u); }

  void Adopt(Adopted adopted, Env& env) {
    memberships.push_back(std::move(adopted));
    env.Announce(facts::MembershipAdopted{memberships.back().from, memberships.back().membership});
  }

  // Calls `f(node)` for everybody else who is a member, now or as soon as it is known to become one.
  template <class F>
  void ForEachOther(const Env& env, F&& f) {
    if (memberships.size() == 1) {
      return membership().ForEachMember([&](NodeId node) {
        if (node != env.self()) f(node);
      });
    }
    for (NodeId node{}; core::Number(node) < env.config().nodes; node = NodeId{core::Number(node) + 1}) {
      const bool member = std::any_of(memberships.begin(), memberships.end(),
                                      [node](const Adopted& adopted) { return adopted.membership.Contains(node); });
      if (member && node != env.self()) f(node);
    }
  }

  // --- does anybody lead? -----------------------------------------------------------------------

  // Who has no vote can propose like anybody, and must if the voters do not know yet that they are; it waits longer.
  void ArmElection(Env& env) {
    constexpr int kPatience = 4;
    core::Between timeout = env.config().election_timeout;
    if (!membership().Votes(env.self())) timeout = {timeout.min * kPatience, timeout.max * kPatience};
    env.Arm(Timer::kElection, timeout);
  }

  static bool RefusesWhileLed(const Env& env) {
    return env.config().leases == Switch::kOn || env.config().reads == Reads::kLease;
  }
  // A leader other than `candidate` has been heard within the shortest election timeout.
  bool HearsLeader(NodeId candidate, const Env& env) const {
    if (std::holds_alternative<Leader>(role)) return candidate != env.self();
    const auto* follower = std::get_if<Follower>(&role);
    if (follower == nullptr || !follower->heard || follower->leader == candidate) return false;
    return env.now() - *follower->heard < env.config().election_timeout.min;
  }

  void Doubt(Env& env) {
    if (std::holds_alternative<Candidate>(role)) StepDown(env);
    role = Doubting{promised, {env.self()}};
    ForEachOther(env, [&](NodeId node) { env.Send(node, Suspect{promised}); });
    CampaignIfAllAgree(env);
  }

  void CampaignIfAllAgree(Env& env) {
    const auto& doubting = std::get<Doubting>(role);
    if (!membership().HasMajority([&](NodeId node) { return Has(doubting.agree, node); })) return;
    Campaign(doubting.highest, std::nullopt, env);
  }

  // Above all ballots that we have heard of, and durably so before anybody hears of it: after a restart we
  // do not use it again (PML §4).
  void Campaign(Ballot above, std::optional<Ballot> appointed, Env& env) {
    Enter({std::max(promised.round, above.round) + 1, env.self()}, env);
    role = Candidate{{replica.applied + 1, appointed, {}, {}, Index{}, env.self()}};
    ArmElection(env);
    ArmExactly(Timer::kHeartbeat, env.config().heartbeat, env);
    SendPrepares(env);
  }

  // To ourselves as well: our promise counts like any other, once it is durable.
  void SendPrepares(Env& env) {
    const PhaseOne& one = *OurPhaseOne();
    const auto prepare = [&](NodeId node) {
      if (!Has(one.promises, node)) env.Send(node, Prepare{promised, one.first, one.appointed});
    };
    prepare(env.self());
    ForEachOther(env, prepare);
  }

  PhaseOne* OurPhaseOne() {
    if (auto* candidate = std::get_if<Candidate>(&role)) return &candidate->one;
    auto* leader = std::get_if<Leader>(&role);
    return leader == nullptr ? nullptr : &leader->one;
  }

  // A higher ballot ends whatever we were.
  void Enter(Ballot higher, Env& env) {
    CHECK(higher > promised);
    Persist(Promised{higher}, env);
    AnnouncePromise(env);
    StepDown(env);
  }

  // Back to following, whom is not known. The promise stays. When a leader was heard is not forgotten.
  void StepDown(Env& env) {
    if (OurPhaseOne() != nullptr) {
      env.Cancel(Timer::kHeartbeat);
      if (std::holds_alternative<Leader>(role)) env.Cancel(Timer::kTransfer);
      ArmElection(env);
    }
    const auto* follower = std::get_if<Follower>(&role);
    role = Follower{std::nullopt, follower == nullptr ? std::nullopt : follower->heard, replica.applied};
    // What we owe an answer may be lost with the old leader, or take effect later.
    replica.GiveUpWaiting(env);
    reads.GiveUp(env);
  }

  // Whether `from` leads the ballot that we have promised, or a higher one; then we follow it.
  bool Follows(NodeId from, Ballot ballot, Env& env) {
    if (ballot < promised) {
      env.Send(from, Nack{ballot, promised});  // a refusal is said, and is no answer to what was asked
      return false;
    }
    if (ballot > promised) Enter(ballot, env);
    if (OurPhaseOne() != nullptr) return false;  // only we propose in our ballot
    auto* follower = std::get_if<Follower>(&role);
    if (follower == nullptr || follower->leader != from) {
      env.Announce(facts::LeaderFollowed{EpochOf(promised, env), from});
      role = Follower{from, env.now(), replica.applied};
    } else {
      follower->heard = env.now();
    }
    ArmElection(env);
    return true;
  }

  // --- phase 1 -------------------------------------------------------------------------------

  // The first slot for which no majority has promised us our ballot. A membership that we have come to know of
  // since we asked may have decided slots for an older leader that knew of it before us: its
  // members have to be asked as well (RSM).
  std::optional<Index> Limit(const PhaseOne& one) const {
    for (const Adopted& adopted : memberships) {
      if (!adopted.membership.HasMajority([&](NodeId node) { return Has(one.promises, node); })) return adopted.from;
    }
    return std::nullopt;
  }

  // What is known to be chosen, by anybody, we must know before we propose in its slot or behind it: who knows it
  // leaves it out of its promise, so that an older vote of somebody else may seem to be the highest. It may come to
  // light long after we lead, when a new membership promises:
  // 1. n2 proposes x in slot 5 and crashes. n4 leads, changes the members, and these choose y there.
  // 2. n0 leads with the old members, of whom n2 reports x. It comes to know of the new ones and asks them as well.
  // 3. They promise, and that everything up to 5 is chosen. Until n0 has learnt y, it would propose x.
  bool KnowsEnough(const PhaseOne& one) const { return replica.applied >= one.target; }

  // Whatever has changed: leads if it can now, proposes what it can, and sends it.
  void GoOn(Env& env) {
    PhaseOne* one = OurPhaseOne();
    if (one == nullptr) return;
    one->votes.erase(one->votes.begin(), one->votes.upper_bound(replica.applied));
    const std::optional<Index> limit = Limit(*one);
    if (std::holds_alternative<Candidate>(role)) {
      // All memberships that we know of, not only the newest (RSM), or the oldest.
      if (KnowsEnough(*one) && !limit) Lead(env);
      return;
    }
    Leader& leader = std::get<Leader>(role);
    if (limit && limit != leader.limit) SendPrepares(env);
    leader.limit = limit;
    if (!leader.one.votes.empty()) leader.inherited = std::max(leader.inherited, leader.one.votes.rbegin()->first);
    if (leader.next <= replica.applied) SkipTo(replica.applied + 1, leader);
    ProposeWhatMayBe(env);
    ForEachOther(env, [&](NodeId node) { Replicate(node, leader.progress[core::Number(node)], env); });
    ConfirmReads(env);
    if (leader.successor) HandOver(env);
  }

  void Lead(Env& env) {
    Leader leader;
    leader.one = std::move(std::get<Candidate>(role).one);
    leader.inherited = replica.applied;
    leader.since = env.now();
    leader.progress.resize(env.config().nodes);
    SkipTo(replica.applied + 1, leader);
    role = std::move(leader);
    env.Announce(facts::LeaderElected{EpochOf(promised, env)});
    env.Announce(facts::LeaderFollowed{EpochOf(promised, env), env.self()});
    env.Cancel(Timer::kElection);
    ArmExactly(Timer::kHeartbeat, env.config().heartbeat, env);
    BeginRound(env);
    GoOn(env);
  }

  // Slots before `next` are chosen: nobody needs to accept them in our ballot.
  static void SkipTo(Index next, Leader& leader) {
    leader.next = next;
    for (Progress& progress : leader.progress) {
      progress.next = std::max(progress.next, next);
      progress.match = std::max(progress.match, next - 1);
    }
  }

  static void ArmExactly(Timer timer, core::Duration after, Env& env) { env.Arm(timer, {after, after}); }

  void OnHeartbeatDue(Env& env) {
    ArmExactly(Timer::kHeartbeat, env.config().heartbeat, env);
    PhaseOne& one = *OurPhaseOne();
    if (Limit(one)) SendPrepares(env);  // to who has not answered
    if (one.target > replica.applied) AskWhatWasChosen(one.ahead, env);
    if (std::holds_alternative<Candidate>(role)) return;
    // Who does not hear from a majority may be the only one who thinks that it leads.
    const Leader& leader = std::get<Leader>(role);
    if (env.now() - std::max(leader.since, HeardByMajority(leader, env)) >= env.config().election_timeout.max) {
      return StepDown(env);
    }
    BeginRound(env);
  }

  void BeginRound(Env& env) {
    Leader& leader = std::get<Leader>(role);
    const Round round{++leader.rounds, env.now()};
    // Nothing in it waits for our disk: our promise is durable, or nobody would have promised us anything.
    ForEachOther(env, [&](NodeId node) { env.SendUnsynced(node, Heartbeat{promised, round, replica.applied}); });
  }

  // --- phase 2, by the leader ----------------------------------------------------------------

  void Queue(Proposal proposal, Env& env) {
    Leader& leader = std::get<Leader>(role);
    // As with waiting: its client has given up on what it asked before.
    const auto same = std::find_if(leader.backlog.begin(), leader.backlog.end(), [&](const Proposal& other) {
      return other.request.client == proposal.request.client;
    });
    if (same == leader.backlog.end()) {
      leader.backlog.push_back(std::move(proposal));
    } else if (proposal.request.sequence > same->request.sequence) {
      *same = std::move(proposal);
    }
    const Index before = leader.next;
    ProposeWhatMayBe(env);
    if (leader.next == before) return;
    ForEachOther(env, [&](NodeId node) { Replicate(node, leader.progress[core::Number(node)], env); });
  }

  void ProposeWhatMayBe(Env& env) {
    Leader& leader = std::get<Leader>(role);
    if (!KnowsEnough(leader.one)) return;
    // The membership of a slot is known when the slot `alpha` before it is applied, and no earlier (PMS §3).
    const Index window = replica.applied + Window(env) + 1;
    const Index end = std::min(leader.limit.value_or(window), window);
    Voted record{promised, leader.next, {}, replica.applied};
    std::size_t queued = 0;
    for (; leader.next < end; ++leader.next) {
      if (leader.next <= leader.inherited) {
        // What may be chosen already; a no-op fills a hole, so that what is behind it can be executed (PMS §3).
        const auto vote = leader.one.votes.find(leader.next);
        record.values.push_back(vote == leader.one.votes.end() ? Proposal{} : vote->second.value);
      } else if (queued < leader.backlog.size()) {
        record.values.push_back(std::move(leader.backlog[queued++]));
      } else if (leader.next < memberships.back().from) {
        record.values.push_back({});  // a new membership takes hold no later for want of clients (RSM)
      } else {
        break;
      }
    }
    if (record.values.empty()) return;
    leader.backlog.erase(leader.backlog.begin(), leader.backlog.begin() + static_cast<std::ptrdiff_t>(queued));
    const Index first = record.first;
    // We accept it ourselves: no ballot above ours is promised here, or we would not lead.
    Persist(std::move(record), env);
    for (Index slot = first; slot < leader.next; ++slot) {
      env.Announce(facts::ValueProposed{EpochOf(promised, env), slot, FingerprintOf(log[slot]->value)});
      AnnounceVote(slot, log[slot]->value, env);
    }
    // To ourselves, so that our own acceptance counts only once it is durable.
    env.Send(env.self(), Accepted{promised, first, leader.next - 1});
  }

  // Sends what this acceptor lacks, as far as the window allows.
  void Replicate(NodeId to, Progress& progress, Env& env) {
    const Leader& leader = std::get<Leader>(role);
    if (progress.next <= log.base) progress.next = replica.applied + 1;  // chosen, and gone here: it will ask
    while (progress.next < leader.next && progress.inflight.size() < env.config().max_inflight) {
      SendAccept(to, progress, env);
    }
    // It has everything, and nothing else will tell it soon that this is chosen.
    if (progress.inflight.empty() && progress.told < replica.applied) SendAccept(to, progress, env);
  }

  // Our own acceptance need not be durable when others get theirs: it counts only after our sync. And no other
  // value follows in this ballot, since after a crash we propose in a higher one.
  void SendAccept(NodeId to, Progress& progress, Env& env) {
    const std::uint64_t left = std::get<Leader>(role).next.value - progress.next.value;
    const Index end = progress.next + std::min<std::uint64_t>(left, Batch(env));
    Accept accept{promised, progress.next, {}, replica.applied};
    accept.values.reserve(end.value - progress.next.value);
    for (Index slot = progress.next; slot < end; ++slot) accept.values.push_back(log[slot]->value);
    env.SendUnsynced(to, std::move(accept));
    progress.told = replica.applied;
    if (left == 0) return;
    progress.next = end;
    progress.inflight.push_back(end - 1);
  }

  // What is known of the sender of a reply; null: it is not to us as the leader of our ballot.
  Progress* ProgressOf(NodeId from, Ballot ballot) {
    auto* leader = std::get_if<Leader>(&role);
    if (leader == nullptr || ballot != promised) return nullptr;
    return &leader->progress[core::Number(from)];
  }

  // Whether anything is. A slot is, once a majority of the members that decide it has accepted it in our ballot.
  bool ChooseByMajority(Env& env) {
    const Leader& leader = std::get<Leader>(role);
    const Index before = replica.applied;
    while (true) {
      const Index reached = membership().template ReachedByMajority<Index>(
          [&](NodeId node) { return leader.progress[core::Number(node)].match; });
      const Index to = memberships.size() == 1 ? reached : std::min(reached, memberships[1].from - 1);
      if (to <= replica.applied) return replica.applied > before;
      for (Index slot = replica.applied + 1; slot <= to; ++slot) {
        env.Announce(facts::ValueChosen{EpochOf(promised, env), slot, FingerprintOf(log[slot]->value)});
      }
      Execute(to, env);
    }
  }

  // --- learning ------------------------------------------------------------------------------

  // Only where we have accepted what this very leader proposed. What was accepted in an older ballot need not be
  // what was chosen:
  // 1. n1 proposes x in slot 5 to n3 only, and crashes.
  // 2. n2 leads in a higher ballot, and has y chosen there by n2 and n4.
  // 3. n3 hears from n2 that everything up to 5 is chosen; it holds x.
  void LearnUpTo(Index chosen, Ballot ballot, Env& env) {
    Index to = replica.applied;
    while (to < chosen && HasAccepted(to + 1, ballot)) ++to;
    Execute(to, env);
  }

  // In order, without holes.
  void Execute(Index to, Env& env) {
    if (to <= replica.applied) return;
    const bool waits = taken.has_value();
    while (replica.applied < to) {
      const Proposal& value = log[replica.applied + 1]->value;
      replica.Apply(value, {}, env);
      if (const auto* change = value.membership()) Adopt({replica.applied + Window(env), *change}, env);
      const bool settled = TakesHold(env);
      if (IsSnapshotPoint(settled, env) && !taken) taken = replica.Take({}, membership());
    }
    // Last, so that who hears it knows of all changes of the membership up to there.
    env.Announce(facts::Committed{to, EpochOf(promised, env)});
    if (taken && !waits) env.Send(env.self(), SnapshotDue{});
    reads.Answer(replica, env);
  }

  // Whether another membership decides the next slot than did the last one.
  bool TakesHold(Env& env) {
    bool news = false;
    while (memberships.size() > 1 && memberships[1].from <= replica.applied + 1) {
      memberships.erase(memberships.begin());
      news = true;
    }
    auto* leader = std::get_if<Leader>(&role);
    if (!news || leader == nullptr) return news;
    // Confirmed by whom? Those who decided the slots before cannot tell what others decide in the next ones.
    for (const Unconfirmed& read : leader->reads) Refuse(read, env);
    leader->reads.clear();
    return news;
  }

  // All nodes at the same slots, so that their snapshots can be compared; and none while a change waits to take hold,
  // since a snapshot holds one membership. The one that was due in the meantime is taken when it has.
  bool IsSnapshotPoint(bool settled, const Env& env) const {
    if (memberships.size() > 1) return false;
    const std::uint64_t every = std::max(env.config().snapshot_every, 1u);
    const std::uint64_t at = replica.applied.value;
    if (at % every == 0) return true;
    return settled && at / every > (at - std::min(at, Window(env))) / every;
  }

  void AskWhatWasChosen(NodeId whom, Env& env) {
    CatchUp question{replica.applied + 1, {}, 0};
    if (arriving && arriving->sender.value == core::Number(whom)) {
      question.snapshot = arriving->snapshot.index;
      question.offset = arriving->offset();
    }
    env.Send(whom, question);
  }

  void Install(Env& env) {
    Snapshot whole = std::move(arriving->snapshot);
    arriving.reset();
    taken.reset();
    Log rest = log;
    rest.DropUpTo(whole.index, {});  // what we accepted there need not be what was chosen
    const Index index = whole.index;
    Persist(Checkpoint{promised, std::max(decided, index), std::move(whole), std::move(rest)}, env);
    replica.GiveUpWaiting(env);  // whether theirs is in it, it does not say
    replica.Restore(snapshot, env);
    memberships.clear();
    Adopt({index + 1, snapshot.membership}, env);
    env.Announce(facts::Committed{index, EpochOf(promised, env)});
    reads.Answer(replica, env);
  }

  // --- orders: who votes, who leads ---------------------------------------------------------------

  void Obey(RequestId id, const Request& request, Env& env) {
    auto* leader = std::get_if<Leader>(&role);
    if (leader == nullptr || leader->successor) return env.Reply(id, Reply{});
    if (request.transfer) return Transfer(id, *request.transfer, *leader, env);
    if (!IsSettled(*leader) || !IsSensible(*request.change, env)) return env.Reply(id, Reply{});
    core::Membership next = membership().Towards(*request.change).Settled();
    if (next == membership()) return env.Reply(id, Reply{typename Machine::Result{}, replica.applied, {}});
    replica.Wait(id);
    Queue({id, {}, std::move(next)}, env);
  }

  // No change is under way: a kindness to operators, who see what came of one before the next begins. It is not
  // needed for safety, since each slot has the membership that the log says.
  bool IsSettled(const Leader& leader) const {
    if (memberships.size() > 1 || replica.applied < leader.inherited) return false;
    for (Index slot = replica.applied + 1; slot < leader.next; ++slot) {
      if (log[slot]->value.membership() != nullptr) return false;
    }
    return std::none_of(leader.backlog.begin(), leader.backlog.end(),
                        [](const Proposal& waiting) { return waiting.membership() != nullptr; });
  }

  static bool IsSensible(const core::MembershipChange& change, const Env& env) {
    const auto exists = [&](NodeId node) { return core::Number(node) < env.config().nodes; };
    return core::Membership::IsPossible(change) && std::all_of(change.voters.begin(), change.voters.end(), exists) &&
           std::all_of(change.learners.begin(), change.learners.end(), exists);
  }

  void Transfer(RequestId id, NodeId to, Leader& leader, Env& env) {
    if (to == env.self() || !membership().Votes(to)) return env.Reply(id, Reply{});
    env.Reply(id, Reply{typename Machine::Result{}, replica.applied, {}});
    Appoint(to, leader, env);
  }

  void Appoint(NodeId to, Leader& leader, Env& env) {
    leader.successor = to;
    env.Arm(Timer::kTransfer, env.config().election_timeout);
    HandOver(env);
  }

  // As soon as the successor has accepted all that we have proposed, so that it has little to find out. Whether it wins
  // or not, the message may arrive at any time, so no lease holds from here on.
  void HandOver(Env& env) {
    Leader& leader = std::get<Leader>(role);
    const Progress& progress = leader.progress[core::Number(*leader.successor)];
    if (std::max(progress.match, replica.applied) + 1 < leader.next) return;
    env.Send(*leader.successor, TakeOver{promised});
    env.Announce(facts::LeadershipTransferred{EpochOf(promised, env), *leader.successor});
    leader.handed_over = true;
    if (!membership().Votes(env.self())) StepDown(env);
  }

  // We have no vote any more. Those who have may not know yet that it is so: we lead until a majority of them has
  // learnt what made them what they are (Lorch et al., "The SMART way to migrate replicated stateful
  // services", 2006, §3).
  void RetireIfOthersCan(Env& env) {
    Leader& leader = std::get<Leader>(role);
    if (membership().Votes(env.self()) || leader.successor) return;
    const auto knows = [&](NodeId node) {
      return leader.progress[core::Number(node)].applied + 1 >= memberships.front().from;
    };
    if (!membership().HasMajority(knows)) return;
    std::optional<NodeId> best;
    const auto match = [&leader](NodeId node) { return leader.progress[core::Number(node)].match; };
    membership().ForEachVoter([&](NodeId node) {
      if (knows(node) && (!best || match(node) > match(*best))) best = node;
    });
    Appoint(*best, leader, env);
  }

  // --- reads without the log ------------------------------------------------------------------------

  void StartReading(RequestId id, const Command& command, Env& env) {
    const bool leads = std::holds_alternative<Leader>(role);
    const std::optional<NodeId> leader = LeaderHeard();
    if (!leads && !leader) return env.Reply(id, Reply{});
    if (!reads.Begin(id, command)) return;
    if (leads) return ConfirmRead(id, env.self(), env);
    env.Send(*leader, ReadIndex{id});
  }

  // What is chosen now is what the read must see: what we know, and what phase 1 found, since that may have been
  // chosen (PML §5.2). That nothing is chosen without us, only a round that begins after the read has come can
  // tell.
  void ConfirmRead(RequestId id, NodeId asker, Env& env) {
    Leader& leader = std::get<Leader>(role);
    const Unconfirmed read{id, asker, std::max(replica.applied, leader.inherited), leader.rounds + 1};
    if (HasLease(leader, env)) return ReadAt(read, env);
    BeginRound(env);
    leader.reads.push_back(read);
    ConfirmReads(env);
  }

  // By those who decide the slot behind what is read: another leader needs their promises before it can have
  // anything chosen there.
  void ConfirmReads(Env& env) {
    Leader& leader = std::get<Leader>(role);
    if (leader.reads.empty()) return;
    const auto reached = membership().template ReachedByMajority<std::uint64_t>([&](NodeId node) {
      return node == env.self() ? leader.rounds : leader.progress[core::Number(node)].round.number;
    });
    replication::TakeConfirmed(
        leader.reads, [&](const Unconfirmed& read) { return read.round <= reached && read.index <= replica.applied; },
        [&](const Unconfirmed& read) { ReadAt(read, env); });
  }

  // When a round was sent that a majority has answered: from then on, for the shortest election timeout,
  // nobody of it promises anything to another node.
  LocalTime HeardByMajority(const Leader& leader, const Env& env) const {
    return membership().template ReachedByMajority<LocalTime>(
        [&](NodeId node) { return node == env.self() ? env.now() : leader.progress[core::Number(node)].round.sent; });
  }
  bool HasLease(const Leader& leader, const Env& env) const {
    if (env.config().reads != Reads::kLease || leader.handed_over || leader.successor) return false;
    if (replica.applied < leader.inherited) return false;
    const LocalTime since = HeardByMajority(leader, env);
    return since > LocalTime{} && env.now() - since < env.config().Lease();
  }

  void ReadAt(const Unconfirmed& confirmed, Env& env) {
    if (confirmed.asker != env.self())
      return env.Send(confirmed.asker, ReadIndexReply{confirmed.request, confirmed.index});
    reads.Permit(confirmed.request, confirmed.index);
    reads.Answer(replica, env);
  }
  void Refuse(const Unconfirmed& read, Env& env) { env.Send(read.asker, Refused{read.request}); }

  // --- requests --------------------------------------------------------------------------------------------

  bool TakesProposals() const {
    const auto* leader = std::get_if<Leader>(&role);
    return leader != nullptr && !leader->successor;
  }
  std::optional<NodeId> LeaderHeard() const {
    const auto* follower = std::get_if<Follower>(&role);
    return follower == nullptr ? std::nullopt : follower->leader;
  }

  // --- what invariants are told ------------------------------------------------------------------------------

  void AnnouncePromise(Env& env) {
    const core::Epoch epoch = EpochOf(promised, env);
    env.Announce(facts::EpochEntered{epoch});
    if (promised == Ballot{}) return;
    env.Announce(facts::VoteCast{epoch, promised.node});
    env.Announce(facts::BallotPromised{epoch});
  }
  void AnnounceVote(Index slot, const Proposal& value, Env& env) {
    env.Announce(facts::ValueAccepted{EpochOf(promised, env), slot, FingerprintOf(value)});
  }
};

using Node = NodeOf<machines::KeyValue>;
static_assert(core::Node<Node>);

}  // namespace multi_paxos
