// Read your writes: a session reads from no state that lacks what it has written.
#include "invariants/session_versions.h"

namespace invariants {
namespace {

struct ReadYourWrites {
  Ruling operator()(const SessionVersions& session, const facts::Returned& f) const {
    if (session.writes || session.written.value == 0) return Ruling::Noted();
    if (f.version >= session.written) return Ruling::Fine();
    return SessionBroken(f, "written", session.written);
  }
};

void Accepted(Story& story) { TellSession(story, 5, 5, 0, 0); }
void Rejected(Story& story) { TellSession(story, 5, 4, 0, 0); }
using Rule = SessionRule<ReadYourWrites>;
REGISTER_INVARIANT("read-your-writes", Rule, "a session reads from no state that lacks what it has written",
                   "Terry et al., Session Guarantees", facts::SessionGuaranteesPromised, facts::Invoked,
                   facts::Returned);

}  // namespace
}  // namespace invariants
