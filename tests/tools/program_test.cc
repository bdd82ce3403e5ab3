// The program as a user meets it: arguments, exit codes, hostile files.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scenarios/file.h"
#include "tests/harness/mutator.h"
#include "tests/harness/program.h"
#include "tests/harness/temporary_folder.h"
#include "tools/options.h"

namespace tools {
namespace {

namespace fs = std::filesystem;
using harness::Faultline;
using harness::Result;
using testing::HasSubstr;

// A folder of its own with a small scenario in it.
class Program : public testing::Test {
 protected:
  Program() {
    Write("small.txtpb",
          "summary: \"Small.\"\n"
          "cluster { protocol: \"raft\" nodes: 3 network { latency: \"1ms..5ms\" } }\n"
          "workload { clients: 2 think: \"5ms\" }\n"
          "faults { kind: \"crash\" every: \"1s..2s\" lasts: \"500ms\" targets: \"any\" }\n"
          "run { duration: \"3s\" settle: \"5s\" seed: \"7\" max_events: 20000 }\n");
  }

  std::string Path(const std::string& name) const { return folder_.Path(name); }
  void Write(const std::string& name, const std::string& text) const {
    ASSERT_TRUE(scenarios::WriteFile(Path(name), text).ok());
  }
  std::string Read(const std::string& name) const { return *scenarios::ReadFile(Path(name), 1 << 24); }
  std::size_t FileCount() const { return folder_.FileCount(); }

 private:
  const harness::TemporaryFolder folder_;
};

TEST_F(Program, WithoutArgumentsItHelps) {
  const Result result = Faultline("");
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("faultline list scenarios"));
}

TEST_F(Program, EveryCommandHelpsWithTwoExamples) {
  for (const std::string command : {"run", "replay", "check", "compare", "list", "doctor"}) {
    const Result result = Faultline(command + " --help");
    EXPECT_EQ(result.code, 0);
    const std::size_t examples = result.out.find("Examples:");
    ASSERT_NE(examples, std::string::npos);
    EXPECT_EQ(std::count(result.out.begin() + static_cast<std::ptrdiff_t>(examples), result.out.end(), '\n'), 3);
  }
}

TEST_F(Program, BadArgumentsGiveThreeAndTheNearestWord) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"rnu x", "unknown command \"rnu\"; did you mean \"run\"?"},
      {"run x --sed 4", "unknown argument \"--sed\"; did you mean \"--seed\"?"},
      {"run x --seed 010", "--seed: want a count below 2^64"},
      {"run x --seed 18446744073709551616", "--seed: want a count below 2^64"},
      {"run x --seed=-1", "--seed: want a count below 2^64"},
      {"run x --seeds 5..1", "want the smaller seed first"},
      {"run x --seed 1 --seeds 1..2", "--seed excludes --seeds"},
      {"run x --jobs 0", "--jobs: want 1..256"},
      {"run x --margin cluster.nodes=7", "--margin: want PATH=LO..HI"},
      {"run x --margin cluster.nodes=3..7 --save a.seed", "--save excludes --margin"},
      {"run x --format xml", "--format: xml not in"},
      {"run", "SCENARIO is required"},
      {"run no_such_scenario", "no shipped scenario \"no_such_scenario\""},
      {"replay nothing.seed", "nothing.seed: cannot open"},
      {"list scenario", "scenario not in"},
      {"check", "HISTORY is required"},
      {"check nothing.jsonl", "nothing.jsonl: cannot open"},
      {"check . ", ".: want a regular file"},
      {"check x --model registr", "--model: no model \"registr\"; did you mean \"register\"?"},
      {"check x --consistency sequental", "--consistency: no consistency \"sequental\"; did you mean \"sequential\"?"},
      {"check x --max-steps 1e6", "--max-steps: want a count below 2^64"},
      {"check x --max-memory 0", "--max-memory: want at least 1"},
      {"doctor --seed 4", "seeds of what? want --determinism"},
      {"doctor --determinism no_such_scenario", "no shipped scenario \"no_such_scenario\""},
  };
  for (const auto& [arguments, expected] : cases) {
    const Result result = Faultline(arguments);
    EXPECT_EQ(result.code, 3) << arguments;
    EXPECT_THAT(result.out, HasSubstr(expected)) << arguments;
  }
}

TEST_F(Program, WindowsOfASeedFileAreCheckedLikeFaults) {
  ASSERT_LE(Faultline("run " + Path("small.txtpb") + " --save " + Path("a.seed")).code, 2);
  const std::string window = "windows { kind: \"packet_loss\" begin: \"1s\" end: \"2s\" nodes: 0 ";
  Write("a.seed", Read("a.seed") + window + "params { key: \"chance\" value: \"fast\" } }\n");
  const Result result = Faultline("replay " + Path("a.seed"));
  EXPECT_EQ(result.code, 3) << result.out;
  EXPECT_THAT(result.out, HasSubstr("params: chance: want"));
}

TEST_F(Program, NamesAreCheckedAgainstWhatIsRegistered) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"cluster.protocol=raf", "no protocol \"raf\"; did you mean \"raft\"?"},
      {"cluster.config.election_timeot=1s",
       "no parameter of raft \"election_timeot\"; did you mean \"election_timeout\"?"},
      {"cluster.config.reads=folower",
       "cluster.config.reads: want one of strong, index, lease, leader, follower, got \"folower\"; did you mean "
       "\"follower\"?"},
      {"faults[0].kind=crsh", "no fault \"crsh\"; did you mean \"crash\"?"},
      {"faults[0].targets=n3", "no node n3 in this cluster"},
      {"expect.holds=election_safety", "no invariant \"election_safety\"; did you mean \"election-safety\"?"},
  };
  for (const auto& [set, expected] : cases) {
    const Result result = Faultline("run " + Path("small.txtpb") + " --set " + ShellQuoted(set));
    EXPECT_EQ(result.code, 3) << set;
    EXPECT_THAT(result.out, HasSubstr(expected)) << set;
  }
}

TEST_F(Program, WhatAFaultWaitsForMustBeSomethingThatHappens) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"LeadrElected", "faults[0].when: no fact or message \"LeadrElected\"; did you mean \"LeaderElected\"?"},
      {"Apend n1->n2", "faults[0].when: no message \"Apend\"; did you mean \"Append\"?"},
      {"LeaderElected n1->n2", "faults[0].when: no message \"LeaderElected\""},
      {"Export", "no fact or message \"Export\""},  // collectors have it, clients do not
  };
  for (const auto& [when, expected] : cases) {
    const std::string set = " --set faults[0].every= --set " + ShellQuoted("faults[0].when=" + when);
    const Result result = Faultline("run " + Path("small.txtpb") + set);
    EXPECT_EQ(result.code, 3) << when;
    EXPECT_THAT(result.out, HasSubstr(expected)) << when;
  }
}

TEST_F(Program, ListsWhatAFaultMayWaitFor) {
  const Result text = Faultline("list protocols --verbose");
  EXPECT_THAT(text.out, HasSubstr("facts: EpochEntered, "));
  EXPECT_THAT(text.out, HasSubstr("messages of collectors: Export, "));
  EXPECT_THAT(Faultline("list protocols --format json").out, HasSubstr("\"facts_of_collectors\":["));
}

TEST_F(Program, NothingIsWrittenWhenItCannotRun) {
  const std::string outputs =
      " --save " + Path("a.seed") + " --recording " + Path("a.log") + " --junit " + Path("a.xml");
  EXPECT_EQ(Faultline("run " + Path("small.txtpb") + " --set cluster.nodes=0x" + outputs).code, 3);
  EXPECT_EQ(Faultline("run " + Path("small.txtpb") + " --save " + Path("missing/a.seed")).code, 3);
  EXPECT_EQ(FileCount(), 1u);
}

TEST_F(Program, JobsChangeNothing) {
  const std::string seeds = "run " + Path("small.txtpb") + " --seeds 1..8 --format json --progress never";
  const Result one = Faultline(seeds + " --jobs 1");
  const Result two = Faultline(seeds + " --jobs 2");
  EXPECT_EQ(one.code, two.code);
  EXPECT_EQ(one.out, two.out);
  EXPECT_EQ(std::count(one.out.begin(), one.out.end(), '\n'), 8);
}

TEST_F(Program, ReplayTellsTheSameFromTheDifferent) {
  ASSERT_LE(Faultline("run " + Path("small.txtpb") + " --save " + Path("a.seed")).code, 2);
  const Result same = Faultline("replay " + Path("a.seed"));
  EXPECT_EQ(same.code, 0) << same.out;
  EXPECT_THAT(same.out, HasSubstr("REPRODUCED"));

  std::string text = Read("a.seed");
  const std::size_t digest = text.find("digest: \"") + 9;
  text.replace(digest, 32, std::string(32, '0'));
  Write("b.seed", text);
  const Result diverged = Faultline("replay " + Path("b.seed"));
  EXPECT_EQ(diverged.code, 1);
  EXPECT_THAT(diverged.out, HasSubstr("DIVERGED"));

  std::string other = Read("a.seed");
  const std::size_t verdict = other.find("verdict: \"") + 10;
  other.replace(verdict, other.find('"', verdict) - verdict, "violated");
  other.insert(other.find('\n', verdict) + 1, "  monitor: \"vote-once\"\n  event: \"7\"\n");
  Write("c.seed", other);
  const Result fixed = Faultline("replay " + Path("c.seed"));
  EXPECT_EQ(fixed.code, 1);
  EXPECT_THAT(fixed.out, testing::AnyOf(HasSubstr("FIXED"), HasSubstr("CHANGED")));

  const Result all = Faultline("replay " + Path(""));
  EXPECT_EQ(all.code, 1);
  EXPECT_THAT(all.out, HasSubstr("3 files: 1 reproduced, 1 diverged, 1 "));
  EXPECT_EQ(Faultline("replay --bisect " + Path("small.txtpb")).code, 125);
}

TEST_F(Program, ReplayNamesTheFirstEventAndFieldThatDiffer) {
  ASSERT_LE(Faultline("run " + Path("small.txtpb") + " --save " + Path("a.seed")).code, 2);
  const std::string original = Read("a.seed");

  // Written by a program whose n1 was in another term, from its first election on.
  std::string text = original;
  const std::size_t change = text.find(" n1 term=t");
  const std::size_t begin = text.rfind('"', change) + 1, end = text.find('"', change);
  const std::string line = text.substr(begin, end - begin);  // "27 0.181000s n1 term=t1"
  text.replace(begin, line.size(), line + "00");
  const std::size_t digest = text.find("digest: \"") + 9;
  text.replace(digest, 32, std::string(32, '0'));
  Write("b.seed", text);
  const Result edited = Faultline("replay " + Path("b.seed"));
  EXPECT_EQ(edited.code, 1);
  const std::string event = line.substr(0, line.find(' '));
  const std::string value = line.substr(line.find('=') + 1);
  EXPECT_THAT(edited.out, HasSubstr("DIVERGED"));
  EXPECT_THAT(edited.out, HasSubstr("first difference at event " + event + " ("));
  EXPECT_THAT(edited.out, HasSubstr("): n1 term: " + value + "00, now " + value + "\n"));

  // Written by a program whose packets took longer.
  text = original;
  const std::size_t latency = text.find("1ms..5ms");
  ASSERT_NE(latency, std::string::npos);
  text.replace(latency, 8, "2ms..5ms");
  Write("b.seed", text);
  const Result slower = Faultline("replay " + Path("b.seed"));
  EXPECT_EQ(slower.code, 1);
  EXPECT_THAT(slower.out, HasSubstr("; first difference at event "));

  // Written by a program that knew no trails.
  text.erase(text.find("  trail {"));
  Write("b.seed", text + "}\n");
  const Result older = Faultline("replay " + Path("b.seed"));
  EXPECT_EQ(older.code, 1);
  EXPECT_THAT(older.out, HasSubstr("; first difference between the start and event "));
}

TEST_F(Program, SpentBudgetIsInconclusive) {
  const Result result = Faultline("run " + Path("small.txtpb") + " --set run.max_events=50");
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.out, HasSubstr("inconclusive: budget of 50 events"));
}

TEST_F(Program, NothingToReplayIsInconclusive) {
  fs::create_directory(Path("empty"));
  EXPECT_EQ(Faultline("replay " + Path("empty")).code, 2);
}

// ---- Mutated files: an error or a run, never a crash, a hang or a file ----

constexpr std::string_view kWords[] = {"{",
                                       "}",
                                       "\"",
                                       "0",
                                       "9999999999",
                                       "18446744073709551616",
                                       "-1",
                                       "ns",
                                       "h",
                                       "..",
                                       "n9",
                                       "\\000",
                                       "faults { kind: \"crash\" every: \"1us\" }",
                                       "[",
                                       "]",
                                       ":",
                                       "\n#"};

TEST_F(Program, MutatedScenariosNeverCrashOrHang) {
  harness::Mutator mutator(kWords);
  const std::string original = Read("small.txtpb");
  for (int i = 0; i < harness::Mutations(700); ++i) {
    Write("m.txtpb", mutator.Mutate(original));
    const Result result = Faultline("run " + Path("m.txtpb") + " --quiet --set run.max_events=20000");
    ASSERT_LE(result.code, 3) << Read("m.txtpb") << result.out;
    ASSERT_EQ(FileCount(), 2u);
  }
}

TEST_F(Program, MutatedSeedFilesNeverCrashOrHang) {
  ASSERT_LE(Faultline("run " + Path("small.txtpb") + " --save " + Path("a.seed")).code, 2);
  harness::Mutator mutator(kWords);
  const std::string whole = Read("a.seed");
  // The trail is most of the file: every other mutation meets the rest.
  const std::string rest = whole.substr(0, whole.find("  trail {")) + "}\n";
  for (int i = 0; i < harness::Mutations(700); ++i) {
    Write("m.seed", mutator.Mutate(i % 2 == 0 ? whole : rest));
    const Result result = Faultline("replay " + Path("m.seed") + " --quiet");
    ASSERT_LE(result.code, 3) << Read("m.seed") << result.out;
    ASSERT_EQ(FileCount(), 3u);
  }
}

TEST_F(Program, MutatedTracesNeverCrashOrHang) {
  Write("traces.txtpb",
        "cluster { protocol: \"raft\" nodes: 3 }\ntraces { source: \"sdk-shop-json\" }\n"
        "run { duration: \"2s\" settle: \"2s\" max_events: 5000 }\n");
  const std::string json =
      *scenarios::ReadFile(FAULTLINE_SOURCE_DIR "/scenarios/data/sdk-shop-json/requests.jsonl", 1 << 24);
  const std::string binary =
      *scenarios::ReadFile(FAULTLINE_SOURCE_DIR "/scenarios/data/sdk-shop-proto/0003.bin", 1 << 24);
  harness::Mutator mutator(kWords);
  for (int i = 0; i < harness::Mutations(600); ++i) {
    const std::string name = i % 2 == 0 ? "m.jsonl" : "m.bin";
    Write(name, mutator.Mutate(i % 2 == 0 ? json.substr(0, json.find('\n')) : binary));
    const Result result = Faultline("run " + Path("traces.txtpb") + " --quiet --traces " + Path(name));
    ASSERT_LE(result.code, 3) << result.out;
  }
  EXPECT_EQ(FileCount(), 4u);
}

}  // namespace
}  // namespace tools
