// compare: what each kind of reads keeps under one tape of faults, whoever joins later, and the counting by itself.
#include "tools/comparison.h"

#include <algorithm>
#include <functional>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scenarios/file.h"
#include "tests/harness/program.h"
#include "tests/harness/temporary_folder.h"
#include "tools/catalog.h"
#include "tools/commands.h"
#include "tools/exit_code.h"

namespace tools {

void AddToCatalog(Protocol protocol);

namespace {

using namespace std::chrono_literals;
using harness::Faultline;
using harness::Result;
using testing::HasSubstr;
using testing::Not;

std::string LineOf(const std::string& text, const std::string& label) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(label)) return line;
  }
  return "";
}

bool Matches(const std::string& text, const std::string& label, const std::string& pattern) {
  return std::regex_match(LineOf(text, label), std::regex(label + pattern));
}

// Named, so that whoever joins later changes nothing here.
const std::string kShipped =
    "compare consistency --protocols raft,raft:reads=leader,raft:reads=follower --progress never ";

// ---- the matrix of the shipped scenario ------------------------------------------------------

TEST(Compare, OnlyReadsThroughTheLogAreLinearizableAndAllAreSequential) {
  const Result result = Faultline(kShipped + "--seeds 1..6");
  EXPECT_EQ(result.code, 0) << "a violated consistency is a result";
  EXPECT_THAT(result.out, HasSubstr("  raft  "));
  EXPECT_TRUE(
      Matches(result.out, "  linearizable", " +holds +[0-9 ]+ +violated [1-6] of 6 [0-9 ]+violated [1-6] of 6.*"))
      << result.out;
  for (const std::string weaker :
       {"sequential", "causal-convergence", "causal-memory", "causal", "pram", "writes-follow-reads",
        "monotonic-writes", "monotonic-reads", "read-your-writes", "convergence"}) {
    EXPECT_TRUE(Matches(result.out, "  " + weaker + " ", " *holds +[0-9 ]+ +holds +[0-9 ]+ +holds +[0-9 ]+")) << weaker;
  }
  EXPECT_TRUE(Matches(result.out, "  invariants", "( +[0-9]+ hold)+")) << result.out;
}

// ---- without agreement ---------------------------------------------------------------------------

const std::string kNo = " +violated [1-4] of 4 +[0-9 ]+", kYes = " +holds +[0-9 ]+",
                  kEither = "( +violated.*| +holds.*)";
const std::string kAlways = " +100.0 % of +[0-9 ]+";

Result CompareAvailable(const std::string& protocols) {
  return Faultline("compare always_available --protocols " + protocols + " --progress never --seeds 1..4");
}

// Gossip that passes on all that it has, or nothing, keeps causality, since what a node has at any time is all that
// some node once had.
TEST(Compare, GossipConvergesAndKeepsCausalityIfAsked) {
  const Result result = CompareAvailable("gossip,gossip:rumours=none:max_batch=1000000");
  EXPECT_EQ(result.code, 0);
  EXPECT_TRUE(Matches(result.out, "  sequential ", kNo + kNo)) << result.out;
  EXPECT_TRUE(Matches(result.out, "  causal ", kNo + kYes)) << result.out;
  EXPECT_TRUE(Matches(result.out, "  causal-convergence ", kNo + kYes)) << result.out;
  EXPECT_TRUE(Matches(result.out, "  convergence ", kYes + kYes)) << result.out;
  for (const std::string side : {"  majority's side ", "  minority's side "}) {
    EXPECT_TRUE(Matches(result.out, side, kAlways + kAlways)) << result.out;
  }
}

TEST(Compare, CausalBroadcastIsCausalAndNotSequential) {
  const Result result = CompareAvailable("causal_broadcast,async_replication");
  EXPECT_EQ(result.code, 0);
  EXPECT_TRUE(Matches(result.out, "  sequential ", kNo + kNo)) << result.out;
  for (const std::string consistency : {"causal", "causal-memory", "causal-convergence"}) {
    EXPECT_TRUE(Matches(result.out, "  " + consistency + " ", kYes + kEither)) << result.out;
  }
  EXPECT_TRUE(Matches(result.out, "  convergence ", kYes + kYes)) << result.out;
  for (const std::string side : {"  majority's side ", "  minority's side "}) {
    EXPECT_TRUE(Matches(result.out, side, kAlways + kAlways)) << result.out;
  }
  EXPECT_THAT(result.out, HasSubstr("causal_broadcast is not sequential: seed "));
}

TEST(Compare, EachViolationComesWithOperations) {
  const Result result = Faultline(kShipped + "--seeds 1..6");
  for (const std::string reads : {"leader", "follower"}) {
    const std::size_t begin = result.out.find("raft:reads=" + reads + " is not linearizable: seed ");
    ASSERT_NE(begin, std::string::npos) << result.out;
    const std::string told = result.out.substr(begin);
    EXPECT_TRUE(std::regex_search(told, std::regex("line [0-9]+  process [0-9]+ +read k[0-9] gave "))) << told;
    EXPECT_TRUE(std::regex_search(told, std::regex("line [0-9]+  process [0-9]+ +write k[0-9] "))) << told;
  }
  EXPECT_THAT(result.out, Not(HasSubstr("raft is not")));
}

TEST(Compare, ReadsTheoremOffForEachProtocol) {
  const Result result = Faultline(kShipped + "--seeds 1..6 --quiet");
  const std::size_t theorem = result.out.find("Theorem 1.1");
  ASSERT_NE(theorem, std::string::npos);
  const std::string lines = result.out.substr(theorem);
  EXPECT_TRUE(Matches(lines, "  raft ", " *majority's side yes, minority's side no +yes, and linearizable +yes"))
      << lines;
  EXPECT_TRUE(Matches(lines, "  raft:reads=follower",
                      " +majority's side yes, minority's side reads only +yes, and sequential +yes"))
      << lines;
}

TEST(Compare, WhatIsPrintedDoesNotDependOnThreads) {
  const std::string command = kShipped + "--seeds 1..6 --jobs ";
  for (const std::string format : {" --format text", " --format json"}) {
    EXPECT_EQ(Faultline(command + "1" + format).out, Faultline(command + "3" + format).out);
  }
}

// The commands that it prints find the same operations again.
TEST(Compare, TheCommandsBelowACounterexampleReproduceIt) {
  const harness::TemporaryFolder folder;
  const std::string histories = folder.Path("histories");
  const Result all = Faultline(kShipped + "--seeds 2..3 --histories " + histories);
  const std::string told = all.out.substr(all.out.find("raft:reads=follower is not linearizable"));
  const auto after = [&](const std::string& word) {
    const std::string line = LineOf(told, "  " + word);
    return line.substr(line.find("faultline ") + 10);
  };
  const std::string judge = after("judge");
  const std::string file = judge.substr(6, judge.find(".jsonl") + 6 - 6);
  const std::string first = *scenarios::ReadFile(file, 1 << 24);
  EXPECT_EQ(Faultline(after("keep")).code, 0);
  EXPECT_EQ(*scenarios::ReadFile(file, 1 << 24), first) << "two protocols get the tape that three got";
  const Result judged = Faultline(judge);
  EXPECT_EQ(judged.code, kUnexpected);
  EXPECT_THAT(judged.out, HasSubstr(LineOf(told, "  line "))) << told;
}

TEST(Compare, BadNamesGiveThreeAndTheNearestWord) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"--protocols rfat", "--protocols: no protocol \"rfat\"; did you mean \"raft\"?"},
      {"--protocols raft:raeds=leader", "--protocols: raft has no parameter \"raeds\"; did you mean \"reads\"?"},
      {"--protocols raft:reads=folower", "follower, got \"folower\"; did you mean \"follower\"?"},
      {"--protocols raft:reads", "--protocols: want NAME:key=value, got \"raft:reads\""},
      {"--protocols raft,raft", "--protocols: \"raft\" is named twice"},
      {"--protocol raft", "unknown argument \"--protocol\"; did you mean \"--protocols\"?"},
      {"--histories /dev/null", "--histories /dev/null: want a folder"},
  };
  for (const auto& [arguments, message] : cases) {
    const Result result = Faultline("compare consistency " + arguments);
    EXPECT_EQ(result.code, 3) << arguments;
    EXPECT_THAT(result.out, HasSubstr(message));
  }
  EXPECT_EQ(Faultline("compare consistancy").code, 3);
  const Result flagship = Faultline("compare flagship --histories found");
  EXPECT_EQ(flagship.code, 3);
  EXPECT_THAT(flagship.out, HasSubstr("--histories: flagship has no clients that say what they ask"));
}

// ---- collectors and swarms ---------------------------------------------------------------------

const std::string kCollectors =
    "compare flagship --protocols raft,raft:heartbeat=20ms:election_timeout=100ms..200ms --seeds 1..4 --progress never";

TEST(Compare, CollectorsAreComparedByTheirSpansAndWhatTheyCost) {
  const Result result = Faultline(kCollectors);
  EXPECT_EQ(result.code, 0) << result.out;
  EXPECT_TRUE(Matches(result.out, "  patience", " +300.000 ms +200.000 ms")) << result.out;
  EXPECT_TRUE(Matches(result.out, "  of the storm", " +[0-9.]+ % +[0-9.]+ %")) << result.out;
  EXPECT_TRUE(Matches(result.out, "  median", " +[0-9 .]+ ms +[0-9 .]+ ms")) << result.out;
  EXPECT_TRUE(Matches(result.out, "  bytes", " +[0-9 ]+[.][0-9] +[0-9 ]+[.][0-9]")) << result.out;
  EXPECT_TRUE(Matches(result.out, "  stored by all the core", " +[0-9 ]+")) << result.out;
  for (const std::string of_clients : {"linearizable", "network whole", "Theorem 1.1", "partitions had", "writes"}) {
    EXPECT_THAT(result.out, Not(HasSubstr(of_clients)));
  }
}

TEST(Compare, CollectorsInJsonHaveNoHistories) {
  const Result result = Faultline(kCollectors + " --format json --jobs 3");
  EXPECT_EQ(result.out, Faultline(kCollectors + " --format json --jobs 1").out);
  for (const std::string key : {"unavailable", "healing", "costs", "spans"}) {
    EXPECT_THAT(result.out, HasSubstr("\"" + key + "\":{"));
  }
  for (const std::string key : {"consistencies", "availability", "theorem"}) {
    EXPECT_THAT(result.out, Not(HasSubstr("\"" + key + "\"")));
  }
}

// Half of the seeds have clients, half have collectors; the second draws what the first does but for one parameter.
TEST(Compare, ASwarmIsOneConfigurationForEachSeed) {
  const Result result =
      Faultline("compare swarm --protocols raft,raft:max_batch=1 --seeds 1..12 --quiet --progress never");
  EXPECT_LE(result.code, 2) << result.out;
  EXPECT_TRUE(Matches(result.out, "  linearizable", " +holds +[0-9 ]+holds +[0-9 ]+")) << result.out;
  const std::regex patience("  patience +([0-9. ]+ ms to [0-9. ]+ ms) +([0-9. ]+ ms to [0-9. ]+ ms)");
  std::smatch found;
  const std::string line = LineOf(result.out, "  patience");
  ASSERT_TRUE(std::regex_match(line, found, patience)) << result.out;
  EXPECT_EQ(found[1].str(), found[2].str());
  EXPECT_TRUE(Matches(result.out, "  emitted", " +[0-9 ]+")) << result.out;
}

// ---- run --history -----------------------------------------------------------------------------

TEST(RunHistory, IsTheSameEachTimeAndCheckJudgesIt) {
  const harness::TemporaryFolder folder;
  const std::string run = "run consistency --seed 2 --set cluster.config.reads=follower --history ";
  const Result result = Faultline(run + folder.Path("a.jsonl"));
  EXPECT_EQ(result.code, 0) << result.out;
  EXPECT_THAT(result.out, HasSubstr("judge         faultline check " + folder.Path("a.jsonl") + " --consistency all"));
  EXPECT_EQ(Faultline(run + folder.Path("b.jsonl") + " --jobs 3").code, 0);
  EXPECT_EQ(*scenarios::ReadFile(folder.Path("a.jsonl"), 1 << 24),
            *scenarios::ReadFile(folder.Path("b.jsonl"), 1 << 24));
  EXPECT_EQ(Faultline("check " + folder.Path("a.jsonl") + " --consistency linearizable").code, 1);
  EXPECT_EQ(Faultline("check " + folder.Path("a.jsonl") + " --consistency sequential").code, 0);
  EXPECT_EQ(Faultline("check " + folder.Path("a.jsonl") + " --consistency convergence").code, 0);
}

TEST(RunHistory, NeedsClients) {
  const harness::TemporaryFolder folder;
  const Result result = Faultline("run flagship --history " + folder.Path("a.jsonl"));
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.out, HasSubstr("--history: flagship has no clients that say what they ask"));
  EXPECT_EQ(folder.FileCount(), 0u);
}

// ---- whoever joins later -------------------------------------------------------------------------

using RunJob = std::function<absl::StatusOr<sim::Report>(const Job&)>;

// Raft by another name, with its report changed.
void Join(const std::string& name, const std::function<void(const Job&, sim::Report&)>& change) {
  Protocol protocol = Catalog().find("raft")->second;
  protocol.name = name;
  protocol.run = [change, run = RunJob(protocol.run)](const Job& job) {
    absl::StatusOr<sim::Report> report = run(job);
    if (report.ok()) change(job, *report);
    return report;
  };
  AddToCatalog(std::move(protocol));
}

struct Outcome {
  int code;
  std::string out;
};

Outcome Compared(const std::vector<std::string>& protocols) {
  CompareOptions options;
  options.scenario = "consistency";
  options.protocols = protocols;
  options.seeds = SeedRange{1, 2};
  options.output.progress = false;
  options.output.color = Color::kNever;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = CompareCommand(options);
  const std::string out = testing::internal::GetCapturedStdout();
  return {code, out + testing::internal::GetCapturedStderr()};
}

TEST(Compare, ALaterProtocolJoinsByBeingThereOrByBeingNamed) {
  Join("later", [](const Job&, sim::Report&) {});
  const Outcome named = Compared({"raft", "later:reads=follower:heartbeat=40ms"});
  EXPECT_EQ(named.code, kAsExpected) << named.out;
  EXPECT_TRUE(Matches(named.out, "  linearizable", " +holds +[0-9 ]+ +violated 2 of 2 .*")) << named.out;
  const Outcome all = Compared({});
  for (const std::string name : {"later:reads=strong", "later:reads=leader", "raft:reads=follower"}) {
    EXPECT_THAT(all.out, HasSubstr(name));
  }
}

// The first draws who is hit, and all the others are hit at the same times, whoever leads them.
TEST(Compare, AllGetTheTapeOfTheFirst) {
  std::vector<std::vector<core::NodeId>> victims[2];
  for (const bool second : {false, true}) {
    Join(second ? "second" : "first", [&, second](const Job& job, sim::Report& report) {
      EXPECT_EQ(job.plan->windows.has_value(), second || !victims[0].empty());
      if (job.history == nullptr || job.seed != 1) return;
      for (const sim::FaultWindow& window : report.windows) victims[second].push_back(window.nodes);
    });
  }
  CompareOptions options;
  options.scenario = "consistency";
  options.protocols = {"first", "second:election_timeout=400ms..500ms"};
  options.output.progress = false;
  testing::internal::CaptureStdout();
  EXPECT_EQ(CompareCommand(options), kAsExpected);
  testing::internal::GetCapturedStdout();
  EXPECT_GT(victims[0].size(), 20u);
  EXPECT_EQ(victims[0], victims[1]);
}

TEST(Compare, TwoDigestsOfOneRunGiveFour) {
  std::uint64_t runs = 0;
  Join("moody", [&](const Job&, sim::Report& report) { report.digest = core::FingerprintOf(++runs); });
  const Outcome outcome = Compared({"raft", "moody"});
  EXPECT_EQ(outcome.code, kNotDeterministic);
  EXPECT_THAT(outcome.out, HasSubstr("not deterministic: moody gave two digests for seed 1"));
}

TEST(Compare, AViolatedInvariantGivesOneAndIsNamed) {
  Join("broken", [](const Job& job, sim::Report& report) {
    if (job.seed != 2) return;
    report.monitors[0].outcome = sim::Outcome::kViolated;
    report.monitors[0].explanation = "n1 forgot";
    report.violation = sim::Violation{report.monitors[0].name, 7, 1s, core::NodeId{1}, "n1 forgot"};
  });
  const Outcome outcome = Compared({"raft", "broken"});
  EXPECT_EQ(outcome.code, kUnexpected);
  EXPECT_THAT(outcome.out, HasSubstr("violated  broken  acknowledged-is-durable  1 seed, first 2: n1 forgot"));
  EXPECT_TRUE(Matches(outcome.out, "  broken", " +majority's side [a-z]+, minority's side [a-z]+ +no +yes"))
      << outcome.out;
}

TEST(Compare, ARunThatIsCutShortGivesTwo) {
  Join("long", [](const Job&, sim::Report& report) { report.cut_short = "budget of 7 events"; });
  EXPECT_EQ(Compared({"raft", "long"}).code, kInconclusive);
}

// ---- counting --------------------------------------------------------------------------------------

sim::FaultWindow Window(core::Duration begin, core::Duration end, std::vector<std::uint32_t> nodes,
                        const std::vector<core::Parameter>& params = {}) {
  sim::FaultWindow window;
  window.kind = "partition";
  window.begin = begin;
  window.end = end;
  for (const std::uint32_t node : nodes) window.nodes.push_back(core::NodeId{node});
  window.params = params;
  return window;
}

TEST(PartitionsOfARun, SayOnWhichSideANodeIs) {
  const Partitions partitions({Window(1s, 2s, {3}), Window(3s, 4s, {0, 1, 2}, {{"shape", "uniform_size"}})}, 5);
  EXPECT_EQ(partitions.windows(), 2u);
  EXPECT_EQ(partitions.PlaceOf(core::NodeId{3}, 999ms), Place::kWhole);
  EXPECT_EQ(partitions.PlaceOf(core::NodeId{3}, 1s), Place::kMinority);
  EXPECT_EQ(partitions.PlaceOf(core::NodeId{0}, 1s), Place::kMajority);
  EXPECT_EQ(partitions.PlaceOf(core::NodeId{3}, 2s), Place::kWhole);
  EXPECT_EQ(partitions.PlaceOf(core::NodeId{0}, 3s), Place::kMajority);
  EXPECT_EQ(partitions.PlaceOf(core::NodeId{4}, 3s), Place::kMinority);
}

TEST(PartitionsOfARun, OfTwoAtATimeBothMustLeaveAMajority) {
  const Partitions partitions({Window(1s, 3s, {3}), Window(2s, 4s, {0})}, 5);
  EXPECT_EQ(partitions.PlaceOf(core::NodeId{3}, 2s), Place::kMinority);
  EXPECT_EQ(partitions.PlaceOf(core::NodeId{0}, 2s), Place::kMinority);
  EXPECT_EQ(partitions.PlaceOf(core::NodeId{1}, 2s), Place::kMajority);
}

TEST(PartitionsOfARun, HalfOfAnEvenClusterIsNoMajority) {
  const Partitions partitions({Window(1s, 2s, {0, 1}, {{"shape", "halves"}})}, 4);
  EXPECT_EQ(partitions.PlaceOf(core::NodeId{0}, 1s), Place::kMinority);
  EXPECT_EQ(partitions.PlaceOf(core::NodeId{3}, 1s), Place::kMinority);
}

TEST(PartitionsOfARun, WithoutTwoSidesAreLeftOut) {
  for (const core::Parameter& odd : {core::Parameter{"shape", "bridge"},
                                     {"shape", "majorities_ring"},
                                     {"shape", "random_edges"},
                                     {"direction", "in"},
                                     {"outsiders", "true"}}) {
    const Partitions partitions({Window(1s, 2s, {0}, {odd})}, 5);
    EXPECT_EQ(partitions.windows(), 0u);
    EXPECT_EQ(partitions.left_out(), 1u);
    EXPECT_EQ(partitions.PlaceOf(core::NodeId{4}, 1s), std::nullopt) << odd.value;
    EXPECT_EQ(partitions.PlaceOf(core::NodeId{4}, 2s), Place::kWhole);
  }
}

TEST(ServedAt, ComparesASideWithTheWholeNetwork) {
  Availability availability;
  const auto place = [](Place p) { return static_cast<std::size_t>(p); };
  EXPECT_EQ(ServedAt(availability, Place::kMinority), Served::kUntested);
  availability.reads = {{{80, 100}, {40, 100}, {39, 100}}};
  availability.writes = {{{60, 100}, {90, 100}, {30, 100}}};
  EXPECT_EQ(ServedAt(availability, Place::kMajority), Served::kAll);
  EXPECT_EQ(ServedAt(availability, Place::kMinority), Served::kWrites);
  availability.writes[place(Place::kMinority)] = {0, 100};
  EXPECT_EQ(ServedAt(availability, Place::kMinority), Served::kNothing);
}

sim::Report Measured(std::optional<core::Duration> healed, std::optional<core::Duration> everywhere,
                     std::uint32_t waiting) {
  sim::Report report;
  report.effort.emplace();
  report.effort->patience = 1s;
  report.effort->storm = 10s;
  report.effort->healed_after = healed;
  report.effort->healed_everywhere_after = everywhere;
  report.effort->waiting = waiting;
  return report;
}

TEST(HealingOfRuns, IsTakenWhereSomethingWasOwed) {
  Measures all;
  all.Add(Measure({}, Measured(2s, 3s, 0), nullptr));
  all.Add(Measure({}, Measured(4s, std::nullopt, 0), nullptr));
  all.Add(Measure({}, Measured(std::nullopt, std::nullopt, 1), nullptr));
  all.Add(Measure({}, Measured(std::nullopt, std::nullopt, 0), nullptr));
  sim::Report excused = Measured(std::nullopt, std::nullopt, 1);
  excused.excused = "no majority has an intact disk";
  all.Add(Measure({}, excused, nullptr));
  EXPECT_EQ(all.healing.committed.count(), 2u);
  EXPECT_EQ(all.healing.committed.Longest(), 4s);
  EXPECT_EQ(all.healing.everywhere.Median(), 3s);
  EXPECT_EQ(all.healing.not_yet, 1u);
  EXPECT_EQ(all.healing.not_everywhere, 2u);
  EXPECT_EQ(all.healing.not_needed, 1u);
  EXPECT_EQ(all.lapses.storm, 50s);
  EXPECT_EQ(all.with_clients + all.with_spans, 0u);
}

TEST(SpreadOfTimes, HasTheLowerMedianAndTheLongest) {
  Spread spread;
  EXPECT_EQ(spread.Median(), 0s);
  for (const core::Duration time : {4ms, 1ms, 9ms, 2ms}) spread.Add(time);
  EXPECT_EQ(spread.count(), 4u);
  EXPECT_EQ(spread.Median(), 2ms);
  EXPECT_EQ(spread.Longest(), 9ms);
}

Play Refuted(std::uint64_t seed, std::vector<std::uint32_t> operations) {
  Play play;
  play.report.seed = seed;
  play.judgements.resize(consistency::Consistencies().size());
  for (consistency::Judgement& judgement : play.judgements) judgement.verdict = consistency::Verdict::kHolds;
  for (const std::size_t strongest : {0u, 1u}) {
    play.judgements[strongest].verdict = consistency::Verdict::kViolated;
    play.judgements[strongest].counterexample = consistency::Counterexample{operations, {}, {"why"}};
  }
  return play;
}

TEST(ExitCodeOfAComparison, IsInconclusiveWhereNothingWasPlayed) {
  Comparison comparison;
  comparison.standings.emplace_back();
  EXPECT_EQ(ExitCodeOf(comparison), kInconclusive);
}

TEST(Exhibits, AreTheSmallestOfTheFirstSeedAndPrintedOnce) {
  Comparison comparison;
  comparison.standings.emplace_back();
  comparison.standings[0].Add(Refuted(4, {1, 2, 3, 4}));
  comparison.standings[0].Add(Refuted(5, {7, 8, 9}));
  comparison.standings[0].Add(Refuted(6, {1, 2, 3}));
  std::vector<Exhibit> exhibits = Exhibits(comparison);
  ASSERT_EQ(exhibits.size(), 1u);
  EXPECT_EQ(exhibits[0].example->seed, 5u);
  EXPECT_EQ(exhibits[0].refuted,
            (std::vector{consistency::Consistency::kLinearizable, consistency::Consistency::kSequential}));
  Play apart = Refuted(7, {1, 2});
  apart.judgements[1].counterexample->operations = {1, 2, 3, 4, 5};
  comparison.standings[0].Add(std::move(apart));
  EXPECT_EQ(Exhibits(comparison).size(), 2u);
}

}  // namespace
}  // namespace tools
