// Run: when a run ends, and what it says of itself then.
#include "sim/run.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "invariants/invariant.h"
#include "protocols/core/env.h"
#include "protocols/core/facts.h"

namespace {

using namespace std::chrono_literals;

// Found out only at the end.
struct DebtMade {};

// Breaks three rules, one after the other: after 10 ms each node is the leader of
// epoch 1, after 20 ms each has two votes in it, and a debt is never paid.
struct Scoundrel {
  using Message = std::variant<core::None>;
  using Record = std::variant<core::None>;
  using Fact = std::variant<facts::LeaderElected, facts::VoteCast, DebtMade>;
  using Request = core::None;
  using Reply = core::None;
  enum class Timer : std::uint8_t { kElected, kVoted };
  struct Config {};
  using Env = core::Env<Scoundrel>;

  bool started = false;

  void Start(Env& env) {
    started = true;
    env.Announce(DebtMade{});
    env.Arm(Timer::kElected, {10ms, 10ms});
    env.Arm(Timer::kVoted, {20ms, 20ms});
  }
  void Replay(const core::None&) {}
  void On(core::NodeId, const core::None&, Env&) {}
  void On(core::RequestId, const core::None&, Env&) {}
  void On(Timer timer, Env& env) {
    if (timer == Timer::kElected) return env.Announce(facts::LeaderElected{{1}});
    env.Announce(facts::VoteCast{{1}, core::NodeId{0}});
    env.Announce(facts::VoteCast{{1}, core::NodeId{1}});
  }
};
static_assert(core::Node<Scoundrel>);

struct DebtsArePaid {
  bool debt = false;
  invariants::Ruling On(core::NodeId, const DebtMade&) {
    debt = true;
    return invariants::Ruling::Noted();
  }
  std::vector<invariants::Ruling> AtEnd() {
    std::vector<invariants::Ruling> rulings;
    if (debt) rulings.push_back(invariants::Ruling::Broken("a debt was never paid"));
    return rulings;
  }
};
void Accepted(invariants::Story& story) { story.AtEnd(); }
void Rejected(invariants::Story& story) {
  story(0, DebtMade{});
  story.AtEnd();
}
REGISTER_INVARIANT("debts-are-paid", DebtsArePaid, "whoever makes a debt pays it", "common law", DebtMade);

sim::Report Play(bool keep_going, std::uint64_t max_events = 1000) {
  auto plan = std::make_shared<sim::Plan>();
  plan->nodes = 2;
  plan->storm = 1s;
  plan->max_events = max_events;
  invariants::Panel<Scoundrel> panel;
  return sim::Run<Scoundrel>(plan, {}, {2, 2}, panel, {.seed = 1, .keep_going = keep_going});
}

std::map<std::string, sim::Outcome> Outcomes(const sim::Report& report) {
  std::map<std::string, sim::Outcome> outcomes;
  for (const sim::MonitorReport& monitor : report.monitors) outcomes[monitor.name] = monitor.outcome;
  return outcomes;
}

TEST(Run, StopsAtTheFirstViolation) {
  const sim::Report report = Play(false);
  EXPECT_EQ(report.events, 2u);
  EXPECT_EQ(report.simulated, 10ms);
  EXPECT_EQ(report.violation->monitor, "election-safety");
  EXPECT_EQ(Outcomes(report).at("election-safety"), sim::Outcome::kViolated);
  EXPECT_EQ(Outcomes(report).at("vote-once"), sim::Outcome::kInconclusive);
  EXPECT_EQ(Outcomes(report).at("debts-are-paid"), sim::Outcome::kInconclusive);
}

TEST(Run, KeepsGoingToTheEndIfAskedAndStillReportsTheFirstViolation) {
  const sim::Report stopped = Play(false);
  const sim::Report report = Play(true);
  EXPECT_EQ(report.events, 6u);  // four timers, the end of the storm, and the notice of closing
  EXPECT_EQ(report.simulated, 1s);
  EXPECT_EQ(Outcomes(report).at("election-safety"), sim::Outcome::kViolated);
  EXPECT_EQ(Outcomes(report).at("vote-once"), sim::Outcome::kViolated);
  EXPECT_EQ(Outcomes(report).at("debts-are-paid"), sim::Outcome::kViolated);
  EXPECT_EQ(report.violation->monitor, "election-safety");
  EXPECT_EQ(report.violation->event, stopped.violation->event);
  EXPECT_EQ(report.violation->time, 10ms);
  EXPECT_EQ(report.violation->node, stopped.violation->node);
}

TEST(Run, KeepsToItsBudgetAlsoAfterAViolation) {
  const sim::Report report = Play(true, 3);
  EXPECT_EQ(report.events, 3u);
  EXPECT_EQ(report.cut_short, "budget of 3 events");
  EXPECT_EQ(report.violation->event, 2u);
}

}  // namespace
