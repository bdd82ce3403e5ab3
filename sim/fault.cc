#include "sim/fault.h"

#include <algorithm>
#include <limits>
#include <set>

#include "absl/strings/str_cat.h"
#include "protocols/core/check.h"
#include "protocols/core/fingerprint.h"
#include "sim/targets.h"

namespace sim {
namespace {

using Form = FaultParameter::Form;

// Draws are named by fault, act, window and number within the window; see FaultWindow::fault.
constexpr int kWindowBits = 32;
constexpr int kTickBits = 12;  // draws of one tick

absl::Status Invalid(std::string text) { return absl::InvalidArgumentError(text); }

// The place of a word in "both|in|out", or -1.
int WordPlace(std::string_view word, std::string_view words) {
  for (int place = 0; !words.empty(); ++place) {
    const std::size_t bar = words.find('|');
    if (words.substr(0, bar) == word) return place;
    words.remove_prefix(bar == std::string_view::npos ? words.size() : bar + 1);
  }
  return -1;
}

absl::StatusOr<ParameterValue> ParseCounts(std::string_view text) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  const std::size_t dots = text.find("..");
  const auto min = core::ParseCount(text.substr(0, dots));
  const auto max = dots == std::string_view::npos ? min : core::ParseCount(text.substr(dots + 2));
  if (!min.ok() || !max.ok() || *max > kMost || *min > *max) {
    return Invalid(absl::StrCat("want \"3\" or \"2..10\", got \"", std::string(text), "\""));
  }
  return ParameterValue{static_cast<std::int64_t>(*min), static_cast<std::int64_t>(*max)};
}

absl::StatusOr<ParameterValue> Parse(Form form, std::string_view limits, std::string_view text) {
  switch (form) {
    case Form::kDuration: {
      const auto value = core::ParseBetween(text);
      if (!value.ok()) return value.status();
      return ParameterValue{value->min.count(), value->max.count()};
    }
    case Form::kShare: {
      const auto value = core::ParseShareBetween(text);
      if (!value.ok()) return value.status();
      return ParameterValue{value->min, value->max};
    }
    case Form::kCount:
      return ParseCounts(text);
    case Form::kFlag: {
      const auto value = core::ParseFlag(text);
      if (!value.ok()) return value.status();
      return ParameterValue{*value, *value};
    }
    case Form::kWord: {
      const int place = WordPlace(text, limits);
      if (place < 0)
        return Invalid(absl::StrCat("want one of ", std::string(limits), ", got \"", std::string(text), "\""));
      return ParameterValue{place, place};
    }
  }
  return Invalid("no such form");
}

// Whether a value is within its parameter's limits.
absl::Status CheckParameter(const FaultParameter& parameter, std::string_view text) {
  const auto value = Parse(parameter.form, parameter.limits, text);
  if (!value.ok()) return value.status();
  const bool limited = !parameter.limits.empty() && parameter.form != Form::kWord && parameter.form != Form::kFlag;
  if (!limited) return absl::OkStatus();
  const ParameterValue limits = Parse(parameter.form, "", parameter.limits).value();
  if (limits.min <= value->min && value->max <= limits.max) return absl::OkStatus();
  return Invalid(
      absl::StrCat("want a value within ", std::string(parameter.limits), ", got \"", std::string(text), "\""));
}

std::string_view TextOf(const FaultParameter& parameter, const std::vector<core::Parameter>& given) {
  for (const core::Parameter& one : given) {
    if (one.key == parameter.name && !one.value.empty()) return one.value;
  }
  return parameter.fallback;
}

// Plans are checked when they are read, so the texts parse.
void ReadParameters(ActiveFault& active) {
  for (const FaultParameter& parameter : FaultKinds()[active.kind]->parameters) {
    const std::string_view text = TextOf(parameter, active.window.params);
    active.values.push_back(Parse(parameter.form, parameter.limits, text).value());
  }
}

}  // namespace

core::Between FaultScope::Between(std::size_t parameter) const {
  const ParameterValue& value = active.values[parameter];
  return {core::Duration{value.min}, core::Duration{value.max}};
}
core::Duration FaultScope::Duration(std::size_t parameter) { return DrawFrom(Between(parameter)); }
std::uint64_t FaultScope::Count(std::size_t parameter) {
  const ParameterValue& value = active.values[parameter];
  const auto min = static_cast<std::uint64_t>(value.min);
  if (value.min == value.max) return min;
  return min + Draw(static_cast<std::uint64_t>(value.max - value.min) + 1);
}
Ratio FaultScope::Share(std::size_t parameter) { return Ratio{static_cast<std::uint32_t>(Count(parameter))}; }

std::uint64_t FaultScope::Draw(std::uint64_t bound) {
  std::uint64_t number = draws_++;
  if (act_ == Act::kTick) number += static_cast<std::uint64_t>(active.ticks) << kTickBits;
  const std::uint64_t occurrence = (std::uint64_t{active.window.ordinal} << kWindowBits) + number;
  return chooser_.Choose({core::Purpose::kFault, active.window.fault, static_cast<std::uint32_t>(act_), occurrence},
                         bound);
}

core::Duration FaultScope::DrawFrom(const core::Between& between) {
  if (between.min == between.max) return between.min;
  return between.min + core::Duration{Draw(static_cast<std::uint64_t>((between.max - between.min).count()) + 1)};
}

bool FaultScope::Spares(std::uint32_t node) { return physics.Spares(node, active.kind); }

bool FaultScope::Crash(std::uint32_t node, Keeps keeps) {
  if (Spares(node)) return false;
  active.undo.push_back(node);
  if (physics.Crash(node, keeps)) Effect();
  return true;
}

void FaultScope::Restart(std::uint32_t node, Mail mail) {
  if (!physics.Restart(node) || mail == Mail::kDeliver) return;
  const auto no_kind = static_cast<std::uint32_t>(FaultKinds().size());  // its effects are its crashes
  for (std::uint32_t from = 0; from < physics.network.endpoints(); ++from) {
    if (from != node) physics.network.KillInFlight(from, node, no_kind);
  }
}

void FaultScope::RestartAll(Mail mail) {
  for (const std::uint64_t node : active.undo) Restart(static_cast<std::uint32_t>(node), mail);
}

bool FaultScope::IsVictim(std::uint32_t node) const {
  const auto& nodes = active.window.nodes;
  return std::find(nodes.begin(), nodes.end(), core::NodeId{node}) != nodes.end();
}

void FaultScope::Interfere(EditPacket edit, Links links, std::array<std::int64_t, 4> numbers) {
  Interference interference{edit, active.kind, active.window.fault, std::move(links), numbers, {}, false};
  active.undo.push_back(physics.network.Add(std::move(interference)));
}

void FaultScope::StopInterfering() {
  for (const std::uint64_t number : active.undo) physics.network.Remove(static_cast<std::uint32_t>(number));
  active.undo.clear();
}

void StopInterfering(FaultScope& scope) { scope.StopInterfering(); }

Links LinksOfVictims(const FaultScope& scope, Side side) {
  Links links(scope.physics.network.endpoints());
  for (const core::NodeId victim : scope.victims()) {
    if (side != Side::kIn) links.AddSender(core::Number(victim));
    if (side != Side::kOut) links.AddReceiver(core::Number(victim));
  }
  return links;
}

void RequireClass(std::size_t word, Links& links) {
  if (word > 0) links.RequireClass(static_cast<LinkClass>(word - 1));
}

Links LinksOfVictims(const FaultScope& scope, std::size_t direction, std::size_t links) {
  Links chosen = LinksOfVictims(scope, static_cast<Side>(scope.Word(direction)));
  RequireClass(scope.Word(links), chosen);
  return chosen;
}

int FindFaultKind(std::string_view name) {
  const auto& kinds = FaultKinds();
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i]->name == name) return static_cast<int>(i);
  }
  return -1;
}

absl::Status CheckParameters(const FaultKind& kind, const std::vector<core::Parameter>& params) {
  for (const core::Parameter& given : params) {
    const auto declared = std::find_if(kind.parameters.begin(), kind.parameters.end(),
                                       [&](const FaultParameter& p) { return p.name == given.key; });
    if (declared == kind.parameters.end()) {
      return Invalid(absl::StrCat("the fault \"", std::string(kind.name), "\" has no parameter \"", given.key, "\""));
    }
    if (given.value.empty()) continue;
    if (const absl::Status status = CheckParameter(*declared, given.value); !status.ok()) {
      return Invalid(absl::StrCat(given.key, ": ", std::string(status.message())));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckFault(const FaultPlan& plan, std::uint32_t members, const std::vector<RegionPlan>& regions) {
  const int kind = FindFaultKind(plan.kind);
  if (kind < 0) return Invalid(absl::StrCat("there is no fault \"", plan.kind, "\""));
  if (plan.at.has_value() + plan.every.has_value() + plan.when.has_value() != 1)
    return Invalid("give one of `at`, `every` and `when`");
  if (plan.every && plan.every->min + plan.lasts.min < core::Duration{1'000'000}) {
    return Invalid("`every` and `lasts` together must be at least 1ms");
  }
  for (const std::string& target : plan.targets) {
    if (absl::Status status = CheckTarget(target, members, regions); !status.ok()) return status;
  }
  return CheckParameters(*FaultKinds()[static_cast<std::size_t>(kind)], plan.params);
}

namespace {

ActiveFault Waiting(FaultWindow window, std::uint32_t place = 0) {
  ActiveFault active;
  active.place = place;
  active.kind = static_cast<std::uint32_t>(FindFaultKind(window.kind));
  active.awaited = window.when.has_value();
  active.window = std::move(window);
  return active;
}

// From kind, times and targets: with other parameters it strikes the same nodes at the same
// times, only harder. Twins, and faults whose fingerprints collide, count on.
std::uint32_t NumberOf(const FaultPlan& fault, std::set<std::uint32_t>& taken) {
  struct Strikes {
    std::string kind;
    std::optional<core::Duration> at;
    std::optional<Latency> every;
    Latency lasts{};
    std::vector<std::string> targets;
    std::vector<core::Parameter> none;
  };
  std::string kind = fault.kind;
  if (fault.when) kind += " when " + FormatAnchor(*fault.when);
  const Strikes strikes{std::move(kind), fault.at, fault.every, fault.lasts, fault.targets, {}};
  auto number = static_cast<std::uint32_t>(core::FingerprintOf(strikes).high);
  while (!taken.insert(number).second) ++number;
  return number;
}

// Lengths of time from a stream of its own.
class LengthDraw {
 public:
  LengthDraw(std::uint32_t fault, FaultScope::Act act, core::Chooser& chooser)
      : chooser_(chooser), name_{core::Purpose::kFault, fault, static_cast<std::uint32_t>(act), 0} {}
  core::Duration operator()(const Latency& length) {
    return length.Sample([&](std::uint64_t bound) {
      ++name_.occurrence;
      return chooser_.Choose(name_, bound);
    });
  }

 private:
  core::Chooser& chooser_;
  core::ChoiceName name_;
};

struct Period {
  core::Duration begin{};
  core::Duration end{};
};

std::vector<Period> DrawQuiet(const Plan& plan, std::uint32_t number, core::Chooser& chooser) {
  std::vector<Period> periods;
  if (!plan.quiet) return periods;
  LengthDraw draw(number, FaultScope::Act::kQuiet, chooser);
  for (core::Duration begin = plan.warm_up + draw(plan.quiet->every); begin < plan.storm;
       begin = periods.back().end + draw(plan.quiet->every)) {
    periods.push_back({begin, begin + draw(plan.quiet->lasts)});
  }
  return periods;
}

// When a window must end that would be open from `begin` to `end`; not after its beginning: it must not be.
core::Duration EndBeforeQuiet(core::Duration begin, core::Duration end, const std::vector<Period>& quiet) {
  const auto next = std::partition_point(quiet.begin(), quiet.end(), [&](const Period& p) { return p.end <= begin; });
  return next == quiet.end() ? end : std::min(end, next->begin);
}

}  // namespace

std::vector<ActiveFault> DrawWindows(const Plan& plan, core::Chooser& chooser) {
  constexpr std::uint32_t kNoFault = 0;
  std::vector<ActiveFault> windows;
  std::set<std::uint32_t> numbers{kNoFault};
  if (plan.windows) {
    for (const FaultWindow& window : *plan.windows) windows.push_back(Waiting(window));
    return windows;
  }
  const std::vector<Period> quiet = DrawQuiet(plan, kNoFault, chooser);
  for (std::uint32_t place = 0; place < plan.faults.size(); ++place) {
    const FaultPlan& what = plan.faults[place];
    const std::uint32_t number = NumberOf(what, numbers);
    LengthDraw draw(number, FaultScope::Act::kSchedule, chooser);
    core::Duration begin = what.at ? *what.at : what.every ? plan.warm_up + draw(*what.every) : core::Duration{};
    for (std::uint32_t ordinal = 0; begin < plan.storm; ++ordinal) {
      const core::Duration end = std::min(begin + draw(what.lasts), plan.storm);
      const core::Duration until = what.every ? EndBeforeQuiet(begin, end, quiet) : end;
      if (until > begin || until == end) {
        windows.push_back(Waiting({what.kind, number, ordinal, begin, until, {}, what.params, what.when}, place));
      }
      if (!what.every) break;
      begin = end + draw(*what.every);
    }
  }
  std::stable_sort(windows.begin(), windows.end(),
                   [](const ActiveFault& a, const ActiveFault& b) { return a.window.begin < b.window.begin; });
  return windows;
}

void BeginFault(const Plan& plan, ActiveFault& active, Physics& physics, core::Chooser& chooser) {
  const FaultKind& kind = *FaultKinds()[active.kind];
  ReadParameters(active);
  active.tally.assign(kind.reasons.size(), 0);
  if (!plan.windows) {
    FaultScope scope(physics, active, FaultScope::Act::kVictims, chooser);
    const std::vector<std::string>& targets = plan.faults[active.place].targets;
    for (const std::string& target : targets) AddVictims(target, scope);
    if (targets.empty()) AddVictims(kind.targets, scope);
  }
  for (const core::NodeId victim : active.window.nodes) {
    const std::uint32_t node = core::Number(victim);
    ++physics.struck[Physics::StruckAt(active.kind, physics.RoleOf(node), physics.PhaseOf(node))];
  }
  FaultScope scope(physics, active, FaultScope::Act::kBegin, chooser);
  active.begun = true;
  kind.begin(scope);
}

void TickFault(ActiveFault& active, Physics& physics, core::Chooser& chooser) {
  active.next_tick = {};
  FaultScope scope(physics, active, FaultScope::Act::kTick, chooser);
  FaultKinds()[active.kind]->tick(scope);
  ++active.ticks;
}

void EndFault(ActiveFault& active, Physics& physics, core::Chooser& chooser) {
  FaultScope scope(physics, active, FaultScope::Act::kEnd, chooser);
  FaultKinds()[active.kind]->end(scope);
  active.begun = false;
  active.next_tick = {};
}

}  // namespace sim
