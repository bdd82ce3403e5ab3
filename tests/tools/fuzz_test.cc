// Campaigns: whatever happens to one, in how many pieces it is done and by whom, it comes to the same.
#include "tools/fuzz.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scenarios/file.h"
#include "tests/harness/program.h"
#include "tests/harness/temporary_folder.h"
#include "tools/exit_code.h"
#include "tools/fuzz_report.h"

namespace tools {
namespace {

namespace fs = std::filesystem;
using harness::Faultline;
using testing::HasSubstr;

constexpr char kCampaign[] =
    "fuzz volatile_votes sync_off --runs 60 --keep-going --shrink-events 50000 --progress never ";

// Every file of a corpus but those that say when: path to a fingerprint of its bytes.
std::map<std::string, std::string> Contents(const std::string& folder) {
  std::map<std::string, std::string> contents;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    const std::string path = fs::relative(entry.path(), folder).string();
    if (!entry.is_regular_file() || entry.is_symlink() || path == "stats.json") continue;
    contents[path] = core::ToHex(core::FingerprintOf(*scenarios::ReadFile(entry.path().string(), 1 << 26)));
  }
  return contents;
}

class Campaigns : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return folder_.Path(name); }
  harness::Result Fuzz(const std::string& corpus, const std::string& more = "") const {
    return Faultline(kCampaign + ("--corpus " + Path(corpus)) + " " + more);
  }
  // In one piece.
  const std::map<std::string, std::string>& Whole() {
    if (whole_.empty()) {
      EXPECT_EQ(Fuzz("whole").code, kUnexpected);
      whole_ = Contents(Path("whole"));
    }
    return whole_;
  }

  harness::TemporaryFolder folder_;
  std::map<std::string, std::string> whole_;
};

TEST_F(Campaigns, KeepWhatTheyFind) {
  const harness::Result result = Fuzz("found");
  EXPECT_EQ(result.code, kUnexpected) << result.out;
  EXPECT_THAT(result.out, HasSubstr("VIOLATED  epoch-monotone  volatile_votes raft, seed 9"));
  EXPECT_THAT(result.out, HasSubstr("60 runs"));
  const auto causes = fs::directory_iterator(Path("found/violations"));
  std::size_t count = 0;
  for (const fs::directory_entry& cause : causes) {
    ++count;
    for (const char* name : {"first.seed", "smallest.seed"}) {
      const harness::Result replayed = Faultline("replay " + (cause.path() / name).string());
      EXPECT_EQ(replayed.code, kAsExpected) << replayed.out;
      EXPECT_THAT(replayed.out, HasSubstr("violated"));
    }
    const std::string told = *scenarios::ReadFile((cause.path() / "explain.txt").string(), 1 << 20);
    EXPECT_THAT(told, HasSubstr("VIOLATED"));
    EXPECT_THAT(told, HasSubstr("matters\n"));
    EXPECT_TRUE(fs::exists(cause.path() / "seen.txt"));
  }
  EXPECT_GE(count, 1u);
  EXPECT_TRUE(fs::is_directory(Path("found/latest")));
  EXPECT_EQ(Faultline("replay --expect violated " + Path("found/violations")).code, kAsExpected);
}

TEST_F(Campaigns, ThreadsChangeNothing) {
  EXPECT_EQ(Fuzz("three", "--jobs 3").code, kUnexpected);
  EXPECT_EQ(Contents(Path("three")), Whole());
}

TEST_F(Campaigns, AreTheSameInShards) {
  for (const char* shard : {"0", "1", "2"}) {
    EXPECT_LE(Fuzz(shard, "--shard " + std::string(shard) + "/3").code, kUnexpected);
  }
  EXPECT_EQ(Faultline("merge " + Path("all") + " " + Path("0") + " " + Path("1") + " " + Path("2")).code, kUnexpected);
  EXPECT_EQ(Contents(Path("all")), Whole());
  // In another order, in two steps, and twice.
  EXPECT_EQ(Faultline("merge " + Path("some") + " " + Path("2") + " " + Path("0")).code, kUnexpected);
  EXPECT_EQ(Faultline("merge " + Path("then") + " " + Path("some") + " " + Path("1")).code, kUnexpected);
  EXPECT_EQ(Contents(Path("then")), Whole());
  EXPECT_EQ(Faultline("merge " + Path("all") + " " + Path("all")).code, kUnexpected);
  EXPECT_EQ(Contents(Path("all")), Whole());
}

TEST_F(Campaigns, WhatIsMissingIsSaid) {
  EXPECT_LE(Fuzz("0", "--shard 0/3").code, kUnexpected);
  const harness::Result one = Faultline("merge " + Path("all") + " " + Path("0"));
  EXPECT_THAT(one.out, HasSubstr("1 of 3 are here"));
  EXPECT_EQ(Faultline("merge " + Path("all") + " " + Path("nowhere")).code, kCouldNotRun);
}

// Killed whenever, as often as it takes.
TEST_F(Campaigns, LoseNothingToAKill) {
  const std::string command = FAULTLINE_PROGRAM " " + std::string(kCampaign) + "--corpus " + Path("killed");
  int kills = 0;
  for (int centiseconds = 5; centiseconds < 600; centiseconds += 11) {
    const std::string limited = "timeout -s KILL " + std::to_string(centiseconds / 100) + "." +
                                std::to_string(100 + centiseconds % 100).substr(1) + " " + command +
                                " > /dev/null 2>&1";
    const int status = std::system(limited.c_str());
    if (WIFEXITED(status) && WEXITSTATUS(status) == kUnexpected) break;
    ++kills;
  }
  EXPECT_GT(kills, 0);
  // A kill in the midst of a write leaves litter, which whoever comes next sweeps up.
  ASSERT_TRUE(scenarios::WriteFile(Path("killed/shards/x.results.a1B2c3"), "half").ok());
  fs::create_symlink("violations/x", Path("killed/latest.x"));
  EXPECT_EQ(Fuzz("killed").code, kUnexpected);
  EXPECT_EQ(Contents(Path("killed")), Whole());
}

TEST_F(Campaigns, GoOnWhereTheyWere) {
  EXPECT_LE(Faultline("fuzz volatile_votes sync_off --runs 10 --keep-going --shrink-events 50000 --progress never "
                      "--corpus " +
                      Path("later"))
                .code,
            kUnexpected);
  const harness::Result rest = Fuzz("later");
  EXPECT_THAT(rest.out, HasSubstr("goes on after 10 runs"));
  EXPECT_EQ(Contents(Path("later")), Whole());
  const harness::Result again = Fuzz("later");  // nothing is left to do
  EXPECT_EQ(again.code, kUnexpected);
  EXPECT_EQ(Contents(Path("later")), Whole());
}

TEST_F(Campaigns, TwoAtOnceInOneCorpusDoNoHarm) {
  const std::string command = FAULTLINE_PROGRAM " " + std::string(kCampaign) + "--corpus " + Path("shared");
  const std::string both = command + " >/dev/null 2>&1 & " + command + " >/dev/null 2>&1; wait";
  EXPECT_NE(std::system(both.c_str()), -1);
  EXPECT_EQ(Fuzz("shared").code, kUnexpected);
  EXPECT_EQ(Contents(Path("shared")), Whole());
}

// Files that may not grow: what a full disk does to a write.
TEST_F(Campaigns, AFullDiskIsSaidAndHurtsNothing) {
  const std::string command = "trap '' XFSZ; ulimit -f 20; " FAULTLINE_PROGRAM " " + std::string(kCampaign) +
                              "--corpus " + Path("full") + " > " + Path("out") + " 2>&1";
  const int status = std::system(("bash -c \"" + command + "\"").c_str());
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), kCouldNotRun);
  EXPECT_THAT(*scenarios::ReadFile(Path("out"), 1 << 20), HasSubstr("cannot write"));
  for (const auto& [path, bytes] : Contents(Path("full"))) EXPECT_EQ(path.find(".seed."), std::string::npos) << path;
  EXPECT_EQ(Fuzz("full").code, kUnexpected);
  EXPECT_EQ(Contents(Path("full")), Whole());
}

TEST_F(Campaigns, WhatIsNoFolderIsRefused) {
  ASSERT_TRUE(scenarios::WriteFile(Path("file"), "x").ok());
  const harness::Result result = Fuzz("file");
  EXPECT_EQ(result.code, kCouldNotRun);
  EXPECT_THAT(result.out, HasSubstr("see --corpus"));
}

TEST_F(Campaigns, DamagedResultsAreRefused) {
  EXPECT_LE(Fuzz("bad").code, kUnexpected);
  for (const fs::directory_entry& entry : fs::directory_iterator(Path("bad/shards")))
    ASSERT_TRUE(scenarios::WriteFile(entry.path().string(), "format: 1 runs: \"many\"").ok());
  const harness::Result result = Fuzz("bad");
  EXPECT_EQ(result.code, kCouldNotRun);
  EXPECT_THAT(result.out, HasSubstr(".results:1"));
}

TEST_F(Campaigns, EndWhenToldTo) {
  const harness::Result first = Faultline(
      "fuzz volatile_votes --runs 200 --shrink-events 50000 --progress never "
      "--corpus " +
      Path("first"));
  EXPECT_EQ(first.code, kUnexpected);
  EXPECT_THAT(first.out, HasSubstr("64 runs"));  // the piece in which it was found
  const harness::Result timed = Faultline("fuzz --protocol raft --for 1s --progress never --corpus " + Path("timed"));
  EXPECT_EQ(timed.code, kAsExpected) << timed.out;
  EXPECT_EQ(Faultline("fuzz --runs 0 --corpus " + Path("none")).code, kCouldNotRun);
  EXPECT_EQ(Faultline("fuzz --shard 3/3 --corpus " + Path("none")).code, kCouldNotRun);
  EXPECT_FALSE(fs::exists(Path("none")));
}

// What makes it this campaign and no other must be in the command that goes on with it.
TEST(FuzzCommandLine, GoesOnWithTheSameCampaign) {
  FuzzOptions options;
  options.runs = 10;
  EXPECT_EQ(CommandLine(options), "faultline fuzz --runs 10 --corpus found");
  options.protocols = {"raft"};
  options.first_seed = 7;
  options.shard = 2;
  options.shards = 3;
  options.max_causes = 4;
  options.repeat_permille = 125;
  options.shrink_events = 9;
  EXPECT_EQ(CommandLine(options),
            "faultline fuzz --protocol raft --runs 10 --seed 7 --shard 2/3 --corpus found --max-violations 4 "
            "--recheck 12.5% --shrink-events 9");
}

TEST(FuzzPlanTest, EveryRunIsOfOneShard) {
  Share share{2, 3, 0};
  EXPECT_EQ(share.First(), 2u);
  share.next = 3;
  EXPECT_EQ(share.First(), 5u);
  share.next = 5;
  EXPECT_EQ(share.First(), 5u);
  share.next = 6;
  EXPECT_EQ(share.First(), 8u);
}

// A protocol made up for the purpose, which forgets what it said.
TEST(Fuzz, ARunThatIsNotItselfIsDataLoss) {
  Protocol protocol;
  protocol.name = "made-up";
  std::atomic<std::uint64_t> calls = 0;
  protocol.run = [&](const Job& job) -> absl::StatusOr<sim::Report> {
    sim::Report report;
    report.seed = job.seed;
    report.digest = core::FingerprintOf(job.seed < 40 ? job.seed : ++calls);
    return report;
  };
  FuzzPlan plan;
  plan.repeat_permille = 1000;
  FuzzTarget& target = plan.targets.emplace_back();
  target.scenario = "story";
  target.protocol = "made-up";
  target.experiment.scenario = *scenarios::ParseScenario("cluster { protocol: \"made-up\" }\n",
                                                         {.name = "story", .file = "story.txtpb", .folder = "."});
  target.experiment.protocol = &protocol;
  const harness::TemporaryFolder folder;
  const absl::StatusOr<Corpus> corpus = Corpus::Open(folder.Path("found"));
  ASSERT_TRUE(corpus.ok());
  FuzzResults results = Nothing(plan, "0.1.0");
  const FuzzCallbacks callbacks{[] {}, [](const Discovery&) {}};
  EXPECT_TRUE(FuzzPiece(plan, 30, 2, *corpus, "0.1.0", results, callbacks).ok());
  EXPECT_EQ(results.runs, 30u);
  EXPECT_EQ(results.repeated, 30u);
  const absl::Status broken = FuzzPiece(plan, 60, 2, *corpus, "0.1.0", results, callbacks);
  EXPECT_TRUE(absl::IsDataLoss(broken));
  EXPECT_THAT(std::string(broken.message()), HasSubstr("seed 40 of story made-up gave digest"));
  EXPECT_EQ(results.runs, 30u);
}

FuzzResults Part(std::uint64_t index, std::uint64_t of) {
  FuzzResults part;
  part.version = "0.1.0";
  part.first_seed = 1;
  part.targets = {"swarm raft 0123"};
  part.shares = {{index, of, 12}};
  part.runs = 12 / of;
  part.judged["vote-once"] = {100, 1, 0};
  part.cells = {{"raft crash leader writing", 1 + index}};
  part.digests = core::FingerprintOf(index);
  for (std::uint64_t run = index; run < 12; run += of)
    part.findings[run] = {run, run + 1, "swarm raft", "vote-once", "vote-once-0123", "9 -> 1"};
  return part;
}

TEST(FuzzResultsTest, JoinInAnyOrder) {
  const FuzzResults a = *Join(*Join(Part(0, 3), Part(1, 3)), Part(2, 3));
  const FuzzResults b = *Join(Part(2, 3), *Join(Part(1, 3), Part(0, 3)));
  EXPECT_EQ(PrintFuzzResults(a), PrintFuzzResults(b));
  EXPECT_EQ(a.shares, (std::vector<Share>{{0, 1, 12}}));
  EXPECT_EQ(a.runs, 12u);
  EXPECT_EQ(a.findings.size(), kShrunkOfAKind);  // the first of their kind
  EXPECT_EQ(a.findings.begin()->first, 0u);
  EXPECT_EQ(a.further.at({"swarm raft", "vote-once"}), 12 - kShrunkOfAKind);
  EXPECT_EQ(PrintFuzzResults(*ParseFuzzResults(PrintFuzzResults(a), "x")), PrintFuzzResults(a));
}

TEST(FuzzResultsTest, WhatDoesNotBelongTogetherDoesNotJoin) {
  EXPECT_FALSE(Join(Part(0, 3), Part(0, 3)).ok());
  EXPECT_FALSE(Join(Part(0, 3), Part(1, 4)).ok());
  FuzzResults other = Part(1, 3);
  other.first_seed = 2;
  EXPECT_THAT(std::string(Join(Part(0, 3), other).status().message()), HasSubstr("begins with seed"));
  other = Part(1, 3);
  other.targets = {"swarm zab 0123"};
  EXPECT_FALSE(Join(Part(0, 3), other).ok());
  other = Part(1, 3);
  other.version = "0.2.0";
  EXPECT_FALSE(Join(Part(0, 3), other).ok());
}

TEST(FuzzResultsTest, CountWhatWasMetOnce) {
  FuzzResults results;
  results.runs = 50;
  results.cells = {{"a", 1}, {"b", 7}, {"c", 1}};
  EXPECT_EQ(results.MetOnce(), 2u);
  EXPECT_THAT(FuzzText(results, {}), HasSubstr("meets about 0.04 new cells"));
}

TEST(FuzzReport, AnnotationsAreEscaped) { EXPECT_EQ(Escaped("a\n50 %\r"), "a%0A50 %25%0D"); }

}  // namespace
}  // namespace tools
