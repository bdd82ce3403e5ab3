// Burglars: nodes that cheat, each in one way, and must not pass for conforming.
#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "gtest/gtest.h"
#include "tests/protocols/conformance.h"

namespace conformance {

using namespace std::chrono_literals;

namespace {

std::uint64_t ticks_of_all_runs = 0;

// A node that counts, and cheats in one way.
enum class Crime : std::uint8_t { kNone, kHidesState, kSharesState, kForgetsToWrite };
template <Crime kCrime>
struct Cheat {
  struct Config {};
  struct Count {
    std::uint64_t ticks{};
  };
  using Message = std::variant<Count>;
  using Record = std::variant<Count>;
  using Fact = std::variant<facts::LogRecovered, facts::LeaderElected>;
  using Request = core::None;
  using Reply = core::None;
  enum class Timer : std::uint8_t { kTick };
  using Env = core::Env<Cheat>;

  std::uint64_t ticks{};  // durable, it says
  std::shared_ptr<std::uint64_t> shared;

  void Start(Env& env) {
    shared = std::make_shared<std::uint64_t>();
    env.Arm(Timer::kTick, {1ms, 20ms});
  }
  void Replay(const Count& record) { ticks = record.ticks; }
  void On(core::NodeId, const Count&, Env&) {}
  void On(core::RequestId, const core::None&, Env&) {}
  void On(Timer, Env& env) {
    const Count next{ticks + 1};
    Replay(next);
    if (kCrime != Crime::kForgetsToWrite || ticks % 50 != 0) env.Write(next);
    env.Send(core::NodeId{0}, Count{Visible()});
    env.Arm(Timer::kTick, {1ms, 20ms});
  }
  core::Fingerprint DurableFingerprint() const { return core::FingerprintOf(ticks); }

 private:
  std::uint64_t Visible() {
    if (kCrime == Crime::kHidesState) return ++ticks_of_all_runs;
    if (kCrime == Crime::kSharesState) return ++*shared;
    return ticks;
  }
};

template <Crime kCrime>
struct CheatCase {
  using Node = Cheat<kCrime>;
  static Experiment<Node> Prepare(std::uint32_t members) {
    return {std::make_shared<sim::Plan>(Storm(members)), {}, sim::Shape{members, members}};
  }
};

TEST(ConformanceBurglars, AnHonestNodeIsLetIn) {
  using Honest = Suite<CheatCase<Crime::kNone>>;
  EXPECT_EQ(Honest::RunsDiffer(1), "");
  EXPECT_EQ(Honest::ForkDiffers(1), "");
  EXPECT_EQ(Honest::ReplayDiffers(1), "");
}

TEST(ConformanceBurglars, StateOutsideTheNodeIsFound) {
  EXPECT_EQ(Suite<CheatCase<Crime::kHidesState>>::RunsDiffer(1), "seed 1 gives two runs");
}

// Every run alone is the same; only a fork shows it.
TEST(ConformanceBurglars, StateThatCopiesShareIsFound) {
  using Sharing = Suite<CheatCase<Crime::kSharesState>>;
  EXPECT_EQ(Sharing::RunsDiffer(1), "");
  EXPECT_EQ(Sharing::ForkDiffers(1), "the fork of the fork differs after step 0");
}

TEST(ConformanceBurglars, ADurableFieldThatIsNotWrittenIsFound) {
  EXPECT_NE(Suite<CheatCase<Crime::kForgetsToWrite>>::ReplayDiffers(1).find("comes back as another"),
            std::string::npos);
}

}  // namespace
}  // namespace conformance
