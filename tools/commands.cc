#include "tools/commands.h"

#include <cstdio>
#include <filesystem>
#include <sstream>

#include "scenarios/text.h"
#include "tools/exit_code.h"

namespace tools {

void Print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

int PrintErrors(const absl::Status& status) {
  std::fflush(stdout);
  const bool internal = absl::IsInternal(status);
  std::istringstream lines{std::string(status.message())};
  for (std::string line; std::getline(lines, line);) {
    const bool goes_on = internal || line.starts_with(" ");
    std::fprintf(stderr, "%s%s\n", goes_on ? "" : "error: ", line.c_str());
  }
  return internal ? kInternalError : kCouldNotRun;
}

absl::Status CheckWritable(const std::string& option, const std::string& path) {
  namespace fs = std::filesystem;
  if (path.empty()) return absl::OkStatus();
  std::error_code ignored;
  const fs::path folder = fs::path(path).parent_path();
  const std::string where = option + " " + scenarios::Printable(path);
  if (!folder.empty() && !fs::is_directory(folder, ignored)) {
    return absl::InvalidArgumentError(where + ": no such folder; create it first");
  }
  if (fs::exists(path, ignored) && !fs::is_regular_file(path, ignored)) {
    return absl::InvalidArgumentError(where + ": want a regular file");
  }
  return absl::OkStatus();
}

}  // namespace tools
