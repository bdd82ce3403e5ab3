// Disk: when a sync completes, and what a crash leaves. It sees counts of
// records, never what they hold.
//
// A node appends records to its journal and asks for a sync. One sync is under
// way at a time and covers what was written when it began; what is written
// meanwhile waits for the next one (group commit). When the power fails, a
// prefix of the records that were not durable survives by luck, and the last of
// those may be torn: its checksum tells, and recovery drops it.
#pragma once

#include <cstdint>

#include "protocols/core/chooser.h"
#include "protocols/core/types.h"
#include "sim/plan.h"
#include "sim/report.h"

namespace sim {

// What a crash does to records that are not durable.
enum class Keeps : std::uint8_t {
  kRandom,  // a random prefix survives
  kSynced,  // none survives
  kAll,     // all survive: the process died, the machine did not
};

class Disk {
 public:
  // Begins a sync of the first `written` records, unless one is under way.
  // Answers whether it began; it completes after `*latency`.
  bool BeginSync(std::uint64_t written, const DiskPlan& plan, std::uint32_t node, core::Chooser& chooser,
                 core::Duration* latency);
  // The sync that began last is complete; answers how many records are durable.
  std::uint64_t EndSync();
  // How many of `written` records survive. A sync that was under way never completes.
  std::uint64_t Crash(std::uint64_t written, Keeps keeps, const DiskPlan& plan, std::uint32_t node,
                      core::Chooser& chooser);

  bool syncing() const { return syncing_; }
  std::uint32_t boot() const { return boot_; }
  const DiskCounts& counts() const { return counts_; }

  core::Between stall{};      // added to each sync by a `disk_stall` window
  std::uint64_t stalled = 0;  // syncs it delayed

 private:
  std::uint64_t durable_ = 0;   // records on stable storage
  std::uint64_t covering_ = 0;  // records the sync under way covers
  bool syncing_ = false;
  std::uint32_t boot_ = 0;  // crashes so far: tells a sync of this boot from one of the last
  std::uint64_t crashes_ = 0;
  DiskCounts counts_;
};

}  // namespace sim
