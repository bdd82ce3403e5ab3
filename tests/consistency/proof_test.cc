// A counterexample is a proof: what it leaves of the history is refuted by itself, and nothing more could be left out.
//
// The oracle is asked, and what may be left out is said here anew, not taken from the checkers. Some answers lose
// their meaning when operations go: what was open where the history was cut is unknown, and the elements of a set or a
// list that went are taken out of what others read.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "invariants/consistency/check.h"
#include "tests/consistency/brute_force.h"
#include "tests/consistency/implications.h"
#include "tests/consistency/long_history.h"
#include "tests/consistency/notation.h"
#include "tests/consistency/object.h"
#include "tests/consistency/random_history.h"

namespace consistency {
namespace {

std::uint64_t Histories() {
  const char* wanted = std::getenv("FAULTLINE_HISTORIES");
  return wanted == nullptr ? 10'000 : std::strtoull(wanted, nullptr, 10);
}

const Model& ModelOf(ModelKind kind) {
  return *std::find_if(Models().begin(), Models().end(), [kind](const Model& model) { return model.kind == kind; });
}

bool HasElements(ModelKind model) { return model == ModelKind::kSet || model == ModelKind::kListAppend; }

// Whether it sees the state and leaves it.
bool Watches(const Operation& o) {
  if (o.outcome == Outcome::kUnknown) return false;
  return o.function == Function::kRead || o.outcome == Outcome::kFailed ||
         (o.function == Function::kDequeue && o.result == kNull);
}

// The value that an operation is about; null: of none, or of more than one.
ValueId ValueOf(const Operation& o, ModelKind model) {
  const bool answers =
      o.function == Function::kRead || o.function == Function::kDequeue || o.function == Function::kAcquire;
  if (!answers) return o.function == Function::kCas ? kNull : o.argument;
  const bool is_list = HasElements(model) && o.function == Function::kRead;
  return is_list || o.outcome != Outcome::kOk ? kNull : o.result;
}

// --- what is left out --------------------------------------------------------------------

History With(const History& history, std::vector<Operation> operations) {
  History part = history;
  part.operations = std::move(operations);
  return part;
}

void TakeOut(const std::set<ValueId>& elements, History& history) {
  for (Operation& o : history.operations) {
    if (o.function != Function::kRead || o.outcome != Outcome::kOk) continue;
    std::vector<ValueId> rest;
    for (const ValueId element : history.values.list(o.result)) {
      if (elements.count(element) == 0) rest.push_back(element);
    }
    o.result = history.values.List(rest);
  }
}

// As it was known when `at` had come: what was open is unknown, what came later is not there.
std::vector<Operation> KnownAt(std::int64_t at, const std::vector<Operation>& operations) {
  std::vector<Operation> known;
  for (Operation o : operations) {
    if (o.called > at || !plain::TakesPart(o)) continue;
    if (o.returned > at) {
      o.returned = kNever;
      o.outcome = Outcome::kUnknown;
      o.result = kNull;
    }
    if (plain::TakesPart(o)) known.push_back(o);
  }
  return known;
}

History CutAt(std::int64_t at, const History& history, const std::vector<Operation>& kept, ModelKind model) {
  History part = With(history, KnownAt(at, kept));
  if (!HasElements(model)) return part;
  std::set<ValueId> gone;
  for (const Operation& o : KnownAt(at, history.operations)) {
    if (o.key == kept.front().key) gone.insert(ValueOf(o, model));
  }
  for (const Operation& o : part.operations) gone.erase(ValueOf(o, model));
  TakeOut(gone, part);
  return part;
}

// The operations of the counterexample, up to the first return with which they are refuted; nothing: they never are.
std::optional<History> ProofIn(const History& history, const Counterexample& example, ModelKind model,
                               Consistency consistency) {
  std::vector<Operation> kept;
  for (const std::uint32_t o : example.operations) kept.push_back(history.operations[o]);
  if (consistency != Consistency::kLinearizable) {
    History part = With(history, kept);
    return BruteForce(part, model, consistency) ? std::nullopt : std::optional(std::move(part));
  }
  std::set<std::int64_t> returns;
  for (const Operation& o : kept) returns.insert(o.returned);
  for (const std::int64_t at : returns) {
    History part = CutAt(at, history, kept, model);
    if (!BruteForce(part, model, consistency)) return part;
  }
  return std::nullopt;
}

// --- what more could be --------------------------------------------------------------------

History WithoutOperation(const History& history, std::size_t place) {
  History rest = history;
  rest.operations.erase(rest.operations.begin() + static_cast<std::ptrdiff_t>(place));
  return rest;
}

History WithoutValue(const History& history, std::pair<std::uint32_t, ValueId> value, ModelKind model) {
  History rest = history;
  std::erase_if(rest.operations, [&](const Operation& o) { return std::pair(o.key, ValueOf(o, model)) == value; });
  if (HasElements(model)) TakeOut({value.second}, rest);
  return rest;
}

// A value that a cas names stays, and what failed may have failed because of the one that goes.
bool MayGo(ValueId value, const History& history, ModelKind model) {
  if (value == kNull || model == ModelKind::kKvAppend || model == ModelKind::kCounter) return false;
  for (const Operation& o : history.operations) {
    const bool fails = o.outcome == Outcome::kFailed;
    if (o.function == Function::kCas && !fails && (o.argument == value || o.expected == value)) return false;
    if ((model == ModelKind::kCasRegister || model == ModelKind::kLock) && fails && ValueOf(o, model) != value)
      return false;
  }
  return true;
}

std::vector<History> Smaller(const History& history, ModelKind model) {
  std::vector<History> smaller;
  std::set<std::pair<std::uint32_t, ValueId>> values;
  for (std::size_t i = 0; i < history.operations.size(); ++i) {
    const Operation& o = history.operations[i];
    if (Watches(o)) smaller.push_back(WithoutOperation(history, i));
    if (MayGo(ValueOf(o, model), history, model)) values.insert({o.key, ValueOf(o, model)});
  }
  for (const auto& value : values) smaller.push_back(WithoutValue(history, value, model));
  return smaller;
}

// --- what was ---------------------------------------------------------------------------------

bool IsAbout(std::pair<std::uint32_t, ValueId> value, const History& history, ModelKind model) {
  return std::any_of(history.operations.begin(), history.operations.end(),
                     [&](const Operation& o) { return std::pair(o.key, ValueOf(o, model)) == value; });
}

// Whether what is not in the proof could be left out at `at`, or then in the proof. What was called after all of it
// went when the history was cut.
bool CouldGo(std::int64_t at, const History& history, const History& proof, ModelKind model, Consistency consistency) {
  std::set<std::uint32_t> lines;
  std::int64_t last = 0;
  for (const Operation& o : proof.operations) {
    lines.insert(o.line);
    last = std::max(last, o.returned == kNever ? o.called : o.returned);
  }
  std::vector<Operation> kept, gone;
  for (const Operation& o : KnownAt(at, history.operations)) (lines.count(o.line) != 0 ? kept : gone).push_back(o);
  const History then = With(history, kept);
  // Objects are judged one by one, and nobody misses a write that nobody acknowledged or read.
  const auto is_needless = [&](const Operation& o) {
    const bool linearizable = consistency == Consistency::kLinearizable;
    if (linearizable && o.key != proof.operations.front().key) return true;
    const bool is_read = std::any_of(history.operations.begin(), history.operations.end(), [&](const Operation& r) {
      return r.function == Function::kRead && r.key == o.key && r.result == o.argument && r.outcome == Outcome::kOk;
    });
    return model == ModelKind::kRegister && o.outcome == Outcome::kUnknown && !is_read;
  };
  return std::all_of(gone.begin(), gone.end(), [&](const Operation& o) {
    if (Watches(o) || o.called > last || is_needless(o)) return true;
    const std::pair value(o.key, ValueOf(o, model));
    return !IsAbout(value, proof, model) && (MayGo(value.second, then, model) || MayGo(value.second, proof, model));
  });
}

// A proof about the whole: all that is not in it could be left out without making a violation.
bool IsLicit(const History& history, const History& proof, ModelKind model, Consistency consistency) {
  std::set<std::int64_t> moments{kNever};
  for (const Operation& o : history.operations) moments.insert(o.returned);
  return std::any_of(moments.begin(), moments.end(),
                     [&](std::int64_t at) { return CouldGo(at, history, proof, model, consistency); });
}

// --- random histories ------------------------------------------------------------------------

class Jury {
 public:
  Jury(ModelKind model, Consistency consistency) : model_(model), consistency_(consistency) {}
  ~Jury() {
    EXPECT_GE(violated_ * 25, heard_) << "few are violated";
    if (wrong_ > 0) std::printf("first disagreement after %d histories\n", first_wrong_);
  }

  void Hear(const History& history, const Options& options) {
    if (wrong_ > 2) return;
    ++heard_;
    const Judgement judgement = Check(history, ModelOf(model_), consistency_, options);
    if (judgement.verdict != Verdict::kViolated) return;
    ++violated_;
    ASSERT_TRUE(judgement.counterexample) << ToNotation(history);
    const std::optional<History> proof = ProofIn(history, *judgement.counterexample, model_, consistency_);
    if (!proof) return Object(history, Text(history, *judgement.counterexample), " proves nothing");
    if (!IsLicit(history, *proof, model_, consistency_))
      return Object(history, ToNotation(*proof), " leaves out what it must not");
    for (const History& smaller : Smaller(*proof, model_)) {
      if (BruteForce(smaller, model_, consistency_)) continue;
      return Object(history, ToNotation(*proof), " is no smaller than " + ToNotation(smaller));
    }
  }

 private:
  static std::string Text(const History& history, const Counterexample& example) {
    std::vector<Operation> operations;
    for (const std::uint32_t o : example.operations) operations.push_back(history.operations[o]);
    return ToNotation(With(history, operations));
  }

  void Object(const History& history, const std::string& example, const std::string& objection) {
    if (wrong_++ == 0) first_wrong_ = heard_;
    ADD_FAILURE() << Describe(consistency_).name << " of " << ModelOf(model_).name << ": " << example << objection
                  << "\n  of " << ToNotation(history);
  }

  const ModelKind model_;
  const Consistency consistency_;
  int heard_ = 0, violated_ = 0, wrong_ = 0, first_wrong_ = 0;
};

class Proof : public testing::TestWithParam<ModelKind> {};

TEST_P(Proof, IsWhatTheCounterexampleOfASearchIs) {
  Jury jury(GetParam(), Consistency::kLinearizable);
  for (std::uint64_t seed = 0; seed < Histories(); ++seed) jury.Hear(RandomHistory(GetParam(), seed, {}), {});
}

INSTANTIATE_TEST_SUITE_P(EveryModel, Proof,
                         testing::Values(ModelKind::kRegister, ModelKind::kCasRegister, ModelKind::kKvAppend,
                                         ModelKind::kSet, ModelKind::kCounter, ModelKind::kQueue, ModelKind::kLock,
                                         ModelKind::kListAppend),
                         [](const auto& model) {
                           std::string name;
                           for (const char c : ModelOf(model.param).name) name += c == '-' ? '_' : c;
                           return name;
                         });

class ProofOfRegisters : public testing::TestWithParam<ShortName> {};

TEST_P(ProofOfRegisters, IsWhatTheCounterexampleIs) {
  Jury jury(ModelKind::kRegister, GetParam().consistency);
  Options searching;
  searching.zones = false;
  for (std::uint64_t seed = 0; seed < Histories(); ++seed) {
    const History history = RandomHistory(ModelKind::kRegister, seed, {.unique_values = true});
    jury.Hear(history, {});
    jury.Hear(history, searching);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryConsistency, ProofOfRegisters, testing::ValuesIn(kOrdered),
                         [](const auto& name) { return std::string(name.param.name); });

// --- long histories -----------------------------------------------------------------------------

constexpr std::uint64_t kLongHistories = 20;

std::string Told(const Counterexample& example) {
  std::string text;
  for (const std::uint32_t o : example.operations) text += std::to_string(o) + " ";
  for (const std::string& sentence : example.sentences) text += sentence + "\n";
  return text;
}

Counterexample FoundIn(const History& history, Consistency consistency, const Options& options) {
  const Judgement judgement = Check(history, ModelOf(ModelKind::kRegister), consistency, options);
  return judgement.verdict == Verdict::kViolated ? judgement.counterexample.value() : Counterexample{};
}

TEST(ProofOfLongHistories, AStaleReadIsTellableInSixOperations) {
  for (std::uint64_t seed = 0; seed < kLongHistories; ++seed) {
    History history = LinearizableHistory({.operations = 10'000}, seed);
    PlantStaleRead(history, seed);
    for (const bool zones : {true, false}) {
      Options options;
      options.zones = zones;
      const Counterexample example = FoundIn(history, Consistency::kLinearizable, options);
      ASSERT_FALSE(example.operations.empty()) << "seed " << seed << ", zones " << zones;
      EXPECT_LE(example.operations.size(), 6U) << "seed " << seed << ", zones " << zones;
      EXPECT_TRUE(ProofIn(history, example, ModelKind::kRegister, Consistency::kLinearizable)) << Told(example);
      EXPECT_EQ(Told(example), Told(FoundIn(history, Consistency::kLinearizable, options)));
    }
  }
}

// What other sessions did in real time does not count for these, so not every stale read violates them; and to find an
// order that makes up for one may take long.
TEST(ProofOfLongHistories, WhatIsAlsoNotCausalIsSaidInTheSameWordsTwice) {
  Options options;
  options.max_steps = 1'000;
  std::map<Consistency, int> violated;
  for (std::uint64_t seed = 0; seed < kLongHistories; ++seed) {
    History history = LinearizableHistory({.operations = 10'000}, seed);
    PlantStaleRead(history, seed);
    for (const Consistency consistency : {Consistency::kSequential, Consistency::kCausal}) {
      const Counterexample example = FoundIn(history, consistency, options);
      if (example.operations.empty()) continue;
      EXPECT_EQ(Told(example), Told(FoundIn(history, consistency, options)));
      violated[consistency] += 1;
      if (example.operations.size() <= 10) {
        EXPECT_TRUE(ProofIn(history, example, ModelKind::kRegister, consistency)) << Told(example);
      }
    }
  }
  EXPECT_GE(violated[Consistency::kSequential], 1);
  EXPECT_GE(violated[Consistency::kCausal], 1);
}

}  // namespace
}  // namespace consistency
