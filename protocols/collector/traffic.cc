#include "protocols/collector/traffic.h"

#include <algorithm>
#include <map>

namespace collector {
namespace {

// Links are kept for every pair of nodes, so an input with thousands of services
// shares applications between them.
constexpr std::uint32_t kMostApplications = 256;

}  // namespace

Assignment Assign(const Traffic& traffic) {
  Assignment assignment;
  std::map<std::string_view, std::uint32_t> applications;
  for (std::uint32_t i = 0; i < traffic.recorded.size(); ++i) {
    const auto next = static_cast<std::uint32_t>(applications.size());
    const auto [at, fresh] = applications.try_emplace(traffic.recorded[i].batch.service(), next % kMostApplications);
    if (fresh && at->second == assignment.recorded.size()) assignment.recorded.emplace_back();
    assignment.recorded[at->second].push_back(i);
  }
  assignment.replaying = assignment.applications();
  assignment.recorded.resize(assignment.recorded.size() + traffic.generated.services);
  return assignment;
}

core::Duration ReplayLength(const Traffic& traffic) {
  core::Duration length{};
  for (const tracing::RecordedExport& recorded : traffic.recorded) length = std::max(length, recorded.at);
  return length / traffic.speed;
}

}  // namespace collector
