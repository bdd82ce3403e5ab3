// Configuration agreement: all nodes agree which members decide which entry, once it is committed. Before,
// opinions may differ, since a change that is not committed yet may never be.
#include <algorithm>
#include <utility>
#include <vector>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct Configured {
  core::Index from;
  core::Membership membership;
};

struct ConfigurationAgreement {
  ByNode<std::vector<Configured>> adopted;  // from entries that it does not know to be committed
  std::vector<Configured> agreed;           // by the entry that it decides first
  core::Index settled;                      // somebody knows all changes up to here

  Ruling On(core::NodeId node, const facts::MembershipAdopted& f) {
    std::vector<Configured>& opinions = adopted[node];
    std::erase_if(opinions, [&f](const Configured& opinion) { return opinion.from >= f.index; });
    opinions.push_back({f.index, f.membership});
    if (f.index > core::Index{}) return Ruling::Noted();
    return Settle(node, core::Index{});
  }
  Ruling On(core::NodeId node, const facts::Committed& f) { return Settle(node, f.index); }
  // It was told of the membership then. What its own log said before has been exchanged, and may never have been.
  Ruling On(core::NodeId node, const facts::SnapshotRestored& f) {
    std::erase_if(adopted[node], [&f](const Configured& opinion) { return opinion.from < f.index; });
    return Ruling::Noted();
  }

 private:
  Ruling Settle(core::NodeId node, core::Index committed) {
    std::vector<Configured>& opinions = adopted[node];
    std::uint32_t judged = 0;
    while (!opinions.empty() && opinions.front().from <= committed) {
      const Configured opinion = std::move(opinions.front());
      opinions.erase(opinions.begin());
      const auto behind = std::find_if(agreed.begin(), agreed.end(),
                                       [&](const Configured& known) { return known.from > opinion.from; });
      if (behind == agreed.begin() || opinion.from > settled) {
        agreed.insert(behind, opinion);
        continue;
      }
      const Configured& known = *(behind - 1);
      if (known.membership != opinion.membership) {
        return Ruling::Broken("by " + core::Text(node) + " " + core::Text(opinion.from) + " is decided by " +
                              core::Text(opinion.membership) + ", by others, since " + core::Text(known.from) +
                              ", by " + core::Text(known.membership));
      }
      ++judged;
    }
    settled = std::max(settled, committed);
    return judged > 0 ? Ruling::Fine(judged) : Ruling::Noted();
  }
};

void Tell(Story& story, std::uint32_t voters) {
  story(1, facts::MembershipAdopted{{2}, core::Membership::Of(2, 3)});
  story(1, facts::Committed{{2}, {1}});
  story(2, facts::MembershipAdopted{{2}, core::Membership::Of(voters, 3)});
  story(2, facts::Committed{{2}, {1}});
}
void Accepted(Story& story) { Tell(story, 2); }
void Rejected(Story& story) { Tell(story, 3); }
REGISTER_INVARIANT("configuration-agreement", ConfigurationAgreement,
                   "all nodes agree which members decide which entry, once it is committed",
                   "Lamport, Malkhi & Zhou, Reconfiguring a State Machine; Raft, §6", facts::MembershipAdopted,
                   facts::Committed, facts::SnapshotRestored);

}  // namespace
}  // namespace invariants
