// Completeness: at the end every node of the healed core takes for dead, or for gone, whoever is down for good; and has
// lately taken for alive each other node of the core, in the last incarnation that this one had taken some time before
// the end. So a refutation wins, whatever was believed before, and the halves of a partition find each other again.
//
// Lately, and not at the end: a packet that is lost then may have made a suspect of anybody, which is no fault.
#include <optional>
#include <vector>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "invariants/member_view.h"
#include "invariants/node_set.h"

namespace invariants {
namespace {

struct SwimCompleteness {
  struct View {
    std::uint32_t members{};
    ByNode<MemberPlace> places;
    // Since the run is closing: in which incarnation the member was last seen alive.
    ByNode<std::optional<core::Incarnation>> alive;
  };
  ByNode<View> views;
  ByNode<core::Incarnation> taken;
  ByNode<core::Incarnation> owed;  // taken when the run was closing
  NodeSet down, core_set;
  core::List<core::NodeId> core;
  NodeSet down_at_closing;
  bool closing{};

  Ruling On(core::NodeId node, const facts::ViewRecovered& f) {
    views[node] = {f.members, {}, {}};
    down.Remove(node);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::IncarnationTaken& f) {
    taken[node] = f.incarnation;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::MemberSeen& f) {
    views[node].places[f.member] = PlaceOf(f);
    if (closing) NoteAlive(views[node], f.member);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::Crashed&) {
    down.Insert(node);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::Halted&) {
    down.Insert(node);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::InCore&) {
    core.push_back(node);
    core_set.Insert(node);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId, const facts::Closing&) {
    closing = true;
    owed = taken;
    down_at_closing = down;
    for (const core::NodeId node : core) {
      for (const core::NodeId member : core) NoteAlive(views[node], member);
    }
    return Ruling::Noted();
  }
  std::vector<Ruling> AtEnd() {
    std::vector<Ruling> rulings;
    for (const core::NodeId node : core) {
      for (std::uint32_t number = 0; number < views[node].members; ++number) {
        const core::NodeId member{number};
        if (member == node) continue;
        if (core_set.Contains(member)) rulings.push_back(JudgeAlive(node, member));
        if (down_at_closing.Contains(member) && down.Contains(member)) rulings.push_back(JudgeDown(node, member));
      }
    }
    return rulings;
  }

 private:
  static void NoteAlive(View& view, core::NodeId member) {
    const auto& [incarnation, status] = view.places[member];
    if (status == facts::MemberStatus::kAlive) view.alive[member] = incarnation;
  }
  Ruling JudgeAlive(core::NodeId node, core::NodeId member) {
    const std::optional<core::Incarnation>& alive = views[node].alive[member];
    if (alive && *alive >= owed[member]) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " still believes that " + core::Text(member) + " is " +
                          Name(views[node].places[member]) + ", which is up and had long come to " +
                          core::Text(owed[member]));
  }
  Ruling JudgeDown(core::NodeId node, core::NodeId member) {
    const MemberPlace& place = views[node].places[member];
    if (place.second >= facts::MemberStatus::kDead) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " still believes that " + core::Text(member) + " is " + Name(place) +
                          ", which is down");
  }
};

using enum facts::MemberStatus;
// n0 and n1 are the core, n2 is down; n1 was taken for dead, and came back.
void TellEnd(Story& story, core::Incarnation last, facts::MemberStatus of_the_dead) {
  for (const std::uint32_t node : {0u, 1u}) story(node, facts::ViewRecovered{3, {}});
  story(0, facts::MemberSeen{core::NodeId{1}, {0}, kDead, {}});
  story(1, facts::IncarnationTaken{{1}});
  story(2, facts::Crashed{});
  story(0, facts::InCore{});
  story(1, facts::InCore{});
  story(0, facts::Closing{});
  story(0, facts::MemberSeen{core::NodeId{1}, last, kAlive, {}});
  story(0, facts::MemberSeen{core::NodeId{1}, last, kSuspect, {}});
  for (const std::uint32_t node : {0u, 1u}) story(node, facts::MemberSeen{core::NodeId{2}, {0}, of_the_dead, {}});
  story.AtEnd();
}
void Accepted(Story& story) { TellEnd(story, {1}, kDead); }
void Rejected(Story& story) { TellEnd(story, {1}, kSuspect); }
REGISTER_INVARIANT("swim-completeness", SwimCompleteness,
                   "at the end the whole core knows that all of it is alive, and that whoever is down is not",
                   "Das, Gupta & Motivala, SWIM, §2 (strong completeness) and §4.2 (refutation)", facts::ViewRecovered,
                   facts::IncarnationTaken, facts::MemberSeen, facts::Crashed, facts::Halted, facts::InCore,
                   facts::Closing);

}  // namespace
}  // namespace invariants
