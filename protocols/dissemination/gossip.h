// Gossip: anti-entropy (Demers et al., "Epidemic algorithms for replicated database maintenance", 1987, §1.3). From
// time to time each node tells one other, in turn, what it knows, by name; each then sends what the other lacks (push
// and pull). Every node answers every request by itself, on whichever side of a partition it is.
//
// What is written is on disk before anybody hears of it, and its name with it, so that no name is given twice and
// nothing new taken for something known (founding document F66). With `acks` above 1 a client is told
// only once so many nodes have it on disk, which is known from what they say that they know.
//
// With rumours on, who learns of something new tells it to a few others at once and then no more (Demers et
// al., §1.4, "blind" and "coin" with k=1); what that misses anti-entropy brings.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <variant>

#include "protocols/clocks/hybrid_logical_clock.h"
#include "protocols/clocks/version_vector.h"
#include "protocols/convergence/store.h"
#include "protocols/core/env.h"
#include "protocols/core/facts.h"
#include "protocols/core/variants.h"
#include "protocols/machines/key_value.h"
#include "protocols/machines/machine.h"
#include "protocols/replication/client.h"

namespace gossip {

using clocks::CausalContext;
using clocks::Dot;
using core::NodeId;
using core::RequestId;

inline constexpr std::string_view kSummary = "gossip: every node answers by itself, and all converge (anti-entropy)";

struct Config {
  std::uint32_t nodes = 5;
  core::Between pause{std::chrono::milliseconds(50), std::chrono::milliseconds(100)};
  std::uint32_t max_batch = 64;
  std::uint32_t acks = 1;
  std::uint32_t rumours = 2;
  core::Duration max_offset = std::chrono::milliseconds(500);
  std::uint32_t checkpoint_every = 1'000;

  template <class F>
  static void ForEachParameter(F&& f) {
    f("pause", &Config::pause, "from one exchange with another node to the next");
    f("max_batch", &Config::max_batch, "updates in one message at most");
    f("acks", &Config::acks, "nodes that have a write on disk before its client is told so");
    f("rumours", &Config::rumours, "how many others are told of something new at once");
    f("max_offset", &Config::max_offset, "timestamps that are further ahead do not move our own clock");
    f("checkpoint_every", &Config::checkpoint_every, "records from one checkpoint of the journal to the next");
  }

  std::uint32_t Acks() const { return std::min(acks, nodes); }
  // Fewer than half of so many may be out of reach for ever: else nobody may be left who has what was acknowledged, or
  // too few to acknowledge anything.
  std::uint32_t Electorate() const { return 2 * std::min(Acks(), nodes - Acks() + 1) - 1; }
  // How long a healthy cluster may take to tell everybody: some rounds, for who is asked in turn.
  core::Duration Patience() const { return pause.max * (2 * nodes + 4); }

  template <class Draw>
  void Randomize(core::Duration round_trip, Draw&& draw) {
    const auto least = std::chrono::floor<std::chrono::milliseconds>(round_trip) + std::chrono::milliseconds(10);
    pause.min = least * static_cast<std::int64_t>(1 + draw(4));
    pause.max = pause.min * static_cast<std::int64_t>(1 + draw(3));
    max_batch = std::uint32_t{1} << draw(8);
    acks = 1 + static_cast<std::uint32_t>(draw(3));
    rumours = static_cast<std::uint32_t>(draw(4));
    checkpoint_every = 1 + static_cast<std::uint32_t>(draw(draw(2) == 0 ? 20 : 500));
  }
};

template <machines::Convergent Machine>
struct NodeOf {
  using Command = typename Machine::Command;
  using Config = gossip::Config;
  using Env = core::Env<NodeOf>;
  using Update = convergence::Update<Machine>;
  using Delta = convergence::Delta<Machine>;
  using Store = convergence::Store<Machine>;
  using Clients = replication::Clients<Machine>;
  using Request = replication::Request<Machine>;
  using Reply = replication::Reply<Machine>;

  // This is what I know.
  struct Syn {
    CausalContext context;
  };
  // This is what you lack of what I have, and what I know.
  struct Ack {
    Delta delta;
    CausalContext context;
  };
  // And this is what you lacked.
  struct Ack2 {
    Delta delta;
  };
  struct Rumour {
    Update update;
  };
  using Message = std::variant<Syn, Ack, Ack2, Rumour>;

  // What a client wrote here last. The network may bring it again, later than something that came after it.
  struct Served {
    std::uint64_t sequence{};
    Dot dot;
    typename Machine::Result result;
  };

  // A client's, here, and what it is told.
  struct Written {
    Update update;
    RequestId request;
    typename Machine::Result result;
  };
  // Another node's.
  struct Learned {
    Update update;
  };
  struct Known {
    CausalContext context;
  };
  // All that is durable.
  struct Checkpoint {
    static constexpr bool kCheckpoint = true;
    clocks::HybridTime last;
    Store store;
    std::map<core::ClientId, Served> served;
  };
  using Record = std::variant<Written, Learned, Known, Checkpoint>;

  using Fact = core::JoinVariants<std::variant<facts::UpdatesRecovered, facts::UpdateIssued, facts::UpdateKnown,
                                               facts::UpdateStands, facts::UpdateAcknowledged>,
                                  typename Machine::Fact>;
  enum class Timer : std::uint8_t { kGossip };

  // A client that is told once enough nodes have its write.
  struct Waiting {
    RequestId request;
    Dot dot;
    core::List<NodeId> holders;  // but ourselves
    typename Machine::Result result;
  };

  // Durable: changed only by Replay.
  Store store;
  clocks::HybridTime last_written;
  std::map<core::ClientId, Served> served;  // if the machine minds to be told twice
  // Volatile.
  Machine machine;  // after all updates that stand
  clocks::HybridClock clock;
  core::List<Waiting> waiting;
  core::List<NodeId> turn;  // whom to talk to next, from the back; each once until all have been (SWIM, §4.3)
  std::uint32_t records{};  // since the last checkpoint

  void Start(Env& env) {
    clock.last = last_written;
    machine.Clear([&env](const auto& fact) { env.Announce(fact); });
    AnnounceStore(env);
    env.Arm(Timer::kGossip, env.config().pause);
  }

  void Replay(const Written& record) {
    last_written = record.update.time;
    store.Take(record.update);
    if constexpr (!machines::Idempotent<Machine>) {
      served[record.request.client] = {record.request.sequence, record.update.dot, record.result};
    }
  }
  void Replay(const Learned& record) { store.Take(record.update); }
  void Replay(const Known& record) { store.TakeContext(record.context); }
  void Replay(const Checkpoint& record) {
    last_written = record.last;
    store = record.store;
    served = record.served;
  }

  // The durable fields, for whoever proves that a crash restores them.
  core::Fingerprint DurableFingerprint() const {
    core::Fingerprint fingerprint;
    core::Absorb(fingerprint, last_written);
    core::Absorb(fingerprint, store);
    core::Absorb(fingerprint, served);
    return fingerprint.Finished();
  }

  // --- anti-entropy ---------------------------------------------------------------------------

  void On(Timer, Env& env) {
    env.Arm(Timer::kGossip, env.config().pause);
    if (env.config().nodes > 1) env.Send(NextInTurn(env), Syn{store.context});
  }

  void On(NodeId from, const Syn& m, Env& env) {
    Hear(from, m.context, env);
    Delta delta = store.Since(m.context, env.config().max_batch);
    // Who knows the same need say no more.
    if (delta.empty() && store.context.Covers(m.context)) return;
    env.Send(from, Ack{std::move(delta), store.context});
  }

  void On(NodeId from, const Ack& m, Env& env) {
    Hear(from, m.context, env);
    Take(m.delta, env);
    Delta delta = store.Since(m.context, env.config().max_batch);
    if (!delta.empty()) env.Send(from, Ack2{std::move(delta)});
  }

  void On(NodeId, const Ack2& m, Env& env) { Take(m.delta, env); }

  // --- rumours ----------------------------------------------------------------------------------

  void On(NodeId from, const Rumour& m, Env& env) {
    if (Learn(m.update, env)) Spread(m.update, env);
    // Whoever wrote it may be counting who has it.
    if (from == m.update.dot.node && env.config().Acks() > 1) env.Send(from, Ack{{}, store.context});
  }

  // --- requests -----------------------------------------------------------------------------------

  void On(RequestId id, const Request& request, Env& env) {
    if (request.ordered()) return env.Reply(id, Reply{});  // nobody votes, nobody leads
    if constexpr (machines::Readable<Machine>) {
      if (auto result = machine.Read(request.command)) return env.Reply(id, Reply{std::move(result), {}, {}});
    }
    const auto before = served.find(id.client);
    if (before != served.end() && id.sequence <= before->second.sequence) {
      if (id.sequence == before->second.sequence) Wait({id, before->second.dot, {}, before->second.result}, env);
      return;
    }
    const Update update{NextDot(env), TimeFor(request.command, env), request.command};
    auto result = machine.Apply(update.command, [&env](const auto& fact) { env.Announce(fact); });
    Persist(Written{update, id, result}, env);
    env.Announce(facts::UpdateIssued{NameOf(update.dot), Machine::Subject(request.command)});
    AnnounceStanding(update, env);
    AnnounceKnown(update.dot, env);
    Spread(update, env);
    Wait({id, update.dot, {}, std::move(result)}, env);
    CheckpointIfDue(env);
  }

  // --- what a message carries ------------------------------------------------------------------

  // The commands, from node to node.
  template <class M, class F>
  static void ForEachCommand(const M& message, F&& f) {
    if constexpr (requires { message.delta; }) {
      for (const Update& update : message.delta.updates) f(update.command);
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

  // A journal of what stands and what does not is as long as there were updates; what stands is less.
  void CheckpointIfDue(Env& env) {
    if (records < std::max<std::uint64_t>(env.config().checkpoint_every, store.standing.size())) return;
    Persist(Checkpoint{last_written, store, served}, env);
    records = 0;
  }

  static facts::UpdateName NameOf(const Dot& dot) { return {dot.node, dot.number}; }

  Dot NextDot(const Env& env) const { return {env.self(), store.context.all[env.self()] + 1}; }

  static void AnnounceStanding(const Update& update, Env& env) {
    env.Announce(
        facts::UpdateStands{NameOf(update.dot), Machine::Subject(update.command), update.time.wall, update.time.count});
  }
  static void AnnounceKnown(const Dot& dot, Env& env) { env.Announce(facts::UpdateKnown{NameOf(dot)}); }
  // First what stands: at every moment what is known is what a store can be made of.
  void AnnounceStore(Env& env) {
    env.Announce(facts::UpdatesRecovered{});
    for (const auto& [dot, update] : store.standing) {
      Stand(update, env);
      AnnounceKnown(dot, env);
    }
    store.context.ForEachBeyond({}, [&](const Dot& dot) {
      if (store.standing.count(dot) == 0) AnnounceKnown(dot, env);
    });
  }

  // Above that of whatever the client may have read here of the same thing; else as near the wall clock as can be.
  clocks::HybridTime TimeFor(const Command& command, Env& env) {
    const clocks::HybridTime time = clock.Tick(env.self(), env.wall());
    const Update* held = store.About(Machine::Subject(command));
    return held == nullptr || held->time < time ? time : held->time.Next(env.self());
  }

  // It is the last word on its subject here.
  void Stand(const Update& update, Env& env) {
    AnnounceStanding(update, env);
    machine.Apply(update.command, [&env](const auto& fact) { env.Announce(fact); });
  }

  // Whether it was news.
  bool Learn(const Update& update, Env& env) {
    if (store.context.Contains(update.dot)) return false;
    clock.Receive(env.self(), update.time, env.wall(), env.config().max_offset);
    const Update* held = store.About(Machine::Subject(update.command));
    const bool stands = held == nullptr || update.IsLaterThan(*held);
    Persist(Learned{update}, env);
    if (stands) Stand(update, env);
    AnnounceKnown(update.dot, env);
    CheckpointIfDue(env);
    return true;
  }

  void Take(const Delta& delta, Env& env) {
    for (const Update& update : delta.updates) Learn(update, env);
    if (store.context.Covers(delta.context)) return;
    delta.context.ForEachBeyond(store.context, [&](const Dot& dot) { AnnounceKnown(dot, env); });
    Persist(Known{delta.context}, env);
    CheckpointIfDue(env);
  }

  void Spread(const Update& update, Env& env) {
    for (std::uint32_t told = 0; told < env.config().rumours && env.config().nodes > 1; ++told) {
      env.Send(Other(env.Draw(env.config().nodes - 1), env), Rumour{update});
    }
  }

  // The `place`th of all nodes but ourselves.
  static NodeId Other(std::uint64_t place, const Env& env) {
    return NodeId{static_cast<std::uint32_t>(place + (place >= core::Number(env.self())))};
  }
  NodeId NextInTurn(Env& env) {
    if (turn.empty()) {
      for (std::uint64_t place = 0; place + 1 < env.config().nodes; ++place) {
        turn.push_back(Other(place, env));
        std::swap(turn.back(), turn[env.Draw(place + 1)]);
      }
    }
    const NodeId next = turn.back();
    turn.pop_back();
    return next;
  }

  // --- who is told, and when ----------------------------------------------------------------------

  // What a node says that it knows is on its disk.
  void Hear(NodeId from, const CausalContext& theirs, Env& env) {
    for (Waiting& client : waiting) {
      const bool counted = std::find(client.holders.begin(), client.holders.end(), from) != client.holders.end();
      if (!counted && theirs.Contains(client.dot)) client.holders.push_back(from);
    }
    AnswerThoseWhoCanBe(env);
  }
  // A client that asks anew has given up on what it asked before.
  void Wait(Waiting client, Env& env) {
    std::erase_if(waiting, [&](const Waiting& other) { return other.request.client == client.request.client; });
    waiting.push_back(std::move(client));
    AnswerThoseWhoCanBe(env);
  }
  void AnswerThoseWhoCanBe(Env& env) {
    std::erase_if(waiting, [&](Waiting& client) {
      if (client.holders.size() + 1 < env.config().Acks()) return false;
      env.Announce(facts::UpdateAcknowledged{NameOf(client.dot), env.config().Acks()});
      env.Reply(client.request, Reply{std::move(client.result), {}, {}});
      return true;
    });
  }
};

using Node = NodeOf<machines::KeyValue>;
static_assert(core::Node<Node>);

}  // namespace gossip
