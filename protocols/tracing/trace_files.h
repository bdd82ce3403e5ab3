// Reads recorded traces from files, for replay.
//
//   .jsonl        OTLP/JSON, one TracesData object a line; blank lines allowed
//   .json         OTLP/JSON, one object, over any number of lines
//   .bin, .pb     one binary ExportTraceServiceRequest
//   a folder      all of these below it, in the order of their paths
//
// Each object or request is one export. When it arrived is in a folder's
// index.json, {"requests":[{"no":0,"t_ms":306},...]}: request `no` is the export
// of that number, from 0, among the files directly in that folder. Without an
// index an export arrives at its latest span end, counted from the earliest
// span start of the whole input (timestamps of 0 are absent ones). That is the
// earliest it can have been complete; it also keeps the order of exports that
// real batching makes, children often before their parents.
//
// Not traces: a folder's index.json, and next to .bin files their readable copy
// decoded.jsonl, which would double every span. Other files are ignored.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "protocols/tracing/span.h"

namespace tracing {

inline constexpr std::size_t kMaxTraceFileBytes = std::size_t{256} << 20;
inline constexpr std::size_t kMaxExports = 1'000'000;

// In the order of `at`; equal times keep the order of the input. At least one
// span, or an error that names the file, the line, the field and the remedy.
absl::StatusOr<std::vector<RecordedExport>> ReadTraces(const std::string& path);

// The same for the content of one file, whose name tells its format.
absl::StatusOr<std::vector<RecordedExport>> ParseTraces(std::string_view name, std::string_view content);

// The same for a folder whose files are in memory, such as those built into the program.
struct TraceFile {
  std::string_view path;
  std::string_view content;
};
absl::StatusOr<std::vector<RecordedExport>> ParseTraces(std::string_view name, const std::vector<TraceFile>& files);

}  // namespace tracing
