// A leader lease, small enough to compute by hand when it breaks.
//
// A node asks all for a lease of length L and holds it, once a majority has
// granted, until L has passed on its own clock since it *asked*. Who grants
// promises to grant to nobody else until L + G, G the guard, has passed on its
// own clock since it *was asked*. So all rests on clocks: a holder's must not be
// too slow nor a granter's too fast (Gray & Cheriton, "Leases", §5).
//
// n0 asks first, n1 as soon as its own promise has run out, the others only
// grant. Nothing is renewed: it is at the hand-over that two may hold the lease.
// Promises are not on disk: these nodes must not crash.
//
// When it breaks, with a constant delay d and clocks that gain r_i on true time:
//
//   0                        n0 asks, and grants to itself
//   d                        n1 and n2 promise, until d + (L + G) / (1 + r_1) and
//                            d + (L + G) / (1 + r_2)
//   d + (L + G) / (1 + r_1)  n1 asks, and grants to itself
//   + d                      n2 grants, if its promise is over by then
//   + d                      n1 has a majority and holds the lease
//   L / (1 + r_0)            n0 no longer holds it
//
// So with r_1 = r_2 two hold it if and only if
//
//   L / (1 + r_0)  >  3d + (L + G) / (1 + r_1)
//
// which breaks from these drifts on:
//
//   only n0, slow by r          r = (G + 3d) / (L + G + 3d)
//   n1 and n2, fast by r        r = (G + 3d) / (L - 3d)
//   n0 slow, n1 and n2 fast     the root of 3d r^2 + (2L + G) r = G + 3d
//
// and never if of the two that promised only one is fast: a lease is as safe as
// the slowest clock that a majority needs.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <variant>

#include "protocols/core/env.h"
#include "protocols/core/quorum.h"

namespace lease {

struct Config {
  std::uint32_t nodes = 3;
  core::Duration lease = std::chrono::seconds(1);
  core::Duration guard = std::chrono::milliseconds(50);

  template <class F>
  static void ForEachParameter(F&& f) {
    f("lease", &Config::lease, "how long a holder may believe that it is one");
    f("guard", &Config::guard, "how much longer the others believe it");
  }
};

struct Ask {
  std::uint64_t round{};
};
struct Grant {
  std::uint64_t round{};
};
struct Took {};
struct Left {};

struct Node {
  using Message = std::variant<Ask, Grant>;
  using Record = std::variant<core::None>;
  using Fact = std::variant<Took, Left>;
  using Request = core::None;
  using Reply = core::None;
  enum class Timer : std::uint8_t { kPromiseEnds, kLeaseEnds };
  using Config = lease::Config;
  using Env = core::Env<Node>;

  std::optional<core::NodeId> promised_to;
  std::uint64_t round{};  // counts what this node asked for
  core::LocalTime asked_at{};
  std::set<core::NodeId> granted_by;  // in this round
  bool holds = false;

  void Start(Env& env) {
    if (core::Number(env.self()) == 0) AskAll(env);
  }
  void Replay(const core::None&) {}

  void AskAll(Env& env) {
    ++round;
    asked_at = env.now();
    granted_by.clear();
    for (std::uint32_t node = 0; node < env.config().nodes; ++node) env.Send(core::NodeId{node}, Ask{round});
  }

  void On(core::NodeId from, const Ask& m, Env& env) {
    if (promised_to && *promised_to != from) return;  // who asks hears nothing, and asks again
    promised_to = from;
    const core::Duration promise = env.config().lease + env.config().guard;
    env.Arm(Timer::kPromiseEnds, {promise, promise});
    env.Send(from, Grant{m.round});
  }

  void On(core::NodeId from, const Grant& m, Env& env) {
    if (m.round != round || holds) return;
    granted_by.insert(from);
    const core::Duration left = env.config().lease - (env.now() - asked_at);
    if (granted_by.size() < core::Majority(env.config().nodes) || left.count() <= 0) return;
    holds = true;
    env.Announce(Took{});
    env.Arm(Timer::kLeaseEnds, {left, left});
  }

  void On(Timer timer, Env& env) {
    if (timer == Timer::kLeaseEnds) {
      holds = false;
      env.Announce(Left{});
      return;
    }
    promised_to.reset();
    if (core::Number(env.self()) <= 1) AskAll(env);
  }

  void On(core::RequestId, const core::None&, Env&) {}
};
static_assert(core::Node<Node>);

}  // namespace lease
