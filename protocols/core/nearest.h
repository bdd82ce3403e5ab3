// Nearest: the known word somebody probably meant. "did you mean" of every
// error message about a name.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace core {

// Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other.
inline std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), row(b.size() + 1);
  std::iota(previous.begin(), previous.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = std::exchange(previous, row);
  }
  return previous[b.size()];
}

// The candidate at the least distance, if that is at most about a third of the
// word; the first of equals. Otherwise the first candidate that contains the
// word or is contained in it. Otherwise empty.
template <class Candidates>
std::string_view Nearest(std::string_view word, const Candidates& candidates) {
  constexpr std::size_t kLongestWord = 64;  // the cost is quadratic and words come from files
  if (word.empty() || word.size() > kLongestWord) return {};
  std::string_view best;
  std::size_t least = std::max<std::size_t>(1, (word.size() + 1) / 3) + 1;
  for (const auto& candidate : candidates) {
    const std::size_t distance = EditDistance(word, candidate);
    if (distance >= least) continue;
    least = distance;
    best = candidate;
  }
  if (!best.empty() || word.size() < 3) return best;
  for (const std::string_view candidate : candidates) {
    if (candidate.find(word) != std::string_view::npos) return candidate;
    if (candidate.size() >= 3 && word.find(candidate) != std::string_view::npos) return candidate;
  }
  return {};
}

// `; did you mean "nodes"?`, or nothing.
template <class Candidates>
std::string DidYouMean(std::string_view word, const Candidates& candidates) {
  const std::string_view nearest = Nearest(word, candidates);
  if (nearest.empty()) return {};
  return "; did you mean \"" + std::string(nearest) + "\"?";
}

}  // namespace core
