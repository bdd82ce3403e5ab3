// Anti-entropy (Demers et al., "Epidemic algorithms for replicated database maintenance", 1987, §1.3): two replicas
// tell each other what they know, by name, and each sends what the other lacks (push and pull). Whatever else a
// protocol does to be quick, this makes good what that misses.
//
// It is a replica with its journal, for a node to have and hand its messages and records to.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <variant>

#include "protocols/convergence/replica.h"
#include "protocols/convergence/turn.h"
#include "protocols/core/types.h"
#include "protocols/machines/machine.h"

namespace convergence {

// --- messages ------------------------------------------------------------------------------------

// This is what I know.
struct Syn {
  CausalContext context;
};
// This is what you lack of what I have, and what I know.
template <machines::Convergent M>
struct Ack {
  Delta<M> delta;
  CausalContext context;
};
// And this is what you lacked.
template <machines::Convergent M>
struct Ack2 {
  Delta<M> delta;
};

// --- records ----------------------------------------------------------------------------------------

// A client's update, here.
template <machines::Convergent M>
struct Written {
  Write<M> write;
};
// Another node's.
template <machines::Convergent M>
struct Learned {
  Update<M> update;
};
struct Known {
  CausalContext context;
};
template <machines::Convergent M>
struct Checkpoint {
  static constexpr bool kCheckpoint = true;
  Durable<M> durable;
};
template <machines::Convergent M>
using Records = std::variant<Written<M>, Learned<M>, Known, Checkpoint<M>>;

// --- the two together ---------------------------------------------------------------------------------

template <machines::Convergent M>
struct AntiEntropy {
  Replica<M> replica;  // of it `durable` is, and changed only by Replay
  // Volatile.
  Turn turn;
  std::uint32_t records{};  // since the last checkpoint

  const CausalContext& context() const { return replica.store().context; }

  void Replay(const Written<M>& record) { replica.durable.Take(record.write); }
  void Replay(const Learned<M>& record) { replica.durable.store.Take(record.update); }
  void Replay(const Known& record) { replica.durable.store.TakeContext(record.context); }
  void Replay(const Checkpoint<M>& record) { replica.durable = record.durable; }

  // A new write of a client's, here.
  template <class Env>
  Write<M> Execute(core::RequestId id, const typename Replica<M>::Request& request, Env& env) {
    Write<M> write = replica.Execute(id, request, env);
    Persist(Written<M>{write}, env);
    return write;
  }
  // Whether it was news.
  template <class Env>
  bool Learn(const Update<M>& update, Env& env) {
    if (context().Contains(update.dot)) return false;
    replica.Learn(update, env);
    Persist(Learned<M>{update}, env);
    return true;
  }

  // Tells the next one in turn.
  template <class Env>
  void Tell(Env& env) {
    if (env.config().nodes > 1) env.Send(turn.Next(env), Syn{context()});
  }
  template <class Env>
  void On(core::NodeId from, const Syn& m, Env& env) {
    replica.Hear(from, m.context, env);
    Delta<M> delta = replica.store().Since(m.context, env.config().max_batch);
    // Who knows the same need say no more.
    if (delta.empty() && context().Covers(m.context)) return;
    env.Send(from, Ack<M>{std::move(delta), context()});
  }
  template <class Env>
  void On(core::NodeId from, const Ack<M>& m, Env& env) {
    replica.Hear(from, m.context, env);
    Take(m.delta, env);
    Delta<M> delta = replica.store().Since(m.context, env.config().max_batch);
    if (!delta.empty()) env.Send(from, Ack2<M>{std::move(delta)});
  }
  template <class Env>
  void On(core::NodeId, const Ack2<M>& m, Env& env) {
    Take(m.delta, env);
  }

 private:
  template <class R, class Env>
  void Persist(R record, Env& env) {
    Replay(record);
    env.Write(std::move(record));
    ++records;
    // A journal of what stands and what does not is as long as there were updates; what stands is less.
    if (records < std::max<std::uint64_t>(env.config().checkpoint_every, replica.store().standing.size())) return;
    env.Write(Checkpoint<M>{replica.durable});
    records = 0;
  }

  template <class Env>
  void Take(const Delta<M>& delta, Env& env) {
    for (const Update<M>& update : delta.updates) Learn(update, env);
    if (context().Covers(delta.context)) return;
    delta.context.ForEachBeyond(context(), [&](const Dot& dot) { Replica<M>::AnnounceKnown(dot, env); });
    Persist(Known{delta.context}, env);
  }
};

}  // namespace convergence
