#include "sim/network.h"

#include <algorithm>

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

// One draw of them at most. The name is made only if it is drawn, which as a rule it is not.
auto DrawOnce(core::Chooser& chooser, core::Purpose purpose, std::uint32_t from, std::uint32_t to, std::uint64_t copy) {
  return [=, &chooser](std::uint64_t bound) { return Draws(chooser, purpose, from, to, copy)(bound); };
}

constexpr int kMostFlips = 16;

bool HasState(const LinkPlan& plan) {
  return plan.base_latency.max.count() > 0 || plan.correlation.parts_per_billion > 0 ||
         plan.loss_burst.begins.parts_per_billion > 0 || plan.bandwidth > 0;
}

// A share of a length, rounded down.
core::Duration Part(core::Duration length, std::uint64_t parts_per_billion) {
  const auto product = static_cast<unsigned __int128>(length.count()) * parts_per_billion;
  return core::Duration{static_cast<std::int64_t>(product / Ratio::kBillion)};
}

core::Duration Mix(core::Duration last, core::Duration fresh, Ratio correlation) {
  return Part(last, correlation.parts_per_billion) + Part(fresh, Ratio::kBillion - correlation.parts_per_billion);
}

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
  fate.delay[1] = fate.queued + network_.Delay(network_.PlanOf(from, to), from, to, copy, *chooser_);
  fate.copies = 2;
  ++counts_->duplicated;
  Effect();
}

void PacketScope::Delay(core::Duration by) {
  if (by.count() == 0 || lost()) return;
  for (std::uint32_t copy = 0; copy < fate.copies; ++copy) fate.delay[copy] += by;
  Effect();
}

void PacketScope::Slow(std::int64_t times, core::TrueTime until) {
  bool slowed = false;
  for (std::uint32_t copy = 0; copy < fate.copies; ++copy) {
    core::Duration& delay = fate.delay[copy];
    const core::Duration slow = std::max(delay, std::min(delay * times, until - now));
    slowed = slowed || slow > delay;
    delay = slow;
  }
  if (slowed) Effect();
}

void PacketScope::HoldBetween(core::TrueTime begin, core::TrueTime end) {
  bool held = false;
  for (std::uint32_t copy = 0; copy < fate.copies; ++copy) {
    const core::TrueTime arrival = now + fate.delay[copy];
    if (arrival < begin || arrival >= end) continue;
    fate.delay[copy] = end - now;
    held = true;
  }
  if (held) Effect();
}

void PacketScope::Corrupt(std::uint8_t bits) {
  if (lost() || bits == 0) return;
  for (std::uint32_t copy = 0; copy < fate.copies; ++copy) {
    fate.flips[copy] = static_cast<std::uint8_t>(std::min(fate.flips[copy] + bits, kMostFlips));
  }
  Effect();
}

void PacketScope::ResetConnection() {
  network_.KillInFlight(from, to, kind_);
  network_.KillInFlight(to, from, kind_);
}

Network::Network(const Plan& plan, std::uint32_t members, std::uint32_t nodes, std::uint32_t clients)
    : plans_{plan.peer, plan.client, plan.exporter},
      members_(members),
      nodes_(nodes),
      endpoints_(nodes + clients),
      packets_(endpoints_ <= kMostCountedByLink ? std::size_t{endpoints_} * endpoints_ : endpoints_) {
  for (const LinkPlan& link : plans_) {
    if (link.fifo) last_arrival_.resize(std::size_t{endpoints_} * endpoints_);
    if (HasState(link)) has_states_ = true;
    if (link.bandwidth > 0) ++need_sizes_;
  }
  if (has_states_) states_.resize(endpoints_);
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
                   std::vector<std::uint64_t>& effects, std::uint64_t size) {
  ++counts_.sent;
  Fate fate;
  fate.number = PacketsOf(from, to)++;
  const LinkPlan& plan = PlanOf(from, to);
  const bool burst = has_states_ && Advance(plan, from, to, fate.number, chooser);
  if (!damage_.empty()) {
    if (const Damage& damage = damage_[LinkIndex(from, to)]; damage.cuts > 0) {
      ++counts_.cut;
      ++effects[damage.cut_by];
      return fate;
    }
  }
  if (plan.bandwidth > 0 && !Enqueue(plan, from, to, now, size, chooser, fate)) {
    ++counts_.overflowed;
    return fate;
  }
  if (burst || plan.loss.Happens(DrawOnce(chooser, core::Purpose::kLoss, from, to, fate.number))) {
    ++counts_.lost;
    return fate;
  }
  fate.copies = 1;
  if (plan.duplicate.Happens(DrawOnce(chooser, core::Purpose::kDuplicate, from, to, fate.number))) {
    ++counts_.duplicated;
    fate.copies = 2;
  }
  for (std::uint32_t copy = 0; copy < fate.copies; ++copy) {
    const std::uint64_t name = 2 * std::uint64_t{fate.number} + copy;
    fate.delay[copy] = fate.queued + Delay(plan, from, to, name, chooser);
    if (plan.corrupt.Happens(DrawOnce(chooser, core::Purpose::kCorrupt, from, to, name))) fate.flips[copy] = 1;
  }
  if (!active_.empty()) Edit(from, to, now, chooser, effects, size, fate);
  if (plan.fifo) {
    for (std::uint32_t copy = 0; copy < fate.copies; ++copy) {
      fate.delay[copy] = InOrder(from, to, now, fate.delay[copy]);
    }
  }
  return fate;
}

Network::LinkState& Network::StateOf(std::uint32_t from, std::uint32_t to) {
  if (states_[from].empty()) states_[from].resize(endpoints_);
  return states_[from][to];
}

// What goes on in a link from packet to packet, whatever becomes of the packet, so
// that a cut or a fault leaves what comes later as it was. Answers whether the
// link loses the packet in a burst.
bool Network::Advance(const LinkPlan& plan, std::uint32_t from, std::uint32_t to, std::uint32_t number,
                      core::Chooser& chooser) {
  LinkState& state = StateOf(from, to);
  if (state.base.count() < 0) {
    const std::uint32_t first = std::min(from, to), second = std::max(from, to);
    const auto spread = static_cast<std::uint64_t>((plan.base_latency.max - plan.base_latency.min).count()) + 1;
    state.base = plan.base_latency.min;
    if (spread > 1) state.base += core::Duration{chooser.Choose({core::Purpose::kBase, first, second, 0}, spread)};
  }
  if (plan.correlation.parts_per_billion > 0) {
    const core::Duration fresh = Drawn(plan, from, to, 2 * std::uint64_t{number}, chooser);
    state.delay = state.delay.count() < 0 ? fresh : Mix(state.delay, fresh, plan.correlation);
  }
  if (plan.loss_burst.begins.parts_per_billion == 0) return false;
  Draws draw(chooser, core::Purpose::kBurst, from, to, number);
  const bool changes = (state.in_burst ? plan.loss_burst.ends : plan.loss_burst.begins).Happens(draw);
  state.in_burst = state.in_burst != changes;
  return state.in_burst && plan.loss_burst.loss.Happens(draw);
}

// Sends the packet after those that are being sent. False: there was no room.
bool Network::Enqueue(const LinkPlan& plan, std::uint32_t from, std::uint32_t to, core::TrueTime now,
                      std::uint64_t size, core::Chooser& chooser, Fate& fate) {
  if (plan.queue > 0 && Overflows(plan, from, to, now, fate.number, chooser)) {
    if (plan.overflow != Overflow::kBackpressure) return false;
    ++counts_.held_back;
  }
  LinkState& state = StateOf(from, to);
  state.free_at = std::max(state.free_at, now) + TimeToSend(size, plan.bandwidth);
  fate.queued = state.free_at - now;
  if (plan.queue > 0) {
    state.leaving[state.oldest] = state.free_at;
    state.oldest = (state.oldest + 1) % plan.queue;
  }
  return true;
}

bool Network::Overflows(const LinkPlan& plan, std::uint32_t from, std::uint32_t to, core::TrueTime now,
                        std::uint32_t number, core::Chooser& chooser) {
  LinkState& state = StateOf(from, to);
  if (state.leaving.empty()) state.leaving.resize(plan.queue);
  if (state.leaving[state.oldest] > now) return true;
  if (plan.overflow != Overflow::kRandom) return false;
  const auto waiting = static_cast<std::uint32_t>(
      std::count_if(state.leaving.begin(), state.leaving.end(), [&](core::TrueTime leaves) { return leaves > now; }));
  if (2 * waiting <= plan.queue) return false;
  return chooser.Choose({core::Purpose::kQueue, from, to, number}, plan.queue) < 2 * waiting - plan.queue;
}

void Network::FlipBits(std::uint32_t from, std::uint32_t to, const Fate& fate, std::uint32_t copy,
                       core::Chooser& chooser, std::string& bytes) {
  Draws draw(chooser, core::Purpose::kFlip, from, to, 2 * std::uint64_t{fate.number} + copy);
  // Different ones: each is chosen among those that are left.
  std::array<std::uint64_t, kMostFlips> flipped;
  const std::uint64_t bits = 8 * bytes.size();
  for (std::size_t i = 0; i < fate.flips[copy]; ++i) {
    std::uint64_t bit = draw(bits - i);
    for (std::size_t before = 0; before < i && bit >= flipped[before]; ++before) ++bit;
    bytes[bit / 8] = static_cast<char>(static_cast<unsigned char>(bytes[bit / 8]) ^ (1u << bit % 8));
    flipped[i] = bit;
    std::sort(flipped.begin(), flipped.begin() + static_cast<std::ptrdiff_t>(i) + 1);
  }
}

// Lets every fault that lies on the link have its say.
void Network::Edit(std::uint32_t from, std::uint32_t to, core::TrueTime now, core::Chooser& chooser,
                   std::vector<std::uint64_t>& effects, std::uint64_t size, Fate& fate) {
  constexpr std::uint64_t kDrawsPerPacket = 16;
  const LinkClass link = ClassOf(from, to);
  std::optional<std::uint32_t> counted;  // those of one fault lie side by side
  for (const std::uint32_t number : active_) {
    Interference& interference = interferences_[number];
    if (!interference.links.Contains(from, to) || !interference.links.Admits(link)) continue;
    PacketScope scope(*this, fate);
    scope.from = from;
    scope.to = to;
    scope.now = now;
    scope.size = size;
    scope.numbers = interference.numbers;
    if (!interference.memory.empty()) scope.memory = &interference.memory[LinkIndex(from, to)];
    scope.chooser_ = &chooser;
    scope.name_ = {core::Purpose::kInterference, interference.fault, static_cast<std::uint32_t>(LinkIndex(from, to)),
                   kDrawsPerPacket * fate.number};
    scope.kind_ = interference.kind;
    scope.effects_ = &effects[interference.kind];
    scope.counted_ = &counted;
    scope.counts_ = &counts_;
    interference.edit(scope);
  }
}

// What the link's shape, its jitter and the regions at its ends make of this copy.
core::Duration Network::Drawn(const LinkPlan& plan, std::uint32_t from, std::uint32_t to, std::uint64_t copy,
                              core::Chooser& chooser) const {
  core::Duration delay = plan.latency.Sample(Draws(chooser, core::Purpose::kLatency, from, to, copy));
  if (plan.jitter.count() > 0) {
    const auto jitter = DrawOnce(chooser, core::Purpose::kJitter, from, to, copy);
    delay += core::Duration{jitter(static_cast<std::uint64_t>(plan.jitter.count()) + 1)};
  }
  if (!between_regions_.empty()) {
    const Latency& far = between_regions_[region_[from] * regions_ + region_[to]];
    delay += far.Sample(Draws(chooser, core::Purpose::kRegion, from, to, copy));
  }
  return delay;
}

core::Duration Network::Delay(const LinkPlan& plan, std::uint32_t from, std::uint32_t to, std::uint64_t copy,
                              core::Chooser& chooser) const {
  core::Duration delay{};
  if (plan.correlation.parts_per_billion == 0) {
    delay = Drawn(plan, from, to, copy, chooser);
  } else {
    // The first copy's has been drawn; a second one is close to it.
    delay = StateOf(from, to).delay;
    if (copy % 2 != 0) delay = Mix(delay, Drawn(plan, from, to, copy, chooser), plan.correlation);
  }
  if (plan.reorder.parts_per_billion > 0) {
    Draws reorder(chooser, core::Purpose::kReorder, from, to, copy);
    if (plan.reorder.Happens(reorder)) {
      delay += core::Duration{reorder(static_cast<std::uint64_t>(plan.reorder_delay.count()) + 1)};
    }
  }
  if (has_states_) delay += StateOf(from, to).base;
  return delay;
}

core::Duration Network::InOrder(std::uint32_t from, std::uint32_t to, core::TrueTime now, core::Duration delay) {
  core::TrueTime& last = last_arrival_[LinkIndex(from, to)];
  last = std::max(last, now + delay);
  return last - now;
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

void Network::WantSizes(std::uint32_t number) {
  CHECK(!interferences_[number].wants_sizes);
  interferences_[number].wants_sizes = true;
  ++need_sizes_;
}

void Network::Remove(std::uint32_t number) {
  if (interferences_[number].wants_sizes) --need_sizes_;
  interferences_[number] = {};
  std::erase(active_, number);
}

}  // namespace sim
