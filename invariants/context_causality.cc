// Context causality: a child span starts in a service only after a delivered
// message brought its parent's context there, and what is stored of it names
// that trace and that parent. Roots have no parent and need no message.
#include <utility>
#include <variant>

#include "invariants/invariant.h"
#include "protocols/core/fingerprint_map.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

using SpanName = std::pair<facts::TraceId, std::uint64_t>;

struct ContextCausality {
  core::FingerprintMap<std::monostate> brought;  // parent contexts, by where
  core::FingerprintMap<std::uint64_t> parents;   // of the spans that were started

  static core::Fingerprint Key(const facts::TraceId& trace, std::uint64_t span) {
    return core::FingerprintOf(std::pair(trace, span));
  }
  static core::Fingerprint Key(core::NodeId node, const facts::TraceId& trace, std::uint64_t parent) {
    return core::FingerprintOf(std::pair(node, std::pair(trace, parent)));
  }

  Ruling On(core::NodeId node, const facts::ContextCarried& f) {
    brought.TryEmplace(Key(node, f.trace, f.parent));
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::ChildStarted& f) {
    parents[Key(f.trace, f.span)] = f.parent;
    if (f.parent == 0) return Ruling::Noted();
    if (brought.Find(Key(node, f.trace, f.parent)) != nullptr) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " started a child of a parent that no delivered message told it of");
  }
  Ruling On(core::NodeId node, const facts::SpanStored& f) {
    const std::uint64_t* started = parents.Find(Key(f.trace, f.span));
    if (started == nullptr) return Ruling::Noted();  // recorded, not generated
    if (*started == f.parent) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " stored a span under another parent than it was started with");
  }
};

void Accepted(Story& story) {
  story(6, facts::ChildStarted{{0, 1}, 1, 0});
  story(7, facts::ContextCarried{{0, 1}, 1});
  story(7, facts::ChildStarted{{0, 1}, 2, 1});
  story(0, facts::SpanStored{{2, 2}, {0, 1}, 2, 1});
}
void Rejected(Story& story) {
  story(8, facts::ContextCarried{{0, 1}, 1});
  story(7, facts::ChildStarted{{0, 1}, 2, 1});
}
REGISTER_INVARIANT("context-causality", ContextCausality,
                   "a child span starts only after a delivered message brought its parent's context",
                   "W3C Trace Context; Lamport's happened-before", facts::ContextCarried, facts::ChildStarted,
                   facts::SpanStored);

}  // namespace
}  // namespace invariants
