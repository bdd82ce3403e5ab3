// The table of invariants/README.md is the catalogue: a row for each rule, with
// what the program says of it and the facts that its file registers.
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "invariants/invariant.h"

namespace invariants {
namespace {

using testing::HasSubstr;

std::string ReadFile(const std::string& path) {
  std::ifstream file(absl::StrCat(FAULTLINE_SOURCE_DIR, "/", path));
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The rows whose first cell is `name`, in code.
std::vector<std::string> RowsOf(const std::string& name) {
  std::istringstream readme(ReadFile("invariants/README.md"));
  std::vector<std::string> rows;
  for (std::string line; std::getline(readme, line);) {
    if (line.rfind("| `" + name + "` |", 0) == 0) rows.push_back(line);
  }
  return rows;
}

// The facts named after REGISTER_INVARIANT in the rule's own file.
std::vector<std::string> FactsOf(std::string name) {
  for (char& c : name) c = c == '-' ? '_' : c;
  const std::string source = ReadFile("invariants/" + name + ".cc");
  std::vector<std::string> facts;
  const std::string prefix = "facts::";
  for (std::size_t at = source.find(prefix, source.find("REGISTER_INVARIANT(")); at != std::string::npos;
       at = source.find(prefix, at)) {
    at += prefix.size();
    facts.push_back(source.substr(at, source.find_first_of(",) \n", at) - at));
  }
  return facts;
}

TEST(CatalogueReadme, HasOneRowForEachInvariant) {
  for (const Invariant& invariant : Catalogue()) {
    SCOPED_TRACE(invariant.name);
    const std::vector<std::string> rows = RowsOf(std::string(invariant.name));
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_THAT(rows.front(), HasSubstr(std::string(invariant.statement)));
    EXPECT_THAT(rows.front(), HasSubstr(std::string(invariant.source)));
  }
}

TEST(CatalogueReadme, NamesTheFactsOfEachInvariant) {
  for (const Invariant& invariant : Catalogue()) {
    SCOPED_TRACE(invariant.name);
    const std::vector<std::string> facts = FactsOf(std::string(invariant.name));
    ASSERT_FALSE(facts.empty());
    for (const std::string& row : RowsOf(std::string(invariant.name))) {
      for (const std::string& fact : facts) EXPECT_THAT(row, HasSubstr("`" + fact + "`"));
    }
  }
}

// Rules that are gone must not be promised.
TEST(CatalogueReadme, HasNoOtherRows) {
  std::istringstream readme(ReadFile("invariants/README.md"));
  std::size_t rows = 0;
  for (std::string line; std::getline(readme, line);) rows += line.rfind("| `", 0) == 0;
  EXPECT_EQ(rows, Catalogue().size());
}

}  // namespace
}  // namespace invariants
