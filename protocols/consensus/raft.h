// Raft: leader election and log replication (Ongaro & Ousterhout, "In Search of
// an Understandable Consensus Algorithm", extended version; section numbers are
// of that text).
//
// Replicates any machine. What Figure 2 calls persistent state changes only in
// Replay, so running and recovering take the same path; what must be durable
// before a message leaves is the host's business (output commit), and the one
// exception is marked SendUnsynced. Not here yet: pre-vote, snapshots,
// membership changes, and reads that a leader confirms without the log.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "protocols/core/check.h"
#include "protocols/core/env.h"
#include "protocols/core/facts.h"
#include "protocols/core/quorum.h"
#include "protocols/core/variants.h"
#include "protocols/machines/key_value.h"
#include "protocols/machines/machine.h"
#include "protocols/machines/sessions.h"

namespace raft {

using core::Index;
using core::NodeId;
using core::RequestId;
using Term = core::Epoch;

inline constexpr std::string_view kSummary = "Raft: leader election and log replication (Ongaro & Ousterhout)";

// Who answers a read, and how sure it is of the answer.
enum class Reads : std::uint8_t {
  kStrong,    // the log: a read is an entry like a write (§8)
  kLeader,    // a node that believes it leads, at once. Others may have elected another since: the
              // mistake of early etcd and Consul (Kingsbury, "Jepsen: etcd and Consul", 2014)
  kFollower,  // any node, as far as it has come
};

struct Config {
  std::uint32_t nodes = 5;
  core::Between election_timeout{std::chrono::milliseconds(150), std::chrono::milliseconds(300)};
  core::Duration heartbeat = std::chrono::milliseconds(50);
  std::uint32_t max_batch = 64;  // entries in one AppendEntries
  Reads reads = Reads::kStrong;

  template <class F>
  static void ForEachParameter(F&& f) {
    f("election_timeout", &Config::election_timeout, "drawn anew for each election; §9.3 advises 150ms..300ms");
    f("heartbeat", &Config::heartbeat, "how often a leader without news shows that it lives");
    f("max_batch", &Config::max_batch, "entries in one AppendEntries at most");
    f("reads", &Config::reads,
      "strong: through the log; leader: at once by who believes that it leads; follower: by any node, as far as it has "
      "come. Only strong is linearizable");
  }

  facts::Promise Promises() const {
    return reads == Reads::kStrong ? facts::Promise::kLinearizability : facts::Promise::kSequentialConsistency;
  }

  // How long a healthy cluster may take to get going again: one election.
  core::Duration Patience() const { return election_timeout.max; }

  // Timers that meet the timing requirement (§5.6), broadcast time << election timeout,
  // where a message is answered within `round_trip` as a rule. What `reads` promises is not left to chance.
  template <class Draw>
  void Randomize(core::Duration round_trip, Draw&& draw) {
    const auto least = std::chrono::floor<std::chrono::milliseconds>(4 * round_trip) + std::chrono::milliseconds(50);
    election_timeout.min = least * static_cast<std::int64_t>(1 + draw(3));
    election_timeout.max = election_timeout.min * static_cast<std::int64_t>(2 + draw(2));
    heartbeat = election_timeout.min / static_cast<std::int64_t>(3 + draw(5));
    max_batch = std::uint32_t{1} << draw(9);
  }
};

struct RequestVote {
  Term term;
  Index last_index;
  Term last_term;
};
struct Vote {
  Term term;
  bool granted{};
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
// The node that a request was forwarded to does not lead.
struct Refused {
  RequestId request;
};

// What every node is first, and what a leader's rivals are to it.
struct Follower {
  std::optional<NodeId> leader;  // of `term`, once it has been heard
};
struct Candidate {
  core::List<NodeId> votes;  // distinct voters: a repeated grant is one vote (§5.2)
};
struct Progress {
  Index next;      // to send; always above match
  Index match;     // known to be equal to ours up to here
  bool probing{};  // looking for where the logs agree: one message at a time
};
struct Leader {
  core::List<Progress> progress;  // by node; our own holds what is durable here
};

template <machines::Machine Machine>
struct NodeOf {
  using Command = typename Machine::Command;
  using Config = raft::Config;
  using Env = core::Env<NodeOf>;

  struct Entry {
    Term term;
    RequestId request;               // the default: no client waits
    std::optional<Command> command;  // none: a new leader's first entry (§8)
  };
  // AppendEntries; without entries, a heartbeat.
  struct Append {
    Term term;
    Index prev;
    Term prev_term;
    core::List<Entry> entries;
    Index commit;
  };
  // A request that came to a node which does not lead.
  struct Propose {
    RequestId request;
    Command command;
  };
  using Message = std::variant<RequestVote, Vote, Append, AppendReply, Propose, Refused>;

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
  using Record = std::variant<Voted, Appended, Truncated>;

  using Fact =
      core::JoinVariants<std::variant<facts::EpochEntered, facts::VoteCast, facts::LeaderElected, facts::EntryAppended,
                                      facts::LogTruncated, facts::LogRecovered, facts::MatchAdvanced, facts::Committed,
                                      facts::EntryApplied, facts::RequestAcknowledged>,
                         typename Machine::Fact>;

  struct Request {
    Command command;
    Index seen{};  // by its client: the highest `index` of a reply
  };
  // What a client of this protocol asks; see the machine's RandomCommand.
  template <class Draw>
  static Request RandomRequest(Draw&& draw, std::uint64_t unique) {
    return {Machine::RandomCommand(draw, unique)};
  }
  struct Reply {
    std::optional<typename Machine::Result> result;  // none: unavailable, the outcome is unknown
    Index index{};                                   // of the state that was read or made
  };
  static facts::Invoked Describe(const Request& request) requires machines::Described<Machine> {
    return Machine::Describe(request.command);
  }
  static facts::Returned Describe(const Reply& reply) requires machines::Described<Machine> {
    facts::Returned returned;
    if (reply.result) returned.value = Machine::Describe(*reply.result);
    returned.version = reply.index;
    return returned;
  }
  // A client's mark is what it has seen.
  static std::uint64_t MarkAfter(std::uint64_t mark, const Reply& reply) { return std::max(mark, reply.index.value); }
  static void CarryMark(Request& request, std::uint64_t mark) { request.seen = Index{mark}; }
  enum class Timer : std::uint8_t { kElection, kHeartbeat };

  // Durable (Figure 2, "Persistent state on all servers"): changed only by Replay.
  Term term;
  std::optional<NodeId> voted_for;
  std::vector<Entry> log;  // entry i is log[i - 1]
  // Volatile.
  std::variant<Follower, Candidate, Leader> role;
  Index commit;  // known to be committed; at most the end of the log
  Index applied;
  Machine machine;
  machines::Sessions<Machine> sessions;
  core::List<RequestId> waiting;  // requests that this node was asked and owes an answer

  void Start(Env& env) {
    env.Announce(facts::LogRecovered{});
    env.Announce(facts::EpochEntered{term});
    for (std::size_t i = 0; i < log.size(); ++i) AnnounceAppended(Index{i + 1}, env);
    ArmElection(env);
  }

  void Replay(const Voted& record) {
    term = record.term;
    voted_for = record.candidate;
  }
  void Replay(const Appended& record) { log.push_back(record.entry); }
  void Replay(const Truncated& record) { log.resize(record.from.value - 1); }

  // The durable fields, for whoever proves that a crash restores them.
  core::Fingerprint DurableFingerprint() const {
    core::Fingerprint fingerprint;
    core::Absorb(fingerprint, term);
    core::Absorb(fingerprint, voted_for);
    core::Absorb(fingerprint, log);
    return fingerprint.Finished();
  }

  // The commands that a message carries from node to node.
  template <class M, class F>
  static void ForEachCommand(const M& message, F&& f) {
    if constexpr (std::is_same_v<M, Append>) {
      for (const Entry& entry : message.entries) {
        if (entry.command) f(*entry.command);
      }
    } else if constexpr (std::is_same_v<M, Propose>) {
      f(message.command);
    }
  }

  // --- elections (§5.2, §5.4.1) ---------------------------------------------

  void On(Timer timer, Env& env) {
    switch (timer) {
      case Timer::kElection:
        return Campaign(env);
      case Timer::kHeartbeat:
        return Heartbeat(env);
    }
  }

  void On(NodeId from, const RequestVote& m, Env& env) {
    if (m.term > term) EnterTerm(m.term, env);
    const bool may_vote = !voted_for || *voted_for == from;
    if (m.term < term || !may_vote || !UpToDate(m)) {
      env.Send(from, Vote{term, false});
      return;
    }
    if (!voted_for) {
      Persist(Voted{term, from}, env);
      env.Announce(facts::VoteCast{term, from});
    }
    // Only a vote that was granted puts off our own candidacy (Figure 2, "Followers"):
    // a stale node with a high term must not silence the one that can win.
    ArmElection(env);
    env.Send(from, Vote{term, true});
  }

  void On(NodeId from, const Vote& m, Env& env) {
    if (m.term > term) EnterTerm(m.term, env);
    auto* candidate = std::get_if<Candidate>(&role);
    // A grant from an earlier candidacy of ours says nothing about this one.
    if (candidate == nullptr || m.term < term || !m.granted) return;
    auto& votes = candidate->votes;
    if (std::find(votes.begin(), votes.end(), from) == votes.end()) votes.push_back(from);
    if (votes.size() >= core::Majority(env.config().nodes)) Lead(env);
  }

  // --- replication (§5.3) ---------------------------------------------------

  void On(NodeId from, const Append& m, Env& env) {
    if (m.term < term) {
      env.Send(from, AppendReply{term, false, m.prev, Index{}, Term{}});
      return;
    }
    if (m.term > term) EnterTerm(m.term, env);
    // Another leader of our own term: election safety is broken already. Obeying
    // it would hide that.
    if (std::holds_alternative<Leader>(role)) return;
    role = Follower{from};  // a candidate gives up its candidacy but keeps its vote (§5.2)
    ArmElection(env);

    if (m.prev > Last() || TermAt(m.prev) != m.prev_term) {
      const Index hint = LastWithTermAtMost(m.prev_term, std::min(m.prev, Last()));
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
    if (m.term > term) EnterTerm(m.term, env);
    auto* leader = std::get_if<Leader>(&role);
    if (leader == nullptr || m.term < term) return;
    // It has more of our log than we have: we have led this term before and our disk has
    // forgotten it. Counting on it would send entries that do not exist.
    if (m.success && m.index > Last()) return;
    Progress& progress = leader->progress[core::Number(from)];
    if (m.success) return OnMatch(from, m.index, progress, env);
    // Stale: what it refused is known to match, or has been stepped back from already.
    if (m.prev <= progress.match || m.prev >= progress.next) return;
    // Skip a whole term at a time: our last entry that can agree with the hint (end of §5.3).
    const Index agree = LastWithTermAtMost(m.hint_term, std::min(m.index, m.prev - 1));
    progress.next = std::max(progress.match, agree) + 1;
    progress.probing = true;
    SendAppend(from, progress, env);
  }

  // --- requests (§8) ----------------------------------------------------------

  void On(RequestId id, const Request& request, Env& env) {
    if (auto answer = AnswerHere(request, env)) return env.Reply(id, std::move(*answer));
    if (std::holds_alternative<Leader>(role)) {
      Wait(id);
      StartReplicating(id, request.command, env);
      return;
    }
    const auto* follower = std::get_if<Follower>(&role);
    if (follower == nullptr || !follower->leader) {
      env.Reply(id, Reply{});
      return;
    }
    Wait(id);
    env.Send(*follower->leader, Propose{id, request.command});
  }

  void On(NodeId from, const Propose& m, Env& env) {
    if (std::holds_alternative<Leader>(role)) {
      StartReplicating(m.request, m.command, env);
    } else {
      env.Send(from, Refused{m.request});
    }
  }

  void On(NodeId, const Refused& m, Env& env) {
    if (StopWaiting(m.request)) env.Reply(m.request, Reply{});
  }

 private:
  Index Last() const { return {log.size()}; }
  Term TermAt(Index index) const { return index.value == 0 ? Term{} : log[index.value - 1].term; }

  // The last entry at or before `from` whose term is at most `limit`.
  Index LastWithTermAtMost(Term limit, Index from) const {
    while (from.value > 0 && TermAt(from) > limit) from = from - 1;
    return from;
  }

  // §5.4.1: the later last term wins; in the same term the longer log wins.
  bool UpToDate(const RequestVote& m) const {
    const Term mine = TermAt(Last());
    return m.last_term > mine || (m.last_term == mine && m.last_index >= Last());
  }

  template <class R>
  void Persist(R record, Env& env) {
    Replay(record);
    env.Write(std::move(record));
  }

  // What this node answers by itself; nothing: it is for the log.
  //
  // It has applied a prefix of the committed log, so what it reads is the state after entry
  // `applied`. If its client has seen more it says "unavailable", and the client tries another one
  // (Hunt et al., "ZooKeeper", 2010, §4.4). A node that has restarted is behind like any other: it
  // begins at 0 and learns anew what is committed.
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
    if constexpr (machines::Readable<Machine>) {
      const Reads reads = env.config().reads;
      const bool may = reads == Reads::kFollower || (reads == Reads::kLeader && std::holds_alternative<Leader>(role));
      if (!may) return std::nullopt;
      auto result = machine.Read(request.command);
      if (!result) return std::nullopt;
      return applied < request.seen ? Reply{} : Reply{std::move(result), applied};
    }
    return std::nullopt;
  }

  void ArmElection(Env& env) { env.Arm(Timer::kElection, env.config().election_timeout); }

  // A higher term ends whatever we were, and only a higher term frees our vote (§5.1).
  void EnterTerm(Term higher, Env& env) {
    CHECK(higher > term);
    Persist(Voted{higher, std::nullopt}, env);
    env.Announce(facts::EpochEntered{term});
    if (std::holds_alternative<Leader>(role)) {
      env.Cancel(Timer::kHeartbeat);
      ArmElection(env);
    }
    role = Follower{};
    // What we owe an answer may be lost with the old leader, or take effect later.
    for (const RequestId request : waiting) env.Reply(request, Reply{});
    waiting.clear();
  }

  void Campaign(Env& env) {
    CHECK(!std::holds_alternative<Leader>(role));
    EnterTerm(term + 1, env);
    Persist(Voted{term, env.self()}, env);
    env.Announce(facts::VoteCast{term, env.self()});
    ArmElection(env);  // drawn anew: two candidates that tie now need not tie again
    role = Candidate{{env.self()}};
    ForEachPeer(env, [&](NodeId peer) { env.Send(peer, RequestVote{term, Last(), TermAt(Last())}); });
    if (core::Majority(env.config().nodes) == 1) Lead(env);
  }

  void Lead(Env& env) {
    // Nothing learned in an earlier reign holds: followers' logs may have been cut since (Figure 2, "Leaders").
    role = Leader{core::List<Progress>(env.config().nodes, Progress{Last() + 1, Index{}, false})};
    env.Announce(facts::LeaderElected{term});
    env.Cancel(Timer::kElection);
    env.Arm(Timer::kHeartbeat, {env.config().heartbeat, env.config().heartbeat});
    // §8: committing an entry of our own term commits those we inherited.
    AppendAndSend(Entry{term, {}, std::nullopt}, env);
  }

  void Heartbeat(Env& env) {
    env.Arm(Timer::kHeartbeat, {env.config().heartbeat, env.config().heartbeat});
    Leader& leader = std::get<Leader>(role);
    ForEachPeer(env, [&](NodeId peer) { SendAppend(peer, leader.progress[core::Number(peer)], env); });
  }

  void StartReplicating(RequestId id, const Command& command, Env& env) {
    AppendAndSend(Entry{term, id, command}, env);
  }

  void AppendAndSend(Entry entry, Env& env) {
    Persist(Appended{std::move(entry)}, env);
    AnnounceAppended(Last(), env);
    // To ourselves, so that our own copy counts only once it is durable.
    env.Send(env.self(), AppendReply{term, true, Index{}, Last(), Term{}});
    Leader& leader = std::get<Leader>(role);
    ForEachPeer(env, [&](NodeId peer) {
      Progress& progress = leader.progress[core::Number(peer)];
      if (!progress.probing) SendAppend(peer, progress, env);
    });
  }

  // Our own copy need not be durable when others get theirs: it counts toward
  // commit only after our sync (Ongaro's thesis, §10.2.1). Term and vote are
  // durable already, or we would not have been elected.
  void SendAppend(NodeId to, Progress& progress, Env& env) {
    const Index prev = progress.next - 1;
    const std::uint64_t count = std::min<std::uint64_t>(Last().value - prev.value, env.config().max_batch);
    const auto first = log.begin() + static_cast<std::ptrdiff_t>(prev.value);
    Append append{term, prev, TermAt(prev), {first, first + static_cast<std::ptrdiff_t>(count)}, commit};
    env.SendUnsynced(to, std::move(append));
    // Count on its arrival; a refusal steps back. While probing, wait for the answer.
    if (!progress.probing) progress.next = progress.next + count;
  }

  // Takes the entries that are new. False: the leader contradicts what we know
  // to be committed. Leader completeness has failed; we stop rather than lie.
  bool Accept(const Append& m, Env& env) {
    Index index = m.prev;
    for (const Entry& entry : m.entries) {
      ++index;
      if (index <= Last()) {
        // Cut only where the logs really differ: a late, shorter message must not
        // take away what a newer one brought and we have acknowledged.
        if (TermAt(index) == entry.term) continue;
        if (index <= commit) return false;
        Persist(Truncated{index}, env);
        env.Announce(facts::LogTruncated{index});
      }
      Persist(Appended{entry}, env);
      AnnounceAppended(index, env);
    }
    return true;
  }

  void OnMatch(NodeId from, Index match, Progress& progress, Env& env) {
    progress.probing = false;
    if (match > progress.match) {
      progress.match = match;
      progress.next = std::max(progress.next, match + 1);
      if (from != env.self()) env.Announce(facts::MatchAdvanced{from, match, term});
      // What is committed already cannot commit anything further back.
      if (match > commit) CommitByMajority(env);
    }
    if (from != env.self() && progress.next <= Last()) SendAppend(from, progress, env);
  }

  void CommitByMajority(Env& env) {
    const Leader& leader = std::get<Leader>(role);
    core::List<Index> matches;
    for (const Progress& progress : leader.progress) matches.push_back(progress.match);
    const Index reached = core::ReachedByMajority(std::span<Index>(matches));
    // §5.4.2: an entry of an older term commits only under one of ours (Figure 8):
    // 1. n1, term 2: x reaches n1 and n2; n1 crashes.
    // 2. n5 wins term 3 without x, appends y to itself, crashes.
    // 3. n1 wins term 4 and copies x to a majority; counting replicas would commit x.
    // 4. n1 crashes; n5 wins term 5, since y's term is newer, and overwrites x.
    if (TermAt(reached) == term) AdvanceCommit(reached, env);
  }

  void AdvanceCommit(Index to, Env& env) {
    if (to <= commit) return;
    commit = to;
    env.Announce(facts::Committed{commit, term});
    while (applied < commit) {
      ++applied;
      Apply(log[applied.value - 1], env);
    }
  }

  void Apply(const Entry& entry, Env& env) {
    env.Announce(facts::EntryApplied{applied, entry.term, FingerprintOf(entry)});
    if (!entry.command) return;
    auto done = sessions.Apply(entry.request, applied, *entry.command, machine,
                               [&env](auto fact) { env.Announce(std::move(fact)); });
    if (!StopWaiting(entry.request) || !done) return;
    // A repetition is acknowledged where the command took effect.
    env.Announce(facts::RequestAcknowledged{entry.request, done->index, TermAt(done->index)});
    env.Reply(entry.request, Reply{std::move(done->result), done->index});
  }

  static core::Fingerprint FingerprintOf(const Entry& entry) {
    core::Fingerprint fingerprint;
    core::Absorb(fingerprint, entry.command);
    return fingerprint.Finished();
  }

  void AnnounceAppended(Index index, Env& env) {
    const Entry& entry = log[index.value - 1];
    env.Announce(facts::EntryAppended{index, entry.term, FingerprintOf(entry)});
  }

  // A client that asks anew has given up on what it asked before: one request of
  // each is enough, and what the network lost does not pile up.
  void Wait(RequestId request) {
    for (RequestId& other : waiting) {
      if (other.client == request.client) {
        if (request.sequence > other.sequence) other = request;  // else a late copy of an older one
        return;
      }
    }
    waiting.push_back(request);
  }
  bool StopWaiting(RequestId request) {
    const auto found = std::find(waiting.begin(), waiting.end(), request);
    if (found == waiting.end()) return false;
    waiting.erase(found);
    return true;
  }

  template <class F>
  static void ForEachPeer(const Env& env, F&& f) {
    for (std::uint32_t i = 0; i < env.config().nodes; ++i) {
      if (NodeId{i} != env.self()) f(NodeId{i});
    }
  }
};

using Node = NodeOf<machines::KeyValue>;
static_assert(core::Node<Node>);

}  // namespace raft
