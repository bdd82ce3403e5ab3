#include "sim/disk.h"

#include <algorithm>

#include "protocols/core/check.h"

namespace sim {
namespace {

core::ChoiceName NameOf(DiskDraw draw, const DiskAccess& access, std::uint64_t occurrence) {
  return {core::Purpose::kDisk, access.node, static_cast<std::uint32_t>(draw), occurrence};
}

bool Happens(Ratio chance, DiskDraw draw, std::uint64_t occurrence, const DiskAccess& access) {
  return chance.Happens(
      [&](std::uint64_t bound) { return access.chooser.Choose(NameOf(draw, access, occurrence), bound); });
}

// The 32 low bits number the records of one crash or sync.
std::uint64_t Occurrence(std::uint64_t which, std::uint64_t record) { return (which << 32) + record; }

Remains DrawRemain(std::uint64_t occurrence, const DiskAccess& access) {
  if (!Happens(access.plan.persist, DiskDraw::kPersists, occurrence, access)) return Remains::kLost;
  return Happens(access.plan.torn, DiskDraw::kTears, occurrence, access) ? Remains::kTorn : Remains::kPersisted;
}

// The platter takes records in order: a random prefix survives, of which the last may be torn.
void DrawPrefix(std::vector<Remains>& remains, std::uint64_t crash, const DiskAccess& access) {
  const std::uint64_t survivors =
      access.chooser.Choose({core::Purpose::kSurvivors, access.node, 0, crash}, remains.size() + 1);
  std::fill_n(remains.begin(), survivors, Remains::kPersisted);
  const auto draw = [&](std::uint64_t bound) {
    return access.chooser.Choose({core::Purpose::kTorn, access.node, 0, crash}, bound);
  };
  if (survivors > 0 && access.plan.torn.Happens(draw)) remains[survivors - 1] = Remains::kTorn;
}

}  // namespace

std::vector<Remains> DrawRemains(std::uint64_t first, const std::vector<std::uint64_t>& ends, std::uint64_t crash,
                                 const DiskAccess& access) {
  std::vector<Remains> remains(ends.back() - first, Remains::kLost);
  if (access.plan.order == DiskOrder::kPrefix) {
    DrawPrefix(remains, crash, access);
    return remains;
  }
  std::uint64_t record = first;
  for (const std::uint64_t end : ends) {
    bool complete = true;
    for (; record < end; ++record) {
      Remains& remain = remains[record - first];
      remain = DrawRemain(Occurrence(crash, record - first), access);
      complete = complete && remain == Remains::kPersisted;
    }
    // A barrier: nothing of a sync is sent before all of the one before it has arrived.
    if (access.plan.order == DiskOrder::kBarrier && !complete) break;
  }
  return remains;
}

bool Disk::BeginSync(std::uint64_t written, const DiskAccess& access, core::Duration* latency) {
  if (syncing_ || written == acknowledged_) return false;
  syncing_ = true;
  covering_ = written;
  core::ChoiceName name{core::Purpose::kSync, access.node, 0, 16 * counts_.syncs};
  const auto draw = [&](std::uint64_t bound) {
    const std::uint64_t answer = access.chooser.Choose(name, bound);
    ++name.occurrence;
    return answer;
  };
  ++counts_.syncs;
  *latency = access.plan.sync_latency.Sample(draw);
  if (slow > 0 && latency->count() > 0) {
    ++access.effects[slow_kind];
    *latency *= 1 + static_cast<std::int64_t>(slow);
  }
  if (stall.max.count() > 0) {
    const auto spread = static_cast<std::uint64_t>((stall.max - stall.min).count()) + 1;
    const core::Duration longer = stall.min + core::Duration{draw(spread)};
    if (longer.count() > 0) ++access.effects[stall_kind];
    *latency += longer;
  }
  return true;
}

bool Disk::EndSync(const DiskAccess& access) {
  CHECK(syncing_);
  syncing_ = false;
  if (errors.armed && Fails(access)) {
    if (access.spared == nullptr) {
      LoseSync(access);
      return false;
    }
    ++(*access.spared)[errors.kind];
  }
  acknowledged_ = covering_;
  if (lying.on()) {
    ++access.effects[lying.kind];
    lies_.push_back(covering_);
    return true;
  }
  // An honest sync empties the whole cache, whatever was said of it before.
  durable_ = covering_;
  lies_.clear();
  return true;
}

bool Disk::Fails(const DiskAccess& access) {
  if (!Happens(errors.chance, DiskDraw::kSyncFails, counts_.syncs, access)) return false;
  if (errors.once) errors.armed = false;
  return true;
}

// Some of the records have arrived, and nothing will send the others again.
void Disk::LoseSync(const DiskAccess& access) {
  ++access.effects[errors.kind];
  ++counts_.failed;
  for (std::uint64_t record = acknowledged_; record < covering_; ++record) {
    const std::uint64_t occurrence = Occurrence(counts_.failed, record - acknowledged_);
    if (!Happens(access.plan.persist, DiskDraw::kArrives, occurrence, access)) AddBad(record, Flaw::kStale);
  }
}

std::uint64_t Disk::Crash(std::uint64_t written, Keeps keeps, const DiskAccess& access) {
  CHECK(written >= acknowledged_);
  std::uint64_t survivors = durable_;
  if (keeps == Keeps::kAll) survivors = written;
  if (keeps == Keeps::kRandom && written > durable_) survivors = SurvivorsOfPowerFailure(written, access);
  // What a failed sync has dropped lies beyond the watermark and ends the journal like what the crash took.
  for (const BadRecord& bad : damage_) {
    if (bad.record >= durable_) survivors = std::min(survivors, bad.record);
  }
  while (!damage_.empty() && damage_.back().record >= survivors) damage_.pop_back();
  counts_.lost += written - survivors;
  syncing_ = false;
  ++boot_;
  acknowledged_ = survivors;
  // Recovery syncs what it has found. Where the machine kept its power, the disk may lie about that too.
  if (keeps == Keeps::kAll && lying.on()) {
    lies_.push_back(survivors);
    return survivors;
  }
  durable_ = survivors;
  lies_.clear();
  return survivors;
}

std::uint64_t Disk::SurvivorsOfPowerFailure(std::uint64_t written, const DiskAccess& access) {
  std::vector<std::uint64_t> ends = lies_;
  if (syncing_) ends.push_back(covering_);
  ends.push_back(written);
  const std::vector<Remains> remains = DrawRemains(durable_, ends, boot_, access);
  counts_.torn += static_cast<std::uint64_t>(std::count(remains.begin(), remains.end(), Remains::kTorn));
  const auto bad =
      std::find_if(remains.begin(), remains.end(), [](Remains remain) { return remain != Remains::kPersisted; });
  return durable_ + static_cast<std::uint64_t>(bad - remains.begin());
}

Disk::Recovery Disk::Recover() {
  if (damage_.empty()) return {acknowledged_, 0};
  counts_.found += damage_.size();
  const std::uint64_t intact = damage_.front().record;
  return {intact, acknowledged_ - intact};
}

void Disk::Truncate(std::uint64_t intact) {
  counts_.lost += acknowledged_ - intact;
  durable_ = acknowledged_ = intact;
  lies_.clear();
  damage_.clear();
}

void Disk::Drop(std::uint64_t first) {
  CHECK(first >= first_);
  CHECK(first <= durable_);
  first_ = first;
  std::erase_if(damage_, [first](const BadRecord& bad) { return bad.record < first; });
}

core::Duration Disk::ReadLatency(const DiskAccess& access) const {
  core::ChoiceName name = NameOf(DiskDraw::kRead, access, 16 * std::uint64_t{boot_});
  return access.plan.read_latency.Sample([&](std::uint64_t bound) {
    const std::uint64_t answer = access.chooser.Choose(name, bound);
    ++name.occurrence;
    return answer;
  });
}

bool Disk::Damage(std::uint64_t record, Flaw flaw) {
  CHECK(record >= first_);
  CHECK(record < durable_);
  const auto same = [&](const BadRecord& bad) { return bad.record == record; };
  if (std::any_of(damage_.begin(), damage_.end(), same)) return false;
  AddBad(record, flaw);
  ++counts_.damaged;
  return true;
}

void Disk::AddBad(std::uint64_t record, Flaw flaw) {
  const auto behind =
      std::find_if(damage_.begin(), damage_.end(), [&](const BadRecord& b) { return b.record > record; });
  damage_.insert(behind, {record, flaw});
}

}  // namespace sim
