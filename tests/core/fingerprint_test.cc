// Fingerprint: the same on every compiler, and different whenever a value is.
#include "protocols/core/fingerprint.h"

#include <bit>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "gtest/gtest.h"
#include "protocols/core/chooser.h"
#include "protocols/core/types.h"
#include "rapidcheck/gtest.h"

namespace core {
namespace {

struct Pair {
  int a{};
  int b{};
};
struct Rich {
  std::uint8_t small{};
  std::int64_t negative{};
  std::string text;
  std::optional<NodeId> node;
  std::variant<int, std::string> variant;
  std::map<int, std::vector<bool>> map;
  Duration duration{};
  LocalTime time{};
};

// Written down once. A change here changes the digest of every run ever recorded.
TEST(Fingerprint, IsTheSameOnEveryCompilerForEver) {
  EXPECT_EQ(ToHex(FingerprintOf(0)), "04d2a1abe7edd15937bc4adfff0d2047");
  EXPECT_EQ(ToHex(FingerprintOf(-1)), "4fe5e28e09b32cad07e783bacd0f875f");
  EXPECT_EQ(ToHex(FingerprintOf(std::string("faultline"))), "08323cb044ec257bf41cf5b1d4983d4f");
  const Rich rich{200,
                  -5,
                  "a text of more than eight bytes",
                  NodeId{3},
                  std::string("second"),
                  {{-1, {true, false}}, {4, {}}},
                  Duration{-7},
                  LocalTime{Duration{9}}};
  EXPECT_EQ(ToHex(FingerprintOf(rich)), "3ff15a2f3dd1bb5a39ee4a8f5fa1eae9");
}

TEST(Fingerprint, IsHexadecimalWithTheHighHalfFirst) {
  EXPECT_EQ(ToHex(Fingerprint{0x0123456789ABCDEF, 0xFEDCBA9876543210}), "0123456789abcdeffedcba9876543210");
}

TEST(Fingerprint, DependsOnTheOrder) {
  EXPECT_NE(FingerprintOf(Pair{1, 2}), FingerprintOf(Pair{2, 1}));
  EXPECT_NE(FingerprintOf(std::vector<int>{1, 2}), FingerprintOf(std::vector<int>{2, 1}));
}

TEST(Fingerprint, KnowsWhereOneFieldEnds) {
  using Lists = std::pair<std::vector<int>, std::vector<int>>;
  EXPECT_NE(FingerprintOf(Lists{{1}, {2, 3}}), FingerprintOf(Lists{{1, 2}, {3}}));
  using Texts = std::pair<std::string, std::string>;
  EXPECT_NE(FingerprintOf(Texts{"ab", "c"}), FingerprintOf(Texts{"a", "bc"}));
  EXPECT_NE(FingerprintOf(std::optional<int>{}), FingerprintOf(std::optional<int>{0}));
  using Either = std::variant<int, unsigned>;
  EXPECT_NE(FingerprintOf(Either(std::in_place_index<0>, 1)), FingerprintOf(Either(std::in_place_index<1>, 1u)));
}

TEST(Fingerprint, OfBytesSeesTheirNumberAndTheSignBit) {
  std::set<std::string> seen;
  for (std::size_t size = 0; size < 40; ++size) seen.insert(ToHex(FingerprintOf(std::string(size, '\0'))));
  EXPECT_EQ(seen.size(), 40u) << "zeros at the end are bytes too";
  EXPECT_NE(FingerprintOf(std::string("\x80")), FingerprintOf(std::string("\x7F")));
  EXPECT_NE(FingerprintOf(std::string("\xFF")), FingerprintOf(std::string("\xFF\xFF")));
}

// One bit of the input flips about half of the output. 64 x 128 flips of 40 values:
// the standard deviation of a count of 40 fair coins is about 3.2; 40 values in the
// same bit never agree by chance.
TEST(Fingerprint, SpreadsEachBitOverAll) {
  constexpr int kValues = 40;
  Seeded seeded(1);
  std::vector<std::uint64_t> values;
  for (std::uint64_t i = 0; i < kValues; ++i) {
    values.push_back(seeded.Choose({Purpose::kNode, 0, 0, i}, std::uint64_t{1} << 63));
  }
  std::uint64_t flips = 0;
  for (int in = 0; in < 64; ++in) {
    std::vector<int> flipped(128);
    for (const std::uint64_t value : values) {
      const Fingerprint a = FingerprintOf(value);
      const Fingerprint b = FingerprintOf(value ^ (std::uint64_t{1} << in));
      for (int out = 0; out < 64; ++out) {
        flipped[static_cast<std::size_t>(out)] += static_cast<int>((a.high ^ b.high) >> out & 1);
        flipped[static_cast<std::size_t>(64 + out)] += static_cast<int>((a.low ^ b.low) >> out & 1);
      }
    }
    for (const int count : flipped) {
      EXPECT_GT(count, 1) << "bit " << in;
      EXPECT_LT(count, kValues - 1) << "bit " << in;
      flips += static_cast<std::uint64_t>(count);
    }
  }
  const std::uint64_t coins = std::uint64_t{kValues} * 64 * 128;
  EXPECT_GT(flips * 1000, coins * 497);
  EXPECT_LT(flips * 1000, coins * 503);
}

RC_GTEST_PROP(Fingerprint, TellsApartWhatDiffersInOneWord, ()) {
  const auto words = *rc::gen::nonEmpty<std::vector<std::uint64_t>>();
  auto other = words;
  const auto at = *rc::gen::inRange<std::size_t>(0, words.size());
  other[at] = *rc::gen::distinctFrom(words[at]);
  RC_ASSERT(FingerprintOf(words) != FingerprintOf(other));
}

RC_GTEST_PROP(Fingerprint, OfAStringIsThatOfItsView, (const std::string& text)) {
  RC_ASSERT(FingerprintOf(text) == FingerprintOf(std::string_view(text)));
}

TEST(Fingerprint, CanBeTakenWhenCompiling) { static_assert(FingerprintOf(Pair{1, 2}) != FingerprintOf(Pair{1, 3})); }

}  // namespace
}  // namespace core
