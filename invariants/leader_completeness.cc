// Leader completeness: what is committed in one epoch is in the log of the
// leader of every later one.
//
// Judged when a leader is elected, against the furthest commit of each earlier
// epoch, and when a commit of an earlier epoch is heard of late; comparing
// chains compares the whole prefix. Names LogRecovered to take part only where logs have no holes: in Paxos
// phase 1 brings a new leader what its own log lacks.
#include <map>

#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct FurthestCommit {
  core::Index index;
  std::uint64_t chain{};
  core::NodeId node{};
};

struct LeaderCompleteness {
  std::map<core::Epoch, FurthestCommit> commits;
  std::map<core::Epoch, core::NodeId> leaders;

  Ruling On(core::NodeId node, const facts::Committed& f, const LogViews& logs) {
    const LogView& log = logs[node];
    if (f.index.value > log.size()) return Ruling::Noted();  // see committed-is-durable
    FurthestCommit& furthest = commits[f.epoch];
    if (f.index > furthest.index) furthest = {f.index, log.ChainAt(f.index), node};
    // A commit that is heard of late binds the leaders elected in the meantime as well.
    bool judged = false;
    for (auto leader = leaders.upper_bound(f.epoch); leader != leaders.end(); ++leader) {
      if (!logs[leader->second].Holds(f.index, log.ChainAt(f.index))) {
        return Ruling::Broken(core::Text(node) + " of " + core::Text(f.epoch) + " committed up to " +
                              core::Text(f.index) + ", which " + core::Text(leader->second) + ", leader of " +
                              core::Text(leader->first) + ", does not have");
      }
      judged = true;
    }
    return judged ? Ruling::Fine() : Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::LeaderElected& f, const LogViews& logs) {
    leaders[f.epoch] = node;
    for (const auto& [epoch, commit] : commits) {
      if (epoch >= f.epoch) break;
      if (logs[node].Holds(commit.index, commit.chain)) continue;
      return Ruling::Broken(core::Text(node) + " was elected in " + core::Text(f.epoch) +
                            " without the entries up to " + core::Text(commit.index) + " that " +
                            core::Text(commit.node) + " knew to be committed in " + core::Text(epoch));
    }
    return commits.empty() ? Ruling::Noted() : Ruling::Fine();
  }
  // The logs are kept for us.
  Ruling On(core::NodeId, const facts::LogRecovered&) { return Ruling::Noted(); }
};

facts::EntryAppended Entry(std::uint64_t index, std::uint64_t command) { return {{index}, {1}, {command, command}}; }

void Accepted(Story& story) {
  for (std::uint32_t node : {1u, 2u}) story(node, Entry(1, 10));
  story(1, facts::Committed{{1}, {1}});
  story(2, facts::LeaderElected{{2}});
}
void Rejected(Story& story) {
  for (std::uint32_t node : {1u, 2u}) story(node, Entry(1, 10));
  story(1, facts::Committed{{1}, {1}});
  story(3, facts::LeaderElected{{2}});
}
REGISTER_INVARIANT("leader-completeness", LeaderCompleteness,
                   "what is committed in one epoch is in the log of every later epoch's leader", "Raft, Figure 3",
                   facts::Committed, facts::LeaderElected, facts::LogRecovered);

}  // namespace
}  // namespace invariants
