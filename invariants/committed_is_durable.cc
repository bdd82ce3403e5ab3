// Committed is durable: what a node calls committed is within its own durable log, and stays there.
//
// A log that was recovered is told of entry by entry, so what is missing from it is found when the
// node commits again, and at the end.
#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct CommittedPart {
  core::Index index;
  std::uint64_t chain{};
};

struct CommittedIsDurable {
  ByNode<CommittedPart> parts;

  Ruling On(core::NodeId node, const facts::Committed& f, const LogViews& logs) {
    const LogView& log = logs[node];
    if (f.index.value > log.size()) {
      return Ruling::Broken(core::Text(node) + " says that " + core::Text(f.index) +
                            " is committed; its own log ends at " + core::Text(core::Index{log.size()}));
    }
    CommittedPart& part = parts[node];
    if (!log.Holds(part.index, part.chain)) return Forgotten(node, part.index);
    if (f.index > part.index) part = {f.index, log.ChainAt(f.index)};
    return Ruling::Fine();
  }
  Ruling On(core::NodeId node, const facts::LogTruncated& f) {
    const core::Index committed = parts[node].index;
    if (f.from > committed) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " cut its log at " + core::Text(f.from) + ", committed up to " +
                          core::Text(committed));
  }
  std::vector<Ruling> AtEnd(const LogViews& logs) {
    std::vector<Ruling> rulings;
    for (std::uint32_t node = 0; node < parts.values.size(); ++node) {
      const CommittedPart& part = parts.values[node];
      const core::NodeId id{node};
      rulings.push_back(logs[id].Holds(part.index, part.chain) ? Ruling::Fine() : Forgotten(id, part.index));
    }
    return rulings;
  }

 private:
  static Ruling Forgotten(core::NodeId node, core::Index index) {
    return Ruling::Broken(core::Text(node) + " has lost of its log what it called committed, up to " +
                          core::Text(index));
  }
};

void Accepted(Story& story) {
  story(1, facts::EntryAppended{{1}, {1}, {7, 7}});
  story(1, facts::EntryAppended{{2}, {1}, {8, 8}});
  story(1, facts::Committed{{1}, {1}});
  story(1, facts::LogTruncated{{2}});
}
void Rejected(Story& story) {
  story(1, facts::EntryAppended{{1}, {1}, {7, 7}});
  story(1, facts::Committed{{2}, {1}});
}
REGISTER_INVARIANT("committed-is-durable", CommittedIsDurable,
                   "what a node calls committed is within its durable log, and stays there",
                   "etcd, etcdraft.tla, CommittedIsDurableInv", facts::Committed, facts::LogTruncated);

}  // namespace
}  // namespace invariants
