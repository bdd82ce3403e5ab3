#include "sim/physics.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

#include "protocols/core/check.h"
#include "protocols/core/quorum.h"
#include "sim/fault.h"

namespace sim {
namespace {

// Uniform in [-limit, limit].
std::int64_t Symmetric(std::int64_t limit, std::uint32_t node, std::uint64_t occurrence, core::Chooser& chooser) {
  const auto bound = 2 * static_cast<std::uint64_t>(limit) + 1;
  return static_cast<std::int64_t>(chooser.Choose({core::Purpose::kClock, node, 0, occurrence}, bound)) - limit;
}

}  // namespace

Physics::Physics(const Plan& plan, std::uint32_t members, std::uint32_t nodes, std::uint32_t clients)
    : disk_plan(plan.disk),
      uncertainty(plan.clock.uncertainty),
      members(members),
      quorum(members - (std::min(plan.electorate == 0 ? members : plan.electorate, members) + 1) / 2 + 1),
      network(plan, members, nodes, clients),
      disks(nodes),
      clocks(nodes),
      processes(nodes),
      may_damage(nodes),
      roles(nodes),
      effects(FaultKinds().size() + 1),
      struck(FaultKinds().size() * kRoleNames.size() * kPhaseNames.size()),
      spared(FaultKinds().size()),
      keep_quorum(plan.keep_quorum) {
  for (const RegionPlan& region : plan.regions) zones.push_back(region.name);
}

void DrawDiskBudget(DiskBudget budget, Physics& physics, core::Chooser& chooser) {
  std::vector<std::uint32_t> rest(physics.members);
  std::iota(rest.begin(), rest.end(), 0);
  const std::size_t intact = budget == DiskBudget::kUnrestricted ? 0 : physics.quorum;
  for (std::uint64_t draw = 0; rest.size() > intact; ++draw) {
    const core::ChoiceName name{core::Purpose::kDisk, 0, static_cast<std::uint32_t>(DiskDraw::kBudget), draw};
    const auto at = rest.begin() + static_cast<std::ptrdiff_t>(chooser.Choose(name, rest.size()));
    physics.may_damage[*at] = 1;
    rest.erase(at);
  }
}

void DrawClocks(const ClockPlan& plan, Physics& physics, core::Chooser& chooser) {
  for (std::uint32_t node = 0; node < physics.clocks.size(); ++node) {
    physics.clocks[node].SetDrift(physics.now, Symmetric(plan.max_drift_ppb, node, 0, chooser));
    physics.clocks[node].Step(core::Duration{Symmetric(plan.max_offset.count(), node, 1, chooser)});
  }
}

Role Physics::RoleOf(std::uint32_t node) const {
  if (!processes[node].up()) return Role::kDown;
  if (roles.leader == node) return Role::kLeader;
  return roles.candidate[node] != 0 ? Role::kCandidate : Role::kFollower;
}

Phase Physics::PhaseOf(std::uint32_t node) const {
  if (roles.recovering[node] != 0) return Phase::kRecovering;
  if (disks[node].syncing()) return Phase::kWriting;
  return roles.leader ? Phase::kSteady : Phase::kElecting;
}

bool Physics::Sound(std::uint32_t node) const {
  const Process& process = processes[node];
  // Who hangs or is told to stop starts again before long.
  const bool need_not_read = process.stands() && !process.start_due;
  return !process.halted && (need_not_read || !disks[node].damaged());
}

bool Physics::HasSoundQuorum() const {
  std::uint32_t sound = 0;
  for (std::uint32_t node = 0; node < members; ++node) sound += Sound(node);
  return sound >= quorum;
}

bool Physics::Damage(std::uint32_t node, std::uint64_t record, Flaw flaw) {
  if (processes[node].halted) return false;
  if (!MayDamage(node)) {
    disks[node].Spare();
    return false;
  }
  return disks[node].Damage(record, flaw);
}

bool Physics::Crash(std::uint32_t node, Keeps keeps) {
  if (!Stop(node)) return false;
  orders.push_back({Order::Kind::kCrash, node, keeps});
  return true;
}

bool Physics::Stop(std::uint32_t node) {
  Process& process = processes[node];
  if (process.frozen) return false;
  // Who was to finish will not: what made it finish now keeps it down.
  if (process.drains > 0) --draining;
  const bool ran = process.crashes == 0 && !process.halted;
  process.crashes += 1 + std::exchange(process.drains, 0);
  return ran;
}

bool Physics::Restart(std::uint32_t node) {
  Process& process = processes[node];
  if (process.frozen) return false;
  CHECK(process.crashes > 0);
  if (--process.crashes > 0 || process.halted) return false;
  orders.push_back({Order::Kind::kRestart, node, {}});
  return true;
}

bool Physics::Pause(std::uint32_t node) {
  Process& process = processes[node];
  return !process.frozen && process.pauses++ == 0 && process.up();
}

bool Physics::Resume(std::uint32_t node) {
  Process& process = processes[node];
  if (process.frozen) return false;
  CHECK(process.pauses > 0);
  if (--process.pauses > 0) return false;
  orders.push_back({Order::Kind::kResume, node, {}});
  return true;
}

bool Physics::Hang(std::uint32_t node) {
  Process& process = processes[node];
  if (process.frozen) return false;
  Pause(node);
  return process.hangs++ == 0 && process.up();  // also in a pause: the end of that does not wake it
}

void Physics::Unhang(std::uint32_t node) {
  Process& process = processes[node];
  if (process.frozen) return;
  --process.hangs;
  Resume(node);
}

bool Physics::Drain(std::uint32_t node) {
  Process& process = processes[node];
  if (process.frozen) return false;
  if (!process.up()) {  // nothing to finish
    Crash(node, Keeps::kAll);
    return false;
  }
  if (process.drains++ > 0) return false;
  ++draining;
  process.told = false;
  orders.push_back({Order::Kind::kTell, node, {}});
  return true;
}

bool Physics::Finish(std::uint32_t node) {
  Process& process = processes[node];
  if (process.frozen || process.drains == 0) return false;
  --draining;
  process.crashes = std::exchange(process.drains, 0);
  orders.push_back({Order::Kind::kFinish, node, Keeps::kAll});
  return true;
}

void Physics::Slow(std::uint32_t node, const core::Between& by, std::uint32_t fault) {
  Process& process = processes[node];
  process.work = {process.work.min + by.min, process.work.max + by.max};
  process.slowed_by = fault;
}

void Physics::Quicken(std::uint32_t node, const core::Between& by) {
  Process& process = processes[node];
  if (process.frozen) return;
  process.work = {process.work.min - by.min, process.work.max - by.max};
}

void Physics::Freeze(std::uint32_t node) {
  Process& process = processes[node];
  process.frozen = true;
  draining -= std::exchange(process.drains, 0) > 0;
  const auto no_kind = static_cast<std::uint32_t>(effects.size() - 1);
  for (std::uint32_t other = 0; other < network.endpoints(); ++other) {
    if (other == node) continue;
    network.Cut(node, other, no_kind);
    network.Cut(other, node, no_kind);
  }
}

bool Physics::MayFall(std::uint32_t node) const {
  if (!keep_quorum || node >= members || !processes[node].stands()) return true;
  const auto standing =
      std::count_if(processes.begin(), processes.begin() + members, [](const Process& p) { return p.stands(); });
  return static_cast<std::uint32_t>(standing) > quorum;
}

bool Physics::Spares(std::uint32_t node, std::uint32_t kind) {
  if (MayFall(node)) return false;
  ++spared[kind];
  return true;
}

void Physics::StepClock(std::uint32_t node, core::Duration by) { clocks[node].Step(by); }

void Physics::SetDrift(std::uint32_t node, PaceChange& change, std::int64_t ppb) {
  clocks[node].AddDrift(now, ppb - change.parts_per_billion);
  change.Set(now, ppb);
  orders.push_back({Order::Kind::kClockChanged, node, {}});
}

void Physics::SetSlew(std::uint32_t node, PaceChange& change, std::int64_t ppb) {
  clocks[node].AddSlew(now, ppb - change.parts_per_billion);
  change.Set(now, ppb);
}

void Physics::EndDrift(std::uint32_t node, PaceChange change) {
  SetDrift(node, change, 0);
  clocks[node].TakeBack(now, change);
}

void Physics::EndSlew(std::uint32_t node, PaceChange change) {
  SetSlew(node, change, 0);
  clocks[node].TakeBack(now, change);
}

void Physics::StopLocal(std::uint32_t node) {
  clocks[node].StopLocal(now);
  orders.push_back({Order::Kind::kClockChanged, node, {}});
}

void Physics::StartLocal(std::uint32_t node) {
  clocks[node].StartLocal(now);
  orders.push_back({Order::Kind::kClockChanged, node, {}});
}

core::WallInterval Physics::WallBounds(std::uint32_t node) {
  const Clock& clock = clocks[node];
  const core::WallTime reading = clock.Wall(now);
  const core::WallTime truth{now.time_since_epoch()};
  const core::Duration half = std::max(uncertainty, std::chrono::abs(reading - truth));
  if (clock.bound_error == core::Duration{}) return {reading - half, reading + half};
  ++effects[lying_bounds];
  const core::WallTime wrong = truth + clock.bound_error;
  if (clock.bound_error > core::Duration{}) return {wrong, wrong + 2 * half};
  return {wrong - 2 * half, wrong};
}

}  // namespace sim
