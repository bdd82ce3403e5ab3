#include "protocols/tracing/otlp.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "protocols/tracing/base64.h"
#include "protocols/tracing/json.h"
#include "protocols/tracing/span_content.h"

namespace tracing {
namespace {

using faultline::otlp::AnyValue;
using faultline::otlp::ExportTraceServiceRequest;
using faultline::otlp::InstrumentationScope;
using faultline::otlp::KeyValue;
using faultline::otlp::Resource;
using faultline::otlp::ResourceSpans;
using faultline::otlp::ScopeSpans;
using faultline::otlp::Span;
using faultline::otlp::Status;
using google::protobuf::RepeatedPtrField;

// One level of values is at most four of JSON ({"kvlistValue":{"values":[{"value":),
// below at most eleven.
constexpr std::size_t kMaxJsonDepth = 4 * Batch::kMaxValueDepth + 16;

// ---- Reading ----

// Three characters make a message of a hundred bytes: the size of the text does
// not bound the memory.
struct Input : JsonReader {
  using JsonReader::JsonReader;
  int messages_left = Batch::kMaxMessages;
};

std::string CamelCase(std::string_view snake_case) {
  std::string camel;
  bool upper = false;
  for (const char c : snake_case) {
    if (c == '_') {
      upper = true;
      continue;
    }
    camel += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return camel;
}

// The next key whose value is not null, in lowerCamelCase.
std::optional<std::string> NextField(Input& in) {
  while (const std::optional<std::string_view> key = in.NextKey()) {
    std::string field(*key);
    if (field.find('_') != field.npos) {
      field = CamelCase(field);
      if (!in.RenameKey(field)) return std::nullopt;
    }
    if (in.Peek() != JsonReader::Kind::kNull) return field;
    in.ReadNull();
  }
  return std::nullopt;
}

template <class ReadElement>
void ReadEach(Input& in, ReadElement read) {
  in.BeginArray();
  while (in.NextElement()) {
    if (in.messages_left-- == 0) return in.Fail("too many messages; split the export");
    read();
  }
}

std::string ReadId(Input& in) {
  const std::string hex = in.ReadString();
  const bool digits_only = hex.find_first_not_of("0123456789abcdefABCDEF") == hex.npos;
  if (digits_only && hex.size() % 2 == 0) return absl::HexStringToBytes(hex);
  in.Fail("want an id of hexadecimal digits, got " + Quoted(hex));
  return "";
}

std::string ReadBytes(Input& in) {
  const std::string text = in.ReadString();
  std::optional<std::string> bytes = DecodeBase64(text);
  if (bytes) return *std::move(bytes);
  in.Fail("want base64, got " + Quoted(text));
  return "";
}

// An enum value is an integer, known or not. `parse` knows the names.
template <class Enum>
Enum ReadEnum(Input& in, bool (*parse)(google::protobuf::ConstStringParam, Enum*)) {
  if (in.Peek() != JsonReader::Kind::kString) return static_cast<Enum>(in.ReadInt32());
  const std::string name = in.ReadString();
  Enum value{};
  if (!parse(name, &value)) in.Fail("unknown name " + Quoted(name) + "; want the number of the value");
  return value;
}

void Read(Input& in, KeyValue& pair, int depth_left);

void Read(Input& in, AnyValue& value, int depth_left) {
  if (depth_left == 0) return in.Fail("nested too deep; at most " + std::to_string(Batch::kMaxValueDepth) + " values");
  in.BeginObject();
  while (const auto field = NextField(in)) {
    const auto before = value.value_case();
    if (*field == "stringValue") {
      value.set_string_value(in.ReadString());
    } else if (*field == "boolValue") {
      value.set_bool_value(in.ReadBool());
    } else if (*field == "intValue") {
      value.set_int_value(in.ReadInt64());
    } else if (*field == "doubleValue") {
      value.set_double_value(in.ReadDouble());
    } else if (*field == "arrayValue") {
      auto& array = *value.mutable_array_value();
      in.BeginObject();
      while (const auto inner = NextField(in)) {
        if (*inner != "values") {
          in.Skip();
          continue;
        }
        ReadEach(in, [&] { Read(in, *array.add_values(), depth_left - 1); });
      }
    } else if (*field == "kvlistValue") {
      auto& list = *value.mutable_kvlist_value();
      in.BeginObject();
      while (const auto inner = NextField(in)) {
        if (*inner != "values") {
          in.Skip();
          continue;
        }
        ReadEach(in, [&] { Read(in, *list.add_values(), depth_left - 1); });
      }
    } else if (*field == "bytesValue") {
      value.set_bytes_value(ReadBytes(in));
    } else {
      in.Skip();
    }
    const bool second = before != AnyValue::VALUE_NOT_SET && value.value_case() != before;
    if (second) return in.Fail("a value has one type, this one has two");
  }
}

void Read(Input& in, KeyValue& pair, int depth_left) {
  in.BeginObject();
  while (const auto field = NextField(in)) {
    if (*field == "key") {
      pair.set_key(in.ReadString());
    } else if (*field == "value") {
      Read(in, *pair.mutable_value(), depth_left);
    } else {
      in.Skip();
    }
  }
}

void ReadAttributes(Input& in, RepeatedPtrField<KeyValue>& attributes) {
  ReadEach(in, [&] { Read(in, *attributes.Add(), Batch::kMaxValueDepth); });
}

void Read(Input& in, Span::Event& event) {
  in.BeginObject();
  while (const auto field = NextField(in)) {
    if (*field == "timeUnixNano") {
      event.set_time_unix_nano(in.ReadUint64());
    } else if (*field == "name") {
      event.set_name(in.ReadString());
    } else if (*field == "attributes") {
      ReadAttributes(in, *event.mutable_attributes());
    } else if (*field == "droppedAttributesCount") {
      event.set_dropped_attributes_count(in.ReadUint32());
    } else {
      in.Skip();
    }
  }
}

void Read(Input& in, Span::Link& link) {
  in.BeginObject();
  while (const auto field = NextField(in)) {
    if (*field == "traceId") {
      link.set_trace_id(ReadId(in));
    } else if (*field == "spanId") {
      link.set_span_id(ReadId(in));
    } else if (*field == "traceState") {
      link.set_trace_state(in.ReadString());
    } else if (*field == "attributes") {
      ReadAttributes(in, *link.mutable_attributes());
    } else if (*field == "droppedAttributesCount") {
      link.set_dropped_attributes_count(in.ReadUint32());
    } else if (*field == "flags") {
      link.set_flags(in.ReadUint32());
    } else {
      in.Skip();
    }
  }
}

void Read(Input& in, Status& status) {
  in.BeginObject();
  while (const auto field = NextField(in)) {
    if (*field == "message") {
      status.set_message(in.ReadString());
    } else if (*field == "code") {
      status.set_code(ReadEnum<Status::StatusCode>(in, Status::StatusCode_Parse));
    } else {
      in.Skip();
    }
  }
}

void Read(Input& in, Span& span) {
  in.BeginObject();
  while (const auto field = NextField(in)) {
    if (*field == "traceId") {
      span.set_trace_id(ReadId(in));
    } else if (*field == "spanId") {
      span.set_span_id(ReadId(in));
    } else if (*field == "traceState") {
      span.set_trace_state(in.ReadString());
    } else if (*field == "parentSpanId") {
      span.set_parent_span_id(ReadId(in));
    } else if (*field == "name") {
      span.set_name(in.ReadString());
    } else if (*field == "kind") {
      span.set_kind(ReadEnum<Span::SpanKind>(in, Span::SpanKind_Parse));
    } else if (*field == "startTimeUnixNano") {
      span.set_start_time_unix_nano(in.ReadUint64());
    } else if (*field == "endTimeUnixNano") {
      span.set_end_time_unix_nano(in.ReadUint64());
    } else if (*field == "attributes") {
      ReadAttributes(in, *span.mutable_attributes());
    } else if (*field == "droppedAttributesCount") {
      span.set_dropped_attributes_count(in.ReadUint32());
    } else if (*field == "events") {
      ReadEach(in, [&] { Read(in, *span.add_events()); });
    } else if (*field == "droppedEventsCount") {
      span.set_dropped_events_count(in.ReadUint32());
    } else if (*field == "links") {
      ReadEach(in, [&] { Read(in, *span.add_links()); });
    } else if (*field == "droppedLinksCount") {
      span.set_dropped_links_count(in.ReadUint32());
    } else if (*field == "status") {
      Read(in, *span.mutable_status());
    } else if (*field == "flags") {
      span.set_flags(in.ReadUint32());
    } else {
      in.Skip();
    }
  }
}

void Read(Input& in, InstrumentationScope& scope) {
  in.BeginObject();
  while (const auto field = NextField(in)) {
    if (*field == "name") {
      scope.set_name(in.ReadString());
    } else if (*field == "version") {
      scope.set_version(in.ReadString());
    } else if (*field == "attributes") {
      ReadAttributes(in, *scope.mutable_attributes());
    } else if (*field == "droppedAttributesCount") {
      scope.set_dropped_attributes_count(in.ReadUint32());
    } else {
      in.Skip();
    }
  }
}

void Read(Input& in, ScopeSpans& scope_spans) {
  in.BeginObject();
  while (const auto field = NextField(in)) {
    if (*field == "scope") {
      Read(in, *scope_spans.mutable_scope());
    } else if (*field == "spans") {
      ReadEach(in, [&] { Read(in, *scope_spans.add_spans()); });
    } else if (*field == "schemaUrl") {
      scope_spans.set_schema_url(in.ReadString());
    } else {
      in.Skip();
    }
  }
}

void Read(Input& in, Resource& resource) {
  in.BeginObject();
  while (const auto field = NextField(in)) {
    if (*field == "attributes") {
      ReadAttributes(in, *resource.mutable_attributes());
    } else if (*field == "droppedAttributesCount") {
      resource.set_dropped_attributes_count(in.ReadUint32());
    } else {
      in.Skip();
    }
  }
}

void Read(Input& in, ResourceSpans& resource_spans) {
  in.BeginObject();
  while (const auto field = NextField(in)) {
    if (*field == "resource") {
      Read(in, *resource_spans.mutable_resource());
    } else if (*field == "scopeSpans") {
      ReadEach(in, [&] { Read(in, *resource_spans.add_scope_spans()); });
    } else if (*field == "schemaUrl") {
      resource_spans.set_schema_url(in.ReadString());
    } else {
      in.Skip();
    }
  }
}

void Read(Input& in, ExportTraceServiceRequest& request) {
  in.BeginObject();
  while (const auto field = NextField(in)) {
    if (*field == "resourceSpans") {
      ReadEach(in, [&] { Read(in, *request.add_resource_spans()); });
    } else {
      in.Skip();
    }
  }
}

// ---- Writing ----

// A field is written if it is not its default; a message if it is there.

void WriteText(JsonWriter& out, std::string_view key, const std::string& text) {
  if (text.empty()) return;
  out.Key(key);
  out.String(text);
}

void WriteId(JsonWriter& out, std::string_view key, const std::string& id) {
  if (id.empty()) return;
  out.Key(key);
  out.String(absl::BytesToHexString(id));
}

// Also enums.
void WriteNumber(JsonWriter& out, std::string_view key, std::int64_t number) {
  if (number == 0) return;
  out.Key(key);
  out.Number(number);
}

void WriteTime(JsonWriter& out, std::string_view key, std::uint64_t nanos) {
  if (nanos == 0) return;
  out.Key(key);
  out.NumberAsString(nanos);
}

void Write(JsonWriter& out, const ResourceSpans& resource_spans);
void Write(JsonWriter& out, const Resource& resource);
void Write(JsonWriter& out, const ScopeSpans& scope_spans);
void Write(JsonWriter& out, const InstrumentationScope& scope);
void Write(JsonWriter& out, const Span& span);
void Write(JsonWriter& out, const Span::Event& event);
void Write(JsonWriter& out, const Span::Link& link);
void Write(JsonWriter& out, const Status& status);
void Write(JsonWriter& out, const KeyValue& pair);
void Write(JsonWriter& out, const AnyValue& value);

template <class Message>
void WriteMessage(JsonWriter& out, std::string_view key, const Message& message) {
  out.Key(key);
  Write(out, message);
}

template <class Message>
void WriteEach(JsonWriter& out, std::string_view key, const RepeatedPtrField<Message>& elements) {
  if (elements.empty()) return;
  out.Key(key);
  out.BeginArray();
  for (const Message& element : elements) Write(out, element);
  out.EndArray();
}

void Write(JsonWriter& out, const AnyValue& value) {
  out.BeginObject();
  switch (value.value_case()) {
    case AnyValue::kStringValue:
      out.Key("stringValue");
      out.String(value.string_value());
      break;
    case AnyValue::kBoolValue:
      out.Key("boolValue");
      out.Bool(value.bool_value());
      break;
    case AnyValue::kIntValue:
      out.Key("intValue");
      out.NumberAsString(value.int_value());
      break;
    case AnyValue::kDoubleValue:
      out.Key("doubleValue");
      out.Double(value.double_value());
      break;
    case AnyValue::kArrayValue:
      out.Key("arrayValue");
      out.BeginObject();
      WriteEach(out, "values", value.array_value().values());
      out.EndObject();
      break;
    case AnyValue::kKvlistValue:
      out.Key("kvlistValue");
      out.BeginObject();
      WriteEach(out, "values", value.kvlist_value().values());
      out.EndObject();
      break;
    case AnyValue::kBytesValue:
      out.Key("bytesValue");
      out.String(absl::Base64Escape(value.bytes_value()));
      break;
    case AnyValue::VALUE_NOT_SET:
      break;
  }
  out.EndObject();
}

void Write(JsonWriter& out, const KeyValue& pair) {
  out.BeginObject();
  WriteText(out, "key", pair.key());
  if (pair.has_value()) WriteMessage(out, "value", pair.value());
  out.EndObject();
}

void Write(JsonWriter& out, const Span::Event& event) {
  out.BeginObject();
  WriteTime(out, "timeUnixNano", event.time_unix_nano());
  WriteText(out, "name", event.name());
  WriteEach(out, "attributes", event.attributes());
  WriteNumber(out, "droppedAttributesCount", event.dropped_attributes_count());
  out.EndObject();
}

void Write(JsonWriter& out, const Span::Link& link) {
  out.BeginObject();
  WriteId(out, "traceId", link.trace_id());
  WriteId(out, "spanId", link.span_id());
  WriteText(out, "traceState", link.trace_state());
  WriteEach(out, "attributes", link.attributes());
  WriteNumber(out, "droppedAttributesCount", link.dropped_attributes_count());
  WriteNumber(out, "flags", link.flags());
  out.EndObject();
}

void Write(JsonWriter& out, const Status& status) {
  out.BeginObject();
  WriteText(out, "message", status.message());
  WriteNumber(out, "code", status.code());
  out.EndObject();
}

void Write(JsonWriter& out, const Span& span) {
  out.BeginObject();
  WriteId(out, "traceId", span.trace_id());
  WriteId(out, "spanId", span.span_id());
  WriteText(out, "traceState", span.trace_state());
  WriteId(out, "parentSpanId", span.parent_span_id());
  WriteText(out, "name", span.name());
  WriteNumber(out, "kind", span.kind());
  WriteTime(out, "startTimeUnixNano", span.start_time_unix_nano());
  WriteTime(out, "endTimeUnixNano", span.end_time_unix_nano());
  WriteEach(out, "attributes", span.attributes());
  WriteNumber(out, "droppedAttributesCount", span.dropped_attributes_count());
  WriteEach(out, "events", span.events());
  WriteNumber(out, "droppedEventsCount", span.dropped_events_count());
  WriteEach(out, "links", span.links());
  WriteNumber(out, "droppedLinksCount", span.dropped_links_count());
  if (span.has_status()) WriteMessage(out, "status", span.status());
  WriteNumber(out, "flags", span.flags());
  out.EndObject();
}

void Write(JsonWriter& out, const InstrumentationScope& scope) {
  out.BeginObject();
  WriteText(out, "name", scope.name());
  WriteText(out, "version", scope.version());
  WriteEach(out, "attributes", scope.attributes());
  WriteNumber(out, "droppedAttributesCount", scope.dropped_attributes_count());
  out.EndObject();
}

void Write(JsonWriter& out, const ScopeSpans& scope_spans) {
  out.BeginObject();
  if (scope_spans.has_scope()) WriteMessage(out, "scope", scope_spans.scope());
  WriteEach(out, "spans", scope_spans.spans());
  WriteText(out, "schemaUrl", scope_spans.schema_url());
  out.EndObject();
}

void Write(JsonWriter& out, const Resource& resource) {
  out.BeginObject();
  WriteEach(out, "attributes", resource.attributes());
  WriteNumber(out, "droppedAttributesCount", resource.dropped_attributes_count());
  out.EndObject();
}

void Write(JsonWriter& out, const ResourceSpans& resource_spans) {
  out.BeginObject();
  if (resource_spans.has_resource()) WriteMessage(out, "resource", resource_spans.resource());
  WriteEach(out, "scopeSpans", resource_spans.scope_spans());
  WriteText(out, "schemaUrl", resource_spans.schema_url());
  out.EndObject();
}

}  // namespace

absl::StatusOr<ExportTraceServiceRequest> ParseJson(std::string_view text, std::string_view name,
                                                    std::size_t first_line) {
  Input in(text, name, first_line, kMaxJsonDepth);
  ExportTraceServiceRequest request;
  Read(in, request);
  in.Finish();
  if (!in.ok()) return in.status();
  return request;
}

std::string WriteJson(const ExportTraceServiceRequest& request) {
  JsonWriter out;
  out.BeginObject();
  WriteEach(out, "resourceSpans", request.resource_spans());
  out.EndObject();
  return out.Take();
}

ExportTraceServiceRequest Decode(const Batch& batch) {
  ExportTraceServiceRequest request;
  DecodeRequest(batch.bytes(), request);  // cannot fail: making the batch decoded the same bytes
  return request;
}

}  // namespace tracing
