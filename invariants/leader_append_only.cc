// Leader append-only: while it leads, a leader never takes anything out of its
// log; it only appends.
#include <map>

#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct LeaderAppendOnly {
  std::map<core::NodeId, core::Epoch> leading;

  Ruling On(core::NodeId node, const facts::LeaderElected& f) {
    leading[node] = f.epoch;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::EpochEntered&) {
    leading.erase(node);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::Crashed&) {
    leading.erase(node);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::EntryAppended&) {
    return leading.empty() || leading.find(node) == leading.end() ? Ruling::Noted() : Ruling::Fine();
  }
  Ruling On(core::NodeId node, const facts::LogTruncated& f) {
    const auto reign = leading.find(node);
    if (reign == leading.end()) return Ruling::Noted();
    return Ruling::Broken(core::Text(node) + ", leader of " + core::Text(reign->second) + ", cut its log at " +
                          core::Text(f.from));
  }
};

void Accepted(Story& story) {
  story(1, facts::LeaderElected{{2}});
  story(1, facts::EntryAppended{{1}, {2}, {}});
  story(1, facts::EpochEntered{{3}});
  story(1, facts::LogTruncated{{1}});
}
void Rejected(Story& story) {
  story(1, facts::EntryAppended{{1}, {1}, {}});
  story(1, facts::LeaderElected{{2}});
  story(1, facts::LogTruncated{{1}});
}
REGISTER_INVARIANT("leader-append-only", LeaderAppendOnly, "a leader never removes or overwrites entries of its log",
                   "Raft, Figure 3", facts::LeaderElected, facts::EpochEntered, facts::Crashed, facts::EntryAppended,
                   facts::LogTruncated);

}  // namespace
}  // namespace invariants
