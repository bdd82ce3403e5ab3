// Workload: clients that ask one thing at a time, wait for the answer or a
// timeout, think, and ask again.
//
// A client stays with the node that served it last and tries the next after a
// refusal or a timeout. After a timeout the outcome of the request is unknown
// and it is never sent again. When the storm is over, each client goes on until
// one request that it sent after the storm has been served: its probe.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>

#include "protocols/core/chooser.h"
#include "protocols/core/clients.h"
#include "protocols/core/facts.h"
#include "protocols/core/types.h"
#include "sim/plan.h"

namespace sim {

// A protocol whose clients remember something of the answers they got, refusals included, and
// bring it along with what they ask next.
template <class N>
concept MarksSessions = requires(typename N::Request& request, const typename N::Reply& reply,
                                 const core::ClientMark& mark) {
  { core::ClientsOf<N>::MarkAfter(mark, reply) } -> std::same_as<core::ClientMark>;
  core::ClientsOf<N>::CarryMark(request, mark);
};

struct Client {
  std::uint64_t sequence = 0;           // of the last request
  bool waiting = false;                 // for its answer
  bool probing = false;                 // it was sent after the storm
  bool served = false;                  // a probe has been
  std::optional<std::uint32_t> target;  // the node that answered last
  std::uint64_t draws = 0;
  std::size_t replayed = 0;  // of WorkloadPlan::sent, if that is given: what stands before is done
  core::ClientMark mark;     // see MarksSessions
  // Of the last request, if its protocol says: what it does to the store; nothing, if it is an order.
  std::optional<facts::Operation> function;

  std::uint64_t Draw(std::uint64_t bound, std::uint32_t self, core::Chooser& chooser) {
    return chooser.Choose({core::Purpose::kClient, self, 0, draws++}, bound);
  }

  core::Duration Think(const WorkloadPlan& plan, std::uint32_t self, core::Chooser& chooser) {
    const auto spread = static_cast<std::uint64_t>((plan.think.max - plan.think.min).count()) + 1;
    return plan.think.min + core::Duration{Draw(spread, self, chooser)};
  }

  bool MaySend(const WorkloadPlan& plan, bool settling) const {
    if (waiting) return false;
    if (settling) return !served;
    return plan.requests == 0 || sequence < plan.requests;
  }

  // The next request is to be this one, whatever was asked before.
  void Resume(const SentRequest& request) {
    sequence = request.sequence - 1;
    draws = request.draws;
    target = request.node;
  }

  // Counts a request out. True: it is the first probe.
  bool Send(bool settling) {
    const bool first_probe = settling && !probing;
    ++sequence;
    waiting = true;
    probing = settling;
    return first_probe;
  }

  std::uint32_t Target(std::uint32_t self, std::uint32_t members, core::Chooser& chooser) {
    if (!target) target = static_cast<std::uint32_t>(Draw(members, self, chooser));
    target = *target % members;
    return *target;
  }

  // True: a probe has been served, for the first time. Who is not served turns to the next node, unless he stays.
  bool Answered(bool ok, std::uint32_t from, bool stays) {
    waiting = false;
    if (!ok) {
      if (!stays) target = *target + 1;
      return false;
    }
    if (!stays) target = from;
    const bool first = probing && !served;
    served = served || probing;
    return first;
  }

  void TimedOut(bool stays) {
    waiting = false;
    if (!stays) target = *target + 1;
  }
};

// What a random request is made from: `draw(bound)` answers in [0, bound), and the rest is what
// the scenario wants asked. Nobody gives orders when the storm is over.
struct RequestDraw {
  Client& client;
  std::uint32_t self;
  core::Chooser& chooser;
  const OperationMix& mix;
  std::uint32_t members;
  std::uint32_t electorate;
  Ratio changes;
  Ratio transfers;

  std::uint64_t operator()(std::uint64_t bound) const { return client.Draw(bound, self, chooser); }
};

}  // namespace sim
