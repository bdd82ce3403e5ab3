// Variants: a node made of nodes has the alternatives of all of them.
#include "protocols/core/variants.h"

#include <memory>
#include <variant>

#include "gtest/gtest.h"

namespace core {
namespace {

struct Name {
  int value{};
};
using Small = std::variant<int, Name>;
using Wide = JoinVariants<std::variant<bool>, Small, std::variant<char>>;

static_assert(std::is_same_v<Wide, std::variant<bool, int, Name, char>>);
static_assert(std::is_same_v<JoinVariants<Small>, Small>);
static_assert(std::is_same_v<JoinVariants<Small, std::variant<>>, Small>, "a machine without facts adds none");
static_assert(AlternativeOf<int, Small>);
static_assert(!AlternativeOf<char, Small>);
static_assert(!AlternativeOf<int, std::variant<>>);

TEST(Variants, AWideOneHoldsTheSameValueOfTheSameType) {
  // An int stays an int, though bool and char would take it.
  EXPECT_EQ(std::get<int>(Widen<Wide>(Small(65))), 65);
  EXPECT_EQ(std::get<Name>(Widen<Wide>(Small(Name{7}))).value, 7);
}

TEST(Variants, WideningMovesWhatItMay) {
  using Boxed = std::variant<std::unique_ptr<int>>;
  using Wider = JoinVariants<Boxed, std::variant<int>>;
  EXPECT_EQ(*std::get<0>(Widen<Wider>(Boxed(std::make_unique<int>(3)))), 3);
}

}  // namespace
}  // namespace core
