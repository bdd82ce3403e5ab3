// Conformance: what every protocol owes the simulator, whatever it promises its
// users. A new protocol is one more `Case`, in one of the
// conformance_*_test.cc.
//
// Same seed, same run; a copy of a running world goes on like the original and
// does not disturb it; every message that was ever delivered survives the wire,
// and mutilated it is refused or another message, never a crash; a journal
// replayed after any step restores what the node says is durable.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "gtest/gtest.h"
#include "invariants/invariant.h"
#include "protocols/collector/collector.h"
#include "protocols/core/chooser.h"
#include "protocols/core/text.h"
#include "protocols/core/wire.h"
#include "protocols/machines/span_store.h"
#include "sim/run.h"
#include "tests/harness/rough_link.h"

namespace conformance {

using namespace std::chrono_literals;

inline constexpr std::uint32_t kMembers = 5;
inline constexpr std::uint64_t kSeeds = 40;  // where one will not do

// Everything that the engine can do to a protocol, often.
inline sim::Plan Storm(std::uint32_t members) {
  sim::Plan plan;
  plan.name = "conformance";
  plan.nodes = members;
  plan.peer = plan.client = plan.exporter = harness::RoughLink();
  plan.disk.sync_latency = sim::Latency::Uniform(1ms, 5ms);
  plan.disk.torn = {500'000'000};
  plan.clock = {1s, 200'000};
  plan.faults.push_back(
      {"crash", {}, sim::Latency::Uniform(700ms, 1500ms), sim::Latency::Uniform(100ms, 500ms), {"leader"}, {}});
  plan.faults.push_back(
      {"crash", {}, sim::Latency::Uniform(700ms, 1500ms), sim::Latency::Uniform(100ms, 500ms), {"any"}, {}});
  plan.faults.push_back(
      {"partition", {}, sim::Latency::Uniform(700ms, 1500ms), sim::Latency::Uniform(300ms, 700ms), {"minority"}, {}});
  plan.faults.push_back(
      {"pause", {}, sim::Latency::Uniform(700ms, 1500ms), sim::Latency::Uniform(100ms, 500ms), {"any"}, {}});
  plan.faults.push_back(
      {"clock_step", {}, sim::Latency::Uniform(1s, 2s), sim::Latency::Uniform(100ms, 500ms), {"any"}, {}});
  plan.storm = 6s;
  plan.settle = 15s;
  plan.core = sim::Core::kQuorum;
  return plan;
}

template <class N>
struct Experiment {
  std::shared_ptr<const sim::Plan> plan;
  typename N::Config config;
  sim::Shape shape;
};

// What a storm of a few seconds does not bring about by itself: as it comes, unless a protocol's cases say otherwise.
template <class Config>
struct Tightened {
  static void Apply(Config&) {}
};

// Collectors over some substrate, fed by three services that call one another.
template <class Substrate>
struct Collectors {
  using Node = collector::NodeOf<Substrate>;
  static Experiment<Node> Prepare(std::uint32_t members) {
    sim::Plan plan = Storm(members);
    collector::Traffic traffic;
    traffic.generated = {3, {50ms, 150ms}, 2, 2, {1ms, 20ms}};
    traffic.exporter.schedule_delay = 200ms;
    traffic.exporter.timeout = 500ms;
    traffic.exporter.initial_backoff = 100ms;
    traffic.exporter.max_backoff = 400ms;
    auto assignment = std::make_shared<collector::Assignment>(collector::Assign(traffic));
    const sim::Shape shape{members, members + assignment->applications()};
    typename Node::Config config;
    config.substrate.nodes = members;
    Tightened<typename Substrate::Config>::Apply(config.substrate);
    plan.electorate = config.substrate.Electorate();
    config.collectors = members;
    config.traffic = std::make_shared<collector::Traffic>(traffic);
    config.assignment = assignment;
    config.load_ends = plan.storm;
    return {std::make_shared<sim::Plan>(plan), config, shape};
  }
};
// Keeps what the engine tells its observers.
template <class N>
struct Recorder {
  static constexpr bool kWantsManifests = true;
  std::vector<std::string> facts;
  std::vector<typename N::Message> messages;
  bool keeps_messages = false;

  void OnFact(core::NodeId node, const typename N::Fact& fact) { Keep(node, fact); }
  void OnEngineFact(core::NodeId node, const facts::Engine& fact) { Keep(node, fact); }
  void OnMessage(core::NodeId, core::NodeId, const typename N::Message& message) {
    if (keeps_messages) messages.push_back(message);
  }
  template <class MakeText>
  void Note(std::uint64_t, core::Duration, MakeText&&) {}

 private:
  template <class Fact>
  void Keep(core::NodeId node, const Fact& fact) {
    facts.push_back(core::Text(node) + " " + core::Text(fact));
  }
};

template <class Case>
struct Suite {
  using Node = typename Case::Node;
  using Observer = Recorder<Node>;
  using World = sim::World<Node>;

  // The digest after each step from here to the end, and the facts.
  struct Course {
    std::vector<core::Fingerprint> digests;
    std::vector<std::string> facts;
    bool operator==(const Course&) const = default;
  };
  static Course RunToEnd(World& world) {
    Observer observer;
    Course course;
    while (world.Step(observer)) course.digests.push_back(world.digest().state);
    course.facts = std::move(observer.facts);
    return course;
  }
  static World Started(std::uint64_t seed) {
    const Experiment<Node> experiment = Case::Prepare(kMembers);
    World world(experiment.plan, experiment.config, experiment.shape, seed);
    Observer observer;
    world.Start(observer);
    return world;
  }
  static const std::vector<typename Node::Message>& Messages() {
    static const std::vector<typename Node::Message> messages = [] {
      Observer observer;
      observer.keeps_messages = true;
      for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        World world = Started(seed);
        while (world.Step(observer)) {
        }
      }
      return std::move(observer.messages);
    }();
    return messages;
  }

  // The rules that a cheat could break, each with its first mistake; empty: none.
  static std::string RunsDiffer(std::uint64_t seed);
  static std::string ForkDiffers(std::uint64_t seed);
  static std::string ReplayDiffers(std::uint64_t seed);
};

template <class Case>
std::string Suite<Case>::RunsDiffer(std::uint64_t seed) {
  World world = Started(seed);
  const Course course = RunToEnd(world);
  World again = Started(seed);
  return RunToEnd(again) == course ? "" : "seed " + std::to_string(seed) + " gives two runs";
}

// The forks run to their end while the original stands still, and so do forks of
// forks; then the original does the same steps as if nobody had looked.
template <class Case>
std::string Suite<Case>::ForkDiffers(std::uint64_t seed) {
  World undisturbed = Started(seed);
  const Course expected = RunToEnd(undisturbed);
  World world = Started(seed);
  Observer observer;
  const std::size_t stride = expected.digests.size() / 20;
  for (std::size_t step = 0; step < expected.digests.size(); ++step) {
    const std::string where = " after step " + std::to_string(step);
    if (step % stride == 0) {
      World fork = world;
      World fork_of_fork = fork;
      const Course course = RunToEnd(fork);
      const auto rest = expected.digests.begin() + static_cast<std::ptrdiff_t>(step);
      if (course.digests != std::vector(rest, expected.digests.end())) return "the fork differs" + where;
      if (RunToEnd(fork_of_fork) != course) return "the fork of the fork differs" + where;
    }
    if (!world.Step(observer)) return "the original ends" + where;
    if (world.digest().state != expected.digests[step]) return "the original differs" + where;
  }
  return observer.facts == expected.facts ? "" : "the original announces other facts";
}

// At every step of a storm with crashes: were the power to fail now and the disk to
// keep all, the node would come back with exactly its durable fields.
template <class Case>
std::string Suite<Case>::ReplayDiffers(std::uint64_t seed) {
  World world = Started(seed);
  Observer observer;
  std::map<std::size_t, std::pair<std::size_t, core::Fingerprint>> checked;  // by node
  std::uint64_t replays = 0;
  while (world.Step(observer)) {
    for (std::size_t i = 0; i < world.physics().members; ++i) {
      const sim::Process& process = world.physics().processes[i];
      if (!process.up() || process.start_due) continue;  // it has not read its disk yet
      const auto& host = world.hosts()[i];
      const std::pair now{host.written(), host.node.DurableFingerprint()};
      if (checked.count(i) > 0 && checked[i] == now) continue;  // this step was not its own, or wrote nothing
      checked[i] = now;
      auto copy = host;
      copy.Crash(copy.written());
      copy.Recover();
      ++replays;
      if (copy.node.DurableFingerprint() == now.second) continue;
      return "n" + std::to_string(i) + " comes back as another after event " + std::to_string(world.events());
    }
  }
  std::uint64_t fewest = 100;
  if constexpr (requires { Case::kFewestReplays; }) fewest = Case::kFewestReplays;
  return replays > fewest ? "" : "too few replays";
}

template <class Case>
class Conformance : public testing::Test, public Suite<Case> {};

struct CaseNames {
  template <class Case>
  static std::string GetName(int) {
    return std::string(core::TypeName<Case>());
  }
};
TYPED_TEST_SUITE_P(Conformance);

TYPED_TEST_P(Conformance, SameSeedSameRun) {
  for (const std::uint64_t seed : {1, 2}) EXPECT_EQ(TestFixture::RunsDiffer(seed), "");
}

TYPED_TEST_P(Conformance, OtherSeedsOtherRuns) {
  std::set<core::Fingerprint> digests;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    auto world = TestFixture::Started(seed);
    digests.insert(TestFixture::RunToEnd(world).digests.back());
  }
  EXPECT_EQ(digests.size(), kSeeds);
}

TYPED_TEST_P(Conformance, AForkGoesOnLikeTheOriginalAndDoesNotDisturbIt) { EXPECT_EQ(TestFixture::ForkDiffers(3), ""); }

TYPED_TEST_P(Conformance, ReplayRestoresWhatIsDurable) { EXPECT_EQ(TestFixture::ReplayDiffers(5), ""); }

// Also in clusters of an even number, where half is not a majority.
TYPED_TEST_P(Conformance, EveryInvariantHoldsInTheStorm) {
  using Node = typename TestFixture::Node;
  for (std::uint32_t members = 1; members <= 6; ++members) {
    const Experiment<Node> experiment = TypeParam::Prepare(members);
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      invariants::Panel<Node> panel(invariants::NotPromised(facts::PromiseOf(experiment.config)));
      sim::RunOptions options;
      options.seed = seed;
      const sim::Report report = sim::Run<Node>(experiment.plan, experiment.config, experiment.shape, panel, options);
      ASSERT_FALSE(report.violation) << members << " members, seed " << seed << ": " << report.violation->monitor
                                     << ": " << report.violation->explanation;
      EXPECT_EQ(report.cut_short, "");
    }
  }
}

TYPED_TEST_P(Conformance, TheStormShowsEveryMessageThereIs) {
  std::set<std::string_view> seen;
  for (const auto& message : TestFixture::Messages()) {
    seen.insert(std::visit([](const auto& m) { return core::TypeName<std::decay_t<decltype(m)>>(); }, message));
  }
  std::size_t expected = std::variant_size_v<typename TestFixture::Node::Message>;
  if constexpr (requires { TypeParam::kNeverSent; }) expected -= TypeParam::kNeverSent;
  EXPECT_EQ(seen.size(), expected) << core::Text(seen) << ": what is never delivered is never tested";
}

TYPED_TEST_P(Conformance, EveryMessageHasAText) {
  for (const auto& message : TestFixture::Messages()) ASSERT_FALSE(core::Text(message).empty());
}

TYPED_TEST_P(Conformance, EveryMessageSurvivesTheWire) {
  for (const auto& message : TestFixture::Messages()) {
    typename TestFixture::Node::Message read;
    ASSERT_TRUE(core::FromWire(core::ToWire(message), read)) << core::Text(message);
    ASSERT_EQ(core::FingerprintOf(read), core::FingerprintOf(message)) << core::Text(message);
  }
}

// A few of each type, the longest among them.
template <class Message>
std::vector<std::string> Samples(const std::vector<Message>& messages) {
  constexpr std::size_t kOfEach = 4;
  std::map<std::size_t, std::map<std::size_t, std::string>> by_size;  // by type
  for (const Message& message : messages) {
    std::string bytes = core::ToWire(message);
    auto& kept = by_size[message.index()];
    kept[bytes.size()] = std::move(bytes);
    if (kept.size() > kOfEach) kept.erase(kept.begin());
  }
  std::vector<std::string> samples;
  for (auto& [type, kept] : by_size) {
    for (auto& [size, bytes] : kept) samples.push_back(std::move(bytes));
  }
  return samples;
}

TYPED_TEST_P(Conformance, NoBeginningOfAMessageIsAMessage) {
  for (const std::string& bytes : Samples(TestFixture::Messages())) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      typename TestFixture::Node::Message read;
      ASSERT_FALSE(core::FromWire(std::string_view(bytes).substr(0, size), read)) << size << " of " << bytes.size();
    }
  }
}

TYPED_TEST_P(Conformance, AMutilatedMessageIsRefusedOrAnotherMessage) {
  const std::vector<std::string> samples = Samples(TestFixture::Messages());
  core::Seeded seeded(1);
  std::uint64_t occurrence = 0;
  const auto draw = [&](std::uint64_t bound) {
    return seeded.Choose({core::Purpose::kNode, 0, 0, occurrence++}, bound);
  };
  std::uint64_t refused = 0;
  constexpr int kMutations = 1000;
  for (int i = 0; i < kMutations; ++i) {
    std::string bytes = samples[draw(samples.size())];
    for (std::uint64_t changes = draw(3) + 1; changes > 0; --changes) {
      const std::uint64_t at = draw(bytes.size());
      switch (draw(3)) {
        case 0:
          bytes[at] = static_cast<char>(draw(256));
          break;
        case 1:
          bytes.insert(at, 1, static_cast<char>(draw(256)));
          break;
        default:
          if (bytes.size() > 1) bytes.erase(at, 1);
      }
    }
    typename TestFixture::Node::Message read, again;
    if (!core::FromWire(bytes, read)) {
      ++refused;
      continue;
    }
    EXPECT_FALSE(core::Text(read).empty());
    ASSERT_TRUE(core::FromWire(core::ToWire(read), again));
    EXPECT_EQ(core::FingerprintOf(again), core::FingerprintOf(read));
  }
  EXPECT_GT(refused, 100u);
}

REGISTER_TYPED_TEST_SUITE_P(Conformance, SameSeedSameRun, OtherSeedsOtherRuns,
                            AForkGoesOnLikeTheOriginalAndDoesNotDisturbIt, ReplayRestoresWhatIsDurable,
                            EveryInvariantHoldsInTheStorm, TheStormShowsEveryMessageThereIs, EveryMessageHasAText,
                            EveryMessageSurvivesTheWire, NoBeginningOfAMessageIsAMessage,
                            AMutilatedMessageIsRefusedOrAnotherMessage);

}  // namespace conformance
