#include "sim/distribution.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "protocols/core/fingerprint.h"
#include "rapidcheck/gtest.h"

namespace sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using Shape = Latency::Shape;

// splitmix64, and a multiplication to get below the bound.
struct Source {
  std::uint64_t state = 1;
  int draws = 0;

  std::uint64_t operator()(std::uint64_t bound) {
    ++draws;
    state += 0x9E3779B97F4A7C15;
    std::uint64_t word = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
    word = (word ^ (word >> 27)) * 0x94D049BB133111EB;
    return static_cast<std::uint64_t>(static_cast<unsigned __int128>(word ^ (word >> 31)) * bound >> 64);
  }
};

const Latency kConstant{.shape = Shape::kConstant, .min = milliseconds(3)};
const Latency kUniform{.shape = Shape::kUniform, .min = milliseconds(1), .max = milliseconds(10)};
const Latency kExponential{
    .shape = Shape::kExponential, .min = milliseconds(1), .max = seconds(1), .mean = milliseconds(5)};
const Latency kLogNormal{.shape = Shape::kLogNormal,
                         .min = nanoseconds(0),
                         .max = seconds(10),
                         .mean = milliseconds(5),
                         .sigma_ppm = 500'000};
const Latency kBimodal{.shape = Shape::kBimodal,
                       .min = milliseconds(1),
                       .max = milliseconds(2),
                       .slow_share = {.parts_per_billion = 100'000'000},
                       .slow = {.min = milliseconds(100), .max = milliseconds(200)}};

constexpr int kSamples = 200'000;

std::vector<std::int64_t> Samples(const Latency& latency, int count = kSamples) {
  Source source;
  std::vector<std::int64_t> samples;
  for (int i = 0; i < count; ++i) samples.push_back(latency.Sample(source).count());
  return samples;
}

std::int64_t Mean(const std::vector<std::int64_t>& samples) {
  std::int64_t sum = 0;
  for (const std::int64_t sample : samples) sum += sample;
  return sum / static_cast<std::int64_t>(samples.size());
}

// How many of a million samples are below `limit`.
std::int64_t PerMillionBelow(const std::vector<std::int64_t>& samples, core::Duration limit) {
  const auto below = std::count_if(samples.begin(), samples.end(), [=](std::int64_t s) { return s < limit.count(); });
  return below * 1'000'000 / static_cast<std::int64_t>(samples.size());
}

TEST(Latency, MeansAreAsStated) {
  EXPECT_EQ(Mean(Samples(kConstant)), 3'000'000);
  EXPECT_NEAR(Mean(Samples(kUniform)), 5'500'000, 20'000);
  EXPECT_NEAR(Mean(Samples(kExponential)), 5'000'000, 30'000);
  EXPECT_NEAR(Mean(Samples(kLogNormal)), 5'000'000, 20'000);
  EXPECT_NEAR(Mean(Samples(kBimodal)), 16'350'000, 330'000);
}

// 1 - 1/e below the mean, 1 - 1/e^2 below twice the mean, counted from `min`.
TEST(Latency, ExponentialHasItsQuantiles) {
  const auto samples = Samples(kExponential);
  EXPECT_NEAR(PerMillionBelow(samples, milliseconds(5)), 632'121, 3000);
  EXPECT_NEAR(PerMillionBelow(samples, milliseconds(9)), 864'665, 3000);
  EXPECT_NEAR(PerMillionBelow(samples, nanoseconds(1'000'000 + 2'772'589)), 500'000, 3000);
}

// The median is mean / e^(sigma^2 / 2); one and two sigma from it lie 84.1 and 97.7 %.
TEST(Latency, LogNormalHasItsQuantiles) {
  const auto samples = Samples(kLogNormal);
  EXPECT_NEAR(PerMillionBelow(samples, nanoseconds(4'412'485)), 500'000, 4000);
  EXPECT_NEAR(PerMillionBelow(samples, nanoseconds(7'274'957)), 841'345, 5000);
  EXPECT_NEAR(PerMillionBelow(samples, nanoseconds(11'994'376)), 977'250, 5000);
}

TEST(Latency, BimodalIsSlowAsOftenAsStated) {
  const auto samples = Samples(kBimodal);
  EXPECT_NEAR(PerMillionBelow(samples, milliseconds(3)), 900'000, 3000);
  EXPECT_EQ(PerMillionBelow(samples, milliseconds(100)), PerMillionBelow(samples, milliseconds(3)));
}

TEST(Latency, MakesTheDrawsItStates) {
  const auto draws = [](const Latency& latency) {
    Source source;
    latency.Sample(source);
    return source.draws;
  };
  EXPECT_EQ(draws(kConstant), 0);
  EXPECT_EQ(draws(kUniform), 1);
  EXPECT_EQ(draws(kExponential), 1);
  EXPECT_EQ(draws(kLogNormal), 4);
  EXPECT_EQ(draws(kBimodal), 2);
  Latency single = kUniform;
  single.max = single.min;
  EXPECT_EQ(draws(single), 0);
}

// Whatever the draws are, the extreme ones too, and whatever the parameters.
RC_GTEST_PROP(Latency, NeverLeavesItsBounds, ()) {
  const auto up_to = [](std::int64_t limit) { return *rc::gen::inRange<std::int64_t>(0, limit); };
  const std::int64_t ten_years = 315'360'000'000'000'000;
  const core::Duration min(up_to(ten_years));
  const core::Duration max = min + core::Duration(up_to(ten_years));
  const core::Duration mean(up_to(ten_years));
  const auto sigma = static_cast<std::uint32_t>(up_to(2'000'001));
  for (const Shape shape : {Shape::kUniform, Shape::kExponential, Shape::kLogNormal, Shape::kBimodal}) {
    const Latency latency{.shape = shape,
                          .min = min,
                          .max = max,
                          .mean = mean,
                          .sigma_ppm = sigma,
                          .slow_share = {.parts_per_billion = 500'000'000},
                          .slow = {.min = min, .max = max}};
    Source source{*rc::gen::arbitrary<std::uint64_t>()};
    const auto lowest = [](std::uint64_t) { return std::uint64_t{0}; };
    const auto highest = [](std::uint64_t bound) { return bound - 1; };
    for (const core::Duration sample : {latency.Sample(source), latency.Sample(lowest), latency.Sample(highest)}) {
      RC_ASSERT(sample >= min);
      RC_ASSERT(sample <= max);
    }
  }
}

TEST(Latency, SpansTheWholeRange) {
  const Latency all{.shape = Shape::kUniform, .min = nanoseconds(0), .max = core::Duration::max()};
  const auto highest = [](std::uint64_t bound) { return bound - 1; };
  EXPECT_EQ(all.Sample(highest), core::Duration::max());
}

// The same numbers on every compiler, option and machine; change them only on purpose:
// every recorded run changes with them.
TEST(Latency, GoldenSamples) {
  const auto digest = [](const Latency& latency) {
    core::Fingerprint fingerprint;
    for (const std::int64_t sample : Samples(latency, 10'000)) fingerprint.Mix(static_cast<std::uint64_t>(sample));
    return core::ToHex(fingerprint.Finished());
  };
  EXPECT_EQ(digest(kUniform), "6cc89954b66b5816c92816133bb33149");
  EXPECT_EQ(digest(kExponential), "0e29009cedc95898ed8ec2fb5c286cab");
  EXPECT_EQ(digest(kLogNormal), "cb7cecdd36114e59ef3bfb2f5c6e5bdb");
  EXPECT_EQ(digest(kBimodal), "d8fac6dc566aa2faccdfdf4c61658bfe");
}

// log2 3 = 1.584962500721156, log2 10 = 3.321928094887362; a millionth is 4295 units.
TEST(FixedPoint, LogarithmIsCloseAndExactAtPowersOfTwo) {
  for (std::uint64_t bit = 0; bit < 64; ++bit) EXPECT_EQ(internal::Log2(std::uint64_t{1} << bit), bit << 32);
  EXPECT_NEAR(static_cast<std::int64_t>(internal::Log2(3)), 6'807'362'105, 3 * 4295);
  EXPECT_NEAR(static_cast<std::int64_t>(internal::Log2(10)), 14'267'572'527, 3 * 4295);
}

RC_GTEST_PROP(FixedPoint, LogarithmRises, ()) {
  const std::uint64_t v = *rc::gen::inRange<std::uint64_t>(1, UINT64_MAX);
  RC_ASSERT(internal::Log2(v) <= internal::Log2(v + 1));
}

// 2^0.5 = 1.4142135623731, 2^-1.3 = 0.40612619817811.
TEST(FixedPoint, PowerIsCloseAndExactAtWholeNumbers) {
  for (std::int64_t whole = -32; whole < 31; ++whole) {
    EXPECT_EQ(internal::Exp2(whole * (std::int64_t{1} << 32)), std::uint64_t{1} << (whole + 32));
  }
  EXPECT_NEAR(static_cast<std::int64_t>(internal::Exp2(std::int64_t{1} << 31)), 6'074'001'000, 2 * 6074);
  EXPECT_NEAR(static_cast<std::int64_t>(internal::Exp2(-5'583'457'485)), 1'744'298'739, 2 * 1744);
}

RC_GTEST_PROP(FixedPoint, PowerUndoesLogarithm, ()) {
  const std::uint64_t v = *rc::gen::inRange<std::uint64_t>(1, std::uint64_t{1} << 31);
  const auto back = static_cast<std::int64_t>(internal::Exp2(static_cast<std::int64_t>(internal::Log2(v))));
  const auto exact = static_cast<std::int64_t>(v << 32);
  RC_ASSERT(back <= exact + exact / 250'000 + 1);
  RC_ASSERT(back >= exact - exact / 250'000 - 1);
}

TEST(Ratio, HappensAsOftenAsStated) {
  Source source;
  const Ratio tenth{.parts_per_billion = 100'000'000};
  int happened = 0;
  for (int i = 0; i < kSamples; ++i) happened += tenth.Happens(source);
  EXPECT_NEAR(happened, kSamples / 10, 500);
  EXPECT_EQ(source.draws, kSamples);
}

TEST(Ratio, NeverAndAlwaysMakeNoDraw) {
  Source source;
  EXPECT_FALSE(Ratio{.parts_per_billion = 0}.Happens(source));
  EXPECT_TRUE(Ratio{.parts_per_billion = Ratio::kBillion}.Happens(source));
  EXPECT_EQ(source.draws, 0);
}

}  // namespace
}  // namespace sim
