// Physics: everything of a world that does not know what protocol runs in it.
//
// Network, disks, clocks and processes as plain values side by side, so that a
// world can be copied. Faults act on it through the few verbs below; what needs
// the nodes themselves (a crash, a restart) they leave as orders, which the
// world carries out.
#pragma once

#include <cstdint>
#include <vector>

#include "protocols/core/chooser.h"
#include "protocols/core/types.h"
#include "sim/clock.h"
#include "sim/disk.h"
#include "sim/network.h"
#include "sim/plan.h"
#include "sim/roles.h"

namespace sim {

struct Process {
  std::uint32_t crashes = 0;  // reasons to be down; 0: up
  std::uint32_t pauses = 0;   // reasons to stand still
  bool frozen = false;        // outside the core: nothing heals it any more
  bool start_due = false;     // restarted during a pause: it starts when it goes on
  bool reading = false;       // restarted: it reads its disk
  bool halted = false;        // for good: its disk lost what was durable

  bool up() const { return crashes == 0 && !reading && !halted; }
};

struct Order {
  enum class Kind : std::uint8_t { kCrash, kRestart, kResume, kClockChanged };
  Kind kind{};
  std::uint32_t node = 0;
  Keeps keeps{};
};

struct Physics {
  Physics() = default;
  Physics(const Plan& plan, std::uint32_t members, std::uint32_t nodes, std::uint32_t clients);

  // Verbs for faults. Each answers whether it changed anything.
  bool Crash(std::uint32_t node, Keeps keeps);
  // A crash that the world makes itself, at once: what is left to do is the node's own end.
  bool Stop(std::uint32_t node);
  bool Restart(std::uint32_t node);
  bool Pause(std::uint32_t node);
  bool Resume(std::uint32_t node);
  // One of the victim's durable records goes bad, unless its disk is protected or it has none.
  bool Damage(std::uint32_t node, std::uint64_t record, Flaw flaw);
  void StepClock(std::uint32_t node, core::Duration by);
  // From now on the window that keeps `change` makes both clocks of the node, or only the wall
  // clock, gain so much. Windows may overlap, so changes add up.
  void SetDrift(std::uint32_t node, PaceChange& change, std::int64_t ppb);
  void SetSlew(std::uint32_t node, PaceChange& change, std::int64_t ppb);
  // The end of it: the pace is as before, and the wall clock where it would be without.
  void EndDrift(std::uint32_t node, PaceChange change);
  void EndSlew(std::uint32_t node, PaceChange change);

  // Local time of the node stands still, and goes on from there; starts and stops add up.
  void StopLocal(std::uint32_t node);
  void StartLocal(std::uint32_t node);

  // The interval in which true time is, and the clock's reading in its middle: clocks that know
  // their error tell it, so the half width grows with that. A fault may make it a lie.
  core::WallInterval WallBounds(std::uint32_t node);

  Role RoleOf(std::uint32_t node) const;
  Phase PhaseOf(std::uint32_t node) const;
  // Whether the budget allows that this node loses what was durable (see DiskBudget). Ask before
  // anything that makes it do so, and call Spare on its disk if not.
  bool MayDamage(std::uint32_t node) const { return may_damage[node] != 0; }
  // Whether it can run with all it has promised: not halted, nor bound to halt when it starts again.
  bool Sound(std::uint32_t node) const;
  bool HasSoundMajority() const;
  DiskAccess AccessDisk(std::uint32_t node, core::Chooser& chooser) { return {disk_plan, node, chooser, effects}; }

  // Where `struck` counts victims of this kind in this role and phase.
  static std::size_t StruckAt(std::uint32_t kind, Role role, Phase phase) {
    return (kind * kRoleNames.size() + static_cast<std::size_t>(role)) * kPhaseNames.size() +
           static_cast<std::size_t>(phase);
  }

  core::TrueTime now{};
  DiskPlan disk_plan;
  core::Duration uncertainty{};    // ClockPlan::uncertainty
  std::uint32_t lying_bounds = 0;  // the kind of the fault that last made bounds wrong
  std::uint32_t members = 0;       // of the cluster; other nodes are applications
  Network network;
  std::vector<Disk> disks;  // by node, like the next two
  std::vector<Clock> clocks;
  std::vector<Process> processes;
  std::vector<std::uint8_t> may_damage;
  Roles roles;
  std::vector<std::uint64_t> effects;  // by kind, in the order of FaultKinds(); the last: of no kind
  std::vector<std::uint64_t> struck;   // victims by kind, role and phase; see StruckAt
  std::vector<Order> orders;           // for the world, in order
};

// Chooses whose disks the budget does not protect. An application's always is: nobody has a copy.
void DrawDiskBudget(DiskBudget budget, Physics& physics, core::Chooser& chooser);
// Gives each node the offset and drift that its clock has by nature.
void DrawClocks(const ClockPlan& plan, Physics& physics, core::Chooser& chooser);

}  // namespace sim
