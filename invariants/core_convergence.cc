// Core convergence: when the run has settled, every node of the healed core has
// applied as much as any other. That what they applied is equal is the business of
// state-machine safety; together they say that all states are.
#include <algorithm>
#include <map>
#include <set>

#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct CoreConvergence {
  std::map<core::NodeId, core::Index> applied;  // by each node since it started last
  std::set<core::NodeId> core;

  Ruling On(core::NodeId node, const facts::EntryApplied& f) {
    applied[node] = f.index;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::Crashed&) {
    applied.erase(node);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::InCore&) {
    core.insert(node);
    return Ruling::Noted();
  }
  std::vector<Ruling> AtEnd() {
    std::vector<Ruling> rulings;
    core::Index furthest{};
    for (const core::NodeId node : core) furthest = std::max(furthest, applied[node]);
    if (furthest == core::Index{}) return rulings;  // nobody ever asked for anything
    for (const core::NodeId node : core) {
      rulings.push_back(applied[node] == furthest
                            ? Ruling::Fine()
                            : Ruling::Broken(core::Text(node) + " has applied up to " + core::Text(applied[node]) +
                                             ", another node of the core up to " + core::Text(furthest)));
    }
    return rulings;
  }
};

void Accepted(Story& story) {
  story(0, facts::EntryApplied{{2}, {1}, {}});
  story(1, facts::EntryApplied{{2}, {1}, {}});
  story(2, facts::EntryApplied{{1}, {1}, {}});
  story(0, facts::InCore{});
  story(1, facts::InCore{});
  story.AtEnd();
}
void Rejected(Story& story) {
  story(0, facts::EntryApplied{{2}, {1}, {}});
  story(1, facts::EntryApplied{{1}, {1}, {}});
  story(0, facts::InCore{});
  story(1, facts::InCore{});
  story.AtEnd();
}
REGISTER_INVARIANT("core-convergence", CoreConvergence,
                   "after settling, the nodes of the core have applied equally much",
                   "Raft, §5.3: the leader brings every follower up to date", facts::EntryApplied, facts::Crashed,
                   facts::InCore);

}  // namespace
}  // namespace invariants
