#include "protocols/convergence/turn.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace {

TEST(Turn, EveryOrderIsOneToOne) {
  for (std::uint32_t size = 1; size < 70; ++size) {
    for (std::uint64_t order = 0; order < 20; ++order) {
      std::set<std::uint32_t> met;
      for (std::uint32_t place = 0; place < size; ++place) met.insert(convergence::Shuffled(place, size, order));
      EXPECT_EQ(met.size(), size);
      EXPECT_LT(*met.rbegin(), size);
    }
  }
}

TEST(Turn, OrdersAreAlike) {
  std::map<std::vector<std::uint32_t>, int> seen;
  constexpr int kOrders = 24'000;
  for (std::uint64_t order = 0; order < kOrders; ++order) {
    std::vector<std::uint32_t> places;
    for (std::uint32_t place = 0; place < 4; ++place)
      places.push_back(convergence::Shuffled(place, 4, order * 0x9E3779B97F4A7C15));
    ++seen[places];
  }
  EXPECT_EQ(seen.size(), 24u);  // all there are
  for (const auto& [places, times] : seen) EXPECT_NEAR(times, kOrders / 24, 200);
}

}  // namespace
