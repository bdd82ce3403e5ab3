// Reads that take no place in the log (Ongaro's thesis, §6.4). Who was asked finds out from its leader
// what must have been applied before it may answer, and the leader makes sure that it still leads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "protocols/core/pool.h"
#include "protocols/core/types.h"
#include "protocols/machines/machine.h"
#include "protocols/replication/client.h"
#include "protocols/replication/replica.h"

namespace replication {

// --- messages, where a protocol has no others for the same ----------------------------

// At what index may this be read?
struct ReadIndex {
  RequestId request;
};
struct ReadIndexReply {
  RequestId request;
  Index index;
};
// The node that a request was forwarded to does not lead, or does not take it now.
struct Refused {
  RequestId request;
};

// --- by who was asked -------------------------------------------------------------------

// What this node was asked to read and has not answered yet.
template <machines::Divisible M>
struct Reads {
  struct Read {
    RequestId request;
    typename M::Command command;
    std::optional<Index> index;  // to be applied before; none: not known yet
  };
  core::List<Read> pending;

  // False: it is here already, this is the same packet again.
  bool Begin(RequestId id, const typename M::Command& command) {
    if (Find(id) != pending.end()) return false;
    // As with commands: its client has given up on what it asked before.
    std::erase_if(pending, [&](const Read& read) { return read.request.client == id.client; });
    pending.push_back({id, command, std::nullopt});
    return true;
  }
  // It may be read from the state after `index`, or any later one.
  void Permit(RequestId request, Index index) {
    const auto read = Find(request);
    if (read != pending.end()) read->index = index;
  }
  // Those whose state has been reached.
  template <class Env>
  void Answer(const Replica<M>& replica, Env& env) {
    std::erase_if(pending, [&](const Read& read) {
      if (!read.index || replica.applied < *read.index) return false;
      env.Reply(read.request, replica.Read(read.command));
      return true;
    });
  }
  // Whether it was here.
  bool Drop(RequestId request) {
    const auto read = Find(request);
    if (read == pending.end()) return false;
    pending.erase(read);
    return true;
  }
  template <class Env>
  void GiveUp(Env& env) {
    for (const Read& read : pending) env.Reply(read.request, Reply<M>{});
    pending.clear();
  }

 private:
  typename core::List<Read>::iterator Find(RequestId request) {
    return std::find_if(pending.begin(), pending.end(), [&](const Read& read) { return read.request == request; });
  }
};

// --- by the leader ------------------------------------------------------------------------

// When a leader sent something, by its own count and clock: what answers it proves that it was the
// leader then.
struct Round {
  std::uint64_t number{};
  core::LocalTime sent{};
};

// A read that waits until it is certain that this node still leads. The round is one that began after the read
// came, and is named by our own count, never by the request, which may come twice (etcd #20418).
struct Unconfirmed {
  RequestId request;
  NodeId asker{};
  Index index;            // has to be applied before
  std::uint64_t round{};  // that has to be answered
};

// Takes out those that have been confirmed, which the first ones are first, and calls `f` with each.
template <class Confirmed, class F>
void TakeConfirmed(core::List<Unconfirmed>& reads, Confirmed&& confirmed, F&& f) {
  const auto rest = std::find_if_not(reads.begin(), reads.end(), confirmed);
  for (auto read = reads.begin(); read != rest; ++read) f(*read);
  reads.erase(reads.begin(), rest);
}

}  // namespace replication
