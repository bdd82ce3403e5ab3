// Env: what a node may ask of the world, and the concept of a node.
//
// A node is a value: an aggregate with a handler for every message, record,
// timer and request. Handlers are total and atomic; all they can do is change
// the node and leave effects here. Nothing they send, reply or announce is seen
// by anyone before everything they have written is durable: that is the host's
// job (host.h), so no protocol can get it wrong by accident.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "protocols/core/chooser.h"
#include "protocols/core/fields.h"
#include "protocols/core/pool.h"
#include "protocols/core/types.h"

namespace core {

// What one step of a node did, each kind in order. Recycled by the driver:
// clearing keeps the capacity.
template <class N>
struct Effects {
  struct Sent {
    template <class M>
    Sent(NodeId receiver, M&& content) : to(receiver), message(std::forward<M>(content)) {}
    NodeId to;
    typename N::Message message;
  };
  struct Replied {
    RequestId to;
    typename N::Reply reply;
  };
  // Armed, or cancelled where `after` is empty.
  struct TimerChange {
    typename N::Timer timer;
    std::optional<Between> after;
  };

  List<typename N::Record> written;
  List<Sent> sent;
  List<Sent> sent_unsynced;
  List<Replied> replied;
  List<typename N::Fact> announced;
  List<TimerChange> timers;

  bool empty() const {
    return sent.empty() && timers.empty() && written.empty() && announced.empty() && replied.empty() &&
           sent_unsynced.empty();
  }
  void Clear() {
    written.clear();
    sent.clear();
    sent_unsynced.clear();
    replied.clear();
    announced.clear();
    timers.clear();
  }
};

// A node's two clocks. Reading one costs a division, so only who asks pays.
class Clocks {
 public:
  virtual LocalTime Local() const = 0;
  virtual WallTime Wall() const = 0;
  virtual WallInterval WallBounds() const = 0;

 protected:
  ~Clocks() = default;
};

// What a node can see of its surroundings during one step.
struct Surroundings {
  NodeId self{};
  const Clocks* clocks = nullptr;
  Chooser* chooser = nullptr;
  std::uint64_t* draws = nullptr;  // how many draws this node has made in this run
};

template <class N>
class Env {
 public:
  Env(const Surroundings& surroundings, const typename N::Config& config, Effects<N>& effects)
      : surroundings_(surroundings), config_(config), effects_(effects) {}

  NodeId self() const { return surroundings_.self; }
  // Monotonic while the node is up; drifts. For measuring and for timers.
  LocalTime now() const { return surroundings_.clocks->Local(); }
  // Settable: offset, drift and steps. For timestamps that people read, never for decisions.
  WallTime wall() const { return surroundings_.clocks->Wall(); }
  // What the wall clock of a machine that knows its own error is good for: a right clock stands
  // within the interval, however wrong this one is, so decisions may rest on it.
  WallInterval wall_bounds() const { return surroundings_.clocks->WallBounds(); }
  const typename N::Config& config() const { return config_; }
  // The only randomness: a number in [0, bound).
  std::uint64_t Draw(std::uint64_t bound) {
    return surroundings_.chooser->Choose({Purpose::kNode, Number(self()), 0, (*surroundings_.draws)++}, bound);
  }

  // To stable storage. Durable fields change only through the node's Replay, so
  // the usual call is `Replay(record); env.Write(record);`.
  template <class R>
  void Write(R&& record) {
    effects_.written.emplace_back(std::forward<R>(record));
  }
  template <class M>
  void Send(NodeId to, M&& message) {
    effects_.sent.emplace_back(to, std::forward<M>(message));
  }
  // Leaves at once, whatever is still being written. The one way around output
  // commit: say at the call why it is safe.
  template <class M>
  void SendUnsynced(NodeId to, M&& message) {
    effects_.sent_unsynced.emplace_back(to, std::forward<M>(message));
  }
  void Reply(RequestId to, typename N::Reply reply) { effects_.replied.push_back({to, std::move(reply)}); }
  template <class F>
  void Announce(F&& fact) {
    effects_.announced.emplace_back(std::forward<F>(fact));
  }
  // Measured on this node's own clock; arming an armed timer replaces it.
  void Arm(typename N::Timer timer, Between after) { effects_.timers.push_back({timer, after}); }
  void Cancel(typename N::Timer timer) { effects_.timers.push_back({timer, std::nullopt}); }

  const Surroundings& surroundings() const { return surroundings_; }

 private:
  const Surroundings& surroundings_;
  const typename N::Config& config_;
  Effects<N>& effects_;
};

namespace internal {

template <class N, class M>
concept Handles = requires(N n, NodeId from, const M& m, Env<N>& env) {
  n.On(from, m, env);
};
template <class N, class R>
concept Replays = requires(N n, const R& r) {
  n.Replay(r);
};

template <class N, class Messages>
inline constexpr bool kHandlesAll = false;
template <class N, class... M>
inline constexpr bool kHandlesAll<N, std::variant<M...>> = (Handles<N, M> && ...);
template <class N, class Records>
inline constexpr bool kReplaysAll = false;
template <class N, class... R>
inline constexpr bool kReplaysAll<N, std::variant<R...>> = (Replays<N, R> && ...);

}  // namespace internal

// Durable records that cannot be read back: not what a crash leaves, which recovery drops in silence.
struct Damage {
  std::uint64_t first{};  // those before it have been replayed
  std::uint64_t lost{};   // records that were durable, from there on
};
// A node that knows what to do about it. Any other one must not run again: it may have promised
// what it no longer knows.
template <class N>
concept HandlesDamage = requires(N n, const Damage& damage, Env<N>& env) {
  n.OnDamage(damage, env);
};

// A protocol node: an aggregate value with a handler for every alternative of
// its Message, Record, Timer and Request types. Nothing has a default.
template <class N>
concept Node = Aggregate<N> && std::copyable<N> && std::default_initializable<N> &&
    internal::kHandlesAll<N, typename N::Message> && internal::kReplaysAll<N, typename N::Record> &&
    requires(N n, RequestId id, const typename N::Request& request, typename N::Timer timer, Env<N>& env) {
  n.Start(env);
  n.On(timer, env);
  n.On(id, request, env);
};

// Runs one step of a node that is part of a larger one. `Outer` says how the
// inner node's types become its own: `Outer::Lift(x)` for a message, a record,
// a timer or a fact. Replies are handed to `on_reply`: the outer node decides
// what they mean.
template <class Inner, class Outer, class Step, class OnReply>
void StepInner(Env<Outer>& outer, const typename Inner::Config& config, Step&& step, OnReply&& on_reply) {
  Effects<Inner> effects;
  Env<Inner> env(outer.surroundings(), config, effects);
  step(env);
  for (auto& record : effects.written) outer.Write(Outer::Lift(std::move(record)));
  for (auto& timer : effects.timers) {
    if (timer.after) {
      outer.Arm(Outer::Lift(timer.timer), *timer.after);
    } else {
      outer.Cancel(Outer::Lift(timer.timer));
    }
  }
  for (auto& sent : effects.sent_unsynced) outer.SendUnsynced(sent.to, Outer::Lift(std::move(sent.message)));
  for (auto& sent : effects.sent) outer.Send(sent.to, Outer::Lift(std::move(sent.message)));
  for (auto& fact : effects.announced) outer.Announce(Outer::Lift(std::move(fact)));
  for (auto& replied : effects.replied) on_reply(replied.to, std::move(replied.reply));
}

}  // namespace core
