// Rumours: whose news a member still tells, and how often it has. What has been told least goes first, so that what is
// new gets out even where much is told; what has been told often enough is told no more (SWIM, §4.1).
//
// What is told is what is believed of the member by then. So there is at most one rumour about each.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "protocols/core/pool.h"
#include "protocols/core/types.h"

namespace swim {

struct Rumours {
  std::map<core::NodeId, std::uint32_t> told;  // how often

  bool empty() const { return told.empty(); }
  bool Contains(core::NodeId member) const { return told.count(member) > 0; }
  // There is something new about it.
  void Add(core::NodeId member) { told[member] = 0; }
  void Clear() { told.clear(); }

  // The `most` members to tell this one of now, but itself. Each is told of `limit` times in all.
  core::List<core::NodeId> Take(core::NodeId to, std::size_t most, std::uint32_t limit) {
    core::List<std::pair<std::uint32_t, core::NodeId>> next;
    for (const auto& [member, times] : told) {
      if (member != to) next.emplace_back(times, member);
    }
    most = std::min(most, next.size());
    std::partial_sort(next.begin(), next.begin() + static_cast<std::ptrdiff_t>(most), next.end());
    core::List<core::NodeId> taken;
    for (std::size_t place = 0; place < most; ++place) {
      const core::NodeId member = next[place].second;
      taken.push_back(member);
      if (++told[member] >= limit) told.erase(member);
    }
    return taken;
  }
};

}  // namespace swim
