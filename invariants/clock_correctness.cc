// Correctness: true time is in the interval that a node claims, as long as fewer than half of the servers are wrong.
// Wrong is who has stated an interval without it, and every answer to whose hearer's own clock has not kept to its
// drift since (clock_view.h): all eight answers that may count are looked at, whichever did.
#include "invariants/clock_view.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct ClockCorrectness {
  ClockViews views;

  template <class F>
  Ruling On(core::NodeId node, const F& f, core::TrueTime now) {
    views.Learn(node, f, now);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::TimeClaimed& f, core::TrueTime now) {
    const ClockView& view = views[node];
    const std::uint32_t wrong = view.InReach() - view.Right({now, f.at});
    if (wrong > view.Minority()) return Ruling::Noted();  // it has been told so
    const core::WallTime truth{now.time_since_epoch()};
    if (f.time.earliest <= truth && truth <= f.time.latest) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " claims that it is between " + core::Text(f.time.earliest) + " and " +
                          core::Text(f.time.latest) + " at " + core::Text(truth) + ", and of " +
                          std::to_string(view.Servers()) + " servers only " + std::to_string(wrong) + " were wrong");
  }
};

using namespace std::chrono_literals;
// One of three servers lies; the node claims to know the time to so much, ten seconds later.
void TellClaim(Story& story, core::Duration error) {
  story(3, facts::ClockStarted{3, 1'000, 500});
  TellPoll(story, 3, 1s, 3, 1);
  story.At(11s);
  story(3, facts::TimeClaimed{Shown(11s), Around(11s - 3ms, error)});
}
void Accepted(Story& story) { TellClaim(story, 3ms); }
void Rejected(Story& story) { TellClaim(story, 2ms); }
REGISTER_INVARIANT("clock-correctness", ClockCorrectness,
                   "true time is where a node says it is, as long as fewer than half of the servers are wrong",
                   "Marzullo & Owicki, Maintaining the time in a distributed system; RFC 5905, §11.2.1",
                   facts::ClockStarted, facts::ServersPolled, facts::TimeStated, facts::TimeHeard, facts::TimeClaimed);

}  // namespace
}  // namespace invariants
