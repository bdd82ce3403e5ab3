// Monotonic reads: a session reads from no state older than one it has read from.
#include "invariants/session_versions.h"

namespace invariants {
namespace {

struct MonotonicReads {
  Ruling operator()(const SessionVersions& session, const facts::Returned& f) const {
    if (session.writes || session.read.value == 0) return Ruling::Noted();
    if (f.version >= session.read) return Ruling::Fine();
    return SessionBroken(f, "read", session.read);
  }
};

void Accepted(Story& story) { TellSession(story, 0, 5, 5, 0); }
void Rejected(Story& story) { TellSession(story, 0, 5, 4, 0); }
using Rule = SessionRule<MonotonicReads>;
REGISTER_INVARIANT("monotonic-reads", Rule, "a session reads from no state older than one it has read from",
                   "Terry et al., Session Guarantees", facts::SessionGuaranteesPromised, facts::Invoked,
                   facts::Returned);

}  // namespace
}  // namespace invariants
