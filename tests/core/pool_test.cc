// Pool: once warm, the short lists of messages ask the system for nothing.
#include "protocols/core/pool.h"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace {
std::atomic<std::uint64_t> allocations{0};
}

// Counted for the whole test program; the sanitizers keep their own. Inlined, they look mismatched to GCC 12.
#if !defined(__SANITIZE_ADDRESS__)
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* memory = std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace core {
namespace {

TEST(Pool, BlocksComeInPowersOfTwo) {
  EXPECT_EQ(internal::BlockClass(1), 0u);
  EXPECT_EQ(internal::BlockClass(32), 0u);
  EXPECT_EQ(internal::BlockClass(33), 1u);
  EXPECT_EQ(internal::BlockClass(64), 1u);
  EXPECT_EQ(internal::BlockClass(65), 2u);
  EXPECT_EQ(internal::BlockClass(1024 * 1024), internal::kBlockClasses - 1);
  EXPECT_EQ(internal::BlockClass(1024 * 1024 + 1), internal::kBlockClasses) << "too large to pool";
  for (std::size_t bytes = 1; bytes <= 1024 * 1024; ++bytes) {
    ASSERT_GE(internal::kSmallestBlock << internal::BlockClass(bytes), bytes);
  }
}

#if !defined(__SANITIZE_ADDRESS__)

TEST(Pool, WhatWasGivenBackIsTakenAgain) {
  void* first = internal::TakeBlock(100);
  internal::GiveBlock(first, 100);
  void* second = internal::TakeBlock(128);
  EXPECT_EQ(first, second);
  void* third = internal::TakeBlock(128);
  EXPECT_NE(second, third);
  internal::GiveBlock(second, 128);
  internal::GiveBlock(third, 128);
}

// Lists of many sizes come, are copied and go, as in a run.
void Traffic() {
  std::vector<List<std::uint64_t>> flying;
  flying.reserve(32);
  for (std::uint64_t round = 0; round < 1000; ++round) {
    flying.emplace_back(round % 60 + 1, round);
    flying.push_back(flying.back());
    if (flying.size() >= 30) flying.clear();
  }
}

TEST(Pool, ARunThatIsWarmAllocatesNothing) {
  Traffic();
  const std::uint64_t before = allocations;
  Traffic();
  EXPECT_LE(allocations - before, 1u) << "but for the vector that holds the lists";
}

TEST(Pool, LargeBlocksGoToTheSystem) {
  const std::uint64_t before = allocations;
  for (int i = 0; i < 3; ++i) List<char> large(2'000'000);
  EXPECT_EQ(allocations - before, 3u);
}

#endif

TEST(Pool, AListMayDieOnAnotherThread) {
  List<int> list(50, 7);
  std::thread([moved = std::move(list)]() mutable {
    List<int> copy = moved;
    moved.clear();
    EXPECT_EQ(copy.back(), 7);
  }).join();
}

}  // namespace
}  // namespace core
