// Numbers: chance for tests and benchmarks, the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace consistency {

// SplitMix64 (Steele, Lea & Flood, "Fast splittable pseudorandom number generators", 2014).
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed) {}

  std::uint32_t Below(std::size_t bound) {
    state_ += 0x9E3779B97F4A7C15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return static_cast<std::uint32_t>((z ^ (z >> 31)) % bound);
  }
  bool Chance(std::uint32_t percent) { return Below(100) < percent; }
  std::uint32_t UpTo(std::size_t most) { return Below(most + 1); }
  template <class List>
  auto& Any(List&& list) {
    return list[Below(std::size(list))];
  }

 private:
  std::uint64_t state_;
};

}  // namespace consistency
