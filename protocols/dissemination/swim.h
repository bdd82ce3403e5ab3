// SWIM (Das, Gupta & Motivala, "SWIM: Scalable Weakly-consistent Infection-style Process Group Membership Protocol",
// DSN 2002): who is there, as each member believes. Each probes one other in every period, so the load of a member does
// not grow with the cluster; what it finds out travels on the probes and their answers. (The founding document's peers
// are a list for ever, and nobody notices that one is gone: F69.)
//
// The network loses packets, so silence is only a suspicion. The suspect hears of it and contradicts, with an
// incarnation that nobody else may raise; if it does not in time it is taken for dead. A dead member is remembered,
// and comes back only in a later incarnation, however old the gossip is that still calls it alive.
//
// Who is slow itself finds everybody else silent. So a member that misses answers, or is suspected, trusts itself less:
// it waits longer, and what it alone suspects stands longer (Dadgar, Phillips & Currey, "Lifeguard: Local Health
// Awareness for More Accurate Failure Detection", 2018).
//
// Probes do not reach those who are taken for dead. Whole tables are exchanged with everybody in turn, dead or not: so
// the halves of a partition find each other again, and what gossip missed is made good.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "protocols/convergence/replica.h"
#include "protocols/core/env.h"
#include "protocols/core/facts.h"
#include "protocols/dissemination/swim/config.h"
#include "protocols/dissemination/swim/messages.h"
#include "protocols/dissemination/swim/rumours.h"
#include "protocols/dissemination/swim/view.h"

namespace swim {

using core::Number;
using core::RequestId;

inline constexpr std::string_view kSummary = "SWIM: who is up, as each member believes (probes, suspicion, refutation)";

// The probe of this period, until it is answered.
struct Probe {
  ProbeId id;
  NodeId target{};
  Incarnation incarnation;     // the target's, as it was believed to be
  bool indirect{};             // others have been asked to probe as well
  core::List<NodeId> helpers;  // those of them from whom nothing has been heard
};

enum class Alarm : std::uint8_t { kProbe, kTimeout, kNack, kSuspicion, kGossip, kPushPull };

struct Node {
  using Message = swim::Message;
  using Record = std::variant<Incarnated>;
  using Fact = std::variant<facts::ViewRecovered, facts::IncarnationTaken, facts::MemberAnswered, facts::MemberAccused,
                            facts::MemberDeclaredDead, facts::MemberSeen>;
  using Request = swim::Request;
  using Reply = swim::Reply;
  struct Timer {
    Alarm alarm{};
    NodeId member{};  // kNack: for whom we probe; kSuspicion: who is suspected
    bool operator==(const Timer&) const = default;
  };
  using Config = swim::Config;
  using Env = core::Env<Node>;

  std::optional<Incarnation> incarnation;  // durable; none: this is the first life
  // Volatile.
  std::vector<View> views;  // by number; our own is what we say of ourselves
  Rumours rumours;
  convergence::Turn probing;     // whose turn it is to be probed
  convergence::Turn exchanging;  // and to be sent our table
  std::optional<Probe> probe;
  std::uint64_t probes{};             // in this life
  std::map<NodeId, ProbeId> relayed;  // whom we have not answered yet, and what he wants to know
  std::uint32_t health{};             // Lifeguard's local health multiplier, less one: 0 is well
  bool leaving{};

  void Replay(const Incarnated& record) { incarnation = record.incarnation; }
  // The durable fields, for whoever proves that a crash restores them.
  core::Fingerprint DurableFingerprint() const { return core::FingerprintOf(incarnation); }

  // Everybody believes at first that all are there, so the first life begins in silence. Any other one contradicts
  // what has been said of the last, whether or not anything has.
  void Start(Env& env) {
    views.assign(env.config().nodes, View{});
    env.Announce(facts::ViewRecovered{env.config().nodes, env.config().LeastSuspicion()});
    const bool again = incarnation.has_value();
    TakeIncarnation(again ? *incarnation + 1 : Incarnation{}, env);
    env.Arm({Alarm::kProbe, {}}, env.config().probe_interval);
    env.Arm({Alarm::kGossip, {}}, env.config().gossip_interval);
    env.Arm({Alarm::kPushPull, {}}, env.config().PushPullInterval());
    if (again) ExchangeTables(env);
  }

  void On(RequestId id, const Request&, Env& env) {
    Reply reply;
    for (std::uint32_t member = 0; member < views.size(); ++member) {
      if (views[member].MayBeUp()) reply.members.push_back(NodeId{member});
    }
    env.Reply(id, std::move(reply));
  }
  template <class Draw>
  static Request RandomRequest(Draw&&, std::uint64_t) {
    return {};
  }

  void On(const Timer& timer, Env& env) {
    switch (timer.alarm) {
      case Alarm::kProbe:
        return ProbeNext(env);
      case Alarm::kTimeout:
        return AskOthers(env);
      case Alarm::kNack:
        return TellSilence(timer.member, env);
      case Alarm::kSuspicion:
        return DeclareDead(timer.member, env);
      case Alarm::kGossip:
        return Tell(env);
      case Alarm::kPushPull:
        env.Arm(timer, env.config().PushPullInterval());
        return ExchangeTables(env);
    }
  }

  // --- probes (SWIM, §3.1; in turn, §4.3) -------------------------------------------------------------

  void ProbeNext(Env& env) {
    if (probe) MissAnswer(env);
    const std::int64_t pace = 1 + health;
    const core::Between& interval = env.config().probe_interval;
    env.Arm({Alarm::kProbe, {}}, {interval.min * pace, interval.max * pace});
    const std::optional<NodeId> target = NextToProbe(env);
    if (!target) return;
    probe = Probe{{*incarnation, ++probes}, *target, ViewOf(*target).incarnation, false, {}};
    env.Send(*target, Ping{probe->id, std::nullopt, NewsFor(*target, env)});
    const core::Duration timeout = env.config().probe_timeout * pace;
    env.Arm({Alarm::kTimeout, {}}, {timeout, timeout});
  }

  void On(NodeId from, const Ping& m, Env& env) {
    Hear(m.updates, env);
    env.Send(from, Ack{m.probe, m.origin, NewsFor(from, env)});
  }

  // However late: an answer within the period is an answer.
  void On(NodeId from, const Ack& m, Env& env) {
    Hear(m.updates, env);
    if (m.origin) return PassOn(*m.origin, m.probe, env);
    if (!probe || probe->id != m.probe || (from != probe->target && !probe->indirect)) return;
    env.Announce(facts::MemberAnswered{probe->target});
    probe.reset();
    env.Cancel({Alarm::kTimeout, {}});
    if (health > 0) --health;
  }

  // It may be the way to it that is broken, so others try theirs.
  void AskOthers(Env& env) {
    if (!probe) return;
    probe->helpers = Some(env.config().indirect_probes.value_or(0), probe->target, env);
    probe->indirect = !probe->helpers.empty();
    for (const NodeId helper : probe->helpers) {
      env.Send(helper, PingReq{probe->id, probe->target, NewsFor(helper, env)});
    }
  }

  // Of two questions of one member it is the last that we answer: it has given up on the other.
  void On(NodeId from, const PingReq& m, Env& env) {
    Hear(m.updates, env);
    if (!IsOther(m.target, env) || !IsOther(from, env)) return;
    relayed[from] = m.probe;
    env.Send(m.target, Ping{m.probe, from, NewsFor(m.target, env)});
    const core::Duration patience = env.config().probe_timeout * 4 / 5;  // in time for who asked (Lifeguard, LHA-Probe)
    env.Arm({Alarm::kNack, from}, {patience, patience});
  }
  void TellSilence(NodeId origin, Env& env) {
    const auto at = relayed.find(origin);
    if (at == relayed.end()) return;
    env.Send(origin, Nack{at->second, NewsFor(origin, env)});
    relayed.erase(at);
  }
  void On(NodeId from, const Nack& m, Env& env) {
    Hear(m.updates, env);
    if (probe && probe->id == m.probe) std::erase(probe->helpers, from);
  }

  // --- gossip ------------------------------------------------------------------------------------------

  void Tell(Env& env) {
    env.Arm({Alarm::kGossip, {}}, env.config().gossip_interval);
    if (rumours.empty()) return;
    // Who leaves has no probes to put it on.
    const std::uint32_t least = leaving ? 1 : 0;
    const core::List<NodeId> others = Some(std::max(env.config().fan_out.value_or(0), least), env.self(), env);
    if (others.empty() && leaving) rumours.Clear();  // there is nobody to tell
    for (const NodeId other : others) {
      Claims news = NewsFor(other, env);
      if (!news.empty()) env.Send(other, Gossip{std::move(news)});
    }
  }
  void On(NodeId, const Gossip& m, Env& env) { Hear(m.updates, env); }

  void ExchangeTables(Env& env) {
    if (env.config().nodes > 1 && !leaving) env.Send(exchanging.Next(env), PushPull{Table()});
  }
  void On(NodeId from, const PushPull& m, Env& env) {
    Import(m.table, env);
    env.Send(from, PushPullReply{Table()});
  }
  void On(NodeId, const PushPullReply& m, Env& env) { Import(m.table, env); }

  // --- leaving -----------------------------------------------------------------------------------------

  // Leaving is no failure: the member says itself that it goes, and only it can.
  void Drain(Env& env) {
    leaving = true;
    probe.reset();
    env.Cancel({Alarm::kProbe, {}});
    env.Cancel({Alarm::kTimeout, {}});
    View& own = views[Number(env.self())];
    own.status = Status::kLeft;
    AnnounceView(env.self(), env);
    rumours.Clear();
    rumours.Add(env.self());
  }
  bool Drained() const { return leaving && rumours.empty(); }
  // Whoever has not heard it will find out as of any other death.
  void Stop(Env&) {}

 private:
  static constexpr std::uint64_t kMostIncarnations = std::uint64_t{1} << 62;  // a member that counts so far lies

  const View& ViewOf(NodeId member) const { return views[Number(member)]; }
  bool IsOther(NodeId member, const Env& env) const { return Number(member) < views.size() && member != env.self(); }
  Claim ClaimAbout(NodeId member) const {
    const View& view = ViewOf(member);
    return {member, view.incarnation, view.status, view.accusers};
  }

  // --- what is heard -----------------------------------------------------------------------------------

  void Hear(const Claims& claims, Env& env) {
    for (const Claim& claim : claims) Hear(claim, env);
  }
  void Hear(const Claim& claim, Env& env) {
    if (!IsSane(claim)) return;
    if (claim.member == env.self()) return HearOfSelf(claim, env);
    Believe(claim, env);
  }

  bool IsSane(const Claim& claim) const {
    const auto is_witness = [&](NodeId accuser) { return Number(accuser) < views.size() && accuser != claim.member; };
    return Number(claim.member) < views.size() && claim.status <= Status::kLeft &&
           claim.incarnation.value < kMostIncarnations &&
           std::all_of(claim.accusers.begin(), claim.accusers.end(), is_witness);
  }

  // What others believe may be as old as the partition that has just healed, so their dead are only suspect here: if
  // they live they have time to say so (memberlist, mergeState).
  void Import(const Claims& table, Env& env) {
    for (Claim claim : table) {
      if (claim.status == Status::kDead) claim.status = Status::kSuspect;
      Hear(claim, env);
    }
  }

  // Contradicts it, unless what it says is old: whatever is said of us that we have not said is wrong. That of an
  // incarnation which we have not reached is from before a disk was lost.
  void HearOfSelf(const Claim& claim, Env& env) {
    if (leaving || !ViewOf(env.self()).IsBefore(claim)) return;
    TakeIncarnation(claim.incarnation + 1, env);
    Worsen(1, env);  // whoever suspects us has not heard from us in time (Lifeguard, LHA-Probe)
  }
  void TakeIncarnation(Incarnation next, Env& env) {
    const Incarnated record{next};
    Replay(record);
    env.Write(record);
    env.Announce(facts::IncarnationTaken{next});
    views[Number(env.self())] = View{next, Status::kAlive, {}, {}};
    if (next != Incarnation{}) rumours.Add(env.self());
  }

  void Believe(const Claim& claim, Env& env) {
    View& view = views[Number(claim.member)];
    const bool suspected = view.status == Status::kSuspect;
    const News news = view.Take(claim, env.config().MostAccusers());
    if (news == News::kNone) return;
    if (!leaving) rumours.Add(claim.member);
    if (news == News::kChanged) {
      view.suspect_since = env.now();
      AnnounceView(claim.member, env);
    }
    if (view.status == Status::kSuspect) {
      AwaitRefutation(claim.member, env);
    } else if (suspected) {
      env.Cancel({Alarm::kSuspicion, claim.member});
    }
  }
  void AnnounceView(NodeId member, Env& env) {
    const View& view = ViewOf(member);
    env.Announce(facts::MemberSeen{member, view.incarnation, view.status, env.now()});
  }

  // --- suspicion (SWIM, §4.2; Lifeguard, LHA-Suspicion) ----------------------------------------------------------

  // Neither it nor, through whoever has been asked, anybody has answered.
  void MissAnswer(Env& env) {
    // Who hears not even from those he asked has himself to blame, rather than the one whom they do not reach either.
    Worsen(probe->indirect ? static_cast<std::uint32_t>(probe->helpers.size()) : 1, env);
    Accuse(*probe, env);
    probe.reset();
  }
  void Accuse(const Probe& missed, Env& env) {
    const View& view = ViewOf(missed.target);
    // It may have spoken up meanwhile, and that is another incarnation.
    if (!view.MayBeUp() || view.incarnation != missed.incarnation) return;
    env.Announce(facts::MemberAccused{missed.target, missed.incarnation});
    Believe({missed.target, missed.incarnation, Status::kSuspect, {env.self()}}, env);
  }
  // From the first suspicion on, however often it is confirmed.
  void AwaitRefutation(NodeId member, Env& env) {
    const View& view = ViewOf(member);
    const core::LocalTime deadline = view.suspect_since + env.config().SuspicionOf(view.accusers.size());
    const core::Duration rest = std::max(deadline - env.now(), core::Duration{});
    env.Arm({Alarm::kSuspicion, member}, {rest, rest});
  }
  void DeclareDead(NodeId member, Env& env) {
    const View& view = ViewOf(member);
    if (view.status != Status::kSuspect || leaving) return;
    env.Announce(facts::MemberDeclaredDead{member, view.incarnation, env.now()});
    Believe({member, view.incarnation, Status::kDead, {}}, env);
  }

  void Worsen(std::uint32_t by, Env& env) { health = std::min(health + by, env.config().max_health.value_or(0)); }

  // --- who, and what ----------------------------------------------------------------------------------------

  // The next in turn who may be up. The only one may have come first in this round and come last in the next, so one
  // round is not enough to look for it (memberlist 8c0d992).
  std::optional<NodeId> NextToProbe(Env& env) {
    for (std::uint32_t tries = 2 * (env.config().nodes - 1); tries > 0; --tries) {
      const NodeId next = probing.Next(env);
      if (ViewOf(next).MayBeUp()) return next;
    }
    return std::nullopt;
  }
  // So many others who may be up, at random, but not this one.
  core::List<NodeId> Some(std::size_t most, NodeId but, Env& env) {
    core::List<NodeId> some;
    for (std::uint32_t number = 0; number < views.size(); ++number) {
      const NodeId member{number};
      if (views[number].MayBeUp() && member != but && member != env.self()) some.push_back(member);
    }
    most = std::min(most, some.size());
    for (std::size_t place = 0; place < most; ++place) {
      std::swap(some[place], some[place + env.Draw(some.size() - place)]);
    }
    some.resize(most);
    return some;
  }

  void PassOn(NodeId origin, const ProbeId& answered, Env& env) {
    if (!IsOther(origin, env)) return;
    const auto at = relayed.find(origin);
    if (at != relayed.end() && at->second == answered) {
      relayed.erase(at);
      env.Cancel({Alarm::kNack, origin});
    }
    env.Send(origin, Ack{answered, std::nullopt, NewsFor(origin, env)});
  }

  // What to tell this one. Whom we do not take for alive hears that from us before anything else (Lifeguard's buddy
  // system): he must know to contradict it.
  Claims NewsFor(NodeId to, Env& env) {
    const bool doubted = Number(to) < views.size() && ViewOf(to).status != Status::kAlive;
    Claims news;
    if (doubted) news.push_back(ClaimAbout(to));
    const std::size_t room = env.config().max_updates - news.size();
    for (const NodeId member : rumours.Take(to, room, env.config().MostTransmissions())) {
      news.push_back(ClaimAbout(member));
    }
    return news;
  }
  Claims Table() const {
    Claims table;
    for (std::uint32_t member = 0; member < views.size(); ++member) {
      if (!views[member].IsInitial()) table.push_back(ClaimAbout(NodeId{member}));
    }
    return table;
  }
};
static_assert(core::Node<Node>);

}  // namespace swim
