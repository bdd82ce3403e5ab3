// Ledger: a number that only grows. Whoever is told a higher one keeps it on disk and passes it on to a random node now
// and then, until all know it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <variant>

#include "protocols/core/env.h"

namespace ledger {

inline constexpr std::string_view kSummary = "a number that only grows, told from node to node";

struct Config {
  std::uint32_t nodes = 3;
  core::Between pause{std::chrono::milliseconds(20), std::chrono::milliseconds(40)};

  // What a scenario may set under cluster.config, what a swarm draws, and how long the protocol waits at most.
  template <class F>
  static void ForEachParameter(F&& f) {
    f("pause", &Config::pause, "from telling one node to telling the next");
  }
  template <class Draw>
  void Randomize(core::Duration round_trip, Draw&& draw) {
    pause.min = round_trip + std::chrono::milliseconds(1 + draw(20));
    pause.max = 2 * pause.min;
  }
  core::Duration Patience() const { return pause.max * (2 * nodes + 4); }
};

struct Told {  // from node to node
  std::uint64_t number{};
};
struct Raised {  // on disk
  std::uint64_t number{};
};
struct Reached {  // for invariants: this node never goes back below it
  std::uint64_t number{};
};

struct Node {
  using Message = std::variant<Told>;
  using Record = std::variant<Raised>;
  using Fact = std::variant<Reached>;
  using Request = std::uint64_t;
  using Reply = std::uint64_t;
  enum class Timer : std::uint8_t { kTell };
  using Config = ledger::Config;
  using Env = core::Env<Node>;

  std::uint64_t number{};  // durable: changed only by Replay

  void Start(Env& env) { env.Arm(Timer::kTell, env.config().pause); }
  void Replay(const Raised& record) { number = record.number; }

  void On(core::NodeId, const Told& m, Env& env) {
    if (m.number <= number) return;  // old news
    number = m.number;               // the bug: what a client says is written down, what a node says is not
    env.Announce(Reached{number});
  }
  void On(core::RequestId id, const Request& request, Env& env) {
    if (request > number) {
      Replay(Raised{request});
      env.Write(Raised{request});
      env.Announce(Reached{request});
    }
    env.Reply(id, number);  // leaves when the number is durable
  }
  void On(Timer, Env& env) {
    env.Send(core::NodeId{static_cast<std::uint32_t>(env.Draw(env.config().nodes))}, Told{number});
    env.Arm(Timer::kTell, env.config().pause);
  }

  // What the simulator's clients ask.
  template <class Draw>
  static Request RandomRequest(Draw&& draw, std::uint64_t) {
    return draw(1'000'000);
  }
};
static_assert(core::Node<Node>);

}  // namespace ledger
