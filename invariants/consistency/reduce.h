// Reduce: a small part of something that fails and still does (Zeller & Hildebrandt, "Simplifying
// and Isolating Failure-Inducing Input", 2002; the complement half of ddmin).
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace consistency {

// `parts` fail. The answer fails too, and would not without any one of its parts, as far as
// `fails(parts)` goes on answering; it may give up at any time by answering false.
template <class Part, class Fails>
std::vector<Part> Reduce(std::vector<Part> parts, Fails&& fails) {
  std::size_t chunk = (parts.size() + 1) / 2;
  while (chunk > 0 && !parts.empty()) {
    bool less = false;
    for (std::size_t from = 0; from < parts.size();) {
      const std::size_t to = std::min(from + chunk, parts.size());
      std::vector<Part> rest(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(from));
      rest.insert(rest.end(), parts.begin() + static_cast<std::ptrdiff_t>(to), parts.end());
      if (fails(std::as_const(rest))) {
        parts = std::move(rest);
        less = true;
      } else {
        from = to;
      }
    }
    if (!less || chunk > 1) chunk = chunk == 1 ? 0 : (chunk + 1) / 2;
  }
  return parts;
}

}  // namespace consistency
