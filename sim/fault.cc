#include "sim/fault.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "protocols/core/check.h"
#include "protocols/core/fingerprint.h"
#include "protocols/core/quorum.h"

namespace sim {
namespace {

// Draws are named by fault, window and number; see FaultWindow::fault.
constexpr std::uint64_t kDrawsPerWindow = 4096;
constexpr std::uint32_t kSchedule = 3;  // beside the phases of a FaultScope

absl::Status Invalid(std::string text) { return absl::InvalidArgumentError(text); }

// The number of "n12", or -1.
int NodeNumber(std::string_view word) {
  if (word.size() < 2 || word.size() > 6 || word[0] != 'n') return -1;
  int number = 0;
  for (const char c : word.substr(1)) {
    if (c < '0' || c > '9') return -1;
    number = 10 * number + (c - '0');
  }
  return number;
}

constexpr std::string_view kTargetWords = "leader, follower, any, minority, majority, all";

bool IsTargetWord(std::string_view word) {
  return word == "leader" || word == "follower" || word == "any" || word == "minority" || word == "majority" ||
         word == "all";
}

void AddVictim(std::uint32_t node, FaultScope& scope) {
  if (!scope.IsVictim(node)) scope.active.window.nodes.push_back(core::NodeId{node});
}

// `count` different members of the cluster, in the order drawn.
void AddRandomMembers(std::uint32_t count, FaultScope& scope) {
  std::vector<std::uint32_t> rest(scope.physics.members);
  for (std::uint32_t node = 0; node < rest.size(); ++node) rest[node] = node;
  for (; count > 0 && !rest.empty(); --count) {
    const auto at = static_cast<std::ptrdiff_t>(scope.Draw(rest.size()));
    AddVictim(rest[static_cast<std::size_t>(at)], scope);
    rest.erase(rest.begin() + at);
  }
}

void AddFollower(FaultScope& scope) {
  const std::uint32_t members = scope.physics.members;
  std::uint32_t node = static_cast<std::uint32_t>(scope.Draw(members));
  if (scope.physics.leader == node) node = (node + 1) % members;
  AddVictim(node, scope);
}

void AddByWord(std::string_view word, FaultScope& scope) {
  const std::uint32_t members = scope.physics.members;
  if (word == "leader" && scope.physics.leader) return AddVictim(*scope.physics.leader, scope);
  if (word == "leader" || word == "any") return AddRandomMembers(1, scope);
  if (word == "follower") return AddFollower(scope);
  if (word == "all") return AddRandomMembers(members, scope);
  const std::uint32_t largest_minority = members - core::Majority(members);
  if (word == "minority") {
    return AddRandomMembers(1 + static_cast<std::uint32_t>(scope.Draw(std::max(1u, largest_minority))), scope);
  }
  CHECK(word == "majority");
  AddRandomMembers(core::Majority(members) + static_cast<std::uint32_t>(scope.Draw(largest_minority + 1)), scope);
}

std::string_view ValueOf(const std::vector<core::Parameter>& params, std::string_view name) {
  for (const core::Parameter& parameter : params) {
    if (parameter.key == name) return parameter.value;
  }
  return {};
}

}  // namespace

std::string_view FaultScope::Parameter(std::string_view name) const {
  if (const std::string_view value = ValueOf(active.window.params, name); !value.empty()) return value;
  for (const FaultParameter& parameter : FaultKinds()[active.kind]->parameters) {
    if (parameter.name == name) return parameter.fallback;
  }
  CHECK(false && "a kind asks only for parameters it declares");
}

core::Between FaultScope::Between(std::string_view name) const { return core::ParseBetween(Parameter(name)).value(); }
Ratio FaultScope::Chance(std::string_view name) const {
  return Ratio{core::ParsePartsPerBillion(Parameter(name)).value()};
}
bool FaultScope::Flag(std::string_view name) const { return core::ParseFlag(Parameter(name)).value(); }

std::uint64_t FaultScope::Draw(std::uint64_t bound) {
  const std::uint64_t occurrence = active.window.ordinal * kDrawsPerWindow + draws_++;
  const auto phase = static_cast<std::uint32_t>(phase_);
  return chooser_.Choose({core::Purpose::kFault, active.window.fault, phase, occurrence}, bound);
}

core::Duration FaultScope::DrawFrom(const core::Between& between) {
  return between.min + core::Duration{Draw(static_cast<std::uint64_t>((between.max - between.min).count()) + 1)};
}

bool FaultScope::IsVictim(std::uint32_t node) const {
  const auto& nodes = active.window.nodes;
  return std::find(nodes.begin(), nodes.end(), core::NodeId{node}) != nodes.end();
}

int FindFaultKind(std::string_view name) {
  const auto& kinds = FaultKinds();
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i]->name == name) return static_cast<int>(i);
  }
  return -1;
}

absl::Status CheckFault(const FaultPlan& plan, std::uint32_t members) {
  const int kind = FindFaultKind(plan.kind);
  if (kind < 0) return Invalid(absl::StrCat("there is no fault \"", plan.kind, "\""));
  if (plan.at.has_value() == plan.every.has_value()) return Invalid("give either `at` or `every`");
  if (plan.every && plan.every->min + plan.lasts.min < core::Duration{1'000'000}) {
    return Invalid("`every` and `lasts` together must be at least 1ms");
  }
  for (const std::string& target : plan.targets) {
    const int node = NodeNumber(target);
    const std::string wanted(kTargetWords);
    if (node < 0 && !IsTargetWord(target)) {
      return Invalid(absl::StrCat("no target \"", target, "\": want ", wanted, " or a node like n2"));
    }
    if (node >= static_cast<int>(members)) {
      return Invalid(absl::StrCat("no node ", target, " in this cluster: it has n0 to n", members - 1));
    }
  }
  for (const core::Parameter& parameter : plan.params) {
    const auto& known = FaultKinds()[static_cast<std::size_t>(kind)]->parameters;
    const bool declared =
        std::any_of(known.begin(), known.end(), [&](const FaultParameter& p) { return p.name == parameter.key; });
    if (!declared)
      return Invalid(absl::StrCat("the fault \"", plan.kind, "\" has no parameter \"", parameter.key, "\""));
  }
  return FaultKinds()[static_cast<std::size_t>(kind)]->check(plan.params);
}

absl::Status CheckForm(const std::vector<core::Parameter>& params, std::string_view name, ParameterForm form,
                       std::string_view words) {
  const std::string_view value = ValueOf(params, name);
  if (value.empty()) return absl::OkStatus();
  const std::string key(name);
  absl::Status status;
  if (form == ParameterForm::kBetween) status = core::ParseBetween(value).status();
  if (form == ParameterForm::kChance) status = core::ParsePartsPerBillion(value).status();
  if (form == ParameterForm::kFlag) status = core::ParseFlag(value).status();
  if (form == ParameterForm::kWord) {
    const std::string list = absl::StrCat("|", std::string(words), "|");
    const bool known = list.find(absl::StrCat("|", std::string(value), "|")) != std::string::npos;
    if (!known)
      status = Invalid(absl::StrCat("want one of ", std::string(words), ", got \"", std::string(value), "\""));
  }
  if (status.ok()) return status;
  return Invalid(absl::StrCat(key, ": ", status.message()));
}

namespace {

ActiveFault Waiting(FaultWindow window) {
  ActiveFault active;
  active.kind = static_cast<std::uint32_t>(FindFaultKind(window.kind));
  active.window = std::move(window);
  return active;
}

// From what the fault asks for; twins, and faults whose fingerprints collide, count on.
std::uint32_t NumberOf(const FaultPlan& fault, std::set<std::uint32_t>& taken) {
  auto number = static_cast<std::uint32_t>(core::FingerprintOf(fault).high);
  while (!taken.insert(number).second) ++number;
  return number;
}

}  // namespace

std::vector<ActiveFault> DrawWindows(const Plan& plan, core::Chooser& chooser) {
  std::vector<ActiveFault> windows;
  std::set<std::uint32_t> numbers;
  if (plan.windows) {
    for (const FaultWindow& window : *plan.windows) windows.push_back(Waiting(window));
    return windows;
  }
  for (std::uint32_t place = 0; place < plan.faults.size(); ++place) {
    const FaultPlan& what = plan.faults[place];
    const std::uint32_t number = NumberOf(what, numbers);
    core::ChoiceName name{core::Purpose::kFault, number, kSchedule, 0};
    const auto draw = [&](const core::Between& between) {
      ++name.occurrence;
      return between.min +
             core::Duration{chooser.Choose(name, static_cast<std::uint64_t>((between.max - between.min).count()) + 1)};
    };
    core::Duration begin = what.at ? *what.at : draw(*what.every);
    for (std::uint32_t ordinal = 0; begin < plan.storm; ++ordinal) {
      const core::Duration end = std::min(begin + draw(what.lasts), plan.storm);
      windows.push_back(Waiting({what.kind, number, ordinal, begin, end, {}, what.params}));
      windows.back().place = place;
      if (!what.every) break;
      begin = end + draw(*what.every);
    }
  }
  std::stable_sort(windows.begin(), windows.end(),
                   [](const ActiveFault& a, const ActiveFault& b) { return a.window.begin < b.window.begin; });
  return windows;
}

namespace {

void ChooseVictims(const FaultPlan& plan, FaultScope& scope) {
  if (plan.targets.empty()) return AddByWord(FaultKinds()[scope.active.kind]->targets, scope);
  for (const std::string& target : plan.targets) {
    if (const int node = NodeNumber(target); node >= 0) {
      AddVictim(static_cast<std::uint32_t>(node), scope);
    } else {
      AddByWord(target, scope);
    }
  }
}

}  // namespace

void BeginFault(const Plan& plan, ActiveFault& active, Physics& physics, core::Chooser& chooser) {
  if (!plan.windows) {
    FaultScope scope(physics, active, FaultScope::Phase::kVictims, chooser);
    ChooseVictims(plan.faults[active.place], scope);
  }
  FaultScope scope(physics, active, FaultScope::Phase::kBegin, chooser);
  FaultKinds()[active.kind]->begin(scope);
  active.begun = true;
}

void EndFault(ActiveFault& active, Physics& physics, core::Chooser& chooser) {
  FaultScope scope(physics, active, FaultScope::Phase::kEnd, chooser);
  FaultKinds()[active.kind]->end(scope);
}

}  // namespace sim
