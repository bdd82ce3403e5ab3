#include "protocols/tracing/span_content.h"

#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "protocols/tracing/utf8.h"

namespace tracing {
namespace {

using core::Fingerprint;
using faultline::otlp::AnyValue;
using faultline::otlp::ExportTraceServiceRequest;
using faultline::otlp::InstrumentationScope;
using faultline::otlp::KeyValue;
using faultline::otlp::Resource;
using faultline::otlp::ResourceSpans;
using faultline::otlp::ScopeSpans;
using faultline::otlp::Span;
using faultline::otlp::Status;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::RepeatedPtrField;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// Protobuf counts messages. One level of values is at most three of them
// (AnyValue, KeyValueList, KeyValue), below at most six.
constexpr int kMaxMessageDepth = 3 * Batch::kMaxValueDepth + 16;

// Two bytes make a message of a hundred: the size does not bound the memory, so
// the messages are counted before they are made. False: too many, too deep, or malformed.
bool CountMessages(CodedInputStream& in, const Descriptor& type, int& left) {
  while (const std::uint32_t tag = in.ReadTag()) {
    const FieldDescriptor* field = type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
    const bool is_message = field != nullptr && field->message_type() != nullptr &&
                            WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
    if (!is_message) {
      if (!WireFormatLite::SkipField(&in, tag)) return false;
      continue;
    }
    int size = 0;
    if (left-- == 0 || !in.ReadVarintSizeAsInt(&size)) return false;
    const auto [limit, depth_left] = in.IncrementRecursionDepthAndPushLimit(size);
    if (depth_left < 0 || !CountMessages(in, *field->message_type(), left)) return false;
    if (!in.DecrementRecursionDepthAndPopLimit(limit)) return false;
  }
  return true;
}

// Each Check names the field it objects to, by its path below the message; ""
// is no objection. A path is built only on the way out of a failure.

std::string CheckText(const std::string& text, std::string_view field) {
  return IsUtf8(text) ? "" : std::string(field) + ": not UTF-8";
}

template <class Message, class CheckElement>
std::string CheckEach(const RepeatedPtrField<Message>& elements, std::string_view field, CheckElement check) {
  for (int i = 0; i < elements.size(); ++i) {
    const std::string problem = check(elements[i]);
    if (!problem.empty()) return std::string(field) + "[" + std::to_string(i) + "]." + problem;
  }
  return "";
}

// The first objection of several.
template <class... Problems>
std::string First(Problems... problems) {
  std::string first;
  (static_cast<void>(first.empty() ? (first = std::move(problems), 0) : 0), ...);
  return first;
}

std::string Check(const KeyValue& pair, int depth_left);

// Values nest without a limit on the wire; going on here would be a way to
// exhaust the stack of whoever reads them.
std::string Check(const AnyValue& value, int depth_left) {
  if (depth_left == 0) return "value: nested too deep";
  switch (value.value_case()) {
    case AnyValue::kStringValue:
      return CheckText(value.string_value(), "string_value");
    case AnyValue::kArrayValue:
      return CheckEach(value.array_value().values(), "values",
                       [&](const AnyValue& element) { return Check(element, depth_left - 1); });
    case AnyValue::kKvlistValue:
      return CheckEach(value.kvlist_value().values(), "values",
                       [&](const KeyValue& pair) { return Check(pair, depth_left - 1); });
    default:
      return "";
  }
}

std::string Check(const KeyValue& pair, int depth_left) {
  return First(CheckText(pair.key(), "key"), pair.has_value() ? Check(pair.value(), depth_left) : "");
}

std::string CheckAttributes(const RepeatedPtrField<KeyValue>& attributes, int max_depth) {
  return CheckEach(attributes, "attributes", [&](const KeyValue& pair) { return Check(pair, max_depth); });
}

std::string Check(const Span::Event& event, int max_depth) {
  return First(CheckText(event.name(), "name"), CheckAttributes(event.attributes(), max_depth));
}

std::string Check(const Span::Link& link, int max_depth) {
  return First(CheckText(link.trace_state(), "trace_state"), CheckAttributes(link.attributes(), max_depth));
}

std::string Check(const Span& span, int max_depth) {
  return First(CheckText(span.trace_state(), "trace_state"), CheckText(span.name(), "name"),
               CheckAttributes(span.attributes(), max_depth),
               CheckEach(span.events(), "events", [&](const Span::Event& event) { return Check(event, max_depth); }),
               CheckEach(span.links(), "links", [&](const Span::Link& link) { return Check(link, max_depth); }),
               CheckText(span.status().message(), "status.message"));
}

std::string Check(const ScopeSpans& scope_spans, int max_depth) {
  const InstrumentationScope& scope = scope_spans.scope();
  return First(CheckText(scope.name(), "scope.name"), CheckText(scope.version(), "scope.version"),
               CheckAttributes(scope.attributes(), max_depth),
               CheckEach(scope_spans.spans(), "spans", [&](const Span& span) { return Check(span, max_depth); }),
               CheckText(scope_spans.schema_url(), "schema_url"));
}

std::string Check(const ResourceSpans& resource_spans, int max_depth) {
  return First(CheckAttributes(resource_spans.resource().attributes(), max_depth),
               CheckEach(resource_spans.scope_spans(), "scope_spans",
                         [&](const ScopeSpans& scope_spans) { return Check(scope_spans, max_depth); }),
               CheckText(resource_spans.schema_url(), "schema_url"));
}

// Each Mix takes the fields of a message in the order of the schema. Texts
// and lists bring their length and a oneof its case, so that no two different
// messages make one sequence of words.

void Mix(Fingerprint& into, const AnyValue& value);
void Mix(Fingerprint& into, const KeyValue& pair);
void Mix(Fingerprint& into, const Span::Event& event);
void Mix(Fingerprint& into, const Span::Link& link);

// The sign and the payload of a NaN do not survive JSON: all NaNs are one.
std::uint64_t BitsOf(double value) {
  return value == value ? std::bit_cast<std::uint64_t>(value) : std::uint64_t{0x7FF8000000000000};
}

template <class Message>
void MixEach(Fingerprint& into, const RepeatedPtrField<Message>& elements) {
  into.Mix(static_cast<std::uint64_t>(elements.size()));
  for (const Message& element : elements) Mix(into, element);
}

void Mix(Fingerprint& into, const AnyValue& value) {
  into.Mix(static_cast<std::uint64_t>(value.value_case()));
  switch (value.value_case()) {
    case AnyValue::kStringValue:
      return into.MixBytes(value.string_value());
    case AnyValue::kBoolValue:
      return into.Mix(value.bool_value());
    case AnyValue::kIntValue:
      return into.Mix(static_cast<std::uint64_t>(value.int_value()));
    case AnyValue::kDoubleValue:
      return into.Mix(BitsOf(value.double_value()));
    case AnyValue::kArrayValue:
      return MixEach(into, value.array_value().values());
    case AnyValue::kKvlistValue:
      return MixEach(into, value.kvlist_value().values());
    case AnyValue::kBytesValue:
      return into.MixBytes(value.bytes_value());
    case AnyValue::VALUE_NOT_SET:
      return;
  }
}

void Mix(Fingerprint& into, const KeyValue& pair) {
  into.MixBytes(pair.key());
  Mix(into, pair.value());
}

void Mix(Fingerprint& into, const Resource& resource) {
  MixEach(into, resource.attributes());
  into.Mix(resource.dropped_attributes_count());
}

void Mix(Fingerprint& into, const InstrumentationScope& scope) {
  into.MixBytes(scope.name());
  into.MixBytes(scope.version());
  MixEach(into, scope.attributes());
  into.Mix(scope.dropped_attributes_count());
}

void Mix(Fingerprint& into, const Span::Event& event) {
  into.Mix(event.time_unix_nano());
  into.MixBytes(event.name());
  MixEach(into, event.attributes());
  into.Mix(event.dropped_attributes_count());
}

void Mix(Fingerprint& into, const Span::Link& link) {
  into.MixBytes(link.trace_id());
  into.MixBytes(link.span_id());
  into.MixBytes(link.trace_state());
  MixEach(into, link.attributes());
  into.Mix(link.dropped_attributes_count());
  into.Mix(link.flags());
}

void Mix(Fingerprint& into, const Status& status) {
  into.MixBytes(status.message());
  into.Mix(static_cast<std::uint64_t>(status.code()));
}

void Mix(Fingerprint& into, const SpanHead& head, const Span& rest) {
  into.MixBytes(head.trace_id);
  into.MixBytes(head.span_id);
  into.MixBytes(head.trace_state);
  into.MixBytes(head.parent_span_id);
  into.MixBytes(head.name);
  into.Mix(head.kind);
  into.Mix(head.start_nanos);
  into.Mix(head.end_nanos);
  MixEach(into, rest.attributes());
  into.Mix(rest.dropped_attributes_count());
  MixEach(into, rest.events());
  into.Mix(rest.dropped_events_count());
  MixEach(into, rest.links());
  into.Mix(rest.dropped_links_count());
  Mix(into, rest.status());
  into.Mix(rest.flags());
}

std::uint64_t LoadBigEndian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

std::optional<TraceId> TraceIdFrom(std::string_view bytes) {
  if (bytes.size() != 16) return std::nullopt;
  return TraceId{LoadBigEndian(bytes.substr(0, 8)), LoadBigEndian(bytes.substr(8))};
}

std::optional<SpanId> SpanIdFrom(std::string_view bytes) {
  if (bytes.size() != 8) return std::nullopt;
  return SpanId{LoadBigEndian(bytes)};
}

SpanHead HeadOf(const Span& span) {
  return {.trace_id = span.trace_id(),
          .span_id = span.span_id(),
          .trace_state = span.trace_state(),
          .parent_span_id = span.parent_span_id(),
          .name = span.name(),
          .kind = static_cast<std::uint64_t>(span.kind()),
          .start_nanos = span.start_time_unix_nano(),
          .end_nanos = span.end_time_unix_nano()};
}

}  // namespace

bool HasFewMessages(std::string_view bytes) {
  CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  in.SetRecursionLimit(kMaxMessageDepth);
  int left = Batch::kMaxMessages;
  return CountMessages(in, *ExportTraceServiceRequest::descriptor(), left);
}

bool DecodeRequest(std::string_view bytes, ExportTraceServiceRequest& request) {
  CodedInputStream input(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  input.SetRecursionLimit(kMaxMessageDepth);
  return request.ParseFromCodedStream(&input) && input.ConsumedEntireMessage();
}

absl::Status CheckRequest(const ExportTraceServiceRequest& request, int max_value_depth) {
  const std::string problem =
      CheckEach(request.resource_spans(), "resource_spans",
                [&](const ResourceSpans& resource_spans) { return Check(resource_spans, max_value_depth); });
  return problem.empty() ? absl::OkStatus() : absl::InvalidArgumentError(problem);
}

Fingerprint SurroundingsOf(const ResourceSpans& resource_spans, const ScopeSpans& scope_spans) {
  Fingerprint surroundings;
  Mix(surroundings, resource_spans.resource());
  surroundings.MixBytes(resource_spans.schema_url());
  Mix(surroundings, scope_spans.scope());
  surroundings.MixBytes(scope_spans.schema_url());
  return surroundings;
}

SpanSummary Summarise(const SpanHead& head, const Span& rest, const Fingerprint& surroundings) {
  const std::optional<TraceId> trace = TraceIdFrom(head.trace_id);
  const std::optional<SpanId> id = SpanIdFrom(head.span_id);
  const std::optional<SpanId> parent = SpanIdFrom(head.parent_span_id);
  Fingerprint content = surroundings;
  Mix(content, head, rest);
  return {.trace = trace.value_or(TraceId{}),
          .id = id.value_or(SpanId{}),
          .parent = parent.value_or(SpanId{}),
          .start_nanos = head.start_nanos,
          .end_nanos = head.end_nanos,
          .content = content.Finished(),
          .valid = trace && IsValid(*trace) && id && IsValid(*id) && (parent || head.parent_span_id.empty())};
}

std::vector<SpanSummary> Summarise(const ExportTraceServiceRequest& request) {
  std::vector<SpanSummary> summaries;
  for (const ResourceSpans& resource_spans : request.resource_spans()) {
    for (const ScopeSpans& scope_spans : resource_spans.scope_spans()) {
      const Fingerprint surroundings = SurroundingsOf(resource_spans, scope_spans);
      for (const Span& span : scope_spans.spans()) summaries.push_back(Summarise(HeadOf(span), span, surroundings));
    }
  }
  return summaries;
}

std::string ServiceName(const Resource& resource) {
  for (const KeyValue& attribute : resource.attributes()) {
    if (attribute.key() == "service.name") return attribute.value().string_value();
  }
  return "";
}

}  // namespace tracing
