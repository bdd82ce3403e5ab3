// Exit codes: what a script can rely on. README.md of this folder has the table.
#pragma once

#include <initializer_list>

namespace tools {

inline constexpr int kAsExpected = 0;
inline constexpr int kUnexpected = 1;
inline constexpr int kInconclusive = 2;
inline constexpr int kCouldNotRun = 3;
inline constexpr int kNotDeterministic = 4;
inline constexpr int kInternalError = 70;
inline constexpr int kCannotTell = 125;  // git bisect: skip
inline constexpr int kInterrupted = 130;
inline constexpr int kTerminated = 143;

// When several apply, the first of these wins.
inline int Worse(int a, int b) {
  for (const int code : {kInternalError, kNotDeterministic, kCouldNotRun, kUnexpected, kInconclusive}) {
    if (a == code || b == code) return code;
  }
  return kAsExpected;
}

}  // namespace tools
