// Seeds: as people type them. "42", "0x2a", "1..100" (both ends included).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "protocols/core/params.h"

namespace tools {

struct SeedRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  bool operator==(const SeedRange&) const = default;

  bool single() const { return first == last; }
};

inline absl::StatusOr<SeedRange> ParseSeedRange(std::string_view text) {
  const std::size_t dots = text.find("..");
  const absl::StatusOr<std::uint64_t> first = core::ParseCount(text.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : core::ParseCount(text.substr(dots + 2));
  if (!first.ok()) return first.status();
  if (!last.ok()) return last.status();
  if (*last < *first)
    return absl::InvalidArgumentError("want the smaller seed first, got \"" + std::string(text) + "\"");
  return SeedRange{*first, *last};
}

}  // namespace tools
