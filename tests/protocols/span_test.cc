// Batches: what counts as the same span, what is a valid one, and what hostile
// bytes can do, which is nothing.
#include "protocols/tracing/span.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "protocols/core/text.h"
#include "protocols/core/wire.h"
#include "protocols/tracing/otlp.h"
#include "protocols/tracing/span_builder.h"

namespace tracing {
namespace {

using faultline::otlp::ExportTraceServiceRequest;
using faultline::otlp::ResourceSpans;
using faultline::otlp::ScopeSpans;
using faultline::otlp::Span;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ScopeSpans& Scope(ExportTraceServiceRequest& request) {
  return *request.mutable_resource_spans(0)->mutable_scope_spans(0);
}
Span& TheSpan(ExportTraceServiceRequest& request) { return *Scope(request).mutable_spans(0); }

ExportTraceServiceRequest OneSpan() {
  ExportTraceServiceRequest request;
  Span& span = *request.add_resource_spans()->add_scope_spans()->add_spans();
  span.set_trace_id(ToBytes(TraceId{1, 2}));
  span.set_span_id(ToBytes(SpanId{3}));
  span.set_start_time_unix_nano(10);
  span.set_end_time_unix_nano(20);
  return request;
}

Batch BatchOf(const ExportTraceServiceRequest& request) {
  const auto batch = Batch::FromRequest(request);
  EXPECT_TRUE(batch.ok()) << batch.status();
  return batch.ok() ? *batch : Batch();
}

core::Fingerprint ContentOf(const ExportTraceServiceRequest& request) { return BatchOf(request).spans()[0].content; }

std::string Error(const std::string& bytes) {
  const auto batch = Batch::FromBytes(bytes);
  return batch.ok() ? "" : std::string(batch.status().message());
}

// A field of the wire format: its number, "length-delimited", its bytes.
std::string Field(int number, const std::string& bytes) {
  std::string field(1, static_cast<char>(number << 3 | 2));
  core::AppendVarint(field, bytes.size());
  return field + bytes;
}

TEST(Batch, TheDefaultIsTheEmptyExport) {
  const Batch batch;
  EXPECT_EQ(batch.bytes(), "");
  EXPECT_TRUE(batch.spans().empty());
  EXPECT_EQ(batch.service(), "");
  EXPECT_EQ(batch, *Batch::FromBytes(""));
}

TEST(Batch, SummarisesItsSpans) {
  ExportTraceServiceRequest request = OneSpan();
  TheSpan(request).set_parent_span_id(ToBytes(SpanId{0xFF00000000000004}));
  auto& attribute = *request.mutable_resource_spans(0)->mutable_resource()->add_attributes();
  attribute.set_key("service.name");
  attribute.mutable_value()->set_string_value("cart");

  const Batch batch = BatchOf(request);
  EXPECT_EQ(batch.service(), "cart");
  ASSERT_EQ(batch.spans().size(), 1u);
  const SpanSummary& span = batch.spans()[0];
  EXPECT_EQ(span.trace, (TraceId{1, 2}));
  EXPECT_EQ(span.id, SpanId{3});
  EXPECT_EQ(span.parent, SpanId{0xFF00000000000004});
  EXPECT_EQ(span.start_nanos, 10u);
  EXPECT_EQ(span.end_nanos, 20u);
  EXPECT_TRUE(span.valid);
}

TEST(Batch, IdsPrintAsTheyAreWritten) {
  EXPECT_EQ(ToHex(TraceId{0x0123456789ABCDEF, 1}), "0123456789abcdef0000000000000001");
  EXPECT_EQ(ToHex(SpanId{0xFEDCBA9876543210}), "fedcba9876543210");
}

// "A trace id of other than 16 bytes or all zero is invalid", and so on.
TEST(Batch, KnowsInvalidSpans) {
  const auto valid_after = [](const std::function<void(Span&)>& change) {
    ExportTraceServiceRequest request = OneSpan();
    change(TheSpan(request));
    return BatchOf(request).spans()[0].valid;
  };
  EXPECT_TRUE(valid_after([](Span&) {}));
  EXPECT_FALSE(valid_after([](Span& span) { span.set_trace_id("short"); }));
  EXPECT_FALSE(valid_after([](Span& span) { span.set_trace_id(std::string(16, '\0')); }));
  EXPECT_FALSE(valid_after([](Span& span) { span.clear_span_id(); }));
  EXPECT_FALSE(valid_after([](Span& span) { span.set_span_id(std::string(8, '\0')); }));
  EXPECT_FALSE(valid_after([](Span& span) { span.set_span_id(std::string(9, 'x')); }));
  EXPECT_FALSE(valid_after([](Span& span) { span.set_parent_span_id("parent"); }));
  EXPECT_TRUE(valid_after([](Span& span) { span.set_parent_span_id("8 bytes."); }));
}

// Each change makes a different span. The list is the schema.
TEST(SpanContent, EveryFieldCounts) {
  using Change = std::function<void(ExportTraceServiceRequest&)>;
  const std::vector<Change> changes = {
      [](auto&) {},
      [](auto& r) { r.mutable_resource_spans(0)->mutable_resource()->add_attributes(); },
      [](auto& r) { r.mutable_resource_spans(0)->mutable_resource()->set_dropped_attributes_count(1); },
      [](auto& r) { r.mutable_resource_spans(0)->set_schema_url("x"); },
      [](auto& r) { Scope(r).mutable_scope()->set_name("x"); },
      [](auto& r) { Scope(r).mutable_scope()->set_version("x"); },
      [](auto& r) { Scope(r).mutable_scope()->add_attributes(); },
      [](auto& r) { Scope(r).mutable_scope()->set_dropped_attributes_count(1); },
      [](auto& r) { Scope(r).set_schema_url("x"); },
      [](auto& r) { TheSpan(r).set_trace_id("x"); },
      [](auto& r) { TheSpan(r).set_span_id("x"); },
      [](auto& r) { TheSpan(r).set_trace_state("x"); },
      [](auto& r) { TheSpan(r).set_parent_span_id("x"); },
      [](auto& r) { TheSpan(r).set_name("x"); },
      [](auto& r) { TheSpan(r).set_kind(Span::SPAN_KIND_CLIENT); },
      [](auto& r) { TheSpan(r).set_start_time_unix_nano(1); },
      [](auto& r) { TheSpan(r).set_end_time_unix_nano(1); },
      [](auto& r) { TheSpan(r).add_attributes(); },
      [](auto& r) { TheSpan(r).add_attributes()->set_key("x"); },
      [](auto& r) { TheSpan(r).add_attributes()->mutable_value()->set_string_value(""); },
      [](auto& r) { TheSpan(r).add_attributes()->mutable_value()->set_string_value("x"); },
      [](auto& r) { TheSpan(r).add_attributes()->mutable_value()->set_bytes_value("x"); },
      [](auto& r) { TheSpan(r).add_attributes()->mutable_value()->set_bool_value(false); },
      [](auto& r) { TheSpan(r).add_attributes()->mutable_value()->set_int_value(0); },
      [](auto& r) { TheSpan(r).add_attributes()->mutable_value()->set_int_value(1); },
      [](auto& r) { TheSpan(r).add_attributes()->mutable_value()->set_double_value(0.0); },
      [](auto& r) { TheSpan(r).add_attributes()->mutable_value()->set_double_value(-0.0); },
      [](auto& r) { TheSpan(r).add_attributes()->mutable_value()->mutable_array_value(); },
      [](auto& r) { TheSpan(r).add_attributes()->mutable_value()->mutable_array_value()->add_values(); },
      [](auto& r) { TheSpan(r).add_attributes()->mutable_value()->mutable_kvlist_value(); },
      [](auto& r) { TheSpan(r).add_attributes()->mutable_value()->mutable_kvlist_value()->add_values(); },
      [](auto& r) { TheSpan(r).set_dropped_attributes_count(1); },
      [](auto& r) { TheSpan(r).add_events(); },
      [](auto& r) { TheSpan(r).add_events()->set_time_unix_nano(1); },
      [](auto& r) { TheSpan(r).add_events()->set_name("x"); },
      [](auto& r) { TheSpan(r).add_events()->add_attributes(); },
      [](auto& r) { TheSpan(r).add_events()->set_dropped_attributes_count(1); },
      [](auto& r) { TheSpan(r).set_dropped_events_count(1); },
      [](auto& r) { TheSpan(r).add_links(); },
      [](auto& r) { TheSpan(r).add_links()->set_trace_id("x"); },
      [](auto& r) { TheSpan(r).add_links()->set_span_id("x"); },
      [](auto& r) { TheSpan(r).add_links()->set_trace_state("x"); },
      [](auto& r) { TheSpan(r).add_links()->add_attributes(); },
      [](auto& r) { TheSpan(r).add_links()->set_dropped_attributes_count(1); },
      [](auto& r) { TheSpan(r).add_links()->set_flags(1); },
      [](auto& r) { TheSpan(r).set_dropped_links_count(1); },
      [](auto& r) { TheSpan(r).mutable_status()->set_message("x"); },
      [](auto& r) { TheSpan(r).mutable_status()->set_code(faultline::otlp::Status::STATUS_CODE_OK); },
      [](auto& r) { TheSpan(r).set_flags(1); },
  };
  std::set<core::Fingerprint> contents;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    ExportTraceServiceRequest request = OneSpan();
    changes[i](request);
    EXPECT_TRUE(contents.insert(ContentOf(request)).second) << "change " << i;
  }
}

TEST(SpanContent, AnEmptyMessageIsAnAbsentOne) {
  ExportTraceServiceRequest request = OneSpan();
  const core::Fingerprint before = ContentOf(request);
  request.mutable_resource_spans(0)->mutable_resource();
  Scope(request).mutable_scope();
  TheSpan(request).mutable_status();
  EXPECT_EQ(ContentOf(request), before);
}

TEST(SpanContent, NeighboursDoNotCount) {
  ExportTraceServiceRequest request = OneSpan();
  const core::Fingerprint alone = ContentOf(request);
  Scope(request).add_spans()->set_name("another");
  EXPECT_EQ(ContentOf(request), alone);
}

// 1. A newer SDK adds a field to the span.
// 2. One collector passes the bytes on, another decodes and encodes what it knows.
// 3. The two copies are still one span.
TEST(SpanContent, UnknownFieldsDoNotCount) {
  ExportTraceServiceRequest request = OneSpan();
  const std::string span = TheSpan(request).SerializeAsString();
  const std::string later = Field(1, Field(2, Field(2, span + Field(15, "") + Field(14, "later"))));
  const auto batch = Batch::FromBytes(later);
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_EQ(batch->spans()[0].content, ContentOf(OneSpan()));
  EXPECT_EQ(batch->bytes(), later) << "the bytes are passed on as they came";
  EXPECT_NE(*batch, BatchOf(OneSpan()));
}

TEST(SpanContent, TheEncodingDoesNotCount) {
  ExportTraceServiceRequest request = OneSpan();
  auto& value = *TheSpan(request).add_attributes()->mutable_value();
  value.set_double_value(-std::numeric_limits<double>::quiet_NaN());
  const auto parsed = ParseJson(WriteJson(request), "x.json");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(ContentOf(*parsed), ContentOf(request)) << "JSON knows one NaN";
}

TEST(Batch, RefusesHostileBytes) {
  EXPECT_THAT(Error("\xFF\xFF\xFF"), HasSubstr("not a binary OTLP"));
  EXPECT_THAT(Error(BatchOf(OneSpan()).bytes().substr(0, 20).data()), HasSubstr("not a binary OTLP"));
  EXPECT_THAT(Error("\x0C"), HasSubstr("not a binary OTLP")) << "an end without a beginning";
  EXPECT_THAT(Error(std::string(Batch::kMaxBytes + 1, 'x')), HasSubstr("split it"));

  const std::string bad_name = Field(1, Field(2, Field(2, Field(1, "") + Field(5, "\xC0\x80"))));
  EXPECT_EQ(Error(bad_name), "resource_spans[0].scope_spans[0].spans[0].name: not UTF-8");
}

TEST(Batch, RefusesDeepNesting) {
  const auto nested = [](int levels) {
    std::string value = Field(1, "x");
    for (int i = 1; i < levels; ++i) value = Field(5, Field(1, value));
    return Field(1, Field(2, Field(2, Field(9, Field(2, value)))));
  };
  EXPECT_EQ(Error(nested(64)), "");
  EXPECT_THAT(Error(nested(65)), HasSubstr("nested too deep"));
  EXPECT_THAT(Error(nested(3000)), HasSubstr("nested too deep"));
}

// Two bytes a span, two hundred in memory: 64 MiB would take 6 GB.
TEST(Batch, RefusesTooManyMessages) {
  std::string spans;
  for (int i = 0; i < Batch::kMaxMessages; ++i) spans += std::string_view("\x12\0", 2);
  EXPECT_THAT(Error(Field(1, Field(2, spans))), HasSubstr("too many messages"));
  EXPECT_EQ(Error(Field(1, Field(2, spans.substr(0, 20'000)))), "");
}

TEST(Batch, TravelsInsideOtherValues) {
  const std::vector<GeneratedSpan> spans(3, {.trace = {1, 1}, .id = {2}});
  const RecordedExport before{core::Duration(7), EncodeSpans(Service::Named("cart"), spans)};
  std::string bytes;
  core::AppendWire(bytes, before);
  core::WireReader in{bytes};
  RecordedExport after;
  core::ReadWire(in, after);
  EXPECT_TRUE(in.ok);
  EXPECT_EQ(after, before);
  std::string text;
  before.batch.AppendTo(text);
  EXPECT_EQ(text, "cart(3 spans)");

  bytes[3] = '\xFF';
  core::WireReader broken{bytes};
  core::ReadWire(broken, after);
  EXPECT_FALSE(broken.ok);
}

}  // namespace
}  // namespace tracing
