// Gossip (Demers et al., "Epidemic algorithms for replicated database maintenance", 1987): from time to time each node
// exchanges with one other, in turn, what either lacks. Every node answers every request by itself, on
// whichever side of a partition it is.
//
// With rumours on, who learns of something new tells it to a few others at once and then no more (Demers et
// al., §1.4, "blind" and "coin" with k=1); what that misses anti-entropy brings. Whom a client waits for is asked at
// once and again, or its answer would take as long as anti-entropy does.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "protocols/convergence/anti_entropy.h"
#include "protocols/convergence/replica.h"
#include "protocols/convergence/turn.h"
#include "protocols/core/env.h"
#include "protocols/machines/key_value.h"
#include "protocols/machines/machine.h"
#include "protocols/replication/client.h"

namespace gossip {

using core::NodeId;
using core::RequestId;

inline constexpr std::string_view kSummary = "gossip: every node answers by itself, and all converge (anti-entropy)";

struct Config {
  std::uint32_t nodes = 5;
  core::Between pause{std::chrono::milliseconds(50), std::chrono::milliseconds(100)};
  std::uint32_t max_batch = 64;
  std::optional<std::uint32_t> rumours = 2;
  std::uint32_t acks = 1;
  std::uint32_t digest_above = 64;
  core::Duration max_offset = std::chrono::milliseconds(500);
  std::uint32_t checkpoint_every = 1'000;
  convergence::Conflicts conflicts = convergence::Conflicts::kLastWriter;

  template <class F>
  static void ForEachParameter(F&& f) {
    f("pause", &Config::pause, "from one exchange with another node to the next");
    f("max_batch", &Config::max_batch, "updates in one message at most");
    f("rumours", &Config::rumours, "how many others are told of something new at once; none: nobody");
    convergence::ForEachAntiEntropyParameter<Config>(f);
    convergence::ForEachReplicaParameter<Config>(f);
  }

  std::uint32_t Electorate() const { return convergence::ElectorateOf(*this); }
  // How long a healthy cluster may take to tell everybody: some rounds, for who is asked in turn.
  core::Duration Patience() const { return pause.max * (2 * nodes + 4); }

  template <class Draw>
  void Randomize(core::Duration round_trip, Draw&& draw) {
    const auto least = std::chrono::floor<std::chrono::milliseconds>(round_trip) + std::chrono::milliseconds(10);
    pause.min = least * static_cast<std::int64_t>(1 + draw(4));
    pause.max = pause.min * static_cast<std::int64_t>(1 + draw(3));
    max_batch = std::uint32_t{1} << draw(8);
    if (const std::uint64_t told = draw(4); told > 0) {
      rumours = static_cast<std::uint32_t>(told);
    } else {
      rumours.reset();
    }
    convergence::RandomizeAntiEntropy(*this, draw);
    convergence::RandomizeReplica(*this, draw);
  }
};

template <machines::Convergent Machine>
struct NodeOf {
  using Config = gossip::Config;
  using Env = core::Env<NodeOf>;
  using Update = convergence::Update<Machine>;
  using Clients = replication::Clients<Machine>;
  using Request = replication::Request<Machine>;
  using Reply = replication::Reply<Machine>;
  using Probe = convergence::Probe;
  using Syn = convergence::Syn;
  using Ack = convergence::Ack<Machine>;
  using Ack2 = convergence::Ack2<Machine>;

  struct Rumour {
    Update update;
  };
  using Message = std::variant<Probe, Syn, Ack, Ack2, Rumour>;
  using Record = convergence::Records<Machine>;
  using Fact = convergence::Facts<Machine>;
  enum class Timer : std::uint8_t { kGossip };

  convergence::AntiEntropy<Machine> anti_entropy;

  const convergence::Replica<Machine>& replica() const { return anti_entropy.replica; }

  void Start(Env& env) {
    anti_entropy.replica.Recover(env);
    env.Arm(Timer::kGossip, env.config().pause);
  }

  template <class R>
  void Replay(const R& record) {
    anti_entropy.Replay(record);
  }

  // The durable fields, for whoever proves that a crash restores them.
  core::Fingerprint DurableFingerprint() const { return core::FingerprintOf(replica().durable); }

  void On(RequestId id, const Request& request, Env& env) {
    auto& replica = anti_entropy.replica;
    if (replica.Answers(id, request, env)) return;
    const convergence::Write<Machine> write = anti_entropy.Execute(id, request, env);
    Spread(write.update, env);
    if (const auto* client = replica.Wait(write, env)) AskToKeep(*client, env);
  }

  // --- anti-entropy ---------------------------------------------------------------------------

  void On(Timer, Env& env) {
    env.Arm(Timer::kGossip, env.config().pause);
    anti_entropy.Tell(env);
    for (const auto& client : replica().waiting) AskToKeep(client, env);
  }
  void On(NodeId from, const Probe& m, Env& env) { anti_entropy.On(from, m, env); }
  void On(NodeId from, const Syn& m, Env& env) { anti_entropy.On(from, m, env); }
  void On(NodeId from, const Ack& m, Env& env) { anti_entropy.On(from, m, env); }
  void On(NodeId from, const Ack2& m, Env& env) { anti_entropy.On(from, m, env); }

  // --- rumours ----------------------------------------------------------------------------------

  void On(NodeId from, const Rumour& m, Env& env) {
    if (anti_entropy.Learn(from, m.update, env)) Spread(m.update, env);
    // Whoever wrote it may be counting who has it.
    if (from == m.update.dot.node && convergence::AcksOf(env.config()) > 1) {
      env.Send(from, Ack{{}, false, convergence::Excerpt::Of(anti_entropy.context(), {})});
    }
  }

  // --- what a message carries ------------------------------------------------------------------

  // The commands, from node to node.
  template <class M, class F>
  static void ForEachCommand(const M& message, F&& f) {
    if constexpr (requires { message.updates; }) {
      for (const Update& update : message.updates) f(update.command);
    } else if constexpr (requires { message.update; }) {
      f(message.update.command);
    }
  }

 private:
  void Spread(const Update& update, Env& env) {
    for (std::uint32_t told = 0; told < env.config().rumours.value_or(0) && env.config().nodes > 1; ++told) {
      env.Send(convergence::OtherNode(env.Draw(env.config().nodes - 1), env), Rumour{update});
    }
  }
  // Those who are not known to have what this client waits for, until enough have it.
  void AskToKeep(const convergence::Waiting<Machine>& client, Env& env) {
    const auto update = replica().store().standing.find(client.dot);
    if (update == replica().store().standing.end()) return;  // something later is on its way to them
    convergence::ForEachMissing(client, env, [&](NodeId other) { env.Send(other, Rumour{update->second}); });
  }
};

using Node = NodeOf<machines::KeyValue>;
static_assert(core::Node<Node>);

}  // namespace gossip
