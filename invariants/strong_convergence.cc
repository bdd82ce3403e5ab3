// Strong convergence: nodes that know the same updates have the same state, whatever the order in which they came.
// Judged each time that a node gets to know one, against all who know just that.
//
// Sets are told apart by the sum of their elements' fingerprints: 128 bits, so two sets are not taken for one.
#include <map>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "invariants/updates.h"

namespace invariants {
namespace {

// Of a set, whatever the order in which it grew.
struct Sum {
  core::Fingerprint value;
  void Add(const core::Fingerprint& element) {
    value.high += element.high;
    value.low += element.low;
  }
  void Remove(const core::Fingerprint& element) {
    value.high -= element.high;
    value.low -= element.low;
  }
};

struct StrongConvergence {
  struct State {
    Sum known;
    Sum standing;
    std::map<core::Fingerprint, facts::UpdateName> subjects;
  };
  struct Seen {
    core::Fingerprint standing;
    core::NodeId by{};  // the first
  };
  ByNode<State> nodes;
  std::map<core::Fingerprint, Seen> states;  // by what is known; of every moment

  Ruling On(core::NodeId node, const facts::UpdatesRecovered&) {
    nodes[node] = {};
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::UpdateStands& f) {
    State& state = nodes[node];
    const auto [at, first] = state.subjects.try_emplace(f.subject, f.name);
    if (!first) {
      state.standing.Remove(core::FingerprintOf(std::pair(at->first, at->second)));
      at->second = f.name;
    }
    state.standing.Add(core::FingerprintOf(std::pair(at->first, at->second)));
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::UpdateKnown& f) {
    State& state = nodes[node];
    state.known.Add(core::FingerprintOf(f.name));
    const auto [at, first] = states.try_emplace(state.known.value, Seen{state.standing.value, node});
    if (first) return Ruling::Noted();
    if (at->second.standing == state.standing.value) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " knows the same updates as " + core::Text(at->second.by) +
                          " and has another state, now that it knows " + Name(f.name));
  }
};

constexpr facts::UpdateName kOne{core::NodeId{0}, 1}, kTwo{core::NodeId{1}, 1};
void Accepted(Story& story) {
  story(0, facts::UpdateStands{kOne, {7, 7}});
  story(0, facts::UpdateKnown{kOne});
  story(1, facts::UpdateStands{kTwo, {7, 7}});
  story(1, facts::UpdateKnown{kTwo});
  story(1, facts::UpdateKnown{kOne});
  story(0, facts::UpdateStands{kTwo, {7, 7}});
  story(0, facts::UpdateKnown{kTwo});
}
void Rejected(Story& story) {
  story(0, facts::UpdateStands{kOne, {7, 7}});
  story(0, facts::UpdateKnown{kOne});
  story(1, facts::UpdateStands{kTwo, {7, 7}});
  story(1, facts::UpdateKnown{kTwo});
  story(1, facts::UpdateKnown{kOne});
  story(0, facts::UpdateKnown{kTwo});
}
REGISTER_INVARIANT("strong-convergence", StrongConvergence, "nodes that know the same updates have the same state",
                   "Shapiro, Preguiça, Baquero & Zawirski, Conflict-free replicated data types, §2.1",
                   facts::UpdatesRecovered, facts::UpdateStands, facts::UpdateKnown);

}  // namespace
}  // namespace invariants
