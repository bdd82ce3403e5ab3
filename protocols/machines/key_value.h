// A key-value store: the smallest machine worth replicating, and the one that
// clients drive when a protocol runs by itself.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "protocols/core/facts.h"
#include "protocols/machines/machine.h"

namespace machines {

struct KeyValue {
  enum class Operation : std::uint8_t { kGet, kPut };
  struct Command {
    Operation operation{};
    std::uint32_t key{};
    std::uint64_t value{};  // kPut: to store
    bool operator==(const Command&) const = default;
  };
  // The value of the key before the command, if it had one.
  struct Result {
    std::optional<std::uint64_t> value;
    bool operator==(const Result&) const = default;
  };
  using Fact = std::variant<facts::ValueStored>;

  std::map<std::uint32_t, std::uint64_t> values;

  template <class Announce>
  Result Apply(const Command& command, Announce&& announce) {
    const auto found = values.find(command.key);
    Result result;
    if (found != values.end()) result.value = found->second;
    if (command.operation == Operation::kPut) {
      if (found != values.end()) {
        found->second = command.value;
      } else {
        values.emplace(command.key, command.value);
      }
      announce(facts::ValueStored{command.key, command.value});
    }
    return result;
  }

  // A key with its value.
  struct Part {
    std::uint32_t key{};
    std::uint64_t value{};
  };
  template <class F>
  void ForEachPart(F&& f) const {
    for (const auto& [key, value] : values) f(Part{key, value});
  }
  template <class Announce>
  void Clear(Announce&&) {
    values.clear();
  }
  template <class Announce>
  void Add(const Part& part, Announce&& announce) {
    values.emplace(part.key, part.value);
    announce(facts::ValueStored{part.key, part.value});
  }

  std::optional<Result> Read(const Command& command) const {
    if (command.operation != Operation::kGet) return std::nullopt;
    const auto found = values.find(command.key);
    return found == values.end() ? Result{} : Result{found->second};
  }

  static core::Fingerprint Subject(const Command& command) { return core::FingerprintOf(command.key); }

  // What a command and its result mean to who judges consistency: see facts::DescribesRequests.
  static facts::Invoked Describe(const Command& command) {
    facts::Invoked invoked;
    invoked.function = command.operation == Operation::kGet ? facts::Operation::kRead : facts::Operation::kWrite;
    invoked.key = command.key;
    invoked.value = command.value;
    return invoked;
  }
  static std::optional<std::uint64_t> Describe(const Result& result) { return result.value; }

  // What clients ask: by default reads and writes in equal parts over a few contended keys.
  // `draw(bound)` answers in [0, bound), and `draw.mix` says how many keys there are, and what shares
  // of the operations read and go to key 0; `unique` makes each written value one of a kind.
  template <class Draw>
  static Command RandomCommand(Draw&& draw, std::uint64_t unique) {
    Command command;
    command.operation = draw.mix.reads.Happens(draw) ? Operation::kGet : Operation::kPut;
    const bool hot = draw.mix.hot.Happens(draw);
    command.key = hot ? 0 : static_cast<std::uint32_t>(draw(draw.mix.keys));
    if (command.operation == Operation::kPut) command.value = unique;
    return command;
  }
};

static_assert(Divisible<KeyValue> && Convergent<KeyValue>);

}  // namespace machines
