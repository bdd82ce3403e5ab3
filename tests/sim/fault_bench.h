// Fault bench: windows of faults on bare physics, with neither nodes nor a world.
//
// Time goes on only when a test says so; windows begin, tick and end on the way,
// in the order in which a world would do it. What a fault leaves for the world
// stays in `physics.orders`. A bench is a value: a copy goes on like the original,
// so a test compares a bench that had a window with a twin that had none.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "protocols/core/check.h"
#include "protocols/core/chooser.h"
#include "sim/fault.h"

namespace sim {

// Answers as the seed does, and remembers what was asked if `records` is set.
class Recorder final : public core::Chooser {
 public:
  struct Answer {
    std::uint64_t bound = 0;
    std::uint64_t answer = 0;
    auto operator<=>(const Answer&) const = default;
  };
  explicit Recorder(std::uint64_t seed) : seeded_(seed) {}

  std::uint64_t Choose(const core::ChoiceName& name, std::uint64_t bound) override {
    const std::uint64_t answer = seeded_.Choose(name, bound);
    if (records) asked[name] = {bound, answer};
    return answer;
  }

  bool records = false;
  std::map<core::ChoiceName, Answer> asked;

 private:
  core::Seeded seeded_;
};

struct FaultBench {
  static constexpr std::uint32_t kMembers = 5;  // n0 to n4
  static constexpr std::uint32_t kNodes = 6;    // n5 is an application
  static constexpr std::uint32_t kClients = 2;  // endpoints 6 and 7
  static constexpr core::Duration kLongest{24LL * 3600 * Ratio::kBillion};

  explicit FaultBench(std::uint64_t seed = 1, Plan experiment = SomePlan())
      : plan(std::move(experiment)), physics(plan, kMembers, kNodes, kClients), chooser(seed) {
    plan.storm = kLongest;
  }

  // Links of 1ms to 10ms, syncs of 1ms to 5ms, no loss.
  static Plan SomePlan() {
    Plan some;
    constexpr std::chrono::milliseconds kLeast{1};
    some.peer.latency = Latency::Uniform(kLeast, 10 * kLeast);
    some.client.latency = some.exporter.latency = some.peer.latency;
    some.disk.sync_latency = Latency::Uniform(kLeast, 5 * kLeast);
    return some;
  }

  // A window of this kind that begins now; answers its place in `windows`.
  std::size_t Begin(std::string_view kind, core::Duration lasts, std::vector<core::Parameter> params = {},
                    std::vector<std::string> targets = {}) {
    FaultPlan fault{std::string(kind), physics.now.time_since_epoch(), std::nullopt, {}, std::move(targets),
                    std::move(params)};
    fault.lasts.min = lasts;
    CHECK(CheckFault(fault, kMembers).ok());
    Plan alone;
    alone.storm = kLongest;
    alone.faults = {fault};
    windows.push_back(DrawWindows(alone, chooser).front());
    windows.back().place = static_cast<std::uint32_t>(plan.faults.size());
    plan.faults.push_back(std::move(fault));
    AdvanceTo(physics.now);
    return windows.size() - 1;
  }

  // Draws the windows of these faults; they begin when their time comes.
  void Draw(std::vector<FaultPlan> faults, core::Duration storm) {
    plan.faults = std::move(faults);
    plan.storm = storm;
    windows = DrawWindows(plan, chooser);
    AdvanceTo(physics.now);
  }

  // Lets time pass until then, and all begin, tick and end that is due on the way.
  void AdvanceTo(core::TrueTime time) {
    for (const Due* due = Next(); due != nullptr && due->at <= time; due = Next()) {
      physics.now = due->at;
      ActiveFault& active = windows[due->window];
      switch (due->what) {
        case Due::What::kBegin:
          BeginFault(plan, active, physics, chooser);
          break;
        case Due::What::kEnd:
          EndFault(active, physics, chooser);
          ended.insert({due->window, true});
          break;
        case Due::What::kTick:
          TickFault(active, physics, chooser);
          break;
      }
    }
    physics.now = time;
  }
  void Advance(core::Duration by) { AdvanceTo(physics.now + by); }

  Fate Send(std::uint32_t from, std::uint32_t to, std::uint64_t size = 100) {
    return physics.network.Send(from, to, physics.now, chooser, physics.effects, size);
  }
  // What becomes of a packet that comes to the end of its link now.
  Network::Arrival Arrive(std::uint32_t from, std::uint32_t to, std::uint32_t number) {
    if (!physics.network.watches_arrivals()) return Network::Arrival::kArrives;
    core::TrueTime until{};
    return physics.network.Arrive(from, to, number, physics.now, physics.effects, &until);
  }

  // The node writes one record more and syncs it; who is told that this failed starts again from its disk, at once.
  bool Sync(std::uint32_t node) {
    Disk& disk = physics.disks[node];
    core::Duration latency{};
    CHECK(disk.BeginSync(++written[node], physics.AccessDisk(node, chooser), &latency));
    syncs.push_back(latency);
    const bool done = disk.EndSync(physics.AccessDisk(node, chooser));
    if (!done) written[node] = disk.Crash(written[node], Keeps::kAll, physics.AccessDisk(node, chooser));
    return done;
  }

  std::uint64_t effects(std::string_view kind) const {
    return physics.effects[static_cast<std::size_t>(FindFaultKind(kind))];
  }
  const std::vector<core::NodeId>& victims(std::size_t window = 0) const { return windows[window].window.nodes; }

  Plan plan;
  Physics physics;
  Recorder chooser;
  std::vector<ActiveFault> windows;
  std::map<std::size_t, bool> ended;                                        // of them
  std::vector<std::uint64_t> written = std::vector<std::uint64_t>(kNodes);  // records, by node
  std::vector<core::Duration> syncs;                                        // how long each took

 private:
  struct Due {
    enum class What : std::uint8_t { kBegin, kEnd, kTick };
    core::TrueTime at{};
    std::size_t window = 0;
    What what{};
  };

  // What happens next of what windows do; as in a world, ends come before ticks.
  const Due* Next() {
    const Due* best = nullptr;
    const auto offer = [&](core::TrueTime at, std::size_t window, Due::What what) {
      const Due due{at, window, what};
      const auto order = [](const Due& d) { return std::tuple(d.at, d.what == Due::What::kTick, d.window); };
      if (best != nullptr && order(*best) <= order(due)) return;
      next_ = due;
      best = &next_;
    };
    for (std::size_t i = 0; i < windows.size(); ++i) {
      const ActiveFault& active = windows[i];
      if (ended.contains(i)) continue;
      if (!active.begun) offer(core::TrueTime{active.window.begin}, i, Due::What::kBegin);
      if (active.begun) offer(core::TrueTime{active.window.end}, i, Due::What::kEnd);
      if (active.begun && active.next_tick != core::TrueTime{}) offer(active.next_tick, i, Due::What::kTick);
    }
    return best;
  }

  Due next_;
};

// What the physics would do now: the fates of a few packets on every link, a write
// and its sync on every disk, who runs and how fast, how fast clocks run, how far wall
// time is off and what is said of it. One line each.
inline std::vector<std::string> Behaviour(FaultBench bench) {
  std::vector<std::string> lines;
  Physics& physics = bench.physics;
  const auto line = [&](std::string what, auto... values) {
    ((what += " " + std::to_string(values)), ...);
    lines.push_back(std::move(what));
  };
  const std::uint32_t endpoints = physics.network.endpoints();
  for (std::uint32_t link = 0; link < endpoints * endpoints; ++link) {
    const std::uint32_t from = link / endpoints, to = link % endpoints;
    for (int packets = 0; packets < 5 && from != to; ++packets) {
      const Fate fate = bench.Send(from, to);
      line("packet", from, to, fate.copies, fate.delay[0].count(), fate.delay[1].count(), fate.flips[0], fate.flips[1]);
      if (bench.Arrive(from, to, fate.number) != Network::Arrival::kArrives) lines.back() += " never arrives";
    }
  }
  for (std::uint32_t node = 0; node < physics.disks.size(); ++node) {
    Disk& disk = physics.disks[node];
    line("appends are watched", node, disk.watches_appends(), disk.starved);
    for (int syncs = 0; syncs < 2; ++syncs) {
      const bool done = bench.Sync(node);
      line("sync", node, done, bench.syncs.back().count());
    }
    line("all that is synced is durable", node, disk.acknowledged() == disk.durable());
    line("damaged", node, disk.Recover().damaged > 0);
    const Process& process = physics.processes[node];
    line("process", node, process.crashes, process.pauses, process.hangs, process.drains, process.frozen,
         process.work.min.count(), process.work.max.count());
    // How fast a monotonic clock runs, not what it says: time that it gained it keeps.
    const Clock& clock = physics.clocks[node];
    const core::LocalTime local = clock.Local(physics.now);
    const core::Duration second{Ratio::kBillion};
    line("clock", node, (clock.Local(physics.now + second) - local).count(),
         clock.Wall(physics.now).time_since_epoch().count());
    const core::WallInterval bounds = physics.WallBounds(node);
    line("bounds", node, bounds.earliest.time_since_epoch().count(), bounds.latest.time_since_epoch().count());
  }
  line("draining", physics.draining);
  return lines;
}

// The first line in which they differ, or nothing; lines that begin with `but` are left out.
inline std::string Difference(const FaultBench& a, const FaultBench& b, std::string_view but = "nothing else") {
  const std::vector<std::string> ours = Behaviour(a), theirs = Behaviour(b);
  CHECK(ours.size() == theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (ours[i] != theirs[i] && !ours[i].starts_with(but)) return ours[i] + " instead of " + theirs[i];
  }
  return "";
}

// Whether these were drawn from min to max, all alike: the range has ten parts (or as many as it has values), and in
// each are as many as expected, within five standard deviations.
inline void ExpectUniform(const std::vector<std::int64_t>& values, std::int64_t min, std::int64_t max,
                          std::string_view what = "") {
  const std::int64_t size = max - min + 1;
  const std::int64_t parts = std::min<std::int64_t>(size, 10);
  std::vector<int> counts(static_cast<std::size_t>(parts));
  for (const std::int64_t value : values) {
    ASSERT_TRUE(min <= value && value <= max) << what << ": " << value;
    ++counts[static_cast<std::size_t>((value - min) * parts / size)];
  }
  const auto begin = [&](std::int64_t part) { return (part * size + parts - 1) / parts; };
  for (std::int64_t part = 0; part < parts; ++part) {
    const double share = static_cast<double>(begin(part + 1) - begin(part)) / static_cast<double>(size);
    const double expected = share * static_cast<double>(values.size());
    EXPECT_NEAR(counts[static_cast<std::size_t>(part)], expected, 5 * std::sqrt(expected * (1 - share)))
        << what << ", part " << part + 1 << " of " << parts;
  }
}

// Whether it happened in its share of the cases, within five standard deviations.
inline void ExpectShare(std::uint64_t times, std::uint64_t cases, double share, std::string_view what = "") {
  const double expected = share * static_cast<double>(cases);
  EXPECT_NEAR(static_cast<double>(times), expected, 5 * std::sqrt(expected * (1 - share))) << what;
}

}  // namespace sim
