// Sending view delivery: an update is executed in the view in which its writer issued it. If its writer was put out
// before others had it, they may execute it later, but only until the writer is with them again: as the last of the
// view before that.
#include <algorithm>
#include <map>
#include <vector>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "invariants/updates.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct SendingViewDelivery {
  ByNode<std::vector<core::Index>> installed;  // by each node, in order
  std::map<facts::UpdateName, core::Index> issued;

  Ruling On(core::NodeId node, const facts::ViewInstalled& f) {
    std::vector<core::Index>& views = installed[node];
    if (views.empty() || views.back() < f.view) views.push_back(f.view);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::UpdateIssued& f) {
    if (!installed[node].empty()) issued.try_emplace(f.name, installed[node].back());
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::UpdateDelivered& f) {
    const auto known = issued.find(f.name);
    if (known == issued.end() || installed[node].empty()) return Ruling::Noted();  // its writer lost power
    const core::Index sent = known->second, here = installed[node].back();
    if (here == sent) return Ruling::Fine();
    const std::string what = core::Text(node) + " executes " + Name(f.name) + " of view " + core::Text(sent) +
                             " in view " + core::Text(here);
    if (here < sent) return Ruling::Broken(what);
    const std::vector<core::Index>& writers = installed[f.name.node];
    const auto next = std::upper_bound(writers.begin(), writers.end(), sent);
    if (next == writers.end() || *next > here) return Ruling::Fine();
    return Ruling::Broken(what + ", after its writer has installed view " + core::Text(*next));
  }
};

constexpr core::NodeId kZero{0}, kOne{1}, kTwo{2};
constexpr facts::UpdateName kUpdate{kTwo, 1};
void Begin(Story& story) {
  for (std::uint32_t node : {0u, 1u, 2u}) story(node, facts::ViewInstalled{{1}, {kZero, kOne, kTwo}});
  story(2, facts::UpdateIssued{kUpdate, {}});
  for (std::uint32_t node : {0u, 1u}) story(node, facts::ViewInstalled{{2}, {kZero, kOne}});
}
void Accepted(Story& story) {
  Begin(story);
  story(0, facts::UpdateDelivered{kUpdate});
  story(0, facts::ViewInstalled{{3}, {kZero, kOne, kTwo}});
  story(2, facts::ViewInstalled{{3}, {kZero, kOne, kTwo}});
  story(1, facts::UpdateDelivered{kUpdate});
}
void Rejected(Story& story) {
  Begin(story);
  for (std::uint32_t node : {0u, 1u, 2u}) story(node, facts::ViewInstalled{{3}, {kZero, kOne, kTwo}});
  story(0, facts::UpdateDelivered{kUpdate});
}
REGISTER_INVARIANT(
    "sending-view-delivery", SendingViewDelivery,
    "an update is executed in the view it was issued in, or by others while its writer was put out of theirs",
    "Chockler, Keidar & Vitenberg, Group communication specifications (Sending View Delivery)", facts::ViewInstalled,
    facts::UpdateIssued, facts::UpdateDelivered);

}  // namespace
}  // namespace invariants
