// Report: what one run says of itself, in plain values. The command line prints
// it; nothing in it depends on wall time, host or addresses.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/core/fingerprint.h"
#include "protocols/core/types.h"
#include "sim/plan.h"

namespace sim {

enum class Outcome : std::uint8_t { kHolds, kViolated, kInconclusive };

struct MonitorReport {
  std::string name;
  Outcome outcome = Outcome::kInconclusive;
  std::uint64_t judged = 0;
  std::string explanation;  // why it is violated or inconclusive
};

struct FaultReport {
  std::string kind;
  std::uint64_t windows = 0;
  std::uint64_t effects = 0;                       // packets cut, crashes made, clocks stepped …
  std::uint64_t spared = 0;                        // victims left alone to keep a quorum
  std::map<std::string, std::uint64_t> reasons{};  // effects by reason, where the kind tells them apart
};

// How many victims a kind of fault met in this role, in the middle of this.
struct CoverageCell {
  std::string kind;
  std::string_view role;   // of kRoleNames
  std::string_view phase;  // of kPhaseNames
  std::uint64_t victims = 0;
};

struct MessageCounts {
  std::uint64_t sent = 0;
  std::uint64_t delivered = 0;
  std::uint64_t lost = 0;  // by the links' own loss
  std::uint64_t duplicated = 0;
  std::uint64_t cut = 0;         // by a partition
  std::uint64_t dead = 0;        // arrived at a node that was down
  std::uint64_t corrupted = 0;   // refused: their checksum was wrong
  std::uint64_t overflowed = 0;  // dropped by a full queue
  std::uint64_t held_back = 0;   // waited at their sender for a full queue
};

struct DiskCounts {
  std::uint64_t syncs = 0;
  std::uint64_t lost = 0;     // records that a crash took
  std::uint64_t torn = 0;     // of those, torn and found by their checksum
  std::uint64_t failed = 0;   // syncs that failed; each stopped its process
  std::uint64_t damaged = 0;  // durable records that the medium failed at
  std::uint64_t found = 0;    // of those, found by recovery
  std::uint64_t spared = 0;   // attempts on disks that the budget protects
};

struct RequestCounts {
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;
  std::uint64_t refused = 0;  // answered "unavailable"
  std::uint64_t timed_out = 0;
};

// What the cluster got done and what it took; see meter.h.
struct Effort {
  std::uint64_t commits = 0;   // entries, each once for the whole cluster; without agreement, updates
  std::uint64_t messages = 0;  // that nodes of the cluster sent one another, whatever became of them
  std::uint64_t bytes = 0;     // of those, with the headers of IP and TCP
  core::Duration patience{};   // the protocol's own
  core::Duration storm{};
  // Unavailable is the time from one commit or answer to the next while somebody waits for an answer (from when the
  // waiting began, if that was later), wherever it is longer than the patience.
  core::Duration unavailable{};    // in the storm, all such times together
  core::Duration longest_lapse{};  // one of them
  std::uint32_t waiting = 0;       // clients and applications, at the end
  // From the end of the storm until a node acknowledges something asked since, which was therefore committed, and
  // until every node of the core has applied it. None: not by the end.
  std::optional<core::Duration> healed_after;
  std::optional<core::Duration> healed_everywhere_after;
};

struct SpanCounts {
  std::uint64_t read = 0;        // spans in the input, repeats included
  std::uint64_t traces = 0;      // distinct trace ids emitted
  std::uint64_t emitted = 0;     // handed to an exporter's queue so far
  std::uint64_t duplicates = 0;  // of those, exact repeats of one before
  std::uint64_t stored = 0;      // distinct spans that every node of the core holds at the end
  std::uint64_t acknowledged = 0;
  std::uint64_t in_flight = 0;                   // queued or being exported at the end
  std::map<std::string, std::uint64_t> dropped;  // by reason
};

struct Violation {
  std::string monitor;
  std::uint64_t event = 0;
  core::Duration time{};
  std::optional<core::NodeId> node;
  std::string explanation;
};

// The digest after `event` events, at `time`.
struct Checkpoint {
  std::uint64_t event = 0;
  core::Duration time{};
  core::Fingerprint digest;
};

// What is behind an event; causes.h records it.
struct Cause {
  core::Duration time{};
  std::vector<std::uint32_t> places;  // nodes, and behind them clients, at which it happened
  std::uint64_t sent_by = 0;          // the event that sent what it delivers; 0: it delivers nothing
};

// What a run did, event by event; trail.h records it.
struct Trail {
  static constexpr std::size_t kMostMarks = 20'000;
  static constexpr std::size_t kMostChangeBytes = std::size_t{128} << 10;

  std::vector<std::uint16_t> marks;  // after event 1, 2, 3 …
  // "204 1.230000s n3 term=t7" in the order they happened; event 0 is what the start made of an empty node.
  std::vector<std::string> changes;
  std::uint64_t changes_until = 0;  // no change up to this event is left out

  bool operator==(const Trail&) const = default;
};

struct Report {
  std::string scenario;
  std::uint64_t seed = 0;
  Outcome outcome = Outcome::kInconclusive;
  bool as_expected = false;
  std::optional<core::Fingerprint> configuration;  // of what a swarm made of the scenario
  std::string known_gap;                           // why the violation is no failure; empty: it is, or there is none
  std::string excused;    // why nobody is owed progress ("no majority has an intact disk: n1 n3 n4"); empty: it is owed
  std::string cut_short;  // why the run ended early ("budget of 20000000 events"); empty: it did not
  core::Fingerprint digest;
  std::uint64_t events = 0;
  core::Duration simulated{};
  MessageCounts messages;
  DiskCounts disk;
  std::uint64_t halted = 0;               // nodes that will not run again: they cannot trust their disks
  std::optional<RequestCounts> requests;  // where there are clients
  // How often nodes announced each kind of fact that the protocol has, in its order.
  std::vector<std::pair<std::string, std::uint64_t>> announced;
  std::vector<MonitorReport> monitors;  // by name
  std::vector<FaultReport> faults;      // by kind
  std::vector<CoverageCell> coverage;   // by kind, role, phase; without the empty ones
  std::optional<SpanCounts> spans;
  std::optional<Effort> effort;        // only if asked for
  std::optional<Violation> violation;  // the first
  std::vector<Checkpoint> ladder;      // by event; the last one is the end of the run
  std::vector<FaultWindow> windows;    // what the faults really were
  std::vector<std::string> recording;  // one line per event; only if asked for
  Trail trail;                         // likewise
  std::vector<SentRequest> sent;       // likewise: what clients asked in the storm
  std::vector<Cause> causes;           // likewise: of event 1, 2, 3 …
};

}  // namespace sim
