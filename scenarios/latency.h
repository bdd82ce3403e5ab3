// Latency: the shapes of delay a scenario can ask for.
//
//   "5ms"                                      always
//   "1ms..10ms"                                uniform
//   "exponential 5ms max 100ms"                mean 5ms; "min 1ms" raises the floor
//   "lognormal 5ms max 1s"                     mean 5ms; "sigma 0.5", "min 1ms"
//   "bimodal 1ms..2ms slow 1% 100ms..5s"       the second range for 1% of the draws
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "sim/distribution.h"

namespace scenarios {

absl::StatusOr<sim::Latency> ParseLatency(std::string_view text);
absl::StatusOr<sim::Ratio> ParseRatio(std::string_view text);

}  // namespace scenarios
