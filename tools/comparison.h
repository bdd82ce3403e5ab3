// Comparison: what one tape of faults did to several protocols, counted and added up.
//
// Asks of each protocol what Gilbert and Lynch ask ("Brewer's Conjecture and the Feasibility of
// Consistent, Available, Partition-Tolerant Web Services", 2002): which consistency its clients got,
// who was answered while the network was divided, and whether the replicas agreed in the end.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "invariants/consistency/check.h"
#include "sim/plan.h"
#include "sim/report.h"
#include "tools/history_recorder.h"
#include "tools/seeds.h"
#include "tools/summary.h"

namespace tools {

// Durations, to the microsecond.
class Spread {
 public:
  void Add(core::Duration duration) { ++counts_[duration / std::chrono::microseconds(1)]; }
  void Add(const Spread& other);
  std::uint64_t count() const;
  core::Duration Median() const;  // the lower one of two; 0 of none
  core::Duration Longest() const;

 private:
  std::map<std::int64_t, std::uint64_t> counts_;
};

// ---- availability ------------------------------------------------------------------------------

// Whom a client asked, when it asked.
enum class Place : std::uint8_t {
  kWhole,     // no partition is open
  kMajority,  // one is, and the node is on a side with a majority of the cluster
  kMinority,  // or on one without
};
inline constexpr std::size_t kPlaces = 3;

struct Share {
  std::uint64_t answered = 0;  // before the client gave up
  std::uint64_t asked = 0;
  // How often it is answered at least half as often as `usual`.
  bool NearlyAsGoodAs(const Share& usual) const { return answered * usual.asked * 2 >= usual.answered * asked; }
};

struct Availability {
  std::array<Share, kPlaces> reads, writes;  // by place
  std::uint64_t windows = 0;                 // of partitions with two sides, which were counted
  std::uint64_t left_out = 0;                // and of others
};

// The partitions of a run that divide the cluster in two: one side is named, nothing passes either
// way, and clients still reach both. During any other nobody can say who is on which side.
class Partitions {
 public:
  Partitions(const std::vector<sim::FaultWindow>& windows, std::uint32_t members);

  // Nothing: a partition that has no two sides is open.
  std::optional<Place> PlaceOf(core::NodeId node, core::Duration at) const;
  std::uint64_t windows() const { return sided_.size(); }
  std::uint64_t left_out() const { return odd_.size(); }

 private:
  std::uint32_t members_;
  std::vector<sim::FaultWindow> sided_, odd_;
};

// ---- convergence -------------------------------------------------------------------------------

// What became of the writes that were acknowledged.
struct Fates {
  std::uint64_t acknowledged = 0;
  Spread visible;             // of those that reached all the core: how long that took after the acknowledgement
  std::uint64_t nowhere = 0;  // that did not, as far as was seen
  std::uint64_t stale = 0;    // that some later read missed
  core::Duration stalest{};   // the longest that one was missed for
  std::uint64_t lost = 0;
  std::uint64_t resurrected = 0;  // missed by a replica that had given it
};

Fates FatesIn(const consistency::History& history);

// ---- what the cluster got done -------------------------------------------------------------------

// See sim::Effort, which says what each of these is.
struct Lapses {
  std::optional<core::Duration> least_patience, most_patience;  // of the protocol, as it was configured
  core::Duration storm{};                                       // all of them
  core::Duration unavailable{};
  core::Duration longest{};
};
struct Costs {
  std::uint64_t commits = 0;
  std::uint64_t messages = 0;  // between nodes of the cluster
  std::uint64_t bytes = 0;     // of those
  std::uint64_t syncs = 0;
};
// Of runs that came to their end with a core: else nobody is owed anything.
struct Healing {
  Spread committed;           // something that was asked after the storm
  Spread everywhere;          // applied by every node of the core
  std::uint64_t not_yet = 0;  // runs that ended first, while somebody waited
  std::uint64_t not_everywhere = 0;
  std::uint64_t not_needed =
      0;  // runs that ended with nobody waiting: all that was asked since were reads, if anything
};

// ---- one run -----------------------------------------------------------------------------------

struct Measures {
  std::uint64_t with_clients = 0;  // runs, whose histories were judged; the next three are theirs
  Availability availability;
  Spread latency;  // of answers
  Fates fates;
  std::uint64_t with_spans = 0;  // runs with collectors
  sim::SpanCounts spans;
  Lapses lapses;
  Costs costs;
  Healing healing;
  void Add(const Measures& other);
};

// `plan` is what was run, with its effort measured. Only what was asked in the storm counts for
// availability: after it nobody is disturbed, or cut off for good. `recorded`: null if nobody says
// what clients asked.
Measures Measure(const sim::Plan& plan, const sim::Report& report, const RecordedHistory* recorded);

struct Play {
  sim::Report report;
  Measures measures;
  std::vector<consistency::Judgement> judgements;       // by consistency, strongest first; none: no history
  std::shared_ptr<const consistency::History> history;  // only if one of them is a violation
  std::optional<core::Fingerprint> repeated;            // digest of the same run, made again
};

// ---- all of them -------------------------------------------------------------------------------

struct Example {
  std::uint64_t seed = 0;
  std::shared_ptr<const consistency::History> history;
  consistency::Counterexample counterexample;
  std::size_t size() const { return counterexample.operations.size() + counterexample.audits.size(); }
};

struct Cell {
  std::uint64_t holds = 0, violated = 0, inconclusive = 0;  // seeds
  std::uint64_t judged = 0;                                 // operations
  std::string reason;                                       // of the first that is inconclusive
  std::optional<Example> example;                           // the smallest; of equals the first seed's
  std::uint64_t seeds() const { return holds + violated + inconclusive; }
};

struct Standing {
  std::string protocol;     // as named
  std::vector<Cell> cells;  // as consistency::Consistencies()
  Summary summary;
  std::uint64_t cut_short = 0;  // runs
  Measures measures;
  std::vector<std::uint64_t> not_deterministic;  // seeds

  void Add(Play play);
};

struct Comparison {
  std::string scenario;
  std::string violates;            // the invariant that the scenario expects to be violated; empty: none
  std::vector<std::string> holds;  // those that must judge something; none: all
  SeedRange seeds;
  std::uint64_t finished = 0;  // seeds
  std::vector<Standing> standings;
};

// Theorem 1.1 asks for availability, tolerance of partitions and eventual consistency.
enum class Served : std::uint8_t { kUntested, kNothing, kReads, kWrites, kAll };
Served ServedAt(const Availability& availability, Place place);

// The strongest consistency that no seed refuted and at least one confirmed; null: none.
const consistency::ConsistencyName* Kept(const Standing& standing);
// Invariants that were violated and not expected to be, sorted.
std::vector<std::string> Broken(const Comparison& comparison, const Standing& standing);
// What is missing for a verdict, in words: empty if everything was judged.
std::vector<std::string> Doubts(const Comparison& comparison, const Standing& standing);
// Whether some run of some protocol had clients whose histories were judged, or had collectors.
bool HasHistories(const Comparison& comparison);
bool HasSpans(const Comparison& comparison);

// Counterexamples of one protocol that are the same operations.
struct Exhibit {
  const Standing* standing = nullptr;
  std::vector<consistency::Consistency> refuted;  // strongest first
  const Example* example = nullptr;               // of the first
  std::string keep{}, judge{};                    // what to type to see it again; the command's to say
};
std::vector<Exhibit> Exhibits(const Comparison& comparison);

// Of the table above; 3 cannot happen here.
int ExitCodeOf(const Comparison& comparison);

}  // namespace tools
