// Views, and what a coordinator needs to make the next one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>

#include "protocols/clocks/vector_clock.h"
#include "protocols/convergence/causal_delivery.h"
#include "protocols/core/pool.h"
#include "protocols/core/quorum.h"
#include "protocols/core/types.h"
#include "protocols/machines/machine.h"

namespace virtual_synchrony {

using clocks::VectorClock;
using core::Epoch;
using core::Index;
using core::NodeId;

inline bool IsAmong(NodeId node, const core::List<NodeId>& nodes) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

// Which of the chain it is, from 1, and who is in it.
struct View {
  Index number;
  core::List<NodeId> members;  // in their order

  bool Has(NodeId node) const { return IsAmong(node, members); }
  // Whether those members for whom `has(node)` are a majority.
  template <class Predicate>
  bool HasMajority(Predicate&& has) const {
    const auto have = std::count_if(members.begin(), members.end(), has);
    return have >= static_cast<std::ptrdiff_t>(core::Majority(static_cast<std::uint32_t>(members.size())));
  }
};

// What the members of a view decide, once: the next one, and what everybody has executed who installs it.
template <machines::Convergent M>
struct Successor {
  View view;
  core::List<NodeId> joined;              // its members who were not in the view before
  VectorClock cut;                        // to be executed by all before they install it, and nothing else
  core::List<convergence::Data<M>> data;  // of that, what some survivor lacks
};

// An acceptor's, on disk.
template <machines::Convergent M>
struct Vote {
  Epoch ballot;
  Successor<M> successor;
};

// A coordinator's, from its Flush on.
template <machines::Convergent M>
struct Change {
  Epoch ballot;
  std::uint64_t since{};                  // pauses had gone by
  std::map<NodeId, VectorClock> reports;  // what those have executed who stopped, and will be in the next view
  convergence::DataByDot<M> data;         // of that, what came with the reports or is kept here
  std::optional<Vote<M>> vote;            // the highest that an acceptor reported
  std::optional<Successor<M>> proposal;   // none: reports are still coming
  core::List<NodeId> agreed;              // acceptors who have voted for it

  bool HasReportOf(NodeId node) const { return reports.count(node) > 0; }

  // Who has reported are the members, and all that any of them has executed is the cut.
  Successor<M> After(const View& view) const {
    Successor<M> next;
    next.view.number = view.number + 1;
    std::map<NodeId, VectorClock> survivors;
    for (const auto& [node, executed] : reports) {
      next.view.members.push_back(node);
      next.cut.Join(executed);
      if (view.Has(node)) {
        survivors.emplace(node, executed);
      } else {
        next.joined.push_back(node);
      }
    }
    const VectorClock everywhere = convergence::ReachedByAll(next.cut, survivors);
    for (const auto& [dot, one] : data) {
      if (!convergence::IsIn(dot, everywhere)) next.data.push_back(one);
    }
    return next;
  }
};

}  // namespace virtual_synchrony
