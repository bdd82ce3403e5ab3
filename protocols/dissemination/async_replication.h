// Asynchronous replication: every node answers by itself and streams what it has written to each of the others, one
// batch at a time, again and less and less often until it is told that they have it (hinted hand-off, with the
// hints in the store itself; DeCandia et al., "Dynamo", 2007, §4.6).
//
// What is written is on disk before its client hears of it; a stream has no queue of its own, so nothing in it
// can be lost, overflow or block another (founding document F49, F54); what comes twice is known by its name (F53);
// and what a node wrote that is gone for good, whoever has it passes on by anti-entropy (F51).
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>

#include "protocols/clocks/version_vector.h"
#include "protocols/convergence/anti_entropy.h"
#include "protocols/convergence/replica.h"
#include "protocols/convergence/turn.h"
#include "protocols/core/env.h"
#include "protocols/core/pool.h"
#include "protocols/machines/key_value.h"
#include "protocols/machines/machine.h"
#include "protocols/replication/client.h"

namespace async_replication {

using clocks::CausalContext;
using clocks::Dot;
using core::NodeId;
using core::RequestId;

inline constexpr std::string_view kSummary =
    "asynchronous replication: every node answers by itself and streams what it wrote to the others";

struct Config {
  std::uint32_t nodes = 5;
  core::Duration tick = std::chrono::milliseconds(50);
  std::uint32_t max_batch = 64;
  std::uint32_t max_backoff = 16;
  std::uint32_t repair_every = 4;
  std::uint32_t acks = 1;
  std::uint32_t digest_above = 64;
  core::Duration max_offset = std::chrono::milliseconds(500);
  std::uint32_t checkpoint_every = 1'000;
  convergence::Conflicts conflicts = convergence::Conflicts::kLastWriter;

  template <class F>
  static void ForEachParameter(F&& f) {
    f("tick", &Config::tick, "how long a batch may be without an answer, the first time; longer than an answer takes");
    f("max_batch", &Config::max_batch, "updates in one message at most");
    f("max_backoff", &Config::max_backoff, "ticks between two attempts at most; each is twice as long as the last");
    f("repair_every", &Config::repair_every, "ticks from one exchange of all that is known to the next");
    convergence::ForEachAntiEntropyParameter<Config>(f);
    convergence::ForEachReplicaParameter<Config>(f);
  }

  std::uint32_t Electorate() const { return convergence::ElectorateOf(*this); }
  // How long a healthy cluster may take to tell everybody: a stream that has backed off, then repairs in turn.
  core::Duration Patience() const { return tick * (max_backoff + repair_every * (2 * nodes + 4)); }

  template <class Draw>
  void Randomize(core::Duration round_trip, Draw&& draw) {
    const auto least = std::chrono::floor<std::chrono::milliseconds>(round_trip) + std::chrono::milliseconds(10);
    tick = least * static_cast<std::int64_t>(1 + draw(3));
    max_batch = std::uint32_t{1} << draw(8);
    max_backoff = std::uint32_t{1} << draw(5);
    repair_every = 1 + static_cast<std::uint32_t>(draw(6));
    convergence::RandomizeAntiEntropy(*this, draw);
    convergence::RandomizeReplica(*this, draw);
  }
};

template <machines::Convergent Machine>
struct NodeOf {
  using Config = async_replication::Config;
  using Env = core::Env<NodeOf>;
  using Update = convergence::Update<Machine>;
  using Clients = replication::Clients<Machine>;
  using Request = replication::Request<Machine>;
  using Reply = replication::Reply<Machine>;
  using Probe = convergence::Probe;
  using Syn = convergence::Syn;
  using Ack = convergence::Ack<Machine>;
  using Ack2 = convergence::Ack2<Machine>;

  // What the sender has written, in its order.
  struct Batch {
    core::List<Update> updates;
  };
  // It is on disk here, and so is all of that.
  struct Took {
    CausalContext context;
  };
  using Message = std::variant<Batch, Took, Probe, Syn, Ack, Ack2>;
  using Record = convergence::Records<Machine>;
  using Fact = convergence::Facts<Machine>;
  enum class Timer : std::uint8_t { kTick };

  // To one other node.
  struct Stream {
    CausalContext known;      // there, as it said last
    std::uint32_t wait{};     // ticks until the batch under way is sent again; 0: none is
    Dot last;                 // of that batch
    std::uint32_t backoff{};  // ticks it was waited the last time
  };

  convergence::AntiEntropy<Machine> anti_entropy;
  // Volatile.
  core::List<Stream> streams;  // by node
  std::uint32_t ticks{};       // since the last repair

  const convergence::Replica<Machine>& replica() const { return anti_entropy.replica; }

  void Start(Env& env) {
    anti_entropy.replica.Recover(env);
    streams.resize(env.config().nodes);
    // Nobody knows any more what the others have: they will say.
    convergence::ForEachOther(env, [&](NodeId other) { SendBatch(other, env); });
    env.Arm(Timer::kTick, OneTick(env));
  }

  template <class R>
  void Replay(const R& record) {
    anti_entropy.Replay(record);
  }

  // The durable fields, for whoever proves that a crash restores them.
  core::Fingerprint DurableFingerprint() const { return core::FingerprintOf(replica().durable); }

  // --- streams ----------------------------------------------------------------------------------

  void On(RequestId id, const Request& request, Env& env) {
    if (anti_entropy.replica.Answers(id, request, env)) return;
    const convergence::Write<Machine> write = anti_entropy.Execute(id, request, env);
    // Those who have a batch under way get it with the next.
    convergence::ForEachOther(env, [&](NodeId other) {
      if (StreamTo(other).wait == 0) SendBatch(other, env);
    });
    anti_entropy.replica.Wait(write, env);
  }

  void On(NodeId from, const Batch& m, Env& env) {
    for (const Update& update : m.updates) anti_entropy.Learn(from, update, env);
    env.Send(from, Took{anti_entropy.context()});
  }

  void On(NodeId from, const Took& m, Env& env) {
    Stream& stream = StreamTo(from);
    stream.known.Join(m.context);
    anti_entropy.replica.Hear(from, m.context, env);
    // One answer is enough to go on: what the network repeats would begin another conversation each time.
    if (stream.wait > 0 && !m.context.Contains(stream.last)) return;
    stream.wait = stream.backoff = 0;
    SendBatch(from, env);
  }

  void On(Timer, Env& env) {
    env.Arm(Timer::kTick, OneTick(env));
    convergence::ForEachOther(env, [&](NodeId other) {
      Stream& stream = StreamTo(other);
      if (stream.wait > 0 && --stream.wait == 0) SendBatch(other, env);
    });
    if (++ticks < env.config().repair_every) return;
    ticks = 0;
    anti_entropy.Tell(env);
  }

  // --- repair ---------------------------------------------------------------------------------------

  void On(NodeId from, const Probe& m, Env& env) { anti_entropy.On(from, m, env); }
  void On(NodeId from, const Syn& m, Env& env) { anti_entropy.On(from, m, env); }
  void On(NodeId from, const Ack& m, Env& env) { anti_entropy.On(from, m, env); }
  void On(NodeId from, const Ack2& m, Env& env) { anti_entropy.On(from, m, env); }

  // --- what a message carries ------------------------------------------------------------------

  // The commands, from node to node.
  template <class M, class F>
  static void ForEachCommand(const M& message, F&& f) {
    if constexpr (requires { message.updates; }) {
      for (const Update& update : message.updates) f(update.command);
    }
  }

 private:
  static core::Between OneTick(const Env& env) { return {env.config().tick, env.config().tick}; }
  Stream& StreamTo(NodeId node) { return streams[core::Number(node)]; }

  // The first that we have written and this one is not known to have. What something later has replaced goes without
  // saying. Each attempt waits twice as long as the last, whatever became of that (F52).
  void SendBatch(NodeId to, Env& env) {
    Stream& stream = StreamTo(to);
    Batch batch;
    const auto& standing = replica().store().standing;
    auto at = standing.lower_bound(Dot{env.self(), stream.known.all[env.self()] + 1});
    for (; at != standing.end() && at->first.node == env.self() && batch.updates.size() < env.config().max_batch;
         ++at) {
      if (!stream.known.Contains(at->first)) batch.updates.push_back(at->second);
    }
    if (batch.updates.empty()) return;
    stream.backoff = std::clamp(2 * stream.backoff, std::uint32_t{1}, env.config().max_backoff);
    stream.wait = stream.backoff;
    stream.last = batch.updates.back().dot;
    env.Send(to, std::move(batch));
  }
};

using Node = NodeOf<machines::KeyValue>;
static_assert(core::Node<Node>);

}  // namespace async_replication
