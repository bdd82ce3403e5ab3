// Fingerprint maps: as std::map, but in the order of insertion, whatever the fingerprints are.
#include "protocols/core/fingerprint_map.h"

#include <map>
#include <vector>

#include "gtest/gtest.h"

namespace core {
namespace {

TEST(FingerprintMap, HoldsWhatWasPutInOnce) {
  FingerprintMap<int> map;
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.Find({1, 2}), nullptr);
  EXPECT_TRUE(map.TryEmplace({1, 2}, 7).second);
  EXPECT_FALSE(map.TryEmplace({1, 2}, 8).second);
  EXPECT_EQ(*map.Find({1, 2}), 7);
  map[{2, 2}] = 9;  // as low as the other
  EXPECT_EQ(*map.Find({1, 2}), 7);
  EXPECT_EQ(*map.Find({2, 2}), 9);
  EXPECT_EQ(map.Find({3, 2}), nullptr);
  EXPECT_EQ(map.size(), 2u);
}

// Low halves that are few, so that they collide and wrap around.
TEST(FingerprintMap, IsAMapWhateverCollides) {
  FingerprintMap<std::uint64_t> map;
  std::map<Fingerprint, std::uint64_t> same;
  std::vector<Fingerprint> order;
  std::uint64_t state = 1;
  for (int i = 0; i < 20'000; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const Fingerprint key{state >> 52, (state >> 33) % 5 - 2};
    if (same.emplace(key, 0).second) order.push_back(key);
    ++same[key];
    ++map[key];
  }
  ASSERT_EQ(map.size(), same.size());
  std::size_t place = 0;
  for (const auto& [key, value] : map) {
    EXPECT_EQ(key, order[place++]);
    EXPECT_EQ(value, same[key]);
    EXPECT_EQ(*map.Find(key), value);
  }
}

TEST(FingerprintMap, ACopyGoesItsOwnWay) {
  FingerprintMap<int> map;
  map[{1, 1}] = 1;
  FingerprintMap<int> copy = map;
  copy[{1, 1}] = 2;
  copy[{2, 2}] = 3;
  EXPECT_EQ(*map.Find({1, 1}), 1);
  EXPECT_EQ(map.Find({2, 2}), nullptr);
}

}  // namespace
}  // namespace core
