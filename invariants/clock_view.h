// What each node was told of the time, and what of it was right: rebuilt from facts, for rules that judge what it makes
// of that.
//
// Only here true time and a node's clock are side by side. So an answer is known to be right: its server stated an
// interval that true time was in, and the clock of who heard it has since kept to the drift that it counts on. From
// right answers alone the right time can be told (Marzullo & Owicki, "Maintaining the time in a distributed system",
// 1983); of whoever has heard half of the servers wrong, nobody can ask for it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/facts.h"
#include "protocols/core/pool.h"
#include "protocols/core/quorum.h"

namespace invariants {

struct Moment {
  core::TrueTime truth{};
  core::LocalTime shown{};  // by the clock of a node
};

// How much longer a span may have been than a clock has shown, if it is off by at most so many parts per million.
// Readings are whole: up to a nanosecond more had passed on it.
inline core::Duration MostAmiss(core::Duration shown, std::uint32_t drift) {
  const __int128 parts = __int128{shown.count() + 1} * drift, right = 1'000'000 - __int128{drift};
  return core::Duration{static_cast<std::int64_t>((parts + right - 1) / right)};
}
inline bool Kept(const Moment& from, const Moment& to, std::uint32_t drift) {
  const core::Duration shown = to.shown - from.shown;
  return shown >= core::Duration{} && std::chrono::abs((to.truth - from.truth) - shown) <= MostAmiss(shown, drift);
}

struct HeardAnswer {
  Moment asked, heard;
  core::Duration stated{};  // the width of what the server stated
  bool lied{};
};

// Of one server, by one node.
struct HeardServer {
  static constexpr std::size_t kMost = 8;  // answers, and polls without one (RFC 5905, §10, NSTAGE; §13, reach)

  core::List<HeardAnswer> answers;  // the last ones, oldest first
  std::uint32_t silent{};           // polls without an answer
  core::Duration stated{};          // to the last question; it may have come twice
  bool lied{};

  bool InReach() const { return !answers.empty(); }
  bool IsRight(const Moment& now, std::uint32_t drift) const {
    return std::all_of(answers.begin(), answers.end(), [&](const HeardAnswer& answer) {
      return !answer.lied && Kept(answer.asked, answer.heard, drift) && Kept(answer.heard, now, drift);
    });
  }
  // Of the interval in which the best of the answers says that the right time is (RFC 5905, §10, the clock filter).
  core::Duration Width(core::LocalTime now, std::uint32_t drift) const {
    core::Duration best = core::Duration::max();
    for (const HeardAnswer& answer : answers) {
      const core::Duration delay = answer.heard.shown - answer.asked.shown;
      const core::Duration aged = MostAmiss(delay, drift) + 2 * MostAmiss(now - answer.heard.shown, drift);
      best = std::min(best, answer.stated + core::Duration{1} + delay + aged);  // half of what is stated is rounded up
    }
    return best;
  }
};

struct ClockView {
  std::uint32_t drift{};
  std::uint64_t question{};
  Moment asked;
  std::vector<HeardServer> servers;

  std::uint32_t Servers() const { return static_cast<std::uint32_t>(servers.size()); }
  std::uint32_t Majority() const { return core::Majority(Servers()); }
  // As many as may be wrong.
  std::uint32_t Minority() const { return Servers() - Majority(); }
  std::uint32_t InReach() const {
    return Count([](const HeardServer& server) { return server.InReach(); });
  }
  std::uint32_t Right(const Moment& now) const {
    return Count([&](const HeardServer& server) { return server.InReach() && server.IsRight(now, drift); });
  }

 private:
  template <class Holds>
  std::uint32_t Count(Holds&& holds) const {
    return static_cast<std::uint32_t>(std::count_if(servers.begin(), servers.end(), holds));
  }
};

struct ClockViews {
  ByNode<ClockView> views;

  ClockView& operator[](core::NodeId node) { return views[node]; }

  void Learn(core::NodeId node, const facts::ClockStarted& f, core::TrueTime) {
    views[node] = {f.drift, {}, {}, std::vector<HeardServer>(f.servers)};
  }
  void Learn(core::NodeId node, const facts::ServersPolled& f, core::TrueTime now) {
    ClockView& view = views[node];
    view.question = f.question;
    view.asked = {now, f.at};
    for (HeardServer& server : view.servers) {
      if (++server.silent >= HeardServer::kMost) server.answers.clear();
      server.stated = {};
      server.lied = false;
    }
  }
  // A question that has come twice is answered twice: which answer is heard does not matter, if either is a lie.
  void Learn(core::NodeId node, const facts::TimeStated& f, core::TrueTime now) {
    ClockView& view = views[f.to];
    if (f.question != view.question || core::Number(node) >= view.servers.size()) return;
    HeardServer& server = view.servers[core::Number(node)];
    const core::WallTime truth{now.time_since_epoch()};
    server.stated = std::max(server.stated, f.time.latest - f.time.earliest);
    server.lied = server.lied || truth < f.time.earliest || f.time.latest < truth;
  }
  void Learn(core::NodeId node, const facts::TimeHeard& f, core::TrueTime now) {
    ClockView& view = views[node];
    if (f.question != view.question || core::Number(f.server) >= view.servers.size()) return;
    HeardServer& server = view.servers[core::Number(f.server)];
    if (server.answers.size() == HeardServer::kMost) server.answers.erase(server.answers.begin());
    server.answers.push_back({view.asked, {now, f.at}, server.stated, server.lied});
    server.silent = 0;
  }
};

// --- for stories ------------------------------------------------------------------------------------------

// A clock that shows true time.
inline core::LocalTime Shown(core::Duration at) { return core::LocalTime{at}; }
inline core::WallInterval Around(core::Duration at, core::Duration error) {
  return {core::WallTime{at - error}, core::WallTime{at + error}};
}
// At `at` the node asks all servers, and hears the first of them, one after the other, a millisecond later. Half-way
// they stated true time to a millisecond; the liars, who are the first of those, a time that is a minute ahead.
inline void TellPoll(Story& story, std::uint32_t node, core::Duration at, std::uint32_t answers, std::uint32_t liars) {
  constexpr core::Duration kMillisecond = std::chrono::milliseconds(1);
  const auto question = static_cast<std::uint64_t>(at.count());
  story.At(at);
  story(node, facts::ServersPolled{question, Shown(at)});
  story.At(at + kMillisecond / 2);
  for (std::uint32_t server = 0; server < answers; ++server) {
    const core::Duration ahead = server < liars ? std::chrono::minutes(1) : core::Duration{};
    story(server, facts::TimeStated{core::NodeId{node}, question, Around(at + kMillisecond / 2 + ahead, kMillisecond)});
  }
  story.At(at + kMillisecond);
  for (std::uint32_t server = 0; server < answers; ++server) {
    story(node, facts::TimeHeard{core::NodeId{server}, question, Shown(at + kMillisecond)});
  }
}

}  // namespace invariants
