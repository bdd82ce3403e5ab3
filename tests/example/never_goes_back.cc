// Never goes back: a node that has announced a number never announces a lower one.
#include <map>

#include "invariants/invariant.h"
#include "ledger.h"
#include "protocols/core/text.h"

namespace {

using invariants::Ruling;
using invariants::Story;

struct NeverGoesBack {
  std::map<core::NodeId, std::uint64_t> reached;

  Ruling On(core::NodeId node, const ledger::Reached& fact) {
    std::uint64_t& before = reached[node];
    if (fact.number < before) {
      return Ruling::Broken(core::Text(node) + " is at " + std::to_string(fact.number) + " after it had been at " +
                            std::to_string(before));
    }
    before = fact.number;
    return Ruling::Fine();
  }
};

void Accepted(Story& story) {
  story(1, ledger::Reached{7});
  story(2, ledger::Reached{3});
  story(1, ledger::Reached{9});
}
void Rejected(Story& story) {
  story(1, ledger::Reached{7});
  story(1, ledger::Reached{3});
}
REGISTER_INVARIANT("never-goes-back", NeverGoesBack, "a node never announces a lower number than before", "ledger.h",
                   ledger::Reached);

}  // namespace
