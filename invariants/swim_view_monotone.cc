// Views only rise: what a node believes of a member is only ever replaced by what stands against it, a later
// incarnation or, in the same one, alive by suspect by dead by left. So old gossip brings nobody back, and all who have
// heard the same believe the same.
#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "invariants/member_view.h"

namespace invariants {
namespace {

struct SwimViewMonotone {
  ByNode<ByNode<MemberPlace>> views;

  Ruling On(core::NodeId node, const facts::ViewRecovered&) {
    views[node] = {};
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::MemberSeen& f) {
    MemberPlace& place = views[node][f.member];
    if (PlaceOf(f) <= place) {
      return Ruling::Broken(core::Text(node) + " believes that " + core::Text(f.member) + " is " + Name(PlaceOf(f)) +
                            ", having known that it is " + Name(place));
    }
    place = PlaceOf(f);
    return Ruling::Fine();
  }
};

using enum facts::MemberStatus;
constexpr core::NodeId kMember{0};
void Accepted(Story& story) {
  story(1, facts::ViewRecovered{2, {}});
  story(1, facts::MemberSeen{kMember, {0}, kSuspect, {}});
  story(1, facts::MemberSeen{kMember, {0}, kDead, {}});
  story(1, facts::MemberSeen{kMember, {1}, kAlive, {}});
  story(1, facts::ViewRecovered{2, {}});
  story(1, facts::MemberSeen{kMember, {0}, kDead, {}});
}
void Rejected(Story& story) {
  story(1, facts::ViewRecovered{2, {}});
  story(1, facts::MemberSeen{kMember, {2}, kDead, {}});
  story(1, facts::MemberSeen{kMember, {2}, kAlive, {}});
}
REGISTER_INVARIANT("swim-view-monotone", SwimViewMonotone,
                   "what a node believes of a member rises: by incarnation, then alive, suspect, dead, left",
                   "Das, Gupta & Motivala, SWIM, §4.2", facts::ViewRecovered, facts::MemberSeen);

}  // namespace
}  // namespace invariants
