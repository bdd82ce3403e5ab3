#include "invariants/consistency/smallest.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "invariants/consistency/reduce.h"
#include "invariants/consistency/search.h"
#include "invariants/consistency/words.h"

namespace consistency {
namespace {

constexpr std::uint64_t kStepsPerTry = 2'000'000;
constexpr std::uint64_t kStepsInAll = 50'000'000;

// Operations that may be taken out together.
struct Part {
  std::vector<std::uint32_t> operations;
  ValueId element = kNull;       // not null: taken out of lists, too
  bool spoils_failures = false;  // only if no failed operation stays
};

class Smaller {
 public:
  Smaller(const History& history, const Model& model, const std::vector<std::uint32_t>& operations,
          const Options& options)
      : model_(model), options_(options), places_(operations) {
    work_.keys = history.keys;
    work_.values = history.values;
    for (const std::uint32_t o : operations) work_.operations.push_back(history.operations[o]);
    originals_ = work_.operations;
    kept_.resize(operations.size());
    std::iota(kept_.begin(), kept_.end(), 0u);
  }

  Counterexample Find(std::uint32_t furthest) {
    CutAt(furthest);
    TakeOut(ValueParts());
    TakeOut(WatcherParts());
    TakeOut(ValueParts());
    return Explain();
  }

 private:
  // Whether these operations of work_ have no linearization. False also if that is not known.
  bool Fails(const std::vector<std::uint32_t>& operations) {
    if (steps_ > kStepsInAll) return false;
    Search search(work_, model_, operations, options_);
    const Search::Answer answer = search.Run(kStepsPerTry, options_.max_bytes);
    steps_ += search.steps() + operations.size();
    return answer == Search::Answer::kNone;
  }

  // Returns are passed in order; what is open after `count` of them is unknown from then on. What only watches is
  // taken out instead: unknown, it might no longer be taken out later. So no shorter prefix of what is left in the
  // end fails: the last return cannot have gone, since a prefix without it has a linearization.
  std::vector<Operation> PrefixOf(std::size_t count, std::vector<std::uint32_t>& kept) const {
    std::vector<std::int64_t> returns;
    for (const Operation& o : work_.operations) returns.push_back(o.returned);
    std::sort(returns.begin(), returns.end());
    const std::int64_t last = returns[count - 1];
    std::vector<Operation> cut = work_.operations;
    kept.clear();
    for (std::uint32_t o = 0; o < cut.size(); ++o) {
      if (cut[o].called > last) continue;
      if (cut[o].returned > last) {
        if (OnlyWatches(cut[o])) continue;
        cut[o].returned = kNever;
        cut[o].outcome = Outcome::kUnknown;
        cut[o].result = kNull;
      }
      if (!IsVoid(cut[o])) kept.push_back(o);
    }
    return cut;
  }

  // A prefix of `explained` returns has a linearization. The longer a prefix, the sooner it fails.
  void CutAt(std::size_t explained) {
    const std::vector<Operation> whole = work_.operations;
    const auto fails = [&](std::size_t count) {
      std::vector<std::uint32_t> kept;
      work_.operations = PrefixOf(count, kept);
      const bool failed = Fails(kept);
      if (failed) kept_ = kept;
      if (failed) cut_ = work_.operations;
      work_.operations = whole;
      return failed;
    };
    const auto returns = static_cast<std::size_t>(
        std::count_if(whole.begin(), whole.end(), [](const Operation& o) { return o.returned != kNever; }));
    std::size_t good = explained, bad = returns;
    for (std::size_t step = 1; good + step < returns && !fails(bad = good + step); step *= 2) good = bad;
    if (good + 1 >= bad) bad = good + 1;
    while (bad - good > 1) {
      const std::size_t middle = good + (bad - good) / 2;
      (fails(middle) ? bad : good) = middle;
    }
    if (fails(bad)) work_.operations = cut_;
  }

  // --- what may go ---------------------------------------------------------------

  // What sees the state and leaves it.
  std::vector<Part> WatcherParts() const {
    std::vector<Part> parts;
    for (const std::uint32_t o : kept_) {
      if (OnlyWatches(work_.operations[o])) parts.push_back({{o}, kNull, false});
    }
    return parts;
  }

  // Everything about one value.
  std::vector<Part> ValueParts() const {
    std::map<ValueId, Part> parts;
    std::set<ValueId> barred{kNull};
    for (const std::uint32_t o : kept_) {
      const Operation& operation = work_.operations[o];
      switch (operation.function) {
        case Function::kWrite:
        case Function::kAdd:
        case Function::kRemove:
        case Function::kAppend:
        case Function::kEnqueue:
        case Function::kRelease:
          parts[operation.argument].operations.push_back(o);
          break;
        case Function::kRead:
        case Function::kDequeue:
        case Function::kAcquire:
          if (operation.outcome == Outcome::kOk) parts[operation.result].operations.push_back(o);
          break;
        case Function::kCas:
          if (operation.outcome != Outcome::kFailed) barred.insert({operation.argument, operation.expected});
          break;
      }
    }
    std::vector<Part> allowed;
    const bool by_element = model_.kind == ModelKind::kSet || model_.kind == ModelKind::kListAppend;
    const bool whole = model_.kind == ModelKind::kKvAppend || model_.kind == ModelKind::kCounter;
    for (auto& [value, part] : parts) {
      if (whole || barred.count(value) != 0) continue;
      if (by_element && work_.values.kind(value) == Values::Kind::kList) continue;
      if (by_element) part.element = value;
      part.spoils_failures = model_.kind == ModelKind::kCasRegister || model_.kind == ModelKind::kLock;
      allowed.push_back(std::move(part));
    }
    return allowed;
  }

  void TakeOut(std::vector<Part> parts) {
    std::vector<std::uint32_t> all(parts.size());
    std::iota(all.begin(), all.end(), 0u);
    const auto fails = [&](const std::vector<std::uint32_t>& staying) { return Try(parts, staying, false); };
    const std::vector<std::uint32_t> staying = Reduce(all, fails);
    Try(parts, staying, true);
  }

  // Without the parts that do not stay. `keep`: from now on.
  bool Try(const std::vector<Part>& parts, const std::vector<std::uint32_t>& staying, bool keep) {
    std::vector<bool> stays(parts.size(), false), gone(work_.operations.size(), false);
    for (const std::uint32_t part : staying) stays[part] = true;
    std::set<ValueId> elements;
    bool spoils = false;
    for (std::size_t p = 0; p < parts.size(); ++p) {
      if (stays[p]) continue;
      for (const std::uint32_t o : parts[p].operations) gone[o] = true;
      if (parts[p].element != kNull) elements.insert(parts[p].element);
      spoils = spoils || parts[p].spoils_failures;
    }
    std::vector<std::uint32_t> left;
    for (const std::uint32_t o : kept_) {
      if (gone[o]) continue;
      if (spoils && work_.operations[o].outcome == Outcome::kFailed) return false;
      left.push_back(o);
    }
    std::vector<Operation> before = work_.operations;
    if (!elements.empty()) Project(elements, left);
    const bool fails = keep || Fails(left);
    if (keep) {
      kept_ = left;
      elements_.insert(elements.begin(), elements.end());
    } else {
      work_.operations = std::move(before);
    }
    return fails;
  }

  // Lists without these elements.
  void Project(const std::set<ValueId>& elements, const std::vector<std::uint32_t>& operations) {
    for (const std::uint32_t o : operations) {
      Operation& operation = work_.operations[o];
      if (operation.function != Function::kRead) continue;
      std::vector<ValueId> rest;
      for (const ValueId element : work_.values.list(operation.result)) {
        if (elements.count(element) == 0) rest.push_back(element);
      }
      operation.result = work_.values.List(rest);
    }
  }

  // --- what it says ----------------------------------------------------------------

  Counterexample Explain() {
    Counterexample example;
    for (const std::uint32_t o : kept_) example.operations.push_back(places_[o]);
    Search search(work_, model_, kept_, options_);
    if (search.Run(kStepsPerTry, options_.max_bytes) != Search::Answer::kNone) {
      example.sentences.push_back("no order of these operations explains all their answers");
      return example;
    }
    const Operation& last = originals_[search.unexplained()];
    example.sentences.push_back("no order explains " + Name(work_, last) +
                                " together with what had happened before it returned");
    if (!elements_.empty()) example.sentences.push_back(Elements());
    constexpr std::size_t kMostStates = 4;
    std::vector<std::string> states = search.StatesThere(kMostStates + 1);
    std::string sentence = "when it had to happen, the " + std::string(model_.name) + " could only be ";
    for (std::size_t i = 0; i < std::min(states.size(), kMostStates); ++i)
      sentence += (i > 0 ? " or " : "") + states[i];
    if (states.size() > kMostStates) sentence += " or one of others";
    example.sentences.push_back(sentence);
    return example;
  }

  // What was taken out of lists is still shown in them.
  std::string Elements() const {
    std::set<ValueId> rest;
    for (const std::uint32_t o : kept_) {
      const Operation& operation = work_.operations[o];
      if (operation.function != Function::kRead) {
        rest.insert(operation.argument);
      } else {
        rest.insert(work_.values.list(operation.result).begin(), work_.values.list(operation.result).end());
      }
    }
    std::string text;
    for (const ValueId element : rest) text += (text.empty() ? "" : ", ") + work_.values.Text(element);
    return "of all elements " + (text.empty() ? "none" : "only " + text) +
           " matter; the states below are without the others";
  }

  const Model& model_;
  const Options& options_;
  std::vector<std::uint32_t> places_;  // in the history, by place in work_
  std::vector<Operation> originals_;   // likewise
  History work_;                       // the object's operations, as far as they are cut
  std::vector<std::uint32_t> kept_;    // of work_
  std::set<ValueId> elements_;         // taken out of what reads gave
  std::vector<Operation> cut_;         // work_'s, of the shortest prefix found so far
  std::uint64_t steps_ = 0;
};

}  // namespace

Counterexample Smallest(const History& history, const Model& model, const std::vector<std::uint32_t>& operations,
                        std::uint32_t explained, const Options& options) {
  return Smaller(history, model, operations, options).Find(explained);
}

}  // namespace consistency
