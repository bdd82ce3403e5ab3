// Recordings from files: times, order, and errors that say what to do.
#include "protocols/tracing/trace_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "protocols/tracing/otlp.h"
#include "protocols/tracing/span_builder.h"
#include "tests/harness/temporary_folder.h"

namespace tracing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

// A folder of its own for each test.
class TraceFiles : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, std::string_view content) {
    const fs::path path = root_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
    return path.string();
  }

  const harness::TemporaryFolder folder_;
  const fs::path root_ = folder_.path();
};

Batch Spans(std::string_view service, std::uint64_t start, std::uint64_t end) {
  const std::vector<GeneratedSpan> spans = {
      {.trace = {1, 1}, .id = {start + 1}, .start_nanos = start, .end_nanos = end, .kind = 2}};
  return EncodeSpans(Service::Named(std::string(service)), spans);
}
std::string Json(std::string_view service, std::uint64_t start, std::uint64_t end) {
  return WriteJson(Decode(Spans(service, start, end)));
}

// "service@time in ns", in order.
std::vector<std::string> Story(const absl::StatusOr<std::vector<RecordedExport>>& recording) {
  if (!recording.ok()) return {std::string(recording.status().message())};
  std::vector<std::string> story;
  for (const RecordedExport& recorded : *recording) {
    story.push_back(std::string(recorded.batch.service()) + "@" + std::to_string(recorded.at.count()));
  }
  return story;
}

std::string Error(const absl::StatusOr<std::vector<RecordedExport>>& recording) {
  return recording.ok() ? "" : std::string(recording.status().message());
}

TEST_F(TraceFiles, AnExportArrivesAtItsLatestEnd) {
  const std::string lines = Json("late", 100, 900) + "\n\n" + Json("early", 150, 300) + "\r\n" + Json("tie", 200, 300);
  EXPECT_THAT(Story(ReadTraces(Write("t.jsonl", lines))), ElementsAre("early@200", "tie@200", "late@800"));
  EXPECT_THAT(Story(ParseTraces("t.jsonl", lines)), ElementsAre("early@200", "tie@200", "late@800"));
}

TEST_F(TraceFiles, AbsentTimestampsDoNotCount) {
  const std::string lines = Json("none", 0, 0) + "\n" + Json("some", 1000, 1500);
  EXPECT_THAT(Story(ParseTraces("t.jsonl", lines)), ElementsAre("none@0", "some@500"));
}

TEST_F(TraceFiles, ReadsEveryFormat) {
  EXPECT_THAT(Story(ParseTraces("t.json", std::string("\n") + Json("a", 1, 2))), ElementsAre("a@1"));
  EXPECT_THAT(Story(ParseTraces("t.bin", Spans("a", 1, 2).bytes())), ElementsAre("a@1"));
  EXPECT_THAT(Story(ParseTraces("t.pb", Spans("a", 1, 2).bytes())), ElementsAre("a@1"));
  EXPECT_THAT(Error(ParseTraces("t.txt", "")), HasSubstr("t.txt: not a trace file by its name; want .json"));
}

TEST_F(TraceFiles, AFolderIsReadInTheOrderOfItsPaths) {
  Write("b/2.jsonl", Json("b2", 10, 20));
  Write("b/1.json", Json("b1", 10, 20));
  Write("a.pb", Spans("a", 10, 20).bytes());
  Write("notes.txt", "not a trace");
  EXPECT_THAT(Story(ReadTraces(root_.string())), ElementsAre("a@10", "b1@10", "b2@10"));
}

TEST_F(TraceFiles, AnIndexGivesTheTimesOfItsFolder) {
  Write("index.json", R"({"encoding":"proto","requests":[{"no":1,"t_ms":3},{"no":0,"t_ms":5,"bytes":9}]})");
  Write("0000.bin", Spans("first", 10, 20).bytes());
  Write("0001.bin", Spans("second", 10, 20).bytes());
  Write("decoded.jsonl", Json("a copy", 10, 20));
  EXPECT_THAT(Story(ReadTraces(root_.string())), ElementsAre("second@3000000", "first@5000000"));
}

TEST_F(TraceFiles, WithoutBinariesDecodedIsATrace) {
  Write("decoded.jsonl", Json("a", 10, 20));
  EXPECT_THAT(Story(ReadTraces(root_.string())), ElementsAre("a@10"));
}

TEST_F(TraceFiles, AnIndexMustBeComplete) {
  Write("0.bin", Spans("a", 10, 20).bytes());
  Write("1.bin", Spans("b", 10, 20).bytes());
  Write("index.json", R"({"requests":[{"no":0,"t_ms":5}]})");
  EXPECT_THAT(Error(ReadTraces(root_.string())), HasSubstr("index.json: no request 1, which is "));
  Write("index.json", R"({"requests":[{"no":0,"t_ms":5},{"no":0,"t_ms":6}]})");
  EXPECT_THAT(Error(ReadTraces(root_.string())), HasSubstr("request 0 is here for the second time"));
  Write("index.json", R"({"requests":[{"no":0}]})");
  EXPECT_THAT(Error(ReadTraces(root_.string())), HasSubstr("needs its number \"no\" and its arrival \"t_ms\""));
  Write("index.json", R"({"requests":[{"no":0,"t_ms":-5}]})");
  EXPECT_THAT(Error(ReadTraces(root_.string())), HasSubstr("index.json:1:29: requests[0].t_ms: want an integer"));
}

TEST_F(TraceFiles, ErrorsNameFileLineColumnAndField) {
  const std::string path = Write("t.jsonl", Json("a", 1, 2) + "\n{\"resourceSpans\":[{\"scopeSpans\":4}]}\n");
  EXPECT_EQ(Error(ReadTraces(path)), path + ":2:33: resourceSpans[0].scopeSpans: want an array, got \"4\"");
  EXPECT_THAT(Error(ParseTraces("t.json", Json("a", 1, 2) + "\n" + Json("b", 1, 2))),
              HasSubstr("t.json:2:1: want the end of the text"));
  EXPECT_THAT(Error(ParseTraces("t.bin", "junk")), HasSubstr("t.bin: not a binary OTLP"));
}

TEST_F(TraceFiles, NothingToReadIsAnError) {
  EXPECT_THAT(Error(ReadTraces((root_ / "absent").string())), HasSubstr("absent: no such file or folder"));
  EXPECT_THAT(Error(ReadTraces(root_.string())), HasSubstr("no trace file in this folder; want .json"));
  const std::string empty = Write("empty.jsonl", "");
  EXPECT_EQ(Error(ReadTraces(empty)), empty + ": the file is empty; record it again or remove it");
  EXPECT_THAT(Error(ParseTraces("blank.jsonl", "\n \n")), HasSubstr("blank.jsonl: holds no span"));
  EXPECT_THAT(Error(ParseTraces("jaeger.json", R"({"data":[]})")), HasSubstr("jaeger.json: holds no span"));
  EXPECT_THAT(Error(ParseTraces("empty.bin", "")), HasSubstr("empty.bin: holds no span"));
}

TEST_F(TraceFiles, ABrokenTimestampIsAnError) {
  const std::string lines = Json("a", 1, 2) + "\n" + Json("b", 1, 18446744073709551615u);
  EXPECT_THAT(Error(ParseTraces("t.jsonl", lines)), HasSubstr("t.jsonl:2: ends more than ten years after"));
}

TEST_F(TraceFiles, ReadsTheRecordedShop) {
  const std::string folder = std::string(FAULTLINE_SOURCE_DIR) + "/scenarios/data/";
  const auto json = ReadTraces(folder + "sdk-shop-json");
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(json->size(), 38u);
  EXPECT_EQ(json->front().at, std::chrono::milliseconds(306));
  EXPECT_EQ(json->front().batch.service(), "checkout");
  const auto proto = ReadTraces(folder + "sdk-shop-proto");
  ASSERT_TRUE(proto.ok()) << proto.status();
  EXPECT_EQ(proto->size(), 19u);
  EXPECT_EQ(proto->front().at, std::chrono::milliseconds(389));
}

// The capture has each request twice: as the SDK sent it, and as JSON that
// another program made of it.
TEST_F(TraceFiles, BinaryAndJsonOfOneRequestHaveTheSameContent) {
  const std::string folder = std::string(FAULTLINE_SOURCE_DIR) + "/scenarios/data/sdk-shop-proto";
  const auto contents = [](const absl::StatusOr<std::vector<RecordedExport>>& recording) {
    std::vector<core::Fingerprint> all;
    for (const RecordedExport& recorded : *recording) {
      for (const SpanSummary& span : recorded.batch.spans()) all.push_back(span.content);
    }
    std::sort(all.begin(), all.end());
    return all;
  };
  const auto binary = ReadTraces(folder);
  const auto decoded = ReadTraces(folder + "/decoded.jsonl");
  ASSERT_TRUE(binary.ok()) << binary.status();
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(contents(binary).size(), 580u);
  EXPECT_EQ(contents(binary), contents(decoded));
}

}  // namespace
}  // namespace tracing
