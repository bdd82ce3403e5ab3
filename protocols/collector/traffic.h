// Traffic: what the virtual applications of a run export. Recorded exports are
// replayed at their own pace; generated services make spans by calling one
// another inside the simulation.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocols/core/pool.h"
#include "protocols/core/types.h"
#include "protocols/tracing/span.h"

namespace collector {

// The SDK's batch span processor and OTLP exporter; the defaults are theirs
// (OpenTelemetry specification, "Batching processor" and "OTLP Exporter", Retry).
struct ExporterConfig {
  core::Duration schedule_delay = std::chrono::seconds(5);
  std::uint32_t max_batch = 512;   // spans
  std::uint32_t max_queue = 2048;  // spans; more are dropped and counted
  core::Duration timeout = std::chrono::seconds(30);
  core::Duration initial_backoff = std::chrono::seconds(5);  // then times 1.5, jitter of half
  core::Duration max_backoff = std::chrono::seconds(30);
  core::Duration give_up = std::chrono::seconds(300);  // after the first attempt; 0: never
};

// Virtual services that call one another; no services, no generated traffic.
struct GeneratedConfig {
  std::uint32_t services = 0;
  core::Between every{};      // between two requests that enter the system
  std::uint32_t depth = 3;    // of the call tree
  std::uint32_t fan_out = 2;  // calls that one operation makes at most
  core::Between work{};       // time an operation takes by itself
};

struct Traffic {
  std::vector<tracing::RecordedExport> recorded;  // by time
  std::uint32_t speed = 1;                        // times the recorded pace
  GeneratedConfig generated;
  ExporterConfig exporter;
};

// Which application replays what: one application for each service.name, in the
// order they first export, then the generated services.
struct Assignment {
  std::vector<core::List<std::uint32_t>> recorded;  // by application: places in Traffic::recorded
  std::uint32_t replaying = 0;                      // applications that replay
  std::uint32_t applications() const { return static_cast<std::uint32_t>(recorded.size()); }
};
Assignment Assign(const Traffic& traffic);

// When the last recorded export leaves, from the start of the run.
core::Duration ReplayLength(const Traffic& traffic);

}  // namespace collector
