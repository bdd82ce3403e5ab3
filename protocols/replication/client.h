// What clients and operators ask of a replicated machine, and what they are told:
// the same whatever protocol replicates it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "protocols/core/facts.h"
#include "protocols/core/membership.h"
#include "protocols/core/types.h"
#include "protocols/machines/machine.h"

namespace replication {

using core::Index;
using core::NodeId;
using core::RequestId;

// With a change or a transfer it is an operator's, and the command is not looked at.
template <machines::Machine M>
struct Request {
  typename M::Command command;
  Index seen;     // by its client: the highest `index` of a reply
  Index session;  // that it has opened; 0: none
  std::optional<core::MembershipChange> change;
  std::optional<NodeId> transfer;  // of the leadership, to this node

  bool ordered() const { return change || transfer; }
};

template <machines::Machine M>
struct Reply {
  std::optional<typename M::Result> result;  // none: unavailable, the outcome is unknown
  Index index;                               // of the state that was read or made
  std::optional<Index> session;              // the client's is this from now on; 0: it has none any more
};

// The static functions by which the engine's clients know what to ask (protocols/README.md).
template <machines::Machine M>
struct Clients {
  // Mostly commands; see the machine's RandomCommand. `draw.changes` and `draw.transfers` are
  // what shares of the requests are orders, and `draw.members` and `draw.electorate` how many
  // nodes there are and how many must vote.
  template <class Draw>
  static Request<M> RandomRequest(Draw&& draw, std::uint64_t unique) {
    Request<M> request;
    if (draw.changes.Happens(draw)) {
      request.change = RandomChange(draw);
    } else if (draw.transfers.Happens(draw)) {
      request.transfer = NodeId{static_cast<std::uint32_t>(draw(draw.members))};
    } else {
      request.command = M::RandomCommand(draw, unique);
    }
    return request;
  }

  // Nothing: it asks the machine for nothing.
  static std::optional<facts::Invoked> Describe(const Request<M>& request) requires machines::Described<M> {
    if (request.ordered()) return std::nullopt;
    return M::Describe(request.command);
  }
  static facts::Returned Describe(const Reply<M>& reply) requires machines::Described<M> {
    facts::Returned returned;
    if (reply.result) returned.value = M::Describe(*reply.result);
    returned.version = reply.index;
    return returned;
  }

  static core::ClientMark MarkAfter(core::ClientMark mark, const Reply<M>& reply) {
    mark.seen = std::max(mark.seen, reply.index);
    if (reply.session) mark.session = *reply.session;
    return mark;
  }
  static void CarryMark(Request<M>& request, const core::ClientMark& mark) {
    request.seen = mark.seen;
    request.session = mark.session;
  }

 private:
  template <class Draw>
  static core::MembershipChange RandomChange(Draw&& draw) {
    core::MembershipChange change;
    std::uint64_t voters = draw.electorate + draw(draw.members - draw.electorate + 1);
    for (std::uint32_t node = 0; node < draw.members; ++node) {
      // Each subset of that size is as likely: of those left, so many are still to be taken.
      if (draw(draw.members - node) < voters) {
        change.voters.push_back(NodeId{node});
        --voters;
      } else if (draw(2) == 0) {
        change.learners.push_back(NodeId{node});
      }
    }
    return change;
  }
};

}  // namespace replication
