// A leap second, inserted: the victims' wall clocks lose one second, all at once at
// one instant of the window (mode=repeat: that second is told twice, as POSIX time
// does) or evenly over the whole window (mode=smear).
//
// True time has no leap seconds, so a clock that applied one is a second behind
// those that have not, which is what hurts: some hosts step, some smear, some
// never hear of it. When the window ends that disagreement is over and the victims
// are back in the common time, which they reach with a jump of one second.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kMode };
enum Mode { kRepeat, kSmear };

constexpr core::Duration kSecond{Clock::kBillion};

// A window shorter than the second can make a clock stand still, but not go back.
std::int64_t SmearOver(core::Duration length) {
  return -std::min(Clock::kBillion, Clock::kBillion * Clock::kBillion / length.count());
}

void Begin(FaultScope& scope) {
  const core::Duration length = scope.active.window.end - scope.physics.now.time_since_epoch();
  if (length <= core::Duration{}) return;
  if (scope.Word(kMode) == kRepeat) {
    scope.TickAfter(core::Duration{static_cast<std::int64_t>(scope.Draw(static_cast<std::uint64_t>(length.count())))});
    return;
  }
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    PaceChange change;
    scope.physics.SetSlew(core::Number(scope.victims()[i]), change, SmearOver(length));
    scope.Note(i, change);
    scope.Effect();
  }
}

void Repeat(FaultScope& scope) {
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    scope.physics.StepClock(core::Number(scope.victims()[i]), -kSecond);
    scope.Note(i, kSecond);
    scope.Effect();
  }
}

void End(FaultScope& scope) {
  if (scope.active.undo.empty()) return;  // the window ended first
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    const std::uint32_t victim = core::Number(scope.victims()[i]);
    if (scope.Word(kMode) == kRepeat) {
      scope.physics.StepClock(victim, kSecond);
    } else {
      scope.physics.EndSlew(victim, scope.Noted<PaceChange>(i));
    }
  }
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind leap_second;
const FaultKind leap_second{
    "leap_second",
    "the victims' wall clocks lose a second, and have it back when the window ends; effects: clocks that lost it",
    "all",
    {{"mode", Form::kWord, "repeat", "one second told twice (repeat), or slow all through the window (smear)",
      "repeat|smear", "repeat|smear"}},
    Begin,
    End,
    Repeat};

}  // namespace sim::faults
