#include "protocols/core/params.h"

#include <limits>
#include <optional>
#include <span>

#include "absl/status/status.h"
#include "protocols/core/check.h"

namespace core {
namespace {

using Wide = unsigned __int128;

struct Unit {
  std::string_view name;
  std::uint64_t size;
};

// Ascending. "m" is a minute, never a milli or a metre.
constexpr Unit kTimeUnits[] = {
    {"ns", 1}, {"us", 1'000}, {"ms", 1'000'000}, {"s", 1'000'000'000}, {"m", 60'000'000'000}, {"h", 3'600'000'000'000}};
constexpr Unit kShareUnits[] = {{"ppb", 1}, {"ppm", 1'000}, {"%", 10'000'000}};
constexpr Unit kRateUnits[] = {{"B/s", 1}, {"kB/s", 1'000}, {"MB/s", 1'000'000}, {"GB/s", 1'000'000'000}};
constexpr std::uint64_t kWhole = 1'000'000'000;  // parts per billion
constexpr std::size_t kLongestEcho = 60;

absl::Status Want(std::string_view want, std::string_view got) {
  std::string shown(got.substr(0, kLongestEcho));
  if (got.size() > kLongestEcho) shown += "...";
  return absl::InvalidArgumentError("want " + std::string(want) + ", got \"" + shown + "\"");
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The value of a digit below `base`, if it is one.
std::optional<unsigned> Digit(char c, unsigned base) {
  unsigned value = base;
  if (IsDigit(c)) value = static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') value = static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') value = static_cast<unsigned>(c - 'A') + 10;
  if (value >= base) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> Digits(std::string_view text, unsigned base) {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    const std::optional<unsigned> digit = Digit(c, base);
    if (!digit) return std::nullopt;
    const Wide next = Wide{value} * base + *digit;
    if (next > std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
    value = static_cast<std::uint64_t>(next);
  }
  return value;
}

// "1.5" of units of 1000 is 1500; nothing if the text is no such number, does
// not come out whole, or exceeds `limit`.
std::optional<std::uint64_t> Scale(std::string_view number, std::uint64_t unit, std::uint64_t limit) {
  constexpr std::size_t kMostFractionDigits = 18;  // keeps the product within 128 bits
  const std::size_t point = number.find('.');
  const std::optional<std::uint64_t> whole = Digits(number.substr(0, point), 10);
  if (!whole) return std::nullopt;
  Wide total = Wide{*whole} * unit;
  if (point != std::string_view::npos) {
    const std::string_view fraction = number.substr(point + 1);
    const std::optional<std::uint64_t> digits = Digits(fraction, 10);
    if (!digits || fraction.size() > kMostFractionDigits) return std::nullopt;
    Wide divisor = 1;
    for (std::size_t i = 0; i < fraction.size(); ++i) divisor *= 10;
    const Wide part = Wide{*digits} * unit;
    if (part % divisor != 0) return std::nullopt;
    total += part / divisor;
  }
  if (total > limit) return std::nullopt;
  return static_cast<std::uint64_t>(total);
}

// A number and its unit.
std::optional<std::uint64_t> Quantity(std::string_view text, std::span<const Unit> units, std::uint64_t limit) {
  std::size_t end = 0;
  while (end < text.size() && (IsDigit(text[end]) || text[end] == '.')) ++end;
  for (const Unit& unit : units) {
    if (text.substr(end) == unit.name) return Scale(text.substr(0, end), unit.size, limit);
  }
  return std::nullopt;
}

// In one unit, as few digits as it takes; nothing if that has no finite expansion.
std::optional<std::string> InUnit(std::uint64_t value, const Unit& unit) {
  std::string text = std::to_string(value / unit.size);
  Wide rest = value % unit.size;
  if (rest != 0) text += '.';
  for (int digits = 0; rest != 0; ++digits) {
    if (digits == 18) return std::nullopt;
    rest *= 10;
    text += static_cast<char>('0' + static_cast<int>(rest / unit.size));
    rest %= unit.size;
  }
  return text + std::string(unit.name);
}

std::optional<std::uint64_t> Nanoseconds(std::string_view text) {
  return Quantity(text, kTimeUnits, static_cast<std::uint64_t>(std::numeric_limits<Duration::rep>::max()));
}

}  // namespace

absl::StatusOr<std::uint64_t> ParseCount(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  const bool octal_looking = !hexadecimal && text.size() > 1 && text[0] == '0';
  const auto value = hexadecimal ? Digits(text.substr(2), 16) : Digits(text, 10);
  if (octal_looking || !value) return Want("a count below 2^64 such as \"7\" or \"0x1f\", without leading zeros", text);
  return *value;
}

absl::StatusOr<bool> ParseFlag(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return Want("\"true\" or \"false\"", text);
}

absl::StatusOr<Duration> ParseDuration(std::string_view text) {
  const std::optional<std::uint64_t> value = Nanoseconds(text);
  if (!value) return Want("a duration such as \"5ms\" (units ns, us, ms, s, m, h)", text);
  return Duration(static_cast<Duration::rep>(*value));
}

absl::StatusOr<Between> ParseBetween(std::string_view text) {
  const std::size_t dots = text.find("..");
  const auto min = Nanoseconds(text.substr(0, dots));
  const auto max = dots == std::string_view::npos ? min : Nanoseconds(text.substr(dots + 2));
  if (!min || !max) return Want("\"5ms\" or \"1ms..10ms\" (units ns, us, ms, s, m, h)", text);
  if (*min > *max) return Want("the smaller end first, as in \"1ms..10ms\"", text);
  return Between{Duration(static_cast<Duration::rep>(*min)), Duration(static_cast<Duration::rep>(*max))};
}

absl::StatusOr<std::uint32_t> ParsePartsPerBillion(std::string_view text) {
  const auto value = Quantity(text, kShareUnits, kWhole);
  if (!value) return Want("a share of at most 100% such as \"0.1%\", \"200ppm\" or \"5ppb\"", text);
  return static_cast<std::uint32_t>(*value);
}

absl::StatusOr<std::uint64_t> ParseByteRate(std::string_view text) {
  constexpr std::uint64_t kMost = 1'000'000'000'000;
  const auto value = Quantity(text, kRateUnits, kMost);
  if (!value || *value == 0) return Want("bytes per second such as \"500kB/s\" (units B/s, kB/s, MB/s, GB/s)", text);
  return *value;
}

absl::StatusOr<ShareBetween> ParseShareBetween(std::string_view text) {
  const std::size_t dots = text.find("..");
  const auto min = Quantity(text.substr(0, dots), kShareUnits, kWhole);
  const auto max = dots == std::string_view::npos ? min : Quantity(text.substr(dots + 2), kShareUnits, kWhole);
  if (!min || !max) return Want("\"5%\" or \"0%..5%\" (units %, ppm, ppb; at most 100%)", text);
  if (*min > *max) return Want("the smaller end first, as in \"0%..5%\"", text);
  return ShareBetween{static_cast<std::uint32_t>(*min), static_cast<std::uint32_t>(*max)};
}

std::string FormatDuration(Duration duration) {
  const auto value = static_cast<std::uint64_t>(duration.count());
  if (value == 0) return "0s";
  std::string best = std::to_string(value) + "ns";
  for (const Unit& unit : kTimeUnits) {
    if (unit.size > value) break;
    const std::optional<std::string> text = InUnit(value, unit);
    if (text && text->size() < best.size()) best = *text;
  }
  return best;
}

std::string FormatBetween(const Between& between) {
  if (between.min == between.max) return FormatDuration(between.min);
  return FormatDuration(between.min) + ".." + FormatDuration(between.max);
}

std::string FormatPartsPerBillion(std::uint32_t parts) {
  if (parts == 0) return "0%";
  std::string best = std::to_string(parts) + "ppb";
  for (const Unit& unit : kShareUnits) {
    const std::optional<std::string> text = InUnit(parts, unit);
    if (text && text->size() < best.size()) best = *text;
  }
  return best;
}

std::string FormatPartsPerBillion(std::uint32_t parts, std::string_view unit) {
  for (const Unit& known : kShareUnits) {
    if (known.name == unit) return InUnit(parts, known).value();
  }
  CHECK(false && "the unit of a share");
}

}  // namespace core
