// Facts: what invariants are told. Several protocols announce the same ones, so
// that one invariant judges them all.
//
// A node's facts leave with its messages: after everything it has written is
// durable. What a monitor knows of a node's log is therefore its durable log.
// The engine's facts are announced by the engine itself, which saw every
// packet, and never by the node that they are about.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <variant>

#include "protocols/core/clients.h"
#include "protocols/core/fingerprint.h"
#include "protocols/core/membership.h"
#include "protocols/core/pool.h"
#include "protocols/core/types.h"

namespace facts {

using core::Epoch;
using core::Fingerprint;
using core::Index;
using core::NodeId;
using core::RequestId;

// --- elections -------------------------------------------------------------

// This node has entered the epoch; it goes back only if its disk forgets.
struct EpochEntered {
  Epoch epoch;
};
struct VoteCast {
  Epoch epoch;
  NodeId candidate;
};
struct LeaderElected {
  Epoch epoch;
};
// This node takes that one for the leader of the epoch.
struct LeaderFollowed {
  Epoch epoch;
  NodeId leader;
};
// This node has promised something whose outcome another one decides (a prepared
// transaction, a coordinator before its decision), or has learnt the outcome.
struct InDoubt {
  bool entered{};
};

// --- a replicated log --------------------------------------------------------

// The entry now ends this node's log. `command` is the fingerprint of what it holds.
struct EntryAppended {
  Index index;
  Epoch epoch;
  Fingerprint command;
};
// Entries from `from` on are gone.
struct LogTruncated {
  Index from;
};
// This node's log is what EntryAppended says from here on, behind the entry `base`: up to
// there it is what is committed, and a snapshot stands for it. Announced when the node
// starts, and when it takes a snapshot for a log that differs.
struct LogRecovered {
  Index base;
};
// A leader knows that this follower's log agrees with its own up to `match`.
struct MatchAdvanced {
  NodeId follower;
  Index match;
  Epoch epoch;  // the leader's
  Index next;   // that it will send
};
// This node knows that everything up to `index` is committed.
struct Committed {
  Index index;
  Epoch epoch;  // the node's own
};
struct EntryApplied {
  Index index;
  Epoch epoch;
  Fingerprint command;
};
// A client was told that its request took effect, at this entry.
struct RequestAcknowledged {
  RequestId request;
  Index index;
};
// This node's machine executed the request, which it had not before, at this entry.
struct CommandExecuted {
  RequestId request;
  Index index;
};

// --- Paxos -----------------------------------------------------------------------

// In this section `ballot` is the number of the ballot, in their order, and a slot is an entry of the log
// that is decided by itself, whatever became of those before it.

// 1b: this acceptor takes part in no ballot below this one any more. Said again when the node starts.
struct BallotPromised {
  Epoch ballot;
};
// Of what this acceptor has accepted it has on its disk what ValueRecovered says from here on, and a
// snapshot stands for what is chosen up to `base`. Announced when the node starts.
struct VotesRecovered {
  Index base;
};
struct ValueRecovered {
  Epoch ballot;  // 0: it has not accepted it, but learnt that it is chosen
  Index slot;
  Fingerprint value;
};
// 2a: its leader proposes this value in this slot.
struct ValueProposed {
  Epoch ballot;
  Index slot;
  Fingerprint value;
};
// 2b. It may be known before its 2a is, since a leader need not wait for its own disk.
struct ValueAccepted {
  Epoch ballot;
  Index slot;
  Fingerprint value;
};
// Its leader has counted a majority.
struct ValueChosen {
  Epoch ballot;
  Index slot;
  Fingerprint value;
};

// --- snapshots -----------------------------------------------------------------

// This node's own: what the machine, the sessions and the membership are after `index`.
// On its disk, it stands for the log up to there.
struct SnapshotTaken {
  Index index;
  Epoch epoch;  // of the entry `index`
  Fingerprint state;
};
// This node's machine became what a snapshot says: one it was sent, or its own after a crash.
struct SnapshotRestored {
  Index index;
  Epoch epoch;
  Fingerprint state;
};

// --- membership ------------------------------------------------------------------

// This node goes by this membership from now on, for the entries from `index` on: its log or its snapshot says so, or,
// with 0, its configuration.
struct MembershipAdopted {
  Index index;
  core::Membership membership;
};
// The leader has told this node to take over.
struct LeadershipTransferred {
  Epoch epoch;  // the leader's
  NodeId to;
};

// --- failure detection -------------------------------------------------------------

// What one node believes of a member, in the order in which one belief replaces another of the same incarnation.
enum class MemberStatus : std::uint8_t { kAlive, kSuspect, kDead, kLeft };

// This node has started, maybe not for the first time. It believes that members 0 to members-1 are alive, in the
// incarnation 0, and it takes nobody for dead whom it has not suspected for so long on its own clock.
struct ViewRecovered {
  std::uint32_t members{};
  core::Duration least_suspicion{};
};
// This node, which is on its disk in this incarnation, speaks in it from now on.
struct IncarnationTaken {
  core::Incarnation incarnation;
};
// This node has probed the member, and got an answer: from it, or from who has one.
struct MemberAnswered {
  NodeId member{};
};
// This node has probed the member, and got no answer.
struct MemberAccused {
  NodeId member{};
  core::Incarnation incarnation;
};
// This node has suspected the member for long enough, and says that it is dead.
struct MemberDeclaredDead {
  NodeId member{};
  core::Incarnation incarnation;
  core::LocalTime at{};
};
// This node believes so of the member from now on; of itself only that it leaves.
struct MemberSeen {
  NodeId member{};
  core::Incarnation incarnation;
  MemberStatus status{};
  core::LocalTime at{};
};

// --- views of a group ----------------------------------------------------------------

// This node goes by this view from now on: these are the members, and the first view, which all begin with, is
// number 1. Said again when the node starts.
struct ViewInstalled {
  Index view;
  core::List<NodeId> members;  // in their order
};

// --- clocks that are kept right --------------------------------------------------------

// This node has started, maybe not for the first time. Nodes 0 to servers-1 are asked for the time. It takes its own
// monotonic clock to be off by at most so many parts per million, and the time that it gives out gains or loses at most
// `slew` of them on that clock.
struct ClockStarted {
  std::uint32_t servers{};
  std::uint32_t drift{};
  std::uint32_t slew{};
};
// This node asks all servers, and listens to no answer to an earlier question from now on.
struct ServersPolled {
  std::uint64_t question{};  // one of a kind
  core::LocalTime at{};
};
// A server answers: true time, now, is in there.
struct TimeStated {
  NodeId to{};
  std::uint64_t question{};
  core::WallInterval time;
};
// This node has heard the server's answer, the first to its last question.
struct TimeHeard {
  NodeId server{};
  std::uint64_t question{};
  core::LocalTime at{};
};
// From what it has heard, this node says: true time, now, is in there.
struct TimeClaimed {
  core::LocalTime at{};
  core::WallInterval time;
};
// It cannot tell.
struct ClockUnsynchronised {
  core::LocalTime at{};
};
// Whoever asks this node now what time it is reads that.
struct ClockRead {
  core::LocalTime at{};
  core::WallTime reading{};
};

// --- ZAB ---------------------------------------------------------------------------

// This node's history is that of the epoch's primary from here on. EpochEntered says that it has
// accepted the epoch, which comes before.
struct CurrentEpochSet {
  Epoch epoch;
  std::optional<NodeId> leader;  // whose epoch it is; none: so it is on disk
};
// A primary broadcasts the `counter`th transaction of its epoch.
struct TransactionBroadcast {
  Epoch epoch;
  std::uint64_t counter{};
  Index index;
  Fingerprint command;
};
// This node delivers it to its machine.
struct TransactionDelivered {
  Epoch epoch;
  std::uint64_t counter{};
  Index index;
  Fingerprint command;
};

// --- a replicated store -------------------------------------------------------

// This node's copy of the store holds this value of the key from now on, and no older one. A node
// that rebuilds its copy says so again.
struct ValueStored {
  std::uint64_t key{};
  std::uint64_t value{};
};

// --- updates that spread without agreement -----------------------------------------

// The name of one update: whose, and which of his.
struct UpdateName {
  NodeId node{};
  std::uint64_t number{};
  auto operator<=>(const UpdateName&) const = default;
};
// A client has asked this node for the update, which names it.
struct UpdateIssued {
  UpdateName name;
  Fingerprint subject;
};
// This node knows of the update from now on: what stands here about its subject is that or something later.
struct UpdateKnown {
  UpdateName name;
};
// Of all that this node knows about the subject this update stands: the last one, by `at`, then `count`, then the
// name.
struct UpdateStands {
  UpdateName name;
  Fingerprint subject;
  core::WallTime at{};
  std::uint32_t count{};
};
// This node has started, maybe not for the first time: what stands here and what it knows is said from the beginning.
struct UpdatesRecovered {};
// Where what was written without knowledge of each other is kept side by side: this update stands here, beside
// others about its subject that have not seen it nor been seen by it. A removal stands like a value.
struct SiblingStands {
  UpdateName name;
  Fingerprint subject;
  bool removal{};
};
// It stands here no longer: one that has seen it does, or it is a removal that is not needed any more.
struct SiblingFalls {
  UpdateName name;
};
// That was all that stood here and all that this node knew when it started.
struct SiblingsRecovered {};
// This node executes the update now, in an order that keeps that of cause and effect.
struct UpdateDelivered {
  UpdateName name;
};
// This node has started, and has executed that one's updates up to this number.
struct DeliveryRecovered {
  NodeId of{};
  std::uint64_t number{};
};
// That one sent it to this node, which knew of it already.
struct UpdateRepeated {
  UpdateName name;
  NodeId from{};
};
// A client is told that it is safe: so many nodes have it on disk.
struct UpdateAcknowledged {
  UpdateName name;
  std::uint32_t holders{};
};

// --- spans ---------------------------------------------------------------------

// `content` is the fingerprint of resource, scope and span together: two spans
// are the same span if and only if it is equal.
struct TraceId {
  std::uint64_t high{};
  std::uint64_t low{};
  auto operator<=>(const TraceId&) const = default;
};
struct SpanEmitted {
  Fingerprint content;
  TraceId trace;
  std::uint64_t span;
  std::uint64_t parent;  // 0: none
};
enum class DropReason : std::uint8_t { kQueueFull, kGaveUp, kRejected, kShutdown };
struct SpanDropped {
  Fingerprint content;
  DropReason reason;
};
// How many spans the application itself believes it holds, waiting or in an
// unanswered export; announced after every change.
struct ExporterLevel {
  std::uint64_t held;
};
// The application got the answer that this span was taken.
struct SpanConfirmed {
  Fingerprint content;
};
// This node's copy of the store is empty, and will be built anew.
struct StoreEmptied {};
// A collector answers for this span: it is safe.
struct SpanAcknowledged {
  Fingerprint content;
};
struct SpanStored {
  Fingerprint content;
  TraceId trace;
  std::uint64_t span;
  std::uint64_t parent;
};
// An application starts work on behalf of a parent in another one.
struct ChildStarted {
  TraceId trace;
  std::uint64_t span;
  std::uint64_t parent;
};

// --- announced by the engine ----------------------------------------------------

// A message that carried this span was delivered to this node.
struct SpanCarried {
  Fingerprint content;
};
// A message that carried this parent's context was delivered to this node.
struct ContextCarried {
  TraceId trace;
  std::uint64_t parent;
};
struct Crashed {};
struct Restarted {};
// This node's disk lost what was durable: it will not run again.
struct Halted {};
// The storm is over; this member of the cluster is in the healed core.
struct InCore {};

// After the storm each client must get one more answer.
struct ProbeSent {};
struct ProbeAnswered {};

// What clients asked and were told, for who judges consistency; of protocols that say which of
// their requests read and which write (DescribesRequests). The node is the client's endpoint. A
// client asks one thing at a time, and each request ends in one of the two below, or the run ends
// first. An answer that comes after its client has given up changes nothing: the outcome stays unknown.
enum class Operation : std::uint8_t { kRead, kWrite };
struct Invoked {
  RequestId request;
  Operation function{};
  std::uint64_t key{};
  std::uint64_t value{};  // kWrite: to store
  NodeId target{};        // whom the client asks
  core::TrueTime at{};
};
struct Returned {
  RequestId request;
  std::optional<std::uint64_t> value;  // of a read; none: the key has none
  NodeId replica{};                    // that answered
  Index version;                       // of the state that was read or made: an entry of the log
  core::TrueTime at{};
};
// It may still take effect, once, at any later time.
enum class AbandonReason : std::uint8_t {
  kTimedOut,
  kRefused,        // the answer was "unavailable"
  kClientCrashed,  // no client of the engine's does
};
struct Abandoned {
  RequestId request;
  AbandonReason reason{};
  core::TrueTime at{};
};

// What the protocol, as it is configured, promises its clients (by `Config::Promises`): said once, before anything
// happens. A monitor that listens takes part only where it is promised.
enum class Promise : std::uint8_t { kNothing, kSessionGuarantees, kSequentialConsistency, kLinearizability };
struct LinearizabilityPromised {};
struct SequentialConsistencyPromised {};  // and no more than that
struct SessionGuaranteesPromised {};      // or more than that

// The run ends soon: what has been reached in the core by now must be reached everywhere in it by then.
struct Closing {};
// How the run is doing: from time to time, and at its end. About nobody in particular.
struct Vitals {
  std::uint64_t pending{};       // packets, timers, syncs and outputs that wait somewhere
  std::uint64_t most_pending{};  // more means that something grows without bound
  std::uint64_t owed{};          // clients that wait for an answer, spans that wait to be stored
  bool still{};                  // no node has a message, a timer or a sync to wake it, and none is held up
  core::Duration stalled{};      // so long nothing was committed or answered, though it was owed and nothing wrong
  core::Duration patience{};     // longer is too long
};
inline constexpr NodeId kNobody{0xFFFFFFFF};

using Engine = std::variant<SpanCarried, ContextCarried, Crashed, Restarted, Halted, InCore, ProbeSent, ProbeAnswered,
                            Vitals, Closing, Invoked, Returned, Abandoned, LinearizabilityPromised,
                            SequentialConsistencyPromised, SessionGuaranteesPromised>;

// Says what its clients' requests mean and what their answers told them; the engine fills in who,
// when and where.
template <class N>
concept DescribesRequests = requires(const typename N::Request& request, const typename N::Reply& reply) {
  { core::ClientsOf<N>::Describe(request) } -> std::same_as<std::optional<Invoked>>;
  { core::ClientsOf<N>::Describe(reply) } -> std::same_as<Returned>;
};

// Calls `f(fact)` with what follows from a promise.
template <class F>
constexpr void ForEachPromised(Promise promise, F&& f) {
  if (promise == Promise::kLinearizability) f(LinearizabilityPromised{});
  if (promise == Promise::kSequentialConsistency) f(SequentialConsistencyPromised{});
  if (promise >= Promise::kSessionGuarantees) f(SessionGuaranteesPromised{});
}

template <class Config>
constexpr Promise PromiseOf(const Config& config) {
  if constexpr (requires { config.Promises(); }) {
    return config.Promises();
  } else {
    return Promise::kNothing;
  }
}

}  // namespace facts
