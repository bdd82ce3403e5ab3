#include "tools/difference.h"

#include <algorithm>

#include "tools/report_text.h"

namespace tools {
namespace {

std::string Point(std::uint64_t event, core::Duration time) {
  return "event " + Grouped(event) + " (" + Seconds(time) + ")";
}

// Between the last rung that agrees and the first that does not.
std::string BetweenRungs(const scenarios::Expected& then, const scenarios::Expected& now) {
  std::string after = "the start";
  const std::size_t common = std::min(then.ladder.size(), now.ladder.size());
  for (std::size_t i = 0; i < common; ++i) {
    const scenarios::Rung& rung = then.ladder[i];
    if (rung.event != now.ladder[i].event || rung.digest != now.ladder[i].digest)
      return "first difference between " + after + " and " + Point(rung.event, rung.time);
    after = Point(rung.event, rung.time);
  }
  if (then.ladder.size() == now.ladder.size()) return "no rung of the ladder differs, only the end";
  return "equal up to " + after + ", then " + Grouped(now.events) + " events instead of " + Grouped(then.events);
}

}  // namespace

std::string FirstDifference(const scenarios::Expected& then, const scenarios::Expected& now) {
  return BetweenRungs(then, now);
}

}  // namespace tools
