// Span integrity: what is stored was emitted, and is what was emitted: nothing
// invented, nothing altered.
#include "invariants/invariant.h"
#include "protocols/core/fingerprint_map.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct SpanIntegrity {
  // By content, which covers every field; the ids stand apart to be compared as ids.
  core::FingerprintMap<facts::SpanEmitted> emitted;

  Ruling On(core::NodeId, const facts::SpanEmitted& f) {
    emitted.TryEmplace(f.content, f);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::SpanStored& f) {
    const facts::SpanEmitted* span = emitted.Find(f.content);
    if (span == nullptr) return Ruling::Broken(core::Text(node) + " stored a span that nobody emitted");
    if (span->trace == f.trace && span->span == f.span && span->parent == f.parent) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " stored a span under other ids than it was emitted with");
  }
};

void Accepted(Story& story) {
  story(6, facts::SpanEmitted{{1, 1}, {0, 1}, 1, 0});
  story(0, facts::SpanStored{{1, 1}, {0, 1}, 1, 0});
}
void Rejected(Story& story) {
  story(6, facts::SpanEmitted{{1, 1}, {0, 1}, 1, 0});
  story(0, facts::SpanStored{{1, 1}, {0, 1}, 1, 5});
}
REGISTER_INVARIANT("span-integrity", SpanIntegrity, "every stored span was emitted, and is unchanged",
                   "OTLP specification: receivers do not alter what they forward", facts::SpanEmitted,
                   facts::SpanStored);

}  // namespace
}  // namespace invariants
