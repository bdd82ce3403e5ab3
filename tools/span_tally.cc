#include "tools/span_tally.h"

#include <algorithm>

namespace tools {

void SpanTally::On(core::NodeId, const facts::SpanDropped& f) {
  constexpr const char* kReasons[] = {"queue_full", "gave_up", "rejected"};
  ++counts_.dropped[kReasons[static_cast<int>(f.reason)]];
}

sim::SpanCounts SpanTally::Counts() const {
  sim::SpanCounts counts = counts_;
  counts.traces = traces_.size();
  counts.in_flight = counts.emitted - confirmed_;
  for (const auto& [reason, spans] : counts.dropped) counts.in_flight -= spans;
  for (const auto& [content, track] : spans_) {
    counts.acknowledged += track.acknowledged;
    const bool everywhere = std::includes(track.stored.begin(), track.stored.end(), core_.begin(), core_.end());
    counts.stored += !core_.empty() && everywhere;
  }
  return counts;
}

}  // namespace tools
