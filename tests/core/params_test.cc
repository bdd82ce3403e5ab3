// Quantities: what people write is read exactly or refused with what was wanted.
#include "protocols/core/params.h"

#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "protocols/core/nearest.h"
#include "rapidcheck/gtest.h"

namespace core {
namespace {

using namespace std::chrono_literals;

std::string Refusal(const absl::Status& status) { return std::string(status.message()); }

TEST(Params, CountsAreDecimalOrHexadecimalAndNeverOctal) {
  EXPECT_EQ(*ParseCount("0"), 0u);
  EXPECT_EQ(*ParseCount("0x1F"), 31u);
  EXPECT_EQ(*ParseCount("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  for (const char* bad : {"", "010", "-1", "+1", " 1", "1 ", "0x", "0xg", "18446744073709551616", "1e3", "1.5"}) {
    EXPECT_FALSE(ParseCount(bad).ok()) << bad;
  }
  EXPECT_EQ(Refusal(ParseCount("010").status()),
            "want a count below 2^64 such as \"7\" or \"0x1f\", without leading zeros, got \"010\"");
}

TEST(Params, DurationsCarryUnitsAndComeOutWhole) {
  EXPECT_EQ(*ParseDuration("1.5ms"), 1500us);
  EXPECT_EQ(*ParseDuration("2s"), 2s);
  EXPECT_EQ(*ParseDuration("10m"), 10min);
  EXPECT_EQ(*ParseDuration("0s"), 0ns);
  for (const char* bad :
       {"", "5", "ms", "-5ms", "1.5ns", ".5s", "1.s", "1..2s", "5 ms", "9223372036854775808ns", "3000000h"}) {
    EXPECT_FALSE(ParseDuration(bad).ok()) << bad;
  }
}

TEST(Params, RangesHaveTheSmallerEndFirst) {
  EXPECT_EQ(*ParseBetween("5ms"), (Between{5ms, 5ms}));
  EXPECT_EQ(*ParseBetween("1ms..10ms"), (Between{1ms, 10ms}));
  EXPECT_EQ(Refusal(ParseBetween("fast").status()),
            "want \"5ms\" or \"1ms..10ms\" (units ns, us, ms, s, m, h), got \"fast\"");
  EXPECT_EQ(Refusal(ParseBetween("10ms..1ms").status()),
            "want the smaller end first, as in \"1ms..10ms\", got \"10ms..1ms\"");
}

TEST(Params, SharesAreReadWithoutFloatingPoint) {
  EXPECT_EQ(*ParsePartsPerBillion("0.1%"), 1'000'000u);
  EXPECT_EQ(*ParsePartsPerBillion("200ppm"), 200'000u);
  EXPECT_EQ(*ParsePartsPerBillion("100%"), 1'000'000'000u);
  for (const char* bad : {"", "1", "100.1%", "0.5ppb", "-1%", "1%%"})
    EXPECT_FALSE(ParsePartsPerBillion(bad).ok()) << bad;
}

TEST(Params, LongNonsenseIsQuotedInPart) {
  EXPECT_LT(Refusal(ParseDuration(std::string(100'000, 'x')).status()).size(), 200u);
}

TEST(Params, TextIsTheShortestThatPeopleWrite) {
  EXPECT_EQ(FormatDuration(0ns), "0s");
  EXPECT_EQ(FormatDuration(250ms), "250ms");
  EXPECT_EQ(FormatDuration(1500ms), "1.5s");
  EXPECT_EQ(FormatDuration(90s), "90s");
  EXPECT_EQ(FormatDuration(24h), "24h");
  EXPECT_EQ(FormatBetween({1ms, 10ms}), "1ms..10ms");
  EXPECT_EQ(FormatBetween({5ms, 5ms}), "5ms");
  EXPECT_EQ(FormatPartsPerBillion(1'000'000), "0.1%");
  EXPECT_EQ(FormatPartsPerBillion(5), "5ppb");
  EXPECT_EQ(FormatPartsPerBillion(200'000, "ppm"), "200ppm");
  EXPECT_EQ(FormatPartsPerBillion(200'000, "%"), "0.02%");
  EXPECT_EQ(FormatPartsPerBillion(1, "%"), "0.0000001%");
  EXPECT_EQ(FormatPartsPerBillion(0, "ppb"), "0ppb");
}

RC_GTEST_PROP(Params, EveryDurationReadsBack, ()) {
  const Duration duration(*rc::gen::nonNegative<std::int64_t>());
  RC_ASSERT(*ParseDuration(FormatDuration(duration)) == duration);
  const Duration round = duration / 1'000'000'000'000 * 1'000'000'000;
  RC_ASSERT(*ParseDuration(FormatDuration(round)) == round);
}

RC_GTEST_PROP(Params, EveryRangeReadsBack, ()) {
  const auto a = *rc::gen::nonNegative<std::int64_t>();
  const auto b = *rc::gen::nonNegative<std::int64_t>();
  const Between between{Duration(std::min(a, b)), Duration(std::max(a, b))};
  RC_ASSERT(*ParseBetween(FormatBetween(between)) == between);
}

RC_GTEST_PROP(Params, EveryShareReadsBack, ()) {
  const auto parts = *rc::gen::inRange<std::uint32_t>(0, 1'000'000'001);
  RC_ASSERT(*ParsePartsPerBillion(FormatPartsPerBillion(parts)) == parts);
}

RC_GTEST_PROP(Params, EveryCountReadsBack, (std::uint64_t count)) {
  RC_ASSERT(*ParseCount(std::to_string(count)) == count);
}

RC_GTEST_PROP(Params, NonsenseIsRefusedNotObeyed, (const std::string& text)) {
  // What is accepted says something that our own text says too.
  if (const auto duration = ParseDuration(text); duration.ok())
    RC_ASSERT(*ParseDuration(FormatDuration(*duration)) == *duration);
  if (const auto between = ParseBetween(text); between.ok()) RC_ASSERT(between->min <= between->max);
  if (const auto parts = ParsePartsPerBillion(text); parts.ok()) RC_ASSERT(*parts <= 1'000'000'000u);
}

TEST(Nearest, FindsTheTypingMistakeAndNothingElse) {
  const std::vector<std::string> names = {"latency", "loss", "duplicate", "reorder", "reorder_delay"};
  EXPECT_EQ(Nearest("latncy", names), "latency");
  EXPECT_EQ(Nearest("lsos", names), "loss");
  EXPECT_EQ(Nearest("duplicates", names), "duplicate");
  EXPECT_EQ(Nearest("delay", names), "reorder_delay");
  EXPECT_EQ(Nearest("quorum", names), "");
  EXPECT_EQ(Nearest("", names), "");
  EXPECT_EQ(DidYouMean("los", names), "; did you mean \"loss\"?");
}

TEST(Params, ByteRatesHaveUnitsAndAreNeverZero) {
  EXPECT_EQ(*ParseByteRate("1B/s"), 1u);
  EXPECT_EQ(*ParseByteRate("1.5kB/s"), 1'500u);
  EXPECT_EQ(*ParseByteRate("20MB/s"), 20'000'000u);
  EXPECT_EQ(*ParseByteRate("1000GB/s"), 1'000'000'000'000u);
  for (const char* wrong : {"", "0B/s", "1", "1MB", "1mB/s", "1001GB/s", "0.5B/s", "-1B/s"}) {
    EXPECT_FALSE(ParseByteRate(wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace core
