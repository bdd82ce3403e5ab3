// The example of protocols/README.md: it compiles, it runs, and what it promises
// is checked in a storm. The README quotes the lines between the two marks.
#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>

#include "gtest/gtest.h"
#include "protocols/core/env.h"
#include "sim/world.h"

// [quoted in protocols/README.md]
// The highest number: whoever is told one keeps it on disk and passes it on to a random node now
// and then, until all know it (anti-entropy; Demers et al., "Epidemic Algorithms", §1.3).
namespace highest {

struct Config {
  std::uint32_t nodes = 3;
  core::Between pause{std::chrono::milliseconds(20), std::chrono::milliseconds(40)};
};

struct Rumour {  // from node to node
  std::uint64_t number{};
};
struct Raised {  // on disk
  std::uint64_t number{};
};
struct Reached {  // for invariants: this node never goes back below it
  std::uint64_t number{};
};

struct Node {
  using Message = std::variant<Rumour>;
  using Record = std::variant<Raised>;
  using Fact = std::variant<Reached>;
  using Request = std::uint64_t;
  using Reply = std::uint64_t;
  enum class Timer : std::uint8_t { kGossip };
  using Config = highest::Config;
  using Env = core::Env<Node>;

  std::uint64_t number{};  // durable: changed only by Replay

  void Start(Env& env) { env.Arm(Timer::kGossip, env.config().pause); }
  void Replay(const Raised& record) { number = record.number; }

  void On(core::NodeId, const Rumour& m, Env& env) { Raise(m.number, env); }
  void On(core::RequestId id, const Request& request, Env& env) {
    Raise(request, env);
    env.Reply(id, number);  // leaves when the number is durable: output commit
  }
  void On(Timer, Env& env) {
    const auto other = static_cast<std::uint32_t>(env.Draw(env.config().nodes));
    env.Send(core::NodeId{other}, Rumour{number});  // perhaps to ourselves, which does no harm
    env.Arm(Timer::kGossip, env.config().pause);
  }

  void Raise(std::uint64_t to, Env& env) {
    if (to <= number) return;  // old news
    Replay(Raised{to});
    env.Write(Raised{to});
    env.Announce(Reached{to});
  }

  template <class Draw>
  static Request RandomRequest(Draw&& draw, std::uint64_t) {  // what the simulator's clients ask
    return draw(1'000'000);
  }
};
static_assert(core::Node<Node>);

}  // namespace highest
// [end of the quotation]

namespace {

using namespace std::chrono_literals;

// What each node promised, and how often one went back on it.
struct Promises : sim::NoObserver {
  std::map<core::NodeId, std::uint64_t> reached;
  int broken = 0;

  void OnFact(core::NodeId node, const highest::Node::Fact& fact) {
    const std::uint64_t number = std::get<highest::Reached>(fact).number;
    broken += number <= reached[node];
    reached[node] = number;
  }
};

// Three nodes that lose power again and again, on links that lose packets.
sim::Plan Storm() {
  sim::Plan plan;
  plan.nodes = 3;
  plan.peer.latency = sim::Latency::Uniform(1ms, 10ms);
  plan.peer.loss = {50'000'000};
  plan.client = plan.peer;
  plan.disk.sync_latency = sim::Latency::Uniform(1ms, 5ms);
  plan.workload = {2, {5ms, 20ms}, 1s, 0};
  plan.faults = {{"crash",
                  std::nullopt,
                  sim::Latency::Uniform(50ms, 200ms),
                  sim::Latency::Uniform(20ms, 100ms),
                  {"any"},
                  {{"keeps", "synced"}}}};
  plan.storm = 20s;
  plan.settle = 5s;
  return plan;
}

struct Played {
  Promises promises;
  std::vector<std::uint64_t> numbers;  // what each node knows at the end
};

Played Play(const sim::Plan& plan, core::Mutation mutation) {
  Played played;
  sim::World<highest::Node> world(std::make_shared<sim::Plan>(plan), {}, {3, 3}, 1, mutation);
  world.Start(played.promises);
  while (world.Step(played.promises)) {
  }
  for (const auto& host : world.hosts()) played.numbers.push_back(host.node.number);
  return played;
}

TEST(ReadmeExample, NobodyGoesBackAndAllLearnTheHighest) {
  const Played played = Play(Storm(), {});
  EXPECT_EQ(played.promises.broken, 0);
  EXPECT_EQ(played.promises.reached.size(), 3u);
  EXPECT_GT(played.numbers.front(), 0u);
  EXPECT_EQ(played.numbers, std::vector<std::uint64_t>(3, played.numbers.front()));
}

TEST(ReadmeExample, ForgettingToWriteIsFound) { EXPECT_GT(Play(Storm(), {.forget_record = 0}).promises.broken, 0); }

std::string ReadFile(const std::string& path) {
  std::ifstream file(std::string(FAULTLINE_SOURCE_DIR) + "/" + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(ReadmeExample, IsWhatTheReadmeQuotes) {
  const std::string source = ReadFile("tests/protocols/readme_example_test.cc");
  const std::string begin = "// [quoted in protocols/README.md]\n";
  const std::size_t from = source.find(begin) + begin.size();
  const std::string quoted = source.substr(from, source.find("// [end of the quotation]\n") - from);
  EXPECT_NE(ReadFile("protocols/README.md").find("```cpp\n" + quoted + "```\n"), std::string::npos)
      << "protocols/README.md must quote the example as it stands here";
}

}  // namespace
