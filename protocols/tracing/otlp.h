// OTLP/JSON, read and written by us.
//
// It looks like Protobuf's own JSON form and is not: trace and span ids are
// hexadecimal, so a ProtoJSON reader takes them for base64 and makes wrong
// bytes of them without an error (OTLP specification, "JSON Protobuf
// Encoding").
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "protocols/tracing/otlp.pb.h"
#include "protocols/tracing/span.h"

namespace tracing {

// Reads one TracesData or ExportTraceServiceRequest. As the specification asks:
// ids in either case, 64-bit integers as strings or numbers, unknown keys
// ignored, null for a default. Beyond it, as the OpenTelemetry collector:
// snake_case keys and names of enum values. Stricter: one key twice is an error
// (json.h says why), and so are two types in one value.
// An id of a wrong length is read as it is: the span is invalid, not the file.
// Errors say `name`, line (counted from `first_line`), column and field.
absl::StatusOr<faultline::otlp::ExportTraceServiceRequest> ParseJson(std::string_view text, std::string_view name,
                                                                     std::size_t first_line = 1);

// The canonical form: one line, keys in the order of the schema, no defaults,
// lower-case ids, 64-bit integers as strings. What the collector writes.
// The request must be one that a Batch accepts.
std::string WriteJson(const faultline::otlp::ExportTraceServiceRequest& request);

// What a batch carries; the spans come in the order of batch.spans().
faultline::otlp::ExportTraceServiceRequest Decode(const Batch& batch);

}  // namespace tracing
