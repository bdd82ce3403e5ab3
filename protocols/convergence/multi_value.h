// MultiValue: a key-value store whose keys may have several values (the MV-Register of Shapiro, Preguiça, Baquero &
// Zawirski, "A comprehensive study of convergent and commutative replicated data types", 2011, §3.2.2; DeCandia et al.,
// "Dynamo", 2007, §4.4). What was written about a key by writers who knew nothing of each other is all there, until
// somebody writes who has it before him; and a removal takes what its writer had seen, for good, and nothing else.
//
// Readers are told all of it, and what a resolver makes of it: a view, so to read decides nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <variant>

#include "protocols/convergence/resolvers.h"
#include "protocols/convergence/siblings.h"
#include "protocols/convergence/store.h"
#include "protocols/core/fingerprint.h"
#include "protocols/core/pool.h"
#include "protocols/machines/machine.h"

namespace convergence {

template <ResolverOf<std::uint64_t> Resolver>
struct MultiValueOf {
  enum class Operation : std::uint8_t { kGet, kPut, kRemove };
  struct Command {
    Operation operation{};
    std::uint32_t key{};
    std::uint64_t value{};  // kPut: to store
    bool operator==(const Command&) const = default;
  };
  // The values of a key, the last written last.
  struct Values {
    core::List<std::uint64_t> siblings;
    std::optional<std::uint64_t> resolved;  // none: there are none
    bool operator==(const Values&) const = default;
  };
  using Result = Values;  // before the command
  using Fact = std::variant<>;

  std::map<std::uint32_t, Siblings<std::uint64_t>> values;  // InOrder, none empty

  // By one who has seen all that is here. Its version comes when it stands: that of nobody is in every past.
  template <class Announce>
  Result Apply(const Command& command, Announce&&) {
    Result before = At(command.key);
    if (command.operation != Operation::kGet) values.erase(command.key);
    if (command.operation == Operation::kPut) values[command.key] = {{{}, command.value}};
    return before;
  }
  // What one sibling has removed and another has written is there: who removed it had not seen that.
  void Stand(const Versioned<Command>& sibling) {
    const Version& version = sibling.version;
    const Command& command = sibling.value;
    Siblings<std::uint64_t>& here = values[command.key];
    std::erase_if(here, [&](const Versioned<std::uint64_t>& other) { return version.Supersedes(other.version); });
    if (!Removes(command)) here.push_back({version, command.value});
    here = InOrder(std::move(here));
    if (here.empty()) values.erase(command.key);
  }
  static bool Removes(const Command& command) { return command.operation == Operation::kRemove; }

  template <class Announce>
  void Clear(Announce&&) {
    values.clear();
  }

  std::optional<Result> Read(const Command& command) const {
    if (command.operation != Operation::kGet) return std::nullopt;
    return At(command.key);
  }

  static core::Fingerprint Subject(const Command& command) { return core::FingerprintOf(command.key); }

  // As KeyValue's, but that one write of eight removes.
  template <class Draw>
  static Command RandomCommand(Draw&& draw, std::uint64_t unique) {
    const bool hot = draw.mix.hot.Happens(draw);
    const std::uint32_t key = hot ? 0 : static_cast<std::uint32_t>(draw(draw.mix.keys));
    if (draw.mix.reads.Happens(draw)) return {Operation::kGet, key, 0};
    if (draw(8) == 0) return {Operation::kRemove, key, 0};
    return {Operation::kPut, key, unique};
  }

 private:
  Values At(std::uint32_t key) const {
    const auto found = values.find(key);
    if (found == values.end()) return {};
    Values there{{}, View(found->second, Resolver{})};
    for (const Versioned<std::uint64_t>& sibling : found->second) there.siblings.push_back(sibling.value);
    return there;
  }
};

using MultiValue = MultiValueOf<LastWriterWins>;
static_assert(KeepsSiblings<MultiValue>);

}  // namespace convergence
