// A violated clock bound: the victims' bounds on the wall clock (Env::wall_bounds)
// do not contain true time while the window lasts, but miss it, on one side or the
// other. The bound is wrong, not the clock: its reading is as ever. Who acts on
// bounds trusts them by construction ("Spanner", OSDI 2012, §3 and §4.2), so this
// shows what a protocol's safety is worth without them.
#include "sim/fault.h"

namespace sim::faults {
namespace {

enum Parameters { kBy };

void Begin(FaultScope& scope) {
  scope.physics.lying_bounds = scope.active.kind;
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    const core::Duration size = scope.Duration(kBy);
    const core::Duration by = scope.Draw(2) == 0 ? size : -size;
    scope.physics.clocks[core::Number(scope.victims()[i])].bound_error += by;
    scope.Note(i, by);
  }
}

void End(FaultScope& scope) {
  for (std::size_t i = 0; i < scope.victims().size(); ++i) {
    scope.physics.clocks[core::Number(scope.victims()[i])].bound_error -= scope.Noted<core::Duration>(i);
  }
}

}  // namespace

using Form = FaultParameter::Form;
extern const FaultKind clock_bound_violated;
const FaultKind clock_bound_violated{
    "clock_bound_violated",
    "true time is outside of the victims' bounds on it; effects: wrong bounds that were read",
    "any",
    {{"by", Form::kDuration, "1ms..1s", "by which the bounds miss true time", "0s..24h", "1us..10s"}},
    Begin,
    End,
    nullptr,
    "bounds on the wall clock are there to be relied on"};

}  // namespace sim::faults
