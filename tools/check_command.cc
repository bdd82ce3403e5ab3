// check: judges a history that came from anywhere.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "invariants/consistency/check.h"
#include "protocols/core/nearest.h"
#include "protocols/core/params.h"
#include "scenarios/text.h"
#include "tools/commands.h"
#include "tools/comparison.h"
#include "tools/exit_code.h"
#include "tools/history_file.h"
#include "tools/judgement_json.h"
#include "tools/judgement_text.h"
#include "tools/report_text.h"
#include "tools/terminal.h"

namespace tools {
namespace {

using consistency::Consistency;
using consistency::ConsistencyName;
using consistency::History;
using consistency::Judgement;
using consistency::Model;
using consistency::Verdict;

constexpr std::string_view kAll = "all";

template <class Named>
std::vector<std::string_view> NamesOf(const std::vector<Named>& all) {
  std::vector<std::string_view> names;
  for (const Named& one : all) names.push_back(one.name);
  return names;
}

absl::Status Unknown(const std::string& option, const std::string& what, const std::string& name,
                     std::vector<std::string_view> names, const std::string& list) {
  return absl::InvalidArgumentError(option + ": no " + what + " \"" + scenarios::Printable(name) + "\"" +
                                    core::DidYouMean(name, names) + "\n  see `faultline list " + list + "`");
}

absl::StatusOr<Model> ModelOf(const std::string& name) {
  if (const Model* model = consistency::FindModel(name)) return *model;
  return Unknown("--model", "model", name, NamesOf(consistency::Models()), "models");
}

// Whether the model, whatever the history, can be judged so.
bool Defined(const Model& model, Consistency consistency) { return consistency::Validate({}, model, consistency).ok(); }

// In the order in which they are judged.
absl::StatusOr<std::vector<Consistency>> ConsistenciesOf(const std::string& name, const Model& model,
                                                         const History& history) {
  if (const ConsistencyName* one = consistency::FindConsistency(name)) return std::vector{one->consistency};
  if (name != kAll) {
    std::vector<std::string_view> names = NamesOf(consistency::Consistencies());
    names.push_back(kAll);
    return Unknown("--consistency", "consistency", name, std::move(names), "consistencies");
  }
  std::vector<Consistency> all;
  for (const ConsistencyName& one : consistency::Consistencies()) {
    // Reads tell it only if somebody waited, which no history says.
    const bool observed = one.consistency != Consistency::kConvergence || !history.audits.empty();
    if (observed && Defined(model, one.consistency)) all.push_back(one.consistency);
  }
  return all;
}

// A pass that looked at nothing is none.
Judgement Settled(Judgement judgement) {
  if (judgement.judged != 0 || judgement.verdict != Verdict::kHolds) return judgement;
  judgement.verdict = Verdict::kInconclusive;
  judgement.reason = "no operation was judged";
  return judgement;
}

int ExitCodeOf(Verdict verdict) {
  if (verdict == Verdict::kHolds) return kAsExpected;
  return verdict == Verdict::kViolated ? kUnexpected : kInconclusive;
}

class CheckSession {
 public:
  CheckSession(const CheckOptions& options, Model model, History history)
      : options_(options),
        model_(std::move(model)),
        history_(std::move(history)),
        name_(HistoryName(options.history)),
        style_(StyleOf(options.output.color)) {
    limits_.max_steps = options.max_steps.value_or(limits_.max_steps);
    limits_.max_bytes = options.max_bytes.value_or(limits_.max_bytes);
  }

  const Model& model() const { return model_; }
  const History& history() const { return history_; }

  int One(Consistency consistency);
  int All(const std::vector<Consistency>& consistencies);

 private:
  std::string Where(const absl::Status& invalid) const;
  Judgement Judge(Consistency consistency, bool explain) const;
  void Report(Consistency consistency, const Judgement& judgement) const;
  std::string FatesText() const;
  void ReportUnjudged(Consistency consistency, const std::string& why) const;
  std::string NextStep(Consistency consistency, const Judgement& judgement) const;
  std::string Typed(Consistency consistency, std::uint64_t steps, std::uint64_t bytes) const;

  const CheckOptions& options_;
  const Model model_;
  const History history_;
  const std::string name_;
  const Style style_;
  consistency::Options limits_;
  std::size_t width_ = 0;  // of names of consistencies
};

int CheckSession::One(Consistency consistency) {
  const absl::Status valid = consistency::Validate(history_, model_, consistency);
  if (!valid.ok()) return PrintErrors(absl::InvalidArgumentError(Where(valid)));
  const Judgement judgement = Judge(consistency, !options_.output.quiet);
  Report(consistency, judgement);
  if (!options_.output.json && !options_.output.quiet) {
    if (judgement.counterexample) Print("\n" + CounterexampleText(history_, *judgement.counterexample) + "\n");
    Print(NextStep(consistency, judgement));
  }
  return ExitCodeOf(judgement.verdict);
}

// What needs unique values cannot be judged without, which leaves the rest of the answer
// incomplete but right. Only where nothing can be judged is the file at fault.
int CheckSession::All(const std::vector<Consistency>& consistencies) {
  std::vector<absl::Status> valid;
  for (const Consistency consistency : consistencies) {
    width_ = std::max(width_, consistency::Describe(consistency).name.size());
    valid.push_back(consistency::Validate(history_, model_, consistency));
  }
  if (std::none_of(valid.begin(), valid.end(), [](const absl::Status& status) { return status.ok(); }))
    return PrintErrors(absl::InvalidArgumentError(Where(valid.front())));
  int code = kAsExpected;
  std::optional<Consistency> violated;  // the weakest: what broke it breaks the stronger ones
  for (std::size_t i = 0; i < consistencies.size(); ++i) {
    if (!valid[i].ok()) {
      ReportUnjudged(consistencies[i], Where(valid[i]));
      code = Worse(code, kInconclusive);
      continue;
    }
    const Judgement judgement = Judge(consistencies[i], false);
    Report(consistencies[i], judgement);
    code = Worse(code, ExitCodeOf(judgement.verdict));
    if (judgement.verdict == Verdict::kViolated) violated = consistencies[i];
  }
  if (options_.output.json || options_.output.quiet) return code;
  Print(violated ? "why           " + Typed(*violated, limits_.max_steps, limits_.max_bytes) + "\n"
                 : "as data       " + CommandLine(options_, std::string(kAll)) + " --format json\n");
  return code;
}

// Validate names the line and the field; the file is ours to say.
std::string CheckSession::Where(const absl::Status& invalid) const {
  constexpr std::string_view kLine = "line ";
  const std::string whole(invalid.message());
  std::string_view message = whole;
  if (message.starts_with(kLine)) message.remove_prefix(kLine.size());
  const bool numbered = !message.empty() && message[0] >= '0' && message[0] <= '9';
  return name_ + (numbered ? ":" : ": ") + scenarios::Printable(message);
}

Judgement CheckSession::Judge(Consistency consistency, bool explain) const {
  consistency::Options limits = limits_;
  limits.explain = explain;
  return Settled(consistency::Check(history_, model_, consistency, limits));
}

void CheckSession::Report(Consistency consistency, const Judgement& judgement) const {
  if (options_.output.json) return Print(JudgementJson(name_, history_, model_.name, consistency, judgement) + "\n");
  if (options_.output.quiet && judgement.verdict == Verdict::kHolds) return;
  Print(JudgementLine(name_, history_, consistency, judgement, style_, width_));
  if (consistency == Consistency::kConvergence) Print(FatesText());
  if (options_.output.verbose)
    Print("  searched " + Grouped(judgement.steps) + " steps, held at most " + Grouped(judgement.bytes) + " bytes\n");
}

// What became of the writes; how long it took only where the history has true times.
std::string CheckSession::FatesText() const {
  const Fates fates = FatesIn(history_);
  const std::uint64_t everywhere = fates.acknowledged - fates.nowhere;
  std::string text =
      "  of " + Grouped(fates.acknowledged) + " acknowledged writes " + Grouped(everywhere) + " were seen everywhere";
  if (everywhere != 0)
    text += " (within " + core::FormatDuration(fates.visible.Median()) + " as a rule, " +
            core::FormatDuration(fates.visible.Longest()) + " at most)";
  text += ", " + Grouped(fates.stale) + " were missed by a later read";
  if (fates.stalest.count() > 0) text += " (for " + core::FormatDuration(fates.stalest) + " at most)";
  return text + ", " + Grouped(fates.lost) + " were lost, " + Grouped(fates.resurrected) +
         " gave way to older values\n";
}

void CheckSession::ReportUnjudged(Consistency consistency, const std::string& why) const {
  if (options_.output.json) return Print(UnjudgedJson(name_, model_.name, consistency, why) + "\n");
  std::string name(consistency::Describe(consistency).name);
  name.resize(std::max(name.size(), width_), ' ');
  Print(name_ + "  " + name + "  " + style_.Doubtful("unjudged") + ": " + why + "\n");
}

std::string CheckSession::Typed(Consistency consistency, std::uint64_t steps, std::uint64_t bytes) const {
  std::string line = CommandLine(options_, std::string(consistency::Describe(consistency).name));
  if (steps != consistency::Options().max_steps) line += " --max-steps " + std::to_string(steps);
  if (bytes != consistency::Options().max_bytes) line += " --max-memory " + std::to_string(bytes);
  return line;
}

std::string CheckSession::NextStep(Consistency consistency, const Judgement& judgement) const {
  const std::uint64_t steps = limits_.max_steps;
  const std::uint64_t bytes = limits_.max_bytes;
  if (judgement.verdict == Verdict::kInconclusive && judgement.steps >= steps && steps < UINT64_MAX / 10)
    return "search more   " + Typed(consistency, steps * 10, bytes) + "\n";
  if (judgement.verdict == Verdict::kInconclusive && judgement.bytes >= bytes / 2 && bytes < UINT64_MAX / 4)
    return "search more   " + Typed(consistency, steps, std::max(bytes, judgement.bytes) * 4) + "\n";
  // Linearizable implies all the others.
  const bool settled = judgement.verdict == Verdict::kHolds && consistency == Consistency::kLinearizable;
  if (Defined(model_, Consistency::kSequential) && !settled && judgement.judged != 0)
    return "the others    " + CommandLine(options_, std::string(kAll)) + "\n";
  return "as data       " + Typed(consistency, steps, bytes) + " --format json\n";
}

}  // namespace

namespace {

// A checker is not asked to stop: it holds nothing that could be lost.
char interrupted[4096];

void OnSignal(int signal) {
  const ssize_t ignored = ::write(STDERR_FILENO, interrupted, std::strlen(interrupted));
  static_cast<void>(ignored);
  ::_exit(signal == SIGTERM ? kTerminated : kInterrupted);
}

void CatchInterruptsOf(const CheckOptions& options) {
  const std::string text = "\ninterrupted: what was not printed yet is not known; again with\n  " +
                           CommandLine(options, options.consistency) + "\n";
  std::snprintf(interrupted, sizeof(interrupted), "%s", text.c_str());
  std::signal(SIGINT, OnSignal);
  std::signal(SIGTERM, OnSignal);
}

}  // namespace

int CheckCommand(const CheckOptions& options) {
  CatchInterruptsOf(options);
  const absl::StatusOr<Model> model = ModelOf(options.model);
  if (!model.ok()) return PrintErrors(model.status());
  // Before the file, which may take long.
  const absl::StatusOr<std::vector<Consistency>> known = ConsistenciesOf(options.consistency, *model, {});
  if (!known.ok()) return PrintErrors(known.status());
  Progress progress(options.output.progress);
  absl::StatusOr<History> history = ReadHistory(options.history, [&](std::uint64_t lines) {
    progress.Show("  reading " + HistoryName(options.history) + "  " + Grouped(lines) + " lines");
  });
  progress.Clear();
  if (!history.ok()) return PrintErrors(history.status());
  CheckSession session(options, *model, *std::move(history));
  if (options.consistency != kAll) return session.One(known->front());
  return session.All(*ConsistenciesOf(options.consistency, session.model(), session.history()));
}

}  // namespace tools
