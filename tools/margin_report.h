// Margin report: what a tolerance search found, for people and for programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/margin.h"
#include "tools/seeds.h"
#include "tools/terminal.h"

namespace tools {

struct MarginReport {
  std::string scenario;
  MarginRange range;
  SeedRange seeds;
  std::uint64_t values = 0;  // tried
  std::uint64_t runs = 0;
  std::uint64_t cut_short = 0;  // of those, by their budget of events
  bool finished = false;        // false: interrupted, the brackets are wider
  std::vector<Margin> margins;
  std::string replay;  // the command that shows the smallest break; empty: there is none
};

// The smallest break of any invariant; null: nothing broke.
const Margin* SmallestBreak(const std::vector<Margin>& margins);

// `explain`: also why each was broken.
std::string MarginText(const MarginReport& report, const Style& style, bool explain);
std::string MarginJson(const MarginReport& report);

}  // namespace tools
