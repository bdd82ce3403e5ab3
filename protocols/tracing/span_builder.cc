#include "protocols/tracing/span_builder.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

std::string NameOf(const GeneratedSpan& span) { return "op-" + std::to_string(span.name); }

void Encode(const GeneratedSpan& from, Span& to) {
  to.set_trace_id(ToBytes(from.trace));
  to.set_span_id(ToBytes(from.id));
  if (IsValid(from.parent)) to.set_parent_span_id(ToBytes(from.parent));
  to.set_name(NameOf(from));
  to.set_kind(static_cast<Span::SpanKind>(from.kind));
  to.set_start_time_unix_nano(from.start_nanos);
  to.set_end_time_unix_nano(from.end_nanos);
}

void Name(std::string_view service, ResourceSpans& resource_spans) {
  KeyValue& attribute = *resource_spans.mutable_resource()->add_attributes();
  attribute.set_key("service.name");
  attribute.mutable_value()->set_string_value(std::string(service));
}

}  // namespace

Service Service::Named(std::string name) {
  ResourceSpans resource_spans;
  Name(name, resource_spans);
  return {std::move(name), SurroundingsOf(resource_spans, *resource_spans.add_scope_spans())};
}

// The service's name is UTF-8 and the spans are not 64 MiB: nothing has to be checked.
Batch EncodeSpans(const Service& service, std::span<const GeneratedSpan> spans) {
  if (spans.empty()) return {};  // "senders should not make empty envelopes" (OTLP specification)
  char room[4096];
  Arena arena(room, sizeof(room));
  auto& request = *Arena::CreateMessage<ExportTraceServiceRequest>(&arena);
  ResourceSpans& resource_spans = *request.add_resource_spans();
  Name(service.name, resource_spans);
  auto& scope_spans = *resource_spans.add_scope_spans();
  std::vector<SpanSummary> summaries;
  summaries.reserve(spans.size());
  for (const GeneratedSpan& span : spans) {
    Encode(span, *scope_spans.add_spans());
    summaries.push_back(SummaryOf(service, span));
  }
  return Batch::FromOwn(request.SerializeAsString(), std::move(summaries), service.name);
}

SpanSummary SummaryOf(const Service& service, const GeneratedSpan& span) {
  const std::string trace = ToBytes(span.trace), id = ToBytes(span.id), parent = ToBytes(span.parent);
  const std::string name = NameOf(span);
  return Summarise({.trace_id = trace,
                    .span_id = id,
                    .trace_state = {},
                    .parent_span_id = IsValid(span.parent) ? std::string_view(parent) : std::string_view(),
                    .name = name,
                    .kind = span.kind,
                    .start_nanos = span.start_nanos,
                    .end_nanos = span.end_nanos},
                   Span::default_instance(), service.surroundings);
}

}  // namespace tracing
