// Replica: a machine with its clients' sessions, and how far the log has been
// executed on it (Schneider, "Implementing Fault-Tolerant Services Using the State
// Machine Approach", 1990).
//
// All replicas execute the same proposals in the same order, so all are equal after
// the same entry. A snapshot is that state cut into pieces, and stands for the log
// up to its index.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "protocols/core/check.h"
#include "protocols/core/facts.h"
#include "protocols/core/fingerprint.h"
#include "protocols/core/membership.h"
#include "protocols/core/pool.h"
#include "protocols/core/types.h"
#include "protocols/core/variants.h"
#include "protocols/machines/machine.h"
#include "protocols/machines/sessions.h"
#include "protocols/replication/client.h"

namespace replication {

using core::Epoch;

// --- what a log holds at one place ------------------------------------------------

struct Nothing {};      // a new leader's first entry, or a place that was left empty
struct OpenSession {};  // for the client that asked; see machines::Sessions

template <machines::Machine M>
struct Proposal {
  RequestId request;  // the default: nobody waits for it
  Index session;      // that the command belongs to
  std::variant<Nothing, typename M::Command, OpenSession, core::Membership> content;

  const typename M::Command* command() const { return std::get_if<1>(&content); }
  const core::Membership* membership() const { return std::get_if<3>(&content); }
};
// Only to be compared, so that its last bits need not be spread: that would cost as much again. Flat, since it is asked
// for twice for each entry of each node.
template <machines::Machine M>
[[gnu::flatten]] core::Fingerprint FingerprintOf(const Proposal<M>& proposal) {
  core::Fingerprint fingerprint;
  core::Absorb(fingerprint, proposal.content);
  return fingerprint;
}

// What a client's command becomes: one that needs a session and has none opens it instead.
template <machines::Machine M>
Proposal<M> ProposalFor(RequestId id, const Request<M>& request, std::uint32_t sessions) {
  if constexpr (!machines::Idempotent<M>) {
    if (sessions > 0 && request.session == Index{}) return {id, {}, OpenSession{}};
  }
  return {id, request.session, request.command};
}

// --- snapshots ----------------------------------------------------------------------

template <machines::Divisible M>
struct Snapshot {
  using Piece = std::variant<typename M::Part, typename machines::Sessions<M>::Part>;
  Index index;                  // of the last entry that it stands for
  Epoch epoch;                  // of that entry
  core::Membership membership;  // after it
  core::List<Piece> pieces;
};

// Some pieces of a snapshot, on their way to another replica.
template <machines::Divisible M>
struct Chunk {
  Index index;
  Epoch epoch;
  core::Membership membership;
  std::uint64_t offset{};  // pieces that come before these
  core::List<typename Snapshot<M>::Piece> pieces;
  bool last{};
};

template <machines::Divisible M>
Chunk<M> ChunkOf(const Snapshot<M>& snapshot, std::uint64_t offset, std::uint32_t most) {
  CHECK(offset <= snapshot.pieces.size());
  const std::uint64_t end = std::min<std::uint64_t>(offset + most, snapshot.pieces.size());
  const auto first = snapshot.pieces.begin();
  return {snapshot.index,
          snapshot.epoch,
          snapshot.membership,
          offset,
          {first + static_cast<std::ptrdiff_t>(offset), first + static_cast<std::ptrdiff_t>(end)},
          end == snapshot.pieces.size()};
}

// A snapshot that is arriving, piece by piece. It is in memory only: who crashes in the middle asks
// for all of it again.
template <machines::Divisible M>
struct Arriving {
  Epoch sender;  // the reign in which it is sent: another leader cuts the same snapshot differently
  Snapshot<M> snapshot;
  bool whole{};

  // Takes the chunk if it is the next one; a chunk of another snapshot begins anew.
  void Take(Epoch from, const Chunk<M>& chunk) {
    if (sender != from || snapshot.index != chunk.index) {
      *this = {from, {chunk.index, chunk.epoch, chunk.membership, {}}, false};
    }
    if (whole || chunk.offset != snapshot.pieces.size()) return;
    snapshot.pieces.insert(snapshot.pieces.end(), chunk.pieces.begin(), chunk.pieces.end());
    whole = chunk.last;
  }
  // How many pieces are here: what is wanted next.
  std::uint64_t offset() const { return snapshot.pieces.size(); }
};

// Calls `f(command)` for what a message carries of commands, for those that judge causality.
template <machines::Machine M, class F>
void ForEachCommand(const Proposal<M>& proposal, F&& f) {
  if (const auto* command = proposal.command()) f(*command);
}
template <machines::Divisible M, class F>
void ForEachCommand(const Chunk<M>& chunk, F&& f) {
  if constexpr (std::is_same_v<typename M::Part, typename M::Command>) {
    for (const auto& piece : chunk.pieces) {
      if (const auto* command = std::get_if<0>(&piece)) f(*command);
    }
  }
}

// --- the replica ----------------------------------------------------------------------

// What a replica announces of itself.
template <machines::Machine M>
using Facts = core::JoinVariants<
    std::variant<facts::EntryApplied, facts::RequestAcknowledged, facts::SnapshotTaken, facts::SnapshotRestored>,
    std::conditional_t<machines::Idempotent<M>, std::variant<>, std::variant<facts::CommandExecuted>>,
    typename M::Fact>;

template <machines::Divisible M>
struct Replica {
  Index applied;
  M machine;
  machines::Sessions<M> sessions;
  core::List<RequestId> waiting;  // requests that this node was asked and owes an answer

  // The next entry is executed; who waits for it here is answered.
  template <class Env>
  void Apply(const Proposal<M>& proposal, Epoch epoch, Env& env) {
    Apply(proposal, epoch, FingerprintOf(proposal), env);
  }
  // For who knows its fingerprint already.
  template <class Env>
  void Apply(const Proposal<M>& proposal, Epoch epoch, const core::Fingerprint& content, Env& env) {
    ++applied;
    env.Announce(facts::EntryApplied{applied, epoch, content});
    if (const auto* command = proposal.command()) return Execute(proposal, *command, env);
    if (std::holds_alternative<OpenSession>(proposal.content)) {
      sessions.Open(proposal.request.client, applied, env.config().sessions.value_or(0));
      if (StopWaiting(proposal.request)) env.Reply(proposal.request, Reply<M>{std::nullopt, {}, applied});
    } else if (proposal.membership() != nullptr && StopWaiting(proposal.request)) {
      env.Reply(proposal.request, Reply<M>{typename M::Result{}, applied, {}});
    }
  }

  // Whether the machine answers it from its state, which it leaves as it is.
  bool IsRead([[maybe_unused]] const typename M::Command& command) const {
    if constexpr (machines::Readable<M>) return machine.Read(command).has_value();
    return false;
  }
  Reply<M> Read([[maybe_unused]] const typename M::Command& command) const {
    if constexpr (machines::Readable<M>) return {machine.Read(command), applied, {}};
    return {};
  }

  // The state after the last entry that was executed, which is of `epoch`.
  Snapshot<M> Take(Epoch epoch, core::Membership membership) const {
    Snapshot<M> snapshot{applied, epoch, std::move(membership), {}};
    machine.ForEachPart([&](const typename M::Part& part) {
      snapshot.pieces.push_back(typename Snapshot<M>::Piece(std::in_place_index<0>, part));
    });
    sessions.ForEachPart([&](const typename machines::Sessions<M>::Part& part) {
      snapshot.pieces.push_back(typename Snapshot<M>::Piece(std::in_place_index<1>, part));
    });
    return snapshot;
  }

  // Becomes what the snapshot says.
  template <class Env>
  void Restore(const Snapshot<M>& snapshot, Env& env) {
    applied = snapshot.index;
    const auto announce = [&env](auto fact) { env.Announce(std::move(fact)); };
    machine.Clear(announce);
    sessions = {};
    for (const auto& piece : snapshot.pieces) {
      if (const auto* part = std::get_if<0>(&piece)) {
        machine.Add(*part, announce);
      } else {
        sessions.Add(std::get<1>(piece));
      }
    }
    // Of what it has become, not of what it was told.
    env.Announce(facts::SnapshotRestored{applied, snapshot.epoch,
                                         core::FingerprintOf(Take(snapshot.epoch, snapshot.membership))});
  }

  // A client that asks anew has given up on what it asked before: one request of
  // each is enough, and what the network lost does not pile up.
  void Wait(RequestId request) {
    for (RequestId& other : waiting) {
      if (other.client == request.client) {
        if (request.sequence > other.sequence) other = request;  // else a late copy of an older one
        return;
      }
    }
    waiting.push_back(request);
  }
  bool StopWaiting(RequestId request) {
    const auto found = std::find(waiting.begin(), waiting.end(), request);
    if (found == waiting.end()) return false;
    waiting.erase(found);
    return true;
  }
  // What we owe an answer may be lost, or take effect later.
  template <class Env>
  void GiveUpWaiting(Env& env) {
    for (const RequestId request : waiting) env.Reply(request, Reply<M>{});
    waiting.clear();
  }

 private:
  template <class Env>
  void Execute(const Proposal<M>& proposal, const typename M::Command& command, Env& env) {
    const machines::Outcome<M> outcome =
        sessions.Apply(proposal.request, proposal.session, env.config().sessions.value_or(0), applied, command, machine,
                       [&env](auto fact) { env.Announce(std::move(fact)); });
    if constexpr (!machines::Idempotent<M>) {
      if (outcome.fresh) env.Announce(facts::CommandExecuted{proposal.request, applied});
    }
    if (!StopWaiting(proposal.request)) return;
    if (outcome.over) return env.Reply(proposal.request, Reply<M>{std::nullopt, {}, Index{}});
    if (outcome.done == nullptr) return;
    // A repetition is acknowledged where the command took effect.
    env.Announce(facts::RequestAcknowledged{proposal.request, outcome.done->index});
    env.Reply(proposal.request, Reply<M>{outcome.done->result, outcome.done->index, {}});
  }
};

}  // namespace replication
