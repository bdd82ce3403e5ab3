// What README.md shows is what the program prints: each block that begins with
// `$ tools/run` or `$ faultline …` is played, and its lines must be in the output,
// in their order. A line of dots stands for any number of lines. They are played one after another in one folder.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "tests/harness/temporary_folder.h"

namespace {

std::string Trimmed(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return std::string(line.substr(begin, line.find_last_not_of(' ') - begin + 1));
}

struct Example {
  std::string arguments;
  std::vector<std::string> lines;
};

std::vector<Example> Examples() {
  std::ifstream readme(std::string(FAULTLINE_SOURCE_DIR) + "/README.md");
  std::vector<Example> examples;
  bool quoting = false;
  for (std::string line; std::getline(readme, line);) {
    if (line.rfind("```", 0) == 0) quoting = false;
    if (line == "$ tools/run" || line.rfind("$ faultline ", 0) == 0) {
      examples.push_back({line == "$ tools/run" ? "run flagship" : line.substr(12), {}});
      quoting = true;
    } else if (quoting && Trimmed(line) != "…" && !Trimmed(line).empty()) {
      examples.back().lines.push_back(Trimmed(line));
    }
  }
  return examples;
}

std::vector<std::string> OutputOf(const std::string& arguments, const std::string& folder) {
  std::vector<std::string> lines;
  FILE* program = popen(("cd " + folder + " && " FAULTLINE_PROGRAM " " + arguments).c_str(), "r");
  char line[4096];
  while (std::fgets(line, sizeof line, program) != nullptr) {
    lines.push_back(Trimmed(std::string_view(line).substr(0, std::string_view(line).find('\n'))));
  }
  EXPECT_EQ(pclose(program), 0) << arguments;
  return lines;
}

TEST(Readme, ShowsWhatTheProgramPrints) {
  const std::vector<Example> examples = Examples();
  ASSERT_GE(examples.size(), 2u);
  const harness::TemporaryFolder folder;
  for (const Example& example : examples) {
    const std::vector<std::string> output = OutputOf(example.arguments, folder.path().string());
    auto from = output.begin();
    for (const std::string& line : example.lines) {
      const auto found = std::find(from, output.end(), line);
      if (found == output.end()) {
        ADD_FAILURE() << "`faultline " << example.arguments
                      << "` does not print, after what README.md shows before,\n  " << line
                      << "\nQuote its output anew.";
        break;
      }
      from = found + 1;
    }
  }
}

}  // namespace
