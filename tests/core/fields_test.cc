// Fields: the members of an aggregate are counted right and visited in order.
#include "protocols/core/fields.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "gtest/gtest.h"
#include "protocols/core/text.h"
#include "protocols/core/types.h"

namespace core {
namespace {

struct Nothing {};
struct One {
  int a{};
};
struct Two {
  One inner;
  int b{};
};
struct OnlyAnInner {
  Two inner;
};
struct Containers {
  std::optional<int> optional;
  std::variant<int, One> variant;
  std::vector<One> vector;
  std::map<int, One> map;
  std::string string;
  std::array<int, 3> array{};
  std::pair<int, One> pair;
};
struct WithDefaults {
  int a = 1;
  Index b{2};
  std::optional<NodeId> c = NodeId{3};
};
struct Most {
  int a{}, b{}, c{}, d{}, e{}, f{}, g{}, h{}, i{}, j{}, k{}, l{};
};

static_assert(kFieldCount<Nothing> == 0);
static_assert(kFieldCount<One> == 1);
static_assert(kFieldCount<Two> == 2, "an inner aggregate is one field");
static_assert(kFieldCount<OnlyAnInner> == 1);
static_assert(kFieldCount<Containers> == 7);
static_assert(kFieldCount<WithDefaults> == 3);
static_assert(kFieldCount<Most> == kMaxFields);

TEST(Fields, AreVisitedFirstToLast) {
  const Most most{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  std::vector<int> seen;
  ForEachField(most, [&](const int& field) { seen.push_back(field); });
  EXPECT_EQ(seen, (std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
}

// Every count has a line of its own in ForEachField.
template <class T>
void ExpectVisits(T value, int count) {
  int visits = 0;
  ForEachField(value, [&](auto& field) { field = ++visits; });
  EXPECT_EQ(visits, count);
  int expected = 0;
  ForEachField(value, [&](const auto& field) { EXPECT_EQ(field, ++expected); });
}
// clang-format off
struct F1 { int a; };
struct F2 { int a, b; };
struct F3 { int a, b, c; };
struct F4 { int a, b, c, d; };
struct F5 { int a, b, c, d, e; };
struct F6 { int a, b, c, d, e, f; };
struct F7 { int a, b, c, d, e, f, g; };
struct F8 { int a, b, c, d, e, f, g, h; };
struct F9 { int a, b, c, d, e, f, g, h, i; };
struct F10 { int a, b, c, d, e, f, g, h, i, j; };
struct F11 { int a, b, c, d, e, f, g, h, i, j, k; };
// clang-format on

TEST(Fields, OfEveryCountCanBeWritten) {
  ExpectVisits(F1{}, 1);
  ExpectVisits(F2{}, 2);
  ExpectVisits(F3{}, 3);
  ExpectVisits(F4{}, 4);
  ExpectVisits(F5{}, 5);
  ExpectVisits(F6{}, 6);
  ExpectVisits(F7{}, 7);
  ExpectVisits(F8{}, 8);
  ExpectVisits(F9{}, 9);
  ExpectVisits(F10{}, 10);
  ExpectVisits(F11{}, 11);
  ExpectVisits(Most{}, 12);
  int visits = 0;
  Nothing nothing;
  ForEachField(nothing, [&](auto&) { ++visits; });
  EXPECT_EQ(visits, 0);
}

TEST(Fields, NestByRecursion) {
  Containers value{7, One{8}, {{1}, {2}}, {{3, {4}}}, "five", {6, 7, 8}, {9, {10}}};
  EXPECT_EQ(Text(value), "Containers{7 One{8} [One{1} One{2}] [3:One{4}] five [6 7 8] 9:One{10}}");
}

}  // namespace
}  // namespace core
