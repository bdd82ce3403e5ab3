// A node says what time it is only if a majority of all servers has answered lately, and says that it cannot tell only
// if there is no majority whose answers are right: those would agree. A majority of those who answer is none: a few
// liars may be all who do.
#include "invariants/clock_view.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct ClockMajority {
  ClockViews views;

  template <class F>
  Ruling On(core::NodeId node, const F& f, core::TrueTime now) {
    views.Learn(node, f, now);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::TimeClaimed&, core::TrueTime) {
    const ClockView& view = views[node];
    if (view.InReach() >= view.Majority()) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " claims to know the time, and has lately heard only " +
                          std::to_string(view.InReach()) + " of " + std::to_string(view.Servers()) + " servers");
  }
  Ruling On(core::NodeId node, const facts::ClockUnsynchronised& f, core::TrueTime now) {
    const ClockView& view = views[node];
    const std::uint32_t right = view.Right({now, f.at});
    if (right < view.Majority()) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " says that it is unsynchronised, though " + std::to_string(right) +
                          " of " + std::to_string(view.Servers()) + " servers were right");
  }
};

using namespace std::chrono_literals;
// The node has heard so many of four servers, one of whom lied, and cannot tell what time it is.
void TellDoubt(Story& story, std::uint32_t answers) {
  story(4, facts::ClockStarted{4, 1'000, 500});
  TellPoll(story, 4, 1s, answers, 1);
  story(4, facts::ClockUnsynchronised{Shown(1s + 1ms)});
}
void Accepted(Story& story) { TellDoubt(story, 3); }
void Rejected(Story& story) { TellDoubt(story, 4); }
REGISTER_INVARIANT("clock-majority", ClockMajority,
                   "a node knows the time only of a majority of all servers, and of a majority that is right it does",
                   "RFC 5905, §11.2.1 (a majority clique of truechimers) and §13 (reach)", facts::ClockStarted,
                   facts::ServersPolled, facts::TimeStated, facts::TimeHeard, facts::TimeClaimed,
                   facts::ClockUnsynchronised);

}  // namespace
}  // namespace invariants
