// Plan: one experiment as the engine takes it, every quantity resolved to
// integers. scenarios/ makes plans from files; tests make them by hand.
//
// A plan is data: the same plan and seed give the same run, and a seed file is
// a plan with its fault windows pinned down.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocols/core/params.h"
#include "protocols/core/types.h"
#include "sim/anchor.h"
#include "sim/distribution.h"

namespace sim {

// Loss in bursts, as on radio and on overloaded routers: a link is in a good state
// or in a bad one, and may change it with each packet (Gilbert, "Capacity of a
// Burst-Noise Channel", 1960; Elliott 1963). Of all packets, begins / (begins + ends)
// find it bad, for 1 / ends packets at a time.
struct LossBurst {
  Ratio begins{};  // per packet, while good
  Ratio ends{};    // per packet, while bad
  Ratio loss{};    // per packet, while bad; while good a link has its plain loss
};

// What becomes of a packet that finds its link's queue full.
enum class Overflow : std::uint8_t {
  kTail,  // it is dropped
  // So is, ever likelier, one that finds the queue more than half full (Floyd and Jacobson, "Random Early
  // Detection Gateways for Congestion Avoidance", 1993): chance 0 at half, 1 at full.
  kRandom,
  kBackpressure,  // it waits at its sender and is never lost
};

// What a link of one class does to the packets on it, before any fault.
struct LinkPlan {
  Latency latency{};
  core::Duration jitter{};  // uniform extra delay in [0, jitter]
  Ratio loss{};             // per packet
  Ratio duplicate{};        // per packet; the copy has a delay of its own
  Ratio reorder{};          // per packet: held back by up to `reorder_delay`
  core::Duration reorder_delay{};
  bool fifo = false;             // a packet never overtakes an earlier one of its link
  core::Between base_latency{};  // always added: drawn once for each pair of endpoints, the same both ways
  // Of successive delays of a link: each is so much of the last and the rest a fresh one. Keeps the mean.
  Ratio correlation{};
  LossBurst loss_burst{};
  Ratio corrupt{};              // per copy: a bit of it flips
  std::uint64_t bandwidth = 0;  // bytes per second; 0: a packet takes no time to send
  std::uint32_t queue = 0;      // packets that wait or are being sent, given a bandwidth; 0: any number
  Overflow overflow = Overflow::kTail;
};

// Some of the cluster's members, who are near to one another.
struct RegionPlan {
  std::string name;
  std::uint32_t nodes = 0;  // members; regions take them in order
};
// What a packet from one region to another takes besides its link's own latency.
struct RegionLink {
  std::uint32_t from = 0;  // places in Plan::regions
  std::uint32_t to = 0;
  Latency latency{};
};

// In what order records reach the medium, which a power failure stops.
enum class DiskOrder : std::uint8_t {
  kPrefix,     // as written: a random prefix survives, of which the last record may be torn
  kBarrier,    // within a sync in any order; nothing of a sync before all of the one before it
  kArbitrary,  // in any order
};

// Whose disks may lose what was durable. Protocols count on a majority of disks.
enum class DiskBudget : std::uint8_t {
  kQuorum,        // those of a minority, fixed by the seed; elsewhere damage is spared
  kUnrestricted,  // anybody's: then a node that cannot trust its disk must halt, and progress may end
};

struct DiskPlan {
  Latency sync_latency{};  // of a sync with the writes it covers
  Latency read_latency{};  // of a recovery: how long a restart takes
  bool sync = true;        // false: outputs do not wait for the disk (a misconfiguration)
  DiskOrder order = DiskOrder::kPrefix;
  Ratio persist{500'000'000};  // not kPrefix: chance that a record which was not durable survives
  Ratio torn{};                // of the survivors (kPrefix: of the last) are torn
  DiskBudget budget = DiskBudget::kQuorum;
};

// Offset and drift are drawn once per node.
struct ClockPlan {
  core::Duration max_offset{};      // wall clock: uniform in [-max_offset, max_offset]
  std::uint32_t max_drift_ppb = 0;  // both clocks: uniform in [-max_drift, max_drift]
  core::Duration uncertainty{};     // of WallBounds: half the width, unless the clock is off by more
  Latency timer_slack{};            // how late timers fire, each by a draw of its own
};

// What clients ask of a store.
struct OperationMix {
  std::uint32_t keys = 16;   // how many different ones
  Ratio reads{500'000'000};  // of operations; the others write
  Ratio hot{};               // of operations that go to key 0; the others go to any key, all alike
  // Of requests that are orders, not operations: to change who votes, or to hand over the leadership.
  Ratio changes{};
  Ratio transfers{};
};

// A request as a client sent it in the storm. Seed files hold these, so that one can be taken out and the others
// stay what they were.
struct SentRequest {
  std::uint32_t client = 0;
  std::uint64_t sequence = 0;  // of its client's, from 1
  core::Duration at{};
  std::uint64_t draws = 0;  // what its client had drawn before: this names the draws that its content is made of
  std::uint32_t node = 0;   // whom it asked
  bool operator==(const SentRequest&) const = default;
};

struct WorkloadPlan {
  std::uint32_t clients = 0;
  core::Between think{};       // between a reply and the next request
  core::Duration timeout{};    // then the outcome is unknown and the client goes on
  std::uint64_t requests = 0;  // per client; 0: until the storm ends
  bool sticky = false;         // who is not served does not turn to another node, in the storm
  OperationMix mix{};
  // Given: the storm has these, in the order of their times, instead of what clients would ask by themselves. One whose
  // client still waits for the answer before is sent when it has that.
  std::optional<std::vector<SentRequest>> sent{};
};

// A fault as the scenario asks for it: windows are drawn from it.
struct FaultPlan {
  std::string kind;                  // a file stem of sim/faults/
  std::optional<core::Duration> at;  // one window, at this time
  std::optional<Latency> every;      // or windows, this far apart
  Latency lasts{};
  std::vector<std::string> targets;     // "n2", "leader", "any", "minority", …; empty: the kind's default
  std::vector<core::Parameter> params;  // the kind's own
  std::optional<Anchor> when{};         // instead of `at` and `every`: one window, when this happens
};

// Short times of calm in the midst of a storm: what recovers only then is seen to.
struct QuietPlan {
  Latency every{};
  Latency lasts{};
};

// A fault as it happened: a window with its victims. Seed files hold these.
struct FaultWindow {
  std::string kind;
  // The number of the fault and of the window in it: they name the random
  // decisions made within the window. A fault has its number from its kind, times
  // and targets, so taking another one out of the plan changes nothing about it.
  std::uint32_t fault = 0;
  std::uint32_t ordinal = 0;
  core::Duration begin{};
  core::Duration end{};
  std::vector<core::NodeId> nodes;  // in the order the kind chose them
  std::vector<core::Parameter> params;
  // Given: it begins then and lasts as long as it did, whatever `begin` says.
  std::optional<Anchor> when{};
};

// What comes first of what is due at the same instant; see schedule.h.
enum class TieOrder : std::uint8_t { kFifo, kRandom, kPct };
struct SchedulePlan {
  TieOrder order = TieOrder::kFifo;
  std::uint32_t depth = 0;   // kPct: 1 is a fixed order of the nodes
  core::Duration quantum{};  // packets arrive at multiples of it; 0: at any time
};

enum class Core : std::uint8_t {
  kAll,     // settle heals everything
  kQuorum,  // settle heals a random quorum and cuts the rest off for good, down or up as they are
};

// Behind this event, choices are those of another seed: what else could have come of it.
struct FreshChoices {
  std::uint64_t after_event = 0;
  std::uint64_t seed = 0;
};

// A monitor whose violation is counted as such and no failure of the run.
struct KnownGap {
  std::string monitor;
  std::string reason;
};

struct Plan {
  std::string name;
  std::string summary;
  std::string protocol;
  std::uint32_t nodes = 0;              // collectors or replicas: n0 … n(nodes-1)
  std::uint32_t electorate = 0;         // the fewest of them that ever make up the voters; 0: all always do
  std::vector<core::Parameter> config;  // the protocol's own
  LinkPlan peer, client, exporter;
  std::vector<RegionPlan> regions;  // empty: one
  std::vector<RegionLink> region_links;
  DiskPlan disk;
  ClockPlan clock;
  WorkloadPlan workload;
  std::vector<FaultPlan> faults;
  std::optional<std::vector<FaultWindow>> windows;  // given: replayed instead of drawing `faults`
  SchedulePlan schedule;
  core::Duration warm_up{};        // of the storm: until then no window that comes `every` so often begins
  std::optional<QuietPlan> quiet;  // nor is any of them open then
  core::Duration storm{};
  core::Duration settle{};
  Core core = Core::kAll;
  bool keep_quorum = false;                // faults that take nodes down leave a majority of the cluster standing
  std::uint64_t max_events = 100'000'000;  // a run that needs more is inconclusive
  std::vector<std::string> holds;          // empty: every applicable monitor must hold
  std::string violates;                    // expected violation; empty: none
  bool pooled = false;                     // a monitor may judge nothing in this run if it does in another
  std::vector<KnownGap> known_gaps;
};

}  // namespace sim
