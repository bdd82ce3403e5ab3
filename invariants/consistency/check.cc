#include "invariants/consistency/check.h"

#include <algorithm>
#include <map>

#include "invariants/consistency/causal.h"
#include "invariants/consistency/convergence.h"
#include "invariants/consistency/linearizability.h"
#include "invariants/consistency/sequential.h"
#include "invariants/consistency/sessions.h"
#include "invariants/consistency/words.h"

namespace consistency {
namespace {

absl::Status Refused(std::uint32_t line, std::string_view field, const std::string& problem) {
  return absl::InvalidArgumentError(Words("line ", line, ": ", field, ": ", problem));
}

// "; cas-register has it"
std::string ModelsWith(Function function) {
  std::string names;
  for (const Model& model : Models()) {
    const bool has = std::find(model.functions.begin(), model.functions.end(), function) != model.functions.end();
    if (has) names += Words(names.empty() ? "; judge by " : ", ", model.name);
  }
  return names;
}

// What the model wants of one operation.
class OperationCheck {
 public:
  OperationCheck(const History& history, const Model& model) : history_(history), model_(model) {}

  absl::Status operator()(const Operation& o) const {
    const auto& known = model_.functions;
    if (std::find(known.begin(), known.end(), o.function) == known.end()) {
      std::string names;
      for (const Function function : known) names += Words(names.empty() ? "" : ", ", NameOf(function));
      return Refused(o.line, "f",
                     Words("the model ", model_.name, " has no \"", NameOf(o.function), "\"; it has ", names,
                           ModelsWith(o.function)));
    }
    switch (model_.kind) {
      case ModelKind::kRegister:
      case ModelKind::kCasRegister:
        return absl::OkStatus();
      case ModelKind::kKvAppend:
        return Want(o, Kind::kString, "a string", o.function == Function::kRead);
      case ModelKind::kCounter:
        return Want(o, Kind::kInteger, "an integer", false);
      case ModelKind::kLock:
        return Want(o, Kind::kInteger, "a token, an integer", false);
      case ModelKind::kQueue:
        return o.function == Function::kEnqueue && o.argument == kNull
                   ? Refused(o.line, "value", "want an element: null says that a queue was empty")
                   : absl::OkStatus();
      case ModelKind::kSet:
      case ModelKind::kListAppend:
        break;
    }
    return o.function == Function::kRead ? Want(o, Kind::kList, "a list", false) : absl::OkStatus();
  }

 private:
  using Kind = Values::Kind;

  absl::Status Want(const Operation& o, Kind kind, const std::string& what, bool or_null) const {
    const bool answers = o.function == Function::kRead || o.function == Function::kAcquire;
    if (answers && o.outcome != Outcome::kOk) return absl::OkStatus();
    const ValueId value = answers ? o.result : o.argument;
    if (history_.values.kind(value) == kind || (or_null && value == kNull)) return absl::OkStatus();
    return Refused(o.line, "value", Words("want ", what, ", got ", history_.values.Text(value)));
  }
  const History& history_;
  const Model& model_;
};

// Times that contradict one another: a process does one thing after the other.
absl::Status CheckProcesses(const History& history) {
  std::map<std::uint32_t, const Operation*> last;  // that returned, of each process
  std::int64_t before = std::numeric_limits<std::int64_t>::min();
  for (const Operation& o : history.operations) {
    if (o.called < before) return Refused(o.line, "start", "operations are not in the order of their calls");
    before = o.called;
    if (o.returned < o.called) return Refused(o.line, "end", "it returned before it was called");
    if ((o.returned == kNever) != (o.outcome == Outcome::kUnknown))
      return Refused(o.line, "end", "an operation returns exactly if its outcome is known");
    const auto [at, first] = last.try_emplace(o.process, &o);
    if (first) continue;
    const Operation& earlier = *at->second;
    if (earlier.outcome != Outcome::kUnknown && earlier.returned >= o.called) {
      return Refused(o.line, "start",
                     Words("process ", o.process, " called this at ", o.called, ", when line ", earlier.line,
                           " had not returned yet (at ", earlier.returned,
                           "); want a later time: only the order of times counts"));
    }
    if (o.outcome != Outcome::kUnknown || earlier.outcome == Outcome::kUnknown) at->second = &o;
  }
  return absl::OkStatus();
}

std::string OfKey(const History& history, const Operation& o) {
  const std::string& key = history.keys[o.key];
  return key.empty() ? "" : "to " + key + " ";
}

// Reads-from must be known.
absl::Status CheckUnique(const History& history, Consistency consistency) {
  std::map<std::pair<std::uint32_t, ValueId>, std::uint32_t> writers;  // lines
  for (const Operation& o : history.operations) {
    if (o.function != Function::kWrite || o.outcome == Outcome::kFailed) continue;
    if (o.argument == kNull) {
      return Refused(o.line, "value",
                     Words(Describe(consistency).name,
                           " is judged of values that are not null, which they are "
                           "before the first write"));
    }
    const auto [at, first] = writers.emplace(std::pair(o.key, o.argument), o.line);
    if (first) continue;
    return Refused(o.line, "value",
                   Words(history.values.Text(o.argument), " was written ", OfKey(history, o), "by line ", at->second,
                         " already; ", Describe(consistency).name, " is judged of values that are written once"));
  }
  return absl::OkStatus();
}

Refute RefuteOf(Consistency consistency) {
  switch (consistency) {
    case Consistency::kCausalConvergence:
      return RefuteCausalConvergence;
    case Consistency::kCausalMemory:
      return RefuteCausalMemory;
    case Consistency::kCausal:
      return RefuteCausal;
    case Consistency::kReadYourWrites:
      return RefuteReadYourWrites;
    case Consistency::kMonotonicReads:
      return RefuteMonotonicReads;
    case Consistency::kMonotonicWrites:
      return RefuteMonotonicWrites;
    case Consistency::kWritesFollowReads:
      return RefuteWritesFollowReads;
    case Consistency::kPram:
      return RefutePram;
    case Consistency::kLinearizable:
    case Consistency::kSequential:
    case Consistency::kConvergence:
      break;
  }
  return nullptr;
}

// Of vector clocks that it takes at a time.
std::uint32_t MatricesOf(Consistency consistency) {
  if (consistency == Consistency::kCausalMemory) return 2;
  const bool of_sessions = consistency == Consistency::kReadYourWrites || consistency == Consistency::kMonotonicReads ||
                           consistency == Consistency::kMonotonicWrites || consistency == Consistency::kPram;
  return of_sessions ? 0 : 1;
}

Judgement Judge(const History& history, const Model& model, Consistency consistency, const Options& options) {
  switch (consistency) {
    case Consistency::kLinearizable:
      return CheckLinearizable(history, model, options);
    case Consistency::kSequential:
      return CheckSequential(history, options);
    case Consistency::kConvergence:
      return CheckConvergence(history, options);
    default:
      return JudgeByRefutation(history, RefuteOf(consistency), MatricesOf(consistency), options);
  }
}

}  // namespace

const std::vector<ConsistencyName>& Consistencies() {
  using C = Consistency;
  static const std::vector<ConsistencyName> names{
      {C::kLinearizable, "linearizable", "linearizable", "one order, in real time"},
      {C::kSequential, "sequential", "sequential", "one order, in that of each process"},
      {C::kCausalConvergence, "causal-convergence", "ccv", "causes before effects, one order of writes for all"},
      {C::kCausalMemory, "causal-memory", "cm", "causes before effects, an order for each process"},
      {C::kCausal, "causal", "cc", "causes before effects, an order for each read"},
      {C::kPram, "pram", "pram_conv", "read-your-writes and monotonic-writes together"},
      {C::kWritesFollowReads, "writes-follow-reads", "wfr_mr", "a write comes with what its session had read"},
      {C::kMonotonicWrites, "monotonic-writes", "mw_mr", "a write comes with its session's earlier ones"},
      {C::kMonotonicReads, "monotonic-reads", "mr", "what a session has seen it goes on seeing"},
      {C::kReadYourWrites, "read-your-writes", "ryw", "a session sees its own writes"},
      {C::kConvergence, "convergence", "convergence", "in the end all replicas agree, and nothing is lost"},
  };
  return names;
}

const ConsistencyName* FindConsistency(std::string_view name) {
  for (const ConsistencyName& known : Consistencies()) {
    if (known.name == name || known.column == name) return &known;
  }
  return nullptr;
}

const ConsistencyName& Describe(Consistency consistency) {
  const auto& all = Consistencies();
  return *std::find_if(all.begin(), all.end(),
                       [&](const ConsistencyName& known) { return known.consistency == consistency; });
}

absl::Status Validate(const History& history, const Model& model, Consistency consistency) {
  const bool linearizable = consistency == Consistency::kLinearizable;
  if (!linearizable && model.kind != ModelKind::kRegister) {
    return absl::InvalidArgumentError(Words(Describe(consistency).name, " is judged of the model register only; of ",
                                            model.name, " linearizable can be judged"));
  }
  const OperationCheck check(history, model);
  for (const Operation& o : history.operations) {
    if (absl::Status status = check(o); !status.ok()) return status;
  }
  if (absl::Status status = CheckProcesses(history); !status.ok()) return status;
  return linearizable ? absl::OkStatus() : CheckUnique(history, consistency);
}

Judgement Check(const History& history, const Model& model, Consistency consistency, const Options& options) {
  Judgement judgement = Judge(history, model, consistency, options);
  if (!options.explain) judgement.counterexample.reset();
  return judgement;
}

}  // namespace consistency
