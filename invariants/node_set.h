// A set of nodes, as bits: small, comparable, and ordered by number.
#pragma once

#include <cstddef>
#include <cstdint>

#include "protocols/core/pool.h"
#include "protocols/core/types.h"

namespace invariants {

struct NodeSet {
  core::List<std::uint64_t> words;

  bool Contains(core::NodeId node) const {
    const std::size_t word = core::Number(node) / 64;
    return word < words.size() && (words[word] >> (core::Number(node) % 64) & 1) != 0;
  }
  // False: it was there already.
  bool Insert(core::NodeId node) {
    const std::size_t word = core::Number(node) / 64;
    if (word >= words.size()) words.resize(word + 1);
    const std::uint64_t bit = std::uint64_t{1} << (core::Number(node) % 64);
    const bool fresh = (words[word] & bit) == 0;
    words[word] |= bit;
    return fresh;
  }
  void Remove(core::NodeId node) {
    const std::size_t word = core::Number(node) / 64;
    if (word < words.size()) words[word] &= ~(std::uint64_t{1} << (core::Number(node) % 64));
  }
};

}  // namespace invariants
