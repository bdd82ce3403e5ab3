// The content of spans: walks a decoded request once to check it and once to
// take fingerprints. See SpanSummary::content for what counts as content.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "protocols/tracing/otlp.pb.h"
#include "protocols/tracing/span.h"

namespace tracing {

// At most Batch::kMaxMessages, found without decoding any.
bool HasFewMessages(std::string_view bytes);

// At most Batch::kMaxBytes bytes, nested a little deeper than a batch may be.
bool DecodeRequest(std::string_view bytes, faultline::otlp::ExportTraceServiceRequest& request);

// Every text is UTF-8 and no value is nested deeper than `max_value_depth`.
absl::Status CheckRequest(const faultline::otlp::ExportTraceServiceRequest& request, int max_value_depth);

// In the order of the request, which must have passed the check: the walk
// follows nesting as deep as it goes.
std::vector<SpanSummary> Summarise(const faultline::otlp::ExportTraceServiceRequest& request);

// The first fields of a span, of which the simplest has no others.
struct SpanHead {
  std::string_view trace_id;
  std::string_view span_id;
  std::string_view trace_state;
  std::string_view parent_span_id;
  std::string_view name;
  std::uint64_t kind{};  // OTLP's number
  std::uint64_t start_nanos{};
  std::uint64_t end_nanos{};
};
// What the content of all spans of one scope begins with.
core::Fingerprint SurroundingsOf(const faultline::otlp::ResourceSpans& resource_spans,
                                 const faultline::otlp::ScopeSpans& scope_spans);
// All other fields are `rest`'s.
SpanSummary Summarise(const SpanHead& head, const faultline::otlp::Span& rest, const core::Fingerprint& surroundings);

// The string attribute service.name, or "".
std::string ServiceName(const faultline::otlp::Resource& resource);

}  // namespace tracing
