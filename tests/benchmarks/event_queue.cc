// The pending-event sets side by side, in the hold model (Vaucher & Duval, "A
// comparison of simulation event list algorithms", 1975): with so many events
// pending, one step pops the next and pushes one in its place.
//
// The increments are drawn beforehand, so the structure alone is timed. Before a
// structure is timed, the order in which it pops is compared with the heap's: one
// that is fast and wrong fails. Times are processor time per event; quote them as
// ratios, since a busy machine slows all rows alike.
#include <benchmark/benchmark.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "protocols/core/fingerprint.h"
#include "sim/event_queue.h"
#include "sim/queues/radix.h"

namespace sim {
namespace {

enum class Increments { kExponential, kRaft };

constexpr std::size_t kIncrements = 1 << 16;
using Table = std::array<std::int64_t, kIncrements>;

std::uint64_t NextWord(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15;
  std::uint64_t word = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
  word = (word ^ (word >> 27)) * 0x94D049BB133111EB;
  return word ^ (word >> 31);
}

// About a millisecond on average; the logarithm's fraction is a straight line
// between powers of two, which is close enough here.
std::int64_t Exponential(std::uint64_t word) {
  const int bits = std::bit_width(word | 1) - 1;
  const std::uint64_t fraction = bits >= 16 ? (word >> (bits - 16)) & 0xFFFF : 0;
  const std::uint64_t log2 = static_cast<std::uint64_t>(bits) << 16 | fraction;
  return 1 + static_cast<std::int64_t>(((std::uint64_t{64} << 16) - log2) * 693'147 >> 16);
}

// Seven messages, 0.5 to 1.5 ms, to one timer, 150 to 300 ms.
std::int64_t Raft(std::uint64_t word) {
  const auto rest = static_cast<std::int64_t>(word >> 8);
  return word % 8 != 0 ? 500'000 + rest % 1'000'000 : 150'000'000 + rest % 150'000'000;
}

const Table& TableOf(Increments increments) {
  static const std::array<Table, 2> tables = [] {
    std::array<Table, 2> out{};
    std::uint64_t state = 42;
    for (auto& increment : out[0]) increment = Exponential(NextWord(state));
    for (auto& increment : out[1]) increment = Raft(NextWord(state));
    return out;
  }();
  return tables[static_cast<std::size_t>(increments)];
}

template <class Queue>
struct Hold {
  const Table& table;
  Queue queue{};
  std::uint64_t sequence = 0;

  Hold(Increments increments, std::int64_t pending) : table(TableOf(increments)) {
    for (std::int64_t i = 0; i < pending; ++i) Push(0);
    for (std::int64_t i = 0; i < 3 * pending; ++i) Push(queue.Pop().at);
  }
  // An odd step through the table, so that it repeats only after 65,536 events.
  void Push(std::int64_t now) {
    const std::int64_t increment = table[sequence * 40503 % kIncrements];
    queue.Push({.at = now + increment, .sequence = sequence, .kind = 0, .slot = 0, .to = 0});
    ++sequence;
  }
};

template <class Queue>
core::Fingerprint OrderOf(Increments increments, std::int64_t pending) {
  Hold<Queue> hold(increments, pending);
  core::Fingerprint order;
  for (std::int64_t i = 0; i < pending + 100'000; ++i) {
    const Event event = hold.queue.Pop();
    order.Mix(static_cast<std::uint64_t>(event.at));
    order.Mix(event.sequence);
    hold.Push(event.at);
  }
  return order.Finished();
}

template <class Queue, Increments kKind>
void Pending(benchmark::State& state) {
  if (OrderOf<Queue>(kKind, state.range(0)) != OrderOf<HeapQueue>(kKind, state.range(0))) {
    state.SkipWithError("pops in another order than the heap");
    return;
  }
  Hold<Queue> hold(kKind, state.range(0));
  for (auto _ : state) hold.Push(hold.queue.Pop().at);
  state.SetItemsProcessed(state.iterations());
}

void Sizes(benchmark::internal::Benchmark* benchmark) {
  for (const std::int64_t pending : {4, 10, 16, 32, 64, 128, 256, 1'000, 10'000, 100'000}) benchmark->Arg(pending);
}

BENCHMARK_TEMPLATE(Pending, HeapQueue, Increments::kExponential)->Name("heap/exponential")->Apply(Sizes);
BENCHMARK_TEMPLATE(Pending, WheelQueue, Increments::kExponential)->Name("wheel/exponential")->Apply(Sizes);
BENCHMARK_TEMPLATE(Pending, RadixQueue, Increments::kExponential)->Name("radix/exponential")->Apply(Sizes);
BENCHMARK_TEMPLATE(Pending, EventQueue, Increments::kExponential)->Name("event_queue/exponential")->Apply(Sizes);
BENCHMARK_TEMPLATE(Pending, HeapQueue, Increments::kRaft)->Name("heap/raft")->Apply(Sizes);
BENCHMARK_TEMPLATE(Pending, WheelQueue, Increments::kRaft)->Name("wheel/raft")->Apply(Sizes);
BENCHMARK_TEMPLATE(Pending, RadixQueue, Increments::kRaft)->Name("radix/raft")->Apply(Sizes);
BENCHMARK_TEMPLATE(Pending, EventQueue, Increments::kRaft)->Name("event_queue/raft")->Apply(Sizes);

}  // namespace
}  // namespace sim
