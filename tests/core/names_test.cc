// Names: a field is called what its source calls it, on every compiler.
#include "protocols/core/names.h"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "gtest/gtest.h"
#include "protocols/core/types.h"

namespace core {
namespace {

struct Two {
  int first{};
  std::map<std::string, int> second_one;
};
template <class Machine>
struct Node {
  struct Entry {
    int term{};
  };
  Index commit;
  std::vector<Entry> log;
  std::variant<int, Two> role;
  std::optional<NodeId> voted_for;
  Machine machine;
};
struct Most {
  int a{}, b{}, c{}, d{}, e{}, f{}, g{}, h{}, i{}, j{}, k{}, last{};
};

static_assert(kFieldName<Two, 0> == "first");
static_assert(kFieldName<Two, 1> == "second_one");
static_assert(kFieldName<Node<Two>, 0> == "commit");
static_assert(kFieldName<Node<Two>, 1> == "log", "of a template, and a struct within it");
static_assert(kFieldName<Node<Two>, 2> == "role");
static_assert(kFieldName<Node<Two>, 3> == "voted_for");
static_assert(kFieldName<Node<Two>, 4> == "machine");
static_assert(kFieldName<Most, 11> == "last");

TEST(Names, AreKnownAtCompileTime) { EXPECT_EQ((kFieldName<Two, 1>), "second_one"); }

}  // namespace
}  // namespace core
