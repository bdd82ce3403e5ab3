// Incarnations are owned: a member takes each of its own once, restarts included, and nobody is believed to be in one
// that he has not taken. Were two lives of a member to have the same, the death of the first would be the second's, and
// neither could contradict it.
//
// Nor is anybody believed to have left who has not said so: others can only take him for dead.
#include <optional>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "invariants/member_view.h"

namespace invariants {
namespace {

struct SwimIncarnationOwned {
  ByNode<std::optional<core::Incarnation>> taken;  // last
  ByNode<std::optional<core::Incarnation>> left;

  Ruling On(core::NodeId node, const facts::IncarnationTaken& f) {
    std::optional<core::Incarnation>& last = taken[node];
    if (last && f.incarnation <= *last) {
      return Ruling::Broken(core::Text(node) + " takes " + core::Text(f.incarnation) + ", having taken " +
                            core::Text(*last) + " before");
    }
    last = f.incarnation;
    return Ruling::Fine();
  }
  Ruling On(core::NodeId node, const facts::MemberSeen& f) {
    const core::Incarnation reached = taken[f.member].value_or(core::Incarnation{});
    if (f.incarnation > reached) {
      return Ruling::Broken(core::Text(node) + " believes that " + core::Text(f.member) + " is " + Name(PlaceOf(f)) +
                            ", which has only come to " + core::Text(reached));
    }
    if (f.status != facts::MemberStatus::kLeft) return Ruling::Fine();
    if (node == f.member) left[node] = f.incarnation;
    if (left[f.member] >= f.incarnation) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " believes that " + core::Text(f.member) + " is " + Name(PlaceOf(f)) +
                          ", which has not said so");
  }
};

using enum facts::MemberStatus;
constexpr core::NodeId kMember{0};
void Accepted(Story& story) {
  story(0, facts::IncarnationTaken{{0}});
  story(0, facts::IncarnationTaken{{1}});
  story(1, facts::MemberSeen{kMember, {1}, kAlive, {}});
  story(0, facts::MemberSeen{kMember, {1}, kLeft, {}});
  story(1, facts::MemberSeen{kMember, {1}, kLeft, {}});
}
void Rejected(Story& story) {
  story(0, facts::IncarnationTaken{{1}});
  story(0, facts::IncarnationTaken{{1}});
}
REGISTER_INVARIANT("swim-incarnation-owned", SwimIncarnationOwned,
                   "a member takes each incarnation once, restarts included, and nobody else raises it or says that it "
                   "leaves",
                   "Das, Gupta & Motivala, SWIM, §4.2", facts::IncarnationTaken, facts::MemberSeen);

}  // namespace
}  // namespace invariants
