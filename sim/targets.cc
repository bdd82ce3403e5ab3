#include "sim/targets.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "protocols/core/quorum.h"

namespace sim {
namespace {

using Node = std::uint32_t;

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

void Add(Node node, FaultScope& scope) {
  if (!scope.IsVictim(node)) scope.active.window.nodes.push_back(core::NodeId{node});
}

// `count` different ones of these, in the order drawn.
void AddSome(std::uint64_t count, std::vector<Node> rest, FaultScope& scope) {
  for (; count > 0 && !rest.empty(); --count) {
    const auto at = static_cast<std::ptrdiff_t>(scope.Draw(rest.size()));
    Add(rest[static_cast<std::size_t>(at)], scope);
    rest.erase(rest.begin() + at);
  }
}

std::vector<Node> Members(const FaultScope& scope) {
  std::vector<Node> members(scope.physics.members);
  for (Node node = 0; node < members.size(); ++node) members[node] = node;
  return members;
}

// Whoever has the role; if nobody has, anybody.
void AddOrAny(const std::optional<Node>& node, FaultScope& scope) {
  if (node) return Add(*node, scope);
  AddSome(1, Members(scope), scope);
}

void AddLeader(FaultScope& scope) { AddOrAny(scope.physics.roles.leader, scope); }
void AddVoter(FaultScope& scope) { AddOrAny(scope.physics.roles.voter, scope); }
void AddAny(FaultScope& scope) { AddSome(1, Members(scope), scope); }
void AddAll(FaultScope& scope) { AddSome(scope.physics.members, Members(scope), scope); }

// One of those that are so; if nobody is, anybody.
template <class Is>
void AddOneThat(Is&& is, FaultScope& scope) {
  std::vector<Node> some;
  for (const Node node : Members(scope)) {
    if (is(node)) some.push_back(node);
  }
  if (some.empty()) return AddAny(scope);
  AddSome(1, some, scope);
}

bool Follows(Node node, const FaultScope& scope) {
  return scope.physics.processes[node].up() && scope.physics.roles.leader != node;
}
void AddFollower(FaultScope& scope) {
  AddOneThat([&](Node node) { return Follows(node, scope); }, scope);
}

void AddFlagged(const std::vector<std::uint8_t>& flags, FaultScope& scope) {
  AddOneThat([&](Node node) { return flags[node] != 0; }, scope);
}
void AddCandidate(FaultScope& scope) { AddFlagged(scope.physics.roles.candidate, scope); }
void AddInDoubt(FaultScope& scope) { AddFlagged(scope.physics.roles.in_doubt, scope); }

// The follower that knows least: the one a leader needs last and an election hurts most.
void AddShortestLog(FaultScope& scope) {
  const Roles& roles = scope.physics.roles;
  std::optional<std::uint64_t> least;
  for (const Node node : Members(scope)) {
    if (Follows(node, scope)) least = std::min(least.value_or(roles.log_length[node]), roles.log_length[node]);
  }
  AddOneThat([&](Node node) { return Follows(node, scope) && roles.log_length[node] == least; }, scope);
}

// All members of one region. Without regions a third of the cluster, in a row, stands for one.
void AddRegion(std::uint32_t region, FaultScope& scope) {
  for (const Node node : Members(scope)) {
    if (scope.physics.network.region(node) == region) Add(node, scope);
  }
}
void AddZone(FaultScope& scope) {
  const std::size_t zones = scope.physics.zones.size();
  if (zones > 0) return AddRegion(static_cast<std::uint32_t>(scope.Draw(zones)), scope);
  const std::uint32_t members = scope.physics.members;
  const auto first = static_cast<Node>(scope.Draw(members));
  for (Node i = 0; i < std::max(1u, members / 3); ++i) Add((first + i) % members, scope);
}

void AddMinority(FaultScope& scope) {
  const std::uint32_t members = scope.physics.members;
  const std::uint32_t largest = std::max(1u, members - core::Majority(members));
  AddSome(1 + scope.Draw(largest), Members(scope), scope);
}
void AddMajority(FaultScope& scope) {
  const std::uint32_t members = scope.physics.members;
  const std::uint32_t least = core::Majority(members);
  AddSome(least + scope.Draw(members - least + 1), Members(scope), scope);
}

void AddApplication(FaultScope& scope) {
  std::vector<Node> applications;
  for (auto node = scope.physics.members; node < scope.physics.processes.size(); ++node) applications.push_back(node);
  AddSome(1, applications, scope);
}

struct RoleTarget {
  Target target;
  void (*add)(FaultScope&);
};
constexpr std::array kRoleTargets{
    RoleTarget{{"all", "every member of the cluster"}, AddAll},
    RoleTarget{{"any", "one member, drawn"}, AddAny},
    RoleTarget{{"application", "one of the applications, drawn"}, AddApplication},
    RoleTarget{{"candidate", "one who has voted for itself in its epoch"}, AddCandidate},
    RoleTarget{{"follower", "one who is up and does not lead"}, AddFollower},
    RoleTarget{{"in_doubt", "one who is bound by a promise whose outcome it does not know"}, AddInDoubt},
    RoleTarget{{"leader", "who was elected last and has not stepped down or crashed"}, AddLeader},
    RoleTarget{{"majority", "a majority of the members, drawn"}, AddMajority},
    RoleTarget{{"minority", "fewer members than a majority, at least one, drawn"}, AddMinority},
    RoleTarget{{"shortest_log", "of those who are up and do not lead, the one whose log is shortest"}, AddShortestLog},
    RoleTarget{{"voter", "who voted last for somebody else"}, AddVoter},
    RoleTarget{{"zone", "all members of a random region; without regions a third of the cluster in a row"}, AddZone},
};

constexpr std::string_view kZone = "zone:";

std::optional<std::uint32_t> PlaceOf(std::string_view zone, const std::vector<std::string>& zones) {
  const auto found = std::find(zones.begin(), zones.end(), zone);
  if (found == zones.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - zones.begin());
}

const RoleTarget* FindRole(std::string_view name) {
  const auto* found = std::find_if(kRoleTargets.begin(), kRoleTargets.end(),
                                   [&](const RoleTarget& role) { return role.target.name == name; });
  return found == kRoleTargets.end() ? nullptr : found;
}

}  // namespace

std::vector<Target> Targets() {
  std::vector<Target> targets;
  for (const RoleTarget& role : kRoleTargets) targets.push_back(role.target);
  targets.push_back({"zone:NAME", "all members of the region of that name"});
  targets.push_back({"nN", "the member of that number, from n0 on"});
  return targets;
}

absl::Status CheckTarget(std::string_view target, std::uint32_t members, const std::vector<RegionPlan>& regions) {
  const int node = NodeNumber(target);
  if (node >= static_cast<int>(members)) {
    return absl::InvalidArgumentError(
        absl::StrCat("no node ", std::string(target), " in this cluster: it has n0 to n", members - 1));
  }
  if (node >= 0 || FindRole(target) != nullptr) return absl::OkStatus();
  if (target.starts_with(kZone)) {
    const std::string_view name = target.substr(kZone.size());
    if (std::any_of(regions.begin(), regions.end(), [&](const RegionPlan& r) { return r.name == name; })) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(
        absl::StrCat("no region \"", std::string(name), "\" in this cluster, for the target ", std::string(target)));
  }
  std::string words;
  for (const RoleTarget& role : kRoleTargets) absl::StrAppend(&words, std::string(role.target.name), ", ");
  return absl::InvalidArgumentError(absl::StrCat("no target \"", std::string(target), "\": want ", words,
                                                 "a region like zone:west or a node like n2"));
}

void AddVictims(std::string_view target, FaultScope& scope) {
  if (const int node = NodeNumber(target); node >= 0) return Add(static_cast<Node>(node), scope);
  if (target.starts_with(kZone)) {
    return AddRegion(*PlaceOf(target.substr(kZone.size()), scope.physics.zones), scope);
  }
  FindRole(target)->add(scope);
}

}  // namespace sim
