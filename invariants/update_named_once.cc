// Update named once: no two updates have one name, restarts included. Who has heard of the first one takes the
// second for known and drops it, and it is lost without a trace (Riak's per-key actor epochs; founding document F66).
#include <set>

#include "invariants/invariant.h"
#include "invariants/updates.h"

namespace invariants {
namespace {

struct UpdateNamedOnce {
  std::set<facts::UpdateName> given;

  Ruling On(core::NodeId node, const facts::UpdateIssued& f) {
    if (f.name.node != node)
      return Ruling::Broken(core::Text(node) + " gives " + Name(f.name) + ", another node's name");
    if (given.insert(f.name).second) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " gives the name " + Name(f.name) + " to a second update");
  }
};

void Accepted(Story& story) {
  story(0, facts::UpdateIssued{{core::NodeId{0}, 1}, {}});
  story(0, facts::UpdateIssued{{core::NodeId{0}, 2}, {}});
  story(1, facts::UpdateIssued{{core::NodeId{1}, 1}, {}});
}
void Rejected(Story& story) {
  story(0, facts::UpdateIssued{{core::NodeId{0}, 1}, {1, 1}});
  story(0, facts::UpdateIssued{{core::NodeId{0}, 1}, {2, 2}});
}
REGISTER_INVARIANT("update-named-once", UpdateNamedOnce, "no two updates have one name, restarts included",
                   "Preguiça et al., Dotted Version Vectors, §3; Almeida et al., Delta state replicated data types, §7",
                   facts::UpdateIssued);

}  // namespace
}  // namespace invariants
