// Acknowledged is durable: what a client was told took effect is on the disks
// of a majority, at that moment and for ever.
//
// Judged at each acknowledgement; again whenever a leader is elected and at the
// end, so that a disk that forgets what it had is found when it matters. Names LogRecovered to take part only where
// logs have no holes; for the others there is acknowledged-is-accepted.
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct AcknowledgedIsDurable {
  core::Index furthest;  // entry that was acknowledged, and its chain
  std::uint64_t chain{};

  Ruling On(core::NodeId node, const facts::RequestAcknowledged& f, const LogViews& logs) {
    const LogView& log = logs[node];
    if (f.index.value > log.size()) {
      return Ruling::Broken(core::Text(node) + " acknowledged " + core::Text(f.request) + " at " + core::Text(f.index) +
                            ", which is not on its own disk");
    }
    if (f.index > furthest) {
      furthest = f.index;
      chain = log.ChainAt(f.index);
    }
    return Judge(f.index, log.ChainAt(f.index), logs);
  }
  Ruling On(core::NodeId, const facts::LeaderElected&, const LogViews& logs) {
    return furthest.value == 0 ? Ruling::Noted() : Judge(furthest, chain, logs);
  }
  // The logs are kept for us.
  Ruling On(core::NodeId, const facts::LogRecovered&) { return Ruling::Noted(); }
  std::vector<Ruling> AtEnd(const LogViews& logs) {
    std::vector<Ruling> rulings;
    if (furthest.value > 0) rulings.push_back(Judge(furthest, chain, logs));
    return rulings;
  }

 private:
  static Ruling Judge(core::Index index, std::uint64_t expected, const LogViews& logs) {
    const auto holds = [&](core::NodeId node) { return logs[node].Holds(index, expected); };
    if (logs.HasMajority(holds)) return Ruling::Fine();
    std::uint32_t holders = 0;
    for (std::uint32_t node = 0; node < logs.members(); ++node) holders += holds(core::NodeId{node});
    return Ruling::Broken("the log up to " + core::Text(index) + " was acknowledged and is durable on " +
                          std::to_string(holders) + " of " + std::to_string(logs.members()) + " nodes");
  }
};

void TellThree(Story& story, std::uint32_t holders) {
  for (std::uint32_t node = 0; node < 3; ++node) story(node, facts::LogRecovered{});
  for (std::uint32_t node = 0; node < holders; ++node) story(node, facts::EntryAppended{{1}, {1}, {7, 7}});
  story(0, facts::RequestAcknowledged{{core::ClientId{1}, 1}, {1}});
}
void Accepted(Story& story) { TellThree(story, 2); }
void Rejected(Story& story) { TellThree(story, 1); }
REGISTER_INVARIANT("acknowledged-is-durable", AcknowledgedIsDurable,
                   "what was acknowledged is on the disks of a majority, then and for ever",
                   "Raft, §5.3 and §8; Ongaro's thesis, §3.8", facts::RequestAcknowledged, facts::LeaderElected,
                   facts::EntryAppended);

}  // namespace
}  // namespace invariants
