// Span causality: a span is where it is because a delivered message brought it.
//
// A node stores a span only after a message that carried it was delivered to
// that node, acknowledges it only while it stores it, and an application takes
// it for safe only after some collector acknowledged it. What was delivered is
// the engine's knowledge, not the nodes'; clocks and arrival order play no part,
// since children normally arrive before their parents.
#include "invariants/invariant.h"
#include "invariants/node_set.h"
#include "protocols/core/fingerprint_map.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct History {
  NodeSet carried_to;
  NodeSet stored_at;
  bool acknowledged{};
};

struct SpanCausality {
  core::FingerprintMap<History> spans;

  Ruling On(core::NodeId node, const facts::SpanCarried& f) {
    spans[f.content].carried_to.Insert(node);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::SpanStored& f) {
    History& history = spans[f.content];
    if (!history.carried_to.Contains(node)) {
      return Ruling::Broken(core::Text(node) + " stored a span that no delivered message had brought it");
    }
    history.stored_at.Insert(node);
    return Ruling::Fine();
  }
  Ruling On(core::NodeId node, const facts::SpanAcknowledged& f) {
    History& history = spans[f.content];
    if (!history.stored_at.Contains(node)) {
      return Ruling::Broken(core::Text(node) + " acknowledged a span before it was committed and stored");
    }
    history.acknowledged = true;
    return Ruling::Fine();
  }
  Ruling On(core::NodeId node, const facts::SpanConfirmed& f) {
    if (spans[f.content].acknowledged) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " takes a span for safe that no collector acknowledged");
  }
  Ruling On(core::NodeId node, const facts::StoreEmptied&) { return Forget(node); }
  Ruling On(core::NodeId node, const facts::Crashed&) { return Forget(node); }

 private:
  Ruling Forget(core::NodeId node) {
    for (auto& [content, history] : spans) history.stored_at.Remove(node);
    return Ruling::Noted();
  }
};

void Accepted(Story& story) {
  story(0, facts::SpanCarried{{1, 1}});
  story(0, facts::SpanStored{{1, 1}, {0, 1}, 1, 0});
  story(0, facts::SpanAcknowledged{{1, 1}});
  story(6, facts::SpanConfirmed{{1, 1}});
}
void Rejected(Story& story) {
  story(0, facts::SpanCarried{{1, 1}});
  story(0, facts::SpanAcknowledged{{1, 1}});
}
REGISTER_INVARIANT("span-causality", SpanCausality,
                   "a span is stored after a delivered message brought it, acknowledged after it is stored",
                   "Lamport, Time, Clocks, and the Ordering of Events (happened-before)", facts::SpanCarried,
                   facts::SpanStored, facts::StoreEmptied, facts::SpanAcknowledged, facts::SpanConfirmed,
                   facts::Crashed);

}  // namespace
}  // namespace invariants
