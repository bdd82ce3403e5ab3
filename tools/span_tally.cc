#include "tools/span_tally.h"

#include <algorithm>

namespace tools {

void SpanTally::On(core::NodeId node, const facts::SpanDropped& f) {
  constexpr const char* kReasons[] = {"queue_full", "gave_up", "rejected", "shutdown"};
  ++counts_.dropped[kReasons[static_cast<int>(f.reason)]];
  --held_[node];
}

// What a node stored, it stores again from its journal; what an application held is gone.
void SpanTally::On(core::NodeId node, const facts::Crashed&) {
  for (auto& [content, track] : spans_) track.stored.Remove(node);
  const auto held = held_.find(node);
  if (held == held_.end()) return;
  if (held->second > 0) counts_.dropped["crash"] += held->second;
  held_.erase(held);
}

void SpanTally::On(core::NodeId node, const facts::StoreEmptied&) {
  for (auto& [content, track] : spans_) track.stored.Remove(node);
}

sim::SpanCounts SpanTally::Counts() const {
  sim::SpanCounts counts = counts_;
  counts.traces = traces_.size();
  for (const auto& [node, spans] : held_) counts.in_flight += spans;
  for (const auto& [content, track] : spans_) {
    counts.acknowledged += track.acknowledged;
    const invariants::NodeSet& stored = track.stored;
    const bool everywhere = std::ranges::all_of(core_, [&](const core::NodeId node) { return stored.Contains(node); });
    counts.stored += !core_.empty() && everywhere;
  }
  return counts;
}

}  // namespace tools
