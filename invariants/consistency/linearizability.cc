#include "invariants/consistency/linearizability.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "invariants/consistency/intervals.h"
#include "invariants/consistency/search.h"
#include "invariants/consistency/smallest.h"
#include "invariants/consistency/words.h"

namespace consistency {
namespace {

// The first budget of a key; those that need more wait for the next round.
constexpr std::uint64_t kFirstSteps = 4096;
constexpr std::uint64_t kFactor = 8;

using Operations = std::vector<std::uint32_t>;

// Values that some read returned, by key.
std::set<std::pair<std::uint32_t, ValueId>> ReadValues(const History& history) {
  std::set<std::pair<std::uint32_t, ValueId>> read;
  for (const Operation& o : history.operations) {
    if (o.function == Function::kRead && o.outcome == Outcome::kOk) read.emplace(o.key, o.result);
  }
  return read;
}

// A linearization needs no write of a register that nobody waits for and whose value nobody read.
std::vector<Operations> ByKey(const History& history, const Model& model, std::uint64_t& judged) {
  const bool is_register = model.kind == ModelKind::kRegister;
  std::optional<std::set<std::pair<std::uint32_t, ValueId>>> read;
  std::map<std::uint32_t, Operations> by_key;
  for (std::uint32_t o = 0; o < history.operations.size(); ++o) {
    const Operation& operation = history.operations[o];
    if (IsVoid(operation)) continue;
    if (is_register && operation.outcome == Outcome::kUnknown) {
      if (!read) read = ReadValues(history);
      if (read->count({operation.key, operation.argument}) == 0) continue;
    }
    by_key[operation.key].push_back(o);
    ++judged;
  }
  std::vector<Operations> keys;
  for (auto& [key, operations] : by_key) keys.push_back(std::move(operations));
  return keys;
}

// Only reads and writes, and no value written twice or null.
bool HasUniqueValues(const History& history, const Operations& operations) {
  std::vector<ValueId> written;
  for (const std::uint32_t o : operations) {
    const Operation& operation = history.operations[o];
    if (operation.function == Function::kCas) return false;
    if (operation.function == Function::kWrite) written.push_back(operation.argument);
  }
  std::sort(written.begin(), written.end());
  return std::adjacent_find(written.begin(), written.end()) == written.end() &&
         (written.empty() || written.front() != kNull);
}

class Checker {
 public:
  Checker(const History& history, const Model& model, const Options& options)
      : history_(history), model_(model), options_(options) {}

  Judgement Run() {
    std::vector<Operations> keys = ByKey(history_, model_, judgement_.judged);
    if (options_.zones && (model_.kind == ModelKind::kRegister || model_.kind == ModelKind::kCasRegister))
      JudgeByIntervals(keys);
    // One key must not hide another: none gets a large budget before all had a small one.
    for (std::uint64_t budget = kFirstSteps; !keys.empty() && !Violated(); budget *= kFactor)
      JudgeBySearch(keys, budget);
    if (!Violated() && judgement_.reason.empty()) judgement_.verdict = Verdict::kHolds;
    return std::move(judgement_);
  }

 private:
  bool Violated() const { return judgement_.verdict == Verdict::kViolated; }

  void JudgeByIntervals(std::vector<Operations>& keys) {
    std::vector<Operations> rest;
    for (Operations& operations : keys) {
      if (!HasUniqueValues(history_, operations)) {
        rest.push_back(std::move(operations));
        continue;
      }
      if (Violated()) continue;
      Clash clash = FindClash(history_, operations);
      judgement_.steps += operations.size();
      if (clash.operations.empty()) continue;
      judgement_.verdict = Verdict::kViolated;
      judgement_.counterexample = Counterexample{std::move(clash.operations), {}, {std::move(clash.sentence)}};
    }
    keys = std::move(rest);
  }

  // Leaves those keys that need more steps.
  void JudgeBySearch(std::vector<Operations>& keys, std::uint64_t budget) {
    std::vector<Operations> rest;
    for (Operations& operations : keys) {
      if (judgement_.steps >= options_.max_steps) {
        GiveUp(operations, "steps", options_.max_steps);
        continue;
      }
      Search search(history_, model_, operations, options_);
      const std::uint64_t left = options_.max_steps - judgement_.steps;
      const Search::Answer answer = search.Run(std::min(budget, left), options_.max_bytes);
      judgement_.steps += search.steps();
      judgement_.bytes = std::max(judgement_.bytes, search.bytes());
      if (answer == Search::Answer::kOutOfMemory) GiveUp(operations, "bytes", options_.max_bytes);
      if (answer == Search::Answer::kOutOfSteps) rest.push_back(std::move(operations));
      if (answer == Search::Answer::kNone) return Refute(operations, search.furthest());
    }
    keys = std::move(rest);
  }

  void GiveUp(const Operations& operations, const std::string& what, std::uint64_t most) {
    const std::string& key = history_.keys[history_.operations[operations.front()].key];
    judgement_.reason = Words("more than ", most, " ", what, " for ", operations.size(), " operations",
                              key.empty() ? "" : " on key " + key);
  }

  void Refute(const Operations& operations, std::uint32_t explained) {
    judgement_.verdict = Verdict::kViolated;
    judgement_.reason.clear();
    if (options_.explain) judgement_.counterexample = Smallest(history_, model_, operations, explained, options_);
  }

  const History& history_;
  const Model& model_;
  const Options& options_;
  Judgement judgement_;
};

}  // namespace

Judgement CheckLinearizable(const History& history, const Model& model, const Options& options) {
  return Checker(history, model, options).Run();
}

}  // namespace consistency
