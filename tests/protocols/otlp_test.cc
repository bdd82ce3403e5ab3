// OTLP/JSON: every rule of the specification's "JSON Protobuf Encoding", and
// what real writers make of it.
#include "protocols/tracing/otlp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tracing {
namespace {

using faultline::otlp::AnyValue;
using faultline::otlp::ExportTraceServiceRequest;
using faultline::otlp::Span;
using ::testing::HasSubstr;

ExportTraceServiceRequest Parse(std::string_view json) {
  const auto request = ParseJson(json, "x.json");
  EXPECT_TRUE(request.ok()) << request.status();
  return request.ok() ? *request : ExportTraceServiceRequest();
}

std::string Error(std::string_view json) {
  const auto request = ParseJson(json, "x.json");
  return request.ok() ? "" : std::string(request.status().message());
}

// A request with one span, made of `fields`.
std::string SpanJson(const std::string& fields) {
  return R"({"resourceSpans":[{"scopeSpans":[{"spans":[{)" + fields + "}]}]}]}";
}
Span ParseSpan(const std::string& fields) { return Parse(SpanJson(fields)).resource_spans(0).scope_spans(0).spans(0); }
std::string SpanError(const std::string& fields) { return Error(SpanJson(fields)); }

AnyValue ParseValue(const std::string& value) {
  return ParseSpan(R"("attributes":[{"key":"k","value":)" + value + "}]").attributes(0).value();
}
std::string ValueError(const std::string& value) {
  return SpanError(R"("attributes":[{"key":"k","value":)" + value + "}]");
}

// Has every field of the schema, in its order and in canonical form.
constexpr std::string_view kEverything =
    R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"checkout"}}],)"
    R"("droppedAttributesCount":1},"scopeSpans":[{"scope":{"name":"shop","version":"0.3","attributes":[{"key":"a",)"
    R"("value":{"boolValue":false}}],"droppedAttributesCount":2},"spans":[{"traceId":"5b8efff798038103d269b633813fc60c",)"
    R"("spanId":"eee19b7ec3c1b174","traceState":"a=b","parentSpanId":"eee19b7ec3c1b173","name":"caf\u00e9 \"1\"",)"
    R"("kind":2,"startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"18446744073709551615","attributes":[)"
    R"({"key":"i","value":{"intValue":"-9223372036854775808"}},{"key":"d","value":{"doubleValue":0.1}},)"
    R"({"key":"n","value":{"doubleValue":"NaN"}},{"key":"l","value":{"arrayValue":{"values":[{"stringValue":""},{}]}}},)"
    R"({"key":"m","value":{"kvlistValue":{"values":[{"key":"x","value":{"bytesValue":"AP8="}}]}}},{"key":"empty"}],)"
    R"("droppedAttributesCount":3,"events":[{"timeUnixNano":"7","name":"retry","attributes":[{"key":"e","value":)"
    R"({"arrayValue":{}}}],"droppedAttributesCount":4}],"droppedEventsCount":5,"links":[{"traceId":)"
    R"("5b8efff798038103d269b633813fc60d","spanId":"eee19b7ec3c1b175","traceState":"c=d","attributes":[{"key":"f",)"
    R"("value":{"intValue":"0"}}],"droppedAttributesCount":6,"flags":769}],"droppedLinksCount":7,"status":{"message":)"
    R"("no","code":2},"flags":257}],"schemaUrl":"https://s/1"}],"schemaUrl":"https://s/2"}]})";

std::string Unescaped(std::string text) {
  const std::size_t at = text.find("\\u00e9");
  return text.replace(at, 6, "\xC3\xA9");
}

TEST(OtlpJson, EveryFieldSurvivesTheRoundTrip) {
  const ExportTraceServiceRequest request = Parse(kEverything);
  EXPECT_EQ(WriteJson(request), Unescaped(std::string(kEverything)));

  const auto batch = Batch::FromRequest(request);
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_EQ(WriteJson(Decode(*batch)), WriteJson(request)) << "through binary";
}

TEST(OtlpJson, TheCanonicalFormLeavesDefaultsOut) {
  EXPECT_EQ(WriteJson(Parse("{}")), "{}");
  EXPECT_EQ(WriteJson(Parse(SpanJson(R"("events":[],"links":[],"attributes":[],"droppedLinksCount":0,"kind":0,
                                        "name":"","startTimeUnixNano":"0","parentSpanId":"","flags":0)"))),
            SpanJson(""));
}

// The JS SDK: other order, all defaults, small integers as numbers.
TEST(OtlpJson, ReadsWhatTheJavaScriptSdkWrites) {
  const Span span = ParseSpan(
      R"("flags":257,"droppedLinksCount":0,"links":[],"status":{"code":0},"name":"GET /cart","kind":3,
         "attributes":[{"value":{"intValue":200},"key":"http.response.status_code"}],
         "startTimeUnixNano":1795464163550000001,"spanId":"0566d3716ae54bfe")");
  EXPECT_EQ(span.attributes(0).value().int_value(), 200);
  EXPECT_EQ(span.start_time_unix_nano(), 1795464163550000001u) << "a double would have made ...000000";
  EXPECT_TRUE(span.has_status());
  EXPECT_EQ(span.kind(), Span::SPAN_KIND_CLIENT);
}

TEST(OtlpJson, IdsAreHexadecimalInEitherCase) {
  EXPECT_EQ(ParseSpan(R"("spanId":"EEE19b7ec3C1B174")").span_id(), "\xEE\xE1\x9B\x7E\xC3\xC1\xB1\x74");
  EXPECT_EQ(ParseSpan(R"("parentSpanId":null)").parent_span_id(), "");
  // A wrong length makes the span invalid; whoever receives it decides what to do.
  EXPECT_EQ(ParseSpan(R"("spanId":"ee")").span_id(), "\xEE");
  EXPECT_EQ(SpanError(R"("spanId":"7uGbfsPBsXQ=")"),
            "x.json:1:54: resourceSpans[0].scopeSpans[0].spans[0].spanId: want an id of hexadecimal digits, got "
            "\"7uGbfsPBsXQ=\"");
  EXPECT_THAT(SpanError(R"("traceId":"abc")"), HasSubstr("spans[0].traceId: want an id"));
  EXPECT_THAT(SpanError(R"("links":[{"spanId":"0x12"}])"), HasSubstr("links[0].spanId: want an id"));
}

TEST(OtlpJson, EnumsAreNumbersAndAsTheCollectorReadsThemNames) {
  EXPECT_EQ(ParseSpan(R"("kind":5)").kind(), Span::SPAN_KIND_CONSUMER);
  EXPECT_EQ(ParseSpan(R"("kind":"SPAN_KIND_SERVER")").kind(), Span::SPAN_KIND_SERVER);
  EXPECT_EQ(ParseSpan(R"("status":{"code":"STATUS_CODE_ERROR"})").status().code(), 2);
  EXPECT_EQ(ParseSpan(R"("kind":77)").kind(), 77) << "a later version's kind is kept";
  EXPECT_THAT(SpanError(R"("kind":"SERVER")"), HasSubstr("kind: unknown name \"SERVER\""));
  EXPECT_THAT(SpanError(R"("kind":2.5)"), HasSubstr("kind: want an integer"));
}

TEST(OtlpJson, KeysMayBeSnakeCaseAndUnknownOnesAreIgnored) {
  const auto request = Parse(
      R"({"resource_spans":[{"scope_spans":[{"spans":[{"trace_id":"0A","parent_span_id":"0b","later":{"x":[1]},
          "start_time_unix_nano":"3","dropped_events_count":4}]}]}],"alsoLater":null})");
  const Span& span = request.resource_spans(0).scope_spans(0).spans(0);
  EXPECT_EQ(span.trace_id(), "\x0A");
  EXPECT_EQ(span.parent_span_id(), "\x0B");
  EXPECT_EQ(span.start_time_unix_nano(), 3u);
  EXPECT_EQ(span.dropped_events_count(), 4u);
}

TEST(OtlpJson, OneFieldTwiceIsAnErrorInAnySpelling) {
  EXPECT_THAT(SpanError(R"("name":"a","name":"b")"), HasSubstr("name: the key is here for the second time"));
  EXPECT_THAT(SpanError(R"("spanId":"aa","span_id":"bb")"), HasSubstr("spanId: the key is here for the second time"));
  EXPECT_THAT(SpanError(R"("span_id":"aa","spanId":"bb")"), HasSubstr("spanId: the key is here for the second time"));
}

TEST(OtlpJson, ValuesHaveOneType) {
  EXPECT_EQ(ParseValue(R"({"bytesValue":"-_8"})").bytes_value(), "\xFB\xFF");
  EXPECT_EQ(ParseValue(R"({"intValue":null,"boolValue":true})").bool_value(), true);
  EXPECT_EQ(ParseValue("null").value_case(), AnyValue::VALUE_NOT_SET);
  EXPECT_EQ(ParseValue(R"({"stringValueStrindex":4})").value_case(), AnyValue::VALUE_NOT_SET);
  EXPECT_EQ(ParseValue(R"({"arrayValue":{}})").value_case(), AnyValue::kArrayValue);
  EXPECT_THAT(ValueError(R"({"intValue":"1","stringValue":"1"})"), HasSubstr("one type"));
  EXPECT_THAT(ValueError(R"({"intValue":"1.5"})"), HasSubstr("attributes[0].value.intValue: want an integer"));
  EXPECT_THAT(ValueError(R"({"bytesValue":"*"})"), HasSubstr("want base64"));
  EXPECT_THAT(ValueError(R"({"boolValue":"true"})"), HasSubstr("want true or false"));
  EXPECT_THAT(ValueError(R"("bare")"), HasSubstr("want an object"));
}

std::string NestedValue(int depth) {
  std::string json = R"({"intValue":"1"})";
  for (int i = 1; i < depth; ++i) {
    json = i % 2 ? R"({"arrayValue":{"values":[)" + json + "]}}"
                 : R"({"kvlistValue":{"values":[{"key":"k","value":)" + json + "}]}}";
  }
  return json;
}

TEST(OtlpJson, ValuesNestUpTo64) {
  const std::string deepest = SpanJson(R"("events":[{"attributes":[{"key":"k","value":)" + NestedValue(64) + "}]}]");
  const auto batch = Batch::FromRequest(Parse(deepest));
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_EQ(WriteJson(Decode(*batch)), deepest);
  EXPECT_THAT(ValueError(NestedValue(65)), HasSubstr("nested too deep"));
}

TEST(OtlpJson, RefusesWhatIsNotARequest) {
  EXPECT_THAT(Error(""), HasSubstr("x.json:1:1: want an object, got the end of the text"));
  EXPECT_THAT(Error("[]"), HasSubstr("want an object"));
  EXPECT_THAT(Error("{}{}"), HasSubstr("x.json:1:3: want the end of the text"));
  EXPECT_THAT(Error(R"({"resourceSpans":{}})"), HasSubstr("resourceSpans: want an array"));
  EXPECT_THAT(Error(R"({"resourceSpans":[null]})"), HasSubstr("resourceSpans[0]: want an object, got \"null\""));
  EXPECT_THAT(SpanError("\"name\":\"\xFF\""), HasSubstr("name: not UTF-8"));
}

TEST(OtlpJson, RefusesTooManyMessages) {
  ExportTraceServiceRequest request;
  for (int i = 0; i < Batch::kMaxMessages / 2 + 1; ++i) request.add_resource_spans()->mutable_resource();
  EXPECT_THAT(std::string(Batch::FromRequest(request).status().message()), HasSubstr("too many messages"));

  std::string spans = "{}";
  for (int i = 0; i < Batch::kMaxMessages; ++i) spans += ",{}";
  EXPECT_THAT(ValueError(R"({"arrayValue":{"values":[)" + spans + "]}}"), HasSubstr("too many messages"));
}

TEST(OtlpJson, LinesCountFromWhereTheTextBegins) {
  const auto request = ParseJson("{\n\"resourceSpans\":7}", "x.jsonl", 10);
  EXPECT_THAT(std::string(request.status().message()), HasSubstr("x.jsonl:11:17: resourceSpans: want an array"));
}

}  // namespace
}  // namespace tracing
