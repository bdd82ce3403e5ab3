// What a run's facts become as a history: told by hand, and of a whole run.
#include "tools/history_recorder.h"

#include <algorithm>
#include <string>

#include "gtest/gtest.h"
#include "invariants/consistency/check.h"
#include "tools/experiment.h"
#include "tools/history_file.h"

namespace tools {
namespace {

using namespace std::chrono_literals;
using core::ClientId;
using core::NodeId;
using core::RequestId;

constexpr NodeId kClient{7};

core::TrueTime At(core::Duration time) { return core::TrueTime{time}; }

facts::Invoked Asks(std::uint32_t client, std::uint64_t sequence, std::uint32_t target, core::Duration at) {
  facts::Invoked f;
  f.request = {ClientId{client}, sequence};
  f.key = 3;
  f.target = NodeId{target};
  f.at = At(at);
  return f;
}
facts::Invoked Writes(std::uint32_t client, std::uint64_t sequence, std::uint64_t value, core::Duration at) {
  facts::Invoked f = Asks(client, sequence, 0, at);
  f.function = facts::Operation::kWrite;
  f.value = value;
  return f;
}
facts::Returned Answer(std::uint32_t client, std::uint64_t sequence, std::optional<std::uint64_t> value,
                       core::Duration at) {
  return {{ClientId{client}, sequence}, value, NodeId{2}, core::Index{9}, At(at)};
}

TEST(HistoryRecorder, WhatIsAnsweredHasAnEndAndWhatIsNotIsUnknown) {
  HistoryRecorder recorder;
  recorder.On(kClient, Writes(0, 1, 70, 1ms));
  recorder.On(kClient, Asks(1, 1, 4, 1ms));
  recorder.On(kClient, Answer(0, 1, std::nullopt, 2ms));
  recorder.On(kClient, Answer(1, 1, 70, 3ms));
  recorder.On(kClient, Writes(0, 2, 80, 4ms));
  recorder.On(kClient, facts::Abandoned{{ClientId{0}, 2}, facts::AbandonReason::kTimedOut, At(5ms)});
  recorder.On(kClient, Writes(0, 3, 90, 6ms));
  recorder.On(kClient, facts::Abandoned{{ClientId{0}, 3}, facts::AbandonReason::kRefused, At(6ms)});
  recorder.On(kClient, Asks(0, 4, 1, 7ms));
  const RecordedHistory recorded = recorder.Take();
  EXPECT_EQ(
      PrintHistory(recorded.history),
      "{\"process\":0,\"f\":\"write\",\"key\":\"k3\",\"value\":70,\"start\":1,\"end\":3,\"ok\":true,\"replica\":2,"
      "\"version\":9,\"start_ns\":1000000,\"end_ns\":2000000}\n"
      "{\"process\":1,\"f\":\"read\",\"key\":\"k3\",\"value\":70,\"start\":2,\"end\":4,\"ok\":true,\"replica\":2,"
      "\"version\":9,\"start_ns\":1000000,\"end_ns\":3000000}\n"
      "{\"process\":0,\"f\":\"write\",\"key\":\"k3\",\"value\":80,\"start\":5,\"end\":null,\"ok\":null,"
      "\"start_ns\":4000000}\n"
      "{\"process\":0,\"f\":\"write\",\"key\":\"k3\",\"value\":90,\"start\":6,\"end\":null,\"ok\":null,"
      "\"start_ns\":6000000}\n"
      "{\"process\":0,\"f\":\"read\",\"key\":\"k3\",\"start\":7,\"end\":null,\"ok\":null,"
      "\"start_ns\":7000000}\n");
  ASSERT_EQ(recorded.asked.size(), 5u);
  EXPECT_EQ(recorded.asked[1].target, NodeId{4});
  EXPECT_EQ(recorded.asked[1].ending, Ending::kAnswered);
  EXPECT_EQ(recorded.asked[2].ending, Ending::kTimedOut);
  EXPECT_EQ(recorded.asked[3].ending, Ending::kRefused);
  EXPECT_EQ(recorded.asked[4].ending, Ending::kUnfinished);
}

// "2 k1 5 @1000000": replica, key, value, when.
std::vector<std::string> Audits(const consistency::History& history) {
  std::vector<std::string> audits;
  for (const consistency::Audit& audit : history.audits) {
    audits.push_back(std::to_string(audit.replica) + " " + history.keys[audit.key] + " " +
                     history.values.Text(audit.value) + " @" + std::to_string(audit.at_ns));
  }
  return audits;
}

// n1 restarts and executes its log again: what it had stored before is no news, what it holds is.
TEST(HistoryRecorder, ReplicasAreAuditedWhenTheyFirstStoreAValueAndInTheEnd) {
  HistoryRecorder recorder;
  recorder.At(At(1us));
  recorder.On(NodeId{1}, facts::ValueStored{3, 70});
  recorder.On(NodeId{2}, facts::ValueStored{3, 70});
  recorder.At(At(2us));
  recorder.On(NodeId{1}, facts::Crashed{});
  recorder.On(NodeId{1}, facts::Restarted{});
  recorder.At(At(3us));
  recorder.On(NodeId{1}, facts::ValueStored{3, 70});
  recorder.On(NodeId{1}, facts::ValueStored{3, 80});
  recorder.On(NodeId{1}, facts::InCore{});
  recorder.On(NodeId{2}, facts::InCore{});
  recorder.At(At(9us));
  recorder.AtEnd();
  EXPECT_EQ(
      Audits(recorder.Take().history),
      (std::vector<std::string>{"1 k3 70 @1000", "2 k3 70 @1000", "1 k3 80 @3000", "1 k3 80 @9000", "2 k3 70 @9000"}));
}

TEST(HistoryRecorder, WhoIsNotOwedConvergenceIsNotAudited) {
  HistoryRecorder recorder;
  for (const std::uint32_t node : {0u, 1u, 2u, 3u, 4u}) recorder.On(NodeId{node}, facts::ValueStored{1, 70});
  for (const std::uint32_t node : {1u, 2u, 3u, 4u}) recorder.On(NodeId{node}, facts::InCore{});
  recorder.On(NodeId{2}, facts::Crashed{});
  recorder.On(NodeId{3}, facts::Halted{});
  recorder.Removed(NodeId{4});
  recorder.AtEnd();
  EXPECT_EQ(Audits(recorder.Take().history), (std::vector<std::string>{"1 k1 70 @0", "1 k1 70 @0"}));
}

TEST(HistoryRecorder, ARunThatWasCutShortHasNoAudits) {
  HistoryRecorder recorder;
  recorder.On(NodeId{1}, facts::ValueStored{1, 70});
  recorder.On(NodeId{1}, facts::InCore{});
  EXPECT_TRUE(recorder.Take().history.audits.empty());
}

TEST(HistoryRecorder, AWholeRunIsRecordedWithoutChangingIt) {
  const absl::StatusOr<Experiment> experiment = Prepare(*scenarios::LoadScenario("consistency"), "");
  ASSERT_TRUE(HasHistory(*experiment));
  RecordedHistory recorded;
  const sim::Report alone = *tools::Run(*experiment, {.seed = 1});
  const sim::Report report = *tools::Run(*experiment, {.seed = 1, .history = &recorded});
  EXPECT_EQ(report.digest, alone.digest);
  const consistency::History& history = recorded.history;
  EXPECT_EQ(history.operations.size(), report.requests->sent);
  const auto count = [&](Ending ending) {
    return std::count_if(recorded.asked.begin(), recorded.asked.end(),
                         [&](const Asked& asked) { return asked.ending == ending; });
  };
  EXPECT_EQ(count(Ending::kAnswered), report.requests->answered);
  EXPECT_EQ(count(Ending::kRefused), report.requests->refused);
  EXPECT_EQ(count(Ending::kTimedOut), report.requests->timed_out);
  EXPECT_GT(history.audits.size(), history.operations.size() / 2);

  // Lines, too: what is said of the history in memory is said of the file.
  const std::string text = PrintHistory(history);
  const absl::StatusOr<consistency::History> read = ParseHistory(text, "h.jsonl");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(PrintHistory(*read), text);
  for (std::size_t i = 0; i < history.operations.size(); ++i)
    ASSERT_EQ(read->operations[i].line, history.operations[i].line);
  for (std::size_t i = 0; i < history.audits.size(); ++i) ASSERT_EQ(read->audits[i].line, history.audits[i].line);
}

TEST(HistoryRecorder, CollectorsHaveNoHistory) {
  EXPECT_FALSE(HasHistory(*Prepare(*scenarios::LoadScenario("flagship"), "")));
}

}  // namespace
}  // namespace tools
