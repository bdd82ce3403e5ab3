// Swarm: what one seed makes of a scenario that leaves things open.
//
// A test that switches everything on finds less than many tests that each leave
// something out: faults mask one another, and a run in which everything breaks
// gets nowhere (Groce et al., "Swarm Testing", 2012). So the seed draws which
// faults take part and how big they are, and what the scenario does not fix:
// size, network, disks, clocks, configuration, load, and the order of what is
// due at the same instant. What it does fix stays as written.
//
// The result is a scenario like any other: it can be printed, saved and run
// without the seed's having drawn it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "protocols/core/fingerprint.h"
#include "protocols/core/params.h"
#include "scenarios/load.h"

namespace scenarios {

// A number below the bound, from a stream of its own.
using SwarmDraw = std::function<std::uint64_t(std::uint64_t bound)>;
// The parameters of a protocol, drawn to suit a network and disks on which a message
// is answered within `round_trip` as a rule.
using DrawConfig = std::function<std::vector<core::Parameter>(core::Duration round_trip, const SwarmDraw& draw)>;

// A cluster is given so many timeouts to settle, or more: no protocol that is right has ever needed them.
inline constexpr std::uint64_t kFewestTimeouts = 10;

// `base.swarm` must be set; the result's is not.
Scenario DrawSwarm(const Scenario& base, std::uint64_t seed, const DrawConfig& configure);

// Tells configurations apart: of the scenario's text, whatever its comments and layout.
core::Fingerprint ConfigurationOf(const Scenario& scenario);

}  // namespace scenarios
