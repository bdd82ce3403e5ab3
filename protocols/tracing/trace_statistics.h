// Counts what is in a recording, odd things above all: what a reader of real
// traces must expect and an ideal trace would not have.
//
// A pair is a span (exact duplicates removed) with every other span of its trace
// that carries its parent id; when several spans share an id one child makes
// several pairs. Invalid spans are counted under `spans`, `invalid` and what a
// single span shows; they belong to no trace.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "protocols/tracing/trace_files.h"

namespace tracing {

struct TraceStatistics {
  std::uint64_t spans{};  // repeats included
  std::uint64_t invalid{};
  std::uint64_t traces{};
  std::uint64_t services{};          // distinct, not empty
  std::uint64_t exact_duplicates{};  // equal in content to a span read before
  std::uint64_t span_id_reuse{};     // (trace, span id) carried by several spans that are no duplicates
  std::uint64_t roots{};             // distinct (trace, span id) without a parent
  std::uint64_t rootless_traces{};
  std::uint64_t multi_root_traces{};
  std::uint64_t orphans{};  // without duplicates: spans whose parent is not in the trace
  std::uint64_t traces_with_orphans{};
  std::uint64_t disconnected_traces{};  // more than one component
  std::uint64_t parent_cycles{};        // traces in which some span is its own ancestor
  std::uint64_t negative_duration{};
  std::uint64_t zero_duration{};
  std::uint64_t zero_start{};  // absent
  std::uint64_t parent_child_pairs{};
  std::uint64_t child_starts_before_parent{};
  std::uint64_t child_ends_after_parent{};
  std::uint64_t child_after_parent_ended{};  // asynchronous work
  std::uint64_t cross_service_edges{};       // pairs of different services
  std::uint64_t max_depth{};                 // edges from a span without a parent in the trace downwards
  std::uint64_t max_spans_in_trace{};        // without duplicates
  std::uint64_t links{};
  std::uint64_t events{};
  std::uint64_t errors{};  // status code 2
  bool operator==(const TraceStatistics&) const = default;
};

inline constexpr std::array<std::pair<std::string_view, std::uint64_t TraceStatistics::*>, 26> kTraceStatisticsFields =
    {{
        {"spans", &TraceStatistics::spans},
        {"invalid", &TraceStatistics::invalid},
        {"traces", &TraceStatistics::traces},
        {"services", &TraceStatistics::services},
        {"exact_duplicates", &TraceStatistics::exact_duplicates},
        {"span_id_reuse", &TraceStatistics::span_id_reuse},
        {"roots", &TraceStatistics::roots},
        {"rootless_traces", &TraceStatistics::rootless_traces},
        {"multi_root_traces", &TraceStatistics::multi_root_traces},
        {"orphans", &TraceStatistics::orphans},
        {"traces_with_orphans", &TraceStatistics::traces_with_orphans},
        {"disconnected_traces", &TraceStatistics::disconnected_traces},
        {"parent_cycles", &TraceStatistics::parent_cycles},
        {"negative_duration", &TraceStatistics::negative_duration},
        {"zero_duration", &TraceStatistics::zero_duration},
        {"zero_start", &TraceStatistics::zero_start},
        {"parent_child_pairs", &TraceStatistics::parent_child_pairs},
        {"child_starts_before_parent", &TraceStatistics::child_starts_before_parent},
        {"child_ends_after_parent", &TraceStatistics::child_ends_after_parent},
        {"child_after_parent_ended", &TraceStatistics::child_after_parent_ended},
        {"cross_service_edges", &TraceStatistics::cross_service_edges},
        {"max_depth", &TraceStatistics::max_depth},
        {"max_spans_in_trace", &TraceStatistics::max_spans_in_trace},
        {"links", &TraceStatistics::links},
        {"events", &TraceStatistics::events},
        {"errors", &TraceStatistics::errors},
    }};

TraceStatistics ComputeStatistics(std::span<const RecordedExport> recording);

}  // namespace tracing
