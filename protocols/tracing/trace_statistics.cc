#include "protocols/tracing/trace_statistics.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "protocols/tracing/otlp.h"
#include "protocols/tracing/span_content.h"

namespace tracing {
namespace {

using faultline::otlp::ResourceSpans;
using faultline::otlp::ScopeSpans;
using faultline::otlp::Span;
using faultline::otlp::Status;

// A span with what the statistics of its trace need.
struct Member {
  SpanSummary span;
  std::string service;
};
using Trace = std::vector<Member>;  // without exact duplicates

struct Reading {
  TraceStatistics& statistics;
  std::set<std::string> services{};
  std::set<core::Fingerprint> seen{};
  std::map<TraceId, Trace> traces{};
};

void CountSpan(const Span& span, const SpanSummary& summary, TraceStatistics& statistics) {
  ++statistics.spans;
  statistics.invalid += !summary.valid;
  statistics.zero_start += summary.start_nanos == 0;
  statistics.zero_duration += summary.end_nanos == summary.start_nanos;
  statistics.negative_duration += summary.end_nanos < summary.start_nanos;
  statistics.links += static_cast<std::uint64_t>(span.links_size());
  statistics.events += static_cast<std::uint64_t>(span.events_size());
  statistics.errors += span.status().code() == Status::STATUS_CODE_ERROR;
}

void Read(const Batch& batch, Reading& reading) {
  auto summary = batch.spans().begin();
  const faultline::otlp::ExportTraceServiceRequest request = Decode(batch);
  for (const ResourceSpans& resource_spans : request.resource_spans()) {
    const std::string service = ServiceName(resource_spans.resource());
    if (!service.empty()) reading.services.insert(service);
    for (const ScopeSpans& scope_spans : resource_spans.scope_spans()) {
      for (const Span& span : scope_spans.spans()) {
        CountSpan(span, *summary, reading.statistics);
        const bool is_new = reading.seen.insert(summary->content).second;
        reading.statistics.exact_duplicates += !is_new;
        if (is_new && summary->valid) reading.traces[summary->trace].push_back({*summary, service});
        ++summary;
      }
    }
  }
}

// ---- One trace ----

// A node of the trace's shape is a span id; spans that share an id are one node.
// Nodes are numbered in the order of their ids.
class Shape {
 public:
  explicit Shape(const Trace& trace) {
    for (const Member& member : trace) numbers_.emplace(member.span.id, 0);
    std::size_t next = 0;
    for (auto& [id, number] : numbers_) number = next++;
    children_.resize(next);
    parents_left_.resize(next);
    for (const Member& member : trace) AddEdge(member.span);
  }

  std::uint64_t Components() const {
    std::vector<std::size_t> leader(children_.size());
    for (std::size_t i = 0; i < leader.size(); ++i) leader[i] = i;
    const auto find = [&leader](std::size_t i) {
      while (leader[i] != i) i = leader[i] = leader[leader[i]];
      return i;
    };
    std::uint64_t components = children_.size();
    for (std::size_t parent = 0; parent < children_.size(); ++parent) {
      for (const std::size_t child : children_[parent]) {
        const std::size_t a = find(parent), b = find(child);
        if (a == b) continue;
        leader[a] = b;
        --components;
      }
    }
    return components;
  }

  struct Chains {
    std::uint64_t longest;
    bool cyclic;
  };
  // Peels off nodes whose parents are all peeled off; a cycle, and what hangs
  // below it, remains. A loop, because a hostile chain is as long as it likes.
  Chains MeasureChains() const {
    std::vector<std::size_t> waiting_for = parents_left_;
    std::vector<std::uint64_t> depth(children_.size());
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < waiting_for.size(); ++i) {
      if (waiting_for[i] == 0) ready.push_back(i);
    }
    std::uint64_t longest = 0;
    for (std::size_t next = 0; next < ready.size(); ++next) {
      const std::size_t parent = ready[next];
      longest = std::max(longest, depth[parent]);
      for (const std::size_t child : children_[parent]) {
        depth[child] = std::max(depth[child], depth[parent] + 1);
        if (--waiting_for[child] == 0) ready.push_back(child);
      }
    }
    return {longest, ready.size() < children_.size()};
  }

  bool Has(SpanId id) const { return numbers_.contains(id); }

 private:
  void AddEdge(const SpanSummary& span) {
    const auto parent = numbers_.find(span.parent);
    if (parent == numbers_.end()) return;
    const std::size_t child = numbers_.at(span.id);
    children_[parent->second].push_back(child);
    ++parents_left_[child];
  }

  std::map<SpanId, std::size_t> numbers_;
  std::vector<std::vector<std::size_t>> children_;
  std::vector<std::size_t> parents_left_;
};

void CountRoots(const Trace& trace, TraceStatistics& statistics) {
  std::set<SpanId> roots;
  for (const Member& member : trace) {
    if (!IsValid(member.span.parent)) roots.insert(member.span.id);
  }
  statistics.roots += roots.size();
  statistics.rootless_traces += roots.empty();
  statistics.multi_root_traces += roots.size() > 1;
}

void CountOrphans(const Trace& trace, const Shape& shape, TraceStatistics& statistics) {
  const auto orphans = static_cast<std::uint64_t>(std::count_if(trace.begin(), trace.end(), [&](const Member& member) {
    return IsValid(member.span.parent) && !shape.Has(member.span.parent);
  }));
  statistics.orphans += orphans;
  statistics.traces_with_orphans += orphans > 0;
}

void CountPair(const Member& child, const Member& parent, TraceStatistics& statistics) {
  ++statistics.parent_child_pairs;
  statistics.child_starts_before_parent += child.span.start_nanos < parent.span.start_nanos;
  statistics.child_ends_after_parent += child.span.end_nanos > parent.span.end_nanos;
  statistics.child_after_parent_ended += child.span.start_nanos > parent.span.end_nanos;
  statistics.cross_service_edges += child.service != parent.service;
}

void CountPairs(const Trace& trace, TraceStatistics& statistics) {
  std::map<SpanId, std::vector<const Member*>> by_id;
  for (const Member& member : trace) by_id[member.span.id].push_back(&member);
  for (const auto& [id, members] : by_id) statistics.span_id_reuse += members.size() > 1;
  for (const Member& child : trace) {
    const auto parents = by_id.find(child.span.parent);
    if (parents == by_id.end()) continue;
    for (const Member* parent : parents->second) {
      if (parent != &child) CountPair(child, *parent, statistics);
    }
  }
}

void CountTrace(const Trace& trace, TraceStatistics& statistics) {
  const Shape shape(trace);
  const Shape::Chains chains = shape.MeasureChains();
  CountRoots(trace, statistics);
  CountOrphans(trace, shape, statistics);
  CountPairs(trace, statistics);
  statistics.disconnected_traces += shape.Components() > 1;
  statistics.parent_cycles += chains.cyclic;
  statistics.max_depth = std::max(statistics.max_depth, chains.longest);
  statistics.max_spans_in_trace = std::max<std::uint64_t>(statistics.max_spans_in_trace, trace.size());
}

}  // namespace

TraceStatistics ComputeStatistics(std::span<const RecordedExport> recording) {
  TraceStatistics statistics;
  Reading reading{statistics};
  for (const RecordedExport& recorded : recording) Read(recorded.batch, reading);
  statistics.services = reading.services.size();
  statistics.traces = reading.traces.size();
  for (const auto& [id, trace] : reading.traces) CountTrace(trace, statistics);
  return statistics;
}

}  // namespace tracing
