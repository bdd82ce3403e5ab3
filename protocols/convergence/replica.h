// Replica: a machine, the store of its updates, and the clients that wait: what all protocols have in common that
// spread updates without agreement, however they do it.
//
// What a client writes gets a name and a time, both on disk before anybody hears of them, so that no other life of the
// node gives them again (founding document F66). Its client is told once `acks` nodes have it on disk, which is known
// from what they say that they know.
//
// With a machine that keeps siblings a removal stands like a value, for who has not heard of it would bring back what
// it removed. It goes with the next checkpoint after all nodes are known to have it (Demers et al., "Epidemic
// algorithms for replicated database maintenance", 1987, §2.1: a death certificate is deleted once every site has it).
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <type_traits>
#include <utility>
#include <variant>

#include "protocols/clocks/hybrid_logical_clock.h"
#include "protocols/clocks/version_vector.h"
#include "protocols/convergence/store.h"
#include "protocols/convergence/turn.h"
#include "protocols/core/facts.h"
#include "protocols/core/pool.h"
#include "protocols/core/types.h"
#include "protocols/core/variants.h"
#include "protocols/machines/machine.h"
#include "protocols/replication/client.h"

namespace convergence {

using core::NodeId;
using core::RequestId;

// --- settings that mean the same everywhere --------------------------------------------------

// What becomes of what is written about one key by writers who knew nothing of each other.
enum class Conflicts : std::uint8_t { kLastWriter, kSiblings };

template <class Config, class F>
void ForEachReplicaParameter(F&& f) {
  f("acks", &Config::acks, "nodes that have a write on disk before its client is told so");
  f("max_offset", &Config::max_offset, "timestamps that are further ahead do not move our own clock");
  f("checkpoint_every", &Config::checkpoint_every, "records from one checkpoint of the journal to the next");
  f("conflicts", &Config::conflicts,
    "of what clients write about one key without knowledge of each other the last stands, or all as siblings");
}
template <class Config, class Draw>
void RandomizeReplica(Config& config, Draw&& draw) {
  config.acks = 1 + static_cast<std::uint32_t>(draw(3));
  config.checkpoint_every = 1 + static_cast<std::uint32_t>(draw(draw(2) == 0 ? 20 : 500));
  if (draw(4) == 0) config.conflicts = Conflicts::kSiblings;
}
template <class Config>
std::uint32_t AcksOf(const Config& config) {
  return std::min(config.acks, config.nodes);
}
// Fewer than half of so many may be out of reach for ever: else nobody may be left who has what was acknowledged, or
// too few to acknowledge anything.
template <class Config>
std::uint32_t ElectorateOf(const Config& config) {
  return 2 * std::min(AcksOf(config), config.nodes - AcksOf(config) + 1) - 1;
}

// --- the replica ---------------------------------------------------------------------------------

template <machines::Convergent M>
using StandingFacts =
    std::conditional_t<KeepsSiblings<M>,
                       std::variant<facts::SiblingStands, facts::SiblingFalls, facts::SiblingsRecovered>,
                       std::variant<facts::UpdateStands>>;
template <machines::Convergent M>
using Facts = core::JoinVariants<std::variant<facts::UpdatesRecovered, facts::UpdateIssued, facts::UpdateKnown,
                                              facts::UpdateRepeated, facts::UpdateAcknowledged>,
                                 core::JoinVariants<StandingFacts<M>, typename M::Fact>>;

// What a client wrote here last. The network may bring it again, later than something that came after it.
template <machines::Convergent M>
struct Served {
  std::uint64_t sequence{};
  Dot dot;
  typename M::Result result;
};

// A client's update, and what it is told.
template <machines::Convergent M>
struct Write {
  Update<M> update;
  RequestId request;
  typename M::Result result;
};

// What a crash must not take.
template <machines::Convergent M>
struct Durable {
  Store<M> store;
  HybridTime last_written;                     // time given here
  std::map<core::ClientId, Served<M>> served;  // if the machine minds to be told twice

  void Take(const Write<M>& write) {
    last_written = write.update.time;
    store.Take(write.update);
    if constexpr (!machines::Idempotent<M>) {
      served[write.request.client] = {write.request.sequence, write.update.dot, write.result};
    }
  }
};

// A client that is told once enough nodes have its write.
template <machines::Convergent M>
struct Waiting {
  RequestId request;
  Dot dot;
  core::List<NodeId> holders;  // but ourselves
  typename M::Result result;

  bool IsHeldBy(NodeId node) const { return std::find(holders.begin(), holders.end(), node) != holders.end(); }
};

// A removal that stands here until all have it.
struct StandingRemoval {
  Dot dot;
  core::List<NodeId> holders;  // but ourselves
};

// What a node says that it knows is on its disk: notes that it has what `held` is about, if so.
template <class Held>
void NoteHolder(Held& held, NodeId node, const CausalContext& known) {
  const bool noted = std::find(held.holders.begin(), held.holders.end(), node) != held.holders.end();
  if (!noted && known.Contains(held.dot)) held.holders.push_back(node);
}

// Calls `f(node)` for those who are not known to have what this client waits for.
template <class M, class Env, class F>
void ForEachMissing(const Waiting<M>& client, const Env& env, F&& f) {
  ForEachOther(env, [&](NodeId other) {
    if (!client.IsHeldBy(other)) f(other);
  });
}

template <machines::Convergent M>
struct Replica {
  using Request = replication::Request<M>;
  using Reply = replication::Reply<M>;

  Durable<M> durable;  // its owner changes it in Replay only
  M machine;           // after all updates that stand
  clocks::HybridClock clock;
  core::List<Waiting<M>> waiting;
  core::List<StandingRemoval> removals;  // that stand, and were heard of since we started

  const Store<M>& store() const { return durable.store; }

  // What a node that starts has, said from the beginning; first what stands: at every moment what is known is what a
  // store can be made of.
  template <class Env>
  void Recover(Env& env) {
    clock.last = durable.last_written;
    env.Announce(facts::UpdatesRecovered{});
    machine.Clear([&env](const auto& fact) { env.Announce(fact); });
    for (const auto& [dot, update] : store().standing) {
      Stand(update, env);
      AnnounceKnown(dot, env);
    }
    store().context.ForEachBeyond({}, [&](const Dot& dot) {
      if (store().standing.count(dot) == 0) AnnounceKnown(dot, env);
    });
    if constexpr (KeepsSiblings<M>) env.Announce(facts::SiblingsRecovered{});
  }

  // Answers what need not be written, from what is here. False: it is a new write.
  template <class Env>
  bool Answers(RequestId id, const Request& request, Env& env) {
    if (request.ordered()) return Refuse(id, env);  // nobody votes, nobody leads
    if constexpr (machines::Readable<M>) {
      if (auto result = machine.Read(request.command)) {
        env.Reply(id, Reply{std::move(result), {}, {}});
        return true;
      }
    }
    const auto before = durable.served.find(id.client);
    if (before == durable.served.end() || id.sequence > before->second.sequence) return false;
    if (id.sequence == before->second.sequence) Wait({id, before->second.dot, {}, before->second.result}, env);
    return true;
  }

  // A client's update, executed here. The owner makes it durable, and then calls Wait.
  template <class Env>
  Write<M> Execute(RequestId id, const Request& request, Env& env) {
    const Dot dot{env.self(), store().context.all[env.self()] + 1};
    Update<M> update{dot, TimeFor(request.command, env), request.command};
    if constexpr (KeepsSiblings<M>) update.past = store().SeenOf(M::Subject(request.command));
    env.Announce(facts::UpdateIssued{NameOf(dot), M::Subject(request.command)});
    AnnounceStanding(update, env);
    auto result = machine.Apply(request.command, [&env](const auto& fact) { env.Announce(fact); });
    if constexpr (KeepsSiblings<M>) machine.Stand(update.AsSibling());
    AnnounceKnown(dot, env);
    return {std::move(update), id, std::move(result)};
  }

  // Another node's, which is news: tells everybody here, before the owner makes it durable.
  template <class Env>
  void Learn(const Update<M>& update, Env& env) {
    clock.Receive(env.self(), update.time, env.wall(), env.config().max_offset);
    if (!store().IsSuperseded(update)) Stand(update, env);
    AnnounceKnown(update.dot, env);
  }

  // What a checkpoint is made of.
  template <class Env>
  Durable<M> WithoutOldRemovals(Env& env) {
    Durable<M> rest = durable;
    if constexpr (KeepsSiblings<M>) {
      std::erase_if(removals, [&](const StandingRemoval& removal) {
        if (removal.holders.size() + 1 < env.config().nodes) return false;
        if (!store().context.Covers(store().standing.at(removal.dot).past)) return false;
        env.Announce(facts::SiblingFalls{NameOf(removal.dot)});
        rest.store.Forget(removal.dot);
        return true;
      });
    }
    return rest;
  }

  template <class Env>
  static void AnnounceKnown(const Dot& dot, Env& env) {
    env.Announce(facts::UpdateKnown{NameOf(dot)});
  }
  template <class Env>
  static void AnnounceRepeated(const Dot& dot, NodeId from, Env& env) {
    env.Announce(facts::UpdateRepeated{NameOf(dot), from});
  }

  // --- who is told, and when -------------------------------------------------------------------

  // What a node says that it knows is on its disk.
  template <class Env>
  void Hear(NodeId from, const CausalContext& theirs, Env& env) {
    for (Waiting<M>& client : waiting) NoteHolder(client, from, theirs);
    for (StandingRemoval& removal : removals) NoteHolder(removal, from, theirs);
    AnswerThoseWhoCanBe(env);
  }
  // Null: it is told already.
  template <class Env>
  const Waiting<M>* Wait(const Write<M>& write, Env& env) {
    Wait({write.request, write.update.dot, {}, write.result}, env);
    return waiting.empty() || waiting.back().dot != write.update.dot ? nullptr : &waiting.back();
  }

 private:
  static facts::UpdateName NameOf(const Dot& dot) { return {dot.node, dot.number}; }

  template <class Env>
  static bool Refuse(RequestId id, Env& env) {
    env.Reply(id, Reply{});
    return true;
  }

  // Above that of whatever the client may have read here of the same thing; else as near the wall clock as can be.
  template <class Env>
  HybridTime TimeFor(const typename M::Command& command, Env& env) {
    HybridTime time = clock.Tick(env.self(), env.wall());
    store().ForEachAbout(M::Subject(command), [&](const Update<M>& held) {
      if (!(held.time < time)) time = held.time.Next(env.self());
    });
    return time;
  }

  // Nothing that is here has replaced it.
  template <class Env>
  void Stand(const Update<M>& update, Env& env) {
    AnnounceStanding(update, env);
    if constexpr (KeepsSiblings<M>) {
      machine.Stand(update.AsSibling());
    } else {
      machine.Apply(update.command, [&env](const auto& fact) { env.Announce(fact); });
    }
  }

  // And what it replaces no longer does.
  template <class Env>
  void AnnounceStanding(const Update<M>& update, Env& env) {
    const core::Fingerprint subject = M::Subject(update.command);
    if constexpr (KeepsSiblings<M>) {
      env.Announce(facts::SiblingStands{NameOf(update.dot), subject, M::Removes(update.command)});
      store().ForEachAbout(subject, [&](const Update<M>& held) {
        if (update.Supersedes(held)) Fall(held.dot, env);
      });
      if (M::Removes(update.command)) removals.push_back({update.dot, {}});
    } else {
      env.Announce(facts::UpdateStands{NameOf(update.dot), subject, update.time.wall, update.time.count});
    }
  }
  template <class Env>
  void Fall(const Dot& dot, Env& env) {
    env.Announce(facts::SiblingFalls{NameOf(dot)});
    std::erase_if(removals, [&dot](const StandingRemoval& removal) { return removal.dot == dot; });
  }

  // A client that asks anew has given up on what it asked before.
  template <class Env>
  void Wait(Waiting<M> client, Env& env) {
    std::erase_if(waiting, [&](const Waiting<M>& other) { return other.request.client == client.request.client; });
    waiting.push_back(std::move(client));
    AnswerThoseWhoCanBe(env);
  }
  template <class Env>
  void AnswerThoseWhoCanBe(Env& env) {
    const std::uint32_t acks = AcksOf(env.config());
    std::erase_if(waiting, [&](Waiting<M>& client) {
      if (client.holders.size() + 1 < acks) return false;
      env.Announce(facts::UpdateAcknowledged{NameOf(client.dot), acks});
      env.Reply(client.request, Reply{std::move(client.result), {}, {}});
      return true;
    });
  }
};

}  // namespace convergence
