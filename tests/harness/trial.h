// Trials: what long random tests share, their size and their dice.
//
// Short by default, so that every run can afford them; as long as an environment variable says for whoever asks. The
// dice fall alike each time, so what fails, fails again.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace harness {

inline std::uint64_t TrialSize(const char* variable, std::uint64_t otherwise) {
  const char* wanted = std::getenv(variable);
  return wanted == nullptr ? otherwise : std::strtoull(wanted, nullptr, 10);
}

// SplitMix64 (Steele, Lea & Flood, "Fast splittable pseudorandom number generators", 2014).
struct Dice {
  std::uint64_t state{};

  // Below `bound`, which is above 0.
  std::uint64_t operator()(std::uint64_t bound) {
    state += 0x9E3779B97F4A7C15;
    std::uint64_t word = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
    word = (word ^ (word >> 27)) * 0x94D049BB133111EB;
    return (word ^ (word >> 31)) % bound;
  }
  bool OneIn(std::uint64_t n) { return (*this)(n) == 0; }
  // Both ends included.
  std::int64_t Between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>((*this)(static_cast<std::uint64_t>(high - low) + 1));
  }
};

}  // namespace harness
