// The detectors of liveness: nodes that wait for each other, that keep each other
// busy, that answer one message with two; and what is not held against a cluster.
#include "sim/liveness.h"

#include <chrono>
#include <string>
#include <variant>

#include "gtest/gtest.h"
#include "invariants/invariant.h"
#include "sim/run.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using core::TrueTime;

// --- what counts as a stall ------------------------------------------------------------

constexpr facts::Committed kCommitted{};

TEST(Liveness, NobodyStallsWhileNothingIsOwed) {
  Liveness liveness(1, 1);
  EXPECT_EQ(liveness.StalledFor(TrueTime{10s}), 0s);
}

TEST(Liveness, AStallBeginsWhenSomethingIsOwedAndEndsWithACommit) {
  Liveness liveness(1, 1);
  liveness.Asked(0, TrueTime{2s});
  EXPECT_EQ(liveness.StalledFor(TrueTime{5s}), 3s);
  liveness.Learn(0, kCommitted, TrueTime{6s});
  EXPECT_EQ(liveness.StalledFor(TrueTime{7s}), 1s);
  liveness.Contented(0, TrueTime{7s});
  EXPECT_EQ(liveness.StalledFor(TrueTime{100s}), 0s);
}

TEST(Liveness, TimeDoesNotCountWhileAnythingIsWrong) {
  Liveness liveness(1, 1);
  liveness.Asked(0, TrueTime{0s});
  liveness.Disturbed(TrueTime{1s}, false);
  EXPECT_EQ(liveness.StalledFor(TrueTime{50s}), 0s);
  liveness.Disturbed(TrueTime{60s}, true);
  EXPECT_EQ(liveness.StalledFor(TrueTime{61s}), 1s);
}

TEST(Liveness, WhatAnApplicationHoldsIsOwedUntilItCrashes) {
  Liveness liveness(3);
  liveness.Learn(2, facts::ExporterLevel{5}, TrueTime{1s});
  EXPECT_EQ(liveness.owed(), 5u);
  liveness.Learn(2, facts::ExporterLevel{3}, TrueTime{2s});
  EXPECT_EQ(liveness.owed(), 3u);
  EXPECT_EQ(liveness.StalledFor(TrueTime{4s}), 3s);
  liveness.Crashed(2, TrueTime{5s});
  EXPECT_EQ(liveness.owed(), 0u);
}

// Where nobody agrees nothing is committed.
TEST(Liveness, AnAcknowledgementIsProgress) {
  Liveness liveness(3);
  liveness.Learn(2, facts::ExporterLevel{5}, TrueTime{1s});
  liveness.Learn(0, facts::UpdateAcknowledged{}, TrueTime{6s});
  EXPECT_EQ(liveness.StalledFor(TrueTime{7s}), 1s);
}

// A read may need no commit.
TEST(Liveness, AnAnswerIsProgressForAllWhoWait) {
  Liveness liveness(1, 2);
  liveness.Asked(0, TrueTime{1s});
  liveness.Asked(1, TrueTime{1s});
  EXPECT_EQ(liveness.StalledFor(TrueTime{4s}), 3s);
  liveness.Served(0, TrueTime{5s});
  EXPECT_EQ(liveness.owed(), 1u);
  EXPECT_EQ(liveness.StalledFor(TrueTime{7s}), 2s);
}

// --- protocols that do not live ----------------------------------------------------------

struct Ping {};
struct Nothing {};

// What a node does with a request, and with a ping.
enum class Vice : std::uint8_t { kWaits, kEchoes, kMultiplies };

template <Vice kVice>
struct Idler {
  struct Config {};
  using Message = std::variant<Ping>;
  using Record = std::variant<Nothing>;
  using Fact = std::variant<facts::Committed>;
  using Timer = core::None;
  using Request = Nothing;
  struct Reply {
    std::optional<Nothing> result;
  };
  using Env = core::Env<Idler>;

  std::uint64_t seen{};

  template <class Draw>
  static Request RandomRequest(Draw&&, std::uint64_t) {
    return {};
  }
  void Start(Env&) {}
  void Replay(const Nothing&) {}
  void On(Timer, Env&) {}
  void On(core::RequestId, const Request&, Env& env) {
    if constexpr (kVice != Vice::kWaits) env.Send(Other(env), Ping{});
  }
  void On(core::NodeId from, const Ping&, Env& env) {
    ++seen;
    if constexpr (kVice != Vice::kWaits) env.Send(from, Ping{});
    if constexpr (kVice == Vice::kMultiplies) env.Send(from, Ping{});
  }
  static core::NodeId Other(const Env& env) { return core::NodeId{1 - core::Number(env.self())}; }
};

Plan TwoNodes() {
  Plan plan;
  plan.nodes = 2;
  plan.peer.latency = plan.client.latency = Latency::Uniform(1ms, 2ms);
  plan.workload.clients = 1;
  plan.workload.think = {1ms, 1ms};
  plan.workload.timeout = 1h;
  plan.storm = 30s;
  plan.settle = 5s;
  plan.max_events = 1'000'000;
  return plan;
}

template <Vice kVice>
Report RunIdlers(const Plan& plan) {
  invariants::Panel<Idler<kVice>> panel;
  return Run<Idler<kVice>>(std::make_shared<Plan>(plan), {}, Shape{2, 2}, panel, {});
}

std::string Broken(const Report& report) { return report.violation ? report.violation->monitor : "nothing"; }

TEST(Detectors, NodesThatNothingWillEverWakeAreDeadlocked) {
  const Report report = RunIdlers<Vice::kWaits>(TwoNodes());
  EXPECT_EQ(Broken(report), "deadlock-freedom");
  EXPECT_FALSE(report.violation->node) << "it is nobody's in particular";
}

TEST(Detectors, NodesThatKeepEachOtherBusyAreLivelocked) {
  const Report report = RunIdlers<Vice::kEchoes>(TwoNodes());
  EXPECT_EQ(Broken(report), "livelock-freedom");
  EXPECT_GT(report.violation->time, 5s) << "they had their time";
  EXPECT_LT(report.violation->time, 8s);
}

TEST(Detectors, MessagesThatMultiplyAreFoundBeforeMemoryIsFull) {
  const Report report = RunIdlers<Vice::kMultiplies>(TwoNodes());
  EXPECT_EQ(Broken(report), "bounded-queues");
  EXPECT_LT(report.events, 100'000u);
}

TEST(Detectors, WhileAFaultLastsNobodyIsBlamed) {
  Plan plan = TwoNodes();
  plan.faults = {{"packet_loss", 0s, {}, Latency::Uniform(30s, 30s), {"all"}, {{"chance", "0%"}}}};
  plan.settle = 100s;  // the storm's stall of 30 s would have broken a bound of 5 s
  plan.max_events = 20'000;
  const Report report = RunIdlers<Vice::kEchoes>(plan);
  EXPECT_EQ(Broken(report), "nothing");
}

}  // namespace
}  // namespace sim
