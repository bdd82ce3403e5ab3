// Wire: what is written reads back, and hostile bytes are refused in peace.
#include "protocols/core/wire.h"

#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "gtest/gtest.h"
#include "protocols/core/pool.h"
#include "protocols/core/types.h"
#include "rapidcheck/gtest.h"

namespace core {
namespace {

using namespace std::string_literals;

enum class Colour : std::uint8_t { kRed, kBlue };
struct Leaf {
  std::int32_t number{};
  std::optional<std::string> name;
  bool operator==(const Leaf&) const = default;
};
struct Rich {
  std::uint8_t tiny{};
  std::int64_t wide{};
  bool flag{};
  Colour colour{};
  std::string text;
  std::vector<Leaf> leaves;
  std::map<std::int16_t, Leaf> map;
  std::set<std::uint32_t> set;
  std::variant<None, Leaf, std::uint64_t> variant;
  std::pair<Index, NodeId> pair;
  Duration duration{};
  LocalTime time{};
  bool operator==(const Rich&) const = default;
};

rc::Gen<Leaf> AnyLeaf() {
  return rc::gen::map(rc::gen::pair(rc::gen::arbitrary<std::int32_t>(), rc::gen::maybe(rc::gen::string<std::string>())),
                      [](const auto& pair) {
                        Leaf leaf{pair.first, std::nullopt};
                        if (pair.second) leaf.name = *pair.second;
                        return leaf;
                      });
}

Rich AnyRich() {
  Rich rich;
  rich.tiny = *rc::gen::arbitrary<std::uint8_t>();
  rich.wide = *rc::gen::arbitrary<std::int64_t>();
  rich.flag = *rc::gen::arbitrary<bool>();
  rich.colour = *rc::gen::element(Colour::kRed, Colour::kBlue);
  rich.text = *rc::gen::string<std::string>();
  rich.leaves = *rc::gen::container<std::vector<Leaf>>(AnyLeaf());
  rich.map = *rc::gen::container<std::map<std::int16_t, Leaf>>(rc::gen::arbitrary<std::int16_t>(), AnyLeaf());
  rich.set = *rc::gen::arbitrary<std::set<std::uint32_t>>();
  switch (*rc::gen::inRange(0, 3)) {
    case 0:
      rich.variant = None{};
      break;
    case 1:
      rich.variant = *AnyLeaf();
      break;
    default:
      rich.variant = *rc::gen::arbitrary<std::uint64_t>();
  }
  rich.pair = {Index{*rc::gen::arbitrary<std::uint64_t>()}, NodeId{*rc::gen::arbitrary<std::uint32_t>()}};
  rich.duration = Duration{*rc::gen::arbitrary<std::int64_t>()};
  rich.time = LocalTime{Duration{*rc::gen::arbitrary<std::int64_t>()}};
  return rich;
}

template <class T>
void ExpectRoundTrip(T value) {
  T read{};
  EXPECT_TRUE(FromWire(ToWire(value), read)) << +value;
  EXPECT_EQ(read, value);
}
template <class T>
void ExpectEndsRoundTrip() {
  using Limits = std::numeric_limits<T>;
  for (const T value : {Limits::min(), T{0}, T{1}, static_cast<T>(-1), Limits::max()}) ExpectRoundTrip(value);
}

TEST(Wire, CarriesTheEndsOfEveryInteger) {
  ExpectEndsRoundTrip<std::int8_t>();
  ExpectEndsRoundTrip<std::int16_t>();
  ExpectEndsRoundTrip<std::int32_t>();
  ExpectEndsRoundTrip<std::int64_t>();
  ExpectEndsRoundTrip<std::uint8_t>();
  ExpectEndsRoundTrip<std::uint16_t>();
  ExpectEndsRoundTrip<std::uint32_t>();
  ExpectEndsRoundTrip<std::uint64_t>();
}

TEST(Wire, LooksLikeThis) {
  EXPECT_EQ(ToWire(std::uint32_t{300}), "\xAC\x02");
  EXPECT_EQ(ToWire(-1), "\x01") << "zig-zag: small negative numbers are short";
  EXPECT_EQ(ToWire(std::optional<bool>{true}), "\x01\x01");
  EXPECT_EQ(ToWire("abc"s),
            "\x03"
            "abc");
  EXPECT_EQ(ToWire(std::variant<None, int>{-2}), "\x01\x03");
  EXPECT_EQ(ToWire(std::map<int, bool>{{1, true}}), "\x01\x02\x01");
}

RC_GTEST_PROP(Wire, WhatIsWrittenReadsBack, ()) {
  const Rich rich = AnyRich();
  const std::string bytes = ToWire(rich);
  Rich read = AnyRich();  // whatever was there before is replaced
  RC_ASSERT(FromWire(bytes, read));
  RC_ASSERT(read == rich);
  RC_ASSERT(FingerprintOf(read) == FingerprintOf(rich));
}

RC_GTEST_PROP(Wire, NoBeginningIsTakenForTheWhole, ()) {
  const std::string bytes = ToWire(AnyRich());
  const auto size = *rc::gen::inRange<std::size_t>(0, bytes.size());
  Rich read;
  RC_ASSERT(!FromWire(std::string_view(bytes).substr(0, size), read));
  RC_ASSERT(!FromWire(bytes + '\0', read));
}

RC_GTEST_PROP(Wire, AnyBytesAreAValueOrRefused, ()) {
  std::string bytes = ToWire(AnyRich());
  for (int i = *rc::gen::inRange(1, 5); i > 0; --i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    bytes[at] = *rc::gen::arbitrary<char>();
  }
  Rich read, again;
  if (!FromWire(bytes, read)) return;
  RC_ASSERT(FromWire(ToWire(read), again));
  RC_ASSERT(again == read);
}

TEST(Wire, VarintsEndWithinSixtyFourBits) {
  const auto reads = [](const std::string& bytes) {
    WireReader in{bytes};
    in.Varint();
    return in.ok;
  };
  EXPECT_TRUE(reads(std::string(9, '\xFF') + '\x01'));
  EXPECT_FALSE(reads(std::string(9, '\xFF') + '\x02')) << "a 65th bit";
  EXPECT_FALSE(reads(std::string(9, '\xFF') + '\x81')) << "an eleventh byte";
  EXPECT_FALSE(reads(std::string(20, '\x80'))) << "zeros without end";
  EXPECT_FALSE(reads(std::string(9, '\x80'))) << "no end at all";
  EXPECT_FALSE(reads(""));
  EXPECT_TRUE(reads("\x80\x80\x00"s)) << "longer than it need be, but a number";
}

TEST(Wire, WhatDoesNotFitItsTypeIsRefused) {
  std::uint8_t byte = 7;
  EXPECT_FALSE(FromWire(ToWire(256), byte));
  EXPECT_FALSE(FromWire(ToWire(std::uint32_t{256}), byte));
  std::int8_t small = 7;
  EXPECT_FALSE(FromWire(ToWire(128), small));
  EXPECT_FALSE(FromWire(ToWire(-129), small));
  bool flag = true;
  EXPECT_FALSE(FromWire("\x02", flag));
  std::optional<int> optional;
  EXPECT_FALSE(FromWire("\x02\x02", optional)) << "an optional is there or not";
  std::variant<int, bool> variant;
  EXPECT_FALSE(FromWire("\x02\x01", variant)) << "no third alternative";
  Colour colour{};
  EXPECT_FALSE(FromWire("\xFF\x7F", colour));
}

TEST(Wire, AGreatLengthCostsNothing) {
  const std::string huge = ToWire(std::uint64_t{1} << 60) + "abc";
  std::string text;
  EXPECT_FALSE(FromWire(huge, text));
  std::vector<std::uint64_t> numbers;
  EXPECT_FALSE(FromWire(huge, numbers));
  EXPECT_LE(numbers.capacity(), 16u);
  List<Leaf> leaves;
  EXPECT_FALSE(FromWire(huge, leaves));
  EXPECT_LE(leaves.capacity(), 16u);
}

TEST(Wire, NothingIsReadAfterAFailure) {
  WireReader in{
      "\x05"
      "ab"
      "\x01"};
  EXPECT_EQ(in.Bytes(in.Length()), "");
  EXPECT_FALSE(in.ok);
  EXPECT_EQ(in.Varint(), 0u);
  EXPECT_EQ(in.Bytes(1), "");
  EXPECT_EQ(in.Length(), 0u);
}

}  // namespace
}  // namespace core
