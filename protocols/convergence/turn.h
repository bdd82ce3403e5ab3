// Turn: whom a node meets next. All others in turn, in another order each time: a partner that is drawn anew each time
// can be missed for long (memberlist 8c0d992; Das, Gupta & Motivala, "SWIM", 2002, §4.3).
//
// The order is never written down, or ten thousand nodes would each hold a list of ten thousand. It is a permutation by
// a Feistel network over just enough bits, walked until it lands on a node (Black & Rogaway, "Ciphers with arbitrary
// finite domains", 2002, §§3 and 4). Eight rounds: with four, some orders of few nodes come four times as often as
// others.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <utility>

#include "protocols/core/fingerprint.h"
#include "protocols/core/types.h"

namespace convergence {

// The `place`th of all nodes but ourselves.
template <class Env>
core::NodeId OtherNode(std::uint64_t place, const Env& env) {
  return core::NodeId{static_cast<std::uint32_t>(place + (place >= core::Number(env.self())))};
}

// Calls `f(node)` for all nodes but ourselves.
template <class Env, class F>
void ForEachOther(const Env& env, F&& f) {
  for (std::uint64_t place = 0; place + 1 < env.config().nodes; ++place) f(OtherNode(place, env));
}

// Where `place`, below `size`, stands in the order of that number: one to one.
inline std::uint32_t Shuffled(std::uint32_t place, std::uint32_t size, std::uint64_t order) {
  const int half = (std::bit_width(size) + 1) / 2;  // of the bits that a place has
  const std::uint64_t mask = (std::uint64_t{1} << half) - 1;
  std::uint64_t at = place;
  do {
    std::uint64_t left = at >> half, right = at & mask;
    for (std::uint64_t round = 0; round < 8; ++round) {
      core::Fingerprint mixed{order, round};
      mixed.Mix(right);
      left ^= mixed.Finished().high & mask;
      std::swap(left, right);
    }
    at = left << half | right;
  } while (at >= size);
  return static_cast<std::uint32_t>(at);
}

struct Turn {
  std::uint64_t order{};
  std::uint32_t place{};  // of the next one; 0: another order begins

  // There must be another node.
  template <class Env>
  core::NodeId Next(Env& env) {
    const std::uint32_t others = env.config().nodes - 1;
    if (place == 0 && others > 1) order = env.Draw(std::numeric_limits<std::uint64_t>::max());
    const std::uint32_t next = Shuffled(place, others, order);
    place = (place + 1) % others;
    return OtherNode(next, env);
  }
};

}  // namespace convergence
