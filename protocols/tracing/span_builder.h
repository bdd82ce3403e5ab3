// Makes batches of spans that the simulator invents, so that a virtual
// application exports what a real one would.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "protocols/core/fingerprint.h"
#include "protocols/tracing/span.h"

namespace tracing {

struct GeneratedSpan {
  TraceId trace{};
  SpanId id{};
  SpanId parent{};  // zero: a root
  std::uint64_t start_nanos{};
  std::uint64_t end_nanos{};
  std::uint32_t name{};  // written as "op-7"
  std::uint32_t kind{};  // OTLP's number: 1 internal, 2 server, 3 client, 4 producer, 5 consumer
  bool operator==(const GeneratedSpan&) const = default;
};

// Who exports: its name, which must be UTF-8, and what the content of each of its spans begins with.
struct Service {
  std::string name;
  core::Fingerprint surroundings;

  static Service Named(std::string name);
};

// One export of this service. Equal arguments make equal bytes; no spans make the empty batch.
Batch EncodeSpans(const Service& service, std::span<const GeneratedSpan> spans);

// What such an export says of this span, whatever its neighbours.
SpanSummary SummaryOf(const Service& service, const GeneratedSpan& span);

}  // namespace tracing
