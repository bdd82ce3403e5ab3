// Quorum: majorities of a voter set. Any two majorities meet, which is what
// every consensus protocol here stands on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "protocols/core/check.h"

namespace core {

// The smallest number of voters that is a majority of `voters`: floor(n/2) + 1.
constexpr std::uint32_t Majority(std::uint32_t voters) { return voters / 2 + 1; }

// The largest value that a majority of the voters has reached, given what each
// has reached. Reorders `reached`.
template <class T>
T ReachedByMajority(std::span<T> reached) {
  CHECK(!reached.empty());
  // From the top: floor(n/2) voters have reached at least as much, and this one makes the majority.
  const auto nth = reached.begin() + static_cast<std::ptrdiff_t>(reached.size() / 2);
  std::nth_element(reached.begin(), nth, reached.end(), [](const T& a, const T& b) { return b < a; });
  return *nth;
}

}  // namespace core
