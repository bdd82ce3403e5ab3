// Text: values read as people would write them.
#include "protocols/core/text.h"

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gtest/gtest.h"
#include "protocols/core/types.h"

namespace core {
namespace {

using namespace std::chrono_literals;

enum class Colour : std::uint8_t { kRed, kDarkBlue, kLast = 31 };
enum class Plain : std::int8_t { lower = 0, kBelow = -1 };

struct Empty {};
struct Vote {
  Index term;
  bool granted{};
};
template <class T>
struct Holder {
  struct Inner {
    T value{};
  };
};
struct Secret {
  int value{};
  void AppendTo(std::string& out) const { out += "secret"; }
};

TEST(Text, LabelsWhatHasARole) {
  EXPECT_EQ(Text(NodeId{3}), "n3");
  EXPECT_EQ(Text(ClientId{1}), "c1");
  EXPECT_EQ(Text(RequestId{ClientId{1}, 12}), "c1#12");
  EXPECT_EQ(Text(Epoch{7}), "t7");
  EXPECT_EQ(Text(Index{std::numeric_limits<std::uint64_t>::max()}), "i18446744073709551615");
}

TEST(Text, NamesTypesAndFieldsInOrder) {
  EXPECT_EQ(Text(Vote{{3}, true}), "Vote{i3 yes}");
  EXPECT_EQ(Text(Empty{}), "Empty");
  EXPECT_EQ(Text(Holder<std::pair<int, Vote>>::Inner{{1, {{2}, false}}}), "Inner{1:Vote{i2 no}}");
}

TEST(Text, NamesEnumeratorsWithoutTheirPrefix) {
  EXPECT_EQ(Text(Colour::kRed), "Red");
  EXPECT_EQ(Text(Colour::kDarkBlue), "DarkBlue");
  EXPECT_EQ(Text(Colour::kLast), "Last");
  EXPECT_EQ(Text(static_cast<Colour>(5)), "5") << "a value without a name is its number";
  EXPECT_EQ(Text(static_cast<Colour>(200)), "200");
  EXPECT_EQ(Text(Plain::lower), "0");
  EXPECT_EQ(Text(Plain::kBelow), "-1");
}

TEST(Text, ShowsContainersBriefly) {
  EXPECT_EQ(Text(std::vector<int>{}), "[]");
  EXPECT_EQ(Text(std::vector<NodeId>{NodeId{1}, NodeId{2}}), "[n1 n2]");
  EXPECT_EQ(Text(std::map<int, std::string>{{1, "a"}, {2, "b"}}), "[1:a 2:b]");
  EXPECT_EQ(Text(std::optional<int>{}), "-");
  EXPECT_EQ(Text(std::optional<int>{4}), "4");
  EXPECT_EQ(Text(std::variant<int, Vote>{Vote{}}), "Vote{i0 no}");
  EXPECT_EQ(Text(Secret{5}), "secret") << "a type that describes itself is not taken apart";
}

TEST(Text, SmallIntegersAreNumbers) {
  EXPECT_EQ(Text(std::uint8_t{65}), "65");
  EXPECT_EQ(Text(std::int8_t{-1}), "-1");
}

TEST(Text, DurationsAreSecondsWithMicroseconds) {
  EXPECT_EQ(Text(Duration{4120ms}), "4.120000s");
  EXPECT_EQ(Text(Duration{0}), "0.000000s");
  EXPECT_EQ(Text(Duration{-1500us}), "-0.001500s");
  EXPECT_EQ(Text(TrueTime{Duration{2s}}), "2.000000s");
  EXPECT_EQ(Text(Duration::max()), "9223372036.854775s");
  EXPECT_EQ(Text(Duration::min()), "-9223372036.854775s");
}

TEST(Text, TypeNamesLeaveOutNamespacesAndArguments) {
  EXPECT_EQ(TypeName<Vote>(), "Vote");
  EXPECT_EQ(TypeName<Holder<int>>(), "Holder");
  EXPECT_EQ(TypeName<Holder<Holder<int>>::Inner>(), "Inner");
  EXPECT_EQ(TypeName<Colour>(), "Colour");
}

}  // namespace
}  // namespace core
