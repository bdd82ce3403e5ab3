// Causal delivery: no node executes an update before all that its writer had executed when it was issued; each
// writer's one by one, none twice.
//
// What happened before what is not read off the protocol's clocks: it is what the writer itself had said to execute
// by then.
#include <map>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "invariants/updates.h"

namespace invariants {
namespace {

struct CausalDelivery {
  using Counts = std::map<core::NodeId, std::uint64_t>;  // of each writer's
  ByNode<Counts> executed;
  std::map<facts::UpdateName, Counts> causes;

  Ruling On(core::NodeId node, const facts::DeliveryRecovered& f) {
    executed[node][f.of] = f.number;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::UpdateIssued& f) {
    causes.try_emplace(f.name, executed[node]);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::UpdateDelivered& f) {
    Counts& counts = executed[node];
    std::uint64_t& last = counts[f.name.node];
    if (f.name.number != last + 1) {
      return Ruling::Broken(core::Text(node) + " executes " + Name(f.name) + " after " + std::to_string(last) +
                            " of that writer's");
    }
    last = f.name.number;
    const auto known = causes.find(f.name);
    if (known == causes.end()) return Ruling::Noted();  // nobody heard when it was issued: its writer lost power
    for (const auto& [writer, number] : known->second) {
      if (writer == f.name.node || counts[writer] >= number) continue;
      return Ruling::Broken(core::Text(node) + " executes " + Name(f.name) + " before its cause " +
                            Name({writer, number}));
    }
    return Ruling::Fine();
  }
};

constexpr facts::UpdateName kCause{core::NodeId{0}, 1}, kEffect{core::NodeId{1}, 1};
void Accepted(Story& story) {
  story(0, facts::UpdateIssued{kCause, {}});
  story(0, facts::UpdateDelivered{kCause});
  story(1, facts::UpdateDelivered{kCause});
  story(1, facts::UpdateIssued{kEffect, {}});
  story(1, facts::UpdateDelivered{kEffect});
  story(2, facts::UpdateDelivered{kCause});
  story(2, facts::UpdateDelivered{kEffect});
}
void Rejected(Story& story) {
  story(0, facts::UpdateIssued{kCause, {}});
  story(0, facts::UpdateDelivered{kCause});
  story(1, facts::UpdateDelivered{kCause});
  story(1, facts::UpdateIssued{kEffect, {}});
  story(2, facts::UpdateDelivered{kEffect});
}
REGISTER_INVARIANT(
    "causal-delivery", CausalDelivery,
    "an update is executed after all that its writer had executed, each writer's in their order",
    "Birman, Schiper & Stephenson, Lightweight causal and atomic group multicast, §5; Lamport's happened-before",
    facts::UpdateIssued, facts::UpdateDelivered, facts::DeliveryRecovered);

}  // namespace
}  // namespace invariants
