// Membership settles: at the end no member of the healed core is in between an old and a new membership.
//
// Operators order nothing any more once the storm is over. In between, a cluster needs two
// majorities, so one that stays there is one failure closer to its end, and takes no further change.
#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct MembershipSettles {
  ByNode<core::Membership> memberships;
  core::List<core::NodeId> core;

  Ruling On(core::NodeId node, const facts::MembershipAdopted& f) {
    memberships[node] = f.membership;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::InCore&) {
    core.push_back(node);
    return Ruling::Noted();
  }
  std::vector<Ruling> AtEnd(const LogViews& logs) {
    std::vector<Ruling> rulings;
    for (const core::NodeId node : core) {
      if (!logs.IsMember(node)) continue;  // nobody tells it
      const core::Membership& membership = memberships[node];
      rulings.push_back(membership.joint()
                            ? Ruling::Broken(core::Text(node) + " is still in the middle of a change of members: " +
                                             core::Text(membership))
                            : Ruling::Fine());
    }
    return rulings;
  }
};

void TellChange(Story& story, const core::Membership& last) {
  story(0, facts::MembershipAdopted{{}, core::Membership::Of(3, 3)});
  story(0, facts::EntryAppended{{1}, {1}, {7, 7}});
  story(0, facts::MembershipAdopted{{1}, last});
  story(0, facts::InCore{});
  story.AtEnd();
}
// n2 becomes a learner.
constexpr core::Membership kUnderWay{0b111, 0b011, 0b100, 0};
void Accepted(Story& story) { TellChange(story, kUnderWay.Settled()); }
void Rejected(Story& story) { TellChange(story, kUnderWay); }
REGISTER_INVARIANT("membership-settles", MembershipSettles,
                   "at the end no change of members is under way in the healed core", "Raft, §6",
                   facts::MembershipAdopted, facts::InCore);

}  // namespace
}  // namespace invariants
