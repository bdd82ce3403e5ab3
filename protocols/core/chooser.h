// Choosers: where every random decision of a run comes from.
//
// A decision is asked for by name: what it is about (purpose, subject, object)
// and its occurrence, "the 7th loss decision of the link n1->n2". Three choosers
// answer. Seeded is a pure function of seed and name, so a new decision in one
// place shifts nothing elsewhere and taking a fault away leaves the others as
// they were. Tape overrides chosen answers and asks Seeded for the rest, so an
// edited reproduction stays a run. Odometer enumerates all answers, for the
// explorer.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "protocols/core/check.h"

namespace core {

enum class Purpose : std::uint8_t {
  kNode,   // Env::Draw; subject: the node
  kTimer,  // the length of a timer, and how late it fires (object: 1); subject: the node
  kLoss,   // subject, object: the link
  kLatency,
  kJitter,
  kDuplicate,
  kReorder,
  kSync,       // a sync's latency; subject: the node
  kSurvivors,  // what a power failure leaves; subject: the node
  kTorn,
  kClock,         // offset and drift; subject: the node
  kFault,         // a fault's windows and victims; subject: its place in the plan
  kClient,        // think times, targets and requests; subject: the client
  kCore,          // which nodes settle heals
  kInterference,  // what a fault does to a packet; subject: the fault, object: the link
  kOrder,         // ranks of events that are due at the same instant
  kSwarm,         // what a swarm makes of a scenario; subject: which part of it
  kRegion,        // latency between regions; subject, object: the link
  kBase,          // what a link always takes; subject, object: its ends, the smaller first
  kBurst,         // when a link begins to lose in bursts, when it stops, and what it loses then
  kQueue,         // whom a queue that is nearly full drops
  kCorrupt,       // whether bits of a packet flip
  kFlip,          // which ones
  kDisk,          // what a failing disk does; subject: the node, object: which decision
  kWork,          // how long an event takes a slow node; subject: the node
};

struct ChoiceName {
  Purpose purpose{};
  std::uint32_t subject{};
  std::uint32_t object{};
  std::uint64_t occurrence{};
  auto operator<=>(const ChoiceName&) const = default;
};

class Chooser {
 public:
  // A number in [0, bound); bound >= 1.
  virtual std::uint64_t Choose(const ChoiceName& name, std::uint64_t bound) = 0;

 protected:
  ~Chooser() = default;
};

class Seeded final : public Chooser {
 public:
  explicit Seeded(std::uint64_t seed = 0) : seed_(seed) {
    for (std::uint64_t purpose = 0; purpose < kPurposes; ++purpose) {
      keys_[purpose] = Fold(seed ^ 0xA0761D6478BD642F, 0xE7037ED1A0B428DB + 2 * purpose);
    }
  }

  std::uint64_t Choose(const ChoiceName& name, std::uint64_t bound) override {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(Word(name)) * bound) >> 64);
  }
  std::uint64_t seed() const { return seed_; }

 private:
  // Both halves of a 64x64 product, folded: the mixing step of wyhash (Wang Yi),
  // which like us takes two for 16 bytes.
  static std::uint64_t Fold(std::uint64_t a, std::uint64_t b) {
    const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }

  std::uint64_t Word(const ChoiceName& name) const {
    const std::uint64_t about = (static_cast<std::uint64_t>(name.subject) << 32) | name.object;
    const std::uint64_t word =
        Fold(keys_[static_cast<std::size_t>(name.purpose)] ^ about, name.occurrence ^ 0x8EBC6AF09C88C6E3);
    return Fold(word ^ 0x1D8E4E27C47D124F, 0xEB44ACCAB455D165);
  }

  static constexpr std::uint64_t kPurposes = static_cast<std::uint64_t>(Purpose::kWork) + 1;
  std::uint64_t seed_ = 0;
  std::uint64_t keys_[kPurposes];  // the seed's part of a word, for each purpose
};

class Tape final : public Chooser {
 public:
  Tape() = default;
  explicit Tape(std::uint64_t seed) : seeded_(seed) {}

  void Override(const ChoiceName& name, std::uint64_t answer) { answers_[name] = answer; }

  std::uint64_t Choose(const ChoiceName& name, std::uint64_t bound) override {
    if (!answers_.empty()) [[unlikely]]
      return LookUp(name, bound);
    return seeded_.Choose(name, bound);
  }

 private:
  // Apart from Choose, which is called a few times for each message and must not pay for it.
  [[gnu::noinline]] std::uint64_t LookUp(const ChoiceName& name, std::uint64_t bound) {
    const auto found = answers_.find(name);
    if (found == answers_.end()) return seeded_.Choose(name, bound);
    // An answer recorded under another bound is brought into range: the run goes on.
    return found->second % bound;
  }

  Seeded seeded_;
  std::map<ChoiceName, std::uint64_t> answers_;
};

// Runs through every combination of answers to the choices of one step:
// `do { odometer.Rewind(); step(odometer); } while (odometer.Advance());`
class Odometer final : public Chooser {
 public:
  std::uint64_t Choose(const ChoiceName&, std::uint64_t bound) override {
    if (position_ == digits_.size()) digits_.push_back({0, bound});
    CHECK(digits_[position_].bound == bound);
    return digits_[position_++].value;
  }
  void Rewind() { position_ = 0; }
  bool Advance() {
    while (!digits_.empty() && ++digits_.back().value == digits_.back().bound) digits_.pop_back();
    return !digits_.empty();
  }

 private:
  struct Digit {
    std::uint64_t value, bound;
  };
  std::vector<Digit> digits_;
  std::size_t position_ = 0;
};

}  // namespace core
