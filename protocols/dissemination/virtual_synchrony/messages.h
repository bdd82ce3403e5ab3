// What members say to one another, and keep. `view` is that which the sender is in, unless it says otherwise: what is
// said in one view means nothing in another.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "protocols/clocks/vector_clock.h"
#include "protocols/convergence/causal_delivery.h"
#include "protocols/convergence/replica.h"
#include "protocols/core/pool.h"
#include "protocols/core/types.h"
#include "protocols/dissemination/virtual_synchrony/view.h"
#include "protocols/machines/machine.h"

namespace virtual_synchrony {

using clocks::Dot;

// --- in a view ---------------------------------------------------------------------------------------

template <machines::Convergent M>
struct Multicast {
  Index view;
  convergence::Data<M> data;
};
// I am here, and so far have I come.
struct Delivered {
  Index view;
  VectorClock delivered;
  bool stopped{};  // the next view is being made
};
// Give me what lies behind that; or, if your view is a later one, tell me of it.
struct Ask {
  Index view;
  VectorClock delivered;
};
// You lacked these; and so far have I come.
template <machines::Convergent M>
struct Missing {
  Index view;
  core::List<convergence::Data<M>> data;
  VectorClock delivered;
};
// And you lacked these.
template <machines::Convergent M>
struct Rest {
  Index view;
  core::List<convergence::Data<M>> data;
};

// --- from one to the next ------------------------------------------------------------------------------

// That is the latest view that I know of, and I have not installed it: I want to be in the next one; or, as a member,
// I am being given the state.
struct Join {
  Index view;
};
// Stop, and tell me what you have that I lack: I have executed this. To acceptors, phase 1a.
struct Flush {
  View view;
  Epoch ballot;
  VectorClock executed;
};
// I have stopped. From an acceptor, phase 1b.
template <machines::Convergent M>
struct Flushed {
  Epoch ballot;
  VectorClock executed;
  core::List<convergence::Data<M>> data;
  std::optional<Vote<M>> vote;
};
// Phase 2a.
template <machines::Convergent M>
struct Propose {
  Index view;
  Vote<M> vote;
};
// Phase 2b.
struct Agreed {
  Epoch ballot;
};
// I have promised this one.
struct Refused {
  Epoch promised;
};
// So it is decided.
template <machines::Convergent M>
struct Install {
  Successor<M> successor;
};
// I am a new member of the view, and have executed this. How did it begin, behind `after`?
struct Fetch {
  Index view;
  VectorClock executed;
  Dot after;
};
template <machines::Convergent M>
struct State {
  Index view;
  Dot after;  // as it was asked
  core::List<convergence::Update<M>> updates;
  bool all{};  // there are no more
};

template <machines::Convergent M>
using Messages = std::variant<Multicast<M>, Delivered, Ask, Missing<M>, Rest<M>, Join, Flush, Flushed<M>, Propose<M>,
                              Agreed, Refused, Install<M>, Fetch, State<M>>;

// --- records ----------------------------------------------------------------------------------------

// A client's, here.
template <machines::Convergent M>
struct Written {
  convergence::Write<M> write;
  VectorClock causes;
};
// Another node's, executed here.
template <machines::Convergent M>
struct Executed {
  convergence::Data<M> data;
};
// All members have executed what is in it, so all have installed the view.
struct Stable {
  VectorClock everywhere;
};
struct Promised {
  Epoch ballot;
};
template <machines::Convergent M>
struct Voted {
  Vote<M> vote;
};
// Nothing more is executed here before a view behind this one is installed.
struct Stopped {
  Index view;
};
template <machines::Convergent M>
struct Installed {
  Successor<M> successor;
};
// Installed by one who was not in the view before, and lacked these.
template <machines::Convergent M>
struct Joined {
  Successor<M> successor;
  core::List<convergence::Update<M>> updates;
};

// Where a node stands in the chain of views, and what it owes as an acceptor.
template <machines::Convergent M>
struct Standing {
  Successor<M> current;                       // installed last; with its data, until all members have installed it
  std::optional<convergence::Store<M>> base;  // how it began, until all who joined have it
  Index stopped;
  Epoch promised;
  std::optional<Vote<M>> vote;  // on the successor of `current`
};

template <machines::Convergent M>
struct Checkpoint {
  static constexpr bool kCheckpoint = true;
  convergence::Durable<M> durable;
  convergence::DataByDot<M> kept;
  Standing<M> standing;
};

template <machines::Convergent M>
using Records =
    std::variant<Written<M>, Executed<M>, Stable, Promised, Voted<M>, Stopped, Installed<M>, Joined<M>, Checkpoint<M>>;

}  // namespace virtual_synchrony
