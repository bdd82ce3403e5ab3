#include "sim/distribution.h"

#include <bit>
#include <cstddef>
#include <limits>

namespace sim::internal {
namespace {

using Wide = unsigned __int128;
using SignedWide = __int128;

// One more entry than intervals: a line needs both its ends.
constexpr int kIndexBits = 8;
using Table = std::array<std::uint64_t, (std::size_t{1} << kIndexBits) + 1>;

constexpr std::uint64_t kLn2 = 2'977'044'472;    // ln 2, 32 fractional bits
constexpr std::uint64_t kLog2E = 6'196'328'019;  // 1 / ln 2, 32 fractional bits
constexpr std::int64_t kMillion = 1'000'000;

// log2 of a mantissa in [1, 2) with 62 fractional bits: squaring it doubles its
// logarithm, and what passes 2 is the next binary digit.
constexpr std::uint64_t Log2BySquaring(std::uint64_t mantissa) {
  std::uint64_t log = 0;
  for (int digit = 0; digit < 32; ++digit) {
    mantissa = static_cast<std::uint64_t>(Wide{mantissa} * mantissa >> 62);
    log <<= 1;
    if (mantissa >> 63 != 0) {
      log |= 1;
      mantissa >>= 1;
    }
  }
  return log;
}

// log2(1 + i / 256).
constexpr Table kLog2 = [] {
  Table table{};
  for (std::size_t i = 0; i + 1 < table.size(); ++i) {
    table[i] = Log2BySquaring((std::uint64_t{1} << 62) + (static_cast<std::uint64_t>(i) << (62 - kIndexBits)));
  }
  table.back() = std::uint64_t{1} << 32;
  return table;
}();

constexpr std::uint64_t SquareRoot(Wide v) {
  std::uint64_t root = 0;
  for (int bit = 63; bit >= 0; --bit) {
    const std::uint64_t larger = root | std::uint64_t{1} << bit;
    if (Wide{larger} * larger <= v) root = larger;
  }
  return root;
}

// 2^(i / 256), as a product of 2^(1/2), 2^(1/4), ..., each the root of the last.
constexpr Table kExp2 = [] {
  Table table{};
  for (std::size_t i = 0; i + 1 < table.size(); ++i) {
    std::uint64_t power = std::uint64_t{1} << 62;
    std::uint64_t root = std::uint64_t{1} << 63;
    for (int bit = kIndexBits - 1; bit >= 0; --bit) {
      root = SquareRoot(Wide{root} << 62);
      if (i >> bit & 1) power = static_cast<std::uint64_t>(Wide{power} * root >> 62);
    }
    table[i] = power >> 30;
  }
  table.back() = std::uint64_t{2} << 32;
  return table;
}();

// The table's value at a fraction with 32 bits.
std::uint64_t Between(const Table& table, std::uint32_t fraction) {
  constexpr int kRestBits = 32 - kIndexBits;
  const std::size_t i = fraction >> kRestBits;
  const std::uint64_t rest = fraction & ((1u << kRestBits) - 1);
  return table[i] + ((table[i + 1] - table[i]) * rest >> kRestBits);
}

core::Duration Saturated(Wide nanoseconds) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  return core::Duration(nanoseconds > static_cast<Wide>(kMost) ? kMost : static_cast<std::int64_t>(nanoseconds));
}

}  // namespace

std::uint64_t Log2(std::uint64_t v) {
  const int whole = std::bit_width(v) - 1;
  const std::uint64_t mantissa = v << (63 - whole);  // its leading one at bit 63
  return (static_cast<std::uint64_t>(whole) << 32) + Between(kLog2, static_cast<std::uint32_t>(mantissa >> 31));
}

std::uint64_t Exp2(std::int64_t x) {
  const std::int64_t whole = x >> 32;
  const std::uint64_t power = Between(kExp2, static_cast<std::uint32_t>(x));
  if (whole >= 31) return std::numeric_limits<std::uint64_t>::max();
  if (whole < -32) return 0;
  return whole >= 0 ? power << whole : power >> -whole;
}

std::uint64_t WholeExp2(std::uint64_t x) {
  const Wide power = Wide{Between(kExp2, static_cast<std::uint32_t>(x))} << (x >> 32);
  return static_cast<std::uint64_t>(power >> 32);
}

// -ln of a uniform number of (0, 1] is exponential with mean 1 (inversion).
core::Duration Exponential(std::uint64_t draw, core::Duration min, core::Duration mean) {
  if (mean <= min) return min;
  const std::uint64_t bits = (kDrawBits << 32) - Log2(draw + 1);
  const auto scale = static_cast<std::uint64_t>((mean - min).count());
  const Wide nats = Wide{bits} * kLn2 >> 32;
  return Saturated((nats * scale >> 32) + static_cast<std::uint64_t>(min.count()));
}

std::uint64_t ThreeUniforms(std::uint64_t draw) {
  constexpr std::uint64_t kMask = (1 << 21) - 1;
  return (draw & kMask) + (draw >> 21 & kMask) + (draw >> 42 & kMask);
}

// mean * e^(sigma z - sigma^2 / 2): the second term keeps the mean in its place. The sum of
// twelve uniforms of [0, 1) has variance 1; z is it less its mean.
core::Duration LogNormal(std::uint64_t sum, core::Duration mean, std::uint32_t sigma_ppm) {
  constexpr std::int64_t kMeanOfSum = 6 * ((1 << 21) - 1);
  const std::int64_t sigma = sigma_ppm;
  const std::int64_t z = (static_cast<std::int64_t>(sum) - kMeanOfSum) * 2048;  // 32 fractional bits
  const SignedWide spread = SignedWide{z} * sigma / kMillion;
  const SignedWide correction = (SignedWide{sigma} * sigma << 31) / kMillion / kMillion;
  const SignedWide log2 = (spread - correction) * static_cast<std::int64_t>(kLog2E) >> 32;
  const std::uint64_t factor = Exp2(static_cast<std::int64_t>(log2));
  return Saturated(Wide{factor} * static_cast<std::uint64_t>(mean.count()) >> 32);
}

}  // namespace sim::internal
