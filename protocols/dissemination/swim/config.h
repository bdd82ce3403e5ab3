// How fast failures are detected, and how sure a node is before it says so: the settings of SWIM and what follows from
// them. Logarithms are integers, in 65536ths: what they decide must be the same on every machine.
#pragma once

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "protocols/core/types.h"

namespace swim {

inline constexpr std::uint64_t kOne = 1 << 16;  // 1 in 65536ths

// The logarithm to base 2 of n >= 1, in 65536ths, rounded down: one bit after the other, by squaring.
constexpr std::uint64_t Log2(std::uint32_t n) {
  const int whole = std::bit_width(n) - 1;
  std::uint64_t log = static_cast<std::uint64_t>(whole);
  std::uint64_t rest = std::uint64_t{n} << (31 - whole);  // n / 2^whole, from 1 to below 2, in units of 2^-31
  for (int bit = 0; bit < 16; ++bit) {
    rest = (rest * rest) >> 31;
    const std::uint64_t digit = rest >> 32;
    log = 2 * log + digit;
    rest >>= digit;
  }
  return log;
}
constexpr std::uint64_t Log10(std::uint32_t n) { return Log2(n) * kOne / Log2(10); }

constexpr core::Duration Scale(core::Duration duration, std::uint64_t factor) {
  return core::Duration{static_cast<std::int64_t>(static_cast<__int128>(duration.count()) * factor / kOne)};
}

struct Config {
  std::uint32_t nodes = 5;
  core::Between probe_interval{std::chrono::milliseconds(100), std::chrono::milliseconds(120)};
  core::Duration probe_timeout = std::chrono::milliseconds(40);
  std::optional<std::uint32_t> indirect_probes = 3;
  std::uint32_t suspicion_multiplier = 4;
  std::uint32_t suspicion_max_multiplier = 6;
  std::optional<std::uint32_t> confirmations = 3;
  std::optional<std::uint32_t> max_health = 8;
  core::Between gossip_interval{std::chrono::milliseconds(40), std::chrono::milliseconds(60)};
  std::optional<std::uint32_t> fan_out = 3;
  std::uint32_t retransmit_multiplier = 4;
  std::uint32_t max_updates = 8;
  core::Between push_pull_interval{std::chrono::milliseconds(400), std::chrono::milliseconds(800)};

  template <class F>
  static void ForEachParameter(F&& f) {
    f("probe_interval", &Config::probe_interval, "from one probe to the next, and how long there is to answer it");
    f("probe_timeout", &Config::probe_timeout, "without an answer for so long, others are asked to probe as well");
    f("indirect_probes", &Config::indirect_probes, "how many others; none: nobody");
    f("suspicion_multiplier", &Config::suspicion_multiplier,
      "a suspicion stands for so many probe intervals at least, times the decimal logarithm of the nodes");
    f("suspicion_max_multiplier", &Config::suspicion_max_multiplier,
      "and for so many times as long, while only one member suspects");
    f("confirmations", &Config::confirmations, "how many more must suspect until it stands no longer than it must");
    f("max_health", &Config::max_health,
      "a node that misses answers probes more and more slowly, up to so many times more; none: it takes no notice");
    f("gossip_interval", &Config::gossip_interval, "from one round of telling what is new to the next");
    f("fan_out", &Config::fan_out, "how many others are told in a round; none: probes and their answers must do");
    f("retransmit_multiplier", &Config::retransmit_multiplier,
      "what is new is told so many times, times the decimal logarithm of the nodes");
    f("max_updates", &Config::max_updates, "what is new in one message at most");
    f("push_pull_interval", &Config::push_pull_interval,
      "from one exchange of all that is known to the next; longer in large clusters");
  }

  // Nobody votes: however few can reach one another must agree on who they are.
  std::uint32_t Electorate() const { return 1; }

  // How long a healthy cluster may take until all know who is there: each finds out by a probe in turn, suspects,
  // and has met everybody.
  core::Duration Patience() const {
    return LongestSuspicion() + (probe_interval.max + PushPullInterval().max) * (2 * nodes + 4);
  }

  // --- suspicion (Lifeguard, LHA-Suspicion) -----------------------------------------------------------------

  core::Duration LeastSuspicion() const {
    return Scale(probe_interval.max * suspicion_multiplier, std::max(kOne, Log10(nodes)));
  }
  core::Duration LongestSuspicion() const { return LeastSuspicion() * suspicion_max_multiplier; }
  // A member whom so many suspect: the first who does counts for nothing, and each further one for less than the
  // one before it.
  core::Duration SuspicionOf(std::size_t accusers) const {
    const std::size_t others = std::min<std::size_t>(std::max<std::size_t>(accusers, 1), MostAccusers()) - 1;
    const core::Duration least = LeastSuspicion();
    if (MostAccusers() == 1) return least;  // there is nobody to wait for
    const std::uint64_t share =
        Log2(static_cast<std::uint32_t>(others + 1)) * kOne / Log2(static_cast<std::uint32_t>(MostAccusers()));
    return LongestSuspicion() - Scale(LongestSuspicion() - least, share);
  }
  // More make no difference. The accused, who is none of them, and the first one leave nodes - 2 to confirm it.
  std::size_t MostAccusers() const {
    return 1 + std::min<std::size_t>(confirmations.value_or(0), nodes > 2 ? nodes - 2 : 0);
  }

  // --- dissemination ---------------------------------------------------------------------------------

  // Of one piece of news (SWIM, §4.1: lambda times log n).
  std::uint32_t MostTransmissions() const {
    return retransmit_multiplier * static_cast<std::uint32_t>((Log10(nodes + 1) + kOne - 1) / kOne);
  }
  // A table has a line for each node, and each node is sent one: so from 32 nodes on there is more time in between.
  core::Between PushPullInterval() const {
    const std::uint64_t times = nodes <= 32 ? 1 : 1 + (Log2(nodes) - Log2(32) + kOne - 1) / kOne;
    return {push_pull_interval.min * static_cast<std::int64_t>(times),
            push_pull_interval.max * static_cast<std::int64_t>(times)};
  }

  template <class Draw>
  void Randomize(core::Duration round_trip, Draw&& draw) {
    const auto least = std::chrono::floor<std::chrono::milliseconds>(round_trip) + std::chrono::milliseconds(10);
    const auto times = [&](std::uint64_t from, std::uint64_t kinds) {
      return static_cast<std::int64_t>(from + draw(kinds));
    };
    probe_timeout = least * times(1, 3);
    probe_interval.min = probe_timeout * times(3, 3);  // an answer by a detour takes two more round trips
    probe_interval.max = probe_interval.min + least * times(0, 3);
    indirect_probes = NoneOr(draw(5));
    suspicion_multiplier = 3 + static_cast<std::uint32_t>(draw(4));
    suspicion_max_multiplier = 1 + static_cast<std::uint32_t>(draw(6));
    confirmations = NoneOr(draw(4));
    max_health = NoneOr(draw(9));
    gossip_interval.min = least * times(1, 4);
    gossip_interval.max = gossip_interval.min * times(1, 2);
    fan_out = NoneOr(draw(4));
    retransmit_multiplier = 1 + static_cast<std::uint32_t>(draw(5));
    max_updates = std::uint32_t{1} << draw(6);
    push_pull_interval.min = probe_interval.max * times(1, 6);
    push_pull_interval.max = push_pull_interval.min * times(1, 3);
  }

 private:
  static std::optional<std::uint32_t> NoneOr(std::uint64_t count) {
    if (count == 0) return std::nullopt;
    return static_cast<std::uint32_t>(count);
  }
};

}  // namespace swim
