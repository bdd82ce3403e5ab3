// Program: runs faultline as a user's shell does.
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace harness {

struct Result {
  int code = -1;
  std::string out;  // both streams
};

// `input` is a file. `timeout` ends what hangs, with 124.
inline Result Faultline(const std::string& arguments, const std::string& input = "/dev/null") {
  const std::string command = "timeout 60 " FAULTLINE_PROGRAM " " + arguments + " 2>&1 <" + input;
  Result result;
  FILE* pipe = ::popen(command.c_str(), "r");
  std::array<char, 4096> buffer{};
  for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    result.out.append(buffer.data(), n);
  const int status = ::pclose(pipe);
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  // Sanitizers exit with 1, which would pass for a violation.
  const bool sanitizer =
      result.out.find("Sanitizer:") != std::string::npos || result.out.find("runtime error:") != std::string::npos;
  if (sanitizer) result.code = 99;
  return result;
}

}  // namespace harness
