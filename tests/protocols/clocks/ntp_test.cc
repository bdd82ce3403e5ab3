// NTP, one node on the bench: which answers count, what is claimed from them, and how the clock that others read is
// steered. ntp_storm_test.cc plays whole clusters.
#include "protocols/clocks/ntp.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "protocols/core/chooser.h"

namespace ntp {
namespace {

using namespace std::chrono_literals;
using core::Duration;
using core::LocalTime;
using core::WallInterval;
using core::WallTime;

constexpr NodeId kSelf{4};  // of five nodes, of which the first three are servers

// One node, its clocks, and what its last step did.
struct Bench {
  struct Clocks final : core::Clocks {
    Duration now = 1s;
    WallInterval bounds{WallTime{100s - 2ms}, WallTime{100s + 2ms}};
    LocalTime Local() const override { return LocalTime{now}; }
    WallTime Wall() const override { return WallTime{100s}; }
    WallInterval WallBounds() const override { return bounds; }
  };

  Clocks clocks;
  core::Seeded chooser{1};
  std::uint64_t draws = 0;
  Config config;
  NodeId self;
  Node node;
  core::Effects<Node> effects;

  explicit Bench(NodeId self = kSelf) : self(self) {
    config.servers = 3;
    Start();
  }

  template <class F>
  void Step(F&& step) {
    effects = {};
    const core::Surroundings surroundings{self, &clocks, &chooser, &draws};
    core::Env<Node> env(surroundings, config, effects);
    step(env);
  }
  void Start() {
    node = {};
    Step([this](auto& env) { node.Start(env); });
  }
  // After so long.
  void Poll(Duration after = 200ms) {
    clocks.now += after;
    Step([this](auto& env) { node.On(Node::Timer::kPoll, env); });
  }
  void Hear(std::uint32_t from, std::uint64_t number, const WallInterval& time) {
    Step([&](auto& env) { node.On(NodeId{from}, Answer{number, time}, env); });
  }
  // The server is so far ahead of our clock, to a millisecond. It took no time to ask it.
  void Hear(std::uint32_t from, Duration ahead) {
    const WallTime time{clocks.now + ahead};
    Hear(from, node.question, {time - 1ms, time + 1ms});
  }
  std::optional<Time> Ask() {
    Step([this](auto& env) { node.On(RequestId{}, Request{}, env); });
    return effects.replied.at(0).reply.result;
  }
  // Of the last step; null: it said no such thing.
  template <class F>
  const F* Announced() const {
    for (const auto& fact : effects.announced) {
      if (const auto* f = std::get_if<F>(&fact)) return f;
    }
    return nullptr;
  }
  // Between which two distances ahead of our clock the right time is claimed to be. Readings hide a nanosecond or two.
  std::pair<Duration, Duration> Claimed() const {
    const auto* claim = Announced<facts::TimeClaimed>();
    if (claim == nullptr) return {};
    return {std::chrono::round<std::chrono::microseconds>(claim->time.earliest - WallTime{clocks.now}),
            std::chrono::round<std::chrono::microseconds>(claim->time.latest - WallTime{clocks.now})};
  }
};

using Ends = std::pair<Duration, Duration>;

// --- questions and answers ---------------------------------------------------------------------------------

TEST(Ntp, AllServersAreAskedAndEachTimeAnew) {
  Bench bench;
  ASSERT_EQ(bench.effects.sent.size(), 3u);
  for (std::uint32_t server = 0; server < 3; ++server) {
    EXPECT_EQ(bench.effects.sent[server].to, NodeId{server});
    EXPECT_EQ(std::get<Question>(bench.effects.sent[server].message).number, bench.node.question);
  }
  const std::uint64_t first = bench.node.question;
  bench.Poll();
  EXPECT_NE(bench.node.question, first);
  ASSERT_EQ(bench.effects.timers.size(), 1u);
  EXPECT_EQ(*bench.effects.timers[0].after, bench.config.poll);
}

TEST(Ntp, AServerStatesWhatItsReferenceBounds) {
  Bench server(NodeId{2});
  server.Step([&](auto& env) { server.node.On(kSelf, Question{7}, env); });
  ASSERT_EQ(server.effects.sent.size(), 1u);
  EXPECT_EQ(server.effects.sent[0].to, kSelf);
  const Answer answer = std::get<Answer>(server.effects.sent[0].message);
  EXPECT_EQ(answer.number, 7u);
  EXPECT_EQ(answer.time, server.clocks.bounds);
  EXPECT_EQ(server.Announced<facts::TimeStated>()->time, server.clocks.bounds);
}

TEST(Ntp, WhoHasNoReferenceSaysNothing) {
  Bench bench;
  bench.Step([&](auto& env) { bench.node.On(NodeId{3}, Question{7}, env); });
  EXPECT_TRUE(bench.effects.sent.empty());
  EXPECT_TRUE(bench.effects.announced.empty());
}

// RFC 5905, §8: bogus, and duplicates.
TEST(Ntp, OnlyTheFirstAnswerToTheLastQuestionCounts) {
  Bench bench;
  const std::uint64_t first = bench.node.question;
  const WallInterval now{WallTime{1s}, WallTime{1s}};
  bench.Poll();
  bench.Hear(0, first, now);
  EXPECT_EQ(bench.Announced<facts::TimeHeard>(), nullptr) << "it was under way when the next one was asked";
  bench.Hear(0, bench.node.question, now);
  EXPECT_NE(bench.Announced<facts::TimeHeard>(), nullptr);
  bench.Hear(0, bench.node.question, now);
  EXPECT_EQ(bench.Announced<facts::TimeHeard>(), nullptr) << "twice";
  bench.Hear(3, bench.node.question, now);
  EXPECT_EQ(bench.Announced<facts::TimeHeard>(), nullptr) << "it is no server";
  EXPECT_EQ(bench.node.sync.servers[0].size(), 1u);
}

// Our clock has begun anew, so it would date the answer wrongly.
TEST(Ntp, AnAnswerToAnEarlierLifeIsNone) {
  Bench bench;
  const std::uint64_t question = bench.node.question;
  bench.Start();
  bench.Hear(0, question, {WallTime{1s}, WallTime{1s}});
  EXPECT_EQ(bench.Announced<facts::TimeHeard>(), nullptr);
}

TEST(Ntp, WhatNoClockCanSayIsNotHeard) {
  Bench bench;
  constexpr auto kAges = std::chrono::hours(24 * 40'000);
  bench.Hear(0, bench.node.question, {WallTime{2s}, WallTime{1s}});
  EXPECT_EQ(bench.Announced<facts::TimeHeard>(), nullptr);
  bench.Hear(0, bench.node.question, {WallTime{1s}, WallTime{kAges}});
  EXPECT_EQ(bench.Announced<facts::TimeHeard>(), nullptr);
  bench.Hear(0, bench.node.question, {WallTime{-kAges}, WallTime{1s}});
  EXPECT_EQ(bench.Announced<facts::TimeHeard>(), nullptr);
}

// --- what is claimed ----------------------------------------------------------------------------------------

// F85: a majority of all servers, and not of those who answer.
TEST(Ntp, OneServerIsNobody) {
  Bench bench;
  bench.Hear(0, 50ms);
  EXPECT_NE(bench.Announced<facts::ClockUnsynchronised>(), nullptr);
  EXPECT_FALSE(bench.Ask()) << "and clients are told so";
  bench.Hear(1, 50ms);
  EXPECT_EQ(bench.Announced<facts::ClockUnsynchronised>(), nullptr);
  EXPECT_EQ(bench.Claimed(), Ends(49ms, 51ms));
  EXPECT_TRUE(bench.Ask());
}

TEST(Ntp, TwoThatContradictEachOtherAreNobodyUntilAThirdSays) {
  Bench bench;
  bench.Hear(0, 50ms);
  bench.Hear(1, 70ms);
  EXPECT_NE(bench.Announced<facts::ClockUnsynchronised>(), nullptr);
  bench.Hear(2, 51ms);
  EXPECT_EQ(bench.Claimed(), Ends(50ms, 51ms)) << "what two of the three allow";
}

// It was narrower when it was heard: at 1000 ppm a second makes a millisecond of doubt, either way.
TEST(Ntp, AClaimGrowsOldByDrift) {
  Bench bench;
  for (const std::uint32_t server : {0, 1, 2}) bench.Hear(server, 50ms);
  bench.clocks.now += 1s;
  bench.Ask();
  const auto [low, high] = bench.Claimed();
  EXPECT_LE(low, 48ms);
  EXPECT_GE(high, 52ms);
  EXPECT_LT(high - low, 4ms + 10us);
}

// RFC 5905, §13.
TEST(Ntp, WhoHasNotAnsweredEightPollsIsOutOfReach) {
  Bench bench;
  for (const std::uint32_t server : {0, 1, 2}) bench.Hear(server, 50ms);
  for (int polls = 0; polls < 7; ++polls) bench.Poll();
  EXPECT_NE(bench.Announced<facts::TimeClaimed>(), nullptr);
  bench.Hear(0, 50ms);
  bench.Poll();
  EXPECT_NE(bench.Announced<facts::ClockUnsynchronised>(), nullptr) << "one is left";
  EXPECT_FALSE(bench.Ask());
  bench.Hear(2, 50ms);
  EXPECT_NE(bench.Announced<facts::TimeClaimed>(), nullptr) << "and the next answer is enough";
}

TEST(Ntp, AnotherLifeKnowsNothing) {
  Bench bench;
  for (const std::uint32_t server : {0, 1, 2}) bench.Hear(server, 50ms);
  bench.Start();
  EXPECT_NE(bench.Announced<facts::ClockUnsynchronised>(), nullptr);
  EXPECT_FALSE(bench.Ask());
}

// --- the clock that others read -------------------------------------------------------------------------------

TEST(Ntp, TheFirstTimeIsTakenAtOnceAndOthersBySmallSteps) {
  Bench bench;
  for (const std::uint32_t server : {0, 1}) bench.Hear(server, 1h);
  const auto reading = [&] { return bench.Ask()->reading - WallTime{bench.clocks.now}; };
  EXPECT_EQ(reading(), 1h);
  // All servers agree that it is an hour less: the claim is right at once, the clock takes its time (F84).
  for (int polls = 0; polls < 8; ++polls) {
    bench.Poll();
    for (const std::uint32_t server : {0, 1, 2}) bench.Hear(server, 0h);
  }
  EXPECT_EQ(bench.Claimed(), Ends(-1ms, 1ms));
  const Duration before = reading();
  bench.clocks.now += 2s;
  EXPECT_EQ(reading(), before - 1ms) << "500 ppm";
}

TEST(Ntp, WhoIsUnsynchronisedForAWhileDoesNotStepAfterwards) {
  Bench bench;
  for (const std::uint32_t server : {0, 1}) bench.Hear(server, 1h);
  const WallTime read = bench.Ask()->reading;
  for (int polls = 0; polls < 8; ++polls) bench.Poll();
  EXPECT_FALSE(bench.Ask());
  for (const std::uint32_t server : {0, 1}) bench.Hear(server, 0h);
  EXPECT_GE(bench.Ask()->reading, read);
}

// --- settings ---------------------------------------------------------------------------------------------------

TEST(NtpConfig, ThereAreNoMoreServersThanNodes) {
  Config config;
  EXPECT_EQ(config.Servers(), 5u) << "all";
  config.servers = 3;
  EXPECT_EQ(config.Servers(), 3u);
  config.nodes = 2;
  EXPECT_EQ(config.Servers(), 2u);
}

TEST(NtpConfig, AClockThatMayStandStillIsTakenForOneThatIsHalfAsFast) {
  Config config;
  config.max_drift = 1'000'000;
  EXPECT_EQ(config.Drift(), 500'000u);
}

}  // namespace
}  // namespace ntp
