// JUnit: the file that GitHub, GitLab and Jenkins read. One test case per
// scenario and invariant, or per seed file; the failure's message is the
// command that shows it again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tools {

struct TestCase {
  std::string suite;    // the scenario
  std::string name;     // the invariant
  std::string failure;  // one line; empty: passed
  std::string skipped;  // why it could not be judged; empty: it was
  std::string details;
};

std::string JUnitText(const std::vector<TestCase>& cases);

}  // namespace tools
