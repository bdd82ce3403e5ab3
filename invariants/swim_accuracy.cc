// Accuracy: a member is declared dead only by one who has suspected it, in that incarnation, for the least time that a
// suspicion must stand, on its own clock and in one life. And who is suspected or dead somewhere was accused or
// declared dead by somebody, in the same incarnation: nobody makes it up.
//
// A live member may be suspected, and even be taken for dead while it cannot answer: silence is all that there is to go
// by, and it contradicts later.
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "invariants/member_view.h"

namespace invariants {
namespace {

struct SwimAccuracy {
  struct Suspicion {
    core::Incarnation incarnation;
    core::LocalTime since{};
  };
  struct View {
    core::Duration least{};
    ByNode<std::optional<Suspicion>> suspicions;
  };
  using Life = std::pair<core::NodeId, core::Incarnation>;
  ByNode<View> views;
  std::set<Life> accused, dead;

  Ruling On(core::NodeId node, const facts::ViewRecovered& f) {
    views[node] = {f.least_suspicion, {}};
    return Ruling::Noted();
  }
  Ruling On(core::NodeId, const facts::MemberAccused& f) {
    accused.insert({f.member, f.incarnation});
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::MemberDeclaredDead& f) {
    dead.insert({f.member, f.incarnation});
    const std::optional<Suspicion>& suspicion = views[node].suspicions[f.member];
    const std::string claim = core::Text(node) + " declares that " + core::Text(f.member) + " is " +
                              Name({f.incarnation, facts::MemberStatus::kDead});
    if (!suspicion || suspicion->incarnation != f.incarnation) {
      return Ruling::Broken(claim + ", and has not suspected it");
    }
    if (f.at - suspicion->since >= views[node].least) return Ruling::Fine();
    return Ruling::Broken(claim + ", having suspected it for " + core::Text(f.at - suspicion->since) +
                          " where it must for " + core::Text(views[node].least));
  }
  Ruling On(core::NodeId node, const facts::MemberSeen& f) {
    std::optional<Suspicion>& suspicion = views[node].suspicions[f.member];
    suspicion.reset();
    const Life life{f.member, f.incarnation};
    switch (f.status) {
      case facts::MemberStatus::kSuspect:
        suspicion = {f.incarnation, f.at};
        return accused.count(life) + dead.count(life) > 0 ? Ruling::Fine() : MadeUp(node, f);
      case facts::MemberStatus::kDead:
        return dead.count(life) > 0 ? Ruling::Fine() : MadeUp(node, f);
      default:
        return Ruling::Noted();
    }
  }

 private:
  static Ruling MadeUp(core::NodeId node, const facts::MemberSeen& f) {
    return Ruling::Broken(core::Text(node) + " believes that " + core::Text(f.member) + " is " + Name(PlaceOf(f)) +
                          ", which nobody has found");
  }
};

using enum facts::MemberStatus;
constexpr core::NodeId kMember{0};
constexpr core::LocalTime At(int seconds) { return core::LocalTime{std::chrono::seconds(seconds)}; }
void TellDeath(Story& story, int seconds) {
  story(1, facts::ViewRecovered{3, std::chrono::seconds(2)});
  story(1, facts::MemberAccused{kMember, {0}});
  story(1, facts::MemberSeen{kMember, {0}, kSuspect, At(5)});
  story(1, facts::MemberDeclaredDead{kMember, {0}, At(5 + seconds)});
  story(1, facts::MemberSeen{kMember, {0}, kDead, At(5 + seconds)});
  story(2, facts::MemberSeen{kMember, {0}, kDead, At(1)});
}
void Accepted(Story& story) { TellDeath(story, 2); }
void Rejected(Story& story) { TellDeath(story, 1); }
REGISTER_INVARIANT("swim-accuracy", SwimAccuracy,
                   "nobody is declared dead but after a suspicion that stood for as long as it must, nor suspected but "
                   "after a probe without an answer",
                   "Das, Gupta & Motivala, SWIM, §4.2; Dadgar, Phillips & Currey, Lifeguard, LHA-Suspicion",
                   facts::ViewRecovered, facts::MemberAccused, facts::MemberDeclaredDead, facts::MemberSeen);

}  // namespace
}  // namespace invariants
