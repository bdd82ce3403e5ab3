#include "sim/causes.h"

#include <algorithm>
#include <set>

namespace sim {

std::vector<std::uint64_t> CausalPast(const std::vector<Cause>& causes, std::uint64_t last) {
  // From the last event backwards: whoever is behind an event that is in the past is met later.
  std::vector<std::uint64_t> past;
  std::set<std::uint32_t> places;  // something that happened there later is in the past
  std::vector<bool> sends(causes.size() + 1);
  for (std::uint64_t event = std::min<std::uint64_t>(last, causes.size()); event > 0; --event) {
    const Cause& cause = causes[event - 1];
    const bool before = std::any_of(cause.places.begin(), cause.places.end(),
                                    [&](std::uint32_t place) { return places.contains(place); });
    if (event != last && !before && !sends[event]) continue;
    past.push_back(event);
    places.insert(cause.places.begin(), cause.places.end());
    if (cause.sent_by != 0) sends[cause.sent_by] = true;
  }
  std::reverse(past.begin(), past.end());
  return past;
}

}  // namespace sim
