// Sessions: a command takes effect once, however often it is proposed (Raft, §8; Ongaro's
// thesis, §6.3).
//
// Packets come twice, and who forwards a request does not know whether another one did. So what
// is replicated remembers, for each session, the last of its commands that took effect, and the
// result. This table changes only with the machine and in the same order, and is part of its
// snapshots, so all replicas agree on what is a repetition.
//
// A table of limited size must forget somebody, and who is forgotten may not ask as if nothing had
// been: an old packet of his would take effect again. So where there is a limit a client opens a
// session first, by an entry of the log whose index is the session's name, and a command that names
// none, or one that is over, does not take effect. The one not used for longest ends first. Its age is
// counted in entries, never by a clock, on which replicas would not agree (thesis, §6.3).
//
// Rests on clients that number their requests from 1 upward and have given up on one before they
// send the next: then one result for each is enough.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

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

// What became of a command.
template <Machine M>
struct Outcome {
  const Done<M>* done = nullptr;  // null: it does not take effect. Good until the next call
  bool fresh = false;             // it took effect now, for the first time
  bool over = false;              // because its session is
};

template <Machine M>
struct Sessions {
  struct Session {
    core::Index name;  // the entry that opened it; 0: its client never had to
    core::ClientId client{};
    std::uint64_t sequence{};  // of the last command that took effect
    core::Index used;          // the entry that came for it last
    Done<M> last;
  };
  core::List<Session> sessions;  // by client, then by name

  // The entry `index` opens a session, and may end another one: at most `limit` are left.
  void Open(core::ClientId client, core::Index index, std::uint32_t limit) {
    const auto used_before = [](const Session& a, const Session& b) { return a.used < b.used; };
    while (sessions.size() >= limit) {
      sessions.erase(std::min_element(sessions.begin(), sessions.end(), used_before));
    }
    sessions.insert(Find(client, index), Session{index, client, 0, index, {}});
  }

  // The entry `index` is applied. With `limit` 0 its client needs no session.
  template <class Announce>
  Outcome<M> Apply(core::RequestId request, core::Index name, std::uint32_t limit, core::Index index,
                   const typename M::Command& command, M& machine, Announce&& announce) {
    CHECK(request.sequence > 0);
    auto session = Find(request.client, name);
    if (session == sessions.end() || session->client != request.client || session->name != name) {
      if (limit > 0 || name != core::Index{}) return {nullptr, false, true};
      session = sessions.insert(session, Session{name, request.client, 0, index, {}});
    }
    session->used = index;
    // Older than what its client asked last: nobody waits for it any more.
    if (request.sequence < session->sequence) return {};
    const bool fresh = request.sequence > session->sequence;
    if (fresh) {
      session->sequence = request.sequence;
      session->last = {index, machine.Apply(command, announce)};
    }
    return {&session->last, fresh, false};
  }

  // As Machine's: see machines::Divisible.
  using Part = Session;
  template <class F>
  void ForEachPart(F&& f) const {
    for (const Session& session : sessions) f(session);
  }
  void Add(const Part& part) { sessions.push_back(part); }

 private:
  // Where this session is, or would be.
  typename core::List<Session>::iterator Find(core::ClientId client, core::Index name) {
    return std::lower_bound(sessions.begin(), sessions.end(), std::pair{client, name},
                            [](const Session& session, const std::pair<core::ClientId, core::Index>& wanted) {
                              return std::pair{session.client, session.name} < wanted;
                            });
  }
};

// Nothing to remember: each command takes effect as it comes.
template <Machine M>
requires Idempotent<M>
struct Sessions<M> {
  Done<M> last;  // only to be pointed at

  void Open(core::ClientId, core::Index, std::uint32_t) {}
  template <class Announce>
  Outcome<M> Apply(core::RequestId, core::Index, std::uint32_t, core::Index index, const typename M::Command& command,
                   M& machine, Announce&& announce) {
    last = {index, machine.Apply(command, announce)};
    return {&last, false, false};
  }

  struct Part {};
  template <class F>
  void ForEachPart(F&&) const {}
  void Add(const Part&) {}
};

}  // namespace machines
