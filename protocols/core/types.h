// The types every protocol shares: who (NodeId, ClientId), which request, and
// what time it is. Each carries its role in its type and its label in its text
// form: n3, c1, t7, i42.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace core {

enum class NodeId : std::uint32_t {};
enum class ClientId : std::uint32_t {};

constexpr std::uint32_t Number(NodeId id) { return static_cast<std::uint32_t>(id); }
constexpr std::uint32_t Number(ClientId id) { return static_cast<std::uint32_t>(id); }

// One request of one client; `sequence` rises by one per request, from 1.
// The default stands for "no client asked for this".
struct RequestId {
  ClientId client{};
  std::uint64_t sequence{};
  auto operator<=>(const RequestId&) const = default;
};

// A count that is printed with a label: Ordinal<'t'>{7} is t7.
template <char kLabel>
struct Ordinal {
  std::uint64_t value{};

  auto operator<=>(const Ordinal&) const = default;
  constexpr Ordinal operator+(std::uint64_t n) const { return {value + n}; }
  constexpr Ordinal operator-(std::uint64_t n) const { return {value - n}; }
  constexpr Ordinal& operator++() {
    ++value;
    return *this;
  }
};
using Epoch = Ordinal<'t'>;  // a reign of one leader: Raft's term, Paxos' ballot, ZAB's epoch
using Index = Ordinal<'i'>;  // a position in a replicated log, from 1; 0 is "before the first"
// How often a member has contradicted what is said of it, by coming back or by speaking up (SWIM, §4.2).
using Incarnation = Ordinal<'v'>;

// What a client keeps of the answers it got, and brings along with what it asks next.
struct ClientMark {
  Index seen;     // the latest state that it knows of
  Index session;  // that it has opened
};

using Duration = std::chrono::nanoseconds;  // always integer nanoseconds

// A range from which a duration is drawn, both ends included.
struct Between {
  Duration min{};
  Duration max{};
  bool operator==(const Between&) const = default;
};

namespace internal {
// A clock that cannot be read: only the engine makes its time points.
template <int kTag>
struct Clock {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<Clock>;
};
}  // namespace internal

// Three times that do not mix, because mixing them does not compile.
using TrueTime = internal::Clock<0>::time_point;   // the engine's; nodes never see it
using LocalTime = internal::Clock<1>::time_point;  // a node's monotonic clock: drifts, never goes back while it is up
using WallTime = internal::Clock<2>::time_point;   // a node's settable clock: offset, drift and steps

// Between which two readings a right clock stands now (TrueTime's TT.now; Corbett et al.,
// "Spanner: Google's Globally-Distributed Database", OSDI 2012, §3); both ends included.
struct WallInterval {
  WallTime earliest{};
  WallTime latest{};
  bool operator==(const WallInterval&) const = default;
};

// Stands for an alternative that a protocol has no use for.
struct None {
  bool operator==(const None&) const = default;
};

}  // namespace core
