#include "tests/consistency/random_history.h"

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/consistency/numbers.h"
#include "tests/consistency/object.h"

namespace consistency {
namespace {

// What clients ask; what they ask more often, twice.
std::span<const Function> Asked(ModelKind model) {
  using enum Function;
  static constexpr std::array kRegister{kRead, kWrite};
  static constexpr std::array kCasRegister{kRead, kWrite, kCas, kCas};
  static constexpr std::array kKvAppend{kRead, kRead, kWrite, kAppend, kAppend};
  static constexpr std::array kSet{kRead, kRead, kAdd, kAdd, kRemove};
  static constexpr std::array kCounter{kRead, kAdd};
  static constexpr std::array kQueue{kEnqueue, kDequeue};
  static constexpr std::array kLock{kAcquire, kRelease};
  static constexpr std::array kListAppend{kRead, kAppend};
  switch (model) {
    case ModelKind::kRegister:
      return kRegister;
    case ModelKind::kCasRegister:
      return kCasRegister;
    case ModelKind::kKvAppend:
      return kKvAppend;
    case ModelKind::kSet:
      return kSet;
    case ModelKind::kCounter:
      return kCounter;
    case ModelKind::kQueue:
      return kQueue;
    case ModelKind::kLock:
      return kLock;
    case ModelKind::kListAppend:
      break;
  }
  return kListAppend;
}

// What puts an argument into an object.
Function Puts(ModelKind model) {
  switch (model) {
    case ModelKind::kSet:
    case ModelKind::kCounter:
      return Function::kAdd;
    case ModelKind::kKvAppend:
    case ModelKind::kListAppend:
      return Function::kAppend;
    case ModelKind::kQueue:
      return Function::kEnqueue;
    default:
      return Function::kWrite;
  }
}

bool Answers(Function function) {
  return function == Function::kRead || function == Function::kDequeue || function == Function::kAcquire;
}

class Generator {
 public:
  Generator(ModelKind model, std::uint64_t seed, const Shape& shape)
      : numbers_(seed * 8 + static_cast<std::uint64_t>(model)), model_(model), shape_(shape) {}

  History Generate() {
    Schedule();
    for (Operation& operation : history_.operations) Ask(operation);
    const std::uint32_t source = numbers_.Below(100);
    if (source < 30) Execute(1);
    if (source < 20) Spoil();
    if (source >= 30 && source < 72) Execute(2 + numbers_.Below(2));
    if (source >= 72) {
      for (Operation& operation : history_.operations) Guess(operation);
    }
    Finish();
    return std::move(history_);
  }

 private:
  std::vector<Operation>& operations() { return history_.operations; }

  // Who is called when, and hears what kind of answer.
  void Schedule() {
    static constexpr std::array<std::string_view, 3> kNames{"x", "y", "z"};
    const std::uint32_t keys = Mostly(1, shape_.most_keys);  // on one key there are more quarrels
    for (std::uint32_t key = 0; key < keys; ++key) history_.keys.emplace_back(kNames[key % 3]);
    std::vector<std::int64_t> free(Mostly(std::min(3U, shape_.most_processes), shape_.most_processes));
    for (std::int64_t& at : free) at = numbers_.Below(4);
    const std::uint32_t count = numbers_.Chance(15)
                                    ? numbers_.UpTo(shape_.most_operations)
                                    : shape_.most_operations - numbers_.UpTo(shape_.most_operations / 4);
    slow_ = 1 + Mostly(2, 10);
    unknown_percent_ = numbers_.Chance(50) ? 0 : 10 + numbers_.Below(30);
    for (std::uint32_t i = 0; i < count; ++i) {
      Operation operation{.process = numbers_.Below(free.size()), .key = numbers_.Below(keys)};
      Time(operation, free[operation.process]);
      operations().push_back(operation);
    }
  }

  // From 1 to `most`, and every other time `usual`.
  std::uint32_t Mostly(std::uint32_t usual, std::uint32_t most) {
    return numbers_.Chance(50) ? usual : 1 + numbers_.Below(most);
  }

  // Operations of one process do not even touch; those of others do, now and then.
  void Time(Operation& operation, std::int64_t& free) {
    operation.called = free;
    operation.returned = operation.called + numbers_.Below(slow_);
    if (numbers_.Chance(4)) operation.outcome = Outcome::kFailed;
    free = operation.returned + 1 + numbers_.Below(3);
    if (!numbers_.Chance(unknown_percent_)) return;
    operation.outcome = Outcome::kUnknown;
    operation.returned = kNever;
  }

  void Ask(Operation& operation) {
    operation.function = numbers_.Any(Asked(model_));
    const bool sees_state = operation.function == Function::kCas || model_ == ModelKind::kLock;
    if (operation.outcome == Outcome::kFailed && sees_state) operation.outcome = Outcome::kOk;
    if (operation.function == Function::kCas) operation.expected = numbers_.Chance(20) ? kNull : SomeValue();
    if (!Answers(operation.function)) operation.argument = shape_.unique_values ? UniqueValue(operation) : SomeValue();
    const bool nullable = operation.function == Function::kWrite || operation.function == Function::kCas;
    if (nullable && model_ != ModelKind::kKvAppend && !shape_.unique_values && numbers_.Chance(5)) {
      operation.argument = kNull;
    }
  }

  ValueId SomeValue() {
    static constexpr std::array<std::string_view, 4> kTexts{"a", "b", "ab", ""};
    static constexpr std::array<int, 4> kSummands{1, 2, -1, 0};
    if (model_ == ModelKind::kKvAppend) return history_.values.String(numbers_.Any(kTexts));
    if (model_ == ModelKind::kCounter) return history_.values.Integer(numbers_.Any(kSummands));
    return history_.values.Integer(1 + numbers_.Below(3));
  }

  // Unique on its key, but not on all of them: no two values are the same because they look it.
  ValueId UniqueValue(const Operation& operation) {
    std::uint32_t others = 1;
    for (const Operation& other : operations()) {
      others += other.key == operation.key && other.argument != kNull ? 1 : 0;
    }
    if (model_ == ModelKind::kKvAppend) return history_.values.String(std::string(1, static_cast<char>('`' + others)));
    return history_.values.Integer(others);
  }

  // An operation reaching a replica; first of all its own, which answers.
  struct Arrival {
    std::int64_t at;
    std::uint32_t tie;  // of equal times, chance decides
    std::uint32_t operation;
    std::uint32_t replica;
    bool first;
    auto operator<=>(const Arrival&) const = default;
  };

  void Execute(std::uint32_t replicas) {
    const bool roaming = numbers_.Chance(40);     // sessions change their replica
    const bool converging = numbers_.Chance(50);  // registers keep the newest write
    const std::uint32_t lag = 1 + numbers_.Below(40);
    std::vector<Arrival> arrivals;
    for (std::uint32_t i = 0; i < operations().size(); ++i) {
      const std::uint32_t home = (roaming ? numbers_.Below(replicas) : operations()[i].process) % replicas;
      const std::int64_t at = EffectOf(operations()[i]);
      if (at == kNever) continue;
      for (std::uint32_t replica = 0; replica < replicas; ++replica) {
        const std::int64_t late = replica == home ? 0 : 1 + numbers_.Below(lag);
        arrivals.push_back({at + late, numbers_.Below(1000), i, replica, replica == home});
      }
    }
    std::sort(arrivals.begin(), arrivals.end());
    Play(arrivals, replicas, converging);
  }

  // When it happens: as it is running, or, if nobody heard of it, later or never.
  std::int64_t EffectOf(const Operation& operation) {
    if (operation.outcome == Outcome::kFailed) return kNever;
    if (operation.outcome == Outcome::kOk) {
      return operation.called + numbers_.UpTo(static_cast<std::size_t>(operation.returned - operation.called));
    }
    return numbers_.Chance(70) ? operation.called + numbers_.Below(15) : kNever;
  }

  using Stamp = std::pair<std::int64_t, std::uint32_t>;
  struct Replica {
    std::vector<plain::Object> objects;  // of each key
    std::vector<Stamp> newest;           // write on each key
  };

  void Play(const std::vector<Arrival>& arrivals, std::uint32_t replicas, bool converging) {
    Replica fresh;
    fresh.objects.assign(history_.keys.size(), plain::Fresh(model_));
    fresh.newest.resize(history_.keys.size());
    std::vector<Replica> all(replicas, fresh);
    std::vector<Stamp> stamps(operations().size());
    for (const Arrival& arrival : arrivals) {
      Operation& operation = operations()[arrival.operation];
      Replica& replica = all[arrival.replica];
      plain::Object& object = replica.objects[operation.key];
      Stamp& stamp = stamps[arrival.operation];
      if (arrival.first) {
        stamp = {arrival.at, arrival.tie};
        Answer(object, operation);
      }
      if (operation.function == Function::kWrite && converging) {
        if (stamp < replica.newest[operation.key]) continue;
        replica.newest[operation.key] = stamp;
      }
      Operation known = operation;  // the object knows the outcome, even if no client does
      if (known.outcome == Outcome::kUnknown) known.outcome = Outcome::kOk;
      plain::Happen(object, known, history_.values);
    }
  }

  // Sets the outcome and the result that are right here. A lock's holder tends to be who
  // releases it.
  void Answer(const plain::Object& object, Operation& operation) {
    if (const auto* here = std::get_if<plain::Lock>(&object)) {
      const std::int64_t larger = here->last + 1 + numbers_.Below(2);
      if (operation.function == Function::kAcquire) operation.result = history_.values.Integer(larger);
      const bool holds = operation.function == Function::kRelease && here->held && numbers_.Chance(70);
      if (holds) operation.argument = history_.values.Integer(*here->token);
    } else if (Answers(operation.function)) {
      operation.result = std::visit([this](const auto& each) { return ContentOf(each); }, object);
    }
    if (operation.outcome == Outcome::kUnknown) return;
    operation.outcome = Outcome::kOk;
    if (!plain::Fits(object, operation, history_.values)) operation.outcome = Outcome::kFailed;
  }

  ValueId ContentOf(const plain::Register& object) { return object.value; }
  ValueId ContentOf(const plain::Text& object) { return object.text ? history_.values.String(*object.text) : kNull; }
  ValueId ContentOf(const plain::Counter& object) { return history_.values.Integer(object.sum); }
  ValueId ContentOf(const plain::Lock&) { return kNull; }
  ValueId ContentOf(const plain::Set& object) {
    std::vector<ValueId> elements(object.elements.begin(), object.elements.end());
    if (elements.size() > 1 && numbers_.Chance(50)) std::swap(elements.front(), elements.back());
    return history_.values.List(elements);
  }
  ValueId ContentOf(const plain::Sequence& object) {
    if (model_ != ModelKind::kQueue) return history_.values.List(object.elements);
    return object.elements.empty() ? kNull : object.elements.front();
  }

  // Some answers, or the times of some operations, are not what they were.
  void Spoil() {
    if (operations().empty()) return;
    const std::uint32_t times = 1 + numbers_.Below(4);
    for (std::uint32_t i = 0; i < times; ++i) {
      Operation& operation = numbers_.Any(operations());
      if (numbers_.Chance(60)) {
        Guess(operation);
      } else if (numbers_.Chance(70)) {
        Shorten(operation);
      } else {
        Exchange(operation, numbers_.Any(operations()));
      }
    }
  }

  static void Exchange(Operation& a, Operation& b) {
    const bool both_answered = a.outcome == Outcome::kOk && b.outcome == Outcome::kOk;
    if (both_answered && a.function == b.function && a.key == b.key) std::swap(a.result, b.result);
  }

  void Shorten(Operation& operation) {
    if (operation.outcome == Outcome::kUnknown) return;
    const std::int64_t by = numbers_.UpTo(static_cast<std::size_t>(operation.returned - operation.called));
    if (numbers_.Chance(50)) {
      operation.called += by;
    } else {
      operation.returned -= by;
    }
  }

  // An answer as it could be, going by what is asked of the key by anybody.
  void Guess(Operation& operation) {
    if (operation.function == Function::kCas || model_ == ModelKind::kLock) {
      const Outcome heard = numbers_.Chance(60) ? Outcome::kOk : Outcome::kFailed;
      if (operation.outcome != Outcome::kUnknown) operation.outcome = heard;
      if (operation.function == Function::kAcquire) operation.result = history_.values.Integer(1 + numbers_.Below(5));
    } else if (Answers(operation.function)) {
      operation.result = GuessedContent(SomeArguments(operation.key));
    }
  }

  std::vector<ValueId> SomeArguments(std::uint32_t key) {
    std::vector<ValueId> some;
    for (const Operation& other : operations()) {
      if (other.key == key && !Answers(other.function) && numbers_.Chance(60)) some.push_back(other.argument);
    }
    if (some.size() > 1 && numbers_.Chance(30)) std::swap(numbers_.Any(some), some.front());
    return some;
  }

  ValueId GuessedContent(const std::vector<ValueId>& some) {
    plain::Object object = plain::Fresh(model_);
    for (const ValueId argument : some) {
      plain::Happen(object, {.function = Puts(model_), .argument = argument}, history_.values);
    }
    return std::visit([this](const auto& each) { return ContentOf(each); }, object);
  }

  // What no client heard is not told either.
  void Finish() {
    for (Operation& operation : operations()) {
      if (operation.outcome != Outcome::kOk) operation.result = kNull;
    }
    std::stable_sort(operations().begin(), operations().end(),
                     [](const Operation& a, const Operation& b) { return a.called < b.called; });
    for (std::uint32_t i = 0; i < operations().size(); ++i) operations()[i].line = i + 1;
  }

  Numbers numbers_;
  const ModelKind model_;
  const Shape shape_;
  std::uint32_t slow_ = 0;
  std::uint32_t unknown_percent_ = 0;
  History history_;
};

}  // namespace

History RandomHistory(ModelKind model, std::uint64_t seed, const Shape& shape) {
  return Generator(model, seed, shape).Generate();
}

}  // namespace consistency
