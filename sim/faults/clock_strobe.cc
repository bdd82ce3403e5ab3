// A clock strobe: the victims' wall clocks flip between where they are and a place
// `delta` away, at every period, which a step alone does not exercise: each reading
// may contradict the one before. Kingsbury's test of that name, with its ranges
// (Jepsen, nemesis/time). When the window ends they are where they were.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kDelta, kPeriod };

struct Flip {
  core::Duration delta{};  // of the next flip
  core::Duration period{};
  std::int64_t away = 0;
};

void FlipAll(FaultScope& scope) {
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    Flip flip = scope.Noted<Flip>(i);
    scope.physics.StepClock(core::Number(scope.victims()[i]), flip.delta);
    flip.delta = -flip.delta;
    flip.away = 1 - flip.away;
    scope.Note(i, flip);
    scope.Effect(flip.delta != core::Duration{});
    if (i == 0) scope.TickAfter(flip.period);
  }
}

void Begin(FaultScope& scope) {
  const core::Duration period = scope.Duration(kPeriod);
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    const core::Duration delta = scope.Duration(kDelta);
    scope.Note(i, Flip{scope.Draw(2) == 0 ? delta : -delta, period, 0});
  }
  FlipAll(scope);
}

void End(FaultScope& scope) {
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    const Flip flip = scope.Noted<Flip>(i);
    if (flip.away != 0) scope.physics.StepClock(core::Number(scope.victims()[i]), flip.delta);
  }
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind clock_strobe;
const FaultKind clock_strobe{
    "clock_strobe",
    "the victims' wall clocks flip back and forth; effects: flips",
    "any",
    {{"delta", Form::kDuration, "4ms..262s", "how far, ahead or behind; drawn once per victim", "0s..24h", "4ms..262s"},
     {"period", Form::kDuration, "1ms..1s", "between two flips; drawn once per window", "1ms..1h", "1ms..1s"}},
    Begin,
    End,
    FlipAll};

}  // namespace sim::faults
