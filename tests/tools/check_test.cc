// check: exit status, words, picture and JSON of what the checkers find in histories.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scenarios/file.h"
#include "tests/harness/mutator.h"
#include "tests/harness/program.h"
#include "tests/harness/temporary_folder.h"
#include "tools/history_file.h"
#include "tools/judgement_json.h"
#include "tools/judgement_text.h"
#include "tools/options.h"

namespace tools {
namespace {

using consistency::Consistency;
using consistency::Counterexample;
using consistency::History;
using consistency::Judgement;
using consistency::Verdict;
using harness::Faultline;
using harness::Result;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string Shipped(const std::string& name) {
  return std::string(FAULTLINE_SOURCE_DIR) + "/tests/testdata/histories/" + name + ".jsonl";
}

History Parsed(std::string_view text) {
  absl::StatusOr<History> history = ParseHistory(text, "h.jsonl");
  EXPECT_TRUE(history.ok()) << history.status();
  return history.ok() ? *std::move(history) : History{};
}

// ---- The picture, whatever the checkers find ----

TEST(Diagram, KeepsTheOrderOfCallsAndReturns) {
  const History history = Parsed(R"({"process":0,"f":"write","key":"x","value":1,"start":-5,"end":20})"
                                 "\n"
                                 R"({"process":1,"f":"write","key":"x","value":2,"start":10,"end":7000000})"
                                 "\n"
                                 R"({"process":0,"f":"read","key":"x","value":2,"start":21,"end":22})");
  EXPECT_EQ(Diagram(history, {{0, 1, 2}, {}, {}}),
            "  process 0  |--write x 1--|  |--read x gave 2--|\n"
            "  process 1    |------------write x 2-------------|\n");
}

TEST(Diagram, WhatTouchesOverlapsAndWhatNeverReturnedEndsInAnArrow) {
  const History history = Parsed(R"({"process":7,"f":"write","value":1,"start":10,"end":20})"
                                 "\n"
                                 R"({"process":8,"f":"cas","value":[1,2],"start":20,"end":null})"
                                 "\n"
                                 R"({"process":8,"f":"read","value":2,"start":30,"end":40})");
  const std::string picture = Diagram(history, {{0, 1, 2}, {}, {}});
  // The client went on after the cas that nobody answered: a second line of its row.
  EXPECT_EQ(picture,
            "  process 7  |--write 1--|\n"
            "  process 8    |-------cas from 1 to 2-------->\n"
            "                            |--read gave 2--|\n");
}

TEST(Diagram, ReplicasThatWereLookedAtHaveRowsOfTheirOwn) {
  const History history = Parsed(R"({"process":0,"f":"write","key":"x","value":1,"start":10,"end":20})"
                                 "\n"
                                 R"({"f":"audit","replica":2,"key":"x","value":null,"start":90})");
  EXPECT_EQ(Diagram(history, {{0}, {0}, {}}),
            "  process 0  |--write x 1--|\n"
            "  replica 2                   |--x is null--|\n");
}

std::string Columns(const std::string& line) {
  std::string columns;
  for (const char c : line) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) columns += c;
  }
  return columns;
}

TEST(Diagram, FitsAHundredColumnsHoweverLongTheWords) {
  for (const int operations : {1, 3, 6, 9, 12, 40}) {
    std::string text;
    Counterexample all;
    for (int i = 0; i < operations; ++i) {
      const std::string at = std::to_string(i * 10);
      text += "{\"process\":" + std::to_string(i % 3) + ",\"f\":\"write\",\"key\":\"žluťoučký kůň\",\"value\":\"" +
              std::string(200, 'v') + "\",\"start\":" + at + ",\"end\":" + at + "}\n";
      all.operations.push_back(static_cast<std::uint32_t>(i));
    }
    const std::string picture = Diagram(Parsed(text), all);
    EXPECT_EQ(picture.empty(), operations == 40) << operations;
    for (std::size_t at = 0; at < picture.size(); at = picture.find('\n', at) + 1)
      EXPECT_LE(Columns(picture.substr(at, picture.find('\n', at) - at)).size(), 100u) << picture;
  }
}

TEST(Diagram, NothingInItDrivesATerminal) {
  const History history =
      Parsed(R"({"process":0,"f":"write","key":"\u001b[2J","value":"\u001b[2J","start":1,"end":2})");
  const std::string text = CounterexampleText(history, {{0}, {}, {"a \x1b[2J sentence"}});
  EXPECT_THAT(text, AllOf(Not(HasSubstr("\x1b")), HasSubstr("a ?[2J sentence")));
}

TEST(Counterexample, IsSentencesThenLinesThenThePicture) {
  const History history = *ReadHistory(Shipped("stale_read"));
  EXPECT_EQ(CounterexampleText(history, {{0, 2, 4}, {}, {"The read gave what was overwritten."}}),
            "  The read gave what was overwritten.\n"
            "\n"
            "  line 1  process 0  write x 1      10..20  replica 0\n"
            "  line 3  process 0  write x 2      30..40  replica 0\n"
            "  line 5  process 1  read x gave 1  50..60  replica 2\n"
            "\n"
            "  process 0  |--write x 1--|  |--write x 2--|\n"
            "  process 1                                    |--read x gave 1--|\n");
}

TEST(Counterexample, OfThousandsShowsTheFirstAndSaysWhereTheRestIs) {
  std::string text;
  Counterexample all;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    text += "{\"process\":0,\"f\":\"write\",\"value\":1,\"start\":" + std::to_string(i) +
            ",\"end\":" + std::to_string(i) + "}\n";
    all.operations.push_back(i);
  }
  const std::string words = CounterexampleText(Parsed(text), all);
  EXPECT_EQ(std::count(words.begin(), words.end(), '\n'), 42);
  EXPECT_THAT(words, HasSubstr("and 960 more lines; --format json has them all"));
}

TEST(Judgement, IsOneLine) {
  const History history = *ReadHistory(Shipped("stale_read"));
  Judgement judgement{.verdict = Verdict::kViolated, .reason = {}, .judged = 5, .counterexample = {}};
  EXPECT_EQ(JudgementLine("x.jsonl", history, Consistency::kLinearizable, judgement, {}),
            "x.jsonl  linearizable  violated  judged 5 of 6 operations, 3 processes, 2 keys\n");
  judgement.verdict = Verdict::kInconclusive;
  judgement.reason = "out of steps";
  EXPECT_THAT(JudgementLine("x.jsonl", history, Consistency::kLinearizable, judgement, {}),
              HasSubstr("inconclusive  judged 5 of 6 operations, 3 processes, 2 keys: out of steps\n"));
}

TEST(Judgement, AsJsonHasStableNamesAndLargeNumbersAsStrings) {
  const History history =
      Parsed(R"({"process":0,"f":"cas","key":"x","value":[1,"a"],"start":10,"end":null})"
             "\n"
             R"({"process":1,"f":"read","key":"x","value":[9223372036854775807],"start":10,"end":20,"replica":4})"
             "\n"
             R"({"f":"audit","replica":2,"key":"x","value":null,"start":90})");
  Judgement judgement{.verdict = Verdict::kViolated,
                      .reason = {},
                      .judged = 2,
                      .steps = UINT64_MAX,
                      .bytes = 7,
                      .counterexample = Counterexample{{0, 1}, {0}, {"So it is."}}};
  EXPECT_EQ(
      JudgementJson("x.jsonl", history, "register", Consistency::kLinearizable, judgement),
      R"({"history":"x.jsonl","model":"register","consistency":"linearizable","verdict":"violated","reason":"",)"
      R"("operations":"2","judged":"2","steps":"18446744073709551615","bytes":"7","counterexample":{"operations":[)"
      R"({"line":1,"process":0,"f":"cas","key":"x","value":[1,"a"],"start":"10","end":null,"ok":null},)"
      R"({"line":2,"process":1,"f":"read","key":"x","value":[9223372036854775807],"start":"10","end":"20","ok":true,)"
      R"("replica":4}],"audits":[{"line":3,"replica":2,"key":"x","value":null,"start":"90"}],)"
      R"("sentences":["So it is."]}})");
}

// ---- The command ----

TEST(Check, HoldsIsZero) {
  const Result result = Faultline("check " + Shipped("linearizable"));
  EXPECT_EQ(result.code, 0) << result.out;
  EXPECT_THAT(result.out, HasSubstr("linearizable.jsonl  linearizable  holds  judged 7 of 7 operations, 3 processes, "
                                    "2 keys\n"));
  EXPECT_EQ(Faultline("check " + Shipped("linearizable") + " --quiet").out, "");
}

TEST(Check, AStaleReadIsOneAndNamesTheThreeOperations) {
  const Result result = Faultline("check " + Shipped("stale_read"));
  EXPECT_EQ(result.code, 1) << result.out;
  EXPECT_THAT(result.out, HasSubstr("stale_read.jsonl  linearizable  violated  judged 6 of 6 operations"));
  EXPECT_THAT(result.out, HasSubstr("  line 1  process 0  write x 1      10..20  replica 0\n"
                                    "  line 3  process 0  write x 2      30..40  replica 0\n"
                                    "  line 5  process 1  read x gave 1  50..60  replica 2\n"));
  EXPECT_THAT(result.out, HasSubstr("  process 1                                    |--read x gave 1--|\n"));
  EXPECT_THAT(result.out, Not(HasSubstr(" y ")));
  EXPECT_THAT(result.out, HasSubstr("--model register --consistency all\n"));
  const Result quiet = Faultline("check " + Shipped("stale_read") + " --quiet");
  EXPECT_EQ(quiet.code, 1);
  EXPECT_EQ(std::count(quiet.out.begin(), quiet.out.end(), '\n'), 1);
}

TEST(Check, JsonIsOneObject) {
  const Result result = Faultline("check " + Shipped("stale_read") + " --format json");
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 1);
  EXPECT_THAT(result.out, HasSubstr(R"("verdict":"violated")"));
  EXPECT_THAT(result.out, HasSubstr(R"("counterexample":{"operations":[{"line":1,)"));
}

TEST(Check, EveryShippedHistoryIsWhatItsReadmeSays) {
  const std::vector<std::pair<std::string, std::string>> violated = {
      {"thin_air", "register"},    {"lost_update", "cas-register"},      {"queue_twice", "queue"},
      {"lock_held_twice", "lock"}, {"list_lost_element", "list-append"},
  };
  for (const auto& [name, model] : violated) {
    const Result result = Faultline("check " + Shipped(name) + " --model " + model);
    EXPECT_EQ(result.code, 1) << name << "\n" << result.out;
    EXPECT_THAT(result.out, HasSubstr("  |--")) << name;
  }
}

TEST(Check, AllIsALineForEachConsistencyAndTheWorstDecides) {
  const Result result = Faultline("check " + Shipped("stale_read") + " --consistency all");
  EXPECT_EQ(result.code, 1) << result.out;
  EXPECT_THAT(result.out, HasSubstr("linearizable         violated"));
  EXPECT_THAT(result.out, HasSubstr("read-your-writes     holds"));
  EXPECT_THAT(result.out, Not(HasSubstr("  convergence  ")));  // nobody looked at the replicas
  EXPECT_THAT(result.out, HasSubstr("\nwhy           faultline check "));
  const Result queue = Faultline("check " + Shipped("queue_twice") + " --model queue --consistency all --quiet");
  EXPECT_EQ(queue.code, 1);
  EXPECT_EQ(std::count(queue.out.begin(), queue.out.end(), '\n'), 1) << "only linearizable is defined for queues";
  const Result json = Faultline("check " + Shipped("linearizable") + " --consistency all --format json");
  EXPECT_EQ(json.code, 0);
  EXPECT_EQ(std::count(json.out.begin(), json.out.end(), '\n'), 10) << json.out;
}

class CheckFiles : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) const {
    EXPECT_TRUE(scenarios::WriteFile(folder_.Path(name), text).ok());
    return folder_.Path(name);
  }

 private:
  const harness::TemporaryFolder folder_;
};

constexpr std::string_view kTwice =
    "{\"process\":0,\"f\":\"write\",\"key\":\"x\",\"value\":1,\"start\":1,\"end\":2}\n"
    "{\"process\":0,\"f\":\"write\",\"key\":\"x\",\"value\":1,\"start\":3,\"end\":4}\n"
    "{\"process\":1,\"f\":\"read\",\"key\":\"x\",\"value\":1,\"start\":5,\"end\":6}\n";

TEST_F(CheckFiles, WithoutUniqueValuesSomeConsistenciesAreUnjudged) {
  const std::string path = Write("twice.jsonl", std::string(kTwice));
  EXPECT_EQ(Faultline("check " + path).code, 0);
  const Result one = Faultline("check " + path + " --consistency ccv");
  EXPECT_EQ(one.code, 3) << one.out;
  EXPECT_THAT(one.out, StartsWith("error: " + path + ":2: value: "));
  const Result all = Faultline("check " + path + " --consistency all");
  EXPECT_EQ(all.code, 2) << all.out;
  EXPECT_THAT(all.out,
              AllOf(HasSubstr("linearizable         holds"), HasSubstr("  unjudged: " + path + ":2: value: ")));
}

TEST_F(CheckFiles, WhatCannotBeReadIsThreeAndPrintsNothingElse) {
  const std::string path = Write("bad.jsonl", "{\"process\":0,\"f\":\"read\",\"start\":1,\"end\":2}\n");
  const Result result = Faultline("check " + path + " --format json");
  EXPECT_EQ(result.code, 3);
  EXPECT_EQ(result.out, "error: " + path + ":1: value: missing; want what the read gave, null if there was nothing\n");
}

TEST_F(CheckFiles, AnotherModelsFunctionIsThreeByLine) {
  const Result result = Faultline("check " + Shipped("queue_twice") + " --model register");
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.out, StartsWith("error: " + Shipped("queue_twice") + ":1: f: "));
}

TEST_F(CheckFiles, WhereNothingCanBeJudgedNothingIsPrinted) {
  const Result result = Faultline("check " + Shipped("queue_twice") + " --consistency all --format json");
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.out, StartsWith("error: " + Shipped("queue_twice") + ":1: f: "));
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 1) << result.out;
}

TEST_F(CheckFiles, ASpentLimitIsInconclusiveAndSaysHowToGoOn) {
  const Result result = Faultline("check " + Shipped("lost_update") + " --model cas-register --max-steps 1");
  EXPECT_EQ(result.code, 2) << result.out;
  EXPECT_THAT(result.out, HasSubstr("\nsearch more   faultline check "));
  EXPECT_THAT(result.out, HasSubstr(" --max-steps 10\n"));
}

TEST_F(CheckFiles, AHistoryOfNothingIsInconclusive) {
  const std::string empty = Write("empty.jsonl", "");
  const Result result = Faultline("check " + empty);
  EXPECT_EQ(result.code, 2) << result.out;
  EXPECT_THAT(result.out, HasSubstr("inconclusive  judged 0 of 0 operations, 0 processes, 0 keys: "));
  const std::string unknown =
      Write("unknown.jsonl", "{\"process\":0,\"f\":\"read\",\"key\":\"x\",\"start\":1,\"ok\":null}\n");
  EXPECT_EQ(Faultline("check " + unknown).code, 2);
}

TEST_F(CheckFiles, StandardInputIsADash) {
  const Result result = Faultline("check -", Shipped("linearizable"));
  EXPECT_EQ(result.code, 0) << result.out;
  EXPECT_THAT(result.out, StartsWith("standard input  linearizable  holds"));
  const Result bad = Faultline("check -", Write("bad.jsonl", "{}\n"));
  EXPECT_EQ(bad.code, 3);
  EXPECT_THAT(bad.out, StartsWith("error: standard input:1: f: missing"));
}

TEST_F(CheckFiles, WhatWasWrittenIsJudgedAlike) {
  const std::string copy = Write("copy.jsonl", PrintHistory(*ReadHistory(Shipped("stale_read"))));
  const Result a = Faultline("check " + Shipped("stale_read"));
  const Result b = Faultline("check " + copy);
  EXPECT_EQ(a.code, b.code);
  const auto findings = [](const std::string& out) {
    const std::size_t begin = out.find("  linearizable");
    return out.substr(begin, out.find("\nthe others") - begin);
  };
  EXPECT_EQ(findings(a.out), findings(b.out));
}

TEST(List, KnowsModelsAndConsistencies) {
  const Result models = Faultline("list models");
  EXPECT_EQ(models.code, 0);
  EXPECT_THAT(models.out, AllOf(HasSubstr("cas-register"), HasSubstr("(read, write, cas)")));
  const Result consistencies = Faultline("list consistencies --format json");
  EXPECT_THAT(consistencies.out, AllOf(HasSubstr(R"("name":"linearizable")"), HasSubstr(R"("column":"ccv")")));
}

// ---- Mutated files: an error or a verdict, never a crash or a hang ----

constexpr std::string_view kWords[] = {"{",
                                       "}",
                                       "\"",
                                       "[",
                                       "]",
                                       ",",
                                       ":",
                                       "\n",
                                       "null",
                                       "true",
                                       "-",
                                       "9223372036854775807",
                                       "1e99",
                                       "\\u0000",
                                       "\"ok\":null",
                                       "\"end\":null",
                                       ",\"replica\":1",
                                       "\xff"};

TEST_F(CheckFiles, MutatedHistoriesNeverCrashOrHang) {
  harness::Mutator mutator(kWords);
  int read = 0;
  const int mutations = harness::Mutations(20000);
  const std::vector<std::string> names = {"linearizable", "stale_read",      "lost_update",
                                          "queue_twice",  "lock_held_twice", "list_lost_element"};
  std::vector<std::string> originals;
  for (const std::string& name : names) originals.push_back(*scenarios::ReadFile(Shipped(name), 1 << 20));
  for (int i = 0; i < mutations; ++i) {
    const std::string text = mutator.Mutate(originals[static_cast<std::size_t>(i) % originals.size()]);
    const absl::StatusOr<History> history = ParseHistory(text, "h.jsonl");
    if (!history.ok()) {
      ASSERT_THAT(std::string(history.status().message()), StartsWith("h.jsonl:")) << text;
      continue;
    }
    ++read;
    ASSERT_EQ(PrintHistory(*ParseHistory(PrintHistory(*history), "h.jsonl")), PrintHistory(*history)) << text;
  }
  EXPECT_GT(read, mutations / 500);
  EXPECT_LT(read, mutations / 2);
}

// Under every model and consistency that takes them.
TEST_F(CheckFiles, MutatedHistoriesAreJudgedAndExplained) {
  harness::Mutator mutator(kWords);
  const std::vector<std::string> names = {"linearizable", "stale_read",      "thin_air",         "lost_update",
                                          "queue_twice",  "lock_held_twice", "list_lost_element"};
  std::vector<std::string> originals;
  for (const std::string& name : names) originals.push_back(*scenarios::ReadFile(Shipped(name), 1 << 20));
  int judged = 0;
  for (int i = 0; i < harness::Mutations(50000); ++i) {
    const std::string text = mutator.Mutate(originals[static_cast<std::size_t>(i) % originals.size()]);
    const absl::StatusOr<History> history = ParseHistory(text, "h.jsonl");
    if (!history.ok()) continue;
    for (const consistency::Model& model : consistency::Models()) {
      for (const consistency::ConsistencyName& asked : consistency::Consistencies()) {
        if (!consistency::Validate(*history, model, asked.consistency).ok()) continue;
        const Judgement judgement =
            consistency::Check(*history, model, asked.consistency, {.max_steps = 10000, .max_bytes = 1 << 24});
        ++judged;
        ASSERT_EQ(judgement.counterexample.has_value(), judgement.verdict == Verdict::kViolated) << asked.name << text;
        if (!judgement.counterexample) continue;
        ASSERT_FALSE(judgement.counterexample->sentences.empty()) << asked.name << text;
        ASSERT_NE(Diagram(*history, *judgement.counterexample), "") << asked.name << text;
        JudgementJson("h.jsonl", *history, model.name, asked.consistency, judgement);
      }
    }
  }
  EXPECT_GT(judged, 0);
}

TEST_F(CheckFiles, MutatedHistoriesNeverStopTheProgram) {
  harness::Mutator mutator(kWords);
  const std::string original = *scenarios::ReadFile(Shipped("stale_read"), 1 << 20);
  for (int i = 0; i < harness::Mutations(200); ++i) {
    const std::string text = mutator.Mutate(original);
    const Result result = Faultline("check " + Write("m.jsonl", text) + " --consistency all");
    ASSERT_LE(result.code, 3) << text << result.out;
  }
}

// Convergence says what became of the writes, too.
TEST(Check, TellsTheFateOfWrites) {
  const harness::TemporaryFolder folder;
  const std::string file = folder.Path("h.jsonl");
  ASSERT_TRUE(
      scenarios::WriteFile(
          file,
          R"({"process":0,"f":"write","key":"x","value":1,"start":1,"end":2,"start_ns":0,"end_ns":1000000})"
          "\n"
          R"({"process":1,"f":"read","key":"x","value":null,"start":3,"end":4,"replica":1,"start_ns":3000000,"end_ns":4000000})"
          "\n"
          R"({"f":"audit","replica":0,"key":"x","value":1,"start":5,"start_ns":5000000})"
          "\n"
          R"({"f":"audit","replica":1,"key":"x","value":1,"start":6,"start_ns":6000000})"
          "\n")
          .ok());
  const Result result = Faultline("check " + file + " --consistency convergence");
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out,
              HasSubstr("  of 1 acknowledged writes 1 were seen everywhere (within 5ms as a rule, 5ms at most), "
                        "1 were missed by a later read (for 2ms at most), 0 were lost, 0 gave way to older "
                        "values\n"));
}

// What `run` adds where an invariant of client histories is violated.
TEST(ClientsView, IsTheSmallestCounterexampleOfAnInvariantOfHistories) {
  const History history = Parsed(*scenarios::ReadFile(Shipped("stale_read"), 1 << 20));
  EXPECT_THAT(ClientsView("linearizability", history),
              AllOf(StartsWith("what its clients saw\n"), HasSubstr("read x gave 1"), HasSubstr("process 1")));
  EXPECT_EQ(ClientsView("vote-once", history), "");
  EXPECT_EQ(ClientsView("linearizability", Parsed(*scenarios::ReadFile(Shipped("linearizable"), 1 << 20))), "");
}

}  // namespace
}  // namespace tools
