// Clock drift: both clocks of the victims run fast or slow while the window
// lasts, so their timers fire early or late by everybody else's reckoning. When
// it ends somebody sets the wall clock right; local time keeps what it gained.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kBy, kDirection };
enum Direction { kEither, kFaster, kSlower };

void Begin(FaultScope& scope) {
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    const std::int64_t by = scope.Share(kBy).parts_per_billion;
    const std::size_t direction = scope.Word(kDirection);
    const bool slower = direction == kSlower || (direction == kEither && scope.Draw(2) == 1);
    PaceChange change;
    scope.physics.SetDrift(core::Number(scope.victims()[i]), change, slower ? -by : by);
    scope.Note(i, change);
    scope.Effect(by != 0);
  }
}

void End(FaultScope& scope) {
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    scope.physics.EndDrift(core::Number(scope.victims()[i]), scope.Noted<PaceChange>(i));
  }
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind clock_drift;
const FaultKind clock_drift{
    "clock_drift",
    "clocks of the victims run fast or slow; effects: clocks changed",
    "any",
    {{"by", Form::kShare, "0%..1%", "how much faster or slower", "0%..10%", "10ppm..10%"},
     {"direction", Form::kWord, "either", "either, faster or slower", "either|faster|slower", "either|faster|slower"}},
    Begin,
    End};

}  // namespace sim::faults
