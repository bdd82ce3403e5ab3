// Disk: when a sync completes, what a crash leaves, and what recovery finds. It
// sees counts of records, never what they hold.
//
// A node appends records to its journal and asks for a sync. One sync is under
// way at a time and covers what was written when it began; what is written
// meanwhile waits for the next one (group commit). A node reads only when it
// starts.
//
// On the medium each record carries a checksum, its position and the number of
// its sync. The last thing a sync makes durable is the watermark: how many
// records are. So recovery can tell what a crash leaves from what a failing
// medium has done (Alagappan et al., "Protocol-Aware Recovery for
// Consensus-Based Storage", FAST 2018, §3): it keeps the longest intact prefix;
// a bad or missing record at or beyond the watermark is the trace of a crash and
// ends the journal, one below it is damage to what was promised. Records that a
// crash left beyond a hole have the number of a sync that is over, so that they
// are never taken for those written there later. The watermark itself is kept
// twice, written in turn, and never damaged.
#pragma once

#include <cstdint>
#include <vector>

#include "protocols/core/chooser.h"
#include "protocols/core/types.h"
#include "sim/plan.h"
#include "sim/report.h"

namespace sim {

// What a crash does to records that are not durable.
enum class Keeps : std::uint8_t {
  kRandom,  // what the power failure leaves of each; see DiskOrder
  kSynced,  // none survives
  kAll,     // all survive: the process died, the machine did not
};

// What a power failure left of a record.
enum class Remains : std::uint8_t { kPersisted, kLost, kTorn };

// What is wrong with a durable record.
enum class Flaw : std::uint8_t {
  kUnreadable,  // the sector answers with an error
  kRotten,      // the checksum does not match
  kMisplaced,   // another record, sound but of another position
  kStale,       // never written: what was there before, of another sync or empty
};

// What a disk needs of the world around it.
struct DiskAccess {
  const DiskPlan& plan;
  std::uint32_t node;
  core::Chooser& chooser;
  std::vector<std::uint64_t>& effects;           // by kind of fault
  std::vector<std::uint64_t>* spared = nullptr;  // by kind of fault; not null: the node must not be stopped
};

// Which of a disk's decisions; see core::Purpose::kDisk.
enum class DiskDraw : std::uint32_t { kBudget, kRead, kRestart, kSyncFails, kArrives, kPersists, kTears };

// A kind of fault that some open windows cause at this disk.
struct Trouble {
  std::uint32_t windows = 0;
  std::uint32_t kind = 0;

  bool on() const { return windows > 0; }
  void Begin(std::uint32_t of_kind) {
    ++windows;
    kind = of_kind;
  }
  void End() { --windows; }
};

// Syncs that fail within a window. A disk has one such window at a time; another that begins
// meanwhile does nothing to it.
struct SyncErrors {
  bool open = false;   // the window
  bool armed = false;  // the next sync may fail
  bool once = false;   // then no other does
  Ratio chance{};      // of each sync
  core::Between restart{};
  std::uint32_t kind = 0;
};

// Power that fails at the end of a count of operations. One window at a time, too.
struct Fuse {
  bool open = false;       // the window
  std::uint64_t left = 0;  // operations; 0: none is counted
  core::Between restart{};
  std::uint32_t kind = 0;
};

// What a power failure leaves of records `first` to `ends.back()`. `ends`: where the records
// of each sync end, in order; the last ones are of a sync that has not begun.
std::vector<Remains> DrawRemains(std::uint64_t first, const std::vector<std::uint64_t>& ends, std::uint64_t crash,
                                 const DiskAccess& access);

class Disk {
 public:
  // Begins a sync of the first `written` records, unless one is under way.
  // Answers whether it began; it completes after `*latency`.
  bool BeginSync(std::uint64_t written, const DiskAccess& access, core::Duration* latency);
  // The sync that began last is over. False: it failed. The kernel marks the pages clean, so
  // that a second sync would succeed with some of the records gone ("fsyncgate"; Rebello et
  // al., "Can Applications Recover from fsync Failures?", ATC 2020, §3): do not ask for one.
  bool EndSync(const DiskAccess& access);
  // How many of `written` records survive. A sync that was under way never completes.
  std::uint64_t Crash(std::uint64_t written, Keeps keeps, const DiskAccess& access);

  struct Recovery {
    std::uint64_t intact = 0;   // the longest prefix that can be read
    std::uint64_t damaged = 0;  // durable records from there on: not all of them are bad
  };
  Recovery Recover();
  // Goes on with the first `intact` records; what followed is overwritten.
  void Truncate(std::uint64_t intact);
  // The records before `first` are not needed any more, and nothing that happens to them matters.
  void Drop(std::uint64_t first);
  core::Duration ReadLatency(const DiskAccess& access) const;

  // The medium fails at a durable record that is still needed. False: it had already.
  bool Damage(std::uint64_t record, Flaw flaw);
  void Spare() { ++counts_.spared; }

  // Counts an append of a record, a sync's begin or its end. True: the power fails now.
  bool Operation() { return fuse.left > 0 && --fuse.left == 0; }
  bool watches_appends() const { return fuse.left > 0 || full.on(); }

  bool syncing() const { return syncing_; }
  std::uint32_t boot() const { return boot_; }
  // The first record that is needed.
  std::uint64_t first() const { return first_; }
  // Records on stable storage; `acknowledged` of them as the disk says, which may lie.
  std::uint64_t durable() const { return durable_; }
  std::uint64_t acknowledged() const { return acknowledged_; }
  bool damaged() const { return !damage_.empty(); }
  const DiskCounts& counts() const { return counts_; }

  core::Between stall{};   // added to each sync
  std::uint64_t slow = 0;  // and this many times its latency on top
  std::uint32_t stall_kind = 0;
  std::uint32_t slow_kind = 0;
  Trouble full;   // nothing can be appended
  Trouble lying;  // syncs are acknowledged and do nothing
  SyncErrors errors;
  Fuse fuse;
  bool starved = false;  // the process stopped because the disk was full

 private:
  struct BadRecord {
    std::uint64_t record;
    Flaw flaw;
  };

  bool Fails(const DiskAccess& access);
  void LoseSync(const DiskAccess& access);
  void AddBad(std::uint64_t record, Flaw flaw);
  std::uint64_t SurvivorsOfPowerFailure(std::uint64_t written, const DiskAccess& access);

  std::uint64_t first_ = 0;
  std::uint64_t durable_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t covering_ = 0;  // records the sync under way covers
  bool syncing_ = false;
  std::uint32_t boot_ = 0;           // crashes so far: tells a sync of this boot from one of the last
  std::vector<std::uint64_t> lies_;  // where the syncs end that were acknowledged and did nothing
  std::vector<BadRecord> damage_;    // in order; empty but after faults
  DiskCounts counts_;
};

}  // namespace sim
