// Settings of virtual synchrony. Time is counted in pauses, by which a node that stood still for a while has not missed
// what it could not hear.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "protocols/convergence/replica.h"
#include "protocols/core/types.h"

namespace virtual_synchrony {

struct Config {
  std::uint32_t nodes = 5;
  core::Between pause{std::chrono::milliseconds(50), std::chrono::milliseconds(100)};
  std::uint32_t silence = 6;
  std::uint32_t smallest = 3;
  std::uint32_t hold = 10;
  std::uint32_t max_batch = 64;
  std::uint32_t max_pending = 1'000;
  std::uint32_t acks = 1;
  core::Duration max_offset = std::chrono::milliseconds(500);
  std::uint32_t checkpoint_every = 1'000;
  convergence::Conflicts conflicts = convergence::Conflicts::kLastWriter;

  template <class F>
  static void ForEachParameter(F&& f) {
    f("pause", &Config::pause, "from telling the members how far we have come to telling them again");
    f("silence", &Config::silence, "pauses without a word from a member, after which it is to be put out");
    f("smallest", &Config::smallest, "members that every view has, if there are so many nodes");
    f("hold", &Config::hold, "pauses that a write waits for the next view before its client is refused");
    f("max_batch", &Config::max_batch, "updates in one message at most, where some are missing");
    f("max_pending", &Config::max_pending, "updates that wait for their causes at most; others are asked for again");
    convergence::ForEachReplicaParameter<Config>(f);
  }

  std::uint32_t Smallest() const { return std::clamp(smallest, 1u, nodes); }
  // Fewer than half of so many may be out of reach for ever. Of a view that is as small as can be more than half are
  // left then, who decide on the next one, and of all nodes enough to make it up; and what was acknowledged is left.
  std::uint32_t Electorate() const {
    const std::uint32_t of_views = 2 * std::min((Smallest() + 1) / 2, nodes - Smallest() + 1) - 1;
    return std::min(of_views, convergence::ElectorateOf(*this));
  }
  // Whoever is silent is missed, somebody else takes the change over, who was put out hears of it and asks to join.
  core::Duration Patience() const { return pause.max * (2 * nodes + 4 * silence + 8); }

  template <class Draw>
  void Randomize(core::Duration round_trip, Draw&& draw) {
    const auto least = std::chrono::floor<std::chrono::milliseconds>(round_trip) + std::chrono::milliseconds(10);
    pause.min = least * static_cast<std::int64_t>(1 + draw(2));
    pause.max = pause.min * static_cast<std::int64_t>(1 + draw(2));
    silence = 5 + static_cast<std::uint32_t>(draw(6));
    smallest = 1 + static_cast<std::uint32_t>(draw(4));
    hold = 1 + static_cast<std::uint32_t>(draw(20));
    max_batch = std::uint32_t{1} << draw(8);
    max_pending = std::uint32_t{1} << draw(11);
    convergence::RandomizeReplica(*this, draw);
  }
};

}  // namespace virtual_synchrony
