// Fuzz report: a campaign as people and programs read it.
#pragma once

#include <cstdint>
#include <string>

#include "tools/fuzz.h"
#include "tools/terminal.h"

namespace tools {

// One violation: what, where, how much smaller it became, where it is kept, and what to type next.
std::string DiscoveryText(const FuzzTarget& target, const Discovery& discovery, const std::string& folder,
                          const Style& style);

// All of it: what was run, what was judged, what was met and what never was, and how likely something new is.
std::string FuzzText(const FuzzResults& results, const Style& style);
std::string FuzzJson(const FuzzResults& results);

// With the speed of this sitting, for who watches.
std::string StatsJson(const FuzzResults& results, std::uint64_t runs, double seconds);

// As a GitHub annotation carries it: `%`, and line ends, are written as %25, %0A and %0D.
std::string Escaped(const std::string& text);

}  // namespace tools
