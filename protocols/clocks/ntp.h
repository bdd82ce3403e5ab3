// Clock synchronisation, after the Network Time Protocol (Mills et al., RFC 5905) and Marzullo & Owicki, "Maintaining
// the time in a distributed system", 1983: each node asks some servers from time to time what time it is, and says
// between which two instants the right time is, or that it cannot tell.
//
// The servers are the first nodes. Each has a reference, a receiver for example, and so a wall clock that knows how
// far off it may be (Env::wall_bounds): what it states is an interval, and true time is in there unless it lies. Which
// of them lie nobody knows; fewer than half do. Everybody asks all servers, and a server asks itself among them.
//
// The founding document believes one server if no other answers, and the median of two that contradict each other
// (F85). Here whoever is not vouched for by a majority of all servers says that he is unsynchronised, and gives no
// time.
//
// Time passes on the monotonic clock alone. A wall clock that is set would take the questions and the answers with it,
// and the time of the next poll as well (F87).
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <variant>

#include "protocols/clocks/clock_sync.h"
#include "protocols/core/env.h"
#include "protocols/core/facts.h"

namespace ntp {

using clocks::ClockSync;
using clocks::OffsetBounds;
using clocks::SlewedClock;
using core::NodeId;
using core::Number;
using core::RequestId;

inline constexpr std::string_view kSummary =
    "NTP: what time it is, as a majority of servers vouches for (intersection)";

struct Config {
  std::uint32_t nodes = 5;
  std::optional<std::uint32_t> servers;
  core::Between poll{std::chrono::milliseconds(200), std::chrono::milliseconds(250)};
  std::uint32_t max_drift = 1'000;

  template <class F>
  static void ForEachParameter(F&& f) {
    f("servers", &Config::servers, "how many nodes have a reference and are asked for the time; none: all");
    f("poll", &Config::poll, "from one question to the next, and how long there is to answer it");
    f("max_drift", &Config::max_drift, "a monotonic clock is off by at most so many parts per million");
  }

  std::uint32_t Servers() const { return std::min(servers.value_or(nodes), nodes); }
  // A clock that may stand still tells nothing.
  std::uint32_t Drift() const { return std::min<std::uint32_t>(max_drift, clocks::kMillion / 2); }

  // Whoever is cut off with the others needs a majority of the servers there.
  std::uint32_t Electorate() const { return Servers(); }
  // After so long all that a healthy cluster goes by was said in it: as many polls as samples are kept, and the one
  // under way.
  core::Duration Patience() const { return poll.max * static_cast<std::int64_t>(ClockSync::kSamples + 1); }

  template <class Draw>
  void Randomize(core::Duration round_trip, Draw&& draw) {
    const auto least = std::chrono::floor<std::chrono::milliseconds>(4 * round_trip) + std::chrono::milliseconds(10);
    if (draw(2) == 0) servers = 1 + static_cast<std::uint32_t>(draw(7));
    poll.min = least * static_cast<std::int64_t>(1 + draw(4));
    poll.max = poll.min + least * static_cast<std::int64_t>(draw(3));
    max_drift = draw(2) == 0 ? 500 : 10'000;
  }
};

// What time is it?
struct Question {
  std::uint64_t number{};
};
// True time is in there, now.
struct Answer {
  std::uint64_t number{};  // of the question
  core::WallInterval time;
};

// What a client is told.
struct Time {
  core::WallTime reading{};  // of a clock that never goes back, on its way into the interval
  core::WallInterval bounds;
};
struct Request {};
struct Reply {
  std::optional<Time> result;  // none: unsynchronised
};

struct Node {
  using Message = std::variant<Question, Answer>;
  using Record = std::variant<core::None>;
  using Fact = std::variant<facts::ClockStarted, facts::ServersPolled, facts::TimeStated, facts::TimeHeard,
                            facts::TimeClaimed, facts::ClockUnsynchronised, facts::ClockRead>;
  using Request = ntp::Request;
  using Reply = ntp::Reply;
  enum class Timer : std::uint8_t { kPoll };
  using Config = ntp::Config;
  using Env = core::Env<Node>;

  // All volatile: what was known in an earlier life was by a clock that has begun anew.
  ClockSync sync;
  core::List<std::uint8_t> reach;     // by server: which of the last eight polls it has answered, the last one first
  std::uint64_t question{};           // of the last poll
  core::LocalTime asked{};            // then
  std::optional<SlewedClock> output;  // none: nobody has been told the time in this life

  void Replay(const core::None&) {}
  // The durable fields, for whoever proves that a crash restores them.
  core::Fingerprint DurableFingerprint() const { return {}; }

  void Start(Env& env) {
    const std::uint32_t servers = env.config().Servers();
    sync = {core::List<core::List<clocks::Sample>>(servers), env.config().Drift()};
    reach.resize(servers);
    env.Announce(facts::ClockStarted{servers, sync.drift, SlewedClock::kSlew});
    Poll(env);
  }

  void On(RequestId id, const Request&, Env& env) { env.Reply(id, {Claim(env)}); }
  template <class Draw>
  static Request RandomRequest(Draw&&, std::uint64_t) {
    return {};
  }

  void On(Timer, Env& env) { Poll(env); }

  // --- questions and answers (RFC 5905, §8) ---------------------------------------------------------------

  void Poll(Env& env) {
    env.Arm(Timer::kPoll, env.config().poll);
    for (std::size_t server = 0; server < reach.size(); ++server) {
      reach[server] = static_cast<std::uint8_t>(reach[server] << 1);
      // RFC 5905, §13: eight polls without an answer, and it is out of reach. What it said is forgotten.
      if (reach[server] == 0) sync.servers[server].clear();
    }
    // Drawn, and not counted: an answer to an earlier life must not pass for one to this.
    question = env.Draw(std::numeric_limits<std::uint64_t>::max());
    asked = env.now();
    env.Announce(facts::ServersPolled{question, asked});
    for (std::uint32_t server = 0; server < reach.size(); ++server) env.Send(NodeId{server}, Question{question});
    Claim(env);
  }

  void On(NodeId from, const Question& m, Env& env) {
    if (!IsServer(env.self())) return;
    const core::WallInterval time = env.wall_bounds();
    env.Announce(facts::TimeStated{from, m.number, time});
    env.Send(from, Answer{m.number, time});
  }

  // RFC 5905, §8: an answer is to the last question, or it is bogus, and the first one to it, or it is a duplicate.
  void On(NodeId from, const Answer& m, Env& env) {
    if (!IsServer(from) || m.number != question || !IsSane(m.time)) return;
    std::uint8_t& answered = reach[Number(from)];
    if ((answered & 1) != 0) return;
    answered |= 1;
    const core::LocalTime now = env.now();
    const core::WallTime middle = m.time.earliest + (m.time.latest - m.time.earliest) / 2;
    sync.Take(Number(from), {asked, middle, middle, now, m.time.latest - middle});
    env.Announce(facts::TimeHeard{from, m.number, now});
    Claim(env);
  }

  // --- what time it is ------------------------------------------------------------------------------------

  // Says it aloud, and steers the clock that others read.
  std::optional<Time> Claim(Env& env) {
    const core::LocalTime now = env.now();
    const std::optional<OffsetBounds> offset = sync.Estimate(now);
    if (!offset) {
      env.Announce(facts::ClockUnsynchronised{now});
      return std::nullopt;
    }
    const core::WallTime local{now.time_since_epoch()};
    const core::WallInterval bounds{local + offset->low, local + offset->high};
    env.Announce(facts::TimeClaimed{now, bounds});
    // Who has read it must not see it go back, nor run away (F84): only the first time is taken at once.
    if (!output) output = SlewedClock{now, offset->Middle(), offset->Middle()};
    output->Steer(now, offset->Middle());
    const core::WallTime reading = output->Read(now);
    env.Announce(facts::ClockRead{now, reading});
    return Time{reading, bounds};
  }

 private:
  bool IsServer(NodeId node) const { return Number(node) < reach.size(); }
  // A hundred years are enough, and leave room to calculate.
  static bool IsSane(const core::WallInterval& time) {
    constexpr core::WallTime kEnd{std::chrono::hours(24 * 36'525)};
    return -kEnd.time_since_epoch() <= time.earliest.time_since_epoch() && time.earliest <= time.latest &&
           time.latest <= kEnd;
  }
};
static_assert(core::Node<Node>);

}  // namespace ntp
