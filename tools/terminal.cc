#include "tools/terminal.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace tools {
namespace {

bool SetAndNotEmpty(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

bool DumbTerminal() {
  const char* term = std::getenv("TERM");
  return term != nullptr && std::string_view(term) == "dumb";
}

}  // namespace

std::string Style::Paint(const char* code, std::string_view text) const {
  if (!color) return std::string(text);
  return std::string("\x1b[") + code + "m" + std::string(text) + "\x1b[0m";
}

Style StyleOf(Color color) {
  if (color != Color::kAuto) return {color == Color::kAlways};
  return {::isatty(STDOUT_FILENO) == 1 && !SetAndNotEmpty("NO_COLOR") && !DumbTerminal()};
}

Progress::Progress(bool wanted) : wanted_(wanted), terminal_(::isatty(STDERR_FILENO) == 1 && !DumbTerminal()) {}

void Progress::Show(const std::string& line) {
  using namespace std::chrono_literals;
  if (!wanted_) return;
  const Clock::time_point now = Clock::now();
  if (now - last_ < (terminal_ ? Clock::duration(100ms) : Clock::duration(30s))) return;
  last_ = now;
  shown_ = terminal_;
  std::fprintf(stderr, terminal_ ? "\r%s\x1b[K" : "%s\n", line.c_str());
  std::fflush(stderr);
}

void Progress::Clear() {
  if (!shown_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace tools
