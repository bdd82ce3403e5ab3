// A suspended virtual machine: the victims stand still for the first part of the
// window. With mono=frozen their clocks stand still with them: their timers have
// as long to go as before, and their wall clocks are behind by the length of the
// pause until the window ends, when the host sets them right. With mono=running
// both clocks went on, and what came due meanwhile fires at once.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kMono, kAsleep };
enum Mono { kFrozen, kRunning };

struct Sleep {
  core::Duration length{};
  std::int64_t stands_still = 0;  // it ran when it fell asleep
  std::int64_t awake = 0;
};

core::Duration PartOf(core::Duration whole, Ratio share) {
  const auto billionths = __int128{whole.count()} * share.parts_per_billion;
  return core::Duration{static_cast<std::int64_t>(billionths / Clock::kBillion)};
}

void Begin(FaultScope& scope) {
  const core::Duration window = scope.active.window.end - scope.physics.now.time_since_epoch();
  const core::Duration length = PartOf(window, scope.Share(kAsleep));
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    const std::uint32_t node = core::Number(scope.victims()[i]);
    const bool stands_still = scope.physics.Pause(node);
    scope.Effect(stands_still);
    if (scope.Word(kMono) == kFrozen) scope.physics.StopLocal(node);
    scope.Note(i, Sleep{length, stands_still, 0});
  }
  if (length < window) scope.TickAfter(length);
}

void WakeUp(FaultScope& scope) {
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    const std::uint32_t node = core::Number(scope.victims()[i]);
    Sleep sleep = scope.Noted<Sleep>(i);
    if (scope.Word(kMono) == kFrozen) {
      scope.physics.StartLocal(node);
      scope.physics.StepClock(node, -sleep.length);
    }
    const bool waited_to_start = scope.physics.Resume(node) && scope.physics.processes[node].start_due;
    scope.Effect(waited_to_start && sleep.stands_still == 0);
    sleep.awake = 1;
    scope.Note(i, sleep);
  }
}

void End(FaultScope& scope) {
  if (scope.victims().empty()) return;
  if (scope.Noted<Sleep>(0).awake == 0) WakeUp(scope);
  if (scope.Word(kMono) == kRunning) return;
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    scope.physics.StepClock(core::Number(scope.victims()[i]), scope.Noted<Sleep>(i).length);
  }
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind vm_pause;
const FaultKind vm_pause{
    "vm_pause",
    "the victims stand still, their clocks perhaps with them, and go on with wall clocks behind; effects: pauses",
    "any",
    {{"mono", Form::kWord, "frozen", "whether their clocks stand still too (frozen) or go on (running)",
      "frozen|running", "frozen|running"},
     {"asleep", Form::kShare, "50%", "of the window they stand still", "1%..100%", "10%..100%"}},
    Begin,
    End,
    WakeUp};

}  // namespace sim::faults
