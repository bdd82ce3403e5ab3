// Event: what the engine must know to find the rest of what happens next.
//
// Small and of a fixed size, so that the pending set moves 24 bytes and never
// allocates; whatever the event carries lies in a slab, at `slot`. Events happen
// in the order of (at, sequence). No two events of a run share a sequence number,
// so this is a total order: whichever structure holds the events, and whichever
// way it breaks ties inside, they leave it in the same order.
#pragma once

#include <cstdint>

namespace sim {

struct Event {
  std::int64_t at;              // true time, in nanoseconds since the start of the run, never negative
  std::uint64_t sequence : 56;  // how many events were scheduled before this one
  std::uint64_t kind : 8;       // the engine's own enumeration
  std::uint32_t slot;           // where the payload lies
  std::uint32_t to;             // the node concerned

  // (at, sequence) as one number: comparing it takes no branch, and a branch on
  // the order of two pending events is one the processor cannot predict.
  constexpr unsigned __int128 order() const {
    return static_cast<unsigned __int128>(static_cast<std::uint64_t>(at)) << 64 | sequence;
  }
};
static_assert(sizeof(Event) == 24);

constexpr bool Earlier(const Event& a, const Event& b) { return a.order() < b.order(); }

}  // namespace sim
