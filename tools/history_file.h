// History files: what clients asked and were answered, as JSON lines, from a run or from a
// real cluster. `faultline check` reads them; README.md of this folder lists the fields.
//
//   {"process":0,"f":"write","key":"x","value":1,"start":10,"end":20,"ok":true}
//   {"process":1,"f":"read","key":"x","value":null,"start":15,"end":30,"ok":true}
//   {"process":0,"f":"cas","key":"x","value":[1,2],"start":25,"end":null,"ok":null}
//   {"f":"audit","replica":2,"key":"x","value":2,"start":900}
//
// Files come from strangers: everything is bounded, and whatever is odd is refused with file,
// line, field and what was wanted. A verdict about half of a file, or about fields that the
// reader took for something else, would be worse than none.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "invariants/consistency/history.h"
#include "protocols/tracing/json.h"

namespace tools {

struct HistoryLimits {
  std::uint64_t bytes = std::uint64_t{1} << 30;
  std::uint64_t line_bytes = std::uint64_t{1} << 20;
  std::uint64_t operations = std::uint64_t{1} << 24;  // with the audits
  std::uint64_t values = std::uint64_t{1} << 25;      // different ones, which cost more memory than file
};

// Times beyond this are broken, and leave no room for what never returns.
inline constexpr std::int64_t kLatestTime = std::int64_t{1} << 62;

// Told now and then how many lines have been read.
using HearLines = std::function<void(std::uint64_t lines)>;

// "-" is standard input. Lines may come in any order, the history is sorted.
absl::StatusOr<consistency::History> ReadHistory(const std::string& path, const HearLines& hear = {});

// The same for a text in memory.
absl::StatusOr<consistency::History> ParseHistory(std::string_view text, const std::string& name,
                                                  const HistoryLimits& limits = {});

// As history files are called in messages: printable, and standard input by its name.
std::string HistoryName(const std::string& path);

// A line for each operation, by call, then one for each audit, by time: so an operation's line is its
// number. Reads back to an equal history, but for the numbers of the lines if they were others; equal
// histories give equal bytes.
std::string PrintHistory(const consistency::History& history);

// null, 7, "x", [1,2].
void WriteValue(const consistency::Values& values, consistency::ValueId value, tracing::JsonWriter& out);
// Under "value", what the file has there: of a cas [expected, new]; nothing if nothing was answered.
void WriteValueField(const consistency::History& history, const consistency::Operation& operation,
                     tracing::JsonWriter& out);

}  // namespace tools
