// The statistics of real recordings against counts made by another program, and
// of small traces, one oddity each.
#include "protocols/tracing/trace_statistics.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "protocols/tracing/json.h"
#include "protocols/tracing/span_builder.h"

namespace tracing {
namespace {

using Counts = std::map<std::string, std::uint64_t>;

// Those that are not zero.
Counts NonZero(const TraceStatistics& statistics) {
  Counts counts;
  for (const auto& [name, field] : kTraceStatisticsFields) {
    if (statistics.*field != 0) counts[std::string(name)] = statistics.*field;
  }
  return counts;
}

Counts CountFile(const std::string& path) {
  const auto recording = ReadTraces(path);
  EXPECT_TRUE(recording.ok()) << recording.status();
  return recording.ok() ? NonZero(ComputeStatistics(*recording)) : Counts();
}

Counts CountSpans(const std::vector<GeneratedSpan>& spans) {
  const std::vector<RecordedExport> recording = {{core::Duration(0), EncodeSpans(Service::Named("s"), spans)}};
  return NonZero(ComputeStatistics(recording));
}

GeneratedSpan At(std::uint64_t id, std::uint64_t parent, std::uint64_t start, std::uint64_t end) {
  return {.trace = {1, 1}, .id = {id}, .parent = {parent}, .start_nanos = start, .end_nanos = end, .kind = 1};
}

const std::string kData = std::string(FAULTLINE_SOURCE_DIR) + "/scenarios/data/";

TEST(TraceStatistics, OfTheShopInJson) {
  EXPECT_EQ(CountFile(kData + "sdk-shop-json"), (Counts{{"spans", 1248},
                                                        {"traces", 144},
                                                        {"services", 6},
                                                        {"roots", 127},
                                                        {"rootless_traces", 17},
                                                        {"orphans", 17},
                                                        {"traces_with_orphans", 17},
                                                        {"parent_child_pairs", 1104},
                                                        {"child_ends_after_parent", 279},
                                                        {"child_after_parent_ended", 95},
                                                        {"cross_service_edges", 492},
                                                        {"max_depth", 5},
                                                        {"max_spans_in_trace", 18},
                                                        {"links", 72},
                                                        {"events", 156},
                                                        {"errors", 24}}));
}

TEST(TraceStatistics, OfTheShopInProtobuf) {
  EXPECT_EQ(CountFile(kData + "sdk-shop-proto"), (Counts{{"spans", 580},
                                                         {"traces", 70},
                                                         {"services", 6},
                                                         {"roots", 61},
                                                         {"rootless_traces", 9},
                                                         {"orphans", 9},
                                                         {"traces_with_orphans", 9},
                                                         {"parent_child_pairs", 510},
                                                         {"child_ends_after_parent", 132},
                                                         {"child_after_parent_ended", 44},
                                                         {"cross_service_edges", 225},
                                                         {"max_depth", 5},
                                                         {"max_spans_in_trace", 18},
                                                         {"links", 30},
                                                         {"events", 75},
                                                         {"errors", 10}}));
}

// Traces that are not ours to distribute: FAULTLINE_OTLP_DATA names their folder.
TEST(TraceStatistics, OfTheRealTracesWhereTheyAre) {
  const char* folder = std::getenv("FAULTLINE_OTLP_DATA");
  if (folder == nullptr) GTEST_SKIP() << "FAULTLINE_OTLP_DATA is not set";
  std::ifstream file(std::string(folder) + "/expected.json");
  std::stringstream text;
  text << file.rdbuf();
  const std::string expected = text.str();
  JsonReader in(expected, "expected.json");
  int files = 0;
  in.BeginObject();
  while (const auto name = in.NextKey()) {
    Counts want;
    in.BeginObject();
    while (const auto key = in.NextKey()) {
      if (const std::uint64_t count = in.ReadUint64(); count != 0) want[std::string(*key)] = count;
    }
    EXPECT_EQ(CountFile(std::string(folder) + "/" + std::string(*name)), want) << *name;
    ++files;
  }
  in.Finish();
  EXPECT_TRUE(in.ok()) << in.status();
  EXPECT_GT(files, 0);
}

TEST(TraceStatistics, ARetryMakesDuplicatesAndNothingElse) {
  Counts counts = CountSpans({At(1, 0, 10, 50), At(2, 1, 20, 40), At(2, 1, 20, 40)});
  EXPECT_EQ(counts, (Counts{{"spans", 3},
                            {"traces", 1},
                            {"services", 1},
                            {"exact_duplicates", 1},
                            {"roots", 1},
                            {"parent_child_pairs", 1},
                            {"max_depth", 1},
                            {"max_spans_in_trace", 2}}));
}

// Zipkin's "shared" spans: client and server half under one id.
TEST(TraceStatistics, SharedIdsMakeAPairWithEachHalf) {
  Counts counts = CountSpans({At(1, 0, 10, 50), At(2, 1, 20, 40), At(2, 1, 25, 35), At(3, 2, 26, 38)});
  EXPECT_EQ(counts["span_id_reuse"], 1u);
  EXPECT_EQ(counts["parent_child_pairs"], 4u);
  EXPECT_EQ(counts["child_ends_after_parent"], 1u);
  EXPECT_EQ(counts["max_depth"], 2u);
}

TEST(TraceStatistics, CyclesAreFoundAndCut) {
  Counts two = CountSpans({At(1, 2, 10, 20), At(2, 1, 10, 20), At(3, 2, 10, 20)});
  EXPECT_EQ(two["parent_cycles"], 1u);
  EXPECT_EQ(two["rootless_traces"], 1u);
  EXPECT_EQ(two["max_depth"], 0u);
  Counts self = CountSpans({At(1, 1, 10, 20)});
  EXPECT_EQ(self["parent_cycles"], 1u);
  EXPECT_EQ(self["parent_child_pairs"], 0u);
}

TEST(TraceStatistics, OrphansAndComponents) {
  Counts counts = CountSpans({At(1, 0, 10, 20), At(2, 9, 10, 20), At(3, 2, 10, 20)});
  EXPECT_EQ(counts["orphans"], 1u);
  EXPECT_EQ(counts["disconnected_traces"], 1u);
  Counts two_roots = CountSpans({At(1, 0, 10, 20), At(2, 0, 10, 20)});
  EXPECT_EQ(two_roots["multi_root_traces"], 1u);
}

TEST(TraceStatistics, Clocks) {
  Counts counts = CountSpans({At(1, 0, 10, 20), At(2, 1, 5, 5), At(3, 1, 30, 25), At(4, 1, 0, 15)});
  EXPECT_EQ(counts["zero_duration"], 1u);
  EXPECT_EQ(counts["negative_duration"], 1u);
  EXPECT_EQ(counts["zero_start"], 1u);
  EXPECT_EQ(counts["child_starts_before_parent"], 2u);
  EXPECT_EQ(counts["child_ends_after_parent"], 1u);
  EXPECT_EQ(counts["child_after_parent_ended"], 1u);
}

TEST(TraceStatistics, InvalidSpansBelongToNoTrace) {
  Counts counts = CountSpans({At(0, 0, 10, 20), At(1, 0, 10, 20)});
  EXPECT_EQ(counts["spans"], 2u);
  EXPECT_EQ(counts["invalid"], 1u);
  EXPECT_EQ(counts["roots"], 1u);
}

TEST(TraceStatistics, ALongChainNeedsNoStack) {
  std::vector<GeneratedSpan> chain;
  for (std::uint64_t id = 1; id <= 100'000; ++id) chain.push_back(At(id, id - 1, 10, 20));
  Counts counts = CountSpans(chain);
  EXPECT_EQ(counts["max_depth"], 99'999u);
  EXPECT_EQ(counts["disconnected_traces"], 0u);
}

}  // namespace
}  // namespace tracing
