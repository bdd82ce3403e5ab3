// Sessions: a command takes effect once, however often it is proposed (Raft, §8; Ongaro's
// thesis, §6.3).
//
// Packets come twice, and who forwards a request does not know whether another one did. So what
// is replicated remembers, for each client, the last of its commands that took effect, and the
// result. This table changes only with the machine and in the same order, so all replicas agree
// on what is a repetition.
//
// Rests on clients that number their requests from 1 upward and have given up on one before they
// send the next: then one result for each is enough. Not here: that sessions expire, so the table
// grows with the number of clients.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "protocols/core/check.h"
#include "protocols/core/pool.h"
#include "protocols/core/types.h"
#include "protocols/machines/machine.h"

namespace machines {

// A command that took effect, at the entry `index`.
template <Machine M>
struct Done {
  core::Index index;
  typename M::Result result;
};

template <Machine M>
struct Sessions {
  struct Session {
    core::ClientId client{};
    std::uint64_t sequence{};  // of the last command that took effect
    Done<M> last;
  };
  core::List<Session> sessions;  // by client

  // The entry `index` is applied. Null: it is older than what its client asked last, so it does not
  // take effect, and nobody waits for it any more. Good until the next call.
  template <class Announce>
  const Done<M>* Apply(core::RequestId request, core::Index index, const typename M::Command& command, M& machine,
                       Announce&& announce) {
    CHECK(request.sequence > 0);
    Session& session = SessionOf(request.client);
    if (request.sequence < session.sequence) return nullptr;
    if (request.sequence > session.sequence) {
      session.sequence = request.sequence;
      session.last = {index, machine.Apply(command, announce)};
    }
    return &session.last;
  }

 private:
  Session& SessionOf(core::ClientId client) {
    const auto found = std::lower_bound(sessions.begin(), sessions.end(), client,
                                        [](const Session& session, core::ClientId id) { return session.client < id; });
    if (found != sessions.end() && found->client == client) return *found;
    return *sessions.insert(found, Session{client, 0, {}});
  }
};

// Nothing to remember: each command takes effect as it comes.
template <Machine M>
requires Idempotent<M>
struct Sessions<M> {
  template <class Announce>
  std::optional<Done<M>> Apply(core::RequestId, core::Index index, const typename M::Command& command, M& machine,
                               Announce&& announce) {
    return Done<M>{index, machine.Apply(command, announce)};
  }
};

}  // namespace machines
