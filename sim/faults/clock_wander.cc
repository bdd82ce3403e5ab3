// Clock wander: the pace of the victims' clocks does a random walk, as an
// oscillator's does with temperature and age. Each step is uniform among those of
// at most `step` that stay within `bound`; steps come at random times. When the
// window ends the pace is what it was and somebody sets the wall clock right.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kStep, kBound, kEvery };

struct Walk {
  PaceChange change;
  std::int64_t step = 0;
  std::int64_t bound = 0;
};

void TakeSteps(FaultScope& scope) {
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    Walk walk = scope.Noted<Walk>(i);
    const std::int64_t from = walk.change.parts_per_billion;
    const std::int64_t lowest = std::max(from - walk.step, -walk.bound);
    const std::int64_t highest = std::min(from + walk.step, walk.bound);
    const std::int64_t to =
        lowest + static_cast<std::int64_t>(scope.Draw(static_cast<std::uint64_t>(highest - lowest) + 1));
    scope.physics.SetDrift(core::Number(scope.victims()[i]), walk.change, to);
    scope.Note(i, walk);
    scope.Effect(to != from);
  }
  scope.TickAfter(scope.Duration(kEvery));
}

void Begin(FaultScope& scope) {
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    Walk walk;
    walk.step = scope.Share(kStep).parts_per_billion;
    walk.bound = scope.Share(kBound).parts_per_billion;
    scope.Note(i, walk);
  }
  TakeSteps(scope);
}

void End(FaultScope& scope) {
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    scope.physics.EndDrift(core::Number(scope.victims()[i]), scope.Noted<Walk>(i).change);
  }
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind clock_wander;
const FaultKind clock_wander{
    "clock_wander",
    "clocks of the victims run fast and slow in a random walk; effects: changes of pace",
    "any",
    {{"step", Form::kShare, "50ppm", "the largest change of pace at once", "0%..10%", "1ppm..200ppm"},
     {"bound", Form::kShare, "500ppm", "the pace is never off by more", "0%..10%", "50ppm..1%"},
     {"every", Form::kDuration, "1s..60s", "between two changes", "1ms..24h", "1s..60s"}},
    Begin,
    End,
    TakeSteps};

}  // namespace sim::faults
