// What a message costs that does next to nothing: nodes that ping a random other
// node every 10 ms and are ponged back, with latency 1 to 10 ms, 1 % loss, 64
// bytes of body and the digest on. Cost per message must not grow with the
// number of nodes.
#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <variant>

#include "sim/run.h"

namespace ping {

struct Body {
  std::array<std::uint64_t, 8> words{};

  void AppendWire(std::string& out) const {
    for (const std::uint64_t word : words) core::AppendVarint(out, word);
  }
  static bool ReadWire(core::WireReader& in, Body& body) {
    for (std::uint64_t& word : body.words) word = in.Varint();
    return in.ok;
  }
};
struct Ping {
  Body body;
};
struct Pong {
  Body body;
};

struct Node {
  using Message = std::variant<Ping, Pong>;
  struct Written {};
  using Record = std::variant<Written>;
  struct Heard {};
  using Fact = std::variant<Heard>;
  using Request = core::None;
  using Reply = core::None;
  enum class Timer : std::uint8_t { kPing };
  struct Config {
    std::uint32_t nodes = 0;
  };
  using Env = core::Env<Node>;

  std::uint64_t sum{};

  void Start(Env& env) { env.Arm(Timer::kPing, {core::Duration{0}, std::chrono::milliseconds(10)}); }
  void Replay(const Written&) {}
  void On(core::NodeId from, const Ping& m, Env& env) {
    sum += m.body.words[0];
    env.Send(from, Pong{m.body});
  }
  void On(core::NodeId, const Pong& m, Env&) { sum += m.body.words[0]; }
  void On(Timer, Env& env) {
    const std::uint32_t self = core::Number(env.self());
    auto to = static_cast<std::uint32_t>(env.Draw(env.config().nodes - 1));
    to += to >= self;
    Ping m;
    m.body.words.fill(self);
    env.Send(core::NodeId{to}, m);
    env.Arm(Timer::kPing, {std::chrono::milliseconds(10), std::chrono::milliseconds(10)});
  }
  void On(core::RequestId, const core::None&, Env&) {}
};
static_assert(core::Node<Node>);

}  // namespace ping

namespace {

void PingPong(benchmark::State& state) {
  const auto nodes = static_cast<std::uint32_t>(state.range(0));
  auto plan = std::make_shared<sim::Plan>();
  plan->nodes = nodes;
  plan->peer.latency = sim::Latency::Uniform(std::chrono::milliseconds(1), std::chrono::milliseconds(10));
  plan->peer.loss = {10'000'000};
  plan->storm = std::chrono::hours(24);
  sim::World<ping::Node> world(plan, {nodes}, {nodes, nodes}, 1);
  sim::NoObserver nobody;
  world.Start(nobody);
  while (world.now() < std::chrono::seconds(1)) world.Step(nobody);
  const std::uint64_t before = world.physics().network.counts().delivered;
  for (auto _ : state) {
    for (int i = 0; i < 10'000; ++i) world.Step(nobody);
  }
  const auto delivered = static_cast<double>(world.physics().network.counts().delivered - before);
  state.counters["ns_per_message"] =
      benchmark::Counter(delivered * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(PingPong)->Arg(5)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
