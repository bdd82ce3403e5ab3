// Agreement: the checkers and the oracle say the same of random histories.
//
// Every reduction of the search is on trial in every combination. What they disagree on is
// shrunk and printed as a line that FromNotation reads. Of how many histories,
// FAULTLINE_HISTORIES says; the default takes some seconds for each model.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "invariants/consistency/check.h"
#include "protocols/core/check.h"
#include "tests/consistency/brute_force.h"
#include "tests/consistency/implications.h"
#include "tests/consistency/notation.h"
#include "tests/consistency/random_history.h"
#include "tests/consistency/stories.h"

namespace consistency {
namespace {

std::uint64_t Histories() {
  const char* wanted = std::getenv("FAULTLINE_HISTORIES");
  return wanted == nullptr ? 20'000 : std::strtoull(wanted, nullptr, 10);
}

const Model& ModelOf(ModelKind kind) {
  for (const Model& model : Models()) {
    if (model.kind == kind) return model;
  }
  core::CheckFailed("a model of each kind", __FILE__, __LINE__);
}

// Who is on trial: Check, or somebody who lies on purpose.
using Judge = std::function<Verdict(const History&, ModelKind, Consistency, const Options&)>;

Verdict TheChecker(const History& history, ModelKind model, Consistency consistency, const Options& options) {
  return Check(history, ModelOf(model), consistency, options).verdict;
}

Verdict TheOracle(const History& history, ModelKind model, Consistency consistency) {
  return BruteForce(history, model, consistency) ? Verdict::kHolds : Verdict::kViolated;
}

const char* TextOf(Verdict verdict) {
  static constexpr std::array<const char*, 3> kNames{"holds", "violated", "inconclusive"};
  return kNames[static_cast<std::size_t>(verdict)];
}

// The verdict alone, in each combination of the reductions, all of them first; then as a user
// has it, who wants a counterexample too.
std::vector<Options> SettingsOf(Consistency consistency) {
  std::vector<Options> settings;
  for (unsigned off = 0; off < (consistency == Consistency::kLinearizable ? 16 : 1); ++off) {
    Options options;
    options.explain = false;
    options.eager = (off & 1) == 0;
    options.symmetry = (off & 2) == 0;
    options.dominance = (off & 4) == 0;
    options.zones = (off & 8) == 0;
    settings.push_back(options);
  }
  settings.emplace_back();
  return settings;
}

std::string TextOf(const Options& options) {
  return absl::StrCat("eager=", options.eager, " symmetry=", options.symmetry, " dominance=", options.dominance,
                      " zones=", options.zones, " explain=", options.explain);
}

// A write goes with the reads of its value: what they read from nowhere would be a new mistake.
History Without(History history, std::size_t place) {
  const Operation gone = history.operations[place];
  history.operations.erase(history.operations.begin() + static_cast<std::ptrdiff_t>(place));
  if (gone.function != Function::kWrite) return history;
  std::erase_if(history.operations, [&](const Operation& each) {
    return each.function == Function::kRead && each.key == gone.key && each.result == gone.argument;
  });
  return history;
}

// A judge before the oracle, in one model and consistency.
class Trial {
 public:
  Trial(Judge judge, ModelKind model, Consistency consistency)
      : judge_(std::move(judge)), model_(model), consistency_(consistency), settings_(SettingsOf(consistency)) {}

  // What the judge says with all reductions.
  Verdict Hear(const History& history, std::uint64_t seed) {
    core::ThisThreadsCheckContext().seed = seed;  // for who fails a CHECK instead of answering
    const Verdict right = TheOracle(history, model_, consistency_);
    histories += 1;
    violated += right == Verdict::kViolated ? 1 : 0;
    const absl::Status valid = Validate(history, ModelOf(model_), consistency_);
    if (!valid.ok()) {
      if (disagreements == 0) first_disagreement = histories;
      disagreements += 1;
      Tell(absl::StrCat("seed ", seed, ": ", valid.message(), "\n  ", ToNotation(history)));
      return Verdict::kInconclusive;
    }
    std::vector<Verdict> said;
    std::vector<Options> wrong;
    for (const Options& options : settings_) {
      // Looking for the smallest counterexample takes much longer than the verdict.
      if (options.explain && seed % 16 != 0) continue;
      said.push_back(judge_(history, model_, consistency_, options));
      if (said.back() != right) wrong.push_back(options);
    }
    if (!wrong.empty()) Report(history, seed, wrong);
    return said.front();
  }

  std::string Row() const {
    return absl::StrFormat("%-13s %-20s %9d histories %8d violated %6d disagreements\n",
                           std::string(ModelOf(model_).name), std::string(Describe(consistency_).name), histories,
                           violated, disagreements);
  }

  // Enough was told to begin the search for the mistake.
  bool IsHopeless() const { return told_ >= kMostTold; }

  std::uint64_t histories = 0;
  std::uint64_t violated = 0;
  std::uint64_t disagreements = 0;
  std::uint64_t first_disagreement = 0;  // the history, from 1
  std::string complaints;                // the first few

 private:
  bool Disagree(const History& history, const Options& options) const {
    return judge_(history, model_, consistency_, options) != TheOracle(history, model_, consistency_);
  }

  // Without each operation that the disagreement does not need.
  History Shrink(History history, const Options& options) const {
    for (std::size_t i = 0; i < history.operations.size();) {
      History smaller = Without(history, i);
      const bool needless = Disagree(smaller, options);
      if (needless) history = std::move(smaller);
      i = needless ? 0 : i + 1;
    }
    return history;
  }

  void Report(const History& history, std::uint64_t seed, const std::vector<Options>& wrong) {
    const Options& options = wrong.front();
    if (disagreements == 0) first_disagreement = histories;
    disagreements += wrong.size();
    if (told_ >= kMostTold) return;
    const History small = Shrink(history, options);
    Tell(absl::StrCat("seed ", seed, ", in ", wrong.size(), " settings, first ", TextOf(options), ": the judge says ",
                      TextOf(judge_(small, model_, consistency_, options)), ", the oracle ",
                      TextOf(TheOracle(small, model_, consistency_)), "\n  ", ToNotation(small), "\n  shrunk from ",
                      ToNotation(history)));
  }

  void Tell(const std::string& complaint) {
    told_ += 1;
    if (told_ <= kMostTold) absl::StrAppend(&complaints, complaint, "\n");
  }

  static constexpr std::uint64_t kMostTold = 3;
  std::uint64_t told_ = 0;
  const Judge judge_;
  const ModelKind model_;
  const Consistency consistency_;
  const std::vector<Options> settings_;
};

// A test that never saw a violation proves nothing, and neither does one that saw nothing else.
void ExpectBothVerdicts(const Trial& trial) {
  if (trial.histories < 1000) return;  // too few to say
  EXPECT_GE(trial.violated * 25, trial.histories) << trial.Row();
  EXPECT_GE((trial.histories - trial.violated) * 5, trial.histories) << trial.Row();
}

void ExpectAgreement(const Trial& trial) {
  std::fputs(trial.Row().c_str(), stdout);
  if (trial.disagreements > 0)
    std::printf("first disagreement after %d histories\n", static_cast<int>(trial.first_disagreement));
  EXPECT_EQ(trial.disagreements, 0U) << trial.complaints;
  ExpectBothVerdicts(trial);
}

class Agreement : public testing::TestWithParam<ModelKind> {};

TEST_P(Agreement, OnLinearizability) {
  Trial trial(TheChecker, GetParam(), Consistency::kLinearizable);
  for (std::uint64_t seed = 0; seed < Histories() && !trial.IsHopeless(); ++seed)
    trial.Hear(RandomHistory(GetParam(), seed, {}), seed);
  ExpectAgreement(trial);
}

std::string ModelName(const testing::TestParamInfo<ModelKind>& model) {
  static constexpr std::array<const char*, 8> kNames{"Register", "CasRegister", "KvAppend", "Set",
                                                     "Counter",  "Queue",       "Lock",     "ListAppend"};
  return kNames[static_cast<std::size_t>(model.param)];
}

INSTANTIATE_TEST_SUITE_P(EveryModel, Agreement,
                         testing::Values(ModelKind::kRegister, ModelKind::kCasRegister, ModelKind::kKvAppend,
                                         ModelKind::kSet, ModelKind::kCounter, ModelKind::kQueue, ModelKind::kLock,
                                         ModelKind::kListAppend),
                         ModelName);

// With unique values: where zones replace the search, and where all consistencies are defined.
TEST(AgreementOfRegisters, OnEveryConsistencyOfRegisters) {
  std::vector<Trial> trials;
  for (const ShortName& each : kOrdered) trials.emplace_back(TheChecker, ModelKind::kRegister, each.consistency);
  std::uint64_t broken = 0;
  const auto is_hopeless = [&] { return std::any_of(trials.begin(), trials.end(), std::mem_fn(&Trial::IsHopeless)); };
  for (std::uint64_t seed = 0; seed < Histories() && !is_hopeless(); ++seed) {
    const History history = RandomHistory(ModelKind::kRegister, seed, {.unique_values = true});
    std::map<Consistency, Verdict> said;
    for (std::size_t i = 0; i < trials.size(); ++i) said[kOrdered[i].consistency] = trials[i].Hear(history, seed);
    for (const Implication& each : kImplications) {
      if (said[each.stronger] != Verdict::kHolds || said[each.weaker] == Verdict::kHolds) continue;
      broken += 1;
      if (broken > 3) continue;
      ADD_FAILURE() << "seed " << seed << ": " << Describe(each.stronger).name << " but not "
                    << Describe(each.weaker).name << "\n  " << ToNotation(history);
    }
  }
  EXPECT_EQ(broken, 0U) << "implications";
  std::puts("With unique values:");
  for (const Trial& trial : trials) ExpectAgreement(trial);
}

TEST(AgreementOnStories, OfEveryModel) {
  for (const LinearizableStory& story : kLinearizableStories) {
    Trial trial(TheChecker, story.model, Consistency::kLinearizable);
    trial.Hear(FromNotation(story.history), 0);
    EXPECT_EQ(trial.disagreements, 0U) << story.name << ": " << trial.complaints;
  }
}

TEST(AgreementOnStories, OfEveryConsistency) {
  for (const WeakStory& story : kWeakStories) {
    for (const ShortName& each : kOrdered) {
      Trial trial(TheChecker, ModelKind::kRegister, each.consistency);
      trial.Hear(FromNotation(story.history), 0);
      EXPECT_EQ(trial.disagreements, 0U) << story.name << ", " << each.name << ": " << trial.complaints;
    }
  }
}

// --- Burglars: judges who lie --------------------------------------------------------------

Trial TryRegisters(Judge judge) {
  Trial trial(std::move(judge), ModelKind::kRegister, Consistency::kLinearizable);
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    trial.Hear(RandomHistory(ModelKind::kRegister, seed, {.unique_values = true}), seed);
  }
  return trial;
}

TEST(AgreementBurglars, WhoAsksTheOracleAgrees) {
  const Trial trial = TryRegisters([](const History& history, ModelKind model, Consistency consistency,
                                      const Options&) { return TheOracle(history, model, consistency); });
  EXPECT_EQ(trial.disagreements, 0U) << trial.complaints;
}

TEST(AgreementBurglars, WhoSaysYesToAllIsFoundOut) {
  const Trial trial = TryRegisters([](const auto&...) { return Verdict::kHolds; });
  EXPECT_GE(trial.disagreements, trial.violated * 16);
  EXPECT_NE(trial.complaints.find("the judge says holds, the oracle violated\n  p"), std::string::npos);
}

TEST(AgreementBurglars, WhoNeverKnowsIsFoundOut) {
  const Trial trial = TryRegisters([](const auto&...) { return Verdict::kInconclusive; });
  EXPECT_GE(trial.disagreements, trial.histories * 16);
  EXPECT_NE(trial.complaints.find("the judge says inconclusive"), std::string::npos);
}

// As one who takes crashed operations for failed ones, and that only where a reduction is off.
TEST(AgreementBurglars, WhoForgetsTheCrashedInOneSettingIsFoundOut) {
  const Trial trial =
      TryRegisters([](History history, ModelKind model, Consistency consistency, const Options& options) {
        if (!options.dominance && options.zones) {
          std::erase_if(history.operations, [](const Operation& each) { return each.outcome == Outcome::kUnknown; });
        }
        return TheOracle(history, model, consistency);
      });
  EXPECT_NE(trial.complaints.find("dominance=0 zones=1"), std::string::npos) << trial.complaints;
  // A crashed write and the read of it are all that is needed.
  EXPECT_NE(trial.complaints.find("the oracle holds\n  p0: w(x,1)?@3 r(x)=1@7-9\n"), std::string::npos)
      << trial.complaints;
}

// Who takes one consistency for another is found out, whichever two they are.
TEST(AgreementBurglars, EveryTwoConsistenciesAreToldApart) {
  std::map<std::pair<std::string_view, std::string_view>, std::uint64_t> differ;
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    const History history = RandomHistory(ModelKind::kRegister, seed, {.unique_values = true});
    std::map<std::string_view, bool> holds;
    for (const ShortName& each : kOrdered) {
      holds[each.name] = BruteForce(history, ModelKind::kRegister, each.consistency);
    }
    for (const auto& [a, a_holds] : holds) {
      for (const auto& [b, b_holds] : holds) differ[{a, b}] += a_holds != b_holds ? 1 : 0;
    }
  }
  for (const auto& [pair, histories] : differ) {
    if (pair.first == pair.second) continue;
    EXPECT_GE(histories, 10U) << pair.first << " and " << pair.second;
  }
}

}  // namespace
}  // namespace consistency
