// Clock discipline: a daemon on each victim keeps its wall clock right, as NTP does
// (RFC 5905). It measures the clock's offset from true time, with an error, at every
// poll; one beyond 128 ms it steps away, a smaller one it slews away until the next
// poll, never faster than 500 ppm. What is left although the last correction should
// have removed it all is the fault of the oscillator, and an eighth of that goes
// into a lasting correction of its frequency.
//
// Simpler than the standard: one true server, no filter, one poll interval per
// window, and a step at once, where RFC 5905 §11.3 waits 900 s in case it is a
// spike. When the window ends the clock is where it would be without the daemon.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kPoll, kError };

constexpr core::Duration kStepThreshold{128'000'000};  // RFC 5905 appendix A.1.1: STEPT
constexpr std::int64_t kFastest = 500'000;             // parts per billion; there: MAXFREQ
constexpr std::int64_t kFrequencyGain = 8;             // one part in so many per poll: does not chase errors

struct Daemon {
  PaceChange slew;
  core::Duration stepped{};
  core::Duration poll{};
  std::int64_t frequency = 0;  // the lasting part of `slew`
  std::int64_t whole = 0;      // 1: the last correction should have removed all of the offset
};

core::Duration Measure(FaultScope& scope, std::uint32_t node) {
  const core::Duration reading = scope.physics.clocks[node].Wall(scope.physics.now).time_since_epoch();
  const core::Duration error = scope.Duration(kError);
  const auto bound = 2 * static_cast<std::uint64_t>(error.count()) + 1;
  const core::Duration mistake = core::Duration{static_cast<std::int64_t>(scope.Draw(bound))} - error;
  return reading - scope.physics.now.time_since_epoch() + mistake;
}

void StepAway(FaultScope& scope, std::uint32_t node, core::Duration offset, Daemon& daemon) {
  scope.physics.StepClock(node, -offset);
  scope.physics.SetSlew(node, daemon.slew, daemon.frequency);
  daemon.stepped -= offset;
  daemon.whole = 1;
}

void SlewAway(FaultScope& scope, std::uint32_t node, core::Duration offset, Daemon& daemon) {
  const std::int64_t pace = -offset.count() * Clock::kBillion / daemon.poll.count();
  if (daemon.whole != 0) {
    daemon.frequency = std::clamp(daemon.frequency + pace / kFrequencyGain, -kFastest, kFastest);
  }
  const std::int64_t wanted = daemon.frequency + pace;
  const std::int64_t slew = std::clamp(wanted, -kFastest, kFastest);
  scope.physics.SetSlew(node, daemon.slew, slew);
  daemon.whole = slew == wanted;
}

void Poll(FaultScope& scope) {
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    const std::uint32_t node = core::Number(scope.victims()[i]);
    auto daemon = scope.Noted<Daemon>(i);
    const core::Duration offset = Measure(scope, node);
    if (std::chrono::abs(offset) > kStepThreshold) {
      StepAway(scope, node, offset, daemon);
    } else {
      SlewAway(scope, node, offset, daemon);
    }
    scope.Note(i, daemon);
    scope.Effect(offset != core::Duration{});
    if (i == 0) scope.TickAfter(daemon.poll);
  }
}

void Begin(FaultScope& scope) {
  const core::Duration poll = scope.Duration(kPoll);
  for (std::size_t i = 0; i < scope.victims().size(); ++i) scope.Note(i, Daemon{{}, {}, poll, 0, 0});
  Poll(scope);
}

void End(FaultScope& scope) {
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    const std::uint32_t node = core::Number(scope.victims()[i]);
    const auto daemon = scope.Noted<Daemon>(i);
    scope.physics.EndSlew(node, daemon.slew);
    scope.physics.StepClock(node, -daemon.stepped);
  }
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind clock_discipline;
const FaultKind clock_discipline{
    "clock_discipline",
    "a daemon steps and slews the victims' wall clocks towards true time, as NTP does; effects: corrections",
    "all",
    {{"poll", Form::kDuration, "1s..64s", "between two measurements; drawn once per window", "1s..1024s", "1s..64s"},
     {"error", Form::kDuration, "1ms", "of a measurement, at most, either way", "0s..10s", "10us..10ms"}},
    Begin,
    End,
    Poll};

}  // namespace sim::faults
