// History files: what they say is what is read, what is odd is refused by name, and what is
// written reads back.
#include "tools/history_file.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "scenarios/file.h"
#include "tests/harness/temporary_folder.h"

namespace tools {
namespace {

using consistency::Audit;
using consistency::Function;
using consistency::History;
using consistency::kNever;
using consistency::Operation;
using consistency::Outcome;
using consistency::ValueId;
using testing::HasSubstr;
using testing::StartsWith;

History Parsed(std::string_view text) {
  absl::StatusOr<History> history = ParseHistory(text, "h.jsonl");
  EXPECT_TRUE(history.ok()) << history.status();
  return history.ok() ? *std::move(history) : History{};
}

std::string Refused(std::string_view text, const HistoryLimits& limits = {}) {
  const absl::StatusOr<History> history = ParseHistory(text, "h.jsonl", limits);
  return history.ok() ? "read" : std::string(history.status().message());
}

std::string ValueText(const History& history, ValueId value) { return history.values.Text(value); }

// ---- What is read ----

TEST(HistoryFile, SaysWhoDidWhatWhenAndWithWhichReplica) {
  const History history =
      Parsed(R"({"process":3,"f":"write","key":"x","value":7,"start":10,"end":20,"ok":true,"replica":2,)"
             R"("version":"18446744073709551615","start_ns":1000,"end_ns":2000})");
  ASSERT_EQ(history.operations.size(), 1u);
  const Operation& o = history.operations[0];
  EXPECT_EQ(o.process, 3u);
  EXPECT_EQ(o.function, Function::kWrite);
  EXPECT_EQ(o.outcome, Outcome::kOk);
  EXPECT_EQ(history.keys.at(o.key), "x");
  EXPECT_EQ(ValueText(history, o.argument), "7");
  EXPECT_EQ(o.called, 10);
  EXPECT_EQ(o.returned, 20);
  EXPECT_EQ(o.replica, 2);
  EXPECT_EQ(o.version, UINT64_MAX);
  EXPECT_EQ(o.called_ns, 1000);
  EXPECT_EQ(o.returned_ns, 2000);
  EXPECT_EQ(o.line, 1u);
}

TEST(HistoryFile, EveryFunctionIsKnownByItsNames) {
  const std::vector<std::pair<std::string, Function>> functions = {
      {"read", Function::kRead},       {"get", Function::kRead},        {"write", Function::kWrite},
      {"put", Function::kWrite},       {"cas", Function::kCas},         {"append", Function::kAppend},
      {"add", Function::kAdd},         {"remove", Function::kRemove},   {"enqueue", Function::kEnqueue},
      {"dequeue", Function::kDequeue}, {"acquire", Function::kAcquire}, {"release", Function::kRelease}};
  for (const auto& [name, function] : functions) {
    const History history = Parsed("{\"process\":0,\"f\":\"" + name + "\",\"value\":[1,\"a\"],\"start\":1,\"end\":2}");
    ASSERT_EQ(history.operations.size(), 1u) << name;
    EXPECT_EQ(history.operations[0].function, function) << name;
  }
}

TEST(HistoryFile, ACasHasTwoValuesAndTheListOfThemIsNone) {
  const History history = Parsed(R"({"process":0,"f":"cas","value":[null,"b"],"start":1,"end":2,"ok":false})");
  const Operation& o = history.operations.at(0);
  EXPECT_EQ(o.outcome, Outcome::kFailed);
  EXPECT_EQ(o.expected, consistency::kNull);
  EXPECT_EQ(ValueText(history, o.argument), "\"b\"");
  EXPECT_EQ(history.values.size(), 2u);
}

TEST(HistoryFile, WhatIsUnknownReturnsNeverWhateverEndSays) {
  const std::vector<std::string> ends = {R"("end":null,"ok":null)", R"("end":20,"ok":null)", R"("end":null)",
                                         R"("ok":null)", R"("end":20,"ok":null,"end_ns":7)"};
  for (const std::string& end : ends) {
    const History history = Parsed(R"({"process":0,"f":"write","value":1,"start":10,)" + end + "}");
    ASSERT_EQ(history.operations.size(), 1u) << end;
    EXPECT_EQ(history.operations[0].outcome, Outcome::kUnknown) << end;
    EXPECT_EQ(history.operations[0].returned, kNever) << end;
    EXPECT_EQ(history.operations[0].returned_ns, -1) << end;
  }
}

TEST(HistoryFile, AnEndWithoutOkIsASuccess) {
  EXPECT_EQ(Parsed(R"({"process":0,"f":"read","value":1,"start":1,"end":2})").operations.at(0).outcome, Outcome::kOk);
}

TEST(HistoryFile, OnlyAnAnswerThatCameIsOne) {
  const History history = Parsed(R"({"process":0,"f":"read","value":5,"start":1,"end":2,"ok":false})"
                                 "\n"
                                 R"({"process":0,"f":"read","value":5,"start":3,"end":null})"
                                 "\n"
                                 R"({"process":1,"f":"read","start":3,"end":9,"ok":false})");
  for (const Operation& o : history.operations) EXPECT_EQ(o.result, consistency::kNull);
}

TEST(HistoryFile, KeysAreStringsOrIntegersOrNone) {
  const History history = Parsed(R"({"process":0,"f":"read","value":1,"start":1,"end":2})"
                                 "\n"
                                 R"({"process":0,"f":"read","key":-7,"value":1,"start":3,"end":4})"
                                 "\n"
                                 R"({"process":0,"f":"read","key":"-7","value":1,"start":5,"end":6})");
  EXPECT_THAT(history.keys, testing::ElementsAre("", "-7"));
  EXPECT_EQ(history.operations.at(1).key, history.operations.at(2).key);
}

TEST(HistoryFile, IntegersOf64BitsAreExact) {
  const History history = Parsed(
      R"({"process":0,"f":"write","value":9223372036854775807,"start":-4611686018427387904,"end":0})"
      "\n"
      R"({"process":0,"f":"write","value":-9223372036854775808,"start":4611686018427387903,"end":4611686018427387904})");
  EXPECT_EQ(ValueText(history, history.operations.at(0).argument), "9223372036854775807");
  EXPECT_EQ(ValueText(history, history.operations.at(1).argument), "-9223372036854775808");
  EXPECT_EQ(history.operations[0].called, -kLatestTime);
  EXPECT_EQ(history.operations[1].returned, kLatestTime);
}

TEST(HistoryFile, AStringIsNoNumber) {
  const History history = Parsed(R"({"process":0,"f":"read","value":[1,"1",null,""],"start":1,"end":2})");
  EXPECT_EQ(ValueText(history, history.operations.at(0).result), R"([1,"1",null,""])");
}

TEST(HistoryFile, LinesComeInAnyOrderAndEqualTimesKeepTheirs) {
  const History history = Parsed(R"({"process":0,"f":"read","value":1,"start":9,"end":10})"
                                 "\n\n  \t\r\n"
                                 R"({"process":1,"f":"read","value":1,"start":5,"end":6})"
                                 "\r\n"
                                 R"({"process":2,"f":"read","value":1,"start":5,"end":6})"
                                 "\n"
                                 R"({"f":"audit","replica":1,"value":2,"start":30})"
                                 "\n"
                                 R"({"value":2,"start":20,"start_ns":4,"key":"x","replica":0,"f":"audit"})"
                                 "\n");
  std::vector<std::uint32_t> lines;
  for (const Operation& o : history.operations) lines.push_back(o.line);
  EXPECT_THAT(lines, testing::ElementsAre(4u, 5u, 1u));
  ASSERT_EQ(history.audits.size(), 2u);
  EXPECT_EQ(history.audits[0].line, 7u);
  EXPECT_EQ(history.audits[0].at_ns, 4);
  EXPECT_EQ(history.keys.at(history.audits[0].key), "x");
  EXPECT_EQ(history.audits[1].replica, 1u);
}

TEST(HistoryFile, AnEmptyFileIsAnEmptyHistory) {
  EXPECT_TRUE(Parsed("").operations.empty());
  EXPECT_TRUE(Parsed("\n\n").operations.empty());
}

// ---- What is refused ----

TEST(HistoryFile, RefusesOneLineByFieldAndSaysWhatItWanted) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      // Not JSON, or not this JSON.
      {"# comment", "h.jsonl:1:1: want an object, got \"#\""},
      {"[1]", "h.jsonl:1:1: want an object, got \"[1\""},
      {R"({"process":0,"f":"read","value":1,"start":1,"end")", "; the file ends in the middle of this line"},
      {R"({"process":0} {"process":1})", "h.jsonl:1:15: want the end of the text"},
      {R"({"process":0,"process":0})", "h.jsonl:1:14: process: the key is here for the second time"},
      {R"({"proces":0})", "h.jsonl:1:2: proces: unknown field; did you mean \"process\"?"},
      {R"({"time":0})", "h.jsonl:1:2: time: unknown field"},
      {"{\"key\":\"\xff\"}", "h.jsonl:1:9: key: not UTF-8"},
      {std::string("{\"key\":\"a\0\"}", 12), "key: a control character must be escaped"},
      {std::string("{\0}", 3), "h.jsonl:1:2: want a key in quotes"},
      {R"({"key":"\ud800"})", "a surrogate without its other half"},
      // Missing.
      {"{}", "h.jsonl:1: f: missing; want what was done"},
      {R"({"f":"read","value":1,"start":1,"end":2})", "h.jsonl:1: process: missing; want the number of the client"},
      {R"({"process":0,"f":"read","value":1,"end":2})", "h.jsonl:1: start: missing; want the time of the call"},
      {R"({"process":0,"f":"read","start":1,"end":2,"ok":true})", "h.jsonl:1: value: missing; want what the read gave"},
      {R"({"process":0,"f":"dequeue","start":1,"end":2})", "h.jsonl:1: value: missing; want what the dequeue gave"},
      {R"({"process":0,"f":"write","start":1,"ok":null})", "h.jsonl:1: value: missing; want the argument of the write"},
      {R"({"process":0,"f":"cas","start":1})", "h.jsonl:1: value: want [expected, new] of a cas"},
      {R"({"process":0,"f":"cas","value":1,"start":1})", "h.jsonl:1: value: want [expected, new] of a cas"},
      {R"({"process":0,"f":"cas","value":[1,2,3],"start":1})", "h.jsonl:1: value: want [expected, new] of a cas"},
      // Of the wrong kind, or out of range.
      {R"({"process":-1})", "h.jsonl:1:12: process: want a number from 0 to 2147483647, got -1"},
      {R"({"process":2147483648})", "process: want a number from 0 to 2147483647, got 2147483648"},
      {R"({"process":null})", "process: want an integer"},
      {R"({"f":"raed"})", "h.jsonl:1:6: f: want read, write, cas,"},
      {R"({"f":"raed"})", "got \"raed\"; did you mean \"read\"?"},
      {R"({"f":1})", "f: want a string"},
      {R"({"key":null})", "key: want a string or an integer"},
      {R"({"key":[1]})", "key: want a string or an integer"},
      {R"({"value":true})", "h.jsonl:1:10: value: want null, an integer, a string or a list of these"},
      {R"({"value":{}})", "value: want null, an integer, a string or a list of these"},
      {R"({"value":1.5})", "value: want an integer from -2^63 to 2^63-1, got \"1.5\""},
      {R"({"value":9223372036854775808})", "value: want an integer from -2^63 to 2^63-1"},
      {R"({"value":-9223372036854775809})", "value: want an integer from -2^63 to 2^63-1"},
      {R"({"value":1e400})", "value: want an integer from -2^63 to 2^63-1"},
      {R"({"value":NaN})", "value: want null, an integer, a string or a list of these"},
      {R"({"value":[1,[2]]})", "h.jsonl:1:13: value[1]: want null, an integer or a string; lists do not nest"},
      {R"({"value":[false]})", "value[0]: want null, an integer or a string"},
      {R"({"start":null})", "start: want an integer"},
      {R"({"start":1.5})", "start: want an integer"},
      {R"({"start":-4611686018427387905})", "start: want a time from -2^62 to 2^62, got -4611686018427387905"},
      {R"({"end":4611686018427387905})", "end: want a time from -2^62 to 2^62"},
      {R"({"end":true})", "end: want an integer"},
      {R"({"ok":1})", "ok: want true or false"},
      {R"({"ok":"true"})", "ok: want true or false"},
      {R"({"replica":-1})", "replica: want a number from 0 to 2147483647, got -1"},
      {R"({"version":-1})", "version: want an integer from 0 to 2^64-1"},
      {R"({"version":18446744073709551616})", "version: want an integer from 0 to 2^64-1"},
      {R"({"start_ns":-1})", "start_ns: want nanoseconds from 0 to 2^62"},
      {R"({"end_ns":-5})", "end_ns: want nanoseconds from 0 to 2^62"},
      // Contradictions.
      {R"({"process":0,"f":"write","value":1,"start":5,"end":4})", "h.jsonl:1: end: 4 is before start, 5"},
      {R"({"process":0,"f":"write","value":1,"start":5,"end":4,"ok":null})", "h.jsonl:1: end: 4 is before start, 5"},
      {R"({"process":0,"f":"write","value":1,"start":1,"end":2,"start_ns":9,"end_ns":8})",
       "h.jsonl:1: end_ns: 8 is before start_ns, 9"},
      {R"({"process":0,"f":"write","value":1,"start":5,"end":null,"ok":true})",
       "h.jsonl:1: end: missing or null, but ok is true"},
      {R"({"process":0,"f":"write","value":1,"start":5,"ok":false})",
       "h.jsonl:1: end: missing or null, but ok is false"},
      // Audits.
      {R"({"f":"audit","key":"x","value":3,"start":9})", "h.jsonl:1: replica: missing; want the replica"},
      {R"({"f":"audit","replica":1,"value":3})", "h.jsonl:1: start: missing; want the time of the look"},
      {R"({"f":"audit","replica":1,"start":3})", "h.jsonl:1: value: missing; want what was seen"},
      {R"({"f":"audit","replica":1,"value":3,"start":9,"end":10})", "h.jsonl:1: end: an audit has no such field"},
      {R"({"f":"audit","process":1,"replica":1,"value":3,"start":9})",
       "h.jsonl:1: process: an audit has no such field"},
  };
  for (const auto& [line, expected] : cases) EXPECT_THAT(Refused(line), HasSubstr(expected)) << line;
}

// What returned is looked at by the checkers; only the line tells when a client gave up.
TEST(HistoryFile, RefusesAProcessThatGoesOnBeforeItGaveUp) {
  const std::string given_up = "{\"process\":4,\"f\":\"write\",\"value\":1,\"start\":10,\"end\":20,\"ok\":null}\n";
  EXPECT_EQ(Refused("{\"process\":4,\"f\":\"write\",\"value\":2,\"start\":19,\"end\":30}\n" + given_up),
            "h.jsonl:1: start: process 4 called this at 19, when it had not given up line 2 yet (at 20); want one "
            "operation at a time of each process");
  // Who never returned holds nobody up, and another process may do what it likes.
  EXPECT_EQ(Refused("{\"process\":4,\"f\":\"write\",\"value\":2,\"start\":20,\"end\":30}\n" + given_up +
                    "{\"process\":5,\"f\":\"write\",\"value\":4,\"start\":12,\"end\":13}\n"
                    "{\"process\":4,\"f\":\"write\",\"value\":3,\"start\":0,\"end\":null}\n"),
            "read");
}

TEST(HistoryFile, RefusesTheLineByItsNumber) {
  EXPECT_THAT(Refused("\n{\"process\":0,\"f\":\"read\",\"value\":1,\"start\":1,\"end\":2}\n{\"ok\":5}\n"),
              StartsWith("h.jsonl:3:7: ok: "));
}

TEST(HistoryFile, RefusesWhatIsTooLarge) {
  const std::string line = "{\"process\":0,\"f\":\"write\",\"value\":1,\"start\":1,\"end\":1}\n";
  EXPECT_EQ(Refused(line + line, {.bytes = 2 * line.size()}), "read");
  EXPECT_EQ(Refused(line + line, {.bytes = 100}), "h.jsonl: larger than 100 bytes; judge a part of it");
  EXPECT_EQ(Refused(line, {.line_bytes = line.size() - 1}), "read");
  EXPECT_EQ(Refused("\n" + line, {.line_bytes = 20}), "h.jsonl:2: longer than 20 bytes; want one operation a line");
  EXPECT_EQ(Refused(line + line + line, {.operations = 2}), "h.jsonl:3: more than 2 operations; judge a part of them");
  EXPECT_EQ(Refused("{\"process\":0,\"f\":\"write\",\"value\":[1,2,3],\"start\":1}", {.values = 4}),
            "h.jsonl:1: more than 4 different values; judge a part of them");
  EXPECT_THAT(Refused(std::string(3 << 20, '[')), StartsWith("h.jsonl:1: longer than 1048576 bytes"));
}

TEST(HistoryFile, NamesOfFilesDriveNoTerminal) {
  EXPECT_THAT(std::string(ReadHistory("no\x1b[2Jfile").status().message()), StartsWith("no?[2Jfile: cannot open: "));
  EXPECT_EQ(std::string(ReadHistory("/dev/zero").status().message()),
            "/dev/zero: want a regular file, or \"-\" for standard input");
}

TEST(HistoryFile, LinesMayLieAcrossThePiecesOfALargeFile) {
  const harness::TemporaryFolder folder;
  std::string text;
  std::uint64_t written = 0;
  for (; text.size() < (std::size_t{5} << 19); ++written) {
    const std::string at = std::to_string(written);
    text += "{\"process\":0,\"f\":\"write\",\"value\":" + at + ",\"start\":" + at + ",\"end\":" + at + "}\n";
  }
  ASSERT_TRUE(scenarios::WriteFile(folder.Path("large.jsonl"), text).ok());
  std::uint64_t heard = 0;
  const absl::StatusOr<History> history =
      ReadHistory(folder.Path("large.jsonl"), [&](std::uint64_t lines) { heard = lines; });
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_EQ(heard, written);
  ASSERT_EQ(history->operations.size(), written);
  for (std::uint64_t i = 0; i < written; ++i) ASSERT_EQ(history->operations[i].line, i + 1);
}

// ---- What is written reads back ----

ValueId ArbitraryScalar(consistency::Values& values) {
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      return consistency::kNull;
    case 1:
      return values.Integer(*rc::gen::arbitrary<std::int64_t>());
    case 2:
      return values.Integer(*rc::gen::inRange<std::int64_t>(-3, 3));
    default:
      return values.String(*rc::gen::element<std::string>("", "a", "\"\\", "\n\t\x01", "\x7f", "žluť 🐎",
                                                          std::string(1, '\0'), "1", "null"));
  }
}

ValueId ArbitraryValue(consistency::Values& values) {
  if (*rc::gen::inRange(0, 4) != 0) return ArbitraryScalar(values);
  std::vector<ValueId> elements;
  for (int n = *rc::gen::inRange(0, 4); n > 0; --n) elements.push_back(ArbitraryScalar(values));
  return values.List(elements);
}

Operation ArbitraryOperation(History& history, std::int64_t called) {
  Operation o;
  o.process = *rc::gen::inRange(0u, 5u);
  o.function = static_cast<Function>(*rc::gen::inRange(0, 10));
  o.outcome = *rc::gen::element(Outcome::kOk, Outcome::kFailed, Outcome::kUnknown);
  o.key = *rc::gen::inRange(0u, static_cast<std::uint32_t>(history.keys.size()));
  o.called = called;
  const bool answers =
      o.function == Function::kRead || o.function == Function::kDequeue || o.function == Function::kAcquire;
  if (answers && o.outcome == Outcome::kOk) o.result = ArbitraryValue(history.values);
  if (o.function == Function::kCas) o.expected = ArbitraryScalar(history.values);
  if (o.function == Function::kCas) o.argument = ArbitraryScalar(history.values);
  if (o.function != Function::kCas && !answers) o.argument = ArbitraryValue(history.values);
  if (*rc::gen::arbitrary<bool>()) o.replica = *rc::gen::inRange(0, 7);
  if (*rc::gen::arbitrary<bool>()) o.version = *rc::gen::arbitrary<std::uint64_t>();
  if (*rc::gen::arbitrary<bool>()) o.called_ns = *rc::gen::inRange<std::int64_t>(0, kLatestTime);
  if (o.outcome == Outcome::kUnknown) return o;
  o.returned = called;  // so that no process does two things at once
  if (*rc::gen::arbitrary<bool>()) o.returned_ns = kLatestTime;
  return o;
}

History ArbitraryHistory() {
  History history;
  history.keys = {"", "x", "k \"\n\xc3\xa9"};
  std::int64_t time = *rc::gen::inRange<std::int64_t>(-kLatestTime, kLatestTime - 1000);
  for (int n = *rc::gen::inRange(0, 12); n > 0; --n) {
    time += *rc::gen::inRange(0, 3);
    history.operations.push_back(ArbitraryOperation(history, time));
  }
  std::int64_t at = time - 5;
  for (int n = *rc::gen::inRange(0, 4); n > 0; --n) {
    at += *rc::gen::inRange(0, 5);
    Audit audit{.replica = *rc::gen::inRange(0u, 4u), .key = *rc::gen::inRange(0u, 3u), .value = {}, .at = at};
    audit.value = ArbitraryValue(history.values);
    if (*rc::gen::arbitrary<bool>()) audit.at_ns = *rc::gen::inRange<std::int64_t>(0, 1000);
    history.audits.push_back(audit);
  }
  return history;
}

// Whatever the numbers of keys, values and lines are.
std::vector<std::string> Substance(const History& h) {
  std::vector<std::string> all;
  const auto add = [&](auto... numbers) { ((all.back() += std::to_string(numbers) + " "), ...); };
  for (const Operation& o : h.operations) {
    all.push_back(h.keys[o.key] + "|" + ValueText(h, o.argument) + "|" + ValueText(h, o.expected) + "|" +
                  ValueText(h, o.result) + "|");
    add(o.process, static_cast<int>(o.function), static_cast<int>(o.outcome), o.called, o.returned, o.replica,
        o.version, o.called_ns, o.returned_ns);
  }
  for (const Audit& a : h.audits) {
    all.push_back(h.keys[a.key] + "|" + ValueText(h, a.value) + "|");
    add(a.replica, a.at, a.at_ns);
  }
  return all;
}

RC_GTEST_PROP(HistoryFile, WhatIsWrittenReadsBackEqual, ()) {
  const History history = ArbitraryHistory();
  const std::string text = PrintHistory(history);
  const absl::StatusOr<History> read = ParseHistory(text, "h.jsonl");
  RC_LOG() << text << read.status();
  RC_ASSERT(read.ok());
  RC_ASSERT(Substance(*read) == Substance(history));
  RC_ASSERT(PrintHistory(*read) == text);
}

TEST(HistoryFile, WritesWhatItIsDocumentedToRead) {
  const std::string text =
      "{\"process\":0,\"f\":\"write\",\"key\":\"x\",\"value\":1,\"start\":10,\"end\":20,\"ok\":true}\n"
      "{\"process\":1,\"f\":\"cas\",\"value\":[1,\"2\"],\"start\":12,\"end\":null,\"ok\":null,\"replica\":2,"
      "\"version\":7,\"start_ns\":5}\n"
      "{\"process\":2,\"f\":\"read\",\"key\":\"x\",\"start\":15,\"end\":16,\"ok\":false,\"end_ns\":9}\n"
      "{\"f\":\"audit\",\"replica\":2,\"key\":\"x\",\"value\":[1,null],\"start\":20,\"start_ns\":30}\n";
  EXPECT_EQ(PrintHistory(Parsed(text)), text);
}

}  // namespace
}  // namespace tools
