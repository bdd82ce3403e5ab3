// Moments: a history in the order in which it happened, one key of it, for what judges while a
// history is being made; and what the oracle says of its prefixes.
#pragma once

#include <cstdint>
#include <vector>

#include "invariants/consistency/history.h"

namespace consistency {

struct Moment {
  std::int64_t at;
  bool is_return;
  std::uint32_t operation;
};
inline constexpr std::size_t kNoMoment = static_cast<std::size_t>(-1);

// What happened on one key; what is unknown is given up right after its call.
std::vector<Moment> Moments(const History& history, std::uint32_t key);

// The length of the first prefix that is not linearizable; kNoMoment: none. What is open at its end is unknown.
std::size_t FirstBroken(const History& history, const std::vector<Moment>& moments);

}  // namespace consistency
