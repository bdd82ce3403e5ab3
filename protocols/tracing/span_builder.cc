#include "protocols/tracing/span_builder.h"

#include <string>
#include <utility>

#include "google/protobuf/arena.h"
#include "protocols/tracing/otlp.pb.h"
#include "protocols/tracing/span_content.h"

namespace tracing {
namespace {

using faultline::otlp::ExportTraceServiceRequest;
using faultline::otlp::KeyValue;
using faultline::otlp::ResourceSpans;
using faultline::otlp::Span;
using google::protobuf::Arena;

void Encode(const GeneratedSpan& from, Span& to) {
  to.set_trace_id(ToBytes(from.trace));
  to.set_span_id(ToBytes(from.id));
  if (IsValid(from.parent)) to.set_parent_span_id(ToBytes(from.parent));
  to.set_name("op-" + std::to_string(from.name));
  to.set_kind(static_cast<Span::SpanKind>(from.kind));
  to.set_start_time_unix_nano(from.start_nanos);
  to.set_end_time_unix_nano(from.end_nanos);
}

// A request in the arena's memory.
ExportTraceServiceRequest& Encode(std::string_view service, std::span<const GeneratedSpan> spans, Arena& arena) {
  auto& request = *Arena::CreateMessage<ExportTraceServiceRequest>(&arena);
  ResourceSpans& resource_spans = *request.add_resource_spans();
  KeyValue& attribute = *resource_spans.mutable_resource()->add_attributes();
  attribute.set_key("service.name");
  attribute.mutable_value()->set_string_value(std::string(service));
  auto& scope_spans = *resource_spans.add_scope_spans();
  for (const GeneratedSpan& span : spans) Encode(span, *scope_spans.add_spans());
  return request;
}

// Of one span there is room in it.
struct Room {
  char memory[4096];
  Arena arena{memory, sizeof(memory)};
};

}  // namespace

// The service's name is UTF-8 and the spans are not 64 MiB: nothing has to be checked.
Batch EncodeSpans(std::string_view service, std::span<const GeneratedSpan> spans) {
  if (spans.empty()) return {};  // "senders should not make empty envelopes" (OTLP specification)
  Room room;
  return Batch::FromOwn(Encode(service, spans, room.arena));
}

SpanSummary SummaryOf(std::string_view service, const GeneratedSpan& span) {
  Room room;
  return Summarise(Encode(service, {&span, 1}, room.arena)).front();
}

}  // namespace tracing
