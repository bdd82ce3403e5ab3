// Acknowledged is durable: what a client was told took effect is on the disks
// of a majority, at that moment and for ever.
//
// Judged at each acknowledgement; again whenever a leader is elected and at the
// end, so that a disk that forgets what it had is found when it matters.
#include <map>

#include "invariants/invariant.h"
#include "invariants/log_view.h"
#include "protocols/core/quorum.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct AcknowledgedIsDurable {
  LogViews logs;
  std::map<core::NodeId, bool> members;  // that ever had a log
  core::Index furthest;                  // entry that was acknowledged, and its chain
  std::uint64_t chain{};

  Ruling On(core::NodeId node, const facts::LogRecovered&) {
    members[node] = true;
    logs[node] = {};
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::LogTruncated& f) {
    logs[node].Truncate(f.from);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::EntryAppended& f) {
    logs[node].Append(f);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::RequestAcknowledged& f) {
    const LogView& log = logs[node];
    if (f.index.value > log.size()) {
      return Ruling::Broken(core::Text(node) + " acknowledged " + core::Text(f.request) + " at " + core::Text(f.index) +
                            ", which is not on its own disk");
    }
    if (f.index > furthest) {
      furthest = f.index;
      chain = log.ChainAt(f.index);
    }
    return Judge(f.index, log.ChainAt(f.index));
  }
  Ruling On(core::NodeId, const facts::LeaderElected&) {
    return furthest.value == 0 ? Ruling::Noted() : Judge(furthest, chain);
  }
  std::vector<Ruling> AtEnd() {
    std::vector<Ruling> rulings;
    if (furthest.value > 0) rulings.push_back(Judge(furthest, chain));
    return rulings;
  }

 private:
  Ruling Judge(core::Index index, std::uint64_t expected) {
    std::uint32_t holders = 0;
    for (const auto& [node, _] : members) holders += logs[node].Holds(index, expected);
    const auto voters = static_cast<std::uint32_t>(members.size());
    if (holders >= core::Majority(voters)) return Ruling::Fine();
    return Ruling::Broken("the log up to " + core::Text(index) + " was acknowledged and is durable on " +
                          std::to_string(holders) + " of " + std::to_string(voters) + " nodes");
  }
};

void TellThree(Story& story, std::uint32_t holders) {
  for (std::uint32_t node = 0; node < 3; ++node) story(node, facts::LogRecovered{});
  for (std::uint32_t node = 0; node < holders; ++node) story(node, facts::EntryAppended{{1}, {1}, {7, 7}});
  story(0, facts::RequestAcknowledged{{core::ClientId{1}, 1}, {1}, {1}});
}
void Accepted(Story& story) { TellThree(story, 2); }
void Rejected(Story& story) { TellThree(story, 1); }
REGISTER_INVARIANT("acknowledged-is-durable", AcknowledgedIsDurable,
                   "what was acknowledged is on the disks of a majority, then and for ever",
                   "Raft, §5.3 and §8; Ongaro's thesis, §3.8", facts::LogRecovered, facts::LogTruncated,
                   facts::EntryAppended, facts::RequestAcknowledged, facts::LeaderElected);

}  // namespace
}  // namespace invariants
