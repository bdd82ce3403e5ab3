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

#include "protocols/convergence/excerpt.h"
#include "protocols/convergence/replica.h"
#include "protocols/convergence/turn.h"
#include "protocols/core/types.h"
#include "protocols/machines/machine.h"

namespace convergence {

// --- messages ------------------------------------------------------------------------------------

// Do we know the same?
struct Probe {
  core::List<RangeDigest> digests;  // of ranges of one size
};
// This is what I know.
struct Syn {
  Excerpt known;
};
// This is what you lack of what I have, and what I know.
template <machines::Convergent M>
struct Ack {
  core::List<Update<M>> updates;
  bool all{};  // there are no more that you lack
  Excerpt known;
};
// And this is what you lacked.
template <machines::Convergent M>
struct Ack2 {
  core::List<Update<M>> updates;
  bool all{};
  Excerpt known;
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

template <class Config, class F>
void ForEachAntiEntropyParameter(F&& f) {
  f("digest_above", &Config::digest_above, "entries of what is known; above it digests are compared before it is told");
}
template <class Config, class Draw>
void RandomizeAntiEntropy(Config& config, Draw&& draw) {
  config.digest_above = draw(2) == 0 ? 64 : 1 + static_cast<std::uint32_t>(draw(4));
}

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
  bool Learn(core::NodeId from, const Update<M>& update, Env& env) {
    if (context().Contains(update.dot)) {
      Replica<M>::AnnounceRepeated(update.dot, from, env);
      return false;
    }
    replica.Learn(update, env);
    Persist(Learned<M>{update}, env);
    return true;
  }

  // Tells the next one in turn; if that is much, asks first whether it knows the same.
  template <class Env>
  void Tell(Env& env) {
    if (env.config().nodes < 2) return;
    const core::NodeId next = turn.Next(env);
    if (context().all.counts.size() + context().exceptions.size() > env.config().digest_above) {
      env.Send(next, Probe{{DigestOf(context(), Range::Of(env.config().nodes))}});
    } else {
      TellAll(next, env);
    }
  }
  // Of whom they do not know the same: closer each time, down to single nodes.
  template <class Env>
  void On(core::NodeId from, const Probe& m, Env& env) {
    core::List<Range> differ;
    for (const RangeDigest& theirs : m.digests) {
      if (DigestOf(context(), theirs.range).digest != theirs.digest) differ.push_back(theirs.range);
    }
    if (differ.empty()) return KnowTheSame(from, m, env);  // or they have come to meanwhile
    if (differ.size() > kMostRanges) return TellAll(from, env);
    if (differ.front().level == 0) return env.Send(from, Syn{Excerpt::Of(context(), std::move(differ))});
    Probe probe;
    for (const Range& range : differ) {
      range.ForEachBranch([&](const Range& branch) { probe.digests.push_back(DigestOf(context(), branch)); });
    }
    env.Send(from, std::move(probe));
  }
  template <class Env>
  void On(core::NodeId from, const Syn& m, Env& env) {
    const std::optional<CausalContext> theirs = m.known.CompletedBy(context());
    if (!theirs) return TellAll(from, env);  // one of the two has gone on since
    replica.Hear(from, *theirs, env);
    // Who knows the same need say no more.
    if (context() == *theirs) return;
    env.Send(from, AnswerTo<Ack<M>>(*theirs, m.known.ranges, env));
  }
  template <class Env>
  void On(core::NodeId from, const Ack<M>& m, Env& env) {
    const std::optional<CausalContext> theirs = m.known.CompletedBy(context());
    Take(from, m.updates, m.all ? theirs : std::nullopt, env);
    if (!theirs) return;
    replica.Hear(from, *theirs, env);
    if (theirs->Covers(context())) return;
    env.Send(from, AnswerTo<Ack2<M>>(*theirs, m.known.ranges, env));
  }
  template <class Env>
  void On(core::NodeId from, const Ack2<M>& m, Env& env) {
    Take(from, m.updates, m.all ? m.known.CompletedBy(context()) : std::nullopt, env);
  }

 private:
  static constexpr std::size_t kMostRanges = 64;  // so different that everything is as soon told

  // Who waits for it to be known hears so. Clients have their own ways (see AskToKeep), removals have none.
  template <class Env>
  void KnowTheSame(core::NodeId with, const Probe& m, Env& env) {
    if constexpr (KeepsSiblings<M>) {
      const bool all = m.digests.size() == 1 && m.digests.front().range == Range::Of(env.config().nodes);
      if (all) replica.Hear(with, context(), env);
    }
  }

  template <class Env>
  void TellAll(core::NodeId to, Env& env) const {
    env.Send(to, Syn{Excerpt::Of(context(), {})});
  }
  // What one who knows `theirs` lacks, and what is known here of the nodes that were spoken of.
  template <class Answer, class Env>
  Answer AnswerTo(const CausalContext& theirs, const core::List<Range>& ranges, const Env& env) const {
    Delta<M> delta = replica.store().Since(theirs, env.config().max_batch);
    const bool all = !delta.context.empty();
    return {std::move(delta.updates), all, Excerpt::Of(context(), ranges)};
  }

  template <class R, class Env>
  void Persist(R record, Env& env) {
    Replay(record);
    env.Write(std::move(record));
    ++records;
    // A journal of what stands and what does not is as long as there were updates; what stands is less.
    if (records < std::max<std::uint64_t>(env.config().checkpoint_every, replica.store().standing.size())) return;
    Checkpoint<M> checkpoint{replica.WithoutOldRemovals(env)};
    Replay(checkpoint);
    env.Write(std::move(checkpoint));
    records = 0;
  }

  // `known`: what is known once all of these are.
  template <class Env>
  void Take(core::NodeId from, const core::List<Update<M>>& updates, const std::optional<CausalContext>& known,
            Env& env) {
    for (const Update<M>& update : updates) Learn(from, update, env);
    if (!known || context().Covers(*known)) return;
    known->ForEachBeyond(context(), [&](const Dot& dot) { Replica<M>::AnnounceKnown(dot, env); });
    Persist(Known{*known}, env);
  }
};

}  // namespace convergence
