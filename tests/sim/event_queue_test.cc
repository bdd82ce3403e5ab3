#include "sim/event_queue.h"

#include <cstdint>
#include <set>
#include <utility>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "sim/queues/heap.h"
#include "sim/queues/radix.h"
#include "sim/queues/wheel.h"

namespace sim {
namespace {

using Order = std::pair<std::int64_t, std::uint64_t>;
Order OrderOf(const Event& event) { return {event.at, event.sequence}; }

Event At(std::int64_t at, std::uint64_t sequence) {
  return {.at = at, .sequence = sequence, .kind = 7, .slot = static_cast<std::uint32_t>(sequence), .to = 3};
}

// The same queue, as simple as can be.
class Model {
 public:
  std::int64_t Min() const { return events_.begin()->first; }
  void Push(const Event& event) { events_.insert(OrderOf(event)); }
  Order Pop() { return events_.extract(events_.begin()).value(); }
  std::size_t size() const { return events_.size(); }

 private:
  std::set<Order> events_;
};

// A stream of numbers that RapidCheck shrinks as one: small failures are found by
// fewer steps, not by simpler delays.
struct Stream {
  std::uint64_t state;
  std::uint64_t Next(std::uint64_t bound) {
    state = state * 6364136223846793005 + 1442695040888963407;
    return (state >> 20) % bound;
  }
};

template <class Queue>
struct Checked {
  Queue queue;
  Model model;
  std::int64_t now = 0;
  std::uint64_t sequence = 0;

  void Push(std::int64_t delay) {
    const Event event = At(now + delay, sequence++);
    queue.Push(event);
    model.Push(event);
  }
  void Pop() {
    if (model.size() == 0) return;
    RC_ASSERT(queue.Min() == model.Min());
    PopUnseen();
  }
  void PopUnseen() {
    const Event event = queue.Pop();
    RC_ASSERT(OrderOf(event) == model.Pop());
    RC_ASSERT(event.slot == static_cast<std::uint32_t>(event.sequence) && event.kind == 7 && event.to == 3);
    now = event.at;
  }
  // Delays of all scales at once: ties, neighbours in a slot, gaps that cross levels.
  void Run(int steps, std::uint64_t pop_percent) {
    Stream stream{*rc::gen::arbitrary<std::uint64_t>()};
    for (int i = 0; i < steps; ++i) {
      const std::uint64_t scale = stream.Next(44);
      Push(static_cast<std::int64_t>(stream.Next(std::uint64_t{1} << scale)));
      if (stream.Next(100) < pop_percent) Pop();
      RC_ASSERT(queue.size() == model.size());
      RC_ASSERT(queue.empty() == (model.size() == 0));
    }
  }
  void Drain() {
    while (model.size() > 0) PopUnseen();
    RC_ASSERT(queue.empty());
  }
};

template <class Queue>
class EveryQueue : public testing::Test {};
using Queues = testing::Types<HeapQueue, WheelQueue, RadixQueue, EventQueue>;
TYPED_TEST_SUITE(EveryQueue, Queues);

TYPED_TEST(EveryQueue, PopsInTheOrderOfASet) {
  rc::detail::checkGTest([] {
    Checked<TypeParam> checked;
    const int steps = *rc::gen::inRange(0, 2000);
    checked.Run(steps, *rc::gen::inRange<std::uint64_t>(0, 120));
    checked.Drain();
  });
}

// Filled, drained, and filled again: what an earlier life left behind does no harm.
TYPED_TEST(EveryQueue, CanBeEmptiedAndUsedAgain) {
  rc::detail::checkGTest([] {
    Checked<TypeParam> checked;
    for (int life = 0; life < 4; ++life) {
      checked.Run(*rc::gen::inRange(0, 400), 30);
      checked.Drain();
    }
  });
}

TYPED_TEST(EveryQueue, CopiesAreIndependent) {
  rc::detail::checkGTest([] {
    Checked<TypeParam> original;
    original.Run(*rc::gen::inRange(1, 600), 20);
    Checked<TypeParam> fork = original;
    fork.Run(200, 90);
    fork.Drain();
    original.Drain();
  });
}

TYPED_TEST(EveryQueue, SameTimePopsBySequence) {
  TypeParam queue;
  for (std::uint64_t sequence = 0; sequence < 1000; ++sequence) queue.Push(At(5'000'000, sequence * 7919 % 1000));
  for (std::uint64_t sequence = 0; sequence < 1000; ++sequence) {
    const Event event = queue.Pop();
    ASSERT_EQ(event.at, 5'000'000);
    ASSERT_EQ(event.sequence, sequence);
  }
  EXPECT_TRUE(queue.empty());
}

// A handler schedules at the very time it runs at: still after all that were
// scheduled before it, and before the next nanosecond.
TYPED_TEST(EveryQueue, AnEventMayFollowAtOnce) {
  TypeParam queue;
  queue.Push(At(1000, 0));
  queue.Push(At(1000, 1));
  queue.Push(At(1001, 2));
  EXPECT_EQ(queue.Pop().sequence, 0u);
  queue.Push(At(1000, 3));
  EXPECT_EQ(queue.Min(), 1000);
  EXPECT_EQ(queue.Pop().sequence, 1u);
  EXPECT_EQ(queue.Pop().sequence, 3u);
  EXPECT_EQ(queue.Pop().sequence, 2u);
}

// The engine looks at a far event, stops at its time limit, and a user then injects
// events before the one that was seen.
TYPED_TEST(EveryQueue, LookingAheadForbidsNothing) {
  Checked<TypeParam> checked;
  const std::int64_t second = 1'000'000'000;
  for (int i = 0; i < 200; ++i) checked.Push(i);
  for (int i = 0; i < 200; ++i) checked.PopUnseen();
  for (int i = 0; i < 200; ++i) checked.Push(10 * second + i % 7);
  ASSERT_EQ(checked.queue.Min(), 199 + 10 * second);
  for (int i = 0; i < 50'000; ++i) checked.Push(second + i * std::int64_t{7919} % 50'000 * 100'000);
  ASSERT_EQ(checked.queue.Min(), 199 + second);
  checked.Drain();
}

// Near, middle and far at the ends of the number range.
TYPED_TEST(EveryQueue, ReachesTheEndOfTime) {
  Checked<TypeParam> checked;
  for (int bit = 0; bit < 63; ++bit) {
    checked.Push(std::int64_t{1} << bit);
    checked.Push((std::int64_t{1} << bit) - 1);
  }
  checked.Push(INT64_MAX);
  checked.Drain();
}

// One lone far timer, then a flood before it: a wheel stands at the end of the
// timer's slot and must turn back to deal with the flood.
TYPED_TEST(EveryQueue, AFloodBehindALoneTimer) {
  Checked<TypeParam> checked;
  checked.Push(50'000'000);
  checked.Pop();
  for (int i = 0; i < 5000; ++i) checked.Push((5000 - i) * 1000);
  for (int i = 0; i < 2500; ++i) checked.Pop();
  for (int i = 0; i < 5000; ++i) checked.Push(i % 50 * 100);
  checked.Drain();
}

// Each popped event is replaced by a few, scattered over the slot just opened.
TYPED_TEST(EveryQueue, FloodsThatGrowWithinOneSlot) {
  Checked<TypeParam> checked;
  Stream stream{42};
  checked.Push(70'000'000);
  for (int i = 0; i < 20'000 && checked.model.size() > 0; ++i) {
    checked.Pop();
    const std::uint64_t pushes = stream.Next(i < 10'000 ? 4 : 2);
    for (std::uint64_t n = 0; n < pushes; ++n) checked.Push(static_cast<std::int64_t>(stream.Next(30'000'000)));
  }
  checked.Drain();
}

TYPED_TEST(EveryQueue, AMillionEvents) {
  TypeParam queue;
  std::uint64_t random = 1;
  const auto delay = [&random] {
    random = random * 6364136223846793005 + 1442695040888963407;
    return static_cast<std::int64_t>(random >> 43) << (random >> 40 & 7);
  };
  std::uint64_t sequence = 0;
  for (; sequence < 1'000'000; ++sequence) queue.Push(At(delay(), sequence));
  Order last{-1, 0};
  for (int i = 0; i < 2'000'000; ++i) {
    const Event event = queue.Pop();
    ASSERT_LT(last, OrderOf(event));
    last = OrderOf(event);
    if (i < 1'000'000) queue.Push(At(event.at + delay(), sequence++));
  }
  EXPECT_TRUE(queue.empty());
}

// A fork taken on either side of a change, or assigned over a queue on the other side.
TEST(EventQueue, CanBeCopiedAcrossAChange) {
  Checked<EventQueue> small;
  for (int i = 0; i < 100; ++i) small.Push(i);
  while (small.model.size() > 2) small.Pop();
  ASSERT_FALSE(small.queue.is_wheel());
  Checked<EventQueue> large;
  for (int i = 0; i < 100; ++i) large.Push(i);
  ASSERT_TRUE(large.queue.is_wheel());
  Checked<EventQueue> fork = large;
  fork = small;
  for (int i = 0; i < 100; ++i) fork.Push(i);
  fork.Drain();
  fork = large;
  fork.Drain();
  small.Drain();
  large.Drain();
}

TEST(EventQueue, ChangesBothWaysAndDoesNotFlutter) {
  EventQueue queue;
  std::uint64_t sequence = 0;
  for (int life = 0; life < 3; ++life) {
    while (queue.size() < EventQueue::kMany) queue.Push(At(1'000'000 * life, sequence++));
    EXPECT_FALSE(queue.is_wheel());
    queue.Push(At(1'000'000 * life, sequence++));
    EXPECT_TRUE(queue.is_wheel());
    while (queue.size() > EventQueue::kFew) queue.Pop();
    EXPECT_TRUE(queue.is_wheel());
    queue.Pop();
    EXPECT_FALSE(queue.is_wheel());
    while (!queue.empty()) queue.Pop();
  }
}

}  // namespace
}  // namespace sim
