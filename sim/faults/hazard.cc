// A hazard: each victim may crash at any time, and does so more often when that
// hurts most.
//
// Crashes at constant rates seldom hit the few milliseconds that matter. So the
// chance is raised while a node has writes on their way to the disk, while it
// leads, and in the phases of a protocol that are easiest to get wrong: a
// candidacy, a vote just cast, a promise of unknown outcome, a recovery.
//
// `undo` holds when the next round of draws is, and then for each victim when it
// restarts, 0 while it is up.
#include <algorithm>

#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kChance, kEvery, kFactor, kDown, kKeeps, kMail };
constexpr std::array kKept{Keeps::kRandom, Keeps::kSynced, Keeps::kAll};
enum Reasons { kSteady, kWriting, kLeading, kPhase };

Reasons ReasonOf(std::uint32_t node, const Physics& physics) {
  const Roles& roles = physics.roles;
  if (physics.disks[node].syncing()) return kWriting;
  if (roles.leader == node) return kLeading;
  const bool marked = roles.candidate[node] != 0 || roles.in_doubt[node] != 0 || roles.recovering[node] != 0;
  return marked || roles.voter == node ? kPhase : kSteady;
}

Ratio ChanceOf(Reasons reason, FaultScope& scope) {
  const std::uint64_t chance = scope.Share(kChance).parts_per_billion;
  const std::uint64_t factor = reason == kSteady ? 1 : scope.Count(kFactor);
  return {static_cast<std::uint32_t>(std::min<std::uint64_t>(chance * factor, Ratio::kBillion))};
}

std::uint64_t Nanos(core::TrueTime time) { return static_cast<std::uint64_t>(time.time_since_epoch().count()); }

void MayCrash(std::size_t victim, FaultScope& scope) {
  const std::uint32_t node = core::Number(scope.victims()[victim]);
  if (!scope.physics.processes[node].up()) return;
  const Reasons reason = ReasonOf(node, scope.physics);
  if (!ChanceOf(reason, scope).Happens([&](std::uint64_t bound) { return scope.Draw(bound); })) return;
  if (scope.Spares(node)) return;
  if (!scope.physics.Crash(node, kKept[scope.Word(kKeeps)])) return;
  scope.EffectOf(reason);
  const core::Duration down = std::max(scope.Duration(kDown), core::Duration{1});
  scope.active.undo[victim + 1] = Nanos(scope.physics.now + down);
}

void Return(std::size_t victim, FaultScope& scope) {
  scope.active.undo[victim + 1] = 0;
  scope.Restart(core::Number(scope.victims()[victim]), static_cast<Mail>(scope.Word(kMail)));
}

void Begin(FaultScope& scope) {
  const core::Duration every = scope.Duration(kEvery);
  scope.active.undo.assign(scope.victims().size() + 1, 0);
  scope.active.undo[0] = Nanos(scope.physics.now + every);
  scope.TickAfter(every);
}

void Tick(FaultScope& scope) {
  std::vector<std::uint64_t>& undo = scope.active.undo;
  const std::uint64_t now = Nanos(scope.physics.now);
  const bool round = undo[0] <= now;
  if (round) undo[0] = Nanos(scope.physics.now + scope.Duration(kEvery));
  std::uint64_t next = undo[0];
  for (std::size_t victim = 0; victim < scope.victims().size(); ++victim) {
    std::uint64_t& due = undo[victim + 1];
    if (due != 0 && due <= now) Return(victim, scope);
    if (round && due == 0) MayCrash(victim, scope);
    if (due != 0) next = std::min(next, due);
  }
  scope.TickAfter(core::Duration{static_cast<std::int64_t>(next - now)});
}

void End(FaultScope& scope) {
  for (std::size_t victim = 0; victim < scope.victims().size(); ++victim) {
    if (scope.active.undo[victim + 1] != 0) Return(victim, scope);
  }
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind hazard;
const FaultKind hazard{
    "hazard",
    "the victims crash at random, more often when it hurts; effects: crashes",
    "all",
    {{"chance", Form::kShare, "1%", "that a victim crashes, each time", "", "0.1%..10%"},
     {"every", Form::kDuration, "100ms", "between two times", "1ms..1h", "10ms..1s"},
     {"factor", Form::kCount, "10", "the chance is so many times higher while writing, leading, or in a marked phase",
      "1..1000000", "1..100"},
     {"down", Form::kDuration, "100ms..1s", "from a crash to the restart", "0s..1h", "10ms..5s"},
     {"keeps", Form::kWord, "random", "of unsynced records, as for crash", "random|synced|all", "random|synced|all"},
     kMailParameter},
    Begin,
    End,
    Tick,
    "",
    {"steady", "writing", "leading", "phase"}};

}  // namespace sim::faults
