// Campaign: one experiment under many seeds, one run per thread, heard of in
// the order of the seeds however many threads there are.
#pragma once

#include <cstdint>
#include <functional>

#include "sim/report.h"
#include "tools/experiment.h"
#include "tools/in_order.h"
#include "tools/seeds.h"

namespace tools {

struct CampaignOptions {
  SeedRange seeds;
  std::uint32_t jobs = 1;
  bool keep_going = false;  // each run, past its first violation
};

// `each` gets every report, in the calling thread; `idle` is called about ten
// times a second while waiting.
CampaignOutcome RunSeeds(const Experiment& experiment, const CampaignOptions& options,
                         const std::function<void(const sim::Report&)>& each, const std::function<void()>& idle);

}  // namespace tools
