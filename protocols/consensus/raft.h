// Raft (Ongaro & Ousterhout, "In Search of an Understandable Consensus Algorithm",
// extended version; section numbers are of that text, those of Ongaro's thesis are
// marked as such). Replicates any machine.
//
// What Figure 2 calls persistent state changes only in Replay, so running and
// recovering take the same path; what must be durable before a message leaves is
// the host's business (output commit), and the exceptions are marked SendUnsynced.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "protocols/consensus/raft/messages.h"
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

namespace raft {

using replication::ReadIndex;
using replication::ReadIndexReply;
using replication::Refused;
using replication::Unconfirmed;

inline constexpr std::string_view kSummary = "Raft: a leader appends, a majority has it (Ongaro & Ousterhout)";

// What every node is first, and what a leader's rivals are to it.
struct Follower {
  std::optional<NodeId> leader;    // of `term`, once it has been heard
  std::optional<LocalTime> heard;  // when a leader was last, in this term or an earlier one
};
// Asks whether it could win, in a term that it has not entered (thesis, §9.6). It has no
// leader any more, or it would refuse itself to others.
struct PreCandidate {
  core::List<NodeId> votes;
};
struct Candidate {
  core::List<NodeId> votes;  // distinct voters: a repeated grant is one vote (§5.2)
};

// What the leader knows of one node, and how it sends to it.
enum class Pace : std::uint8_t {
  kProbe,      // where do the logs agree? One message at a time
  kReplicate,  // as fast as the window allows, counting on arrival
  kSnapshot,   // it needs entries that are gone
};
struct Progress {
  Index next;   // to send; always above match
  Index match;  // known to be equal to ours up to here
  Pace pace = Pace::kProbe;
  bool waiting{};              // kProbe: for the answer
  core::List<Index> inflight;  // kReplicate: where each message under way ends
  Index snapshot;              // kSnapshot: which one is being sent,
  std::uint64_t offset{};      // and how many of its pieces are there
  Index told;                  // the commit index it was told last
  Index before;                // `match` at its last heartbeat
  Round round;                 // the last that it has confirmed
  bool active{};               // it has answered since the quorum was checked
};
template <machines::Divisible Machine>
struct NodeOf {
  using Command = typename Machine::Command;
  using Config = raft::Config;
  using Env = core::Env<NodeOf>;
  using Proposal = replication::Proposal<Machine>;
  using Snapshot = replication::Snapshot<Machine>;
  using Clients = replication::Clients<Machine>;
  using Request = replication::Request<Machine>;
  using Reply = replication::Reply<Machine>;

  struct Entry {
    Term term;
    Proposal proposal;
  };
  using Log = replication::Log<Entry>;

  // AppendEntries; without entries it only tells what is committed.
  struct Append {
    Term term;
    Index prev;
    Term prev_term;
    core::List<Entry> entries;
    Index commit;
  };
  struct InstallSnapshot {
    Term term;
    replication::Chunk<Machine> chunk;
  };
  // To ourselves: what the snapshot stands for is durable here.
  struct SnapshotDue {};
  // A request that came to a node which does not lead.
  struct Propose {
    Proposal proposal;
  };
  using Message =
      std::variant<RequestVote, Vote, TimeoutNow, Append, AppendReply, Heartbeat, HeartbeatReply, InstallSnapshot,
                   SnapshotReply, SnapshotDue, Propose, Refused, ReadIndex, ReadIndexReply>;

  struct Voted {
    Term term;
    std::optional<NodeId> candidate;
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
    Voted voted;
    Snapshot snapshot;
    Log log;
  };
  using Record = std::variant<Voted, Appended, Truncated, Checkpoint>;

  using Fact = core::JoinVariants<
      std::variant<facts::EpochEntered, facts::VoteCast, facts::LeaderElected, facts::LeaderFollowed,
                   facts::EntryAppended, facts::LogTruncated, facts::LogRecovered, facts::MatchAdvanced,
                   facts::Committed, facts::MembershipAdopted, facts::LeadershipTransferred>,
      replication::Facts<Machine>>;
  enum class Timer : std::uint8_t { kElection, kHeartbeat, kCheckQuorum, kTransfer };

  // A membership that the log holds.
  struct Adopted {
    Index index;
    core::Membership membership;
  };

  struct Leader {
    Index first;                    // the first entry of this term
    std::uint64_t rounds{};         // begun so far
    core::List<Progress> progress;  // by node; our own holds what is durable here
    // Being sent. A newer one does not take its place, or a slow follower might never have a whole one.
    std::optional<Snapshot> outgoing;
    core::List<Unconfirmed> reads;    // by round
    std::optional<NodeId> successor;  // a transfer of the leadership is under way
    bool handed_over{};               // and it was told to campaign, in this term: no lease holds any more
  };

  // Durable (Figure 2, "Persistent state on all servers"): changed only by Replay.
  Term term;
  std::optional<NodeId> voted_for;
  Log log;
  Snapshot snapshot;  // stands for the log up to its index, which is not before the log's base
  // The memberships in the snapshot and the log. The last one counts, committed or not (§6).
  core::List<Adopted> memberships;
  // Volatile.
  std::variant<Follower, PreCandidate, Candidate, Leader> role;
  Index commit;  // known to be committed; at most the end of the log
  replication::Replica<Machine> replica;
  replication::Reads<Machine> reads;
  std::optional<Snapshot> taken;                           // waits for SnapshotDue
  std::optional<replication::Arriving<Machine>> arriving;  // from the leader

  void Start(Env& env) {
    if (snapshot.index == Index{}) {
      memberships.insert(memberships.begin(),
                         {Index{}, core::Membership::Of(env.config().InitialVoters(), env.config().nodes)});
    }
    commit = snapshot.index;
    env.Announce(facts::EpochEntered{term});
    AnnounceLog(env);
    if (snapshot.index > Index{}) replica.Restore(snapshot, env);
    // Who forgets that it heard a leader must not elect another one in the lease that this may have given
    // it. A node that never was in any term has heard nobody.
    if (term > Term{}) std::get<Follower>(role).heard = env.now();
    ArmElection(env);
  }

  void Replay(const Voted& record) {
    term = record.term;
    voted_for = record.candidate;
  }
  void Replay(const Appended& record) {
    log.Append(record.entry);
    if (const auto* membership = record.entry.proposal.membership()) memberships.push_back({log.last(), *membership});
  }
  // §6: what was cut off does not count any more, and the membership before it does again.
  void Replay(const Truncated& record) {
    log.CutFrom(record.from);
    while (!memberships.empty() && memberships.back().index >= record.from) memberships.pop_back();
  }
  void Replay(const Checkpoint& record) {
    Replay(record.voted);
    snapshot = record.snapshot;
    log = record.log;
    memberships.assign(1, {snapshot.index, snapshot.membership});
    for (Index index = snapshot.index + 1; index <= log.last(); ++index) {
      if (const auto* membership = log[index].proposal.membership()) memberships.push_back({index, *membership});
    }
  }

  // The durable fields, for whoever proves that a crash restores them.
  core::Fingerprint DurableFingerprint() const {
    core::Fingerprint fingerprint;
    core::Absorb(fingerprint, term);
    core::Absorb(fingerprint, voted_for);
    core::Absorb(fingerprint, log);
    core::Absorb(fingerprint, snapshot);
    return fingerprint.Finished();
  }

  void On(Timer timer, Env& env) {
    switch (timer) {
      case Timer::kElection:
        return OnElectionTimeout(env);
      case Timer::kHeartbeat:
        return OnHeartbeatDue(env);
      case Timer::kCheckQuorum:
        return CheckQuorum(env);
      case Timer::kTransfer:
        std::get<Leader>(role).successor.reset();  // it has not come to pass: go on
        return;
    }
  }

  // --- elections (§5.2, §5.4.1) ---------------------------------------------------

  void On(NodeId from, const RequestVote& m, Env& env) {
    // A leader is alive: who cannot hear it must not depose it (thesis, §4.2.3), nor may anybody
    // vote while it may count on a lease. But the leader itself may campaign anew, and may say who shall.
    if (!m.transfer && (m.pre || RefusesWhileLed(env)) && HearsLeader(from, env)) {
      env.Send(from, Vote{term, false, m.pre});
      return;
    }
    if (m.pre) {
      // Changes nothing here: not the term, not the vote, not the timer (thesis, §9.6). One of an older term is
      // answered too, or two nodes might wait for each other for ever.
      const bool could_win = m.term > term && UpToDate(m);
      env.Send(from, Vote{could_win ? m.term : term, could_win, true});
      return;
    }
    if (m.term > term) EnterTerm(m.term, env);
    // Nobody asks whether the candidate is a member, or we are: a majority may only exist among
    // those who know of a later membership than we do (§6).
    const bool may_vote = !voted_for || *voted_for == from;
    if (m.term < term || !may_vote || !UpToDate(m)) {
      env.Send(from, Vote{term, false, false});
      return;
    }
    if (!voted_for) {
      Persist(Voted{term, from}, env);
      env.Announce(facts::VoteCast{term, from});
    }
    // Only a vote that was granted puts off our own candidacy (Figure 2, "Followers"):
    // a stale node with a high term must not silence the one that can win.
    ArmElection(env);
    env.Send(from, Vote{term, true, false});
  }

  void On(NodeId from, const Vote& m, Env& env) {
    if (m.pre && m.granted) {
      auto* asking = std::get_if<PreCandidate>(&role);
      // It echoes the term that was asked about: any other is from an earlier time.
      if (asking == nullptr || m.term != term + 1) return;
      if (HasWon(asking->votes, from)) Campaign(false, env);
      return;
    }
    if (m.term > term) return EnterTerm(m.term, env);
    auto* candidate = std::get_if<Candidate>(&role);
    // A grant from an earlier candidacy of ours says nothing about this one.
    if (candidate == nullptr || m.term < term || !m.granted) return;
    if (HasWon(candidate->votes, from)) Lead(env);
  }

  // --- replication (§5.3) -----------------------------------------------------------

  void On(NodeId from, const Append& m, Env& env) {
    if (!Follows(from, m.term, env)) {
      // A leader of an older term, and if nobody answered it, it would never learn that we have gone on.
      if (m.term < term) env.Send(from, AppendReply{term, false, m.prev, Index{}, Term{}});
      return;
    }
    // What is committed is equal everywhere, and its terms may be forgotten here.
    if (m.prev < commit) {
      env.Send(from, AppendReply{term, true, m.prev, commit, Term{}});
      return;
    }
    if (m.prev > log.last() || TermAt(m.prev) != m.prev_term) {
      const Index hint = LastWithTermAtMost(m.prev_term, std::min(m.prev, log.last()), commit);
      env.Send(from, AppendReply{term, false, m.prev, hint, TermAt(hint)});
      return;
    }
    if (!Accept(m, env)) return;
    // No further than what this very message verified: beyond it our log may
    // still differ from the leader's (§5.3, Figure 2 "AppendEntries", 5).
    const Index verified = m.prev + m.entries.size();
    env.Send(from, AppendReply{term, true, m.prev, verified, Term{}});
    AdvanceCommit(std::min(m.commit, verified), env);
  }

  void On(NodeId from, const AppendReply& m, Env& env) {
    Progress* progress = ProgressOf(from, m.term, env);
    if (progress == nullptr) return;
    if (m.success) return OnMatch(from, m.index, *progress, env);
    // Stale: what it refused is known to match, or has been stepped back from already.
    if (m.prev <= progress->match || m.prev >= progress->next || progress->pace == Pace::kSnapshot) return;
    // Skip a whole term at a time: our last entry that can agree with the hint (end of §5.3).
    const Index agree = LastWithTermAtMost(m.hint_term, std::min(m.index, m.prev - 1), log.base);
    StartProbing(std::max(progress->match, agree) + 1, *progress);
    Replicate(from, *progress, env);
  }

  void On(NodeId from, const Heartbeat& m, Env& env) {
    const bool follows = Follows(from, m.term, env);
    // Who does not follow confirms no round: the count of one that was sent in another term means nothing in its own.
    if (follows || m.term < term) env.Send(from, HeartbeatReply{term, follows ? m.round : Round{}});
    if (follows) AdvanceCommit(std::min(m.commit, log.last()), env);
  }

  void On(NodeId from, const HeartbeatReply& m, Env& env) {
    Progress* progress = ProgressOf(from, m.term, env);
    if (progress == nullptr) return;
    if (m.round.number > progress->round.number) {
      progress->round = m.round;
      ConfirmReads(env);
    }
    // Nothing has arrived for a whole heartbeat though something is missing: it was lost.
    const bool stuck = progress->match == progress->before && progress->match < log.last();
    progress->before = progress->match;
    if (!stuck) return;
    if (progress->pace == Pace::kSnapshot) return SendSnapshot(from, *progress, env);
    // A question is asked again where it was: further back it may need entries that are gone, and a snapshot for them.
    StartProbing(progress->pace == Pace::kProbe ? progress->next : progress->match + 1, *progress);
    Replicate(from, *progress, env);
  }

  // --- snapshots (§7) ---------------------------------------------------------------

  void On(NodeId from, const InstallSnapshot& m, Env& env) {
    const auto answer = [&](std::uint64_t offset, bool done) {
      env.Send(from, SnapshotReply{term, m.chunk.index, offset, done});
    };
    if (!Follows(from, m.term, env)) {
      if (m.term < term) answer(0, false);
      return;
    }
    if (m.chunk.index <= commit) return answer(0, true);  // late: everything in it is here
    if (!arriving) arriving.emplace();
    arriving->Take(term, m.chunk);
    if (arriving->whole) {
      Install(env);
      answer(0, true);
    } else {
      answer(arriving->offset(), false);
    }
  }

  void On(NodeId from, const SnapshotReply& m, Env& env) {
    Progress* progress = ProgressOf(from, m.term, env);
    if (progress == nullptr) return;
    if (m.done) return OnMatch(from, m.index, *progress, env);
    const bool stale = progress->pace != Pace::kSnapshot || progress->snapshot != m.index;
    // It tells how much it has. After a restart that is nothing, and we begin again.
    if (stale || progress->offset == m.offset) return;
    progress->offset = std::min<std::uint64_t>(m.offset, std::get<Leader>(role).outgoing->pieces.size());
    SendSnapshot(from, *progress, env);
  }

  void On(NodeId, const SnapshotDue&, Env& env) {
    if (!taken || taken->index <= snapshot.index) return;
    // Some entries stay for followers that are only a little behind.
    const std::uint64_t keep = env.config().snapshot_keep;
    const Index index = taken->index;
    const Index gone = std::max(log.base, index.value > keep ? index - keep : Index{});
    Checkpoint record{{term, voted_for}, std::move(*taken), log.After(gone, TermAt(gone))};
    taken.reset();
    env.Announce(facts::SnapshotTaken{index, record.snapshot.epoch, core::FingerprintOf(record.snapshot)});
    Persist(std::move(record), env);
  }

  // --- handing over the leadership (thesis, §3.10) -------------------------------------

  void On(NodeId, const TimeoutNow& m, Env& env) {
    if (m.term > term) EnterTerm(m.term, env);
    if (m.term < term || !std::holds_alternative<Follower>(role) || !membership().Votes(env.self())) return;
    Campaign(true, env);
  }

  // --- requests (§8) --------------------------------------------------------------------

  void On(RequestId id, const Request& request, Env& env) {
    if (request.ordered()) return Obey(id, request, env);
    if (replica.IsRead(request.command)) {
      if (auto answer = AnswerHere(request, env)) return env.Reply(id, std::move(*answer));
      if (env.config().reads == Reads::kIndex || env.config().reads == Reads::kLease) {
        return StartReading(id, request.command, env);
      }
    }
    Proposal proposal = replication::ProposalFor<Machine>(id, request, env.config().sessions.value_or(0));
    if (TakesProposals()) {
      replica.Wait(id);
      AppendAndSend({term, std::move(proposal)}, env);
    } else if (const std::optional<NodeId> leader = LeaderHeard()) {
      replica.Wait(id);
      env.Send(*leader, Propose{std::move(proposal)});
    } else {
      env.Reply(id, Reply{});
    }
  }

  void On(NodeId from, const Propose& m, Env& env) {
    if (TakesProposals()) {
      AppendAndSend({term, m.proposal}, env);
    } else {
      env.Send(from, Refused{m.proposal.request});
    }
  }

  void On(NodeId, const Refused& m, Env& env) {
    if (reads.Drop(m.request) || replica.StopWaiting(m.request)) env.Reply(m.request, Reply{});
  }

  // --- reads without the log (thesis, §6.4) -----------------------------------------------

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
    if constexpr (std::is_same_v<M, Append>) {
      for (const Entry& entry : message.entries) replication::ForEachCommand(entry.proposal, f);
    } else if constexpr (std::is_same_v<M, Propose>) {
      replication::ForEachCommand(message.proposal, f);
    } else if constexpr (std::is_same_v<M, InstallSnapshot>) {
      replication::ForEachCommand(message.chunk, f);
    }
  }

 private:
  const core::Membership& membership() const { return memberships.back().membership; }
  Term TermAt(Index index) const { return index == log.base ? log.base_epoch : log[index].term; }

  // The last entry at or before `from` whose term is at most `limit`; no further back than `floor`.
  Index LastWithTermAtMost(Term limit, Index from, Index floor) const {
    while (from > floor && TermAt(from) > limit) from = from - 1;
    return from;
  }

  // §5.4.1: the later last term wins; in the same term the longer log wins.
  bool UpToDate(const RequestVote& m) const {
    const Term mine = TermAt(log.last());
    return m.last_term > mine || (m.last_term == mine && m.last_index >= log.last());
  }

  template <class R>
  void Persist(R record, Env& env) {
    Replay(record);
    env.Write(std::move(record));
  }

  // --- elections ---------------------------------------------------------------------------

  void ArmElection(Env& env) { env.Arm(Timer::kElection, env.config().election_timeout); }

  static bool RefusesWhileLed(const Env& env) {
    return env.config().check_quorum == Switch::kOn || env.config().reads == Reads::kLease;
  }
  // A leader other than `candidate` has been heard within the shortest election timeout.
  bool HearsLeader(NodeId candidate, const Env& env) const {
    if (std::holds_alternative<Leader>(role)) return true;
    const auto* follower = std::get_if<Follower>(&role);
    if (follower == nullptr || !follower->heard || follower->leader == candidate) return false;
    return env.now() - *follower->heard < env.config().election_timeout.min;
  }

  void OnElectionTimeout(Env& env) {
    ArmElection(env);  // drawn anew: two candidates that tie now need not tie again
    if (!MayBeNeeded(env)) return;
    if (env.config().pre_vote == Switch::kOff) return Campaign(false, env);
    role = PreCandidate{{env.self()}};
    AskForVotes({term + 1, log.last(), TermAt(log.last()), true, false}, env);
    if (HasWon(std::get<PreCandidate>(role).votes, env.self())) Campaign(false, env);
  }

  // Who votes; and until it knows that the membership that takes its vote away is committed, who did
  // before. It does not count itself, but it may be the only one who can win (thesis, §4.2.2):
  // 1. n0, n1 and n2 vote. From now on n0, n3 and n4 shall; what is in between reaches all and is committed.
  // 2. n1 leads, appends the new membership, and n2 has it as well when n0 crashes for good.
  // 3. n3 and n4 lack it, so they need two of n0, n1 and n2; n1 and n2 refuse, their logs are longer.
  // 4. n1 needs two of n0, n3 and n4, and gets them.
  bool MayBeNeeded(const Env& env) const {
    if (membership().Votes(env.self())) return true;
    const std::size_t known = memberships.size();
    return memberships.back().index > commit && memberships[known - 2].membership.Votes(env.self());
  }

  void Campaign(bool transfer, Env& env) {
    EnterTerm(term + 1, env);
    Persist(Voted{term, env.self()}, env);
    env.Announce(facts::VoteCast{term, env.self()});
    ArmElection(env);
    role = Candidate{{env.self()}};
    AskForVotes({term, log.last(), TermAt(log.last()), false, transfer}, env);
    if (HasWon(std::get<Candidate>(role).votes, env.self())) Lead(env);
  }

  void AskForVotes(const RequestVote& request, Env& env) {
    membership().ForEachVoter([&](NodeId node) {
      if (node != env.self()) env.Send(node, request);
    });
  }

  // One more vote: of the members that count, distinct ones, and of both majorities during a change (§6).
  bool HasWon(core::List<NodeId>& votes, NodeId voter) const {
    const auto has = [&votes](NodeId node) { return std::find(votes.begin(), votes.end(), node) != votes.end(); };
    if (!has(voter)) votes.push_back(voter);
    return membership().HasMajority(has);
  }

  // A higher term ends whatever we were, and only a higher term frees our vote (§5.1).
  void EnterTerm(Term higher, Env& env) {
    CHECK(higher > term);
    Persist(Voted{higher, std::nullopt}, env);
    env.Announce(facts::EpochEntered{term});
    StepDown(env);
  }

  // Back to following, whom is not known. The vote stays. When a leader was heard is not forgotten.
  void StepDown(Env& env) {
    if (std::holds_alternative<Leader>(role)) {
      env.Cancel(Timer::kHeartbeat);
      env.Cancel(Timer::kCheckQuorum);
      env.Cancel(Timer::kTransfer);
      ArmElection(env);
    }
    const auto* follower = std::get_if<Follower>(&role);
    role = Follower{std::nullopt, follower == nullptr ? std::nullopt : follower->heard};
    // What we owe an answer may be lost with the old leader, or take effect later.
    replica.GiveUpWaiting(env);
    reads.GiveUp(env);
  }

  // Whether `from` leads our term; then we follow it.
  bool Follows(NodeId from, Term its_term, Env& env) {
    if (its_term < term) return false;
    if (its_term > term) EnterTerm(its_term, env);
    // Another leader of our own term: election safety is broken already. Obeying
    // it would hide that.
    if (std::holds_alternative<Leader>(role)) return false;
    const auto* follower = std::get_if<Follower>(&role);
    if (follower == nullptr || follower->leader != from) env.Announce(facts::LeaderFollowed{term, from});
    role = Follower{from, env.now()};  // a candidate gives up its candidacy but keeps its vote (§5.2)
    ArmElection(env);
    return true;
  }

  void Lead(Env& env) {
    // Nothing learned in an earlier reign holds: followers' logs may have been cut since (Figure 2, "Leaders").
    Leader leader{log.last() + 1, 0, core::List<Progress>(env.config().nodes), {}, {}, {}, {}};
    for (Progress& progress : leader.progress) progress.next = log.last() + 1;
    role = std::move(leader);
    env.Announce(facts::LeaderElected{term});
    env.Announce(facts::LeaderFollowed{term, env.self()});
    env.Cancel(Timer::kElection);
    ArmLeader(Timer::kHeartbeat, env.config().heartbeat, env);
    if (env.config().check_quorum == Switch::kOn) {
      ArmLeader(Timer::kCheckQuorum, env.config().election_timeout.min, env);
    }
    // §8: committing an entry of our own term commits those we inherited.
    AppendAndSend({term, {}}, env);
  }
  static void ArmLeader(Timer timer, core::Duration after, Env& env) { env.Arm(timer, {after, after}); }

  // Who does not hear from a majority may be the only one who thinks that it leads (thesis, §6.2). It
  // keeps its term and its vote.
  void CheckQuorum(Env& env) {
    Leader& leader = std::get<Leader>(role);
    const bool heard = membership().HasMajority(
        [&](NodeId node) { return node == env.self() || leader.progress[core::Number(node)].active; });
    if (!heard) return StepDown(env);
    for (Progress& progress : leader.progress) progress.active = false;
    ArmLeader(Timer::kCheckQuorum, env.config().election_timeout.min, env);
  }

  // --- replication, by the leader ---------------------------------------------------------

  template <class F>
  void ForEachFollower(Leader& leader, const Env& env, F&& f) {
    membership().ForEachMember([&](NodeId node) {
      if (node != env.self()) f(node, leader.progress[core::Number(node)]);
    });
  }

  // What is known of the sender of a reply; null: it is not to us as the leader of our term.
  Progress* ProgressOf(NodeId from, Term its_term, Env& env) {
    if (its_term > term) EnterTerm(its_term, env);
    auto* leader = std::get_if<Leader>(&role);
    if (leader == nullptr || its_term < term) return nullptr;
    Progress& progress = leader->progress[core::Number(from)];
    progress.active = true;
    return &progress;
  }

  void AppendAndSend(Entry entry, Env& env) {
    Persist(Appended{std::move(entry)}, env);
    AnnounceAppended(log.last(), env);
    // To ourselves, so that our own copy counts only once it is durable.
    env.Send(env.self(), AppendReply{term, true, Index{}, log.last(), Term{}});
    ForEachFollower(std::get<Leader>(role), env,
                    [&](NodeId node, Progress& progress) { Replicate(node, progress, env); });
  }

  void OnHeartbeatDue(Env& env) {
    ArmLeader(Timer::kHeartbeat, env.config().heartbeat, env);
    BeginRound(env);
  }

  void BeginRound(Env& env) {
    Leader& leader = std::get<Leader>(role);
    const Round round{++leader.rounds, env.now()};
    ForEachFollower(leader, env, [&](NodeId node, Progress& progress) {
      // Nothing in it waits for our disk. It may tell no more of the commit index than what we know the
      // follower to have: beyond that its log may differ.
      env.SendUnsynced(node, Heartbeat{term, round, std::min(progress.match, commit)});
    });
  }

  // Sends what this follower lacks, as far as its pace allows.
  void Replicate(NodeId to, Progress& progress, Env& env) {
    CHECK(progress.next > progress.match);
    switch (progress.pace) {
      case Pace::kProbe:
        if (!progress.waiting) SendAppend(to, progress, env);
        return;
      case Pace::kReplicate:
        while (progress.next <= log.last() && progress.inflight.size() < env.config().max_inflight) {
          SendAppend(to, progress, env);
          if (progress.pace != Pace::kReplicate) return;  // what it needs is gone
        }
        // It has everything, and nothing else will tell it soon that this is committed.
        if (progress.inflight.empty() && progress.told < commit) SendAppend(to, progress, env);
        return;
      case Pace::kSnapshot:
        return;  // goes on with its answer
    }
  }

  static void StartProbing(Index next, Progress& progress) {
    progress.pace = Pace::kProbe;
    progress.next = next;
    progress.waiting = false;
    progress.inflight.clear();
  }

  // Our own copy need not be durable when others get theirs: it counts toward
  // commit only after our sync (Ongaro's thesis, §10.2.1). Term and vote are
  // durable already, or we would not have been elected.
  void SendAppend(NodeId to, Progress& progress, Env& env) {
    const Index prev = progress.next - 1;
    // Never with a `prev` whose term is forgotten, except the last of those.
    if (prev < log.base) return SendSnapshot(to, progress, env);
    const std::uint64_t count = std::min<std::uint64_t>(log.last().value - prev.value, env.config().max_batch);
    const auto first = log.entries.begin() + static_cast<std::ptrdiff_t>(prev.value - log.base.value);
    env.SendUnsynced(to, Append{term, prev, TermAt(prev), {first, first + static_cast<std::ptrdiff_t>(count)}, commit});
    progress.told = commit;
    progress.waiting = true;
    if (progress.pace == Pace::kProbe || count == 0) return;
    // Count on its arrival; a refusal steps back.
    progress.next = progress.next + count;
    progress.inflight.push_back(progress.next - 1);
  }

  void OnMatch(NodeId from, Index match, Progress& progress, Env& env) {
    // It has more of our log than we have: we have led this term before and our disk has
    // forgotten it. Counting on it would send entries that do not exist.
    if (match > log.last()) return;
    const bool news = match > progress.match;
    if (news) {
      progress.match = match;
      progress.next = std::max(progress.next, match + 1);
      progress.inflight.erase(progress.inflight.begin(), std::ranges::upper_bound(progress.inflight, match));
      if (from != env.self()) env.Announce(facts::MatchAdvanced{from, match, term, progress.next});
    }
    if (progress.pace == Pace::kProbe || (progress.pace == Pace::kSnapshot && match >= progress.snapshot)) {
      progress.pace = Pace::kReplicate;
      progress.next = progress.match + 1;
    }
    // What is committed already cannot commit anything further back.
    if (news && match > commit) CommitByMajority(env);
    if (from == env.self() || !std::holds_alternative<Leader>(role)) return;
    Replicate(from, progress, env);
    if (std::get<Leader>(role).successor == from) HandOver(env);
  }

  void CommitByMajority(Env& env) {
    const Leader& leader = std::get<Leader>(role);
    // Only members count, so a leader that is none does not count itself; of both majorities during a change (§6).
    const Index reached = membership().template ReachedByMajority<Index>(
        [&](NodeId node) { return leader.progress[core::Number(node)].match; });
    // §5.4.2: an entry of an older term commits only under one of ours (Figure 8):
    // 1. n1, term 2: x reaches n1 and n2; n1 crashes.
    // 2. n5 wins term 3 without x, appends y to itself, crashes.
    // 3. n1 wins term 4 and copies x to a majority; counting replicas would commit x.
    // 4. n1 crashes; n5 wins term 5, since y's term is newer, and overwrites x.
    if (reached < leader.first || reached <= commit) return;
    AdvanceCommit(reached, env);
    GoOnAfterCommit(env);
  }

  void GoOnAfterCommit(Env& env) {
    Leader& leader = std::get<Leader>(role);
    if (memberships.back().index <= commit) {
      // Both majorities have the membership in between: it is left for the new one, whoever began it (§6).
      if (membership().joint()) return AppendAndSend({term, {{}, {}, membership().Settled()}}, env);
      // The new one is committed, and we have no vote in it: our work is done (§6).
      if (!membership().Votes(env.self())) return StepDown(env);
    }
    ForEachFollower(leader, env, [&](NodeId node, Progress& progress) { Replicate(node, progress, env); });
  }

  // --- replication, by a follower -------------------------------------------------------------

  // Takes the entries that are new. False: the leader contradicts what we know
  // to be committed. Leader completeness has failed; we stop rather than lie.
  bool Accept(const Append& m, Env& env) {
    Index index = m.prev;
    for (const Entry& entry : m.entries) {
      ++index;
      if (index <= log.last()) {
        // Cut only where the logs really differ: a late, shorter message must not
        // take away what a newer one brought and we have acknowledged.
        if (TermAt(index) == entry.term) continue;
        if (index <= commit) return false;
        CutFrom(index, env);
      }
      Persist(Appended{entry}, env);
      AnnounceAppended(index, env);
    }
    return true;
  }

  void CutFrom(Index index, Env& env) {
    const std::size_t known = memberships.size();
    Persist(Truncated{index}, env);
    env.Announce(facts::LogTruncated{index});
    if (memberships.size() < known) Announce(memberships.back(), env);
  }

  // --- commit and execution ---------------------------------------------------------------------

  void AdvanceCommit(Index to, Env& env) {
    if (to <= commit) return;
    commit = to;
    env.Announce(facts::Committed{commit, term});
    const bool waits = taken.has_value();
    while (replica.applied < commit) {
      const Entry& entry = log[replica.applied + 1];
      replica.Apply(entry.proposal, entry.term, env);
      // All nodes at the same indices, so that their snapshots can be compared.
      if (replica.applied.value % env.config().snapshot_every == 0 && !taken) {
        taken = replica.Take(entry.term, MembershipAt(replica.applied));
      }
    }
    if (taken && !waits) env.Send(env.self(), SnapshotDue{});
    reads.Answer(replica, env);
  }

  const core::Membership& MembershipAt(Index index) const {
    std::size_t last = memberships.size() - 1;
    while (memberships[last].index > index) --last;
    return memberships[last].membership;
  }

  // --- snapshots ----------------------------------------------------------------------------------

  void SendSnapshot(NodeId to, Progress& progress, Env& env) {
    Leader& leader = std::get<Leader>(role);
    if (progress.pace != Pace::kSnapshot) {
      bool sending = false;
      ForEachFollower(leader, env, [&](NodeId, const Progress& other) { sending |= other.pace == Pace::kSnapshot; });
      // Unless it is of no use to this one, who has that much already: somebody who is cut off may take for ever.
      if (!sending || leader.outgoing->index <= progress.match) leader.outgoing = snapshot;
    }
    if (progress.pace != Pace::kSnapshot || progress.snapshot != leader.outgoing->index) {
      progress.pace = Pace::kSnapshot;
      progress.snapshot = leader.outgoing->index;
      progress.offset = 0;
      progress.inflight.clear();
    }
    env.Send(to, InstallSnapshot{term, ChunkOf(*leader.outgoing, progress.offset, env.config().snapshot_chunk)});
  }

  // What follows the snapshot in our log stays only if our log holds the snapshot's last entry
  // (Figure 13, 6); otherwise nothing of it does, on disk as in memory.
  void Install(Env& env) {
    Snapshot whole = std::move(arriving->snapshot);
    arriving.reset();
    taken.reset();
    Log rest = log;
    const bool agrees = log.Holds(whole.index) && TermAt(whole.index) == whole.epoch;
    if (!agrees) rest.entries.clear();
    rest.DropUpTo(whole.index, whole.epoch);
    Persist(Checkpoint{{term, voted_for}, std::move(whole), std::move(rest)}, env);
    AnnounceLog(env);
    replica.GiveUpWaiting(env);  // whether theirs is in it, it does not say
    replica.Restore(snapshot, env);
    commit = snapshot.index;
    env.Announce(facts::Committed{commit, term});
    reads.Answer(replica, env);
  }

  // --- orders: who votes (§6), who leads (thesis, §3.10) --------------------------------------------

  void Obey(RequestId id, const Request& request, Env& env) {
    auto* leader = std::get_if<Leader>(&role);
    if (leader == nullptr || leader->successor) return env.Reply(id, Reply{});
    if (request.transfer) return Transfer(id, *request.transfer, *leader, env);
    // One change at a time, and none before an entry of our term is committed: else an earlier leader's
    // change, which we do not know of, could be committed beside ours (Ongaro, "bug in single-server
    // membership changes", raft-dev, 2015).
    const bool settled = memberships.back().index <= commit && !membership().joint() && commit >= leader->first;
    if (!settled || !IsSensible(*request.change, env)) return env.Reply(id, Reply{});
    core::Membership next = membership().Towards(*request.change);
    if (next == membership()) return env.Reply(id, Reply{typename Machine::Result{}, commit, {}});
    replica.Wait(id);
    AppendAndSend({term, {id, {}, std::move(next)}}, env);
  }

  static bool IsSensible(const core::MembershipChange& change, const Env& env) {
    const auto exists = [&](NodeId node) { return core::Number(node) < env.config().nodes; };
    return core::Membership::IsPossible(change) && std::all_of(change.voters.begin(), change.voters.end(), exists) &&
           std::all_of(change.learners.begin(), change.learners.end(), exists);
  }

  void Transfer(RequestId id, NodeId to, Leader& leader, Env& env) {
    if (to == env.self() || !membership().Votes(to)) return env.Reply(id, Reply{});
    leader.successor = to;
    env.Arm(Timer::kTransfer, env.config().election_timeout);
    env.Reply(id, Reply{typename Machine::Result{}, commit, {}});
    HandOver(env);
  }

  // As soon as the successor has our whole log. Whether it wins or not, the message may arrive at any time
  // of this term, so no lease holds from here on.
  void HandOver(Env& env) {
    Leader& leader = std::get<Leader>(role);
    if (!leader.successor || leader.progress[core::Number(*leader.successor)].match < log.last()) return;
    env.Send(*leader.successor, TimeoutNow{term});
    env.Announce(facts::LeadershipTransferred{term, *leader.successor});
    leader.handed_over = true;
  }

  // --- reads -------------------------------------------------------------------------------------------

  // What this node answers by itself; nothing: it is for the leader, or the log.
  //
  // It has applied a prefix of the committed log, so what it reads is the state after entry
  // `applied`. If its client has seen more it says "unavailable", and the client tries another one
  // (Hunt et al., "ZooKeeper", 2010, §4.4). A node that has restarted is behind like any other.
  //
  // So histories are sequentially consistent. Order the writes by their entries, and the reads of the
  // state after an entry right behind it, each client's as it asked for them. Then
  // - each read gives the last value written to its key before it;
  // - a client's own order is kept. What it reads is never older than what it has seen, its own writes
  //   included. What it writes comes after what it has seen: those entries had been applied
  //   before it asked.
  //
  // They are not linearizable: a follower may be behind, a leader deposed without knowing, or new and
  // not yet sure how far its log is committed. Then it misses writes that others were told of.
  std::optional<Reply> AnswerHere(const Request& request, const Env& env) const {
    const Reads how = env.config().reads;
    const bool may = how == Reads::kFollower || (how == Reads::kLeader && std::holds_alternative<Leader>(role));
    if (!may) return std::nullopt;
    if (replica.applied < request.seen) return Reply{};
    return replica.Read(request.command);
  }

  void StartReading(RequestId id, const Command& command, Env& env) {
    const bool leads = std::holds_alternative<Leader>(role);
    const std::optional<NodeId> leader = LeaderHeard();
    if (!leads && !leader) return env.Reply(id, Reply{});
    if (!reads.Begin(id, command)) return;
    if (leads) return ConfirmRead(id, env.self(), env);
    env.Send(*leader, ReadIndex{id});
  }

  // What is committed now is what the read must see. That we still lead now, only a round that begins
  // after the read has come can tell.
  void ConfirmRead(RequestId id, NodeId asker, Env& env) {
    Leader& leader = std::get<Leader>(role);
    // Not less than our first entry: before that is committed, more may be than we know of (thesis, §6.4, step 1).
    const Index index = std::max(commit, leader.first);
    if (HasLease(leader, env)) return ReadAt(id, asker, index, env);
    BeginRound(env);
    leader.reads.push_back({id, asker, index, leader.rounds});
    ConfirmReads(env);
  }

  void ConfirmReads(Env& env) {
    Leader& leader = std::get<Leader>(role);
    if (leader.reads.empty()) return;
    const auto reached = membership().template ReachedByMajority<std::uint64_t>([&](NodeId node) {
      return node == env.self() ? leader.rounds : leader.progress[core::Number(node)].round.number;
    });
    replication::TakeConfirmed(
        leader.reads, [reached](const Unconfirmed& read) { return read.round <= reached; },
        [&](const Unconfirmed& read) { ReadAt(read.request, read.asker, read.index, env); });
  }

  // From when a round was sent that a majority has answered, nobody of that majority votes for another for the
  // shortest election timeout.
  bool HasLease(const Leader& leader, const Env& env) const {
    if (env.config().reads != Reads::kLease || leader.handed_over || leader.successor) return false;
    const LocalTime since = membership().template ReachedByMajority<LocalTime>(
        [&](NodeId node) { return node == env.self() ? env.now() : leader.progress[core::Number(node)].round.sent; });
    return since > LocalTime{} && env.now() - since < env.config().Lease();
  }

  void ReadAt(RequestId id, NodeId asker, Index index, Env& env) {
    if (asker != env.self()) return env.Send(asker, ReadIndexReply{id, index});
    reads.Permit(id, index);
    reads.Answer(replica, env);
  }

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

  void AnnounceLog(Env& env) {
    env.Announce(facts::LogRecovered{log.base});
    Announce(memberships.front(), env);
    for (Index index = log.base + 1; index <= log.last(); ++index) AnnounceAppended(index, env);
  }
  // One membership after the other, each with its entry. Those up to the snapshot are in the snapshot's.
  void AnnounceAppended(Index index, Env& env) {
    const Entry& entry = log[index];
    env.Announce(facts::EntryAppended{index, entry.term, FingerprintOf(entry.proposal)});
    const auto* membership = entry.proposal.membership();
    if (membership != nullptr && index > memberships.front().index) Announce({index, *membership}, env);
  }
  static void Announce(const Adopted& adopted, Env& env) {
    env.Announce(facts::MembershipAdopted{adopted.index, adopted.membership});
  }
};

using Node = NodeOf<machines::KeyValue>;
static_assert(core::Node<Node>);

}  // namespace raft
