// Monotonic writes: a session's writes take effect in the order in which it made them.
#include "invariants/session_versions.h"

namespace invariants {
namespace {

struct MonotonicWrites {
  Ruling operator()(const SessionVersions& session, const facts::Returned& f) const {
    if (!session.writes || session.written.value == 0) return Ruling::Noted();
    if (f.version > session.written) return Ruling::Fine();
    return SessionBroken(f, "written", session.written);
  }
};

void Accepted(Story& story) { TellSession(story, 5, 0, 0, 6); }
void Rejected(Story& story) { TellSession(story, 5, 0, 0, 4); }
using Rule = SessionRule<MonotonicWrites>;
REGISTER_INVARIANT("monotonic-writes", Rule, "a session's writes take effect in the order in which it made them",
                   "Terry et al., Session Guarantees", facts::SessionGuaranteesPromised, facts::Invoked,
                   facts::Returned);

}  // namespace
}  // namespace invariants
