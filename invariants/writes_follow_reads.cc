// Writes follow reads: a write takes effect after all that its session has read before it.
#include "invariants/session_versions.h"

namespace invariants {
namespace {

struct WritesFollowReads {
  Ruling operator()(const SessionVersions& session, const facts::Returned& f) const {
    if (!session.writes || session.read.value == 0) return Ruling::Noted();
    if (f.version > session.read) return Ruling::Fine();
    return SessionBroken(f, "read", session.read);
  }
};

void Accepted(Story& story) { TellSession(story, 0, 5, 0, 6); }
void Rejected(Story& story) { TellSession(story, 0, 5, 0, 4); }
using Rule = SessionRule<WritesFollowReads>;
REGISTER_INVARIANT("writes-follow-reads", Rule, "a write takes effect after all that its session has read before it",
                   "Terry et al., Session Guarantees", facts::SessionGuaranteesPromised, facts::Invoked,
                   facts::Returned);

}  // namespace
}  // namespace invariants
