// World: a cluster of hosts in simulated time.
//
// Pops the next event, hands it to the node concerned, commits the effects and
// schedules what follows. All randomness comes from one chooser, all order from
// (time, sequence), and no member points to another, so `World fork = world;` is
// a snapshot that goes on like the original.
//
// Messages from a node to itself arrive at once and are lost only with it. Observers
// see facts and, if they ask, a line of text per event, and the time before each event
// (`OnTime`); they change nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "protocols/core/check.h"
#include "protocols/core/facts.h"
#include "protocols/core/host.h"
#include "protocols/core/text.h"
#include "protocols/core/variants.h"
#include "sim/agenda.h"
#include "sim/causes.h"
#include "sim/digest.h"
#include "sim/fault.h"
#include "sim/line.h"
#include "sim/liveness.h"
#include "sim/meter.h"
#include "sim/physics.h"
#include "sim/plan.h"
#include "sim/report.h"
#include "sim/settle.h"
#include "sim/slab.h"
#include "sim/timers.h"
#include "sim/transport.h"
#include "sim/workload.h"

namespace sim {

// Sees nothing: the world alone.
struct NoObserver {
  template <class Fact>
  void OnFact(core::NodeId, const Fact&) {}
  void OnEngineFact(core::NodeId, const facts::Engine&) {}
  template <class MakeText>
  void Note(std::uint64_t, core::Duration, MakeText&&) {}
  static constexpr bool kWantsManifests = false;
};

// The shape of a cluster: nodes 0 to members-1 are the cluster, the others its applications.
struct Shape {
  std::uint32_t members = 0;
  std::uint32_t nodes = 0;
};

template <core::Node N>
class World {
 public:
  World(std::shared_ptr<const Plan> plan, typename N::Config config, Shape shape, std::uint64_t seed,
        core::Mutation mutation = {})
      : plan_(std::move(plan)),
        config_(std::move(config)),
        mutation_(mutation),
        chooser_(seed),
        physics_(*plan_, shape.members, shape.nodes, plan_->workload.clients),
        agenda_(plan_->schedule, shape.nodes, chooser_),
        liveness_(shape.nodes, plan_->workload.clients),
        hosts_(shape.nodes),
        timers_(shape.nodes),
        lines_(shape.nodes),
        clients_(plan_->workload.clients) {
    DrawClocks(plan_->clock, physics_, chooser_);
    DrawDiskBudget(plan_->disk.budget, physics_, chooser_);
  }

  // From now on, which is before the start: see meter.h.
  void Measure(core::Duration patience) {
    meter_.emplace(patience, physics_.members, static_cast<std::uint32_t>(hosts_.size()), plan_->workload.clients);
    transport_.between_members.emplace();
  }
  std::optional<Effort> Measured() const {
    if (!meter_) return std::nullopt;
    Effort effort = meter_->Measured(physics_.now);
    effort.messages = transport_.between_members->messages;
    effort.bytes = transport_.between_members->bytes;
    return effort;
  }

  // From now on, which is before the start: what clients ask in the storm.
  void KeepRequests() { sent_.emplace(); }
  std::vector<SentRequest> SentRequests() const { return sent_.value_or(std::vector<SentRequest>{}); }

  // From now on, which is before the start: what is behind each event.
  void KeepCauses() { causes_.emplace(); }
  std::vector<Cause> TakeCauses() { return causes_ ? causes_->Take() : std::vector<Cause>{}; }

  // What is chosen from now on is what this seed chooses.
  void Reseed(std::uint64_t seed) { chooser_ = core::Tape(seed); }

  // Starts every node and schedules faults, load and the end of the storm.
  template <class Observer>
  void Start(Observer& observer) {
    windows_ = DrawWindows(*plan_, chooser_);
    // Before the windows that end with the storm: what they broke outside the core must stay broken.
    agenda_.Foresee(core::TrueTime{plan_->storm}, kSettle, 0, 0, 0, chooser_);
    agenda_.Foresee(core::TrueTime{plan_->storm + plan_->settle - plan_->settle / 5}, kClosing, 0, 0, 0, chooser_);
    for (std::uint32_t i = 0; i < windows_.size(); ++i) {
      if (windows_[i].awaited) {
        Await(i);
        continue;
      }
      const FaultWindow& window = windows_[i].window;
      agenda_.Foresee(core::TrueTime{window.begin}, kFaultBegin, i, window.fault, window.ordinal, chooser_);
      agenda_.Foresee(core::TrueTime{window.end}, kFaultEnd, i, window.fault, window.ordinal, chooser_);
    }
    agenda_.Unfold();
    AnnouncePromise(observer);
    for (std::uint32_t node = 0; node < hosts_.size(); ++node) StartNode(node, observer);
    for (std::uint32_t client = 0; client < clients_.size(); ++client) Think(client);
  }

  // Makes the next step. False: nothing more happens before the end of the plan.
  template <class Observer>
  bool Step(Observer& observer) {
    const core::TrueTime end{plan_->storm + plan_->settle};
    while (!agenda_.empty()) {
      const Event event = agenda_.Pop();
      if (event.at > end.time_since_epoch().count()) {
        agenda_.PutBack(event);  // cheaper, once, than a look before each step
        break;
      }
      physics_.now = core::TrueTime{core::Duration{event.at}};
      TellTime(observer);
      if (!Dispatch(event, observer)) continue;
      if (physics_.draining > 0) FinishIfDrained(event.to, observer);
      ++events_;
      if (causes_) causes_->Happened(events_, now(), PlacesOf(event));
      last_kind_ = static_cast<EventKind>(event.kind);
      last_to_ = event.to;
      agenda_.Advance(events_, event.to);
      digest_.Climb(events_, now());
      return true;
    }
    physics_.now = end;
    TellTime(observer);
    return false;
  }

  // Somebody outside asks this node, now. Not a client of the world's: nobody waits for the answer.
  template <class Observer>
  void Inject(std::uint32_t node, core::RequestId id, const typename N::Request& request, Observer& observer) {
    CHECK(core::Number(id.client) >= clients_.size());
    if (!physics_.processes[node].attentive()) return;
    digest_.Absorb(request);
    RunNode(node, observer, [&](N& n, core::Env<N>& env) { n.On(id, request, env); });
  }

  core::Duration now() const { return physics_.now.time_since_epoch(); }
  std::uint64_t events() const { return events_; }
  // The nodes, from the first to before the second, that the last event may have changed.
  std::pair<std::uint32_t, std::uint32_t> touched() const {
    switch (last_kind_) {
      case kMessage:
      case kTimer:
      case kSync:
      case kRequest:
        return {last_to_, last_to_ + 1};
      case kReply:
      case kClientWake:
      case kClientTimeout:
        return {0, 0};
      default:
        return {0, static_cast<std::uint32_t>(hosts_.size())};
    }
  }
  bool settling() const { return settling_; }
  // The storm is over and there is no core: too few nodes can trust their disks. Nobody is owed progress.
  bool coreless() const { return settling_ && core_.empty(); }
  const Digest& digest() const { return digest_; }
  const Physics& physics() const { return physics_; }
  const std::vector<core::Host<N>>& hosts() const { return hosts_; }
  const typename N::Config& config() const { return config_; }
  const std::vector<ActiveFault>& windows() const { return windows_; }
  const RequestCounts& requests() const { return requests_; }
  // How often nodes announced each kind of fact.
  std::vector<std::pair<std::string, std::uint64_t>> Announced() const {
    return NameFacts(std::type_identity<typename N::Fact>{});
  }
  const std::vector<std::uint32_t>& core() const { return core_; }
  std::size_t pending() const { return agenda_.pending(); }
  // Not cheap: it looks at every node.
  facts::Vitals Vitals() const {
    constexpr std::uint64_t kMostPerEndpoint = 5'000;
    facts::Vitals vitals;
    vitals.pending = agenda_.pending();
    vitals.still = !agenda_.wakes_nodes();
    for (std::uint32_t node = 0; node < hosts_.size(); ++node) {
      const Process& process = physics_.processes[node];
      vitals.pending += lines_[node].size() + hosts_[node].held();
      if (!process.up() || process.pauses > 0 || process.busy) vitals.still = false;  // it will go on
    }
    vitals.most_pending = kMostPerEndpoint * (4 + physics_.network.endpoints());
    vitals.patience = plan_->settle;
    if (!physics_.HasSoundQuorum()) return vitals;  // nobody is owed anything
    vitals.owed = liveness_.owed();
    vitals.stalled = liveness_.StalledFor(physics_.now);
    return vitals;
  }
  // Messages, requests and replies that are under way or wait in a line.
  std::size_t carried() const { return transport_.size(); }
  std::size_t waiting(std::uint32_t node) const { return lines_[node].size(); }
  // To answer some choices otherwise than the seed does.
  core::Tape& chooser() { return chooser_; }

 private:
  // What a host does to the world, on behalf of one node.
  template <class Observer>
  struct Sink {
    World& world;
    std::uint32_t node;
    Observer& observer;

    void Send(core::NodeId to, typename N::Message&& message) {
      world.Post(node, core::Number(to), std::move(message));
    }
    void Reply(core::RequestId to, typename N::Reply reply) { world.PostReply(node, to, std::move(reply)); }
    void Announce(const typename N::Fact& fact) { world.Announce(node, fact, observer); }
    void Arm(const typename N::Timer& timer, core::Between after) { world.ArmTimer(node, timer, after); }
    void Cancel(const typename N::Timer& timer) { world.timers_[node].Cancel(timer); }
    void WantSync() { world.BeginSync(node, observer); }
  };

  // One copy of it, for who announces at once and who does after a sync.
  template <class Observer>
  [[gnu::noinline]] void Announce(std::uint32_t node, const typename N::Fact& fact, Observer& observer) {
    ++announced_[fact.index()];
    if (!anchors_.empty()) [[unlikely]]
      Heed({Anchors::Kind::kFact, static_cast<std::uint32_t>(fact.index()), node, node});
    core::Visit(
        [&](const auto& f) {
          physics_.roles.Learn(node, f);
          liveness_.Learn(node, f, physics_.now);
          if (meter_) meter_->Learn(node, f, physics_.now);
        },
        fact);
    observer.Note(events_ + 1, now(),
                  [&] { return core::Text(core::NodeId{node}) + " announces " + core::Text(fact); });
    observer.OnFact(core::NodeId{node}, fact);
  }

  template <class... F>
  std::vector<std::pair<std::string, std::uint64_t>> NameFacts(std::type_identity<std::variant<F...>>) const {
    std::size_t place = 0;
    return {{std::string(core::TypeName<F>()), announced_[place++]}...};
  }

  // The clocks of one node, as the node may read them.
  struct NodeClocks final : core::Clocks {
    NodeClocks(Physics& physics, std::uint32_t node) : physics_(physics), node_(node) {}
    core::LocalTime Local() const override { return physics_.clocks[node_].Local(physics_.now); }
    core::WallTime Wall() const override { return physics_.clocks[node_].Wall(physics_.now); }
    core::WallInterval WallBounds() const override { return physics_.WallBounds(node_); }

   private:
    Physics& physics_;
    std::uint32_t node_;
  };

  // Facts of nodes have no time of their own: whoever wants it is told what time it is.
  template <class Observer>
  void TellTime(Observer& observer) {
    if constexpr (requires { observer.OnTime(core::TrueTime{}); }) observer.OnTime(physics_.now);
  }

  // Answers the event's number.
  std::uint64_t Push(core::TrueTime at, EventKind kind, std::uint32_t slot, std::uint32_t to) {
    return agenda_.Push(at, kind, slot, to, chooser_);
  }

  void Absorb(const Event& event, std::uint32_t about) {
    digest_.state.Mix(static_cast<std::uint64_t>(event.at));
    digest_.state.Mix((static_cast<std::uint64_t>(event.kind) << 56) ^ (static_cast<std::uint64_t>(event.to) << 32) ^
                      about);
  }

  template <class Observer>
  bool Dispatch(const Event& event, Observer& observer) {
    switch (static_cast<EventKind>(event.kind)) {
      case kMessage:
        return Deliver(event, observer);
      case kTimer:
        return Expire(event, observer);
      case kSync:
        return EndSync(event, observer);
      case kRequest:
        return Ask(event, observer);
      case kReply:
        return Answer(event, observer);
      case kClientWake:
        return Wake(event, observer);
      case kClientTimeout:
        return TimeOut(event, observer);
      case kFaultBegin:
        return Begin(event, observer);
      case kFaultEnd:
        return End(event, observer);
      case kFaultTick:
        return Tick(event, observer);
      case kSettle:
        return Settle(event, observer);
      case kClosing:
        Absorb(event, 0);
        observer.OnEngineFact(facts::kNobody, facts::Closing{});
        return true;
      case kRestart:
        return RestartStopped(event, observer);
      case kRead:
        return EndRead(event, observer);
      case kWorked:
        return TakeFromLine(event, observer);
    }
    return false;
  }

  // --- nodes -------------------------------------------------------------------

  // Runs `step(node, env)` and commits what it did.
  template <class Observer, class StepNode>
  void RunNode(std::uint32_t node, Observer& observer, StepNode&& step) {
    core::Host<N>& host = hosts_[node];
    const NodeClocks clocks(physics_, node);
    const core::Surroundings surroundings{core::NodeId{node}, &clocks, &chooser_, &host.draws};
    core::Env<N> env(surroundings, config_, effects_);
    step(host.node, env);
    CommitStep(node, observer);
  }

  // Nothing of the step is seen if its node does not live to write it.
  template <class Observer>
  void CommitStep(std::uint32_t node, Observer& observer) {
    if (physics_.disks[node].watches_appends() && !Append(node, observer)) {
      effects_.Clear();
      return;
    }
    Sink<Observer> sink{*this, node, observer};
    hosts_[node].Commit(effects_, sink, mutation_, plan_->disk.sync);
  }

  template <class Observer>
  void StartNode(std::uint32_t node, Observer& observer) {
    RunNode(node, observer, [](N& n, core::Env<N>& env) { n.Start(env); });
  }

  // Whether this node can take an event now; if not, what becomes of the event.
  enum class Readiness : std::uint8_t { kReady, kWaits, kDead };
  Readiness CheckReady(const Event& event) {
    const Process& process = physics_.processes[event.to];
    if (process.attentive() || serving_) return Readiness::kReady;
    if (!process.up() || (process.frozen && process.pauses > 0)) return Readiness::kDead;
    // Who can only be stopped gets its syncs done and hears of nothing else.
    if (process.drains > 0 && !kDrains && event.kind != kSync) return Readiness::kDead;
    if (process.pauses == 0 && !process.busy && !process.slow()) return Readiness::kReady;
    lines_[event.to].Push(event);
    TakeUpNext(event.to);
    return Readiness::kWaits;
  }

  // Takes up the first in line that is still of use. It is handled when its time of work is over.
  void TakeUpNext(std::uint32_t node) {
    Process& process = physics_.processes[node];
    Line& line = lines_[node];
    if (process.busy || process.pauses > 0) return;
    while (!line.empty() && line.front().kind == kTimer && !IsDue(line.front())) line.Pop();
    if (line.empty()) return;
    process.busy = true;
    ++process.tasks;
    Push(physics_.now + DrawWork(node), kWorked, process.tasks, node);
  }

  core::Duration DrawWork(std::uint32_t node) {
    const Process& process = physics_.processes[node];
    if (!process.slow()) return {};
    const core::Between& work = process.work;
    core::Duration drawn = work.min;
    if (work.min != work.max) {
      const auto spread = static_cast<std::uint64_t>((work.max - work.min).count()) + 1;
      drawn += core::Duration{chooser_.Choose({core::Purpose::kWork, node, 0, process.tasks}, spread)};
    }
    if (drawn.count() > 0) ++physics_.effects[process.slowed_by];
    return drawn;
  }

  template <class Observer>
  bool TakeFromLine(const Event& event, Observer& observer) {
    Process& process = physics_.processes[event.to];
    if (!process.busy || event.slot != process.tasks) return false;  // it crashed since
    process.busy = false;
    if (process.pauses > 0) return false;  // what it was at, it begins anew
    Event first = lines_[event.to].front();
    lines_[event.to].Pop();
    first.at = event.at;
    serving_ = true;
    const bool happened = Dispatch(first, observer);
    serving_ = false;
    TakeUpNext(event.to);
    return happened;
  }

  void Post(std::uint32_t from, std::uint32_t to, typename N::Message&& message) {
    if (from == to) {
      ++physics_.network.counts().sent;
      const std::uint32_t boot = physics_.disks[to].boot();
      const std::uint32_t slot = transport_.messages.Emplace(from, boot, std::move(message));
      if (causes_) causes_->Sent(TravelOf(kMessage), slot, events_ + 1);
      agenda_.PushLast(physics_.now, kMessage, slot, to);
      return;
    }
    if (meter_ && from >= physics_.members && to < physics_.members) meter_->Asked(from, 0, physics_.now);
    Send(from, to, kMessage, to, std::move(message), [&](std::uint32_t number, typename N::Message&& content) {
      return transport_.messages.Emplace(from, number, std::move(content));
    });
  }

  // Which of what travels this is, as causes.h counts them.
  static std::size_t TravelOf(std::uint32_t kind) { return kind == kMessage ? 0 : kind == kRequest ? 1 : 2; }

  // Where it happened: at a node, a client, the victims of a fault, or everywhere.
  std::vector<std::uint32_t> PlacesOf(const Event& event) const {
    switch (static_cast<EventKind>(event.kind)) {
      case kMessage:
      case kTimer:
      case kSync:
      case kRequest:
      case kRestart:
      case kRead:
      case kWorked:
        return {event.to};
      case kReply:
      case kClientWake:
      case kClientTimeout:
        return {ClientEndpoint(event.to)};
      case kFaultBegin:
      case kFaultEnd:
      case kFaultTick: {
        std::vector<std::uint32_t> places;
        for (const core::NodeId node : windows_[event.slot].window.nodes) places.push_back(core::Number(node));
        return places;
      }
      case kSettle:
      case kClosing:
        break;
    }
    std::vector<std::uint32_t> everywhere(hosts_.size());
    for (std::uint32_t node = 0; node < hosts_.size(); ++node) everywhere[node] = node;
    return everywhere;
  }

  // `pack(number, content)` stores each copy that will arrive, and answers its slot; `about` is whom the event
  // concerns.
  template <class Content, class Pack>
  void Send(std::uint32_t from, std::uint32_t to, EventKind kind, std::uint32_t about, Content&& content, Pack&& pack) {
    transport_.Send(from, to, std::move(content), physics_, chooser_,
                    [&](core::Duration delay, std::uint32_t number, Content&& copy) {
                      const std::uint32_t slot = pack(number, std::move(copy));
                      if (causes_) causes_->Sent(TravelOf(kind), slot, events_ + 1);
                      Push(agenda_.Align(physics_.now + delay), kind, slot, about);
                    });
  }

  // Whether a packet that has come to the end of its link arrives. If it is only held up, it comes again.
  enum class Passage : std::uint8_t { kArrives, kKilled, kHeld };
  Passage CheckPassage(const Event& event, std::uint32_t from, std::uint32_t to, std::uint32_t number) {
    if (from == to) {
      if (number == physics_.disks[to].boot()) return Passage::kArrives;
      ++physics_.network.counts().dead;  // it was in the memory of a process that is no more
      return Passage::kKilled;
    }
    if (!physics_.network.watches_arrivals() || serving_) return Passage::kArrives;
    core::TrueTime until{};
    const auto arrival = physics_.network.Arrive(from, to, number, physics_.now, physics_.effects, &until);
    if (arrival == Network::Arrival::kArrives) return Passage::kArrives;
    if (arrival == Network::Arrival::kKilled) return Passage::kKilled;
    Push(until, static_cast<EventKind>(event.kind), event.slot, event.to);
    return Passage::kHeld;
  }

  // Whether what this event carries over the link is at its end now. If not, it is gone, or comes again.
  template <class Carried>
  bool ComesThrough(const Event& event, std::uint32_t from, std::uint32_t to, Slab<Carried>& slab) {
    const Passage passage = CheckPassage(event, from, to, slab[event.slot].number);
    if (passage == Passage::kKilled) slab.Free(event.slot);
    return passage == Passage::kArrives;
  }

  // Whether the node that it has come to takes it now. If not, it waits, or is gone.
  template <class Carried>
  bool IsTaken(const Event& event, Slab<Carried>& slab) {
    const Readiness readiness = CheckReady(event);
    if (readiness == Readiness::kDead) {
      ++physics_.network.counts().dead;
      slab.Free(event.slot);
    }
    return readiness == Readiness::kReady;
  }

  template <class Observer>
  bool Deliver(const Event& event, Observer& observer) {
    auto& messages = transport_.messages;
    if (!ComesThrough(event, messages[event.slot].from, event.to, messages)) return false;
    if (!IsTaken(event, messages)) return false;
    ++physics_.network.counts().delivered;
    if (causes_) causes_->Delivered(TravelOf(kMessage), event.slot);
    const auto& packet = messages[event.slot];
    const core::NodeId from{packet.from};
    Absorb(event, packet.from);
    digest_.Absorb(packet.message);
    observer.Note(events_ + 1, now(), [&] {
      return core::Text(from) + "->" + core::Text(core::NodeId{event.to}) + " " + core::Text(packet.message);
    });
    if constexpr (requires { observer.OnMessage(from, core::NodeId{event.to}, packet.message); }) {
      observer.OnMessage(from, core::NodeId{event.to}, packet.message);
    }
    if constexpr (Observer::kWantsManifests && requires { N::kHasManifest; }) {
      N::Manifest(packet.message,
                  [&](const facts::Engine& fact) { observer.OnEngineFact(core::NodeId{event.to}, fact); });
    }
    if (!anchors_.empty())
      Heed({Anchors::Kind::kMessage, static_cast<std::uint32_t>(packet.message.index()), packet.from, event.to});
    if (static_cast<int>(packet.message.index()) == mutation_.ignore_message) {
      messages.Free(event.slot);
      return true;
    }
    // Effects are only collected while the handler runs, so the packet stays where it is.
    core::Host<N>& host = hosts_[event.to];
    const NodeClocks clocks(physics_, event.to);
    const core::Surroundings surroundings{core::NodeId{event.to}, &clocks, &chooser_, &host.draws};
    core::Env<N> env(surroundings, config_, effects_);
    core::Visit([&](const auto& message) { host.node.On(from, message, env); }, packet.message);
    messages.Free(event.slot);
    CommitStep(event.to, observer);
    return true;
  }

  // --- timers ------------------------------------------------------------------

  void ArmTimer(std::uint32_t node, const typename N::Timer& timer, core::Between after) {
    const std::uint32_t slot = timers_[node].SlotFor(timer);
    const auto spread = static_cast<std::uint64_t>((after.max - after.min).count()) + 1;
    core::Duration length = after.min;
    if (spread > 1) {
      length += core::Duration{chooser_.Choose({core::Purpose::kTimer, node, 0, timer_draws_[node]++}, spread)};
    }
    length += plan_->clock.timer_slack.Sample([&](std::uint64_t bound) {
      return chooser_.Choose({core::Purpose::kTimer, node, 1, slack_draws_[node]++}, bound);
    });
    if (timers_[node].Arm(slot, length, physics_.clocks[node], physics_.now)) PushTimer(node, slot);
  }

  void PushTimer(std::uint32_t node, std::uint32_t slot) {
    auto& timer = timers_[node].slots[slot];
    timer.event = Push(timer.fires_at, kTimer, slot, node);
  }

  // Whether a timer's live event may fire. One that was cancelled ends here; one that was put off moves on.
  bool IsDue(const Event& event) {
    auto& slot = timers_[event.to].slots[event.slot];
    slot.queued = slot.armed && physics_.now >= slot.due;
    if (slot.queued) return true;
    if (slot.armed && timers_[event.to].Queue(event.slot)) PushTimer(event.to, event.slot);
    return false;
  }

  template <class Observer>
  bool Expire(const Event& event, Observer& observer) {
    auto& slot = timers_[event.to].slots[event.slot];
    if (!slot.queued || slot.event != event.sequence) return false;
    const Process& process = physics_.processes[event.to];
    if (process.pauses > 0) {
      slot.queued = false;  // Resume schedules it again
      return false;
    }
    if (!IsDue(event)) return false;
    if (CheckReady(event) != Readiness::kReady) return false;
    slot.queued = slot.armed = false;
    const typename N::Timer timer = slot.timer;
    Absorb(event, 0);
    digest_.Absorb(timer);
    observer.Note(events_ + 1, now(),
                  [&] { return core::Text(core::NodeId{event.to}) + " timer " + core::Text(timer); });
    RunNode(event.to, observer, [&](N& n, core::Env<N>& env) { n.On(timer, env); });
    return true;
  }

  void RescheduleTimers(std::uint32_t node) {
    auto& timers = timers_[node];
    for (std::uint32_t slot = 0; slot < timers.slots.size(); ++slot) {
      if (timers.Schedule(slot, physics_.clocks[node], physics_.now)) PushTimer(node, slot);
    }
  }

  // --- disks -------------------------------------------------------------------

  template <class Observer>
  void BeginSync(std::uint32_t node, Observer& observer) {
    core::Duration latency{};
    Disk& disk = physics_.disks[node];
    if (!disk.BeginSync(hosts_[node].written(), physics_.AccessDisk(node, chooser_), &latency)) return;
    if (PowerFails(node)) return FailPower(node, observer);
    Push(physics_.now + latency, kSync, disk.boot(), node);
  }

  template <class Observer>
  bool EndSync(const Event& event, Observer& observer) {
    Disk& disk = physics_.disks[event.to];
    if (event.slot != disk.boot()) return false;  // the machine crashed since
    const Readiness readiness = CheckReady(event);
    if (readiness != Readiness::kReady) return false;
    Absorb(event, 0);
    const bool done = disk.EndSync(physics_.AccessDisk(event.to, chooser_));
    observer.Note(events_ + 1, now(), [&] {
      const std::string node = core::Text(core::NodeId{event.to});
      return done ? node + " synced " + std::to_string(disk.acknowledged()) + " records" : node + ": a sync failed";
    });
    if (!done) {
      // Never again: a second sync would succeed, with records gone.
      StopNode(event.to, Keeps::kAll, observer);
      RestartAfter(event.to, disk.errors.restart);
      return true;
    }
    if (PowerFails(event.to)) {  // it is done, and nobody has heard of it
      FailPower(event.to, observer);
      return true;
    }
    Sink<Observer> sink{*this, event.to, observer};
    hosts_[event.to].Synced(disk.acknowledged(), sink);
    // What is durable, not what the disk says: else a lie would cost more than what was written since.
    if constexpr (core::kHasCheckpoints<typename N::Record>) disk.Drop(hosts_[event.to].DropObsolete(disk.durable()));
    BeginSync(event.to, observer);
    return true;
  }

  // A step's records one by one, where something waits for one of them. False: that was the node's end.
  template <class Observer>
  bool Append(std::uint32_t node, Observer& observer) {
    Disk& disk = physics_.disks[node];
    if (effects_.written.empty()) return true;
    if (disk.full.on() && !physics_.Spares(node, disk.full.kind)) {
      ++physics_.effects[disk.full.kind];
      disk.starved = true;
      StopNode(node, Keeps::kAll, observer);
      return false;
    }
    for (std::size_t written = 1; written <= effects_.written.size(); ++written) {
      if (!PowerFails(node)) continue;
      hosts_[node].Append(effects_, written);
      FailPower(node, observer);
      return false;
    }
    return true;
  }

  // Whether the fuse of a `crash_at_storage_op` burns down with this operation.
  bool PowerFails(std::uint32_t node) {
    Disk& disk = physics_.disks[node];
    return disk.Operation() && !physics_.Spares(node, disk.fuse.kind);
  }

  template <class Observer>
  void FailPower(std::uint32_t node, Observer& observer) {
    const Fuse& fuse = physics_.disks[node].fuse;
    ++physics_.effects[fuse.kind];
    StopNode(node, Keeps::kRandom, observer);
    RestartAfter(node, fuse.restart);
  }

  template <class Observer>
  void StopNode(std::uint32_t node, Keeps keeps, Observer& observer) {
    if (physics_.Stop(node)) CrashNode(node, keeps, observer);
  }

  void RestartAfter(std::uint32_t node, core::Between delay) {
    const auto spread = static_cast<std::uint64_t>((delay.max - delay.min).count()) + 1;
    const core::ChoiceName name{core::Purpose::kDisk, node, static_cast<std::uint32_t>(DiskDraw::kRestart),
                                physics_.disks[node].boot()};
    Push(physics_.now + delay.min + core::Duration{chooser_.Choose(name, spread)}, kRestart, 0, node);
    Disturb();
  }

  template <class Observer>
  bool RestartStopped(const Event& event, Observer& observer) {
    CalmDown();
    if (!physics_.Restart(event.to)) return false;
    Absorb(event, 0);
    CarryOutOrders(observer);
    return true;
  }

  // --- clients -------------------------------------------------------------------

  template <class Observer>
  void AnnouncePromise(Observer& observer) {
    facts::ForEachPromised(facts::PromiseOf(config_),
                           [&](const auto& fact) { observer.OnEngineFact(facts::kNobody, fact); });
  }

  std::uint32_t ClientEndpoint(std::uint32_t client) const {
    return static_cast<std::uint32_t>(hosts_.size()) + client;
  }
  core::NodeId EndpointOf(core::ClientId client) const { return core::NodeId{ClientEndpoint(core::Number(client))}; }

  void Think(std::uint32_t client) {
    if (plan_->workload.sent && !settling_) return AwaitReplayed(client);
    Push(physics_.now + clients_[client].Think(plan_->workload, client, chooser_), kClientWake, 0, client);
  }

  // Its next request that the plan brings. A wake of one has its place, counted from 1.
  void AwaitReplayed(std::uint32_t client) {
    const std::vector<SentRequest>& sent = *plan_->workload.sent;
    std::size_t& next = clients_[client].replayed;
    while (next < sent.size() && sent[next].client != client) ++next;
    if (next == sent.size()) return Content(client);
    const core::TrueTime at{sent[next].at};
    ++next;
    Push(std::max(physics_.now, at), kClientWake, static_cast<std::uint32_t>(next), client);
  }

  // It wants nothing more.
  void Content(std::uint32_t client) {
    liveness_.Contented(client, physics_.now);
    if (meter_) meter_->Contented(ClientEndpoint(client), physics_.now);
  }

  template <class Observer>
  bool Wake(const Event& event, Observer& observer) {
    Client& client = clients_[event.to];
    if (event.slot != 0 && !settling_) client.Resume((*plan_->workload.sent)[event.slot - 1]);
    if (coreless() || !client.MaySend(plan_->workload, settling_)) {
      if (!client.waiting) Content(event.to);
      return false;
    }
    Absorb(event, 0);
    ++requests_.sent;
    const bool probe = client.Send(settling_);
    liveness_.Asked(event.to, physics_.now);
    if (meter_) meter_->Asked(ClientEndpoint(event.to), client.sequence, physics_.now);
    if (probe) observer.OnEngineFact(EndpointOf(core::ClientId{event.to}), facts::ProbeSent{});
    const core::RequestId id{core::ClientId{event.to}, client.sequence};
    const std::uint32_t to = client.Target(event.to, physics_.members, chooser_);
    if (sent_ && !settling_) sent_->push_back({event.to, client.sequence, now(), client.draws, to});
    Push(physics_.now + plan_->workload.timeout, kClientTimeout, static_cast<std::uint32_t>(client.sequence), event.to);
    if constexpr (requires(const RequestDraw& draw) { core::ClientsOf<N>::RandomRequest(draw, 0); }) {
      const OperationMix& mix = plan_->workload.mix;
      const std::uint32_t electorate = plan_->electorate == 0 ? physics_.members : plan_->electorate;
      const RequestDraw draw{client,
                             event.to,
                             chooser_,
                             mix,
                             physics_.members,
                             electorate,
                             settling_ ? Ratio{} : mix.changes,
                             settling_ ? Ratio{} : mix.transfers};
      // One of a kind, and a person can tell whose: 7000000012 is the 12th request of c7.
      const std::uint64_t unique = std::uint64_t{event.to} * 1'000'000'000 + client.sequence;
      typename N::Request request = core::ClientsOf<N>::RandomRequest(draw, unique);
      if constexpr (MarksSessions<N>) core::ClientsOf<N>::CarryMark(request, client.mark);
      AnnounceInvoked(id, to, request, observer);
      observer.Note(events_ + 1, now(), [&] {
        return core::Text(id) + " asks " + core::Text(core::NodeId{to}) + " " + core::Text(request);
      });
      PostRequest(id, to, std::move(request));
    }
    return true;
  }

  void PostRequest(core::RequestId id, std::uint32_t to, typename N::Request&& request) {
    const std::uint32_t from = ClientEndpoint(core::Number(id.client));
    Send(from, to, kRequest, to, std::move(request), [&](std::uint32_t number, typename N::Request&& content) {
      return transport_.requests.Put({id, number, std::move(content)});
    });
  }

  template <class Observer>
  bool Ask(const Event& event, Observer& observer) {
    auto& requests = transport_.requests;
    const std::uint32_t client = ClientEndpoint(core::Number(requests[event.slot].id.client));
    if (!ComesThrough(event, client, event.to, requests) || !IsTaken(event, requests)) return false;
    if (causes_) causes_->Delivered(TravelOf(kRequest), event.slot);
    const auto packet = std::move(requests[event.slot]);
    requests.Free(event.slot);
    ++physics_.network.counts().delivered;
    Absorb(event, core::Number(packet.id.client));
    digest_.Absorb(packet.request);
    observer.Note(events_ + 1, now(), [&] {
      return core::Text(packet.id) + "->" + core::Text(core::NodeId{event.to}) + " " + core::Text(packet.request);
    });
    RunNode(event.to, observer, [&](N& n, core::Env<N>& env) { n.On(packet.id, packet.request, env); });
    return true;
  }

  void PostReply(std::uint32_t from, core::RequestId to, typename N::Reply&& reply) {
    const std::uint32_t client = core::Number(to.client);
    if (client >= clients_.size()) return;
    Send(from, ClientEndpoint(client), kReply, client, std::move(reply),
         [&](std::uint32_t number, typename N::Reply&& content) {
           return transport_.replies.Put({to, from, number, std::move(content)});
         });
  }

  template <class Observer>
  bool Answer(const Event& event, Observer& observer) {
    auto& replies = transport_.replies;
    if (!ComesThrough(event, replies[event.slot].from, ClientEndpoint(event.to), replies)) return false;
    if (causes_) causes_->Delivered(TravelOf(kReply), event.slot);
    const auto packet = std::move(replies[event.slot]);
    replies.Free(event.slot);
    ++physics_.network.counts().delivered;
    Absorb(event, packet.from);
    digest_.Absorb(packet.reply);
    observer.Note(events_ + 1, now(), [&] {
      return core::Text(core::NodeId{packet.from}) + "->" + core::Text(packet.id) + " " + core::Text(packet.reply);
    });
    Client& client = clients_[event.to];
    if (!client.waiting || packet.id.sequence != client.sequence) return true;  // given up on
    const bool served = Served(packet.reply);
    if constexpr (MarksSessions<N>) client.mark = core::ClientsOf<N>::MarkAfter(client.mark, packet.reply);
    if (served) {
      liveness_.Served(event.to, physics_.now);
      if (meter_) meter_->Served(ClientEndpoint(event.to), physics_.now);
      AnnounceReturned(packet.id, packet.from, packet.reply, observer);
    } else {
      AnnounceAbandoned(packet.id, facts::AbandonReason::kRefused, observer);
    }
    ++(served ? requests_.answered : requests_.refused);
    if (client.Answered(served, packet.from, ClientsStay())) {
      observer.OnEngineFact(EndpointOf(core::ClientId{event.to}), facts::ProbeAnswered{});
    }
    Think(event.to);
    return true;
  }

  // Those of a node that is down for good must turn to another one some time.
  bool ClientsStay() const { return plan_->workload.sticky && !settling_; }

  static bool Served(const typename N::Reply& reply) {
    if constexpr (requires { reply.result.has_value(); }) {
      return reply.result.has_value();
    } else {
      return true;
    }
  }

  template <class Observer>
  bool TimeOut(const Event& event, Observer& observer) {
    Client& client = clients_[event.to];
    if (!client.waiting || static_cast<std::uint32_t>(client.sequence) != event.slot) return false;
    Absorb(event, 0);
    ++requests_.timed_out;
    observer.Note(events_ + 1, now(), [&] { return core::Text(core::ClientId{event.to}) + " gives up waiting"; });
    AnnounceAbandoned({core::ClientId{event.to}, client.sequence}, facts::AbandonReason::kTimedOut, observer);
    client.TimedOut(ClientsStay());
    Think(event.to);
    return true;
  }

  template <class Observer>
  void AnnounceInvoked(core::RequestId id, std::uint32_t to, const typename N::Request& request, Observer& observer) {
    if constexpr (facts::DescribesRequests<N>) {
      std::optional<facts::Invoked> invoked = core::ClientsOf<N>::Describe(request);
      clients_[core::Number(id.client)].function.reset();
      if (!invoked) return;
      invoked->request = id;
      invoked->target = core::NodeId{to};
      invoked->at = physics_.now;
      clients_[core::Number(id.client)].function = invoked->function;
      observer.OnEngineFact(EndpointOf(id.client), *invoked);
    }
  }

  // Of a write only that it took effect, whatever else its answer says.
  template <class Observer>
  void AnnounceReturned(core::RequestId id, std::uint32_t from, const typename N::Reply& reply, Observer& observer) {
    if constexpr (facts::DescribesRequests<N>) {
      const std::optional<facts::Operation> function = clients_[core::Number(id.client)].function;
      if (!function) return;
      facts::Returned returned = core::ClientsOf<N>::Describe(reply);
      returned.request = id;
      if (function == facts::Operation::kWrite) returned.value.reset();
      returned.replica = core::NodeId{from};
      returned.at = physics_.now;
      observer.OnEngineFact(EndpointOf(id.client), returned);
    }
  }

  template <class Observer>
  void AnnounceAbandoned(core::RequestId id, facts::AbandonReason reason, Observer& observer) {
    if constexpr (facts::DescribesRequests<N>) {
      if (!clients_[core::Number(id.client)].function) return;
      observer.OnEngineFact(EndpointOf(id.client), facts::Abandoned{id, reason, physics_.now});
    }
  }

  // --- faults ------------------------------------------------------------------

  // The place of a type in a variant, by its name; none: it is not one of them.
  template <class... T>
  static std::optional<std::uint32_t> PlaceOf(const std::string& name, std::type_identity<std::variant<T...>>) {
    std::uint32_t place = 0;
    const bool found = ((core::TypeName<T>() == name || (++place, false)) || ...);
    return found ? std::optional(place) : std::nullopt;
  }

  // Facts have no sender, and whoever prepared the plan knows that there is something of this name.
  void Await(std::uint32_t window) {
    const Anchor& anchor = *windows_[window].window.when;
    const auto fact = PlaceOf(anchor.what, std::type_identity<typename N::Fact>{});
    const auto message = PlaceOf(anchor.what, std::type_identity<typename N::Message>{});
    if (fact && !anchor.from) {
      anchors_.Await(window, anchor, Anchors::Kind::kFact, *fact);
    } else if (message) {
      anchors_.Await(window, anchor, Anchors::Kind::kMessage, *message);
    }
  }

  // What waited for this begins, unless the storm is over by then. It lasts as long as was drawn.
  void Heed(const Anchors::Happening& happening) {
    anchors_.Heed(happening, [this](std::uint32_t place) {
      FaultWindow& window = windows_[place].window;
      const core::Duration length = window.end - window.begin;
      const core::Duration begin = now() + window.when->after;
      if (begin >= plan_->storm) return;
      windows_[place].awaited = false;
      window.begin = begin;
      window.end = std::min(begin + length, plan_->storm);
      Push(core::TrueTime{window.begin}, kFaultBegin, place, 0);
      Push(core::TrueTime{window.end}, kFaultEnd, place, 0);
    });
  }

  template <class Observer>
  bool Begin(const Event& event, Observer& observer) {
    ActiveFault& active = windows_[event.slot];
    BeginFault(*plan_, active, physics_, chooser_);
    Disturb();
    Absorb(event, event.slot);
    digest_.Absorb(active.window.nodes);
    observer.Note(events_ + 1, now(),
                  [&] { return "fault " + active.window.kind + " begins " + core::Text(active.window.nodes); });
    CarryOutOrders(observer);
    PushTick(event.slot);
    return true;
  }

  // Something is wrong until CalmDown: a window is open, or a process has yet to start again.
  void Disturb() {
    ++disturbances_;
    liveness_.Disturbed(physics_.now, false);
  }
  void CalmDown() {
    --disturbances_;
    liveness_.Disturbed(physics_.now, disturbances_ == 0);
  }

  // What a fault does by itself within its window.
  template <class Observer>
  bool Tick(const Event& event, Observer& observer) {
    ActiveFault& active = windows_[event.slot];
    if (!active.begun || active.next_tick != physics_.now) return false;
    TickFault(active, physics_, chooser_);
    Absorb(event, event.slot);
    observer.Note(events_ + 1, now(),
                  [&] { return "fault " + active.window.kind + " goes on " + core::Text(active.window.nodes); });
    CarryOutOrders(observer);
    PushTick(event.slot);
    return true;
  }

  void PushTick(std::uint32_t window) {
    if (windows_[window].next_tick != core::TrueTime{}) Push(windows_[window].next_tick, kFaultTick, window, 0);
  }

  template <class Observer>
  bool End(const Event& event, Observer& observer) {
    ActiveFault& active = windows_[event.slot];
    if (!active.begun) return false;
    EndFault(active, physics_, chooser_);
    CalmDown();
    Absorb(event, event.slot);
    observer.Note(events_ + 1, now(),
                  [&] { return "fault " + active.window.kind + " ends " + core::Text(active.window.nodes); });
    CarryOutOrders(observer);
    return true;
  }

  template <class Observer>
  void CarryOutOrders(Observer& observer) {
    for (std::size_t i = 0; i < physics_.orders.size(); ++i) {
      const Order order = physics_.orders[i];
      switch (order.kind) {
        case Order::Kind::kCrash:
          CrashNode(order.node, order.keeps, observer);
          break;
        case Order::Kind::kRestart:
          RestartNode(order.node, observer);
          break;
        case Order::Kind::kResume:
          ResumeNode(order.node, observer);
          break;
        case Order::Kind::kTell:
          TellToFinish(order.node, observer);
          break;
        case Order::Kind::kFinish:
          FinishNode(order.node, observer);
          break;
        case Order::Kind::kClockChanged:
          RescheduleTimers(order.node);
          break;
      }
    }
    physics_.orders.clear();
  }

  template <class Observer>
  void CrashNode(std::uint32_t node, Keeps keeps, Observer& observer) {
    const std::uint64_t written = hosts_[node].written();
    const std::uint64_t survivors = physics_.disks[node].Crash(written, keeps, physics_.AccessDisk(node, chooser_));
    observer.Note(events_ + 1, now(), [&] {
      return core::Text(core::NodeId{node}) + " crashes, " + std::to_string(survivors) + " of " +
             std::to_string(written) + " records survive";
    });
    TakeDown(node, survivors, observer);
  }

  template <class Observer>
  void TakeDown(std::uint32_t node, std::uint64_t survivors, Observer& observer) {
    hosts_[node].Crash(survivors);
    timers_[node].Clear();
    physics_.roles.Crashed(node);
    liveness_.Crashed(node, physics_.now);
    if (meter_) meter_->Crashed(node, physics_.now);
    physics_.processes[node].start_due = physics_.processes[node].reading = false;
    DropLine(node);
    observer.OnEngineFact(core::NodeId{node}, facts::Crashed{});
  }

  // What waited for a node that now crashes was in its memory.
  void DropLine(std::uint32_t node) {
    physics_.processes[node].busy = false;
    for (const Event& event : lines_[node].waiting()) {
      if (event.kind == kMessage) transport_.messages.Free(event.slot);
      if (event.kind == kRequest) transport_.requests.Free(event.slot);
      if (event.kind == kMessage || event.kind == kRequest) ++physics_.network.counts().dead;
    }
    lines_[node].Clear();
  }

  // It reads its disk first, which takes time.
  template <class Observer>
  void RestartNode(std::uint32_t node, Observer& observer) {
    const Disk& disk = physics_.disks[node];
    const core::Duration latency = disk.ReadLatency(physics_.AccessDisk(node, chooser_));
    if (latency.count() == 0) return BootNode(node, observer);
    physics_.processes[node].reading = true;
    Push(physics_.now + latency, kRead, disk.boot(), node);
    Disturb();
  }

  template <class Observer>
  bool EndRead(const Event& event, Observer& observer) {
    CalmDown();
    if (event.slot != physics_.disks[event.to].boot()) return false;  // it crashed since
    Absorb(event, 0);
    physics_.processes[event.to].reading = false;
    BootNode(event.to, observer);
    return true;
  }

  template <class Observer>
  void BootNode(std::uint32_t node, Observer& observer) {
    Process& process = physics_.processes[node];
    process.start_due = process.pauses > 0;
    if (process.start_due) return;
    const Disk::Recovery recovery = physics_.disks[node].Recover();
    if (recovery.damaged > 0) return BootDamaged(node, recovery, observer);
    Recover(node, observer);
    StartNode(node, observer);
  }

  template <class Observer>
  void Recover(std::uint32_t node, Observer& observer) {
    hosts_[node].Recover();
    // An application is one process of a machine that stays up, and so does the machine's clock.
    if (node < physics_.members) physics_.clocks[node].Boot(physics_.now);
    observer.Note(events_ + 1, now(), [&] { return core::Text(core::NodeId{node}) + " restarts"; });
    observer.OnEngineFact(core::NodeId{node}, facts::Restarted{});
  }

  // Halt, never lie: who may have promised what it cannot read any more takes no further part,
  // unless its protocol knows what to do.
  template <class Observer>
  void BootDamaged(std::uint32_t node, const Disk::Recovery& recovery, Observer& observer) {
    observer.Note(events_ + 1, now(), [&] {
      return core::Text(core::NodeId{node}) + " cannot read its disk: of " +
             std::to_string(recovery.intact + recovery.damaged) + " durable records the first " +
             std::to_string(recovery.intact) + " are intact";
    });
    if constexpr (core::HandlesDamage<N>) {
      physics_.disks[node].Truncate(recovery.intact);
      hosts_[node].Crash(recovery.intact);
      Recover(node, observer);
      const core::Damage damage{recovery.intact, recovery.damaged};
      RunNode(node, observer, [&](N& n, core::Env<N>& env) {
        n.OnDamage(damage, env);
        n.Start(env);
      });
    } else {
      physics_.processes[node].halted = true;
      DropLine(node);  // what came while its start was held up
      observer.Note(events_ + 1, now(), [&] { return core::Text(core::NodeId{node}) + " halts"; });
      observer.OnEngineFact(core::NodeId{node}, facts::Halted{});
    }
  }

  template <class Observer>
  void ResumeNode(std::uint32_t node, Observer& observer) {
    const Process& process = physics_.processes[node];
    if (process.start_due && process.up()) BootNode(node, observer);
    if (process.drains > 0 && !process.told) TellToFinish(node, observer);
    TakeUpNext(node);
    RescheduleTimers(node);
  }

  // --- graceful shutdown -----------------------------------------------------------

  // Has a way to finish what it holds, and last words; see protocols/README.md.
  static constexpr bool kDrains = requires(N n, const N& still, core::Env<N>& env) {
    n.Drain(env);
    { still.Drained() } -> std::same_as<bool>;
    n.Stop(env);
  };

  template <class Observer>
  void TellToFinish(std::uint32_t node, Observer& observer) {
    Process& process = physics_.processes[node];
    if (process.pauses > 0 || !process.up()) return;  // hears it when it goes on
    process.told = true;
    observer.Note(events_ + 1, now(), [&] { return core::Text(core::NodeId{node}) + " is told to stop"; });
    if constexpr (kDrains) RunNode(node, observer, [](N& n, core::Env<N>& env) { n.Drain(env); });
    if (IsDrained(node)) physics_.Finish(node);
  }

  bool IsDrained(std::uint32_t node) const {
    const Process& process = physics_.processes[node];
    if (process.drains == 0 || !process.told || process.pauses > 0 || !lines_[node].empty()) return false;
    const core::Host<N>& host = hosts_[node];
    if (physics_.disks[node].syncing() || !host.holds_nothing()) return false;
    if constexpr (kDrains) return host.node.Drained();
    return true;
  }

  // What a node does changes nobody but itself, so only who has just acted may have finished.
  template <class Observer>
  void FinishIfDrained(std::uint32_t node, Observer& observer) {
    if (node >= hosts_.size() || !IsDrained(node)) return;
    physics_.Finish(node);
    CarryOutOrders(observer);
  }

  // Finished or not. Only who hears it has last words, and of those, the ones that wait for the disk are lost.
  template <class Observer>
  void FinishNode(std::uint32_t node, Observer& observer) {
    const Process& process = physics_.processes[node];
    if constexpr (kDrains) {
      if (process.told && process.pauses == 0) {
        RunNode(node, observer, [](N& n, core::Env<N>& env) { n.Stop(env); });
      }
    }
    const std::uint64_t written = hosts_[node].written();
    physics_.disks[node].Crash(written, Keeps::kAll, physics_.AccessDisk(node, chooser_));
    observer.Note(events_ + 1, now(), [&] { return core::Text(core::NodeId{node}) + " stops"; });
    TakeDown(node, written, observer);
  }

  // The storm is over; see settle.h.
  template <class Observer>
  bool Settle(const Event& event, Observer& observer) {
    Absorb(event, 0);
    settling_ = true;
    core_ = ChooseCore(plan_->core, physics_, chooser_);
    if (meter_) meter_->EndStorm(core_, physics_.now);
    for (std::uint32_t node = 0; node < hosts_.size(); ++node) {
      if (physics_.processes[node].frozen && physics_.processes[node].pauses > 0) DropLine(node);  // never to be read
    }
    observer.Note(events_ + 1, now(), [&] {
      std::string text = "the storm is over, the core is";
      for (const std::uint32_t node : core_) text += " " + core::Text(core::NodeId{node});
      return text;
    });
    for (std::uint32_t i = 0; i < windows_.size(); ++i) {
      if (!windows_[i].begun) continue;
      EndFault(windows_[i], physics_, chooser_);
      --disturbances_;
    }
    CarryOutOrders(observer);
    liveness_.Disturbed(physics_.now, disturbances_ == 0);
    for (const std::uint32_t node : core_) observer.OnEngineFact(core::NodeId{node}, facts::InCore{});
    for (std::uint32_t client = 0; client < clients_.size(); ++client) {
      if (!clients_[client].waiting) Think(client);
    }
    return true;
  }

  std::shared_ptr<const Plan> plan_;
  typename N::Config config_;
  core::Mutation mutation_;
  core::Tape chooser_;
  Physics physics_;
  Agenda agenda_;
  Liveness liveness_;
  std::optional<Meter> meter_;  // if somebody asks
  std::uint64_t events_ = 0;
  EventKind last_kind_ = kSettle;
  std::uint32_t last_to_ = 0;
  bool settling_ = false;
  std::vector<core::Host<N>> hosts_;
  std::vector<Timers<typename N::Timer>> timers_;
  std::vector<std::uint64_t> timer_draws_ = std::vector<std::uint64_t>(hosts_.size());
  std::vector<std::uint64_t> slack_draws_ = std::vector<std::uint64_t>(hosts_.size());
  std::vector<Line> lines_;  // events that wait for a node that stands still or is busy
  bool serving_ = false;     // the event at hand comes from a line: it has arrived before
  Transport<N> transport_;
  std::vector<Client> clients_;
  RequestCounts requests_;
  std::optional<std::vector<SentRequest>> sent_;  // if somebody asks
  std::optional<CauseRecorder> causes_;           // likewise
  std::array<std::uint64_t, std::variant_size_v<typename N::Fact>> announced_{};
  std::vector<ActiveFault> windows_;
  Anchors anchors_;  // what those of them wait for that have one
  std::uint32_t disturbances_ = 0;
  std::vector<std::uint32_t> core_;  // once the storm is over
  core::Effects<N> effects_;         // empty between steps
  Digest digest_;
};

}  // namespace sim
