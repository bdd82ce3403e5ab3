// Real exports with a few bytes changed: each is an error or a batch, and a
// batch survives its own round trip. Nothing else may happen; run it under the
// address and undefined-behaviour sanitizers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "protocols/tracing/otlp.h"
#include "protocols/tracing/span.h"
#include "protocols/tracing/trace_files.h"

namespace tracing {
namespace {

constexpr int kMutations = 4000;

// A fixed sequence (SplitMix64): a red test stays red.
struct Sequence {
  std::uint64_t state;
  std::uint64_t Next() {
    std::uint64_t z = (state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  std::size_t Below(std::size_t bound) { return Next() % bound; }
};

void Mutate(std::string& bytes, Sequence& random) {
  for (std::size_t left = 1 + random.Below(4); left > 0 && !bytes.empty(); --left) {
    const std::size_t at = random.Below(bytes.size());
    const std::size_t length = random.Below(std::min<std::size_t>(bytes.size() - at, 40) + 1);
    switch (random.Below(5)) {
      case 0:
        bytes[at] = static_cast<char>(random.Next());
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.Below(8)));
        break;
      case 2:
        bytes.erase(at, length);
        break;
      case 3:
        bytes.insert(random.Below(bytes.size()), std::string(bytes, at, length));
        break;
      default:
        bytes.resize(at);
    }
  }
}

// Small ones of each kind, so that a mutation meets structure often.
std::vector<Batch> RealBatches() {
  std::vector<Batch> batches;
  for (const char* set : {"sdk-shop-json", "sdk-shop-proto"}) {
    const auto recording = ReadTraces(std::string(FAULTLINE_SOURCE_DIR) + "/scenarios/data/" + set);
    EXPECT_TRUE(recording.ok()) << recording.status();
    if (!recording.ok()) continue;
    for (const RecordedExport& recorded : *recording) {
      if (recorded.batch.bytes().size() < 12'000) batches.push_back(recorded.batch);
    }
  }
  EXPECT_FALSE(batches.empty());
  return batches;
}

void ExpectRoundTrip(const Batch& batch) {
  const std::string json = WriteJson(Decode(batch));
  const auto request = ParseJson(json, "again.json");
  ASSERT_TRUE(request.ok()) << request.status();
  ASSERT_EQ(WriteJson(*request), json);
  const auto again = Batch::FromRequest(*request);
  ASSERT_TRUE(again.ok()) << again.status();
  ASSERT_TRUE(std::equal(batch.spans().begin(), batch.spans().end(), again->spans().begin(), again->spans().end()));
}

TEST(OtlpFuzz, MutatedBinaryIsAnErrorOrABatch) {
  const std::vector<Batch> batches = RealBatches();
  Sequence random{1};
  int accepted = 0;
  for (int i = 0; i < kMutations; ++i) {
    std::string bytes(batches[random.Below(batches.size())].bytes());
    Mutate(bytes, random);
    const auto batch = Batch::FromBytes(bytes);
    if (!batch.ok()) continue;
    ++accepted;
    ASSERT_NO_FATAL_FAILURE(ExpectRoundTrip(*batch)) << "mutation " << i;
  }
  EXPECT_GT(accepted, kMutations / 20);
  EXPECT_LT(accepted, kMutations);
}

TEST(OtlpFuzz, MutatedJsonIsAnErrorOrARequest) {
  const std::vector<Batch> batches = RealBatches();
  Sequence random{2};
  int accepted = 0;
  for (int i = 0; i < kMutations; ++i) {
    std::string json = WriteJson(Decode(batches[random.Below(batches.size())]));
    Mutate(json, random);
    const auto request = ParseJson(json, "mutated.json");
    if (!request.ok()) continue;
    ++accepted;
    const auto batch = Batch::FromRequest(*request);
    ASSERT_TRUE(batch.ok()) << batch.status() << " mutation " << i;
    ASSERT_NO_FATAL_FAILURE(ExpectRoundTrip(*batch)) << "mutation " << i;
  }
  EXPECT_GT(accepted, kMutations / 20);
  EXPECT_LT(accepted, kMutations);
}

TEST(OtlpFuzz, RandomBytesAreAnErrorOrABatch) {
  Sequence random{3};
  for (int i = 0; i < kMutations; ++i) {
    std::string bytes(random.Below(64), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.Next());
    const auto batch = Batch::FromBytes(bytes);
    if (batch.ok()) {
      ASSERT_NO_FATAL_FAILURE(ExpectRoundTrip(*batch)) << "bytes " << i;
    }
    static_cast<void>(ParseJson(bytes, "random.json"));
  }
}

}  // namespace
}  // namespace tracing
