#include "tools/junit.h"

#include <algorithm>

#include "scenarios/text.h"

namespace tools {
namespace {

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : scenarios::Printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string CaseText(const TestCase& test) {
  std::string text = "  <testcase classname=\"" + Escaped(test.suite) + "\" name=\"" + Escaped(test.name) + "\">\n";
  if (!test.failure.empty()) text += "    <failure message=\"" + Escaped(test.failure) + "\"/>\n";
  if (test.failure.empty() && !test.skipped.empty())
    text += "    <skipped message=\"" + Escaped(test.skipped) + "\"/>\n";
  if (!test.details.empty()) text += "    <system-out>" + Escaped(test.details) + "</system-out>\n";
  return text + "  </testcase>\n";
}

}  // namespace

std::string JUnitText(const std::vector<TestCase>& cases) {
  const auto failed =
      std::count_if(cases.begin(), cases.end(), [](const TestCase& test) { return !test.failure.empty(); });
  const auto skipped = std::count_if(
      cases.begin(), cases.end(), [](const TestCase& test) { return test.failure.empty() && !test.skipped.empty(); });
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"faultline\" tests=\"" +
                     std::to_string(cases.size()) + "\" failures=\"" + std::to_string(failed) + "\" skipped=\"" +
                     std::to_string(skipped) + "\">\n";
  for (const TestCase& test : cases) text += CaseText(test);
  return text + "</testsuite>\n";
}

}  // namespace tools
