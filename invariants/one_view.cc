// One view: after the storm all members of the healed core are in one view together, which none of the core had left
// before that.
//
// Not that they are so at the very end: whoever hears nothing for a while has to ask for another view, and may.
#include <algorithm>
#include <vector>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct OneView {
  ByNode<std::vector<core::Index>> installed;  // by each node, in order
  core::List<core::NodeId> core;
  core::Index latest;  // that any of the core had installed when it healed

  Ruling On(core::NodeId node, const facts::ViewInstalled& f) {
    std::vector<core::Index>& views = installed[node];
    if (views.empty() || views.back() < f.view) views.push_back(f.view);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::InCore&) {
    core.push_back(node);
    if (!installed[node].empty()) latest = std::max(latest, installed[node].back());
    return Ruling::Noted();
  }
  std::vector<Ruling> AtEnd() {
    std::vector<Ruling> rulings;
    if (core.empty()) return rulings;
    const std::vector<core::Index>& candidates = installed[core.front()];
    const bool found = std::any_of(candidates.begin(), candidates.end(), [&](core::Index view) {
      return view >= latest && std::all_of(core.begin(), core.end(), [&](core::NodeId node) {
               return std::binary_search(installed[node].begin(), installed[node].end(), view);
             });
    });
    if (found) {
      rulings.push_back(Ruling::Fine());
    } else {
      rulings.push_back(Ruling::Broken("since view " + core::Text(latest) + ", " + core::Text(core) +
                                       " have not been in one view together"));
    }
    return rulings;
  }
};

constexpr core::NodeId kZero{0}, kOne{1};
void Begin(Story& story) {
  for (std::uint32_t node : {0u, 1u}) story(node, facts::ViewInstalled{{1}, {kZero, kOne}});
  story(0, facts::ViewInstalled{{2}, {kZero}});
  for (std::uint32_t node : {0u, 1u}) story(node, facts::InCore{});
  story(0, facts::ViewInstalled{{3}, {kZero, kOne}});
}
void Accepted(Story& story) {
  Begin(story);
  story(1, facts::ViewInstalled{{3}, {kZero, kOne}});
  story.AtEnd();
}
void Rejected(Story& story) {
  Begin(story);
  story.AtEnd();
}
REGISTER_INVARIANT("one-view", OneView, "after the storm all of the healed core are in one view together",
                   "Chockler, Keidar & Vitenberg, Group communication specifications (Membership Precision)",
                   facts::ViewInstalled, facts::InCore);

}  // namespace
}  // namespace invariants
