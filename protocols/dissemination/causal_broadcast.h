// Causal broadcast (Birman, Schiper & Stephenson, "Lightweight causal and atomic group multicast", 1991, §5, here
// "BSS91"): every node answers by itself, and tells all others what it writes; nobody executes an update before all
// that its writer had executed before it.
//
// The network loses packets and writers crash half-way, so whoever has executed an update keeps it until it knows
// that all others have executed it too, and gives it to whoever lacks it; a gap is asked for at once, everything else
// by telling each other, from time to time, how far one has come.
//
// Of concurrent updates about the same thing the later one stands, as everywhere here, so replicas converge as
// well (causal+ consistency; Lloyd et al., "Don't settle for eventual", 2011, §3).
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <variant>

#include "protocols/clocks/vector_clock.h"
#include "protocols/clocks/version_vector.h"
#include "protocols/convergence/causal_delivery.h"
#include "protocols/convergence/replica.h"
#include "protocols/convergence/turn.h"
#include "protocols/core/env.h"
#include "protocols/machines/key_value.h"
#include "protocols/machines/machine.h"
#include "protocols/replication/client.h"

namespace causal_broadcast {

using clocks::Dot;
using clocks::VectorClock;
using core::NodeId;
using core::RequestId;

inline constexpr std::string_view kSummary =
    "causal broadcast: every node answers by itself, and effects never overtake their causes";

struct Config {
  std::uint32_t nodes = 5;
  core::Between pause{std::chrono::milliseconds(50), std::chrono::milliseconds(100)};
  std::uint32_t max_batch = 64;
  std::uint32_t max_pending = 1'000;
  std::uint32_t acks = 1;
  core::Duration max_offset = std::chrono::milliseconds(500);
  std::uint32_t checkpoint_every = 1'000;
  convergence::Conflicts conflicts = convergence::Conflicts::kLastWriter;

  template <class F>
  static void ForEachParameter(F&& f) {
    f("pause", &Config::pause, "from telling one node how far we have come to telling the next");
    f("max_batch", &Config::max_batch, "updates in one message at most, where some are missing");
    f("max_pending", &Config::max_pending, "updates that wait for their causes at most; others are asked for again");
    convergence::ForEachReplicaParameter<Config>(f);
  }

  std::uint32_t Electorate() const { return convergence::ElectorateOf(*this); }
  core::Duration Patience() const { return pause.max * (2 * nodes + 4); }

  template <class Draw>
  void Randomize(core::Duration round_trip, Draw&& draw) {
    const auto least = std::chrono::floor<std::chrono::milliseconds>(round_trip) + std::chrono::milliseconds(10);
    pause.min = least * static_cast<std::int64_t>(1 + draw(4));
    pause.max = pause.min * static_cast<std::int64_t>(1 + draw(3));
    max_batch = std::uint32_t{1} << draw(8);
    max_pending = std::uint32_t{1} << draw(11);
    convergence::RandomizeReplica(*this, draw);
  }
};

template <machines::Convergent Machine>
struct NodeOf {
  using Config = causal_broadcast::Config;
  using Env = core::Env<NodeOf>;
  using Update = convergence::Update<Machine>;
  using Replica = convergence::Replica<Machine>;
  using Clients = replication::Clients<Machine>;
  using Request = replication::Request<Machine>;
  using Reply = replication::Reply<Machine>;

  using Data = convergence::Data<Machine>;
  // So far have I come.
  struct Delivered {
    VectorClock delivered;
  };
  // Give me what lies behind that.
  struct Ask {
    VectorClock delivered;
  };
  // You lacked these, after the others that have left before; and so far have I come.
  struct Missing {
    core::List<Data> data;
    VectorClock delivered;
  };
  // And you lacked these, too.
  struct Rest {
    core::List<Data> data;
  };
  using Message = std::variant<Data, Delivered, Ask, Missing, Rest>;

  // A client's, here.
  struct Written {
    convergence::Write<Machine> write;
    VectorClock causes;
  };
  // Another node's, executed here.
  struct Executed {
    Data data;
  };
  // All have executed what is in it.
  struct Stable {
    VectorClock everywhere;
  };
  struct Checkpoint {
    static constexpr bool kCheckpoint = true;
    convergence::Durable<Machine> durable;
    convergence::DataByDot<Machine> kept;
  };
  using Record = std::variant<Written, Executed, Stable, Checkpoint>;

  using Fact =
      core::JoinVariants<convergence::Facts<Machine>, std::variant<facts::UpdateDelivered, facts::DeliveryRecovered>>;
  enum class Timer : std::uint8_t { kTell };

  // Durable: changed only by Replay. Of the replica, `durable` is.
  Replica local;
  convergence::DataByDot<Machine> kept;  // executed here, and not known to be so everywhere
  // Volatile.
  convergence::DataByDot<Machine> pending;  // came before its causes
  std::map<NodeId, VectorClock> reached;    // how far others have come, they said last
  convergence::Turn turn;
  convergence::Inquiries inquiries;
  std::uint32_t records{};  // since the last checkpoint

  const Replica& replica() const { return local; }

  void Start(Env& env) {
    for (const auto& count : Progress().counts) {
      env.Announce(facts::DeliveryRecovered{count.process, count.events});
    }
    local.Recover(env);
    env.Arm(Timer::kTell, env.config().pause);
  }

  void Replay(const Written& record) {
    local.durable.Take(record.write);
    kept.emplace(record.write.update.dot, Data{record.write.update, record.causes});
  }
  void Replay(const Executed& record) {
    local.durable.store.Take(record.data.update);
    kept.emplace(record.data.update.dot, record.data);
  }
  void Replay(const Stable& record) {
    std::erase_if(kept, [&](const auto& item) { return convergence::IsIn(item.first, record.everywhere); });
  }
  void Replay(const Checkpoint& record) {
    local.durable = record.durable;
    kept = record.kept;
  }

  // The durable fields, for whoever proves that a crash restores them.
  core::Fingerprint DurableFingerprint() const {
    core::Fingerprint fingerprint;
    core::Absorb(fingerprint, local.durable);
    core::Absorb(fingerprint, kept);
    return fingerprint.Finished();
  }

  // --- broadcast (BSS91, §5.1) -----------------------------------------------------------------

  // Its writer delivers it to itself at once.
  void On(RequestId id, const Request& request, Env& env) {
    if (local.Answers(id, request, env)) return;
    const VectorClock causes = Progress();
    const convergence::Write<Machine> write = local.Execute(id, request, env);
    env.Announce(facts::UpdateDelivered{{write.update.dot.node, write.update.dot.number}});
    Persist(Written{write, causes}, env);
    convergence::ForEachOther(env, [&](NodeId other) { env.Send(other, Data{write.update, causes}); });
    local.Wait(write, env);
    CheckpointIfDue(env);
  }

  void On(NodeId from, const Data& m, Env& env) {
    Take(from, m, env);
    Deliver(env);
    if (pending.count(m.update.dot) > 0) AskForCauses(from, env);
    // Whoever wrote it may be counting who has it.
    if (from == m.update.dot.node && convergence::AcksOf(env.config()) > 1) env.Send(from, Delivered{Progress()});
  }
  void On(NodeId from, const Delivered& m, Env& env) {
    inquiries.Answered(from);
    Hear(from, m.delivered, env);
  }

  // --- what got lost ------------------------------------------------------------------------------

  void On(Timer, Env& env) {
    env.Arm(Timer::kTell, env.config().pause);
    inquiries.OnTimer();
    DropStable(env);
    if (env.config().nodes > 1) AskFor(turn.Next(env), env);
    for (const auto& client : local.waiting) AskToKeep(client, env);
  }

  void On(NodeId from, const Ask& m, Env& env) {
    Hear(from, m.delivered, env);
    core::List<Data> missing =
        convergence::LastBeyond(kept, Progress(), m.delivered, env.config().max_batch,
                                [&](core::List<Data> data) { env.Send(from, Rest{std::move(data)}); });
    if (missing.empty() && Progress().Covers(m.delivered)) return env.Send(from, Delivered{Progress()});
    env.Send(from, Missing{std::move(missing), Progress()});
  }

  void On(NodeId from, const Missing& m, Env& env) {
    inquiries.Answered(from);
    TakeAll(from, m.data, env);
    Hear(from, m.delivered, env);
    core::List<Data> missing = Beyond(m.delivered, env.config().max_batch);
    if (!missing.empty()) env.Send(from, Rest{std::move(missing)});
  }
  void On(NodeId from, const Rest& m, Env& env) { TakeAll(from, m.data, env); }

  // --- what a message carries ------------------------------------------------------------------

  // The commands, from node to node.
  template <class M, class F>
  static void ForEachCommand(const M& message, F&& f) {
    if constexpr (requires { message.data; }) {
      for (const Data& data : message.data) f(data.update.command);
    } else if constexpr (requires { message.update; }) {
      f(message.update.command);
    }
  }

 private:
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
    Persist(Checkpoint{local.WithoutOldRemovals(env), kept}, env);
    records = 0;
  }

  // How far we have come with each node's updates. Nothing is executed out of order, so that says it all.
  const VectorClock& Progress() const { return local.store().context.all; }

  void TakeAll(NodeId from, const core::List<Data>& all, Env& env) {
    for (const Data& data : all) Take(from, data, env);
    Deliver(env);
    if (all.size() == env.config().max_batch && inquiries.MayAsk(from, Progress())) AskFor(from, env);
  }

  void Take(NodeId from, const Data& data, Env& env) {
    if (convergence::IsIn(data.update.dot, Progress())) {
      return Replica::AnnounceRepeated(data.update.dot, from, env);
    }
    convergence::TakePending(data, Progress(), env.config().max_pending, pending);
  }
  void Deliver(Env& env) {
    convergence::DeliverPending(Progress(), pending, [&](const Data& data) { Execute(data, env); });
  }
  void Execute(const Data& data, Env& env) {
    env.Announce(facts::UpdateDelivered{{data.update.dot.node, data.update.dot.number}});
    local.Learn(data.update, env);
    Persist(Executed{data}, env);
    CheckpointIfDue(env);
  }

  // Once for each, until the timer runs again: what is on its way comes by itself.
  void AskForCauses(NodeId from, Env& env) {
    if (inquiries.BeginLately(from)) AskFor(from, env);
  }
  void AskFor(NodeId whom, Env& env) {
    inquiries.Ask(whom, Progress());
    env.Send(whom, Ask{Progress()});
  }
  // Those who are not known to have what this client waits for, until enough have it.
  void AskToKeep(const convergence::Waiting<Machine>& client, Env& env) {
    const auto data = kept.find(client.dot);
    if (data == kept.end()) return;
    convergence::ForEachMissing(client, env, [&](NodeId other) { env.Send(other, data->second); });
  }

  // What we have that one who has come so far lacks.
  core::List<Data> Beyond(const VectorClock& delivered, std::size_t most) const {
    return convergence::Beyond(kept, Progress(), delivered, most);
  }

  void Hear(NodeId from, const VectorClock& delivered, Env& env) {
    reached[from].Join(delivered);
    local.Hear(from, {delivered, {}}, env);
  }

  // What all have executed nobody will ask for any more.
  void DropStable(Env& env) {
    if (kept.empty() || reached.size() + 1 < env.config().nodes) return;
    const bool stable =
        std::any_of(kept.begin(), kept.end(), [this](const auto& item) { return IsStable(item.first); });
    if (!stable) return;
    Persist(Stable{convergence::ReachedByAll(Progress(), reached)}, env);
  }
  bool IsStable(const Dot& dot) const {
    return std::all_of(reached.begin(), reached.end(),
                       [&](const auto& other) { return convergence::IsIn(dot, other.second); });
  }
};

using Node = NodeOf<machines::KeyValue>;
static_assert(core::Node<Node>);

}  // namespace causal_broadcast
