// The trail: it leaves out nothing, costs a run nothing, and stays short.
#include "sim/trail.h"

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

Latency Uniform(core::Duration min, core::Duration max) {
  Latency latency;
  latency.shape = Latency::Shape::kUniform;
  latency.min = min;
  latency.max = max;
  return latency;
}

// Nodes that crash, stand still and lose their leader, all within a second.
Plan Stormy(core::Duration storm) {
  Plan plan;
  plan.name = "test";
  plan.protocol = "raft";
  plan.nodes = 3;
  plan.peer.latency = plan.client.latency = plan.exporter.latency = Uniform(1ms, 10ms);
  plan.disk.sync_latency = Uniform(1ms, 5ms);
  plan.workload.clients = 2;
  plan.workload.think = {5ms, 50ms};
  plan.workload.timeout = 1s;
  plan.storm = storm;
  plan.settle = 500ms;
  plan.core = Core::kQuorum;
  for (const char* kind : {"crash", "pause", "partition", "clock_step"}) {
    plan.faults.push_back({kind, std::nullopt, Uniform(100ms, 500ms), Uniform(50ms, 200ms), {"any"}, {}});
  }
  return plan;
}

World<Node> MakeWorld(const Plan& plan, std::uint64_t seed) {
  raft::Config config;
  config.nodes = plan.nodes;
  return World<Node>(std::make_shared<Plan>(plan), config, Shape{plan.nodes, plan.nodes}, seed);
}

Report RunPlan(const Plan& plan, std::uint64_t seed, bool trail) {
  raft::Config config;
  config.nodes = plan.nodes;
  invariants::Panel<Node> panel;
  RunOptions options;
  options.seed = seed;
  options.trail = trail;
  return Run<Node>(std::make_shared<Plan>(plan), config, Shape{plan.nodes, plan.nodes}, panel, options);
}

// What the changes alone say of each node's fields at the end, "n3 term" to "t7".
std::map<std::string, std::string> LastValues(const Trail& trail) {
  std::map<std::string, std::string> last;
  for (const std::string& change : trail.changes) {
    const std::size_t node = change.find('n'), equals = change.find('=');
    last[change.substr(node, equals - node)] = change.substr(equals + 1);
  }
  return last;
}

// An event that changes a node which the world does not call touched would be missing here.
TEST(Trail, FollowedToItsEndGivesTheStateOfEveryNode) {
  std::uint64_t events = 0, crashes = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    World<Node> world = MakeWorld(Stormy(1s), seed);
    TrailRecorder<Node> recorder(world.hosts().size());
    NoObserver nobody;
    world.Start(nobody);
    recorder.Note(world);
    while (world.Step(nobody)) recorder.Note(world);
    const Trail trail = recorder.Take();
    events += world.events();
    ASSERT_EQ(trail.changes_until, world.events());
    ASSERT_EQ(trail.marks.size(), world.events());
    for (const ActiveFault& fault : world.windows()) crashes += fault.window.kind == "crash";

    std::map<std::string, std::string> state;
    const Node nothing{};
    std::map<std::string, std::string> empty;
    internal::ForEachNamedField(
        "", nothing, [&](const std::string& name, const auto& field) { empty[name] = internal::Brief(field); });
    const std::map<std::string, std::string> last = LastValues(trail);
    for (std::uint32_t node = 0; node < world.hosts().size(); ++node) {
      internal::ForEachNamedField("", world.hosts()[node].node, [&](const std::string& name, const auto& field) {
        const auto told = last.find(core::Text(core::NodeId{node}) + " " + name);
        EXPECT_EQ(told == last.end() ? empty[name] : told->second, internal::Brief(field))
            << "n" << node << " " << name << ", seed " << seed;
      });
    }
  }
  EXPECT_GT(events, 2000u);
  EXPECT_GT(crashes, 0u);
}

TEST(Trail, ChangesNothingAndIsThereOnlyIfAskedFor) {
  const Report without = RunPlan(Stormy(1s), 7, false);
  const Report with = RunPlan(Stormy(1s), 7, true);
  EXPECT_EQ(without.digest, with.digest);
  EXPECT_EQ(without.trail, Trail{});
  EXPECT_EQ(with.trail, RunPlan(Stormy(1s), 7, true).trail);
  EXPECT_EQ(with.trail.marks.size(), with.events);
  EXPECT_NE(with.trail.marks, RunPlan(Stormy(1s), 8, true).trail.marks);
}

TEST(Trail, StaysShortHoweverLongTheRun) {
  const Report report = RunPlan(Stormy(120s), 1, true);
  ASSERT_GT(report.events, Trail::kMostMarks);
  EXPECT_EQ(report.trail.marks.size(), Trail::kMostMarks);
  std::size_t bytes = 0;
  for (const std::string& change : report.trail.changes) bytes += change.size();
  EXPECT_LE(bytes, Trail::kMostChangeBytes);
  EXPECT_GT(bytes, Trail::kMostChangeBytes * 9 / 10);
  EXPECT_GT(report.trail.changes_until, 1000u);
}

TEST(Trail, LongListsShowTheirEnd) {
  std::vector<int> list;
  for (int i = 0; i < 100; ++i) list.push_back(i);
  const std::string brief = internal::Brief(list);
  EXPECT_EQ(brief.substr(0, brief.size() - 8), "[... 91 92 93 94 95 96 97 98 99]#");
  list[0] = 1;
  EXPECT_NE(internal::Brief(list), brief);
}

}  // namespace
}  // namespace sim
