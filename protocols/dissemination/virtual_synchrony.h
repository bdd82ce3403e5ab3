// Virtual synchrony (Birman & Joseph, "Exploiting virtual synchrony in distributed systems", 1987; Birman, Schiper &
// Stephenson, "Lightweight causal and atomic group multicast", 1991, here "BSS91"): causal broadcast in views. Who goes
// from one view to the next together has executed the same in the first, so whoever is silent can be put out, and
// nobody keeps anything for him.
//
// Views form one chain: what follows a view its members decide by majority, once, as Paxos decides a value (Lamport,
// "Paxos Made Simple", 2001, §2), so there is one primary component (Ricciardi & Birman, "Using process groups to
// implement failure detection in asynchronous environments", 1991; Chockler, Keidar & Vitenberg, "Group communication
// specifications: a comprehensive study", 2001, here "CKV01").
//
// Phase 1 of that is the flush (BSS91, §§5, 6): who promises a ballot stops for good in that view, and reports
// what it has executed. So what a report says stays true, whichever ballot decides; who has reported is in the next
// view, and what any of these has executed all of them execute before they install it. It rides in the decision, where
// a majority of the old members has it on disk.
//
// Who was put out stops as soon as it knows. What it had executed that nobody else has is not lost: it asks to join, is
// flushed like a member, and the others execute that as the last of the old view. It is given the state with which
// the new one begins.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "protocols/clocks/vector_clock.h"
#include "protocols/clocks/version_vector.h"
#include "protocols/convergence/causal_delivery.h"
#include "protocols/convergence/replica.h"
#include "protocols/convergence/turn.h"
#include "protocols/core/env.h"
#include "protocols/core/fingerprint.h"
#include "protocols/core/membership.h"
#include "protocols/dissemination/virtual_synchrony/config.h"
#include "protocols/dissemination/virtual_synchrony/messages.h"
#include "protocols/dissemination/virtual_synchrony/view.h"
#include "protocols/machines/key_value.h"
#include "protocols/machines/machine.h"
#include "protocols/replication/client.h"

namespace virtual_synchrony {

using core::RequestId;

inline constexpr std::string_view kSummary =
    "virtual synchrony: causal broadcast in views, each chosen by a majority of the one before";

// What was heard lately, and of whom. Times are pauses since the node started.
struct Watch {
  std::uint64_t now{};
  std::map<NodeId, std::uint64_t> heard;    // in this view
  std::map<NodeId, std::uint64_t> joining;  // who want to be in the next one
  bool called{};                            // a member has stopped, so there will be a next one
  std::uint64_t stopped_at{};               // we have
  std::uint64_t patient_until{};            // somebody else is at it
  Epoch highest;                            // ballot that anybody has promised
};

template <machines::Convergent Machine>
struct NodeOf {
  using Config = virtual_synchrony::Config;
  using Env = core::Env<NodeOf>;
  using Data = convergence::Data<Machine>;
  using Replica = convergence::Replica<Machine>;
  using Clients = replication::Clients<Machine>;
  using Request = replication::Request<Machine>;
  using Reply = replication::Reply<Machine>;
  using Successor = virtual_synchrony::Successor<Machine>;
  using Vote = virtual_synchrony::Vote<Machine>;
  using Message = Messages<Machine>;
  using Record = Records<Machine>;
  using Fact = core::JoinVariants<convergence::Facts<Machine>,
                                  std::variant<facts::UpdateDelivered, facts::DeliveryRecovered, facts::ViewInstalled,
                                               facts::MembershipAdopted, facts::BallotPromised, facts::ValueProposed,
                                               facts::ValueAccepted, facts::ValueRecovered, facts::ValueChosen>>;
  enum class Timer : std::uint8_t { kTell };

  // A view later than ours that we know of, and as a member of it what we were given of its state so far.
  struct Outside {
    Successor latest;
    core::List<convergence::Update<Machine>> updates;
    Dot after;
  };
  // A write that waits for the next view.
  struct Held {
    RequestId id;
    Request request;
    std::uint64_t since{};
  };

  // Durable: changed only by Replay. Of the replica, `durable` is.
  Replica local;
  convergence::DataByDot<Machine> kept;  // executed here in this view, and not known to be so by all members
  Standing<Machine> standing;
  // Volatile.
  convergence::DataByDot<Machine> pending;  // came before its causes
  std::map<NodeId, VectorClock> reached;    // how far other members have come, they said last, in this view
  Watch watch;
  convergence::Turn turn;
  convergence::Inquiries inquiries;
  std::uint32_t records{};  // since the last checkpoint
  std::optional<Change<Machine>> change;
  std::optional<Outside> outside;
  core::List<Held> held;

  const Replica& replica() const { return local; }
  const View& view() const { return standing.current.view; }
  // It executes nothing until it installs a later view.
  bool stopped() const { return standing.stopped >= view().number; }

  void Start(Env& env) {
    if (view().number == Index{}) Persist(Installed<Machine>{FirstView(env)}, env);
    AnnounceView(env);
    AnnounceProgress(env);
    if (standing.promised > Epoch{}) env.Announce(facts::BallotPromised{standing.promised});
    if (const auto& vote = standing.vote)
      env.Announce(facts::ValueRecovered{vote->ballot, vote->successor.view.number, NameOf(vote->successor)});
    local.Recover(env);
    env.Arm(Timer::kTell, env.config().pause);
  }

  void Replay(const Written<Machine>& record) {
    local.durable.Take(record.write);
    kept.emplace(record.write.update.dot, Data{record.write.update, record.causes});
  }
  void Replay(const Executed<Machine>& record) {
    local.durable.store.Take(record.data.update);
    kept.emplace(record.data.update.dot, record.data);
  }
  void Replay(const Stable& record) {
    std::erase_if(kept, [&](const auto& item) { return convergence::IsIn(item.first, record.everywhere); });
    standing.current.data.clear();
    standing.base.reset();
  }
  void Replay(const Promised& record) {
    standing.promised = record.ballot;
    standing.stopped = std::max(standing.stopped, view().number);
  }
  void Replay(const Voted<Machine>& record) { standing.vote = record.vote; }
  void Replay(const Stopped& record) { standing.stopped = std::max(standing.stopped, record.view); }
  // All of it that is not everywhere is in the data of the view.
  void Replay(const Installed<Machine>& record) {
    kept.clear();
    standing.current = record.successor;
    standing.vote.reset();
    standing.base.reset();
    if (!record.successor.joined.empty()) standing.base = local.store();
  }
  void Replay(const Joined<Machine>& record) {
    for (const auto& update : record.updates) local.durable.store.Take(update);
    local.durable.store.TakeContext({record.successor.cut, {}});
    Replay(Installed<Machine>{record.successor});
  }
  void Replay(const Checkpoint<Machine>& record) {
    local.durable = record.durable;
    kept = record.kept;
    standing = record.standing;
  }

  // The durable fields, for whoever proves that a crash restores them.
  core::Fingerprint DurableFingerprint() const {
    core::Fingerprint fingerprint;
    core::Absorb(fingerprint, local.durable);
    core::Absorb(fingerprint, kept);
    core::Absorb(fingerprint, standing);
    return fingerprint.Finished();
  }

  // --- broadcast in a view (BSS91, §5.1) ---------------------------------------------------------

  // Its writer delivers it to itself at once; but not between two views, or others would deliver it in another one than
  // it was sent in (CKV01, Sending View Delivery, which costs that senders block).
  void On(RequestId id, const Request& request, Env& env) {
    if (local.Answers(id, request, env)) return;
    if (stopped()) return Hold(id, request);
    const VectorClock causes = Progress();
    const convergence::Write<Machine> write = local.Execute(id, request, env);
    env.Announce(facts::UpdateDelivered{{write.update.dot.node, write.update.dot.number}});
    Persist(Written<Machine>{write, causes}, env);
    ForEachPeer(env, [&](NodeId peer) { env.Send(peer, Multicast<Machine>{view().number, {write.update, causes}}); });
    local.Wait(write, env);
    CheckpointIfDue(env);
  }

  // One of another view is late: what of it counts is part of a decision, or will be when its writer joins.
  void On(NodeId from, const Multicast<Machine>& m, Env& env) {
    if (!IsInView(from, m.view, env) || stopped()) return;
    const Dot dot = m.data.update.dot;
    Take(from, m.data, env);
    Deliver(env);
    if (pending.count(dot) > 0) AskOnce(from, env);
    // Whoever wrote it may be counting who has it.
    if (from == dot.node && convergence::AcksOf(env.config()) > 1) Tell(from, env);
  }
  void On(NodeId from, const Delivered& m, Env& env) {
    if (!IsInView(from, m.view, env)) return;
    Hear(from, m.delivered, env);
    if (m.stopped) watch.called = true;
  }

  // --- what got lost ------------------------------------------------------------------------------

  void On(Timer, Env& env) {
    env.Arm(Timer::kTell, env.config().pause);
    ++watch.now;
    inquiries.OnTimer();
    RefuseOverdue(env);
    if (env.config().nodes > 1) AskFor(turn.Next(env), env);
    if (outside) return GetIn(env);
    DropStable(env);
    ForEachPeer(env, [&](NodeId peer) { Tell(peer, env); });
    for (const auto& client : local.waiting) AskToKeep(client, env);
    Lead(env);
  }

  // To all nodes in turn, whoever they take for members: so those who have fallen behind hear of it.
  void On(NodeId from, const Ask& m, Env& env) {
    if (TellsOfLater(from, m.view, env) || !IsInView(from, m.view, env)) return;
    Hear(from, m.delivered, env);
    if (stopped()) return;
    core::List<Data> missing =
        convergence::LastBeyond(kept, Progress(), m.delivered, env.config().max_batch, [&](core::List<Data> data) {
          env.Send(from, Rest<Machine>{view().number, std::move(data)});
        });
    if (missing.empty() && Progress().Covers(m.delivered)) return;
    env.Send(from, Missing<Machine>{view().number, std::move(missing), Progress()});
  }
  void On(NodeId from, const Missing<Machine>& m, Env& env) {
    if (!IsInView(from, m.view, env) || stopped()) return;
    inquiries.Answered(from);
    TakeAll(from, m.data, env);
    Hear(from, m.delivered, env);
    core::List<Data> missing = Beyond(m.delivered, env.config().max_batch);
    if (!missing.empty()) env.Send(from, Rest<Machine>{view().number, std::move(missing)});
  }
  void On(NodeId from, const Rest<Machine>& m, Env& env) {
    if (IsInView(from, m.view, env) && !stopped()) TakeAll(from, m.data, env);
  }

  // --- the flush: phase 1 ---------------------------------------------------------------------------

  void On(NodeId from, const Join& m, Env& env) {
    if (TellsOfLater(from, m.view, env) || m.view != view().number) return;
    (view().Has(from) ? watch.heard : watch.joining)[from] = watch.now;
  }

  void On(NodeId from, const Flush& m, Env& env) {
    if (TellsOfLater(from, m.view.number, env)) return;
    if (m.view.number > view().number) return ReportFromOutside(from, m, env);
    if (!IsInView(from, m.view.number, env)) return;
    if (m.ballot < standing.promised) return env.Send(from, Refused{standing.promised});
    LeaveItTo(from, m.ballot, env);
    Promise(m.ballot, env);
    env.Send(from, Flushed<Machine>{m.ballot, Progress(), Beyond(m.executed, kAll), standing.vote});
  }

  void On(NodeId from, const Flushed<Machine>& m, Env& env) {
    if (!change || change->ballot != m.ballot || change->proposal) return;
    if (view().Has(from)) watch.heard[from] = watch.now;
    change->reports[from] = m.executed;
    for (const Data& data : m.data) change->data.emplace(data.update.dot, data);
    if (m.vote && (!change->vote || change->vote->ballot < m.vote->ballot)) change->vote = m.vote;
    ProposeIfReady(env);
  }

  void On(NodeId, const Refused& m, Env& env) {
    watch.highest = std::max(watch.highest, m.promised);
    if (!change || change->ballot >= m.promised) return;
    change.reset();
    watch.patient_until = watch.now + 1 + env.Draw(env.config().silence);
  }

  // --- the decision: phase 2 ------------------------------------------------------------------------

  void On(NodeId from, const Propose<Machine>& m, Env& env) {
    if (TellsOfLater(from, m.view, env) || !IsInView(from, m.view, env)) return;
    if (m.vote.ballot < standing.promised) return env.Send(from, Refused{standing.promised});
    LeaveItTo(from, m.vote.ballot, env);
    Promise(m.vote.ballot, env);
    if (!standing.vote || standing.vote->ballot != m.vote.ballot) {
      Persist(Voted<Machine>{m.vote}, env);
      env.Announce(facts::ValueAccepted{m.vote.ballot, m.vote.successor.view.number, NameOf(m.vote.successor)});
    }
    env.Send(from, Agreed{m.vote.ballot});
  }

  void On(NodeId from, const Agreed& m, Env& env) {
    if (!change || change->ballot != m.ballot || !change->proposal || !view().Has(from)) return;
    if (from != env.self()) watch.heard[from] = watch.now;
    if (!IsAmong(from, change->agreed)) change->agreed.push_back(from);
    if (!view().HasMajority([&](NodeId member) { return IsAmong(member, change->agreed); })) return;
    const Successor decided = *change->proposal;
    env.Announce(facts::ValueChosen{m.ballot, decided.view.number, NameOf(decided)});
    convergence::ForEachOther(env, [&](NodeId other) {
      if (view().Has(other) || decided.view.Has(other)) env.Send(other, Install<Machine>{decided});
    });
    On(env.self(), Install<Machine>{decided}, env);
  }

  // --- installing a view ------------------------------------------------------------------------------

  void On(NodeId, const Install<Machine>& m, Env& env) {
    const Successor& next = m.successor;
    if (next.view.number <= Latest().view.number) return;
    const bool member = next.view.Has(env.self());
    if (member && next.view.number <= standing.stopped) return;  // we have told a later one that we are not in it
    if (member && next.view.number == view().number + 1 && !IsAmong(env.self(), next.joined)) return Survive(next, env);
    if (!stopped()) Persist(Stopped{view().number}, env);
    change.reset();
    outside = Outside{next, {}, {}};
    GetIn(env);
  }

  // The state with which the view began, whatever was executed since.
  void On(NodeId from, const Fetch& m, Env& env) {
    if (TellsOfLater(from, m.view, env) || m.view != view().number || !standing.base) return;
    State<Machine> state{m.view, m.after, {}, true};
    const std::size_t most = std::max(env.config().max_batch, 1u);  // or there would be no end
    const auto& updates = standing.base->standing;
    for (auto at = updates.upper_bound(m.after); at != updates.end() && state.all; ++at) {
      if (convergence::IsIn(at->first, m.executed)) continue;
      state.all = state.updates.size() < most;
      if (state.all) state.updates.push_back(at->second);
    }
    env.Send(from, std::move(state));
  }
  void On(NodeId from, const State<Machine>& m, Env& env) {
    if (!outside || outside->latest.view.number != m.view || outside->after != m.after) return;
    outside->updates.insert(outside->updates.end(), m.updates.begin(), m.updates.end());
    if (m.all) return JoinLatest(env);
    outside->after = m.updates.back().dot;
    env.Send(from, Fetch{m.view, Progress(), outside->after});
  }

  // --- what a message carries ------------------------------------------------------------------

  // The commands, from node to node.
  template <class M, class F>
  static void ForEachCommand(const M& message, F&& f) {
    const auto each = [&f](const core::List<Data>& list) {
      for (const Data& data : list) f(data.update.command);
    };
    if constexpr (requires { message.data.update; }) f(message.data.update.command);
    if constexpr (requires { each(message.data); }) each(message.data);
    if constexpr (requires { each(message.successor.data); }) each(message.successor.data);
    if constexpr (requires { each(message.vote.successor.data); }) each(message.vote.successor.data);
    if constexpr (requires { each(message.vote->successor.data); }) {
      if (message.vote) each(message.vote->successor.data);
    }
    if constexpr (requires { message.updates; }) {
      for (const auto& update : message.updates) f(update.command);
    }
  }

 private:
  static constexpr std::size_t kAll = static_cast<std::size_t>(-1);

  template <class R>
  void Persist(R record, Env& env) {
    Replay(record);
    env.Write(std::move(record));
    ++records;
  }

  // A journal is as long as there were updates; what stands or is kept is less.
  void CheckpointIfDue(Env& env) {
    const std::uint64_t size = local.store().standing.size() + kept.size();
    if (records < std::max<std::uint64_t>(env.config().checkpoint_every, size)) return;
    Persist(Checkpoint<Machine>{local.WithoutOldRemovals(env), kept, standing}, env);
    records = 0;
  }

  // --- facts ---------------------------------------------------------------------------------------------

  static core::Fingerprint NameOf(const Successor& successor) { return core::FingerprintOf(successor); }

  // A view is an entry of a log whose every entry is decided by the members that the one before it has.
  void AnnounceView(Env& env) const {
    env.Announce(facts::ViewInstalled{view().number, view().members});
    if (env.config().nodes > core::Membership::kChangeable) return;
    std::uint64_t voters = 0;
    for (const NodeId member : view().members) voters |= std::uint64_t{1} << core::Number(member);
    const Index from = view().number == Index{1} ? Index{} : view().number + 1;
    env.Announce(facts::MembershipAdopted{from, {voters, voters, 0, 0}});
  }
  void AnnounceProgress(Env& env) const {
    for (const auto& count : Progress().counts) {
      env.Announce(facts::DeliveryRecovered{count.process, count.events});
    }
  }

  // --- who is where ------------------------------------------------------------------------------------

  // Everybody begins with it, so nobody need decide it.
  static Successor FirstView(const Env& env) {
    Successor first;
    first.view.number = Index{1};
    for (std::uint32_t node = 0; node < env.config().nodes; ++node) first.view.members.push_back(NodeId{node});
    return first;
  }
  const Successor& Latest() const { return outside ? outside->latest : standing.current; }

  template <class F>
  void ForEachPeer(const Env& env, F&& f) const {
    for (const NodeId member : view().members) {
      if (member != env.self()) f(member);
    }
  }

  // Whether it is said in the view that we are in. If in a later one, we ask for that.
  bool IsInView(NodeId from, Index said, Env& env) {
    if (said == view().number) {
      watch.heard[from] = watch.now;
      return true;
    }
    if (said > Latest().view.number) AskOnce(from, env);
    return false;
  }
  // Tells one who knows of nothing later than `known` of the view that has come since.
  bool TellsOfLater(NodeId to, Index known, Env& env) const {
    if (known >= Latest().view.number) return false;
    env.Send(to, Install<Machine>{Latest()});
    return true;
  }
  void Tell(NodeId to, Env& env) const { env.Send(to, Delivered{view().number, Progress(), stopped()}); }

  // --- delivery ---------------------------------------------------------------------------------------

  // How far we have come with each node's updates. Nothing is executed out of order, so that says it all.
  const VectorClock& Progress() const { return local.store().context.all; }
  core::List<Data> Beyond(const VectorClock& delivered, std::size_t most) const {
    return convergence::Beyond(kept, Progress(), delivered, most);
  }

  void Take(NodeId from, const Data& data, Env& env) {
    if (convergence::IsIn(data.update.dot, Progress())) {
      return Replica::AnnounceRepeated(data.update.dot, from, env);
    }
    convergence::TakePending(data, Progress(), env.config().max_pending, pending);
  }
  void TakeAll(NodeId from, const core::List<Data>& all, Env& env) {
    for (const Data& data : all) Take(from, data, env);
    Deliver(env);
    if (all.size() == env.config().max_batch && inquiries.MayAsk(from, Progress())) AskFor(from, env);
  }
  void Deliver(Env& env) {
    convergence::DeliverPending(Progress(), pending, [&](const Data& data) { Execute(data, env); });
  }
  void Execute(const Data& data, Env& env) {
    env.Announce(facts::UpdateDelivered{{data.update.dot.node, data.update.dot.number}});
    local.Learn(data.update, env);
    Persist(Executed<Machine>{data}, env);
    CheckpointIfDue(env);
  }

  // Once for each, until the timer runs again: what is on its way comes by itself.
  void AskOnce(NodeId from, Env& env) {
    if (inquiries.BeginLately(from)) AskFor(from, env);
  }
  void AskFor(NodeId whom, Env& env) {
    inquiries.Ask(whom, Progress());
    env.Send(whom, Ask{view().number, Progress()});
  }
  // Those members who are not known to have what this client waits for, until enough have it.
  void AskToKeep(const convergence::Waiting<Machine>& client, Env& env) {
    const auto data = kept.find(client.dot);
    if (data == kept.end() || stopped()) return;
    ForEachPeer(env, [&](NodeId peer) {
      if (!client.IsHeldBy(peer)) env.Send(peer, Multicast<Machine>{view().number, data->second});
    });
  }

  void Hear(NodeId from, const VectorClock& delivered, Env& env) {
    reached[from].Join(delivered);
    local.Hear(from, {delivered, {}}, env);
  }

  // What all members have executed nobody will ask for any more, and who has said so has installed the view.
  void DropStable(Env& env) {
    if (reached.size() + 1 < view().members.size()) return;
    const auto stable = [this](const auto& item) {
      return std::all_of(reached.begin(), reached.end(),
                         [&](const auto& other) { return convergence::IsIn(item.first, other.second); });
    };
    if (standing.base || !standing.current.data.empty() || std::any_of(kept.begin(), kept.end(), stable))
      Persist(Stable{convergence::ReachedByAll(Progress(), reached)}, env);
  }

  // --- writes between two views ---------------------------------------------------------------------

  // A client that asks anew has given up on what it asked before.
  void Hold(RequestId id, const Request& request) {
    std::erase_if(held, [&](const Held& other) { return other.id.client == id.client; });
    held.push_back({id, request, watch.now});
  }
  void RefuseOverdue(Env& env) {
    std::erase_if(held, [&](const Held& waiting) {
      if (watch.now - waiting.since < env.config().hold) return false;
      env.Reply(waiting.id, Reply{});
      return true;
    });
  }

  // --- the coordinator ----------------------------------------------------------------------------------

  bool IsSilent(NodeId member, const Env& env) const {
    if (member == env.self()) return false;
    const auto at = watch.heard.find(member);
    return watch.now > (at == watch.heard.end() ? 0 : at->second) + env.config().silence;
  }
  // Calls `f(node)` for those who want to join, and have said so lately.
  template <class F>
  void ForEachJoining(const Env& env, F&& f) const {
    for (const auto& [node, since] : watch.joining) {
      if (!view().Has(node) && watch.now <= since + env.config().silence) f(node);
    }
  }

  // Some member is still being given the state of this view. In the next it would begin anew, so whoever else wants to
  // join waits: or two who are given much would put each other out for ever.
  bool IsBeingJoined(const Env& env) const {
    const auto getting_in = [&](NodeId member) {
      return member != env.self() && reached.count(member) == 0 && !IsSilent(member, env);
    };
    return std::any_of(view().members.begin(), view().members.end(), getting_in);
  }
  // Members come and go. Who cannot be put out, since too few would be left, stays; but a minority stops.
  bool MustChange(const Env& env) const {
    std::size_t joining = 0;
    ForEachJoining(env, [&](NodeId) { ++joining; });
    if (stopped() || watch.called || (joining > 0 && !IsBeingJoined(env))) return true;
    const auto present = [&](NodeId member) { return !IsSilent(member, env); };
    const auto left = static_cast<std::size_t>(std::count_if(view().members.begin(), view().members.end(), present));
    if (left == view().members.size()) return false;
    return left >= env.config().Smallest() || !view().HasMajority(present);
  }
  // The first member who is not silent (Ricciardi & Birman 1991: by rank). If nothing has come of that for long,
  // because he hears too few of us, another one after the other. Who is to lead is never sure: ballots decide.
  bool IsMine(const Env& env) const {
    const auto& members = view().members;
    const auto first =
        std::find_if(members.begin(), members.end(), [&](NodeId member) { return !IsSilent(member, env); });
    if (*first == env.self()) return true;
    const auto rank = std::find(members.begin(), members.end(), env.self()) - members.begin();
    return stopped() && watch.now >= watch.stopped_at + static_cast<std::uint64_t>(2 + rank) * 2 * env.config().silence;
  }
  void Lead(Env& env) {
    if (change) return GoOn(env);
    if (watch.now >= watch.patient_until && MustChange(env) && IsMine(env)) Begin(env);
  }

  // Ours are those that leave our number when divided by how many nodes there are. A ballot is on disk before anybody
  // hears of it, so no other life of ours uses it again.
  void Begin(Env& env) {
    const std::uint64_t nodes = env.config().nodes;
    const std::uint64_t round = std::max(standing.promised, watch.highest).value / nodes + 1;
    Promise(Epoch{round * nodes + core::Number(env.self())}, env);
    change.emplace();
    change->ballot = standing.promised;
    change->since = watch.now;
    change->reports[env.self()] = Progress();
    change->data = kept;
    change->vote = standing.vote;
    GoOn(env);
  }
  // What may have got lost is said again.
  void GoOn(Env& env) {
    if (!change->proposal) ProposeIfReady(env);
    if (change->proposal) return SendProposal(env);
    const auto flush = [&](NodeId node) {
      if (!change->HasReportOf(node)) env.Send(node, Flush{view(), change->ballot, Progress()});
    };
    ForEachPeer(env, flush);
    ForEachJoining(env, flush);
  }

  // A majority has reported, and either all whom we hear have, or we have waited for them.
  void ProposeIfReady(Env& env) {
    const auto reported = [&](NodeId node) { return change->HasReportOf(node); };
    if (!view().HasMajority(reported)) return;
    bool all = std::all_of(view().members.begin(), view().members.end(),
                           [&](NodeId member) { return reported(member) || IsSilent(member, env); });
    ForEachJoining(env, [&](NodeId node) { all = all && reported(node); });
    if (!all && watch.now < change->since + env.config().silence) return;
    // What an acceptor has voted for may be decided already (Paxos Made Simple, P2c).
    if (!change->vote && change->reports.size() < env.config().Smallest()) return;
    change->proposal = change->vote ? change->vote->successor : change->After(view());
    env.Announce(facts::ValueProposed{change->ballot, change->proposal->view.number, NameOf(*change->proposal)});
    SendProposal(env);
  }
  // To ourselves as well: our vote counts like any other when it is on disk.
  void SendProposal(Env& env) const {
    for (const NodeId member : view().members) {
      if (IsAmong(member, change->agreed)) continue;
      env.Send(member, Propose<Machine>{view().number, {change->ballot, *change->proposal}});
    }
  }

  // --- those who stop ------------------------------------------------------------------------------------

  // On disk before the report leaves: what is executed here in this view will never be more than it says.
  void Promise(Epoch ballot, Env& env) {
    if (ballot == standing.promised && stopped()) return;
    if (!stopped()) watch.stopped_at = watch.now;
    Persist(Promised{ballot}, env);
    env.Announce(facts::BallotPromised{ballot});
    pending.clear();
  }
  // To the coordinator of a ballot that is not below what we have promised.
  void LeaveItTo(NodeId from, Epoch ballot, Env& env) {
    if (from == env.self()) return;
    change.reset();
    if (ballot > standing.promised) watch.patient_until = watch.now + env.config().silence;
  }
  // To a view that we are not in, and now install none up to it: or what we have would not stay what we report.
  void ReportFromOutside(NodeId from, const Flush& m, Env& env) {
    if (m.view.Has(env.self())) return AskOnce(from, env);  // but we have not installed it yet
    if (standing.stopped < m.view.number) Persist(Stopped{m.view.number}, env);
    env.Send(from, Flushed<Machine>{m.ballot, Progress(), Beyond(m.executed, kAll), {}});
  }

  // --- those who go on ------------------------------------------------------------------------------------

  // What others executed in the old view is executed in the old view here, too.
  void Survive(const Successor& next, Env& env) {
    pending.clear();
    for (const Data& data : next.data) convergence::TakePending(data, Progress(), kAll, pending);
    Deliver(env);
    Persist(Installed<Machine>{next}, env);
    Enter(env);
  }
  // Once we have all of its state.
  void JoinLatest(Env& env) {
    convergence::CausalContext known = local.store().context;
    for (const auto& update : outside->updates) {
      local.Learn(update, env);
      known.Add(update.dot);
    }
    convergence::CausalContext{outside->latest.cut, {}}.ForEachBeyond(
        known, [&](const Dot& dot) { Replica::AnnounceKnown(dot, env); });
    Persist(Joined<Machine>{outside->latest, outside->updates}, env);
    AnnounceProgress(env);
    Enter(env);
  }
  void Enter(Env& env) {
    pending.clear();
    reached.clear();
    change.reset();
    outside.reset();
    watch.called = false;
    watch.patient_until = watch.now;
    ForEachPeer(env, [&](NodeId peer) { watch.heard[peer] = watch.now; });
    AnnounceView(env);
    ForEachPeer(env, [&](NodeId peer) { Tell(peer, env); });
    for (const Held& write : std::exchange(held, {})) On(write.id, write.request, env);
    CheckpointIfDue(env);
  }

  // All are told, or who is given much of a state would be taken for silent before it has it.
  void GetIn(Env& env) {
    const View& latest = outside->latest.view;
    for (const NodeId member : latest.members) {
      if (member != env.self()) env.Send(member, Join{latest.number});
    }
    if (!latest.Has(env.self())) return;
    const NodeId member = latest.members[watch.now % latest.members.size()];
    if (member != env.self()) env.Send(member, Fetch{latest.number, Progress(), outside->after});
  }
};

using Node = NodeOf<machines::KeyValue>;
static_assert(core::Node<Node>);

}  // namespace virtual_synchrony
