// View agreement: a view has one membership, whoever installs it; each member installs itself among them, and later
// views only; and a majority of the members of a view goes on to the next one, so views form one chain.
//
// What a node installed unseen, just before it lost power, it says when it starts.
#include <algorithm>
#include <map>
#include <utility>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/quorum.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct ViewAgreement {
  using Members = core::List<core::NodeId>;
  struct Known {
    Members members;
    core::NodeId node{};  // who installed it first
  };
  std::map<core::Index, Known> views;
  ByNode<core::Index> last;

  Ruling On(core::NodeId node, const facts::ViewInstalled& f) {
    if (std::find(f.members.begin(), f.members.end(), node) == f.members.end()) {
      return Ruling::Broken(core::Text(node) + " installs view " + core::Text(f.view) + " of " + core::Text(f.members) +
                            ", without itself");
    }
    if (f.view < last[node]) {
      return Ruling::Broken(core::Text(node) + " installs view " + core::Text(f.view) + " after " +
                            core::Text(last[node]));
    }
    last[node] = f.view;
    const auto [at, first] = views.try_emplace(f.view, Known{f.members, node});
    if (!first && at->second.members != f.members) {
      return Ruling::Broken(core::Text(at->second.node) + " installs view " + core::Text(f.view) + " of " +
                            core::Text(at->second.members) + ", and " + core::Text(node) + " of " +
                            core::Text(f.members));
    }
    return first ? JudgeChain(at) : Ruling::Fine();
  }

 private:
  // Against the views before it and after it, as far as they are known.
  Ruling JudgeChain(std::map<core::Index, Known>::const_iterator at) const {
    std::uint32_t judged = 0;
    for (const auto& [from, to] :
         {std::pair(at->first.value - 1, at->first.value), std::pair(at->first.value, at->first.value + 1)}) {
      const auto before = views.find(core::Index{from}), after = views.find(core::Index{to});
      if (before == views.end() || after == views.end()) continue;
      if (!GoOn(before->second.members, after->second.members)) {
        return Ruling::Broken("view " + core::Text(after->first) + " of " + core::Text(after->second.members) +
                              " follows that of " + core::Text(before->second.members) +
                              ", of whom no majority goes on");
      }
      ++judged;
    }
    return judged == 0 ? Ruling::Noted() : Ruling::Fine(judged);
  }
  static bool GoOn(const Members& before, const Members& after) {
    const auto goes_on = std::count_if(before.begin(), before.end(), [&](core::NodeId member) {
      return std::find(after.begin(), after.end(), member) != after.end();
    });
    return goes_on >= static_cast<std::ptrdiff_t>(core::Majority(static_cast<std::uint32_t>(before.size())));
  }
};

constexpr core::NodeId kZero{0}, kOne{1}, kTwo{2};
void Accepted(Story& story) {
  for (std::uint32_t node : {0u, 1u, 2u}) story(node, facts::ViewInstalled{{1}, {kZero, kOne, kTwo}});
  for (std::uint32_t node : {0u, 1u}) story(node, facts::ViewInstalled{{2}, {kZero, kOne}});
  story(1, facts::ViewInstalled{{2}, {kZero, kOne}});
  story(2, facts::ViewInstalled{{3}, {kZero, kOne, kTwo}});
}
void Rejected(Story& story) {
  for (std::uint32_t node : {0u, 1u, 2u}) story(node, facts::ViewInstalled{{1}, {kZero, kOne, kTwo}});
  story(0, facts::ViewInstalled{{2}, {kZero, kOne}});
  story(1, facts::ViewInstalled{{2}, {kOne, kTwo}});
}
REGISTER_INVARIANT(
    "view-agreement", ViewAgreement,
    "a view has one membership, a member installs itself in rising views, and of each a majority goes on",
    "Chockler, Keidar & Vitenberg, Group communication specifications (Self Inclusion, Local Monotonicity, "
    "Primary Component Membership)",
    facts::ViewInstalled);

}  // namespace
}  // namespace invariants
