// Vector clocks: their laws, and that they tell exactly what happened before what.
#include "protocols/clocks/vector_clock.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bitset>
#include <vector>

#include "protocols/core/text.h"
#include "tests/harness/merge_laws.h"

namespace clocks {
namespace {

using core::NodeId;

VectorClock Of(std::initializer_list<std::pair<std::uint32_t, std::uint64_t>> counts) {
  VectorClock clock;
  for (const auto& [node, events] : counts) clock.Raise(NodeId{node}, events);
  return clock;
}

VectorClock AnyClock() {
  VectorClock clock;
  for (std::uint32_t node = 0; node < 4; ++node) clock.Raise(NodeId{node}, harness::AnyBelow<std::uint64_t>(4));
  return clock;
}

TEST(VectorClock, WhoIsNotNamedHasCountedNothing) {
  EXPECT_EQ(Of({{0, 0}}), VectorClock{}) << "founding document F61";
  EXPECT_EQ(Of({{2, 1}})[NodeId{0}], 0u);
  EXPECT_EQ(Compare(Of({{0, 0}, {1, 2}}), Of({{1, 2}})), Order::kEqual);
}

TEST(VectorClock, ComparesAsAFunction) {
  EXPECT_EQ(Compare(Of({{0, 1}}), Of({{0, 2}})), Order::kBefore);
  EXPECT_EQ(Compare(Of({{0, 1}, {2, 1}}), Of({{0, 1}})), Order::kAfter);
  EXPECT_EQ(Compare(Of({{0, 1}, {2, 1}}), Of({{0, 2}})), Order::kConcurrent);
  EXPECT_EQ(Compare(VectorClock{}, Of({{7, 1}})), Order::kBefore);
}

TEST(VectorClock, JoiningCountsNoEvent) {
  VectorClock clock = Of({{0, 3}, {1, 1}});
  clock.Join(clock);
  clock.Join(Of({{0, 2}}));
  EXPECT_EQ(clock, Of({{0, 3}, {1, 1}})) << "founding document F63";
  EXPECT_EQ(clock.Tick(NodeId{1}), 2u);
  EXPECT_EQ(clock.Tick(NodeId{9}), 1u);
  EXPECT_EQ(core::Text(clock), "[n0:3 n1:2 n9:1]");
}

RC_GTEST_PROP(VectorClock, JoinIsAJoin, ()) {
  harness::ForEachCase(100, [] { harness::ExpectMergeLaws(AnyClock(), AnyClock(), AnyClock()); });
}

// Each event continues its process's clock, and a message brings its sender's. What happened before is kept beside
// that as a set of events.
RC_GTEST_PROP(VectorClock, TellsExactlyWhatHappenedBefore, ()) {
  constexpr std::size_t kEvents = 60;
  struct Event {
    VectorClock clock;
    std::bitset<kEvents> past;  // and itself
  };
  std::vector<Event> events;
  std::vector<Event> processes(4);
  for (std::size_t i = 0; i < kEvents; ++i) {
    const auto node = *rc::gen::inRange<std::uint32_t>(0, 4);
    Event& process = processes[node];
    if (!events.empty() && *rc::gen::arbitrary<bool>()) {  // it receives what some event sent
      const Event& sent = events[*rc::gen::inRange<std::size_t>(0, events.size())];
      process.clock.Join(sent.clock);
      process.past |= sent.past;
    }
    process.clock.Tick(NodeId{node});
    process.past.set(i);
    events.push_back(process);
  }
  for (std::size_t a = 0; a < kEvents; ++a) {
    for (std::size_t b = 0; b < kEvents; ++b) {
      const Order order = Compare(events[a].clock, events[b].clock);
      RC_ASSERT((order == Order::kEqual) == (a == b));
      RC_ASSERT((order == Order::kBefore) == (a != b && events[b].past[a]));
      RC_ASSERT((order == Order::kAfter) == (a != b && events[a].past[b]));
    }
  }
}

}  // namespace
}  // namespace clocks
