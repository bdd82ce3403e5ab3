// What members say to one another, and keep. Every message but the exchange of tables carries news along.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <variant>

#include "protocols/core/pool.h"
#include "protocols/core/types.h"
#include "protocols/dissemination/swim/view.h"

namespace swim {

using Claims = core::List<Claim>;

// One probe, in all lives of its prober: the incarnation is on disk, so no answer to an earlier life is taken for one
// to this.
struct ProbeId {
  Incarnation incarnation;  // the prober's
  std::uint64_t number{};
  auto operator<=>(const ProbeId&) const = default;
};

// Are you there?
struct Ping {
  ProbeId probe;
  std::optional<NodeId> origin;  // who asked the sender to ask; none: nobody
  Claims updates;
};
// I am.
struct Ack {
  ProbeId probe;
  std::optional<NodeId> origin;  // to be passed on to
  Claims updates;
};
// Ask the target for me.
struct PingReq {
  ProbeId probe;
  NodeId target{};
  Claims updates;
};
// I asked, and have heard nothing yet: so it is not for want of a way to you that you do not hear either (Lifeguard,
// LHA-Probe).
struct Nack {
  ProbeId probe;
  Claims updates;
};
struct Gossip {
  Claims updates;
};
// All that I believe. What do you?
struct PushPull {
  Claims table;
};
struct PushPullReply {
  Claims table;
};
using Message = std::variant<Ping, Ack, PingReq, Nack, Gossip, PushPull, PushPullReply>;

// On disk before anybody is told of it. It is all that there is to remember.
struct Incarnated {
  static constexpr bool kCheckpoint = true;
  Incarnation incarnation;
};

// Who is a member, as the one asked believes?
struct Request {};
struct Reply {
  core::List<NodeId> members;
};

}  // namespace swim
