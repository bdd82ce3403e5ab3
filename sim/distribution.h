// Random latencies and chances in integers only.
//
// The standard library's distributions differ from library to library, and libm's
// logarithm from machine to machine; a run must not. So logarithm and power of two
// are tables of fixed-point numbers, computed by the compiler from exact integer
// square roots and squares, with straight lines between their entries.
//
// A draw source is any `std::uint64_t draw(std::uint64_t bound)`, uniform below
// `bound`, 1 <= bound <= 2^63. How many draws a sample makes depends on the shape
// alone, except where noted, and a choice without an alternative makes none.
#pragma once

#include <array>
#include <cstdint>

#include "protocols/core/types.h"

namespace sim {

// A probability. Never and always make no draw.
struct Ratio {
  static constexpr std::uint32_t kBillion = 1'000'000'000;
  std::uint32_t parts_per_billion{};

  bool operator==(const Ratio&) const = default;

  template <class Draw>
  bool Happens(Draw&& draw) const {
    if (parts_per_billion == 0) return false;
    if (parts_per_billion >= kBillion) return true;
    return draw(kBillion) < parts_per_billion;
  }
};

// How long so many bytes take at so many bytes per second, rounded down.
constexpr core::Duration TimeToSend(std::uint64_t bytes, std::uint64_t bytes_per_second) {
  return core::Duration{
      static_cast<std::int64_t>(static_cast<unsigned __int128>(bytes) * Ratio::kBillion / bytes_per_second)};
}

struct Latency {
  enum class Shape : std::uint8_t { kConstant, kUniform, kExponential, kLogNormal, kBimodal };

  Shape shape = Shape::kConstant;
  core::Duration min{};       // every shape: never less
  core::Duration max{};       // not kConstant: never more (kBimodal: when not slow)
  core::Duration mean{};      // kExponential, kLogNormal: before what exceeds the bounds is moved to them
  std::uint32_t sigma_ppm{};  // kLogNormal: standard deviation of the natural logarithm, up to 2'000'000
  Ratio slow_share{};         // kBimodal: how often the latency is drawn from `slow`
  core::Between slow{};       // kBimodal

  bool operator==(const Latency&) const = default;

  static Latency Uniform(core::Duration least, core::Duration most) {
    Latency latency;
    latency.shape = Shape::kUniform;
    latency.min = least;
    latency.max = most;
    return latency;
  }

  // kConstant     min. No draw.
  // kUniform      each nanosecond of [min, max] alike; mean (min + max) / 2, exact. One draw.
  // kExponential  min + an exponential of mean `mean - min`, of at most 44 times its mean, in
  //               error by less than 3e-6 of it. One draw.
  // kLogNormal    the normal below it is a sum of twelve uniforms: within 0.003 of the true
  //               distribution function, thinner beyond 3 sigma, nothing beyond 6. This makes
  //               the mean too small by 0.03 % at sigma 0.5, 0.4 % at 1, 6 % at 2. Four draws.
  // kBimodal      uniform in [min, max], or in `slow` with probability slow_share. Two draws.
  template <class Draw>
  core::Duration Sample(Draw&& draw) const;
};

namespace internal {

inline constexpr std::uint64_t kDrawBits = 63;

// From one draw below 2^63: min + exponential, not yet bounded above; saturates.
core::Duration Exponential(std::uint64_t draw, core::Duration min, core::Duration mean);
// The sum of the draw's three 21-bit numbers: a quarter of what LogNormal wants.
std::uint64_t ThreeUniforms(std::uint64_t draw);
// From the sum of twelve 21-bit numbers; saturates.
core::Duration LogNormal(std::uint64_t sum, core::Duration mean, std::uint32_t sigma_ppm);

// Fixed point with 32 fractional bits: log2 of v >= 1, in error by less than 3e-6,
// and 2^x, in error by less than 2e-6 of itself and one unit, saturated from x = 31.
std::uint64_t Log2(std::uint64_t v);
std::uint64_t Exp2(std::int64_t x);
// 2^x for x from 0 to below 63, in whole numbers.
std::uint64_t WholeExp2(std::uint64_t x);

template <class Draw>
core::Duration Uniform(core::Duration min, core::Duration max, Draw& draw) {
  if (max <= min) return min;
  const auto span = static_cast<std::uint64_t>((max - min).count());
  return min + core::Duration(static_cast<std::int64_t>(draw(span + 1)));
}

}  // namespace internal

// A magnitude of [low, high], 1 <= low, each factor of two alike: how big a fault is
// should not be decided by how many digits its unit has. One draw.
template <class Draw>
std::uint64_t LogUniform(std::uint64_t low, std::uint64_t high, Draw&& draw) {
  const std::uint64_t from = internal::Log2(low);
  const std::uint64_t span = internal::Log2(high) - from;
  const std::uint64_t value = internal::WholeExp2(from + draw(span + 1));
  return value < low ? low : value > high ? high : value;
}

template <class Draw>
core::Duration Latency::Sample(Draw&& draw) const {
  const std::uint64_t all = std::uint64_t{1} << internal::kDrawBits;
  switch (shape) {
    case Shape::kConstant:
      return min;
    case Shape::kUniform:
      return internal::Uniform(min, max, draw);
    case Shape::kExponential: {
      const core::Duration sample = internal::Exponential(draw(all), min, mean);
      return sample < max ? sample : max;
    }
    case Shape::kLogNormal: {
      std::uint64_t sum = 0;
      for (int i = 0; i < 4; ++i) sum += internal::ThreeUniforms(draw(all));
      const core::Duration sample = internal::LogNormal(sum, mean, sigma_ppm);
      if (sample < min) return min;
      return sample < max ? sample : max;
    }
    case Shape::kBimodal: {
      const bool is_slow = slow_share.Happens(draw);
      return is_slow ? internal::Uniform(slow.min, slow.max, draw) : internal::Uniform(min, max, draw);
    }
  }
  return min;
}

}  // namespace sim
