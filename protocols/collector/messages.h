// What applications and collectors say to each other, and the timers of both.
#pragma once

#include <cstdint>
#include <string>

#include "protocols/core/facts.h"
#include "protocols/tracing/span.h"

namespace collector {

// One OTLP export: POST /v1/traces.
struct Export {
  std::uint64_t sequence{};
  tracing::Batch batch;
};

enum class ExportStatus : std::uint8_t {
  kOk,           // with `rejected` > 0 a partial success: those spans are lost, and a retry would not help
  kUnavailable,  // retry later; the export may or may not take effect
};
struct ExportAnswer {
  std::uint64_t sequence{};
  ExportStatus status{};
  std::uint64_t rejected{};
};

// One service calls another; the header carries the caller's context (W3C Trace Context).
struct Call {
  std::string traceparent;
  std::uint32_t depth{};  // calls that may follow from this one
};

// Timers of an application, beside those of the substrate.
struct ApplicationTimer {
  enum class Kind : std::uint8_t {
    kRecorded,       // the next recorded export is due
    kSchedule,       // the batch processor's schedule delay is over
    kExportTimeout,  // no answer to the export
    kRetry,          // the back-off is over
    kEnter,          // the next request enters the system
    kWork,           // operation `operation` is done
  };
  Kind kind{};
  std::uint64_t operation{};
  bool operator==(const ApplicationTimer&) const = default;
};

inline facts::TraceId ToFact(tracing::TraceId id) { return {id.high, id.low}; }

}  // namespace collector
