// Margin: how far one quantity of a scenario may go before each invariant breaks.
//
// A search by bisection, as pure as a sorted list: it says which value to try
// next and is told what came of it. It takes for granted that what breaks at one
// value breaks at every larger one. A coarse grid over the whole range, tried
// first, is the cheap check of that; an invariant that held above a value at
// which it broke is reported as such, whatever showed it. All invariants share
// the values tried, so the second one costs little.
//
// Values are integers, nanoseconds or parts per billion or pieces, and the search
// prefers round ones, so that what it prints is short and exact.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace tools {

// PATH=LO..HI. The unit of HI says what is measured and how it is printed.
struct MarginRange {
  std::string path;
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::string unit;  // of a share: "%", "ppm" or "ppb"; "s": a duration; empty: a count

  std::string Text(std::uint64_t value) const;  // as --set takes it
};
absl::StatusOr<MarginRange> ParseMarginRange(std::string_view text);

// What one invariant made of one value, under all seeds.
struct Finding {
  enum class Kind : std::uint8_t { kNotJudged, kHolds, kBroken };
  Kind kind = Kind::kNotJudged;
  std::uint64_t seed = 0;   // the first that broke it
  std::string explanation;  // of that
};
using Findings = std::map<std::string, Finding>;  // by invariant

struct Margin {
  std::string invariant;
  std::optional<std::uint64_t> breaks_at;       // the smallest value tried that breaks it
  Finding broken;                               // there
  std::optional<std::uint64_t> holds_at;        // the largest value tried below at which it held
  std::optional<std::uint64_t> holds_again_at;  // the smallest value tried above at which it held: not monotone
};

class MarginSearch {
 public:
  // low < high
  MarginSearch(std::uint64_t low, std::uint64_t high);

  // The value to try next; nothing when every bracket is within 1 % of its value, or one unit.
  std::optional<std::uint64_t> Next() const;
  void Tell(std::uint64_t value, Findings findings);

  std::vector<Margin> Margins() const;  // by invariant
  std::size_t tried() const { return tried_.size(); }

 private:
  std::optional<std::uint64_t> Refine(const std::string& invariant) const;

  std::vector<std::uint64_t> first_;  // the ends, then the grid
  std::map<std::uint64_t, Findings> tried_;
  std::vector<std::string> invariants_;  // sorted
};

}  // namespace tools
