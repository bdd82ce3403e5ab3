#include "tools/history_recorder.h"

#include <algorithm>
#include <string>

namespace tools {
namespace {

using consistency::Function;
using consistency::Operation;
using consistency::Outcome;

std::int64_t Nanoseconds(core::TrueTime at) { return at.time_since_epoch().count(); }

}  // namespace

std::uint32_t HistoryRecorder::KeyOf(Number key) {
  auto& names = recorded_.history.keys;
  const auto [place, is_new] = keys_.try_emplace(key, static_cast<std::uint32_t>(names.size()));
  if (is_new) names.push_back("k" + std::to_string(key));
  return place->second;
}

void HistoryRecorder::On(core::NodeId, const facts::Invoked& f) {
  auto& [history, asked] = recorded_;
  Operation operation;
  operation.process = core::Number(f.request.client);
  operation.function = f.function == facts::Operation::kRead ? Function::kRead : Function::kWrite;
  operation.outcome = Outcome::kUnknown;
  operation.key = KeyOf(f.key);
  if (operation.function == Function::kWrite)
    operation.argument = history.values.Integer(static_cast<std::int64_t>(f.value));
  operation.called = ++sequence_;
  operation.called_ns = Nanoseconds(f.at);
  operation.line = static_cast<std::uint32_t>(history.operations.size() + 1);
  open_[f.request.client] = history.operations.size();
  history.operations.push_back(operation);
  asked.push_back({f.target, Ending::kUnfinished});
}

void HistoryRecorder::On(core::NodeId, const facts::Returned& f) {
  const std::size_t place = open_.at(f.request.client);
  consistency::History& history = recorded_.history;
  Operation& operation = history.operations[place];
  operation.outcome = Outcome::kOk;
  if (f.value) operation.result = history.values.Integer(static_cast<std::int64_t>(*f.value));
  operation.returned = ++sequence_;
  operation.returned_ns = Nanoseconds(f.at);
  operation.replica = static_cast<std::int32_t>(core::Number(f.replica));
  operation.version = f.version.value;
  recorded_.asked[place].ending = Ending::kAnswered;
}

void HistoryRecorder::On(core::NodeId, const facts::Abandoned& f) {
  const bool refused = f.reason == facts::AbandonReason::kRefused;
  recorded_.asked[open_.at(f.request.client)].ending = refused ? Ending::kRefused : Ending::kTimedOut;
}

void HistoryRecorder::On(core::NodeId node, const facts::ValueStored& f) {
  Replica& replica = replicas_[node];
  replica.holds[f.key] = f.value;
  if (!replica.stored.emplace(f.key, f.value).second) return;
  Audit(core::Number(node), f.key, recorded_.history.values.Integer(static_cast<std::int64_t>(f.value)));
}

void HistoryRecorder::On(core::NodeId node, const facts::Crashed&) {
  replicas_[node].up = false;
  replicas_[node].holds.clear();
}

void HistoryRecorder::Audit(std::uint32_t node, Number key, consistency::ValueId value) {
  consistency::Audit audit;
  audit.replica = node;
  audit.key = KeyOf(key);
  audit.value = value;
  audit.at = ++sequence_;
  audit.at_ns = Nanoseconds(now_);
  replicas_[core::NodeId{node}].audits.push_back(audit);
}

void HistoryRecorder::AtEnd() {
  ended_ = true;
  for (auto& [node, replica] : replicas_) {
    if (!replica.in_core || !replica.up) continue;
    for (const auto& [key, place] : keys_) {
      const auto held = replica.holds.find(key);
      const bool has = held != replica.holds.end();
      Audit(core::Number(node), key,
            has ? recorded_.history.values.Integer(static_cast<std::int64_t>(held->second)) : consistency::kNull);
    }
  }
}

RecordedHistory HistoryRecorder::Take() {
  std::vector<consistency::Audit>& audits = recorded_.history.audits;
  for (const auto& [node, replica] : replicas_) {
    if (ended_ && replica.in_core && replica.up)
      audits.insert(audits.end(), replica.audits.begin(), replica.audits.end());
  }
  std::sort(audits.begin(), audits.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  auto line = static_cast<std::uint32_t>(recorded_.history.operations.size());
  for (consistency::Audit& audit : audits) audit.line = ++line;
  return std::move(recorded_);
}

}  // namespace tools
