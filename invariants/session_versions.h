// Session guarantees, white box: every answer says which version of the replicated state it was
// given from, or made (Terry et al., "Session Guarantees for Weakly Consistent Replicated Data",
// 1994). So each guarantee is one comparison per answer, and finds what clients did not happen to
// see. Judged where versions are told and the guarantees promised.
#pragma once

#include <algorithm>

#include "invariants/invariant.h"
#include "protocols/core/pool.h"
#include "protocols/core/text.h"

namespace invariants {

// The latest versions that a client has been answered from.
struct SessionVersions {
  bool writes{};  // what it asks for now
  core::Index read;
  core::Index written;
};

// A rule of the four: `Compare` is told the session and the answer, before the answer becomes part of the session.
template <class Compare>
struct SessionRule {
  core::List<SessionVersions> sessions;  // by client

  Ruling On(core::NodeId, const facts::SessionGuaranteesPromised&) { return Ruling::Noted(); }
  Ruling On(core::NodeId, const facts::Invoked& f) {
    const std::size_t client = core::Number(f.request.client);
    if (client >= sessions.size()) sessions.resize(client + 1);
    sessions[client].writes = f.function == facts::Operation::kWrite;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId, const facts::Returned& f) {
    if (f.version.value == 0) return Ruling::Noted();  // not told
    SessionVersions& session = sessions[core::Number(f.request.client)];
    Ruling ruling = Compare()(session, f);
    core::Index& latest = session.writes ? session.written : session.read;
    latest = std::max(latest, f.version);
    return ruling;
  }
};

// "c1#4 was answered by n2 from i7, although its session had …"
inline Ruling SessionBroken(const facts::Returned& f, const std::string& what, core::Index version) {
  return Ruling::Broken(core::Text(f.request) + " was answered by " + core::Text(f.replica) + " from " +
                        core::Text(f.version) + ", although its session had " + what + " " + core::Text(version));
}

// For stories: client 0 writes, then reads, then writes again, from these versions; 0: it does not.
inline void TellSession(Story& story, std::uint64_t written, std::uint64_t read, std::uint64_t read_again,
                        std::uint64_t written_again) {
  std::uint64_t sequence = 0;
  const auto tell = [&](facts::Operation function, std::uint64_t version) {
    if (version == 0) return;
    const core::RequestId request{core::ClientId{0}, ++sequence};
    story(9, facts::Invoked{request, function, 1, sequence, {}});
    story(9, facts::Returned{request, std::nullopt, {}, {version}, {}});
  };
  tell(facts::Operation::kWrite, written);
  tell(facts::Operation::kRead, read);
  tell(facts::Operation::kRead, read_again);
  tell(facts::Operation::kWrite, written_again);
}

}  // namespace invariants
