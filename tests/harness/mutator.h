// Mutator: spoils files as an editor, a full disk or an enemy would, the same way on every
// machine. What reads them must answer with an error or a result, never a crash or a hang.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

namespace harness {

class Mutator {
 public:
  // `words`, which must outlive it: what the format makes much of.
  explicit Mutator(std::span<const std::string_view> words) : words_(words) {}

  std::string Mutate(std::string text) {
    for (std::uint32_t n = 1 + Draw(4); n > 0 && !text.empty(); --n) MutateOnce(text);
    return text;
  }

 private:
  // Numerical Recipes' generator.
  std::uint32_t Draw(std::uint64_t bound) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::uint32_t>((state_ >> 33) % bound);
  }
  void MutateOnce(std::string& text) {
    const std::size_t at = Draw(text.size());
    switch (Draw(6)) {
      case 0:
        text[at] = static_cast<char>(Draw(256));
        break;
      case 1:
        text.erase(at, 1 + Draw(8));
        break;
      case 2:
        text.insert(at, text.substr(Draw(text.size()), Draw(40)));
        break;
      case 3:
        text.resize(at);
        break;
      case 4:
        text[at] = static_cast<char>('0' + Draw(10));
        break;
      default:
        text.insert(at, words_[Draw(words_.size())]);
        break;
    }
  }

  std::span<const std::string_view> words_;
  std::uint64_t state_ = 20260101;
};

// FAULTLINE_MUTATIONS raises the number for a longer hunt.
inline int Mutations(int fallback) {
  const char* wanted = std::getenv("FAULTLINE_MUTATIONS");
  return wanted == nullptr ? fallback : std::atoi(wanted);
}

}  // namespace harness
