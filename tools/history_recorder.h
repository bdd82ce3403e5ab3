// History recorder: what a run's clients asked and were told, as a history that `faultline check`
// takes, with what only the simulator knows: whom they asked, how it ended, what replicas held.
//
// Replicas are audited: when each first stored a value, and what it holds in the end. Only those
// of the healed core that are members and up when the run ends, since no other is owed convergence. A node that
// restarts executes its log anew; what it stored before is then no news.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "invariants/consistency/client_history.h"
#include "protocols/core/facts.h"

namespace tools {

// How an operation ended, for who counts; a history knows all but the first as unknown.
enum class Ending : std::uint8_t { kAnswered, kRefused, kTimedOut, kUnfinished };

struct Asked {
  core::NodeId target{};  // whom the client asked; who answered may be another
  Ending ending = Ending::kUnfinished;
};

struct RecordedHistory {
  consistency::History history;  // of the model `register`
  std::vector<Asked> asked;      // by operation
};

class HistoryRecorder {
 public:
  void At(core::TrueTime now) { now_ = now; }

  void On(core::NodeId, const facts::Invoked& f);
  void On(core::NodeId, const facts::Returned& f);
  void On(core::NodeId, const facts::Abandoned& f);
  void On(core::NodeId node, const facts::ValueStored& f);
  void On(core::NodeId node, const facts::InCore&) { replicas_[node].in_core = true; }
  void On(core::NodeId node, const facts::Crashed&);
  void On(core::NodeId node, const facts::Restarted&) { replicas_[node].up = true; }
  void On(core::NodeId node, const facts::Halted&) { replicas_[node].up = false; }
  template <class F>
  void On(core::NodeId, const F&) {}

  // This member of the core has been removed from the cluster: nobody sends it anything any more.
  void Removed(core::NodeId node) { replicas_[node].in_core = false; }
  // The run has come to its end. Without that nobody is audited: what a replica would still have
  // stored is not known.
  void AtEnd();

  RecordedHistory Take();

 private:
  // A number as facts have it: a key, a value.
  using Number = std::uint64_t;
  struct Replica {
    bool in_core = false;
    bool up = true;
    std::map<Number, Number> holds;              // by key, in this life
    std::set<std::pair<Number, Number>> stored;  // ever
    std::vector<consistency::Audit> audits;
  };

  void Audit(std::uint32_t node, Number key, consistency::ValueId value);

  core::TrueTime now_{};
  bool ended_ = false;
  consistency::ClientHistory clients_;
  std::vector<Asked> asked_;
  std::map<core::NodeId, Replica> replicas_;
};

// A panel that records on the side, if somebody wants that. One type for both, since each type of panel
// is another run to compile.
template <class Panel>
class Recording : public Panel {
 public:
  // Without a recorder nothing is recorded.
  template <class... Args>
  explicit Recording(HistoryRecorder* recorder, Args&&... args)
      : Panel(std::forward<Args>(args)...), recorder_(recorder) {}
  void OnTime(core::TrueTime now) {
    if (recorder_ != nullptr) recorder_->At(now);
    Panel::OnTime(now);
  }
  template <class Fact>
  void OnFact(core::NodeId node, const Fact& fact) {
    Record(node, fact);
    Panel::OnFact(node, fact);
  }
  void OnEngineFact(core::NodeId node, const facts::Engine& fact) {
    Record(node, fact);
    Panel::OnEngineFact(node, fact);
  }
  void AtEnd() {
    if (recorder_ != nullptr) RecordEnd();
    Panel::AtEnd();
  }

 private:
  template <class Fact>
  void Record(core::NodeId node, const Fact& fact) {
    if (recorder_ == nullptr) return;
    std::visit([&](const auto& f) { recorder_->On(node, f); }, fact);
  }
  void RecordEnd() {
    for (std::uint32_t node = 0; node < Panel::logs().members(); ++node) {
      if (!Panel::logs().IsMember(core::NodeId{node})) recorder_->Removed(core::NodeId{node});
    }
    recorder_->AtEnd();
  }

  HistoryRecorder* recorder_;
};

}  // namespace tools
