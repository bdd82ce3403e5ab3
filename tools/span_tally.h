// Span tally: counts what became of the spans of a run, from the same facts that
// the monitors judge.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <type_traits>
#include <variant>

#include "absl/container/btree_set.h"
#include "invariants/node_set.h"
#include "protocols/core/facts.h"
#include "protocols/core/fingerprint_map.h"
#include "sim/report.h"

namespace tools {

// Where one distinct span is.
struct SpanTrack {
  invariants::NodeSet stored;
  bool acknowledged = false;
};

class SpanTally {
 public:
  void On(core::NodeId node, const facts::SpanEmitted& f) {
    ++counts_.emitted;
    ++held_[node];
    counts_.duplicates += !spans_.TryEmplace(f.content).second;
    traces_.insert(f.trace);
  }
  void On(core::NodeId node, const facts::SpanConfirmed&) { --held_[node]; }
  void On(core::NodeId node, const facts::SpanDropped& f);
  void On(core::NodeId, const facts::SpanAcknowledged& f) { spans_[f.content].acknowledged = true; }
  void On(core::NodeId node, const facts::SpanStored& f) { spans_[f.content].stored.Insert(node); }
  void On(core::NodeId node, const facts::StoreEmptied&);
  void On(core::NodeId node, const facts::Crashed&);
  void On(core::NodeId node, const facts::InCore&) { core_.insert(node); }
  template <class F>
  void On(core::NodeId, const F&) {}

  sim::SpanCounts Counts() const;

 private:
  sim::SpanCounts counts_;
  std::map<core::NodeId, std::uint64_t> held_;  // by application: neither confirmed nor dropped
  core::FingerprintMap<SpanTrack> spans_;
  absl::btree_set<facts::TraceId> traces_;
  std::set<core::NodeId> core_;
};

// A panel that tallies on the side.
template <class Panel>
class Tally : public Panel {
 public:
  using Panel::Panel;
  template <class Fact>
  void OnFact(core::NodeId node, const Fact& fact) {
    std::visit([&](const auto& f) { tally_.On(node, f); }, fact);
    Panel::OnFact(node, fact);
  }
  void OnEngineFact(core::NodeId node, const facts::Engine& fact) {
    std::visit([&](const auto& f) { tally_.On(node, f); }, fact);
    Panel::OnEngineFact(node, fact);
  }
  sim::SpanCounts Counts() const { return tally_.Counts(); }

 private:
  SpanTally tally_;
};

}  // namespace tools
