#include "tools/campaign.h"

#include <utility>

namespace tools {

CampaignOutcome RunSeeds(const Experiment& experiment, const CampaignOptions& options,
                         const std::function<void(const sim::Report&)>& each, const std::function<void()>& idle) {
  const auto work = [&](std::uint64_t seed) -> absl::StatusOr<sim::Report> {
    auto report = Run(experiment, {.seed = seed, .stop = &StopRequested(), .keep_going = options.keep_going});
    if (StopRequested() && report.ok() && !report->cut_short.empty()) return absl::CancelledError();
    return report;
  };
  const auto hear = [&](const sim::Report& report) { each(report); };
  return DoInOrder<sim::Report>(options.seeds, options.jobs, work, hear, idle);
}

}  // namespace tools
