// Updates spread: what one node of the healed core knew some time before the run ended, and whatever a client was ever
// told is safe, every node of the core knows at the end.
#include <set>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "invariants/updates.h"

namespace invariants {
namespace {

struct UpdatesSpread {
  ByNode<std::set<facts::UpdateName>> known;
  std::set<facts::UpdateName> acknowledged;
  std::set<facts::UpdateName> owed;  // to every node of the core, once the run is closing
  core::List<core::NodeId> core;

  Ruling On(core::NodeId node, const facts::UpdatesRecovered&) {
    known[node].clear();
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::UpdateKnown& f) {
    known[node].insert(f.name);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId, const facts::UpdateAcknowledged& f) {
    acknowledged.insert(f.name);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::InCore&) {
    core.push_back(node);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId, const facts::Closing&) {
    owed = acknowledged;
    for (const core::NodeId node : core) owed.insert(known[node].begin(), known[node].end());
    return Ruling::Noted();
  }
  std::vector<Ruling> AtEnd() {
    std::vector<Ruling> rulings;
    if (owed.empty()) return rulings;  // nobody ever asked for anything
    for (const core::NodeId node : core) rulings.push_back(Judge(node));
    return rulings;
  }

 private:
  Ruling Judge(core::NodeId node) {
    for (const facts::UpdateName& name : owed) {
      if (known[node].count(name) > 0) continue;
      return Ruling::Broken(core::Text(node) + " does not know " + Name(name) +
                            (acknowledged.count(name) > 0
                                 ? ", which a client was told is safe"
                                 : ", which another node of the core knew long before the end"));
    }
    return Ruling::Fine();
  }
};

constexpr facts::UpdateName kOne{core::NodeId{0}, 1}, kTwo{core::NodeId{0}, 2};
void Accepted(Story& story) {
  story(0, facts::UpdateKnown{kOne});
  story(0, facts::UpdateAcknowledged{kOne, 1});
  story(0, facts::InCore{});
  story(1, facts::InCore{});
  story(0, facts::Closing{});
  story(1, facts::UpdateKnown{kOne});
  story(0, facts::UpdateKnown{kTwo});
  story.AtEnd();
}
void Rejected(Story& story) {
  story(2, facts::UpdateKnown{kOne});
  story(2, facts::UpdateAcknowledged{kOne, 1});
  story(0, facts::InCore{});
  story(1, facts::InCore{});
  story(0, facts::Closing{});
  story.AtEnd();
}
REGISTER_INVARIANT("updates-spread", UpdatesSpread,
                   "what was known in the core in good time, and whatever was acknowledged, all of it know at the end",
                   "Demers et al., Epidemic algorithms, §1.3: anti-entropy reaches every site", facts::UpdatesRecovered,
                   facts::UpdateKnown, facts::UpdateAcknowledged, facts::InCore, facts::Closing);

}  // namespace
}  // namespace invariants
