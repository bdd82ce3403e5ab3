// The rules of W3C Trace Context Level 2, one by one.
#include "protocols/tracing/trace_context.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace tracing {
namespace {

const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kParent = "00f067aa0ba902b7";
const std::string kGood = "00-" + kTrace + "-" + kParent + "-01";
const TraceContext kContext{{0x4bf92f3577b34da6, 0xa3ce929d0e0e4736}, {0x00f067aa0ba902b7}, kSampled};

TEST(Traceparent, ReadsVersion00) {
  EXPECT_EQ(ParseTraceparent(kGood), kContext);
  EXPECT_EQ(ParseTraceparent(" \t" + kGood + "\t "), kContext);
  EXPECT_EQ(FormatTraceparent(kContext), kGood);
}

TEST(Traceparent, RefusesTheWholeHeader) {
  const std::string tail = "-" + kTrace + "-" + kParent + "-01";
  for (const std::string& header : std::vector<std::string>{
           "",
           " ",
           "00",
           "ff" + tail,                                                   // forbidden version
           "0" + tail,                                                    // one digit short
           "000" + tail,                                                  // one too many
           "0G" + tail,                                                   // no digit
           "FF" + tail,                                                   // upper case
           "+1" + tail,                                                   // what strtol takes
           "00-00000000000000000000000000000000-" + kParent + "-01",      // zero trace id
           "00-" + kTrace + "-0000000000000000" + "-01",                  // zero parent id
           "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + kParent + "-01",      // upper case
           "00-" + kTrace + "-00F067AA0BA902B7-01",                       // upper case
           "00-" + kTrace + "-" + kParent + "-0",                         // flags short
           "00-" + kTrace + "-" + kParent + "-0A",                        // flags upper case
           "00-" + kTrace + "-" + kParent + "-1x",                        // flags no digits
           std::string("00-").append(kTrace, 1) + "-" + kParent + "-01",  // trace id short
           "00-" + kTrace + "-" + kParent + "0-01",                       // parent id long
           "00_" + kTrace + "-" + kParent + "-01",                        // wrong separators
           "00-" + kTrace + "_" + kParent + "-01",
           "00-" + kTrace + "-" + kParent + "_01",
           kGood + "-",  // version 00 has four fields
           kGood + "-more",
           kGood + "," + kGood,  // two headers joined
           "00 -" + kTrace + "-" + kParent + "-01",
       }) {
    EXPECT_EQ(ParseTraceparent(header), std::nullopt) << header;
  }
}

// §3.2.4: read what version 00 defines, answer in version 00.
TEST(Traceparent, ReadsHigherVersionsAsFarAsItKnowsThem) {
  const std::string tail = kGood.substr(2);
  EXPECT_EQ(ParseTraceparent("01" + tail), kContext);
  EXPECT_EQ(ParseTraceparent("cc" + tail + "-what-ever THE.FUTURE"), kContext);
  EXPECT_EQ(ParseTraceparent("fe" + tail + "-"), kContext);
  EXPECT_EQ(ParseTraceparent("01" + tail + "what"), std::nullopt);
  EXPECT_EQ(ParseTraceparent("01" + tail + ".what"), std::nullopt);
  EXPECT_EQ(FormatTraceparent(*ParseTraceparent("cc" + tail + "-x")), kGood);
}

TEST(Traceparent, KeepsKnownFlagsOnly) {
  const auto flags = [](const std::string& digits) {
    return ParseTraceparent("00-" + kTrace + "-" + kParent + "-" + digits)->flags;
  };
  EXPECT_EQ(flags("00"), 0);
  EXPECT_EQ(flags("02"), kRandomTraceId);
  EXPECT_EQ(flags("ff"), kSampled | kRandomTraceId);
  EXPECT_EQ(flags("fc"), 0);
  EXPECT_TRUE(FormatTraceparent({{1, 1}, {1}, 0xFF}).ends_with("-03"));
}

RC_GTEST_PROP(Traceparent, WhatIsWrittenIsRead, (std::uint64_t high, std::uint64_t low, std::uint64_t parent)) {
  RC_PRE(parent != 0 && (high | low) != 0);
  const TraceContext context{{high, low}, {parent}, static_cast<std::uint8_t>(low & 3)};
  RC_ASSERT(ParseTraceparent(FormatTraceparent(context)) == context);
}

std::optional<Tracestate> Parse(std::string_view header) {
  const std::string_view headers[] = {header};
  return ParseTracestate(headers);
}

TEST(Tracestate, ReadsMembersInOrder) {
  const Tracestate want = {{"rojo", "00f067"}, {"congo@vendor", "t61 rcWkgMzE"}};
  EXPECT_EQ(Parse("rojo=00f067,congo@vendor=t61 rcWkgMzE"), want);
  EXPECT_EQ(Parse(" rojo=00f067 ,\t,congo@vendor=t61 rcWkgMzE\t,"), want);
  const std::vector<std::string_view> headers = {"rojo=00f067", "", "congo@vendor=t61 rcWkgMzE"};
  EXPECT_EQ(ParseTracestate(headers), want) << "several headers are one list";
  EXPECT_EQ(Parse(""), Tracestate());
  EXPECT_EQ(FormatTracestate(want), "rojo=00f067,congo@vendor=t61 rcWkgMzE");
}

TEST(Tracestate, ABlankBeforeTheValueBelongsToIt) { EXPECT_EQ(Parse("a= b"), (Tracestate{{"a", " b"}})); }

TEST(Tracestate, ABadMemberSpoilsTheList) {
  for (const std::string& header : std::vector<std::string>{
           "a", "a=", "=b", "A=b", "a=b=c", "a =b", "_a=b", "@a=b", "a.b=c", "a=b,a=c", "a=\x7F", "a=\xC3\xA9",
           "a=b;c\n", std::string(257, 'a') + "=b", std::string("a=").append(257, 'b')}) {
    EXPECT_EQ(Parse("ok=1," + header), std::nullopt) << header;
  }
  EXPECT_TRUE(Parse(std::string(256, 'a') + "=" + std::string(256, 'b')).has_value());
  EXPECT_TRUE(Parse("0_-*/@=!").has_value());
}

std::string Numbered(int count) {
  std::string header;
  for (int i = 1; i <= count; ++i) header.append("k").append(std::to_string(i)).append("=v,");
  return header;
}

TEST(Tracestate, HasAtMost32Members) {
  EXPECT_EQ(Parse(Numbered(32))->size(), 32u);
  EXPECT_EQ(Parse(Numbered(33)), std::nullopt);
}

// §3.5: a changed member goes to the left; the oldest makes room.
TEST(Tracestate, OurMemberGoesLeft) {
  Tracestate state = *Parse("a=1,b=2,c=3");
  EXPECT_TRUE(SetTracestateMember(state, "b", "4"));
  EXPECT_EQ(FormatTracestate(state), "b=4,a=1,c=3");
  EXPECT_FALSE(SetTracestateMember(state, "B", "5"));
  EXPECT_FALSE(SetTracestateMember(state, "b", "5,6"));
  EXPECT_EQ(FormatTracestate(state), "b=4,a=1,c=3");

  Tracestate full = *Parse(Numbered(32));
  EXPECT_TRUE(SetTracestateMember(full, "new", "v"));
  EXPECT_EQ(full.size(), 32u);
  EXPECT_EQ(full.front().key, "new");
  EXPECT_EQ(full.back().key, "k31");
}

TEST(Tracestate, ShortensByWholeMembersLargeOnesFirst) {
  const std::string large = std::string("large=").append(128, 'x');
  EXPECT_EQ(FormatTracestate(*Parse("a=1," + large + ",b=2"), 20), "a=1,b=2");
  EXPECT_EQ(FormatTracestate(*Parse("a=1,b=2,c=3"), 9), "a=1,b=2");
  EXPECT_EQ(FormatTracestate(*Parse("a=1"), 2), "");
  const std::string medium = std::string(100, 'k') + "=" + std::string(27, 'v');  // 128 characters: not large
  EXPECT_EQ(FormatTracestate(*Parse(medium + ",b=2"), 130), medium);
}

}  // namespace
}  // namespace tracing
