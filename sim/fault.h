// Fault: a kind of thing that goes wrong, in a window of time, to some victims.
//
// Each kind is one file in sim/faults/ that defines a FaultKind named like the
// file; the build collects them. A kind changes the physics when its window
// begins and undoes it when the window ends; what it did to packets, syncs and
// processes in between is counted under its name, and a kind that did nothing
// is reported. A kind that acts on its own within the window has ticks.
//
// Parameters are declared with their form, limits and the range that a swarm
// draws from, so that a kind checks nothing by hand. They are read when a window
// begins: inside it a kind knows them by position.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
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
  enum class Form : std::uint8_t {
    kDuration,  // "5ms" or "1ms..10ms"
    kShare,     // "5%" or "0%..5%"
    kCount,     // "3" or "2..10"
    kFlag,      // "true" or "false"
    kWord,      // one of `limits`
  };
  std::string_view name;
  Form form;
  std::string_view fallback;
  std::string_view help;
  std::string_view limits = "";  // kWord: the words, "both|in|out"; else the widest range, "0%..10%"; empty: none
  // What a swarm draws from, within the limits: some of the words, or the range in which a
  // magnitude is drawn log-uniformly. Empty: the fallback.
  std::string_view swarm = "";
};

// A parameter as read: a word is its place among the words, a flag 0 or 1.
struct ParameterValue {
  std::int64_t min = 0;
  std::int64_t max = 0;
};

// What becomes of a packet that was sent to a node before it went down and is still under way when it restarts.
enum class Mail : std::uint8_t { kDeliver, kDrop };
inline constexpr FaultParameter kMailParameter{
    "mail",
    FaultParameter::Form::kWord,
    "deliver",
    "to the node as it was before: deliver it to its successor, or drop what is under way at the restart",
    "deliver|drop",
    "deliver|drop"};

// A window that has begun: who suffers, and what to undo at the end.
struct ActiveFault {
  std::uint32_t kind = 0;   // place in FaultKinds()
  std::uint32_t place = 0;  // in Plan::faults, unless the plan brings its windows
  FaultWindow window;
  std::vector<ParameterValue> values;  // in the order of the kind's parameters
  std::vector<std::uint64_t> undo;     // the kind's own notes
  core::TrueTime next_tick{};          // never at the beginning of time
  std::uint32_t ticks = 0;
  std::vector<std::uint64_t> tally;  // by FaultKind::reasons
  bool begun = false;
  bool awaited = false;  // its moment is still to come: nobody knows when

  bool HasCome(core::TrueTime now) const { return !awaited && core::TrueTime{window.begin} <= now; }
};

// What a kind is given at the ends of a window and at its ticks.
class FaultScope {
 public:
  enum class Act : std::uint8_t { kVictims, kBegin, kEnd, kSchedule, kTick, kQuiet };
  FaultScope(Physics& physics, ActiveFault& active, Act act, core::Chooser& chooser)
      : physics(physics), active(active), act_(act), chooser_(chooser) {}

  Physics& physics;
  ActiveFault& active;

  const std::vector<core::NodeId>& victims() const { return active.window.nodes; }
  bool IsVictim(std::uint32_t node) const;

  // The parameter at this position. A range is drawn from anew at each call.
  core::Between Between(std::size_t parameter) const;
  core::Duration Duration(std::size_t parameter);
  Ratio Share(std::size_t parameter);
  std::uint64_t Count(std::size_t parameter);
  bool Flag(std::size_t parameter) const { return active.values[parameter].min != 0; }
  std::size_t Word(std::size_t parameter) const { return static_cast<std::size_t>(active.values[parameter].min); }

  // Uniform in [0, bound).
  std::uint64_t Draw(std::uint64_t bound);
  core::Duration DrawFrom(const core::Between& between);

  // The kind's notes about its i-th victim: a value of whole words.
  template <class Notes>
  void Note(std::size_t victim, const Notes& notes);
  template <class Notes>
  Notes Noted(std::size_t victim) const;

  // What really happened, not what was tried.
  void Effect(std::uint64_t count = 1) { physics.effects[active.kind] += count; }
  // One that has this place among the kind's reasons.
  void EffectOf(std::size_t reason) {
    Effect();
    ++active.tally[reason];
  }

  // For kinds that take victims down. Whether this one stays up, so that a quorum does; counted.
  bool Spares(std::uint32_t node);
  // A crash until the kind's `end`, noted in `undo`. False: the node is spared.
  bool Crash(std::uint32_t node, Keeps keeps);
  void Restart(std::uint32_t node, Mail mail);
  // All in `undo`.
  void RestartAll(Mail mail);

  // The kind's `tick` is called then, unless the window has ended.
  void TickAfter(core::Duration delay) { active.next_tick = physics.now + std::max(delay, core::Duration{1}); }

  // From now to the end of the window, `edit` is called for every packet on these links.
  void Interfere(EditPacket edit, Links links, std::array<std::int64_t, 4> numbers = {});
  // Gives `edit` a number for each link, 0 at first, or sizes; call after Interfere.
  void Remember() { physics.network.Remember(static_cast<std::uint32_t>(active.undo.back())); }
  void WantSizes() { physics.network.WantSizes(static_cast<std::uint32_t>(active.undo.back())); }
  // The end of it; for the kind's `end`.
  void StopInterfering();

 private:
  Act act_;
  core::Chooser& chooser_;
  std::uint64_t draws_ = 0;
};

template <class Notes>
void FaultScope::Note(std::size_t victim, const Notes& notes) {
  constexpr std::size_t kWords = sizeof(Notes) / sizeof(std::uint64_t);
  const auto words = std::bit_cast<std::array<std::uint64_t, kWords>>(notes);
  if (active.undo.size() < (victim + 1) * kWords) active.undo.resize((victim + 1) * kWords);
  std::copy(words.begin(), words.end(), active.undo.begin() + static_cast<std::ptrdiff_t>(victim * kWords));
}

template <class Notes>
Notes FaultScope::Noted(std::size_t victim) const {
  constexpr std::size_t kWords = sizeof(Notes) / sizeof(std::uint64_t);
  std::array<std::uint64_t, kWords> words;
  std::copy_n(active.undo.begin() + static_cast<std::ptrdiff_t>(victim * kWords), kWords, words.begin());
  return std::bit_cast<Notes>(words);
}

struct FaultKind {
  std::string_view name;
  std::string_view summary;
  std::string_view targets;  // the default of FaultPlan::targets
  std::vector<FaultParameter> parameters;
  void (*begin)(FaultScope&);
  void (*end)(FaultScope&);
  void (*tick)(FaultScope&) = nullptr;
  // Not empty: it breaks what every protocol here relies on, so that no swarm draws it; the reason.
  std::string_view beyond = "";
  std::vector<std::string_view> reasons = {};  // that its effects are counted by, too; see EffectOf
};

// By name. The table is generated from the files of sim/faults/.
const std::vector<const FaultKind*>& FaultKinds();
// Its place in FaultKinds(), or -1.
int FindFaultKind(std::string_view name);

// Whether the kind, its parameters and its targets make sense; the message says
// what does not. `members`: nodes of the cluster.
absl::Status CheckFault(const FaultPlan& plan, std::uint32_t members, const std::vector<RegionPlan>& regions = {});
// Whether the parameters of this kind do.
absl::Status CheckParameters(const FaultKind& kind, const std::vector<core::Parameter>& params);

// The windows of a storm, in order of their beginning. Times of quiet end those that are open and take
// those that would begin in them, and change nothing about the others. Victims are chosen only
// when a window begins, since some are chosen by their role.
// A plan with windows of its own has them replayed.
std::vector<ActiveFault> DrawWindows(const Plan& plan, core::Chooser& chooser);

void BeginFault(const Plan& plan, ActiveFault& active, Physics& physics, core::Chooser& chooser);
void TickFault(ActiveFault& active, Physics& physics, core::Chooser& chooser);
void EndFault(ActiveFault& active, Physics& physics, core::Chooser& chooser);

// The end of kinds that only interfere with packets.
void StopInterfering(FaultScope& scope);

// The links of a window's victims: those on which they send, receive, or both.
enum class Side : std::uint8_t { kBoth, kIn, kOut };
inline constexpr FaultParameter kDirectionParameter{
    "direction",   FaultParameter::Form::kWord,
    "both",        "packets from and to the victims, or only those they get (in) or send (out)",
    "both|in|out", "both|in|out"};
Links LinksOfVictims(const FaultScope& scope, Side side);

// Of those, the links of one class.
inline constexpr FaultParameter kLinksParameter{
    "links",
    FaultParameter::Form::kWord,
    "all",
    "which: between nodes (peer), with clients (client), with applications (export)",
    "all|peer|client|export",
    "all|peer|client|export"};
void RequireClass(std::size_t word, Links& links);
// By the parameters at these positions.
Links LinksOfVictims(const FaultScope& scope, std::size_t direction, std::size_t links);

}  // namespace sim
