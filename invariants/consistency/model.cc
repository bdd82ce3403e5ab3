#include "invariants/consistency/model.h"

#include <algorithm>
#include <array>
#include <bit>

namespace consistency {
namespace {

// register and cas-register: the state is the value.
class RegisterStates final : public States {
 public:
  explicit RegisterStates(const Values& values) : values_(values) {}
  StateId Initial() override { return kNull; }
  std::optional<StateId> Step(StateId state, const Operation& o) override {
    if (o.function == Function::kWrite) return o.argument;
    if (o.function == Function::kRead) return state == o.result ? std::optional(state) : std::nullopt;
    const bool matches = state == o.expected;
    if (o.outcome == Outcome::kUnknown) return matches ? o.argument : state;
    if (matches != (o.outcome == Outcome::kOk)) return std::nullopt;
    return matches ? o.argument : state;
  }
  std::string Text(StateId state) const override { return values_.Text(state); }
  std::size_t bytes() const override { return 0; }

 private:
  const Values& values_;
};

// Sequences that grow at their end, kept as a tree: a state is a node, its sequence the way to
// it from the root. So sequences share their beginnings, and equal ones are the same node.
class Sequences {
 public:
  static constexpr StateId kRoot = 0;

  StateId Child(StateId parent, std::uint32_t element) {
    const auto equal = [&](std::uint32_t id) { return nodes_[id].parent == parent && nodes_[id].element == element; };
    const std::uint64_t hash = HashOf(parent, element);
    const std::uint32_t known = table_.Find(hash, equal);
    if (known != IdTable::kNone) return known;
    const auto id = static_cast<StateId>(nodes_.size());
    const Link& above = nodes_[parent];
    // Jump pointers (Myers, "An Applicative Random-Access Stack", 1983): an ancestor is found in logarithmic time.
    const Link& far = nodes_[above.jump];
    const bool even = above.length - far.length == far.length - nodes_[far.jump].length;
    nodes_.push_back({parent, element, even ? far.jump : parent, above.length + 1});
    table_.Add(hash, id, [this](std::uint32_t other) { return HashOf(nodes_[other].parent, nodes_[other].element); });
    return id;
  }
  std::uint32_t LengthOf(StateId state) const { return nodes_[state].length; }
  // The element at that place, from 1.
  std::uint32_t ElementAt(StateId state, std::uint32_t place) const {
    while (nodes_[state].length > place) {
      const StateId jump = nodes_[state].jump;
      state = nodes_[jump].length >= place ? jump : nodes_[state].parent;
    }
    return nodes_[state].element;
  }
  // From the root.
  std::vector<std::uint32_t> ElementsOf(StateId state) const {
    std::vector<std::uint32_t> elements;
    for (; state != kRoot; state = nodes_[state].parent) elements.push_back(nodes_[state].element);
    std::reverse(elements.begin(), elements.end());
    return elements;
  }
  std::size_t bytes() const { return nodes_.size() * sizeof(Link) + table_.bytes(); }

 private:
  struct Link {
    StateId parent;
    std::uint32_t element;
    StateId jump;          // some node above
    std::uint32_t length;  // of its sequence
  };
  static std::uint64_t HashOf(StateId parent, std::uint32_t element) { return Mix(Mix(5, parent), element); }

  std::vector<Link> nodes_{{kRoot, 0, kRoot, 0}};
  IdTable table_;
};

// What a value is as a state, found once.
class Remembered {
 public:
  template <class Find>
  StateId operator()(ValueId value, Find&& find) {
    const std::uint32_t known = table_.Find(Mix(4, value), [&](std::uint32_t id) { return known_[id].value == value; });
    if (known != IdTable::kNone) return known_[known].state;
    const StateId state = find();
    const auto id = static_cast<std::uint32_t>(known_.size());
    known_.push_back({value, state});
    table_.Add(Mix(4, value), id, [this](std::uint32_t other) { return Mix(4, known_[other].value); });
    return state;
  }
  std::size_t bytes() const { return known_.size() * sizeof(Known) + table_.bytes(); }

 private:
  struct Known {
    ValueId value;
    StateId state;
  };
  std::vector<Known> known_;
  IdTable table_;
};

class ListStates final : public States {
 public:
  explicit ListStates(const Values& values) : values_(values) {}
  StateId Initial() override { return Sequences::kRoot; }
  std::optional<StateId> Step(StateId state, const Operation& o) override {
    if (o.function == Function::kAppend) return sequences_.Child(state, o.argument);
    return state == StateOf(o.result) ? std::optional(state) : std::nullopt;
  }
  std::string Text(StateId state) const override {
    std::string text = "[";
    for (const ValueId element : sequences_.ElementsOf(state))
      text += (text.size() > 1 ? "," : "") + values_.Text(element);
    return text + "]";
  }
  std::size_t bytes() const override { return sequences_.bytes() + remembered_.bytes(); }

 private:
  StateId StateOf(ValueId value) {
    return remembered_(value, [&] {
      StateId state = Sequences::kRoot;
      for (const ValueId element : values_.list(value)) state = sequences_.Child(state, element);
      return state;
    });
  }
  const Values& values_;
  Sequences sequences_;
  Remembered remembered_;
};

// The sequence is of bytes; a mark at its beginning tells a string, the empty one too, from null.
class StringStates final : public States {
 public:
  explicit StringStates(const Values& values) : values_(values) {}
  StateId Initial() override { return Sequences::kRoot; }
  std::optional<StateId> Step(StateId state, const Operation& o) override {
    if (o.function == Function::kWrite) return StateOf(o.argument);
    if (o.function == Function::kRead) return state == StateOf(o.result) ? std::optional(state) : std::nullopt;
    return Extend(state == Sequences::kRoot ? sequences_.Child(state, kMark) : state, values_.string(o.argument));
  }
  std::string Text(StateId state) const override {
    if (state == Sequences::kRoot) return "null";
    std::string text;
    for (const std::uint32_t byte : sequences_.ElementsOf(state)) {
      if (byte != kMark) text += static_cast<char>(byte);
    }
    return InQuotes(text);
  }
  std::size_t bytes() const override { return sequences_.bytes() + remembered_.bytes(); }

 private:
  static constexpr std::uint32_t kMark = 256;

  StateId Extend(StateId state, const std::string& text) {
    for (const char c : text) state = sequences_.Child(state, static_cast<unsigned char>(c));
    return state;
  }
  StateId StateOf(ValueId value) {
    if (value == kNull) return Sequences::kRoot;
    return remembered_(value, [&] { return Extend(sequences_.Child(Sequences::kRoot, kMark), values_.string(value)); });
  }
  const Values& values_;
  Sequences sequences_;
  Remembered remembered_;
};

// Sets as binary trees over the bits of their elements' ids, each subtree kept once: whatever
// the order in which elements came, the same set is the same node. An empty subtree is 0, an
// element present is 1.
class SetStates final : public States {
 public:
  explicit SetStates(const Values& values)
      : values_(values), levels_(static_cast<std::uint32_t>(std::bit_width(values.size()))) {}
  StateId Initial() override { return kEmpty; }
  std::optional<StateId> Step(StateId state, const Operation& o) override {
    if (o.function == Function::kAdd) return With(state, levels_, o.argument, true);
    if (o.function == Function::kRemove) return With(state, levels_, o.argument, false);
    return state == StateOf(o.result) ? std::optional(state) : std::nullopt;
  }
  std::string Text(StateId state) const override {
    std::string text;
    Describe(state, levels_, 0, text);
    return "{" + text + "}";
  }
  std::size_t bytes() const override { return nodes_.size() * sizeof(Halves) + table_.bytes() + remembered_.bytes(); }

 private:
  static constexpr StateId kEmpty = 0;
  static constexpr StateId kPresent = 1;
  static constexpr StateId kNoSet = IdTable::kNone - 1;
  struct Halves {
    StateId zero, one;
    bool operator==(const Halves&) const = default;
  };

  StateId With(StateId tree, std::uint32_t level, ValueId element, bool present) {
    if (level == 0) return present ? kPresent : kEmpty;
    Halves halves = tree == kEmpty ? Halves{kEmpty, kEmpty} : nodes_[tree];
    StateId& half = (element >> (level - 1)) & 1 ? halves.one : halves.zero;
    half = With(half, level - 1, element, present);
    return Keep(halves);
  }
  StateId Keep(const Halves& halves) {
    if (halves == Halves{kEmpty, kEmpty}) return kEmpty;
    const std::uint32_t known = table_.Find(HashOf(halves), [&](std::uint32_t id) { return nodes_[id] == halves; });
    if (known != IdTable::kNone) return known;
    const auto id = static_cast<StateId>(nodes_.size());
    nodes_.push_back(halves);
    table_.Add(HashOf(halves), id, [this](std::uint32_t other) { return HashOf(nodes_[other]); });
    return id;
  }
  static std::uint64_t HashOf(const Halves& halves) { return Mix(Mix(6, halves.zero), halves.one); }

  StateId StateOf(ValueId value) {
    return remembered_(value, [&] {
      StateId state = kEmpty;
      for (const ValueId element : values_.list(value)) {
        const StateId more = With(state, levels_, element, true);
        if (more == state) return kNoSet;  // an element twice
        state = more;
      }
      return state;
    });
  }
  void Describe(StateId tree, std::uint32_t level, ValueId prefix, std::string& text) const {
    if (tree == kEmpty) return;
    if (level == 0) {
      text += (text.empty() ? "" : ",") + values_.Text(prefix);
      return;
    }
    Describe(nodes_[tree].zero, level - 1, prefix << 1, text);
    Describe(nodes_[tree].one, level - 1, prefix << 1 | 1, text);
  }

  const Values& values_;
  const std::uint32_t levels_;                                     // bits of an element's id
  std::vector<Halves> nodes_{{kEmpty, kEmpty}, {kEmpty, kEmpty}};  // 0 and 1 are no nodes
  IdTable table_;
  Remembered remembered_;
};

// States that are plain values, each kept once.
template <class T, class Hash>
class Kept {
 public:
  StateId IdOf(const T& value) {
    const std::uint64_t hash = Hash()(value);
    const std::uint32_t known = table_.Find(hash, [&](std::uint32_t id) { return kept_[id] == value; });
    if (known != IdTable::kNone) return known;
    const auto id = static_cast<StateId>(kept_.size());
    kept_.push_back(value);
    table_.Add(hash, id, [this](std::uint32_t other) { return Hash()(kept_[other]); });
    return id;
  }
  const T& operator[](StateId id) const { return kept_[id]; }
  std::size_t size() const { return kept_.size(); }
  std::size_t bytes() const { return kept_.size() * sizeof(T) + table_.bytes(); }

 private:
  std::vector<T> kept_;
  IdTable table_;
};

class CounterStates final : public States {
 public:
  explicit CounterStates(const Values& values) : values_(values) {}
  StateId Initial() override { return numbers_.IdOf(0); }
  std::optional<StateId> Step(StateId state, const Operation& o) override {
    const std::uint64_t number = numbers_[state];
    if (o.function == Function::kAdd) return numbers_.IdOf(number + NumberOf(o.argument));
    return number == NumberOf(o.result) ? std::optional(state) : std::nullopt;
  }
  std::string Text(StateId state) const override { return std::to_string(static_cast<std::int64_t>(numbers_[state])); }
  std::size_t bytes() const override { return numbers_.bytes(); }

 private:
  struct Hash {
    std::uint64_t operator()(std::uint64_t number) const { return Mix(7, number); }
  };
  std::uint64_t NumberOf(ValueId value) const { return static_cast<std::uint64_t>(values_.integer(value)); }

  const Values& values_;
  Kept<std::uint64_t, Hash> numbers_;  // unsigned, since sums of hostile numbers may wrap
};

// All that was ever enqueued is a sequence, of which the first have been dequeued. So queues share their elements, and
// a step takes the time to find one, not to copy all.
class QueueStates final : public States {
 public:
  explicit QueueStates(const Values& values) : values_(values) {}
  StateId Initial() override { return queues_.IdOf({}); }
  std::optional<StateId> Step(StateId state, const Operation& o) override {
    const Queue queue = queues_[state];
    if (o.function == Function::kEnqueue) return queues_.IdOf({queue.gone, sequences_.Child(queue.all, o.argument)});
    const bool known = o.outcome != Outcome::kUnknown;
    if (queue.all == Sequences::kRoot) return known && o.result != kNull ? std::nullopt : std::optional(state);
    if (known && o.result != sequences_.ElementAt(queue.all, queue.gone + 1)) return std::nullopt;
    const bool emptied = queue.gone + 1 == sequences_.LengthOf(queue.all);
    return queues_.IdOf(emptied ? Queue{} : Queue{queue.gone + 1, queue.all});
  }
  std::string Text(StateId state) const override {
    const std::vector<std::uint32_t> elements = sequences_.ElementsOf(queues_[state].all);
    std::string text = "[";
    for (std::size_t i = queues_[state].gone; i < elements.size(); ++i)
      text += (text.size() > 1 ? "," : "") + values_.Text(elements[i]);
    return text + "]";
  }
  std::size_t bytes() const override { return queues_.bytes() + sequences_.bytes(); }

 private:
  struct Queue {
    std::uint32_t gone = 0;          // so many of
    StateId all = Sequences::kRoot;  // the root: the queue is empty
    bool operator==(const Queue&) const = default;
  };
  struct Hash {
    std::uint64_t operator()(const Queue& queue) const { return Mix(Mix(8, queue.gone), queue.all); }
  };

  const Values& values_;
  Sequences sequences_;
  Kept<Queue, Hash> queues_;
};

class LockStates final : public States {
 public:
  explicit LockStates(const Values& values) : values_(values) {}
  StateId Initial() override { return locks_.IdOf({}); }
  std::optional<StateId> Step(StateId state, const Operation& o) override {
    const Lock& lock = locks_[state];
    return o.function == Function::kAcquire ? Acquire(state, lock, o) : Release(state, lock, o);
  }
  std::string Text(StateId state) const override {
    const Lock& lock = locks_[state];
    if (lock.hold == Hold::kUntold) return "held, token not known";
    return (lock.hold == Hold::kFree ? "free, last token " : "held, token ") + std::to_string(lock.token);
  }
  std::size_t bytes() const override { return locks_.bytes(); }

 private:
  enum class Hold : std::uint8_t { kFree, kHeld, kUntold };
  struct Lock {
    std::int64_t token = 0;  // the last that is known
    Hold hold = Hold::kFree;
    bool operator==(const Lock&) const = default;
  };
  struct Hash {
    std::uint64_t operator()(const Lock& lock) const {
      return Mix(Mix(9, static_cast<std::uint64_t>(lock.token)), static_cast<std::uint64_t>(lock.hold));
    }
  };

  std::optional<StateId> Acquire(StateId state, const Lock& lock, const Operation& o) {
    const bool free = lock.hold == Hold::kFree;
    if (o.outcome == Outcome::kUnknown) return free ? locks_.IdOf({lock.token, Hold::kUntold}) : state;
    if (o.outcome == Outcome::kFailed) return free ? std::nullopt : std::optional(state);
    const std::int64_t token = values_.integer(o.result);
    if (!free || token <= lock.token) return std::nullopt;
    return locks_.IdOf({token, Hold::kHeld});
  }
  std::optional<StateId> Release(StateId state, const Lock& lock, const Operation& o) {
    const std::int64_t token = values_.integer(o.argument);
    const bool may_hold =
        (lock.hold == Hold::kHeld && token == lock.token) || (lock.hold == Hold::kUntold && token > lock.token);
    if (o.outcome == Outcome::kFailed && lock.hold == Hold::kUntold) return state;
    if (o.outcome == Outcome::kUnknown && !may_hold) return state;
    if (may_hold == (o.outcome == Outcome::kFailed)) return std::nullopt;
    return may_hold ? locks_.IdOf({token, Hold::kFree}) : state;
  }

  const Values& values_;
  Kept<Lock, Hash> locks_;
};

}  // namespace

const std::vector<Model>& Models() {
  using F = Function;
  static const std::vector<Model> models{
      {ModelKind::kRegister, "register", "a value that is read and written", {F::kRead, F::kWrite}},
      {ModelKind::kCasRegister, "cas-register", "a value with compare-and-set", {F::kRead, F::kWrite, F::kCas}},
      {ModelKind::kKvAppend,
       "kv-append",
       "a string that is written and appended to",
       {F::kRead, F::kWrite, F::kAppend}},
      {ModelKind::kSet, "set", "a set of elements", {F::kRead, F::kAdd, F::kRemove}},
      {ModelKind::kCounter, "counter", "a number that is added to", {F::kRead, F::kAdd}},
      {ModelKind::kQueue, "queue", "first in, first out", {F::kEnqueue, F::kDequeue}},
      {ModelKind::kLock, "lock", "mutual exclusion with fencing tokens", {F::kAcquire, F::kRelease}},
      {ModelKind::kListAppend, "list-append", "a list that grows at its end", {F::kRead, F::kAppend}},
  };
  return models;
}

const Model* FindModel(std::string_view name) {
  for (const Model& model : Models()) {
    if (model.name == name) return &model;
  }
  return nullptr;
}

std::unique_ptr<States> MakeStates(const Model& model, const Values& values) {
  switch (model.kind) {
    case ModelKind::kRegister:
    case ModelKind::kCasRegister:
      return std::make_unique<RegisterStates>(values);
    case ModelKind::kKvAppend:
      return std::make_unique<StringStates>(values);
    case ModelKind::kSet:
      return std::make_unique<SetStates>(values);
    case ModelKind::kCounter:
      return std::make_unique<CounterStates>(values);
    case ModelKind::kQueue:
      return std::make_unique<QueueStates>(values);
    case ModelKind::kLock:
      return std::make_unique<LockStates>(values);
    case ModelKind::kListAppend:
      break;
  }
  return std::make_unique<ListStates>(values);
}

bool IsVoid(const Operation& operation) {
  const bool sees = operation.function == Function::kCas || operation.function == Function::kAcquire ||
                    operation.function == Function::kRelease;
  if (operation.outcome == Outcome::kFailed) return !sees;
  return operation.outcome == Outcome::kUnknown && operation.function == Function::kRead;
}

bool OnlyWatches(const Operation& operation) {
  if (operation.outcome == Outcome::kUnknown) return false;
  return operation.function == Function::kRead || operation.outcome == Outcome::kFailed ||
         (operation.function == Function::kDequeue && operation.result == kNull);
}

}  // namespace consistency
