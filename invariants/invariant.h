// Invariants: rules that judge facts as they are announced.
//
// A rule is an aggregate with one `Ruling On(NodeId, const F&)` for each fact it
// listens to and, if something can only be judged at the end, a
// `std::vector<Ruling> AtEnd()`. Either may take a `const LogViews&` last: the
// replicated logs as all facts so far, this one included, have shown them. `On` may
// take a `core::TrueTime now` instead, which no node knows. The
// adaptor derives copying, fingerprint and dispatch. A rule
// applies to whatever announces all the facts it names; nobody lists pairs. A
// rule that judged nothing has shown nothing, and says so.
//
// Dispatch costs no search: a Panel knows, for each alternative of a node's
// Fact variant, which rules listen to it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "invariants/log_view.h"
#include "protocols/core/facts.h"
#include "protocols/core/fingerprint.h"
#include "protocols/core/types.h"
#include "protocols/core/variants.h"

namespace invariants {

// What a rule makes of one fact. Converts from the explanation of a violation.
class [[nodiscard]] Ruling {
 public:
  // Remembered for later; nothing was judged.
  static Ruling Noted() { return Ruling(Kind::kNoted); }
  static Ruling Fine(std::uint32_t times = 1) {
    Ruling ruling(Kind::kFine);
    ruling.times_ = times;
    return ruling;
  }
  static Ruling Broken(std::string why) {
    Ruling ruling(Kind::kBroken);
    ruling.times_ = 1;
    ruling.why_ = std::make_unique<std::string>(std::move(why));
    return ruling;
  }
  // It cannot be told any more, because of `why`: whatever was judged before, the verdict is inconclusive.
  static Ruling Undecided(std::string why) {
    Ruling ruling(Kind::kUndecided);
    ruling.why_ = std::make_unique<std::string>(std::move(why));
    return ruling;
  }
  std::uint32_t judged() const { return times_; }
  bool explained() const { return why_ != nullptr; }  // it is not as usual
  bool broken() const { return kind_ == Kind::kBroken; }
  bool undecided() const { return kind_ == Kind::kUndecided; }
  const std::string& why() const { return *why_; }

 private:
  enum class Kind : std::uint8_t { kNoted, kFine, kBroken, kUndecided };
  explicit Ruling(Kind kind) : kind_(kind) {}
  Kind kind_;
  std::uint32_t times_ = 0;           // judged
  std::unique_ptr<std::string> why_;  // only of what is broken or undecided
};

// Stands for a type of fact.
using FactTag = const char*;

namespace internal {

// The address of a type's tag stands for the type.
template <class F>
inline constexpr char kTag = 0;

template <class Rule>
concept JudgesAtEnd = requires(Rule rule) {
  { rule.AtEnd() } -> std::same_as<std::vector<Ruling>>;
};
template <class Rule>
concept JudgesLogsAtEnd = requires(Rule rule, const LogViews& logs) {
  { rule.AtEnd(logs) } -> std::same_as<std::vector<Ruling>>;
};

}  // namespace internal

template <class F>
constexpr FactTag TagOf() {
  return &internal::kTag<F>;
}

// One rule with its type erased.
class Monitor {
 public:
  // Tells the monitor of a fact, and answers what Count does. It counts by itself, so that where the rule is inlined
  // its ruling never is in memory.
  using Handler = bool (*)(Monitor& monitor, core::NodeId node, const void* fact, const LogViews& logs,
                           core::TrueTime now);

  virtual ~Monitor() = default;
  virtual std::unique_ptr<Monitor> Clone() const = 0;
  virtual core::Fingerprint fingerprint() const = 0;
  // False: all that it judges by is kept for it, in LogViews.
  virtual bool remembers() const = 0;
  // Null: the rule does not listen to this fact.
  virtual Handler HandlerOf(FactTag tag) const = 0;
  virtual std::vector<FactTag> Facts() const = 0;
  virtual std::vector<Ruling> AtEnd(const LogViews& logs) = 0;

  std::uint64_t judged = 0;
  std::string violation;  // the first; empty: none
  std::string undecided;  // why it could not go on judging; empty: it could

  // True: it is the first violation.
  bool Count(const Ruling& ruling) {
    judged += ruling.judged();
    return ruling.explained() && Keep(ruling);
  }

 private:
  [[gnu::cold]] bool Keep(const Ruling& ruling) {
    const bool first = ruling.broken() && violation.empty();
    if (first) violation = ruling.why();
    if (ruling.undecided() && undecided.empty()) undecided = ruling.why();
    return first;
  }
};

// Tells a monitor facts, one by one: `story(1, facts::LeaderElected{{7}})`.
class Story {
 public:
  explicit Story(Monitor& monitor) : monitor_(monitor) {}
  template <class F>
  void operator()(std::uint32_t node, const F& fact) {
    logs_.Observe(core::NodeId{node}, fact);
    const Monitor::Handler handler = monitor_.HandlerOf(TagOf<F>());
    if (handler == nullptr) return;
    handler(monitor_, core::NodeId{node}, &fact, logs_, now_);
  }
  // What it tells from now on happens then.
  void At(core::Duration time) { now_ = core::TrueTime{time}; }
  void AtEnd() {
    for (const Ruling& ruling : monitor_.AtEnd(logs_)) monitor_.Count(ruling);
  }

 private:
  Monitor& monitor_;
  LogViews logs_;
  core::TrueTime now_{};
};

struct Invariant {
  std::string_view name;
  std::string_view statement;  // one sentence
  std::string_view source;
  std::unique_ptr<Monitor> (*make)();
  // A story that the rule must accept after judging something, and one it must reject.
  void (*accepted)(Story&);
  void (*rejected)(Story&);
};

// All of them, by name.
const std::vector<Invariant>& Catalogue();
const Invariant* Find(std::string_view name);

// The facts that are not announced under this promise, for a Panel: a rule about what is not promised takes no part.
std::vector<FactTag> NotPromised(facts::Promise promise);

namespace internal {

template <class Rule, class... Facts_>
class MonitorOf final : public Monitor {
 public:
  std::unique_ptr<Monitor> Clone() const override { return std::make_unique<MonitorOf>(*this); }
  core::Fingerprint fingerprint() const override { return core::FingerprintOf(rule_); }
  bool remembers() const override { return !std::is_empty_v<Rule>; }
  Handler HandlerOf(FactTag tag) const override {
    Handler handler = nullptr;
    ((tag == &kTag<Facts_> ? void(handler = &Handle<Facts_>) : void()), ...);
    return handler;
  }
  std::vector<FactTag> Facts() const override { return {&kTag<Facts_>...}; }
  std::vector<Ruling> AtEnd(const LogViews& logs) override {
    if constexpr (JudgesLogsAtEnd<Rule>) {
      return rule_.AtEnd(logs);
    } else if constexpr (JudgesAtEnd<Rule>) {
      return rule_.AtEnd();
    } else {
      return {};
    }
  }

 private:
  template <class F>
  static bool Handle(Monitor& monitor, core::NodeId node, const void* fact, const LogViews& logs, core::TrueTime now) {
    return monitor.Count(static_cast<MonitorOf&>(monitor).Judge(node, *static_cast<const F*>(fact), logs, now));
  }
  template <class F>
  Ruling Judge(core::NodeId node, const F& f, [[maybe_unused]] const LogViews& logs,
               [[maybe_unused]] core::TrueTime now) {
    if constexpr (requires { rule_.On(node, f, logs); }) {
      return rule_.On(node, f, logs);
    } else if constexpr (requires { rule_.On(node, f, now); }) {
      return rule_.On(node, f, now);
    } else {
      return rule_.On(node, f);
    }
  }
  Rule rule_;
};

struct Registrar {
  explicit Registrar(Invariant invariant);
};

}  // namespace internal

// The monitors of one run over nodes of type N, with their dispatch tables.
template <class N>
class Panel {
 public:
  // Those rules whose facts this node announces. `silent`: facts that it cannot
  // announce as this run is configured.
  explicit Panel(const std::vector<FactTag>& silent = {}) {
    for (const Invariant& invariant : Catalogue()) {
      std::unique_ptr<Monitor> monitor = invariant.make();
      if (Announced(monitor->Facts(), silent)) seats_.push_back({std::string(invariant.name), std::move(monitor)});
    }
    BuildTables();
  }
  Panel(const Panel& other) : logs_(other.logs_), now_(other.now_) {
    for (const Seat& seat : other.seats_) seats_.push_back({seat.name, seat.monitor->Clone()});
    BuildTables();
  }
  Panel& operator=(const Panel&) = delete;

  struct Seat {
    std::string name;
    std::unique_ptr<Monitor> monitor;
  };
  std::vector<Seat>& seats() { return seats_; }
  // The first monitor that found a violation; null: none has.
  const Seat* broken() const { return broken_ < seats_.size() ? &seats_[broken_] : nullptr; }
  core::NodeId broken_at() const { return broken_at_; }
  const LogViews& logs() const { return logs_; }

  void OnTime(core::TrueTime now) { now_ = now; }
  void OnFact(core::NodeId node, const typename N::Fact& fact) {
    const std::vector<Listener>& listeners = node_facts_[fact.index()];
    core::Visit(
        [&](const auto& f) {
          logs_.Observe(node, f);
          if (!listeners.empty()) Tell(listeners, node, &f);
        },
        fact);
  }
  void OnEngineFact(core::NodeId node, const facts::Engine& fact) {
    const std::vector<Listener>& listeners = engine_facts_[fact.index()];
    if (listeners.empty()) return;
    core::Visit([&](const auto& f) { Tell(listeners, node, &f); }, fact);
  }
  void AtEnd() {
    for (std::size_t i = 0; i < seats_.size(); ++i) {
      Monitor& monitor = *seats_[i].monitor;
      for (const Ruling& ruling : monitor.AtEnd(logs_)) {
        if (monitor.Count(ruling)) NoteBroken(i, core::NodeId{});
      }
    }
  }

 private:
  struct Listener {
    std::size_t seat;
    Monitor* monitor;  // that sits there
    Monitor::Handler handler;
  };
  template <class Variant>
  struct TagsOf;
  template <class... F>
  struct TagsOf<std::variant<F...>> {
    static constexpr std::array<FactTag, sizeof...(F)> value{&internal::kTag<F>...};
  };
  static constexpr auto& kNodeTags = TagsOf<typename N::Fact>::value;
  static constexpr auto& kEngineTags = TagsOf<facts::Engine>::value;

  static bool Announced(const std::vector<FactTag>& tags, const std::vector<FactTag>& silent) {
    for (const FactTag tag : tags) {
      if (std::find(silent.begin(), silent.end(), tag) != silent.end()) return false;
      const bool by_node = std::find(kNodeTags.begin(), kNodeTags.end(), tag) != kNodeTags.end();
      const bool by_engine = std::find(kEngineTags.begin(), kEngineTags.end(), tag) != kEngineTags.end();
      if (IsOf<facts::ProbeSent, facts::ProbeAnswered>(tag) && std::is_same_v<typename N::Request, core::None>)
        return false;
      if (IsOf<facts::Invoked, facts::Returned, facts::Abandoned, facts::LinearizabilityPromised,
               facts::SequentialConsistencyPromised, facts::SessionGuaranteesPromised>(tag) &&
          !facts::DescribesRequests<N>)
        return false;
      if (!by_node && !by_engine) return false;
    }
    return true;
  }

  template <class... F>
  static bool IsOf(FactTag tag) {
    return ((tag == TagOf<F>()) || ...);
  }

  void BuildTables() {
    for (std::size_t i = 0; i < seats_.size(); ++i) {
      Monitor& monitor = *seats_[i].monitor;
      for (std::size_t f = 0; f < kNodeTags.size(); ++f) AddListener(i, monitor, kNodeTags[f], node_facts_[f]);
      for (std::size_t f = 0; f < kEngineTags.size(); ++f) AddListener(i, monitor, kEngineTags[f], engine_facts_[f]);
    }
  }
  static void AddListener(std::size_t seat, Monitor& monitor, FactTag tag, std::vector<Listener>& to) {
    if (const Monitor::Handler handler = monitor.HandlerOf(tag)) to.push_back({seat, &monitor, handler});
  }

  void Tell(const std::vector<Listener>& listeners, core::NodeId node, const void* fact) {
    for (const Listener& listener : listeners) {
      if (listener.handler(*listener.monitor, node, fact, logs_, now_)) [[unlikely]]
        NoteBroken(listener.seat, node);
    }
  }
  void NoteBroken(std::size_t seat, core::NodeId node) {
    if (broken_ < seats_.size()) return;
    broken_ = seat;
    broken_at_ = node;
  }

  LogViews logs_;
  core::TrueTime now_{};  // of what it is told next
  std::vector<Seat> seats_;
  std::array<std::vector<Listener>, kNodeTags.size()> node_facts_;
  std::array<std::vector<Listener>, kEngineTags.size()> engine_facts_;
  std::size_t broken_ = static_cast<std::size_t>(-1);
  core::NodeId broken_at_{};
};

}  // namespace invariants

// REGISTER_INVARIANT("name", Rule, "statement", "source", facts…): makes the rule known.
// `Accepted` and `Rejected`, two functions that tell a story, stand before it.
#define REGISTER_INVARIANT(NAME, RULE, STATEMENT, SOURCE, ...)                            \
  static const ::invariants::internal::Registrar registrar_##RULE(                        \
      {NAME, STATEMENT, SOURCE,                                                           \
       []() -> std::unique_ptr<::invariants::Monitor> {                                   \
         return std::make_unique<::invariants::internal::MonitorOf<RULE, __VA_ARGS__>>(); \
       },                                                                                 \
       Accepted, Rejected})
