#include "tools/history_recorder.h"

#include <algorithm>

namespace tools {

void HistoryRecorder::On(core::NodeId, const facts::Invoked& f) {
  clients_.On(f);
  asked_.push_back({f.target, Ending::kUnfinished});
}

void HistoryRecorder::On(core::NodeId, const facts::Returned& f) { asked_[clients_.On(f)].ending = Ending::kAnswered; }

void HistoryRecorder::On(core::NodeId, const facts::Abandoned& f) {
  const bool refused = f.reason == facts::AbandonReason::kRefused;
  asked_[clients_.On(f)].ending = refused ? Ending::kRefused : Ending::kTimedOut;
}

void HistoryRecorder::On(core::NodeId node, const facts::ValueStored& f) {
  Replica& replica = replicas_[node];
  replica.holds[f.key] = f.value;
  if (!replica.stored.emplace(f.key, f.value).second) return;
  Audit(core::Number(node), f.key, clients_.ValueOf(f.value));
}

void HistoryRecorder::On(core::NodeId node, const facts::Crashed&) {
  replicas_[node].up = false;
  replicas_[node].holds.clear();
}

void HistoryRecorder::Audit(std::uint32_t node, Number key, consistency::ValueId value) {
  consistency::Audit audit;
  audit.replica = node;
  audit.key = clients_.KeyOf(key);
  audit.value = value;
  audit.at = clients_.Tick();
  audit.at_ns = consistency::Nanoseconds(now_);
  replicas_[core::NodeId{node}].audits.push_back(audit);
}

void HistoryRecorder::AtEnd() {
  ended_ = true;
  for (auto& [node, replica] : replicas_) {
    if (!replica.in_core || !replica.up) continue;
    for (const auto& [key, place] : clients_.keys()) {
      const auto held = replica.holds.find(key);
      const bool has = held != replica.holds.end();
      Audit(core::Number(node), key, has ? clients_.ValueOf(held->second) : consistency::kNull);
    }
  }
}

RecordedHistory HistoryRecorder::Take() {
  consistency::History history = clients_.Take();
  std::vector<consistency::Audit>& audits = history.audits;
  for (const auto& [node, replica] : replicas_) {
    if (ended_ && replica.in_core && replica.up)
      audits.insert(audits.end(), replica.audits.begin(), replica.audits.end());
  }
  std::sort(audits.begin(), audits.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  auto line = static_cast<std::uint32_t>(history.operations.size());
  for (consistency::Audit& audit : audits) audit.line = ++line;
  return {std::move(history), std::move(asked_)};
}

}  // namespace tools
