// Precision: where no server is wrong, a claim is no wider than it must be. Each end of it is vouched for by so many
// servers that one of them, by the best of what it has answered, had an interval that reaches from there to the right
// time. So it is not further away than the widest of the narrowest majority: half a round trip and what the clock may
// have drifted since, on either side (RFC 5905, appendix A.5.5.2: the root distance).
#include <algorithm>
#include <vector>

#include "invariants/clock_view.h"
#include "invariants/invariant.h"
#include "protocols/core/params.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct ClockPrecision {
  ClockViews views;

  template <class F>
  Ruling On(core::NodeId node, const F& f, core::TrueTime now) {
    views.Learn(node, f, now);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::TimeClaimed& f, core::TrueTime now) {
    const ClockView& view = views[node];
    if (view.InReach() < view.Majority() || view.Right({now, f.at}) < view.InReach()) return Ruling::Noted();
    const core::Duration width = f.time.latest - f.time.earliest, most = Most(view, f.at);
    if (width <= most) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " claims to know the time to " + core::FormatDuration(width) +
                          ", where its servers have told it to " + core::FormatDuration(most));
  }

 private:
  // A point is claimed if all but a minority of those who answered allow it: on either side of the right time so far
  // away, or on both together if all must.
  static core::Duration Most(const ClockView& view, core::LocalTime now) {
    std::vector<core::Duration> widths;
    for (const HeardServer& server : view.servers) {
      if (server.InReach()) widths.push_back(server.Width(now, view.drift));
    }
    std::sort(widths.begin(), widths.end());
    return (view.Minority() == 0 ? 1 : 2) * widths[view.Minority()];
  }
};

using namespace std::chrono_literals;
// Three servers stated true time to a millisecond, and it took one to ask and to be told.
void TellClaim(Story& story, core::Duration error) {
  story(3, facts::ClockStarted{3, 1'000, 500});
  TellPoll(story, 3, 1s, 3, 0);
  story(3, facts::TimeClaimed{Shown(1s + 1ms), Around(1s + 1ms, error)});
}
void Accepted(Story& story) { TellClaim(story, 3ms); }
void Rejected(Story& story) { TellClaim(story, 3100us); }
REGISTER_INVARIANT(
    "clock-precision", ClockPrecision,
    "with servers that are right, a claim is no wider than a majority's best answers and drift make it",
    "RFC 5905, §10 (the clock filter) and appendix A.5.5.2 (root distance); Cristian, Probabilistic clock "
    "synchronization",
    facts::ClockStarted, facts::ServersPolled, facts::TimeStated, facts::TimeHeard, facts::TimeClaimed);

}  // namespace
}  // namespace invariants
