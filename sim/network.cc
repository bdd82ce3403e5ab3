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

}  // namespace

std::uint64_t PacketScope::Draw(std::uint64_t bound) {
  const std::uint64_t answer = chooser_->Choose(name_, bound);
  ++name_.occurrence;
  return answer;
}

void PacketScope::Lose() {
  if (fate.copies == 0) return;
  fate.copies = 0;
  ++counts_->lost;
  Effect();
}

void PacketScope::Duplicate() {
  if (fate.copies != 1) return;
  const std::uint64_t copy = 2 * std::uint64_t{fate.number} + 1;
  fate.delay[1] = network_.Delay(network_.PlanOf(from, to), from, to, copy, *chooser_);
  fate.copies = 2;
  ++counts_->duplicated;
  Effect();
}

void PacketScope::Delay(core::Duration by) {
  if (by.count() == 0 || lost()) return;
  for (std::uint32_t copy = 0; copy < fate.copies; ++copy) fate.delay[copy] += by;
  Effect();
}

void PacketScope::HoldUntil(core::TrueTime time) {
  bool held = false;
  for (std::uint32_t copy = 0; copy < fate.copies; ++copy) {
    if (now + fate.delay[copy] >= time) continue;
    fate.delay[copy] = time - now;
    held = true;
  }
  if (held) Effect();
}

Network::Network(const Plan& plan, std::uint32_t members, std::uint32_t nodes, std::uint32_t clients)
    : peer_(plan.peer),
      client_(plan.client),
      exporter_(plan.exporter),
      members_(members),
      nodes_(nodes),
      endpoints_(nodes + clients),
      packets_(endpoints_ <= kMostCountedByLink ? std::size_t{endpoints_} * endpoints_ : endpoints_) {
  if (peer_.fifo || client_.fifo || exporter_.fifo) last_arrival_.resize(std::size_t{endpoints_} * endpoints_);
  if (!plan.regions.empty()) Deal(plan.regions);
  if (!plan.region_links.empty()) Connect(plan.region_links);
}

// Members that the regions do not provide for are dealt in turn too.
void Network::Deal(const std::vector<RegionPlan>& regions) {
  regions_ = static_cast<std::uint32_t>(regions.size());
  for (std::uint32_t place = 0; place < regions_; ++place) {
    for (std::uint32_t left = regions[place].nodes; left > 0 && region_.size() < members_; --left) {
      region_.push_back(place);
    }
  }
  for (std::uint32_t next = 0; region_.size() < members_; ++next) region_.push_back(next % regions_);
  for (std::uint32_t application = members_; application < nodes_; ++application) {
    region_.push_back((application - members_) % regions_);
  }
  for (std::uint32_t client = nodes_; client < endpoints_; ++client) region_.push_back((client - nodes_) % regions_);
}

void Network::Connect(const std::vector<RegionLink>& links) {
  between_regions_.resize(std::size_t{regions_} * regions_);
  for (const RegionLink& link : links) between_regions_[link.from * regions_ + link.to] = link.latency;
}

Fate Network::Send(std::uint32_t from, std::uint32_t to, core::TrueTime now, core::Chooser& chooser,
                   std::vector<std::uint64_t>& effects) {
  ++counts_.sent;
  Fate fate;
  fate.number = PacketsOf(from, to)++;
  if (!damage_.empty()) {
    if (const Damage& damage = damage_[LinkIndex(from, to)]; damage.cuts > 0) {
      ++counts_.cut;
      ++effects[damage.cut_by];
      return fate;
    }
  }
  const LinkPlan& plan = PlanOf(from, to);
  if (plan.loss.Happens(Draws(chooser, core::Purpose::kLoss, from, to, fate.number))) {
    ++counts_.lost;
    return fate;
  }
  fate.copies = 1;
  if (plan.duplicate.Happens(Draws(chooser, core::Purpose::kDuplicate, from, to, fate.number))) {
    ++counts_.duplicated;
    fate.copies = 2;
  }
  for (std::uint32_t copy = 0; copy < fate.copies; ++copy) {
    fate.delay[copy] = Delay(plan, from, to, 2 * std::uint64_t{fate.number} + copy, chooser);
  }
  if (!active_.empty()) Edit(from, to, now, chooser, effects, fate);
  if (plan.fifo) {
    for (std::uint32_t copy = 0; copy < fate.copies; ++copy) {
      fate.delay[copy] = InOrder(from, to, now, fate.delay[copy]);
    }
  }
  return fate;
}

// Lets every fault that lies on the link have its say.
void Network::Edit(std::uint32_t from, std::uint32_t to, core::TrueTime now, core::Chooser& chooser,
                   std::vector<std::uint64_t>& effects, Fate& fate) {
  constexpr std::uint64_t kDrawsPerPacket = 16;
  for (const std::uint32_t number : active_) {
    Interference& interference = interferences_[number];
    if (!interference.links.Contains(from, to)) continue;
    PacketScope scope(*this, fate);
    scope.from = from;
    scope.to = to;
    scope.now = now;
    scope.numbers = interference.numbers;
    if (!interference.memory.empty()) scope.memory = &interference.memory[LinkIndex(from, to)];
    scope.chooser_ = &chooser;
    scope.name_ = {core::Purpose::kInterference, interference.fault, static_cast<std::uint32_t>(LinkIndex(from, to)),
                   kDrawsPerPacket * fate.number};
    scope.effects_ = &effects[interference.kind];
    scope.counts_ = &counts_;
    interference.edit(scope);
  }
}

core::Duration Network::Delay(const LinkPlan& plan, std::uint32_t from, std::uint32_t to, std::uint64_t copy,
                              core::Chooser& chooser) const {
  core::Duration delay = plan.latency.Sample(Draws(chooser, core::Purpose::kLatency, from, to, copy));
  Draws jitter(chooser, core::Purpose::kJitter, from, to, copy);
  if (plan.jitter.count() > 0) delay += core::Duration{jitter(static_cast<std::uint64_t>(plan.jitter.count()) + 1)};
  Draws reorder(chooser, core::Purpose::kReorder, from, to, copy);
  if (plan.reorder.Happens(reorder)) {
    delay += core::Duration{reorder(static_cast<std::uint64_t>(plan.reorder_delay.count()) + 1)};
  }
  if (!between_regions_.empty()) {
    const Latency& far = between_regions_[region_[from] * regions_ + region_[to]];
    delay += far.Sample(Draws(chooser, core::Purpose::kRegion, from, to, copy));
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
  damage.cut_by = static_cast<std::uint16_t>(fault);
}

void Network::Mend(std::uint32_t from, std::uint32_t to) {
  Damage& damage = DamageOf(from, to);
  CHECK(damage.cuts > 0);
  --damage.cuts;
}

Network::Transit& Network::TransitOf(std::uint32_t from, std::uint32_t to) {
  if (transits_.empty()) transits_.resize(std::size_t{endpoints_} * endpoints_);
  return transits_[LinkIndex(from, to)];
}

void Network::KillInFlight(std::uint32_t from, std::uint32_t to, std::uint32_t fault) {
  Transit& transit = TransitOf(from, to);
  transit.killed_before = PacketsOf(from, to);
  transit.killed_by = static_cast<std::uint16_t>(fault);
}

void Network::HoldInFlight(std::uint32_t from, std::uint32_t to, core::TrueTime until, std::uint32_t fault) {
  Transit& transit = TransitOf(from, to);
  transit.held_before = PacketsOf(from, to);
  transit.held_until = std::max(transit.held_until, until);
  transit.held_by = static_cast<std::uint16_t>(fault);
}

Network::Arrival Network::Arrive(std::uint32_t from, std::uint32_t to, std::uint32_t number, core::TrueTime now,
                                 std::vector<std::uint64_t>& effects, core::TrueTime* until) {
  const Transit& transit = transits_[LinkIndex(from, to)];
  if (number < transit.killed_before) {
    ++counts_.cut;
    ++effects[transit.killed_by];
    return Arrival::kKilled;
  }
  if (number < transit.held_before && now < transit.held_until) {
    ++effects[transit.held_by];
    *until = transit.held_until;
    return Arrival::kHeld;
  }
  return Arrival::kArrives;
}

std::uint32_t Network::Add(Interference interference) {
  const auto free = std::find_if(interferences_.begin(), interferences_.end(),
                                 [](const Interference& other) { return other.edit == nullptr; });
  const auto number = static_cast<std::uint32_t>(free - interferences_.begin());
  if (free == interferences_.end()) {
    interferences_.push_back(std::move(interference));
  } else {
    *free = std::move(interference);
  }
  active_.push_back(number);
  return number;
}

void Network::Remove(std::uint32_t number) {
  interferences_[number] = {};
  std::erase(active_, number);
}

}  // namespace sim
