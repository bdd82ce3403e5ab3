// Committed prefixes: of any two nodes' committed logs one is a prefix of the other.
//
// All are compared with the longest, which the views keep: a node that commits further has had all
// of it, one that commits less far a part of it.
#include <algorithm>

#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct CommittedPrefixes {
  core::Index longest;  // before the commit that is told

  Ruling On(core::NodeId node, const facts::Committed& f, const LogViews& logs) {
    const core::Index shared = std::min(f.index, longest);
    longest = core::Index{logs.committed().size()};
    const LogView& log = logs[node];
    if (shared.value == 0 || shared.value > log.size()) return Ruling::Noted();  // see committed-is-durable
    if (log.ChainAt(shared) == logs.committed().ChainAt(shared)) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " takes up to " + core::Text(f.index) +
                          " for committed; what others did up to " + core::Text(shared) + " differs");
  }
  // The logs are kept for us. It takes part only where there are any: Paxos has slots, with holes.
  Ruling On(core::NodeId, const facts::LogRecovered&) { return Ruling::Noted(); }
};

facts::EntryAppended Entry(std::uint64_t index, std::uint64_t command) { return {{index}, {1}, {command, command}}; }

void Accepted(Story& story) {
  for (std::uint32_t node : {1u, 2u}) story(node, Entry(1, 10));
  story(1, facts::Committed{{1}, {1}});
  story(2, Entry(2, 20));
  story(2, facts::Committed{{2}, {1}});
}
void Rejected(Story& story) {
  story(1, Entry(1, 10));
  story(1, facts::Committed{{1}, {1}});
  story(2, Entry(1, 11));
  story(2, Entry(2, 20));
  story(2, facts::Committed{{2}, {1}});
}
REGISTER_INVARIANT("committed-prefixes", CommittedPrefixes,
                   "of any two nodes' committed logs one is a prefix of the other", "etcd, etcdraft.tla, LogInv",
                   facts::Committed, facts::LogRecovered);

}  // namespace
}  // namespace invariants
