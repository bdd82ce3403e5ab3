// Probes are answered: in a healed core of two or more, each member has lately answered a probe of another one. Else
// everybody is a suspect all the time and saves himself by refuting it, which looks healthy from afar.
#include "invariants/invariant.h"
#include "invariants/node_set.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct SwimProbesAnswered {
  core::List<core::NodeId> core;
  NodeSet answered;  // since the run is closing

  Ruling On(core::NodeId, const facts::MemberAnswered& f) {
    answered.Insert(f.member);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::InCore&) {
    core.push_back(node);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId, const facts::Closing&) {
    answered = {};
    return Ruling::Noted();
  }
  std::vector<Ruling> AtEnd() {
    std::vector<Ruling> rulings;
    if (core.size() < 2) return rulings;  // there is nobody to ask
    for (const core::NodeId node : core) {
      rulings.push_back(answered.Contains(node)
                            ? Ruling::Fine()
                            : Ruling::Broken(core::Text(node) + ", which is up, has answered nobody's probe lately"));
    }
    return rulings;
  }
};

void TellRound(Story& story, std::uint32_t who) {
  story(0, facts::InCore{});
  story(1, facts::InCore{});
  story(0, facts::MemberAnswered{core::NodeId{1}});
  story(0, facts::Closing{});
  story(1, facts::MemberAnswered{core::NodeId{0}});
  story(0, facts::MemberAnswered{core::NodeId{who}});
  story.AtEnd();
}
void Accepted(Story& story) { TellRound(story, 1); }
void Rejected(Story& story) { TellRound(story, 0); }
REGISTER_INVARIANT("swim-probes-answered", SwimProbesAnswered,
                   "lately each member of the healed core has answered a probe of another one",
                   "Das, Gupta & Motivala, SWIM, §3.1", facts::MemberAnswered, facts::InCore, facts::Closing);

}  // namespace
}  // namespace invariants
