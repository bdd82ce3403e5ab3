// Requests as data: what clients asked in a run can be asked again, and one left out changes none of the others.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "invariants/invariant.h"
#include "protocols/consensus/raft.h"
#include "sim/run.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using raft::Node;

Plan Busy() {
  Plan plan;
  plan.name = "test";
  plan.protocol = "raft";
  plan.nodes = 3;
  plan.peer.latency = plan.client.latency = plan.exporter.latency = Latency::Uniform(1ms, 10ms);
  plan.disk.sync_latency = Latency::Uniform(1ms, 5ms);
  plan.workload.clients = 3;
  plan.workload.think = {5ms, 50ms};
  plan.workload.timeout = 300ms;
  plan.storm = 3s;
  plan.settle = 1s;
  const auto often = Latency::Uniform(300ms, 700ms), lasts = Latency::Uniform(50ms, 200ms);
  for (const char* kind : {"crash", "partition"})
    plan.faults.push_back({kind, std::nullopt, often, lasts, {"any"}, {}});
  return plan;
}

Report RunPlan(const Plan& plan, std::uint64_t seed) {
  raft::Config config;
  config.nodes = plan.nodes;
  invariants::Panel<Node> panel;
  RunOptions options;
  options.seed = seed;
  options.trail = options.record = true;
  return Run<Node>(std::make_shared<Plan>(plan), config, Shape{plan.nodes, plan.nodes}, panel, options);
}

Plan Replaying(Plan plan, std::vector<SentRequest> sent) {
  plan.workload.sent = std::move(sent);
  return plan;
}

// What each request of the storm was: "c1#4" to "n2 Request{Command{Put 3 1000000004}". What follows is how far its
// client had come, which is what the answers say.
std::map<std::string, std::string> Asked(const Report& report) {
  std::map<std::string, std::string> asked;
  for (const std::string& line : report.recording) {
    if (line.find("the storm is over") != std::string::npos) break;
    const std::size_t verb = line.find(" asks ");
    if (verb == std::string::npos) continue;
    const std::size_t who = line.rfind(' ', verb - 1) + 1;
    asked[line.substr(who, verb - who)] = line.substr(verb + 6, line.find('}', verb) - verb - 5);
  }
  return asked;
}

TEST(Requests, AskedAgainGiveTheSameStorm) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Report drawn = RunPlan(Busy(), seed);
    ASSERT_GT(drawn.sent.size(), 50u);
    const Report replayed = RunPlan(Replaying(Busy(), drawn.sent), seed);
    EXPECT_EQ(replayed.sent, drawn.sent) << "seed " << seed;
    std::size_t same = 0;
    while (same < drawn.trail.marks.size() && same < replayed.trail.marks.size() &&
           drawn.trail.marks[same] == replayed.trail.marks[same]) {
      ++same;
    }
    EXPECT_EQ(Asked(drawn), Asked(replayed));
    // What clients ask after the storm is drawn, and who replays has drawn less.
    EXPECT_GT(10 * same, 7 * drawn.events) << "seed " << seed;
  }
}

TEST(Requests, OneLeftOutLeavesTheOthersWhatTheyWere) {
  std::size_t later = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Report drawn = RunPlan(Busy(), seed);
    std::vector<SentRequest> some;
    for (std::size_t i = 0; i < drawn.sent.size(); i += 3) some.push_back(drawn.sent[i]);
    const Report replayed = RunPlan(Replaying(Busy(), some), seed);
    const std::map<std::string, std::string> before = Asked(drawn), after = Asked(replayed);
    EXPECT_LE(after.size(), some.size());
    EXPECT_GE(after.size() + 3, some.size());  // the last may come too late, if its client still waits
    for (const auto& [who, what] : after) EXPECT_EQ(what, before.at(who)) << who << ", seed " << seed;
    for (const SentRequest& request : replayed.sent) {
      for (const SentRequest& planned : some) {
        if (planned.client != request.client || planned.sequence != request.sequence) continue;
        EXPECT_GE(request.at, planned.at);
        later += request.at > planned.at;
      }
    }
  }
  EXPECT_GT(later, 0u);
}

TEST(Requests, WhoHasNoneIsNotWaitedFor) {
  const Report report = RunPlan(Replaying(Busy(), {}), 1);
  EXPECT_TRUE(report.sent.empty());
  EXPECT_EQ(report.outcome == Outcome::kViolated, false);
  EXPECT_GE(report.requests->answered, 3u);  // each client's probe, after the storm
}

}  // namespace
}  // namespace sim
