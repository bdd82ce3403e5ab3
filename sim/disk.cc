#include "sim/disk.h"

#include "protocols/core/check.h"

namespace sim {

bool Disk::BeginSync(std::uint64_t written, const DiskPlan& plan, std::uint32_t node, core::Chooser& chooser,
                     core::Duration* latency) {
  if (syncing_ || written == durable_) return false;
  syncing_ = true;
  covering_ = written;
  core::ChoiceName name{core::Purpose::kSync, node, 0, 16 * counts_.syncs};
  const auto draw = [&](std::uint64_t bound) {
    const std::uint64_t answer = chooser.Choose(name, bound);
    ++name.occurrence;
    return answer;
  };
  ++counts_.syncs;
  *latency = plan.sync_latency.Sample(draw);
  if (stall.max.count() > 0) {
    ++stalled;
    *latency += stall.min + core::Duration{draw(static_cast<std::uint64_t>((stall.max - stall.min).count()) + 1)};
  }
  return true;
}

std::uint64_t Disk::EndSync() {
  CHECK(syncing_);
  syncing_ = false;
  durable_ = covering_;
  return durable_;
}

std::uint64_t Disk::Crash(std::uint64_t written, Keeps keeps, const DiskPlan& plan, std::uint32_t node,
                          core::Chooser& chooser) {
  CHECK(written >= durable_);
  const std::uint64_t crash = crashes_++;
  syncing_ = false;
  ++boot_;
  std::uint64_t survivors = durable_;
  if (keeps == Keeps::kAll) survivors = written;
  if (keeps == Keeps::kRandom) {
    survivors += chooser.Choose({core::Purpose::kSurvivors, node, 0, crash}, written - durable_ + 1);
    const auto torn = [&](std::uint64_t bound) {
      return chooser.Choose({core::Purpose::kTorn, node, 0, crash}, bound);
    };
    if (survivors > durable_ && plan.torn.Happens(torn)) {
      --survivors;
      ++counts_.torn;
    }
  }
  counts_.lost += written - survivors;
  durable_ = survivors;
  return survivors;
}

}  // namespace sim
