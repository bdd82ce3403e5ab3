#include "tools/margin.h"

#include <algorithm>
#include <chrono>

#include "absl/status/status.h"
#include "protocols/core/params.h"
#include "protocols/core/types.h"

namespace tools {
namespace {

constexpr std::uint64_t kGridSteps = 5;        // so four values between the ends
constexpr std::uint64_t kFinenessShare = 100;  // a bracket may be one hundredth of its value

absl::Status Want(const std::string& want, std::string_view got) {
  return absl::InvalidArgumentError("want " + want + ", got \"" + std::string(got.substr(0, 100)) + "\"");
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// What follows the number; "0x1f" has none.
std::string_view UnitOf(std::string_view quantity) {
  if (core::ParseCount(quantity).ok()) return {};
  const auto end = std::find_if(quantity.begin(), quantity.end(), [](char c) { return !IsDigit(c) && c != '.'; });
  return quantity.substr(static_cast<std::size_t>(end - quantity.begin()));
}

bool IsShare(std::string_view unit) { return unit == "%" || unit == "ppm" || unit == "ppb"; }

absl::StatusOr<std::uint64_t> ParseAs(std::string_view unit, std::string_view quantity) {
  if (unit.empty() || quantity == "0") return core::ParseCount(quantity);
  if (IsShare(unit)) {
    const absl::StatusOr<std::uint32_t> parts = core::ParsePartsPerBillion(quantity);
    if (!parts.ok()) return parts.status();
    return std::uint64_t{*parts};
  }
  const absl::StatusOr<core::Duration> duration = core::ParseDuration(quantity);
  if (!duration.ok()) return Want("a duration, a share or a count such as \"5ms\", \"0.1%\" or \"7\"", quantity);
  return static_cast<std::uint64_t>(duration->count());
}

// The number in [from, to] that ends in the most zeros; of several, the one nearest to `wish`.
std::uint64_t Roundest(std::uint64_t from, std::uint64_t to, std::uint64_t wish) {
  std::uint64_t grain = 1;
  while (grain <= to / 10 && to / (grain * 10) * (grain * 10) >= from) grain *= 10;
  const std::uint64_t below = wish / grain * grain;
  if (below < from) return below + grain;
  const bool above = to - below >= grain && grain - (wish - below) < wish - below;
  return above ? below + grain : below;
}

// Strictly between; in the middle half, so that no step halves less than it must.
std::uint64_t Middle(std::uint64_t low, std::uint64_t high) {
  const std::uint64_t quarter = std::max<std::uint64_t>(1, (high - low) / 4);
  return Roundest(low + quarter, high - quarter, low + (high - low) / 2);
}

}  // namespace

std::string MarginRange::Text(std::uint64_t value) const {
  if (unit.empty()) return std::to_string(value);
  if (IsShare(unit)) return core::FormatPartsPerBillion(static_cast<std::uint32_t>(value), unit);
  return core::FormatDuration(core::Duration(static_cast<core::Duration::rep>(value)));
}

absl::StatusOr<MarginRange> ParseMarginRange(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::size_t dots = text.find("..", equals == std::string_view::npos ? 0 : equals);
  if (equals == std::string_view::npos || equals == 0 || dots == std::string_view::npos) {
    return Want("PATH=LO..HI as in faults[0].params.by=0%..20%", text);
  }
  const std::string_view low = text.substr(equals + 1, dots - equals - 1);
  const std::string_view high = text.substr(dots + 2);
  if (low.empty() || high.empty()) return Want("both ends, LO..HI", text.substr(equals + 1));
  const std::string_view unit = UnitOf(high);
  const absl::StatusOr<std::uint64_t> last = ParseAs(unit, high);
  if (!last.ok()) return last.status();
  const absl::StatusOr<std::uint64_t> first = ParseAs(unit, low);
  if (!first.ok()) return Want("both ends in units of one kind", text.substr(equals + 1));
  if (*first >= *last) return Want("the smaller end first", text.substr(equals + 1));
  return MarginRange{std::string(text.substr(0, equals)), *first, *last,
                     unit.empty() || IsShare(unit) ? std::string(unit) : "s"};
}

MarginSearch::MarginSearch(std::uint64_t low, std::uint64_t high) : first_{low, high} {
  const std::uint64_t step = (high - low) / kGridSteps;
  for (std::uint64_t i = 1; i < kGridSteps && step > 0; ++i) {
    const std::uint64_t wish = low + i * step;
    first_.push_back(Roundest(wish - step / 8, wish + step / 8, wish));
  }
}

std::optional<std::uint64_t> MarginSearch::Next() const {
  for (const std::uint64_t value : first_) {
    if (!tried_.contains(value)) return value;
  }
  for (const std::string& invariant : invariants_) {
    if (const std::optional<std::uint64_t> value = Refine(invariant)) return value;
  }
  return std::nullopt;
}

void MarginSearch::Tell(std::uint64_t value, Findings findings) {
  for (const auto& [invariant, finding] : findings) {
    const auto at = std::lower_bound(invariants_.begin(), invariants_.end(), invariant);
    if (at == invariants_.end() || *at != invariant) invariants_.insert(at, invariant);
  }
  tried_[value] = std::move(findings);
}

// Between the smallest value that breaks it and the next smaller one tried.
std::optional<std::uint64_t> MarginSearch::Refine(const std::string& invariant) const {
  std::optional<std::uint64_t> below;
  for (const auto& [value, findings] : tried_) {
    const auto finding = findings.find(invariant);
    if (finding == findings.end() || finding->second.kind != Finding::Kind::kBroken) {
      below = value;
      continue;
    }
    const std::uint64_t fine = std::max<std::uint64_t>(1, value / kFinenessShare);
    if (!below || value - *below <= fine) return std::nullopt;
    return Middle(*below, value);
  }
  return std::nullopt;
}

std::vector<Margin> MarginSearch::Margins() const {
  std::vector<Margin> margins;
  for (const std::string& invariant : invariants_) {
    Margin& margin = margins.emplace_back();
    margin.invariant = invariant;
    for (const auto& [value, findings] : tried_) {
      const auto found = findings.find(invariant);
      if (found == findings.end()) continue;
      const Finding& finding = found->second;
      if (finding.kind == Finding::Kind::kHolds && !margin.breaks_at) margin.holds_at = value;
      if (finding.kind == Finding::Kind::kHolds && margin.breaks_at && !margin.holds_again_at)
        margin.holds_again_at = value;
      if (finding.kind != Finding::Kind::kBroken || margin.breaks_at) continue;
      margin.breaks_at = value;
      margin.broken = finding;
    }
  }
  return margins;
}

}  // namespace tools
