#include "scenarios/latency.h"

#include <optional>
#include <string>
#include <vector>

#include "protocols/core/params.h"

namespace scenarios {
namespace {

using core::Between;
using core::Duration;
using sim::Latency;

constexpr Duration kLongest = std::chrono::hours(24);
constexpr std::uint32_t kDefaultSigmaPpm = 500'000;
constexpr std::uint32_t kLargestSigmaPpm = 2'000'000;

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    words.push_back(text.substr(0, space));
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
  }
  return words;
}

std::optional<Duration> Length(std::string_view text) {
  const absl::StatusOr<Duration> duration = core::ParseDuration(text);
  if (!duration.ok() || *duration > kLongest) return std::nullopt;
  return *duration;
}

std::optional<Between> Range(std::string_view text) {
  const absl::StatusOr<Between> range = core::ParseBetween(text);
  if (!range.ok() || range->max > kLongest) return std::nullopt;
  return *range;
}

// A decimal in millionths: nanoseconds are the millionths of a millisecond.
std::optional<std::uint32_t> Millionths(std::string_view text, std::uint32_t most) {
  const std::optional<Duration> value = Length(std::string(text) + "ms");
  if (!value || value->count() > most) return std::nullopt;
  return static_cast<std::uint32_t>(value->count());
}

std::optional<Latency> Plain(std::string_view text) {
  const std::optional<Between> range = Range(text);
  if (!range) return std::nullopt;
  Latency latency;
  latency.shape = range->min == range->max ? Latency::Shape::kConstant : Latency::Shape::kUniform;
  latency.min = range->min;
  latency.max = range->max;
  return latency;
}

// A mean, then "max", "min" and "sigma" with their values in any order.
std::optional<Latency> LongTailed(Latency::Shape shape, const std::vector<std::string_view>& words) {
  if (words.size() < 4 || words.size() % 2 != 0) return std::nullopt;
  std::optional<Duration> mean = Length(words[1]);
  std::optional<Duration> min = Duration{0};
  std::optional<Duration> max;
  std::optional<std::uint32_t> sigma = kDefaultSigmaPpm;
  for (std::size_t i = 2; i < words.size(); i += 2) {
    const std::string_view value = words[i + 1];
    if (words[i] == "max") {
      max = Length(value);
    } else if (words[i] == "min") {
      min = Length(value);
    } else if (words[i] == "sigma" && shape == Latency::Shape::kLogNormal) {
      sigma = Millionths(value, kLargestSigmaPpm);
    } else {
      return std::nullopt;
    }
  }
  if (!mean || !min || !max || !sigma || *min > *mean || *mean > *max) return std::nullopt;
  Latency latency;
  latency.shape = shape;
  latency.min = *min;
  latency.max = *max;
  latency.mean = *mean;
  if (shape == Latency::Shape::kLogNormal) latency.sigma_ppm = *sigma;
  return latency;
}

std::optional<Latency> Bimodal(const std::vector<std::string_view>& words) {
  if (words.size() != 5 || words[2] != "slow") return std::nullopt;
  const std::optional<Between> usual = Range(words[1]);
  const absl::StatusOr<sim::Ratio> share = ParseRatio(words[3]);
  const std::optional<Between> slow = Range(words[4]);
  if (!usual || !share.ok() || !slow) return std::nullopt;
  Latency latency;
  latency.shape = Latency::Shape::kBimodal;
  latency.min = usual->min;
  latency.max = usual->max;
  latency.slow_share = *share;
  latency.slow = *slow;
  return latency;
}

std::optional<Latency> Parsed(std::string_view text) {
  const std::vector<std::string_view> words = Words(text);
  if (words.empty()) return std::nullopt;
  if (words[0] == "exponential") return LongTailed(Latency::Shape::kExponential, words);
  if (words[0] == "lognormal") return LongTailed(Latency::Shape::kLogNormal, words);
  if (words[0] == "bimodal") return Bimodal(words);
  return Plain(text);
}

}  // namespace

absl::StatusOr<Latency> ParseLatency(std::string_view text) {
  if (const std::optional<Latency> latency = Parsed(text)) return *latency;
  return absl::InvalidArgumentError(
      "want \"5ms\", \"1ms..10ms\", \"exponential 5ms max 100ms\", \"lognormal 5ms sigma 0.5 max 1s\" or "
      "\"bimodal 1ms..2ms slow 1% 100ms..5s\", at most 24h, the mean between min and max, got \"" +
      std::string(text.substr(0, 60)) + "\"");
}

absl::StatusOr<sim::Ratio> ParseRatio(std::string_view text) {
  const absl::StatusOr<std::uint32_t> parts = core::ParsePartsPerBillion(text);
  if (!parts.ok()) return parts.status();
  return sim::Ratio{*parts};
}

}  // namespace scenarios
