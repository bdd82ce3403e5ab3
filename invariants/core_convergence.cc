// Core convergence: what one node of the healed core had applied some time before the
// run ended, every node of it has applied at the end, and has in its log. (What is committed in the
// very last moment is still under way to the others.) That what they applied is equal is the
// business of state-machine safety; together they say that all states converge.
#include <algorithm>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct CoreConvergence {
  ByNode<core::Index> applied;  // by each node since it started last
  core::List<core::NodeId> core;
  core::Index owed{};  // to every node of the core, from when the run is closing

  Ruling On(core::NodeId node, const facts::EntryApplied& f) {
    applied[node] = f.index;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::SnapshotRestored& f) {
    applied[node] = f.index;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::Crashed&) {
    applied[node] = {};
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::InCore&) {
    core.push_back(node);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId, const facts::Closing&) {
    for (const core::NodeId node : core) owed = std::max(owed, applied[node]);
    return Ruling::Noted();
  }
  std::vector<Ruling> AtEnd(const LogViews& logs) {
    std::vector<Ruling> rulings;
    if (owed == core::Index{}) return rulings;  // nobody ever asked for anything
    for (const core::NodeId node : core) {
      if (!logs.IsMember(node)) continue;  // nobody sends it anything any more
      rulings.push_back(Judge(node, logs));
    }
    return rulings;
  }

 private:
  Ruling Judge(core::NodeId node, const LogViews& logs) {
    if (applied[node] < owed) {
      return Ruling::Broken(core::Text(node) + " has applied up to " + core::Text(applied[node]) +
                            ", another node of the core was at " + core::Text(owed) + " long before the end");
    }
    const LogView& committed = logs.committed();
    if (owed.value > committed.size() || logs[node].Holds(owed, committed.ChainAt(owed))) return Ruling::Fine();
    return Ruling::Broken("the log of " + core::Text(node) + " is not what was committed up to " + core::Text(owed) +
                          " long before the end");
  }
};

void Accepted(Story& story) {
  story(0, facts::EntryApplied{{2}, {1}, {}});
  story(1, facts::EntryApplied{{2}, {1}, {}});
  story(2, facts::EntryApplied{{1}, {1}, {}});
  story(0, facts::InCore{});
  story(1, facts::InCore{});
  story(0, facts::Closing{});
  story(0, facts::EntryApplied{{3}, {1}, {}});
  story.AtEnd();
}
void Rejected(Story& story) {
  story(0, facts::EntryApplied{{2}, {1}, {}});
  story(1, facts::EntryApplied{{1}, {1}, {}});
  story(0, facts::InCore{});
  story(1, facts::InCore{});
  story(0, facts::Closing{});
  story.AtEnd();
}
REGISTER_INVARIANT("core-convergence", CoreConvergence,
                   "what one node of the core had applied in good time, all have in their logs and applied at the end",
                   "Raft, §5.3: the leader brings every follower up to date", facts::EntryApplied,
                   facts::SnapshotRestored, facts::Crashed, facts::InCore, facts::Closing);

}  // namespace
}  // namespace invariants
