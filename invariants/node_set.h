// A set of nodes, as bits: small, comparable, and ordered by number.
#pragma once

#include <cstddef>
#include <cstdint>

#include "protocols/core/pool.h"
#include "protocols/core/types.h"

namespace invariants {

struct NodeSet {
  std::uint64_t first{};             // nodes 0 to 63: as a rule all there are
  core::List<std::uint64_t> others;  // 64 in each

  bool Contains(core::NodeId node) const {
    const std::size_t word = core::Number(node) / 64;
    if (word == 0) return (first & BitOf(node)) != 0;
    return word <= others.size() && (others[word - 1] & BitOf(node)) != 0;
  }
  // False: it was there already.
  bool Insert(core::NodeId node) {
    const std::size_t word = core::Number(node) / 64;
    if (word > others.size()) others.resize(word);
    std::uint64_t& bits = word == 0 ? first : others[word - 1];
    const bool fresh = (bits & BitOf(node)) == 0;
    bits |= BitOf(node);
    return fresh;
  }
  void Remove(core::NodeId node) {
    const std::size_t word = core::Number(node) / 64;
    if (word > others.size()) return;
    (word == 0 ? first : others[word - 1]) &= ~BitOf(node);
  }

 private:
  static constexpr std::uint64_t BitOf(core::NodeId node) { return std::uint64_t{1} << (core::Number(node) % 64); }
};

}  // namespace invariants
