#include "sim/slab.h"

#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace sim {
namespace {

RC_GTEST_PROP(Slab, FindsWhatWasPut, ()) {
  Slab<std::string> slab;
  std::map<std::uint32_t, std::string> model;
  const int steps = *rc::gen::inRange(0, 300);
  for (int i = 0; i < steps; ++i) {
    if (!model.empty() && *rc::gen::inRange(0, 3) == 0) {
      const auto freed = std::next(model.begin(), *rc::gen::inRange<int>(0, static_cast<int>(model.size())));
      slab.Free(freed->first);
      model.erase(freed);
    } else {
      const std::string value = "a value too long to be stored within the string, number " + std::to_string(i);
      const auto [at, is_new] = model.emplace(slab.Put(std::string(value)), value);
      RC_ASSERT(is_new);
    }
    RC_ASSERT(slab.size() == model.size());
    for (const auto& [slot, value] : model) RC_ASSERT(slab[slot] == value);
  }
}

TEST(Slab, ReusesTheSlotFreedLast) {
  Slab<int> slab;
  EXPECT_EQ(slab.Put(10), 0u);
  EXPECT_EQ(slab.Put(11), 1u);
  EXPECT_EQ(slab.Put(12), 2u);
  slab.Free(0);
  slab.Free(2);
  EXPECT_EQ(slab.Put(13), 2u);
  EXPECT_EQ(slab.Put(14), 0u);
  EXPECT_EQ(slab.Put(15), 3u);
  EXPECT_EQ(slab[1], 11);
}

TEST(Slab, AFreeSlotOwnsNothing) {
  Slab<std::shared_ptr<int>> slab;
  const auto owned = std::make_shared<int>(7);
  const std::uint32_t slot = slab.Put(std::shared_ptr<int>(owned));
  EXPECT_EQ(owned.use_count(), 2);
  slab.Free(slot);
  EXPECT_EQ(owned.use_count(), 1);
  EXPECT_TRUE(slab.empty());
}

// Assigning an empty string would keep the memory.
TEST(Slab, AFreeSlotGivesBackAStringsMemory) {
  Slab<std::string> slab;
  const std::uint32_t slot = slab.Put(std::string(1000, 'x'));
  const std::string& seen = slab[slot];
  slab.Free(slot);
  EXPECT_LT(seen.capacity(), 1000u);
}

TEST(Slab, CopiesAreIndependent) {
  Slab<std::string> original;
  const std::uint32_t slot = original.Put("original");
  Slab<std::string> fork = original;
  fork[slot] = "fork";
  fork.Free(slot);
  EXPECT_EQ(fork.Put("another"), slot);
  EXPECT_EQ(original[slot], "original");
  EXPECT_EQ(original.size(), 1u);
}

// Putting a value that lies in the slab itself, at the moment it grows.
TEST(Slab, AValueMayComeFromTheSlab) {
  Slab<std::string> slab;
  const std::uint32_t first = slab.Put(std::string(100, 'x'));
  for (int i = 0; i < 100; ++i) {
    const std::uint32_t slot = slab.Put(std::string(slab[first]));
    EXPECT_EQ(slab[slot], slab[first]);
  }
}

}  // namespace
}  // namespace sim
