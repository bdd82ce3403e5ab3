// Report text: a run as people read it. Aligned, one thing a line, nothing in
// it from the clock or the machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/plan.h"
#include "sim/report.h"
#include "tools/summary.h"
#include "tools/terminal.h"

namespace tools {

// "61 234"
std::string Grouped(std::uint64_t number);

// "4.120 s": milliseconds at least, microseconds at most.
std::string Seconds(core::Duration time);

// Everything about one run but its violation.
std::string RunText(const sim::Plan& plan, const sim::Report& report, const Style& style, bool windows);

// What, where, when, which node, why, and the last lines of the recording.
std::string ViolationText(const sim::Plan& plan, const sim::Report& report, const std::vector<std::string>& tail,
                          const Style& style);

// One run in one line.
std::string SeedLine(const sim::Plan& plan, const sim::Report& report, const Style& style);

std::string SummaryText(const sim::Plan& plan, const Summary& summary, const Style& style);

}  // namespace tools
