// A link that does to packets what links do: delays, loses, repeats and reorders them.
#pragma once

#include <chrono>

#include "sim/plan.h"

namespace harness {

inline sim::LinkPlan RoughLink() {
  using std::chrono::milliseconds;
  sim::LinkPlan link;
  link.latency = sim::Latency::Uniform(milliseconds(1), milliseconds(10));
  link.jitter = milliseconds(2);
  link.loss = {20'000'000};
  link.duplicate = {20'000'000};
  link.reorder = {50'000'000};
  link.reorder_delay = milliseconds(50);
  return link;
}

}  // namespace harness
