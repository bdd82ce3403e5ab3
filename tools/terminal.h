// Terminal: colour and the one progress line.
//
// Colour only on a terminal and never alone: every coloured word says the same
// without it. Progress goes to standard error: on a terminal one line, rewritten
// at most ten times a second; elsewhere a line every 30 s, so that a CI system
// does not take a long run for a dead one.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "tools/options.h"

namespace tools {

struct Style {
  bool color = false;

  std::string Good(std::string_view text) const { return Paint("32", text); }
  std::string Bad(std::string_view text) const { return Paint("1;31", text); }
  std::string Doubtful(std::string_view text) const { return Paint("33", text); }

 private:
  std::string Paint(const char* code, std::string_view text) const;
};

// For standard output: --color, NO_COLOR, TERM and whether it is a terminal.
Style StyleOf(Color color);

class Progress {
 public:
  explicit Progress(bool wanted);
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Shows `line` if it is time for one.
  void Show(const std::string& line);
  // Removes the line, before anything else is printed.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;

  bool wanted_;
  bool terminal_;
  bool shown_ = false;
  Clock::time_point last_ = Clock::now();
};

}  // namespace tools
