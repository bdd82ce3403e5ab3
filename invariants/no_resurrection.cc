// No resurrection: what stands about a subject at a node is only ever replaced by something later, restarts
// included. What has been overwritten does not come back.
#include <map>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "invariants/updates.h"

namespace invariants {
namespace {

struct NoResurrection {
  ByNode<std::map<core::Fingerprint, UpdatePlace>> standing;  // by subject

  Ruling On(core::NodeId node, const facts::UpdateStands& f) {
    const UpdatePlace place = PlaceOf(f);
    const auto [at, first] = standing[node].try_emplace(f.subject, place);
    if (place < at->second) {
      return Ruling::Broken(core::Text(node) + " brings back " + Name(f.name) + ", which " + Name(at->second.name) +
                            " had replaced there");
    }
    at->second = place;
    return Ruling::Fine();
  }
};

constexpr facts::UpdateName kFirst{core::NodeId{0}, 1}, kSecond{core::NodeId{0}, 2};
void Accepted(Story& story) {
  story(1, facts::UpdateStands{kFirst, {7, 7}, {}, 1});
  story(1, facts::UpdateStands{kSecond, {7, 7}, {}, 2});
  story(1, facts::UpdateStands{kSecond, {7, 7}, {}, 2});
}
void Rejected(Story& story) {
  story(1, facts::UpdateStands{kSecond, {7, 7}, {}, 2});
  story(1, facts::UpdateStands{kFirst, {7, 7}, {}, 1});
}
REGISTER_INVARIANT("no-resurrection", NoResurrection, "what has been overwritten at a node does not come back there",
                   "Demers et al., Epidemic algorithms, §2 (death certificates)", facts::UpdateStands);

}  // namespace
}  // namespace invariants
