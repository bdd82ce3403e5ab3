#include "sim/network.h"

#include <algorithm>
#include <limits>

#include "protocols/core/check.h"

namespace sim {
namespace {

// Draws for one packet copy: each distribution may draw a few times, and every
// draw of a link has a name of its own.
class Draws {
 public:
  Draws(core::Chooser& chooser, core::Purpose purpose, std::uint32_t from, std::uint32_t to, std::uint64_t copy)
      : chooser_(chooser), name_{purpose, from, to, copy * kDrawsPerCopy} {}
  std::uint64_t operator()(std::uint64_t bound) {
    const std::uint64_t answer = chooser_.Choose(name_, bound);
    ++name_.occurrence;
    return answer;
  }

 private:
  static constexpr std::uint64_t kDrawsPerCopy = 16;
  core::Chooser& chooser_;
  core::ChoiceName name_;
};

Ratio Larger(Ratio a, Ratio b) { return a.parts_per_billion < b.parts_per_billion ? b : a; }

}  // namespace

Network::Network(const Plan& plan, std::uint32_t members, std::uint32_t nodes, std::uint32_t clients)
    : peer_(plan.peer),
      client_(plan.client),
      exporter_(plan.exporter),
      members_(members),
      nodes_(nodes),
      endpoints_(nodes + clients),
      packets_(endpoints_ <= kMostCountedByLink ? std::size_t{endpoints_} * endpoints_ : endpoints_),
      degradations_(1) {
  if (peer_.fifo || client_.fifo || exporter_.fifo) last_arrival_.resize(std::size_t{endpoints_} * endpoints_);
}

Fate Network::Send(std::uint32_t from, std::uint32_t to, core::TrueTime now, core::Chooser& chooser,
                   std::vector<std::uint64_t>& effects) {
  ++counts_.sent;
  const std::uint64_t packet = CountPacket(from, to);
  const Damage damage = damage_.empty() ? Damage{} : damage_[LinkIndex(from, to)];
  if (damage.cuts > 0) {
    ++counts_.cut;
    ++effects[damage.cut_by];
    return {};
  }
  const LinkPlan& plan = PlanOf(from, to);
  const Degradation* degradation = damage.degradation > 0 ? &degradations_[damage.degradation] : nullptr;
  const Ratio loss = degradation != nullptr ? Larger(plan.loss, degradation->loss) : plan.loss;
  if (loss.Happens(Draws(chooser, core::Purpose::kLoss, from, to, packet))) {
    ++counts_.lost;
    if (degradation != nullptr) ++effects[degradation->fault];
    return {};
  }
  Fate fate{1, {}};
  const Ratio duplicate = degradation != nullptr ? Larger(plan.duplicate, degradation->duplicate) : plan.duplicate;
  if (duplicate.Happens(Draws(chooser, core::Purpose::kDuplicate, from, to, packet))) {
    ++counts_.duplicated;
    if (degradation != nullptr) ++effects[degradation->fault];
    fate.copies = 2;
  }
  for (std::uint32_t copy = 0; copy < fate.copies; ++copy) {
    const core::Duration delay = Delay(plan, degradation, from, to, 2 * packet + copy, chooser);
    fate.delay[copy] = plan.fifo ? InOrder(from, to, now, delay) : delay;
  }
  return fate;
}

core::Duration Network::Delay(const LinkPlan& plan, const Degradation* degradation, std::uint32_t from,
                              std::uint32_t to, std::uint64_t copy, core::Chooser& chooser) const {
  core::Duration delay = plan.latency.Sample(Draws(chooser, core::Purpose::kLatency, from, to, copy));
  Draws jitter(chooser, core::Purpose::kJitter, from, to, copy);
  if (plan.jitter.count() > 0) delay += core::Duration{jitter(static_cast<std::uint64_t>(plan.jitter.count()) + 1)};
  if (degradation != nullptr && degradation->delay.max.count() > 0) {
    const auto span = static_cast<std::uint64_t>((degradation->delay.max - degradation->delay.min).count()) + 1;
    delay += degradation->delay.min + core::Duration{jitter(span)};
  }
  Draws reorder(chooser, core::Purpose::kReorder, from, to, copy);
  if (plan.reorder.Happens(reorder)) {
    delay += core::Duration{reorder(static_cast<std::uint64_t>(plan.reorder_delay.count()) + 1)};
  }
  return delay;
}

core::Duration Network::InOrder(std::uint32_t from, std::uint32_t to, core::TrueTime now, core::Duration delay) {
  core::TrueTime& last = last_arrival_[LinkIndex(from, to)];
  last = std::max(last, now + delay);
  return last - now;
}

const LinkPlan& Network::PlanOf(std::uint32_t from, std::uint32_t to) const {
  const std::uint32_t outer = std::max(from, to);
  if (outer < members_) return peer_;
  return outer < nodes_ ? exporter_ : client_;
}

Network::Damage& Network::DamageOf(std::uint32_t from, std::uint32_t to) {
  if (damage_.empty()) damage_.resize(std::size_t{endpoints_} * endpoints_);
  return damage_[LinkIndex(from, to)];
}

void Network::Cut(std::uint32_t from, std::uint32_t to, std::uint32_t fault) {
  Damage& damage = DamageOf(from, to);
  ++damage.cuts;
  damage.cut_by = static_cast<std::uint8_t>(fault);
}

void Network::Mend(std::uint32_t from, std::uint32_t to) {
  Damage& damage = DamageOf(from, to);
  CHECK(damage.cuts > 0);
  --damage.cuts;
}

std::uint32_t Network::AddDegradation(const Degradation& degradation) {
  for (std::uint32_t i = 1; i < degradations_.size(); ++i) {
    if (!degradations_[i].active) {
      degradations_[i] = degradation;
      return i;
    }
  }
  degradations_.push_back(degradation);
  CHECK(degradations_.size() <= std::numeric_limits<std::uint16_t>::max());
  return static_cast<std::uint32_t>(degradations_.size() - 1);
}

void Network::Degrade(std::uint32_t from, std::uint32_t to, std::uint32_t degradation) {
  DamageOf(from, to).degradation = static_cast<std::uint16_t>(degradation);
  degradations_[degradation].links.push_back(LinkIndex(from, to));
}

void Network::RemoveDegradation(std::uint32_t degradation) {
  for (const std::size_t link : degradations_[degradation].links) {
    if (damage_[link].degradation == degradation) damage_[link].degradation = 0;
  }
  degradations_[degradation] = {};
  for (std::size_t other = degradations_.size() - 1; other > 0; --other) {
    for (const std::size_t link : degradations_[other].links) {
      if (damage_[link].degradation == 0) damage_[link].degradation = static_cast<std::uint16_t>(other);
    }
  }
}

}  // namespace sim
