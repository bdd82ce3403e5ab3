// Fault: a kind of thing that goes wrong, in a window of time, to some victims.
//
// Each kind is one file in sim/faults/ that defines a FaultKind named like the
// file; the build collects them. A kind changes the physics when its window
// begins and undoes it when the window ends; what it did to packets, syncs and
// processes in between is counted under its name, and a kind that did nothing
// is reported.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "protocols/core/params.h"
#include "sim/physics.h"
#include "sim/plan.h"

namespace sim {

struct FaultParameter {
  std::string_view name;
  std::string_view fallback;
  std::string_view help;
};

// A window that has begun: who suffers, and what to undo at the end.
struct ActiveFault {
  std::uint32_t kind = 0;   // place in FaultKinds()
  std::uint32_t place = 0;  // in Plan::faults, unless the plan brings its windows
  FaultWindow window;
  std::vector<std::uint64_t> undo;  // the kind's own notes
  bool begun = false;
};

// What a kind is given at the ends of a window.
class FaultScope {
 public:
  enum class Phase : std::uint8_t { kVictims, kBegin, kEnd };
  FaultScope(Physics& physics, ActiveFault& active, Phase phase, core::Chooser& chooser)
      : physics(physics), active(active), phase_(phase), chooser_(chooser) {}

  Physics& physics;
  ActiveFault& active;

  // The value of a parameter, or the kind's fallback. Plans are checked when they
  // are read, so the text parses.
  std::string_view Parameter(std::string_view name) const;
  core::Between Between(std::string_view name) const;
  Ratio Chance(std::string_view name) const;
  bool Flag(std::string_view name) const;
  std::uint64_t Draw(std::uint64_t bound);
  core::Duration DrawFrom(const core::Between& between);
  void Count(std::uint64_t effects) { physics.effects[active.kind] += effects; }
  bool IsVictim(std::uint32_t node) const;

 private:
  Phase phase_;
  core::Chooser& chooser_;
  std::uint64_t draws_ = 0;
};

struct FaultKind {
  std::string_view name;
  std::string_view summary;
  std::string_view targets;  // the default of FaultPlan::targets
  std::vector<FaultParameter> parameters;
  void (*begin)(FaultScope&);
  void (*end)(FaultScope&);
  // Reads the parameters of a plan; says what is wrong with them.
  absl::Status (*check)(const std::vector<core::Parameter>&);
};

// By name. The table is generated from the files of sim/faults/.
const std::vector<const FaultKind*>& FaultKinds();
// Its place in FaultKinds(), or -1.
int FindFaultKind(std::string_view name);

// Whether the kind, its parameters and its targets make sense; the message says
// what does not. `members`: nodes of the cluster.
absl::Status CheckFault(const FaultPlan& plan, std::uint32_t members);

// The windows of a storm, in order of their beginning. Victims are chosen only
// when a window begins, since some are chosen by their role.
// A plan with windows of its own has them replayed.
std::vector<ActiveFault> DrawWindows(const Plan& plan, core::Chooser& chooser);

void BeginFault(const Plan& plan, ActiveFault& active, Physics& physics, core::Chooser& chooser);
void EndFault(ActiveFault& active, Physics& physics, core::Chooser& chooser);

// For the `check` of a kind: how each parameter must read.
enum class ParameterForm : std::uint8_t { kBetween, kChance, kFlag, kWord };
absl::Status CheckForm(const std::vector<core::Parameter>& params, std::string_view name, ParameterForm form,
                       std::string_view words = "");

}  // namespace sim
