// Excerpt: what a node knows, told to one who knows the same of most nodes. Of some it says everything, of all others
// only a digest, which who hears it compares with his own.
//
// Of which nodes it must speak two find out as along a Merkle tree (Merkle, "A digital signature based on a
// conventional encryption function", 1987; DeCandia et al., "Dynamo", 2007, §4.7): the nodes are the leaves, in order,
// four to a branch, and where digests are equal nobody looks further. Ten thousand nodes that differ in one take seven
// steps of a few digests, where the context has ten thousand entries.
//
// An excerpt is only worth as much as the equality of the rest: if that has gone, it says nothing (a part of a context
// without the rest may tell that an update is known, and not of the one that has replaced it).
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "protocols/clocks/version_vector.h"
#include "protocols/core/fingerprint.h"
#include "protocols/core/pool.h"
#include "protocols/core/types.h"

namespace convergence {

using clocks::CausalContext;
using clocks::Dot;

// Of the ranges of 4^level nodes the `place`th.
struct Range {
  std::uint32_t level{};
  std::uint32_t place{};
  auto operator<=>(const Range&) const = default;

  static constexpr std::uint32_t kTop = 16;  // holds all nodes that there can be

  static Range Of(std::uint32_t nodes) {
    std::uint32_t level = 0;
    while (level < kTop && std::uint64_t{1} << 2 * level < nodes) ++level;
    return {level, 0};
  }
  std::uint64_t begin() const { return std::uint64_t{place} << 2 * std::min(level, kTop); }
  std::uint64_t end() const { return (std::uint64_t{place} + 1) << 2 * std::min(level, kTop); }
  bool Contains(core::NodeId node) const { return begin() <= core::Number(node) && core::Number(node) < end(); }
  template <class F>
  void ForEachBranch(F&& f) const {
    for (std::uint32_t branch = 0; branch < 4; ++branch) f(Range{level - 1, 4 * place + branch});
  }
};

struct RangeDigest {
  Range range;
  core::Fingerprint digest;
};

// Of what is known of the nodes in the range.
inline RangeDigest DigestOf(const CausalContext& context, const Range& range) {
  core::Fingerprint digest;
  const auto& counts = context.all.counts;
  const auto before = [&range](const auto& count) { return core::Number(count.process) < range.begin(); };
  for (auto at = std::partition_point(counts.begin(), counts.end(), before); at != counts.end(); ++at) {
    if (!range.Contains(at->process)) break;
    core::Absorb(digest, *at);
  }
  digest.Mix(~std::uint64_t{});  // "n1:3" is all up to there before this, and only that one behind it
  for (const Dot& dot : context.exceptions) {
    if (range.Contains(dot.node)) core::Absorb(digest, dot);
  }
  return {range, digest.Finished()};
}

struct Excerpt {
  core::List<Range> ranges;  // that it speaks of; none: of all nodes
  CausalContext told;        // what is known of these
  core::Fingerprint others;  // the digest of what is known of all other nodes

  static Excerpt Of(const CausalContext& context, core::List<Range> ranges) {
    if (ranges.empty()) return {{}, context, {}};
    Excerpt excerpt{std::move(ranges), {}, {}};
    auto [told, others] = excerpt.Divide(context);
    excerpt.told = std::move(told);
    excerpt.others = core::FingerprintOf(others);
    return excerpt;
  }

  // What who wrote it knows, for one who knows `own`. Nothing: of other nodes the two do not know the same.
  std::optional<CausalContext> CompletedBy(const CausalContext& own) const {
    if (ranges.empty()) return told;
    CausalContext whole = Divide(own).second;
    if (core::FingerprintOf(whole) != others) return std::nullopt;
    whole.Join(told);
    return whole;
  }

 private:
  // What is known of the nodes it speaks of, and what of the others.
  std::pair<CausalContext, CausalContext> Divide(const CausalContext& context) const {
    std::pair<CausalContext, CausalContext> parts;
    const auto part = [&](core::NodeId node) -> CausalContext& {
      const auto contains = [node](const Range& range) { return range.Contains(node); };
      return std::any_of(ranges.begin(), ranges.end(), contains) ? parts.first : parts.second;
    };
    for (const auto& count : context.all.counts) part(count.process).all.counts.push_back(count);
    for (const Dot& dot : context.exceptions) part(dot.node).exceptions.push_back(dot);
    return parts;
  }
};

}  // namespace convergence
