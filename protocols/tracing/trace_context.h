// W3C Trace Context Level 2: the two headers by which a trace crosses a process.
//
// A reader must be strict where lenience would invent a trace (upper case, zero
// ids, version ff) and lenient where strictness would break the future (higher
// versions, unknown flags). A traceparent that is not accepted is ignored as a
// whole, its tracestate too, and a new trace starts; a bad tracestate never
// harms the traceparent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/tracing/span.h"

namespace tracing {

inline constexpr std::uint8_t kSampled = 1;
inline constexpr std::uint8_t kRandomTraceId = 2;  // copied along, never invented

struct TraceContext {
  TraceId trace{};
  SpanId parent{};
  std::uint8_t flags{};  // known bits only: kSampled, kRandomTraceId
  bool operator==(const TraceContext&) const = default;
};

// The value of the one traceparent header. Nothing: start a new trace.
std::optional<TraceContext> ParseTraceparent(std::string_view header);

// Always version 00, the one we know.
std::string FormatTraceparent(const TraceContext& context);

struct TracestateMember {
  std::string key;
  std::string value;
  bool operator==(const TracestateMember&) const = default;
};
using Tracestate = std::vector<TracestateMember>;  // the latest writer first, keys distinct

inline constexpr std::size_t kMaxTracestateMembers = 32;
inline constexpr std::size_t kMinTracestateLength = 512;  // this much must be passed on

// The values of all tracestate headers in order. Nothing: the list is dropped.
std::optional<Tracestate> ParseTracestate(std::span<const std::string_view> headers);

// Puts our entry to the left, where a new or changed one goes (§3.5), and
// forgets the oldest if there are too many. False, and no change, if key or
// value may not stand in the header.
bool SetTracestateMember(Tracestate& state, std::string_view key, std::string_view value);

// The header's value; "" needs no header. If it were longer than `limit`, whole
// members go: those over 128 characters first, then from the right (§3.3.1.5).
std::string FormatTracestate(const Tracestate& state, std::size_t limit = kMinTracestateLength);

}  // namespace tracing
