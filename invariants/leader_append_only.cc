// Leader append-only: while it leads, a leader never takes anything out of its
// log; it only appends.
#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct LeaderAppendOnly {
  ByNode<core::Epoch> leading;  // 0: it does not

  Ruling On(core::NodeId node, const facts::LeaderElected& f) {
    leading[node] = f.epoch;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::EpochEntered&) {
    leading[node] = {};
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::Crashed&) {
    leading[node] = {};
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::EntryAppended&) {
    return leading[node] == core::Epoch{} ? Ruling::Noted() : Ruling::Fine();
  }
  Ruling On(core::NodeId node, const facts::LogTruncated& f) {
    if (leading[node] == core::Epoch{}) return Ruling::Noted();
    return Ruling::Broken(core::Text(node) + ", leader of " + core::Text(leading[node]) + ", cut its log at " +
                          core::Text(f.from));
  }
  // What a snapshot stands for replaces what was there.
  Ruling On(core::NodeId node, const facts::LogRecovered& f) {
    if (leading[node] == core::Epoch{}) return Ruling::Noted();
    return Ruling::Broken(core::Text(node) + ", leader of " + core::Text(leading[node]) +
                          ", exchanged its log for another one from " + core::Text(f.base) + " on");
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
                   facts::LogTruncated, facts::LogRecovered);

}  // namespace
}  // namespace invariants
