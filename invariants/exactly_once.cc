// Exactly once: a request is executed at one entry only, and a client's requests in their order.
//
// Clients number their requests and have given up on one before they send the next, so one memory
// for each client is enough: what comes later in the log has a higher number. All nodes execute the
// same log, hence who goes first at an index is judged against the whole past. Who comes after is judged
// against its own, since its machine was last restored.
#include <algorithm>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct ExactlyOnce {
  struct Execution {
    std::uint64_t sequence{};
    core::Index index;
  };
  using Latest = std::vector<Execution>;  // by client

  core::Index front;       // the furthest entry whose command was executed
  Latest at_front;         // by anybody
  ByNode<Latest> by_node;  // since its machine became what it is

  Ruling On(core::NodeId node, const facts::CommandExecuted& f) {
    Execution& own = Of(by_node[node], f.request.client);
    if (f.request.sequence <= own.sequence) return Again(node, f, own);
    own = {f.request.sequence, f.index};
    Execution& latest = Of(at_front, f.request.client);
    const bool repeats = f.request.sequence == latest.sequence && f.index != latest.index;
    const bool late = f.request.sequence < latest.sequence && f.index > front;
    if (repeats || late) return Again(node, f, latest);
    front = std::max(front, f.index);
    if (f.request.sequence > latest.sequence) latest = own;
    return Ruling::Fine();
  }
  Ruling On(core::NodeId node, const facts::SnapshotRestored&) { return Forget(node); }
  Ruling On(core::NodeId node, const facts::Crashed&) { return Forget(node); }

 private:
  static Execution& Of(Latest& latest, core::ClientId client) {
    if (core::Number(client) >= latest.size()) latest.resize(core::Number(client) + 1);
    return latest[core::Number(client)];
  }
  Ruling Forget(core::NodeId node) {
    by_node[node].clear();
    return Ruling::Noted();
  }
  static Ruling Again(core::NodeId node, const facts::CommandExecuted& f, const Execution& before) {
    return Ruling::Broken(core::Text(node) + " executed " + core::Text(f.request) + " at " + core::Text(f.index) +
                          " after " + core::Text(core::RequestId{f.request.client, before.sequence}) + " at " +
                          core::Text(before.index));
  }
};

constexpr core::RequestId kFirst{core::ClientId{1}, 1}, kSecond{core::ClientId{1}, 2};

void Accepted(Story& story) {
  for (std::uint32_t node : {1u, 2u}) {
    story(node, facts::CommandExecuted{kFirst, {3}});
    story(node, facts::CommandExecuted{kSecond, {5}});
  }
}
void Rejected(Story& story) {
  story(1, facts::CommandExecuted{kFirst, {3}});
  story(2, facts::CommandExecuted{kFirst, {5}});
}
REGISTER_INVARIANT("exactly-once", ExactlyOnce,
                   "a request is executed at one entry only, and a client's requests in their order",
                   "Raft, §8; Ongaro's thesis, §6.3", facts::CommandExecuted, facts::SnapshotRestored, facts::Crashed);

}  // namespace
}  // namespace invariants
