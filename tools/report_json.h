// Report JSON: one run as one object. Names are stable, the order is fixed and
// 64-bit numbers are strings, because many readers keep numbers as doubles.
#pragma once

#include <string>

#include "sim/report.h"

namespace tools {

// Without a newline.
std::string ReportJson(const sim::Report& report);

}  // namespace tools
