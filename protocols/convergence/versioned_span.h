// VersionedSpan: one span of a trace, of which collectors have been told parts. A span may be reported while it
// runs, and again, through another collector; what they were told is merged, field by field, and is a join. So
// collectors that have the same reports have the same span, and the way there leaves no trace in it (founding document
// §5.3, F56, F62).
//
// How a field merges follows from what OpenTelemetry lets a program do with it (specification, "Trace API", Span):
//
// | field                             | a program may                         | so it is                   |
// | ---                               | ---                                   | ---                        |
// | parent, start, trace state, flags | give it when the span starts          | set once                   |
// | end                               | end the span; later calls are ignored | set once                   |
// | name                              | give another one                      | last written               |
// | attributes                        | set each again, and remove none       | each last written          |
// | status                            | set it upwards, Ok > Error > Unset    | the highest, then the last |
// | events, links                     | add                                   | add-only sets              |
// | dropped counts                    | nothing: the SDK counts upwards       | maxima                     |
//
// So the end is not the latest of those told: a span is ended by the one process that started it, once, and of two
// different ends one is a mistake. A maximum would keep the mistake of the clock that is furthest ahead, and say
// nothing. The lesser is shown, as the first call counts, and that they contradict each other stays visible.
//
// How much a span may hold is for whoever takes reports to say, as tracing::Batch does: a merge that left something out
// would be no join.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "protocols/clocks/version_vector.h"
#include "protocols/convergence/lattice.h"
#include "protocols/core/pool.h"
#include "protocols/tracing/span.h"

namespace convergence {

// Which span it is. The kind is part of that: the client's and the server's half of a call may share a span id
// (Zipkin), and to merge them would make one span of two.
struct SpanKey {
  tracing::TraceId trace;
  tracing::SpanId id;
  std::uint32_t kind{};  // as in OTLP
  auto operator<=>(const SpanKey&) const = default;
};

// In OTLP an attribute's value is of several types; here it is the bytes of its encoding.
using Attributes = std::map<std::string, std::string>;

struct SpanEvent {
  std::uint64_t time_nanos{};
  std::string name;
  Attributes attributes;
  auto operator<=>(const SpanEvent&) const = default;
};

struct SpanLink {
  tracing::TraceId trace;
  tracing::SpanId id;
  std::string trace_state;
  Attributes attributes;
  std::uint32_t flags{};
  auto operator<=>(const SpanLink&) const = default;
};

// In the order of the specification, which is not that of the numbers in OTLP.
enum class StatusCode : std::uint8_t { kUnset, kError, kOk };

// Of equal codes what was said last counts. Ok is final: what is set on top of it is as good.
struct SpanStatus {
  StatusCode code{};
  Stamp stamp;
  std::string description;  // of an error alone
  auto operator<=>(const SpanStatus&) const = default;
};

struct DroppedCounts {
  Max<std::uint32_t> attributes, events, links;
  bool operator==(const DroppedCounts&) const = default;

  void Join(const DroppedCounts& other) { JoinFields(*this, other); }
  bool Covers(const DroppedCounts& other) const { return FieldsCover(*this, other); }
};

// What one report says. What is not in it is not said, which is not the same as being empty.
struct SpanReport {
  std::optional<tracing::SpanId> parent;  // zero: it is a root
  std::uint64_t start_nanos{};            // zero is no time (OTLP; F64)
  std::uint64_t end_nanos{};              // likewise: the span has not ended yet, or nobody knows
  std::string trace_state;
  std::optional<std::uint32_t> flags;
  std::string name;  // empty: not known (OTLP)
  StatusCode status{};
  std::string description;  // of the status
  Attributes attributes;
  core::List<SpanEvent> events;
  core::List<SpanLink> links;
  DroppedCounts dropped;
};

struct VersionedSpan {
  clocks::CausalContext reports;  // what is in here
  SetOnce<tracing::SpanId> parent;
  SetOnce<std::uint64_t> start_nanos;
  SetOnce<std::uint64_t> end_nanos;
  SetOnce<std::string> trace_state;
  SetOnce<std::uint32_t> flags;
  LastWritten<std::string> name;
  Max<SpanStatus> status;
  MapOf<std::string, LastWritten<std::string>> attributes;
  AddOnlySet<SpanEvent> events;  // two that are equal are one: a repetition cannot be told from a retry
  AddOnlySet<SpanLink> links;
  DroppedCounts dropped;
  bool operator==(const VersionedSpan&) const = default;

  // What a report says, as the span that is known of it alone. Whoever receives a report stamps it; from then on it
  // goes round as it is, and is joined, never stamped again (F124).
  static VersionedSpan Of(const SpanReport& report, const Stamp& stamp) {
    VersionedSpan span;
    span.reports.Add(stamp.dot);
    if (report.parent) span.parent.Claim(*report.parent);
    if (report.start_nanos != 0) span.start_nanos.Claim(report.start_nanos);
    if (report.end_nanos != 0) span.end_nanos.Claim(report.end_nanos);
    if (!report.trace_state.empty()) span.trace_state.Claim(report.trace_state);
    if (report.flags) span.flags.Claim(*report.flags);
    if (!report.name.empty()) span.name = {stamp, report.name};
    span.status.value = StatusOf(report, stamp);
    for (const auto& [key, value] : report.attributes) span.attributes.JoinAt(key, {stamp, value});
    for (const SpanEvent& event : report.events) span.events.Add(event);
    for (const SpanLink& link : report.links) span.links.Add(link);
    span.dropped = report.dropped;
    return span;
  }

  // Data and reports in one step (F65).
  void Join(const VersionedSpan& other) { JoinFields(*this, other); }
  bool Covers(const VersionedSpan& other) const { return FieldsCover(*this, other); }

  // What a well-behaved SDK never makes.
  bool Contradicted() const {
    return parent.Contradicted() || start_nanos.Contradicted() || end_nanos.Contradicted() ||
           trace_state.Contradicted() || flags.Contradicted();
  }

 private:
  static SpanStatus StatusOf(const SpanReport& report, const Stamp& stamp) {
    if (report.status == StatusCode::kUnset) return {};  // to unset is ignored
    return {report.status, stamp, report.status == StatusCode::kError ? report.description : std::string()};
  }
};

using VersionedSpans = MapOf<SpanKey, VersionedSpan>;

}  // namespace convergence
