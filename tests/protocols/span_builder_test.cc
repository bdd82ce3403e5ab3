// Generated spans: what a virtual application exports, byte for byte.
#include "protocols/tracing/span_builder.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "protocols/tracing/otlp.h"

namespace tracing {
namespace {

TEST(EncodeSpans, MakesWhatAnSdkWouldSend) {
  const std::vector<GeneratedSpan> spans = {
      {.trace = {1, 2}, .id = {3}, .parent = {}, .start_nanos = 5, .end_nanos = 9, .name = 7, .kind = 2},
      {.trace = {1, 2}, .id = {4}, .parent = {3}, .start_nanos = 6, .end_nanos = 8, .name = 8, .kind = 3}};
  EXPECT_EQ(WriteJson(Decode(EncodeSpans(Service::Named("cart"), spans))),
            R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}}]},)"
            R"("scopeSpans":[{"spans":[{"traceId":"00000000000000010000000000000002","spanId":"0000000000000003",)"
            R"("name":"op-7","kind":2,"startTimeUnixNano":"5","endTimeUnixNano":"9"},{"traceId":)"
            R"("00000000000000010000000000000002","spanId":"0000000000000004","parentSpanId":"0000000000000003",)"
            R"("name":"op-8","kind":3,"startTimeUnixNano":"6","endTimeUnixNano":"8"}]}]}]})");
  EXPECT_EQ(EncodeSpans(Service::Named("cart"), {}), Batch());
}

// A change of these numbers changes the digest of every run with traces.
TEST(EncodeSpans, FingerprintsAreTheSameEverywhere) {
  const std::vector<GeneratedSpan> spans = {{.trace = {1, 2}, .id = {3}, .end_nanos = 9, .name = 7, .kind = 2}};
  const Batch batch = EncodeSpans(Service::Named("cart"), spans);
  EXPECT_EQ(core::ToHex(batch.fingerprint()), "f8cb9b64056ce2ceda4b3473099db9fd");
  EXPECT_EQ(core::ToHex(batch.spans()[0].content), "8d053ba0c5727d981df0fe16f86496a3");
}

RC_GTEST_PROP(EncodeSpans, TheSummaryIsWhatWasEncoded,
              (std::uint64_t trace, std::uint64_t id, std::uint64_t parent, std::uint64_t start, std::uint64_t end)) {
  const std::vector<GeneratedSpan> spans = {{{trace, 1}, {id}, {parent}, start, end, 0, 1}};
  const SpanSummary summary = EncodeSpans(Service::Named("s"), spans).spans()[0];
  RC_ASSERT(summary.trace == spans[0].trace);
  RC_ASSERT(summary.id == spans[0].id);
  RC_ASSERT(summary.parent == spans[0].parent);
  RC_ASSERT(summary.start_nanos == start);
  RC_ASSERT(summary.end_nanos == end);
  RC_ASSERT(summary.valid == (id != 0));
}

// Nobody decodes what we have made ourselves; who gets it does.
RC_GTEST_PROP(EncodeSpans, WhoDecodesItReadsTheSame, (const std::string& letters, std::uint64_t id, bool root)) {
  std::string name;
  for (const char c : letters) name += static_cast<char>('a' + static_cast<unsigned char>(c) % 26);
  const std::vector<GeneratedSpan> spans = {{{id, 1}, {id}, {root ? 0 : id + 1}, id, id / 2, 3, 2},
                                            {{1, id}, {7}, {id}, id / 2, id, 12, 1}};
  const Batch batch = EncodeSpans(Service::Named(name), spans);
  const absl::StatusOr<Batch> decoded = Batch::FromBytes(std::string(batch.bytes()));
  RC_ASSERT(decoded.ok());
  RC_ASSERT(std::ranges::equal(batch.spans(), decoded->spans()));
  RC_ASSERT(batch.service() == decoded->service());
  RC_ASSERT(batch.fingerprint() == decoded->fingerprint());
}

}  // namespace
}  // namespace tracing
