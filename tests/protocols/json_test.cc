// The JSON reader against RFC 8259: what it takes, what it refuses and where it
// says the mistake is.
#include "protocols/tracing/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "protocols/tracing/base64.h"
#include "protocols/tracing/utf8.h"

namespace tracing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Error(std::string_view text, std::size_t max_depth = JsonReader::kDefaultDepth) {
  JsonReader in(text, "x.json", 1, max_depth);
  in.Skip();
  in.Finish();
  return std::string(in.status().message());
}

std::string String(std::string_view text) {
  JsonReader in(text, "x.json");
  const std::string value = in.ReadString();
  in.Finish();
  EXPECT_TRUE(in.ok()) << in.status();
  return value;
}

template <class T>
std::string Outcome(JsonReader& in, T value) {
  in.Finish();
  return in.ok() ? std::to_string(value) : "error";
}
std::string Int64(std::string_view text) {
  JsonReader in(text, "x.json");
  return Outcome(in, in.ReadInt64());
}
std::string Uint64(std::string_view text) {
  JsonReader in(text, "x.json");
  return Outcome(in, in.ReadUint64());
}
std::string Uint32(std::string_view text) {
  JsonReader in(text, "x.json");
  return Outcome(in, in.ReadUint32());
}
std::string Int32(std::string_view text) {
  JsonReader in(text, "x.json");
  return Outcome(in, in.ReadInt32());
}

TEST(JsonReader, PullsAnObject) {
  JsonReader in(R"( {"name" : "n1", "skipped": {"a":[1,{}]}, "ports":[1, 2] , "up":true} )", "x.json");
  std::vector<std::string> seen;
  in.BeginObject();
  while (const auto key = in.NextKey()) {
    if (*key == "name") {
      seen.push_back(in.ReadString());
    } else if (*key == "ports") {
      in.BeginArray();
      while (in.NextElement()) seen.push_back(std::to_string(in.ReadInt64()));
    } else if (*key == "up") {
      seen.push_back(in.ReadBool() ? "up" : "down");
    } else {
      in.Skip();
    }
  }
  in.Finish();
  EXPECT_TRUE(in.ok()) << in.status();
  EXPECT_THAT(seen, ::testing::ElementsAre("n1", "1", "2", "up"));
}

TEST(JsonReader, TakesWhatTheGrammarAllows) {
  for (const char* text : {"null", "true", "[]", "{}", "0", "-0", "10.50e-3", "1E+9", "\"\"", "[[],{\"a\":[null]}]",
                           "\t\r\n 1 ", "\"\xF0\x9F\x92\xA9\"", "\"\x7F\""}) {
    EXPECT_EQ(Error(text), "") << text;
  }
}

TEST(JsonReader, RefusesWhatTheGrammarDoesNotAllow) {
  for (const char* text : {"",
                           " ",
                           "nul",
                           "nulll",
                           "True",
                           "01",
                           "-",
                           "+1",
                           "1.",
                           ".5",
                           "1e",
                           "0x1",
                           "NaN",
                           "'a'",
                           "\"a",
                           "\"\\x\"",
                           "[1",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{\"a\":1]",
                           "[1}",
                           "1 1",
                           "[] x",
                           "// no comments\n1",
                           "\"a\nb\"",
                           "\"\t\"",
                           "\xEF\xBB\xBF{}",
                           "]",
                           "}",
                           ":",
                           "\"\\u12\"",
                           "\"\\u12g4\""}) {
    EXPECT_NE(Error(text), "") << text;
  }
}

TEST(JsonReader, RefusesWhatIsNotUtf8) {
  // An overlong "/", half of a surrogate pair, beyond U+10FFFF, cut short, a lone continuation, Latin-1.
  for (const char* text : {"\"\xC0\xAF\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"", "\"\xE2\x82\"", "\"\x80\"",
                           "\"caf\xE9\"", "\"\xF8\x88\x80\x80\x80\""}) {
    EXPECT_THAT(Error(text), HasSubstr("not UTF-8")) << text;
  }
  EXPECT_EQ(Error("\"\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF\""), "");
}

TEST(JsonReader, DecodesEscapes) {
  EXPECT_EQ(String(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(String(R"("a\u00e9b\u20AC")"),
            "a\xC3\xA9"
            "b\xE2\x82\xAC");
  EXPECT_EQ(String(R"("\ud83d\ude00")"), "\xF0\x9F\x98\x80");
  EXPECT_EQ(String(R"("\u0000")"), std::string(1, '\0'));
}

TEST(JsonReader, RefusesLoneSurrogates) {
  for (const char* text : {R"("\ud83d")", R"("\ude00")", R"("\ud83dx")", R"("\ud83d\u0041")", R"("\ude00\ud83d")"}) {
    EXPECT_THAT(Error(text), HasSubstr("surrogate")) << text;
  }
}

TEST(JsonReader, SaysWhereTheMistakeIs) {
  EXPECT_EQ(Error("{\"a\": [1,\n  {\"b\": tru}]}"), "x.json:2:9: a[1].b: want true or false, got \"tru\"");
  EXPECT_EQ(Error("[1, 2"), "x.json:1:6: [1]: want \",\" or \"]\", got the end of the text");
  EXPECT_EQ(Error("[]\n\nx"), "x.json:3:1: want the end of the text, got \"x\"");
  JsonReader in("{\"t\":\"late\"}", "log.jsonl", 12);
  in.BeginObject();
  in.NextKey();
  in.ReadInt64();
  EXPECT_EQ(in.status().message(), "log.jsonl:12:6: t: want an integer from -2^63 to 2^63-1, got \"late\"");
}

TEST(JsonReader, TheFirstErrorStopsEverything) {
  JsonReader in("[true, 1, 2]", "x.json");
  in.BeginArray();
  ASSERT_TRUE(in.NextElement());
  EXPECT_EQ(in.ReadInt64(), 0);
  const absl::Status first = in.status();
  EXPECT_FALSE(in.NextElement());
  EXPECT_EQ(in.ReadString(), "");
  in.Skip();
  in.Finish();
  EXPECT_EQ(in.status(), first);
  EXPECT_EQ(in.Peek(), JsonReader::Kind::kNothing);
}

TEST(JsonReader, RefusesAKeyTwice) {
  EXPECT_EQ(Error(R"({"a":1,"b":2,"a":3})"), "x.json:1:14: a: the key is here for the second time; keep one");
  EXPECT_THAT(Error(R"({"a":1,"\u0061":3})"), HasSubstr("second time"));
  EXPECT_EQ(Error(R"({"a":{"a":1},"b":{"a":1}})"), "");
}

TEST(JsonReader, BoundsNesting) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(Error(nested(64)), "");
  EXPECT_THAT(Error(nested(65)), HasSubstr("nested deeper than 64"));
  EXPECT_THAT(Error(std::string(1'000'000, '[')), HasSubstr("nested deeper"));
  EXPECT_THAT(Error("[[]]", 1), HasSubstr("nested deeper than 1 "));
}

TEST(JsonReader, IntegersAreExact) {
  EXPECT_EQ(Uint64("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(Uint64("\"18446744073709551615\""), "18446744073709551615");
  EXPECT_EQ(Uint64("18446744073709551616"), "error");
  EXPECT_EQ(Uint64("9007199254740993"), "9007199254740993");  // 2^53+1 is no double
  EXPECT_EQ(Uint64("-0"), "0");
  EXPECT_EQ(Uint64("-1"), "error");
  EXPECT_EQ(Int64("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(Int64("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(Int64("9223372036854775808"), "error");
  EXPECT_EQ(Int64("-9223372036854775809"), "error");
  EXPECT_EQ(Uint32("4294967295"), "4294967295");
  EXPECT_EQ(Uint32("4294967296"), "error");
  EXPECT_EQ(Int32("-2147483648"), "-2147483648");
  EXPECT_EQ(Int32("2147483648"), "error");
}

TEST(JsonReader, IntegersMayHaveFractionsThatAreNone) {
  EXPECT_EQ(Int64("5.0"), "5");
  EXPECT_EQ(Int64("12e3"), "12000");
  EXPECT_EQ(Int64("12000e-3"), "12");
  EXPECT_EQ(Int64("1.25E2"), "125");
  EXPECT_EQ(Int64("0e999999999999999999999"), "0");
  for (const char* text : {"0.5", "1e-1", "1e99", "1e999999999999999999999", "\"\"", "\" 1\"", "\"0x1\"", "\"1e\"",
                           "null", "true", "[1]"}) {
    EXPECT_EQ(Int64(text), "error") << text;
  }
}

TEST(JsonReader, Doubles) {
  const auto read = [](std::string_view text) {
    JsonReader in(text, "x.json");
    const double value = in.ReadDouble();
    EXPECT_TRUE(in.ok()) << in.status();
    return std::bit_cast<std::uint64_t>(value);
  };
  EXPECT_EQ(read("0.1"), std::bit_cast<std::uint64_t>(0.1));
  EXPECT_EQ(read("-0"), std::uint64_t{1} << 63);
  EXPECT_EQ(read("\"2.5e3\""), std::bit_cast<std::uint64_t>(2500.0));
  EXPECT_EQ(read("4.9e-324"), 1u);
  EXPECT_EQ(read("\"Infinity\""), std::bit_cast<std::uint64_t>(std::numeric_limits<double>::infinity()));
  EXPECT_EQ(read("\"-Infinity\""), std::bit_cast<std::uint64_t>(-std::numeric_limits<double>::infinity()));
  EXPECT_EQ(read("\"NaN\""), 0x7FF8000000000000u);
  for (const char* text : {"1e999", "\"inf\"", "\"nan\"", "\"\"", "\"1 \""}) {
    JsonReader in(text, "x.json");
    in.ReadDouble();
    EXPECT_FALSE(in.ok()) << text;
  }
}

TEST(JsonWriter, WritesWithoutBlanks) {
  JsonWriter out;
  out.BeginObject();
  out.Key("list");
  out.BeginArray();
  out.Number(-1);
  out.NumberAsString(std::uint64_t{18446744073709551615u});
  out.BeginObject();
  out.EndObject();
  out.Bool(false);
  out.EndArray();
  out.Key("text");
  out.String("a\"\\\n\x01\xC3\xA9");
  out.Key("doubles");
  out.BeginArray();
  for (const double value : {0.1, -0.0, 1e300, 5.0}) out.Double(value);
  out.Double(std::numeric_limits<double>::quiet_NaN());
  out.Double(-std::numeric_limits<double>::infinity());
  out.EndArray();
  out.EndObject();
  EXPECT_EQ(out.Take(),
            "{\"list\":[-1,\"18446744073709551615\",{},false],\"text\":\"a\\\"\\\\\\n\\u0001\xC3\xA9\","
            "\"doubles\":[0.1,-0,1e+300,5,\"NaN\",\"-Infinity\"]}");
}

RC_GTEST_PROP(JsonWriter, AnyCharactersReadBack, (const std::vector<std::uint32_t>& numbers)) {
  std::string text;
  for (const std::uint32_t number : numbers) {
    const std::uint32_t code_point = number % 0x110000;
    if (code_point < 0xD800 || code_point > 0xDFFF) AppendUtf8(code_point, text);
  }
  RC_ASSERT(IsUtf8(text));
  JsonWriter out;
  out.String(text);
  RC_ASSERT(String(out.Take()) == text);
}

RC_GTEST_PROP(JsonWriter, AnyDoubleReadsBack, (std::uint64_t bits)) {
  const double value = std::bit_cast<double>(bits);
  RC_PRE(value == value);
  JsonWriter out;
  out.Double(value);
  const std::string text = out.Take();
  JsonReader in(text, "x.json");
  RC_ASSERT(std::bit_cast<std::uint64_t>(in.ReadDouble()) == bits);
}

TEST(Base64, ReadsEitherAlphabetWithOrWithoutPadding) {
  EXPECT_EQ(DecodeBase64(""), "");
  EXPECT_EQ(DecodeBase64("Zm9vYg=="), "foob");
  EXPECT_EQ(DecodeBase64("Zm9vYg"), "foob");
  EXPECT_EQ(DecodeBase64("Zm9vYmE="), "fooba");
  EXPECT_EQ(DecodeBase64("+/8="), "\xFB\xFF");
  EXPECT_EQ(DecodeBase64("-_8"), "\xFB\xFF");
  for (const char* text : {"Z", "Zm9vY", "Zm9vYg=", "=", "====", "Zm 9", "Zm9v\n", "Zg==Zg=="}) {
    EXPECT_EQ(DecodeBase64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace tracing
