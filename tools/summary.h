// Summary: what many runs of one scenario did, added up. It answers "was
// anything tested at all": which faults had no effect, which monitors never
// judged.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>

#include "protocols/core/fingerprint.h"
#include "sim/report.h"
#include "sim/roles.h"

namespace tools {

struct MonitorTotal {
  std::uint64_t holds = 0;
  std::uint64_t violated = 0;
  std::uint64_t inconclusive = 0;
  std::uint64_t judged = 0;
  std::uint64_t least_judged = std::numeric_limits<std::uint64_t>::max();  // of one run
  std::optional<std::uint64_t> first_violated;                             // seed
  std::string explanation;                                                 // of that
};

struct FaultTotal {
  std::uint64_t windows = 0;
  std::uint64_t effects = 0;
  std::uint64_t spared = 0;
  std::uint64_t least_effects = std::numeric_limits<std::uint64_t>::max();
};

// A kind of fact that nodes announce.
struct FactTotal {
  std::uint64_t times = 0;
  std::uint64_t runs = 0;  // in which it was at all
};

// Victims of a kind of fault, by role and phase, in the order of the engine's names.
using Coverage = std::array<std::array<std::uint64_t, sim::kPhaseNames.size()>, sim::kRoleNames.size()>;

struct Summary {
  std::uint64_t runs = 0;
  std::uint64_t as_expected = 0;
  std::uint64_t violated = 0;
  std::uint64_t inconclusive = 0;
  std::uint64_t excused = 0;  // runs in which nobody was owed progress
  std::uint64_t halted = 0;   // nodes, in all runs
  std::uint64_t events = 0;
  std::optional<std::uint64_t> first_violated;    // seed
  std::optional<std::uint64_t> first_unexpected;  // violation: seed
  sim::MessageCounts messages;
  std::map<std::string, MonitorTotal> monitors;
  std::map<std::string, FaultTotal> faults;
  std::map<std::string, FactTotal> announced;
  std::map<std::string, Coverage> coverage;
  std::map<std::string, std::uint64_t> known_gaps;  // runs, by reason
  core::Fingerprint digests;                        // of all digests, in the order of the seeds

  void Add(const sim::Report& report);
};

}  // namespace tools
