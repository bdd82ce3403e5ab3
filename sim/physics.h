// Physics: everything of a world that does not know what protocol runs in it.
//
// Network, disks, clocks and processes as plain values side by side, so that a
// world can be copied. Faults act on it through the few verbs below; what needs
// the nodes themselves (a crash, a restart) they leave as orders, which the
// world carries out.
#pragma once

#include <cstdint>
#include <string>
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
  std::uint32_t crashes = 0;    // reasons to be down; 0: up
  std::uint32_t pauses = 0;     // reasons to stand still
  std::uint32_t hangs = 0;      // of those, the ones that end in a kill
  std::uint32_t drains = 0;     // reasons to go down as soon as it has finished; it is up
  core::Between work{};         // that each event takes it; 0: none
  std::uint32_t slowed_by = 0;  // the kind of the last fault that did
  std::uint32_t tasks = 0;      // that it has begun while something waited in its line
  bool busy = false;            // with one of them; nothing else is taken up
  bool told = false;            // it knows that it shall finish
  bool frozen = false;          // outside the core: nothing heals it any more
  bool start_due = false;       // restarted during a pause: it starts when it goes on
  bool reading = false;         // restarted: it reads its disk
  bool halted = false;          // for good: its disk lost what was durable

  bool up() const { return crashes == 0 && !reading && !halted; }
  bool slow() const { return work.max.count() > 0; }
  // Takes what comes at once.
  bool attentive() const { return up() && (pauses | drains) == 0 && !busy && !slow(); }
  // Up, and nobody has said that it will go down.
  bool stands() const { return up() && (hangs | drains) == 0; }
};

struct Order {
  enum class Kind : std::uint8_t { kCrash, kRestart, kResume, kTell, kFinish, kClockChanged };
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
  // A pause that ends with a crash of the caller's.
  bool Hang(std::uint32_t node);
  void Unhang(std::uint32_t node);
  // Tells it to finish. It goes down when it has, or when Finish says so; Restart brings it back. Each drain needs
  // both.
  bool Drain(std::uint32_t node);
  bool Finish(std::uint32_t node);
  // Each event takes so much longer. Windows may overlap, so times add up.
  void Slow(std::uint32_t node, const core::Between& by, std::uint32_t fault);
  void Quicken(std::uint32_t node, const core::Between& by);
  // For good: nothing heals it any more, and nobody hears of it.
  void Freeze(std::uint32_t node);
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

  // Whether a policy that keeps a quorum lets this node be taken down.
  bool MayFall(std::uint32_t node) const;
  // Whether it keeps the node up against a fault of this kind; counted.
  bool Spares(std::uint32_t node, std::uint32_t kind);

  Role RoleOf(std::uint32_t node) const;
  Phase PhaseOf(std::uint32_t node) const;
  // Whether the budget allows that this node loses what was durable (see DiskBudget). Ask before
  // anything that makes it do so, and call Spare on its disk if not.
  bool MayDamage(std::uint32_t node) const { return may_damage[node] != 0; }
  // Whether it can run with all it has promised: not halted, nor bound to halt when it starts again.
  bool Sound(std::uint32_t node) const;
  bool HasSoundQuorum() const;
  DiskAccess AccessDisk(std::uint32_t node, core::Chooser& chooser) {
    return {disk_plan, node, chooser, effects, MayFall(node) ? nullptr : &spared};
  }

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
  // So many members hold a majority of the voters, whoever those are: the others are fewer than half
  // of the smallest electorate.
  std::uint32_t quorum = 0;
  Network network;
  std::vector<Disk> disks;  // by node, like the next two
  std::vector<Clock> clocks;
  std::vector<Process> processes;
  std::vector<std::uint8_t> may_damage;
  Roles roles;
  std::vector<std::uint64_t> effects;  // by kind, in the order of FaultKinds(); the last: of no kind
  std::vector<std::uint64_t> struck;   // victims by kind, role and phase; see StruckAt
  std::vector<std::uint64_t> spared;   // by kind: victims that were left alone to keep a quorum
  std::vector<Order> orders;           // for the world, in order
  std::uint32_t draining = 0;          // nodes with drains
  std::vector<std::string> zones;      // names of the regions
  bool keep_quorum = false;
};

// Chooses whose disks the budget does not protect. An application's always is: nobody has a copy.
void DrawDiskBudget(DiskBudget budget, Physics& physics, core::Chooser& chooser);
// Gives each node the offset and drift that its clock has by nature.
void DrawClocks(const ClockPlan& plan, Physics& physics, core::Chooser& chooser);

}  // namespace sim
