// Params: quantities as people write them, "150ms..300ms", "0.1%", "200ppm".
//
// Every parser takes the text of one value and answers with the value or with
// what it wanted: `want "1ms" or "1ms..10ms", got "fast"`. Integers only; a
// fraction is read as decimal digits, never through floating point. Overflow
// is an error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "protocols/core/types.h"

namespace core {

// A named parameter of a protocol or a fault, not yet parsed.
struct Parameter {
  std::string key;
  std::string value;
  bool operator==(const Parameter&) const = default;
};

absl::StatusOr<std::uint64_t> ParseCount(std::string_view text);  // "7", "0x1f"; no octal, no sign
absl::StatusOr<bool> ParseFlag(std::string_view text);            // "true" or "false"
absl::StatusOr<Duration> ParseDuration(std::string_view text);    // "250ns", "1.5ms", "2s", "10m", "1h"; not negative
absl::StatusOr<Between> ParseBetween(std::string_view text);      // "5ms" or "1ms..10ms"
absl::StatusOr<std::uint32_t> ParsePartsPerBillion(std::string_view text);  // "0.1%", "200ppm", "5ppb"; at most 100%

absl::StatusOr<std::uint64_t> ParseByteRate(std::string_view text);  // "500kB/s": bytes per second, 1B/s to 1000GB/s

// A range of shares, both ends included.
struct ShareBetween {
  std::uint32_t min{};  // parts per billion
  std::uint32_t max{};
};
absl::StatusOr<ShareBetween> ParseShareBetween(std::string_view text);  // "5%" or "0%..5%"

// The shortest text that parses back to the same value, "1.5s" or "250ms";
// of a duration the shortest that does not begin with "0.".
std::string FormatDuration(Duration duration);
std::string FormatBetween(const Between& between);
std::string FormatPartsPerBillion(std::uint32_t parts);
// In this unit, "%", "ppm" or "ppb".
std::string FormatPartsPerBillion(std::uint32_t parts, std::string_view unit);

}  // namespace core
