// Frontier: linearizability of one object, of any kind, while its history is being made, in memory
// that does not grow with its length but by what nobody waits for any more. (A register whose values are written once
// needs less: unique_register.h.)
//
// The set of configurations that what has happened allows (Lowe, "Testing for Linearizability",
// 2017, just-in-time linearization). What an open operation will answer is not known yet, so the
// frontier stays behind at a watermark, the call of the oldest operation of the object that is
// still open, and is exact up to there. Whoever gave up waiting, or crashed, answers never: its
// operation may take effect at any later time or not at all, and holds nothing up.
//
// `Object` says what the operations are and do:
//   struct State; struct Operation;              plain values
//   bool Step(State&, const Operation&, bool known)   false: with that result it cannot happen now
//   bool OnlyWatches(const Operation&)                it never changes a state
//   bool MayMatter(const Operation& unknown, const Operation& known)
//                                                one whose outcome is unknown is worth doing before `known`
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "protocols/core/check.h"
#include "protocols/core/fingerprint.h"
#include "protocols/core/pool.h"

namespace consistency {

template <class Object>
class Frontier {
 public:
  using State = typename Object::State;
  using Operation = typename Object::Operation;

  // More of them at once, and the frontier gives up.
  static constexpr std::size_t kMostConfigurations = 2'000;

  // `id` rises with each call.
  void Call(std::uint64_t id, Operation operation) {
    calls_.push_back({id, std::move(operation), Stage::kOpen});
    ahead_.push_back({id, false});
  }
  // `operation` with its result. Answers how many returns have been judged because of it.
  std::uint64_t Return(std::uint64_t id, Operation operation) {
    Called& called = Find(id);
    called.operation = std::move(operation);
    called.stage = Stage::kKnown;
    ahead_.push_back({id, true});
    return Advance();
  }
  std::uint64_t GiveUp(std::uint64_t id) {
    Find(id).stage = Stage::kUnknown;
    return Advance();
  }
  // No more comes: what is open stays so.
  std::uint64_t Finish() {
    for (Called& called : calls_) {
      if (called.stage == Stage::kOpen) called.stage = Stage::kUnknown;
    }
    return Advance();
  }

  // What has happened up to the watermark is not linearizable.
  bool broken() const { return configurations_.empty(); }
  // Nothing has been judged since there were too many configurations.
  bool overflowed() const { return overflowed_; }
  // Then, the operation whose return nothing explains, and how the object may have stood before it.
  std::uint64_t unexplained() const { return unexplained_; }
  const Operation& unexplained_operation() const { return unexplained_operation_; }
  const core::List<State>& stood() const { return stood_; }
  // Operations and configurations that are kept.
  std::size_t size() const { return calls_.size() + unknown_.size() + configurations_.size(); }

  core::Fingerprint fingerprint() const {
    core::Fingerprint fingerprint;
    for (const auto* list : {&calls_, &unknown_}) core::Absorb(fingerprint, *list);
    core::Absorb(fingerprint, ahead_);
    core::Absorb(fingerprint, open_);
    core::Absorb(fingerprint, configurations_);
    core::Absorb(fingerprint, overflowed_);
    return fingerprint.Finished();
  }

 private:
  enum class Stage : std::uint8_t { kOpen, kKnown, kUnknown };
  struct Called {
    std::uint64_t id{};
    Operation operation{};
    Stage stage{};
  };
  struct Event {
    std::uint64_t id{};
    bool is_return{};
  };
  // One way in which what happened may have happened.
  struct Configuration {
    State state{};
    core::List<std::uint64_t> done;  // of open_ and unknown_, in order
  };

  static std::size_t PlaceOf(std::uint64_t id, const core::List<Called>& calls) {
    const auto found = std::lower_bound(calls.begin(), calls.end(), id,
                                        [](const Called& called, std::uint64_t wanted) { return called.id < wanted; });
    return static_cast<std::size_t>(found - calls.begin());
  }
  Called& Find(std::uint64_t id) {
    Called& called = calls_[PlaceOf(id, calls_)];
    CHECK(called.id == id);
    return called;
  }
  const Operation& OperationOf(std::uint64_t id) const { return calls_[PlaceOf(id, calls_)].operation; }
  bool IsUnknown(std::uint64_t id) const {
    const std::size_t place = PlaceOf(id, unknown_);
    return place < unknown_.size() && unknown_[place].id == id;
  }

  std::uint64_t Advance() {
    std::uint64_t returns = 0;
    while (!ahead_.empty() && !broken() && !overflowed_) {
      const Event event = ahead_.front();
      const Called called = Find(event.id);
      if (called.stage == Stage::kOpen) break;  // the watermark
      ahead_.erase(ahead_.begin());
      if (event.is_return) {
        Pass(called);
        ++returns;
      } else if (called.stage == Stage::kKnown) {
        open_.push_back(event.id);
        continue;
      } else if (!Object::OnlyWatches(called.operation)) {
        unknown_.push_back(called);
      }
      calls_.erase(calls_.begin() + static_cast<std::ptrdiff_t>(PlaceOf(event.id, calls_)));
      std::erase(open_, event.id);
    }
    return returns;
  }

  // As mostly, nothing else is open on the object: then there is one way to go on, or none.
  bool PassAlone(const Called& returning) {
    if (configurations_.size() != 1 || open_.size() != 1 || !unknown_.empty()) return false;
    if (!configurations_.front().done.empty()) return false;
    State state = configurations_.front().state;
    if (!Object::Step(state, returning.operation, true)) return false;
    configurations_.front().state = state;
    return true;
  }

  // The return of an operation: it has happened by now, wherever it had not.
  void Pass(const Called& returning) {
    if (PassAlone(returning)) return;
    core::List<Configuration> next, here = std::exchange(configurations_, {});
    for (std::size_t i = 0; i < here.size() && !overflowed_; ++i) {  // it grows
      overflowed_ = here.size() > kMostConfigurations;
      Configuration configuration = here[i];
      DoWatchers(configuration);
      if (TakeOut(returning.id, configuration.done)) {
        Keep(std::move(configuration), next);
      } else {
        Spread(configuration, here);
      }
    }
    configurations_ = overflowed_ ? std::move(here) : std::move(next);
    if (broken()) Explain(returning, here);
    ForgetUsed();
  }

  void Explain(const Called& returning, const core::List<Configuration>& here) {
    unexplained_ = returning.id;
    unexplained_operation_ = returning.operation;
    for (const Configuration& configuration : here) {
      if (std::find(stood_.begin(), stood_.end(), configuration.state) == stood_.end())
        stood_.push_back(configuration.state);
    }
  }

  // What only watches and is right hinders nothing.
  void DoWatchers(Configuration& configuration) const {
    for (const std::uint64_t id : open_) {
      const Operation& operation = OperationOf(id);
      if (!Object::OnlyWatches(operation) || IsDone(id, configuration)) continue;
      if (Object::Step(configuration.state, operation, true)) PutIn(id, configuration.done);
    }
  }

  // Every operation that may come next.
  void Spread(const Configuration& from, core::List<Configuration>& here) const {
    const auto add = [&](const Called& called, bool known) {
      Configuration next = from;
      if (!Object::Step(next.state, called.operation, known)) return;
      PutIn(called.id, next.done);
      Keep(std::move(next), here);
    };
    for (const std::uint64_t id : open_) {
      if (!IsDone(id, from)) add(calls_[PlaceOf(id, calls_)], true);
    }
    for (const Called& unknown : unknown_) {
      if (!IsDone(unknown.id, from) && MayMatter(unknown.operation, from)) add(unknown, false);
    }
  }
  bool MayMatter(const Operation& unknown, const Configuration& from) const {
    return std::any_of(open_.begin(), open_.end(), [&](std::uint64_t id) {
      return !IsDone(id, from) && Object::MayMatter(unknown, OperationOf(id));
    });
  }

  // Unless one that is at least as good is there: the same but for operations of unknown outcome that it has not used.
  void Keep(Configuration configuration, core::List<Configuration>& among) const {
    for (const Configuration& other : among) {
      if (other.state == configuration.state && IsAtLeastAsGood(other, configuration)) return;
    }
    among.push_back(std::move(configuration));
  }
  bool IsAtLeastAsGood(const Configuration& a, const Configuration& b) const {
    if (!std::includes(b.done.begin(), b.done.end(), a.done.begin(), a.done.end())) return false;
    return std::all_of(b.done.begin(), b.done.end(), [&](std::uint64_t id) { return IsDone(id, a) || IsUnknown(id); });
  }

  // An operation of unknown outcome that all have used lies behind everything.
  void ForgetUsed() {
    std::erase_if(unknown_, [&](const Called& unknown) {
      const auto used = [&](const Configuration& configuration) { return IsDone(unknown.id, configuration); };
      if (!std::all_of(configurations_.begin(), configurations_.end(), used)) return false;
      for (Configuration& configuration : configurations_) TakeOut(unknown.id, configuration.done);
      return true;
    });
  }

  static bool IsDone(std::uint64_t id, const Configuration& configuration) {
    return std::binary_search(configuration.done.begin(), configuration.done.end(), id);
  }
  static void PutIn(std::uint64_t id, core::List<std::uint64_t>& ids) {
    ids.insert(std::lower_bound(ids.begin(), ids.end(), id), id);
  }
  static bool TakeOut(std::uint64_t id, core::List<std::uint64_t>& ids) {
    const auto found = std::lower_bound(ids.begin(), ids.end(), id);
    if (found == ids.end() || *found != id) return false;
    ids.erase(found);
    return true;
  }

  core::List<Called> calls_;                     // that have not returned before the watermark, by id
  core::List<Event> ahead_;                      // of the watermark
  core::List<std::uint64_t> open_;               // called before the watermark, and returned behind it
  core::List<Called> unknown_;                   // called before the watermark, and never to return
  core::List<Configuration> configurations_{1};  // at the watermark
  bool overflowed_ = false;
  std::uint64_t unexplained_ = 0;
  Operation unexplained_operation_{};
  core::List<State> stood_;
};

// A register whose reads and writes are told by value.
struct PlainRegister {
  struct State {
    std::optional<std::uint64_t> value;
    bool operator==(const State&) const = default;
  };
  struct Operation {
    bool is_write{};
    std::optional<std::uint64_t> value;
  };
  static bool Step(State& state, const Operation& operation, bool) {
    if (operation.is_write) state.value = operation.value;
    return state.value == operation.value;
  }
  static bool OnlyWatches(const Operation& operation) { return !operation.is_write; }
  static bool MayMatter(const Operation& unknown, const Operation& known) {
    return !known.is_write && known.value == unknown.value;
  }
};

}  // namespace consistency
