// Committed by a majority: what is committed is in the logs of a majority of those who vote.
//
// Judged when a commit index is heard of that is higher than all before. Again whenever a leader is
// elected and at the end, so that a disk that forgets what it had is found when it matters.
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct CommittedByMajority {
  core::Index furthest;  // that is committed, and its chain
  std::uint64_t chain{};

  Ruling On(core::NodeId node, const facts::Committed& f, const LogViews& logs) {
    if (f.index <= furthest || f.index.value > logs[node].size()) return Ruling::Noted();
    furthest = f.index;
    chain = logs[node].ChainAt(f.index);
    return Judge(logs);
  }
  Ruling On(core::NodeId, const facts::LeaderElected&, const LogViews& logs) {
    return furthest.value == 0 ? Ruling::Noted() : Judge(logs);
  }
  std::vector<Ruling> AtEnd(const LogViews& logs) {
    std::vector<Ruling> rulings;
    if (furthest.value > 0) rulings.push_back(Judge(logs));
    return rulings;
  }

  // The logs are kept for us. It takes part only where there are any: Paxos has slots, with holes.
  Ruling On(core::NodeId, const facts::LogRecovered&) { return Ruling::Noted(); }

 private:
  Ruling Judge(const LogViews& logs) const {
    const auto holds = [&](core::NodeId node) { return logs[node].Holds(furthest, chain); };
    if (logs.HasMajority(holds)) return Ruling::Fine();
    std::string holders;
    for (std::uint32_t node = 0; node < logs.members(); ++node) {
      if (holds(core::NodeId{node})) holders += " " + core::Text(core::NodeId{node});
    }
    return Ruling::Broken("the log up to " + core::Text(furthest) + " is committed, and on the disks of" +
                          (holders.empty() ? " nobody" : holders) + " only");
  }
};

void TellThree(Story& story, std::uint32_t holders) {
  for (std::uint32_t node = 0; node < 3; ++node) story(node, facts::LogRecovered{});
  for (std::uint32_t node = 0; node < holders; ++node) story(node, facts::EntryAppended{{1}, {1}, {7, 7}});
  story(0, facts::Committed{{1}, {1}});
}
void Accepted(Story& story) { TellThree(story, 2); }
void Rejected(Story& story) { TellThree(story, 1); }
REGISTER_INVARIANT("committed-by-majority", CommittedByMajority,
                   "what is committed is in the logs of a majority of those who vote, then and for ever",
                   "etcd, etcdraft.tla, QuorumLogInv", facts::Committed, facts::LeaderElected, facts::LogRecovered);

}  // namespace
}  // namespace invariants
