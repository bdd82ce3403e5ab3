// One value for each place of a log, or for each slot: rules are told facts millions of times.
//
// Grows in blocks, so that nothing ever moves, and the blocks are recycled from run to run
// (protocols/core/pool.h).
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "protocols/core/pool.h"

namespace invariants {

template <class T>
struct ByIndex {
  static constexpr std::uint64_t kBlock = std::bit_floor(std::max<std::size_t>(16'384 / sizeof(T), 1));

  core::List<core::List<T>> blocks;  // of kBlock values each, but for the last
  std::uint64_t count{};

  std::uint64_t size() const { return count; }
  bool empty() const { return count == 0; }
  const T& operator[](std::uint64_t place) const { return blocks[place / kBlock][place % kBlock]; }
  T& operator[](std::uint64_t place) { return blocks[place / kBlock][place % kBlock]; }
  const T& back() const { return blocks.back().back(); }

  void push_back(T value) {
    if (count % kBlock == 0) blocks.emplace_back().reserve(kBlock);
    blocks.back().push_back(std::move(value));
    ++count;
  }
  // With defaults up to there, if it is not there yet.
  T& At(std::uint64_t place) {
    while (count <= place) push_back({});
    return (*this)[place];
  }
  // What comes behind the first `size` is gone.
  void CutTo(std::uint64_t size) {
    if (size >= count) return;
    count = size;
    blocks.resize((size + kBlock - 1) / kBlock);
    if (size % kBlock != 0) blocks.back().resize(size % kBlock);
  }
};

}  // namespace invariants
