// Sending view delivery: an update is executed in the view in which its writer issued it. What the others lacked when
// its writer was put out they may execute later, if somebody who has it joins them: as the last of the view before
// that.
//
// So it must not be executed because a packet came late: whether others have it is then luck.
#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "invariants/updates.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct SendingViewDelivery {
  struct Member {
    std::vector<core::Index> installed;  // in order
    core::List<core::NodeId> others;     // its view's members, itself among them
    std::map<core::NodeId, std::uint64_t> executed;
    core::List<facts::UpdateName> late;  // of those of earlier views, executed in this one
  };
  ByNode<Member> members;
  std::map<facts::UpdateName, core::Index> issued;  // in which view

  Ruling On(core::NodeId node, const facts::ViewInstalled& f) {
    Member& member = members[node];
    if (!member.installed.empty() && f.view <= member.installed.back()) return Ruling::Noted();
    const bool goes_on = !member.installed.empty() && member.installed.back() + 1 == f.view;
    const core::List<facts::UpdateName> late = std::exchange(member.late, {});
    const core::List<core::NodeId> before = std::exchange(member.others, f.members);
    member.installed.push_back(f.view);
    if (!goes_on || late.empty()) return Ruling::Noted();
    for (const facts::UpdateName& name : late) {
      if (IsBrought(name, before, f.members)) continue;
      return Ruling::Broken(core::Text(node) + " has executed " + Name(name) + " of view " + core::Text(issued[name]) +
                            " before it installs view " + core::Text(f.view) + ", and nobody who joins that has it");
    }
    return Ruling::Fine(static_cast<std::uint32_t>(late.size()));
  }
  Ruling On(core::NodeId node, const facts::DeliveryRecovered& f) {
    members[node].executed[f.of] = f.number;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::UpdateIssued& f) {
    if (!members[node].installed.empty()) issued.try_emplace(f.name, members[node].installed.back());
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::UpdateDelivered& f) {
    Member& member = members[node];
    member.executed[f.name.node] = f.name.number;
    const auto known = issued.find(f.name);
    if (known == issued.end() || member.installed.empty()) return Ruling::Noted();  // its writer lost power
    const core::Index sent = known->second, here = member.installed.back();
    if (here == sent) return Ruling::Fine();
    const std::string what = core::Text(node) + " executes " + Name(f.name) + " of view " + core::Text(sent) +
                             " in view " + core::Text(here);
    if (here < sent) return Ruling::Broken(what);
    const std::vector<core::Index>& writers = members[f.name.node].installed;
    const auto next = std::upper_bound(writers.begin(), writers.end(), sent);
    if (next != writers.end() && *next <= here) {
      return Ruling::Broken(what + ", after its writer has installed view " + core::Text(*next));
    }
    members[node].late.push_back(f.name);
    return Ruling::Noted();
  }

 private:
  bool IsBrought(const facts::UpdateName& name, const core::List<core::NodeId>& before,
                 const core::List<core::NodeId>& after) {
    return std::any_of(after.begin(), after.end(), [&](core::NodeId node) {
      const bool joins = std::find(before.begin(), before.end(), node) == before.end();
      return joins && members[node].executed[name.node] >= name.number;
    });
  }
};

constexpr core::NodeId kZero{0}, kOne{1}, kTwo{2};
constexpr facts::UpdateName kUpdate{kTwo, 1};
void Begin(Story& story) {
  for (std::uint32_t node : {0u, 1u, 2u}) story(node, facts::ViewInstalled{{1}, {kZero, kOne, kTwo}});
  story(2, facts::UpdateIssued{kUpdate, {}});
  story(2, facts::UpdateDelivered{kUpdate});
  for (std::uint32_t node : {0u, 1u}) story(node, facts::ViewInstalled{{2}, {kZero, kOne}});
}
void Accepted(Story& story) {
  Begin(story);
  story(0, facts::UpdateDelivered{kUpdate});
  story(0, facts::ViewInstalled{{3}, {kZero, kOne, kTwo}});
  story(2, facts::ViewInstalled{{3}, {kZero, kOne, kTwo}});
  story(1, facts::UpdateDelivered{kUpdate});
  story(1, facts::ViewInstalled{{3}, {kZero, kOne, kTwo}});
}
void Rejected(Story& story) {
  Begin(story);
  story(0, facts::UpdateDelivered{kUpdate});
  story(0, facts::ViewInstalled{{3}, {kZero, kOne}});
}
REGISTER_INVARIANT(
    "sending-view-delivery", SendingViewDelivery,
    "an update is executed in the view it was issued in, or as the last of that before one who has it joins",
    "Chockler, Keidar & Vitenberg, Group communication specifications (Sending View Delivery)", facts::ViewInstalled,
    facts::UpdateIssued, facts::UpdateDelivered);

}  // namespace
}  // namespace invariants
