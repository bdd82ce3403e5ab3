// Machine: what a consensus protocol replicates. Any deterministic value with
// an Apply: the same commands in the same order give the same state everywhere.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <variant>

#include "protocols/core/chooser.h"
#include "protocols/core/facts.h"
#include "protocols/core/fields.h"
#include "protocols/core/fingerprint.h"

namespace machines {

namespace internal {
// Takes any fact; only there to state the concept.
struct Ignore {
  template <class F>
  void operator()(const F&) const {}
};
}  // namespace internal

// `Apply(command, announce)` changes the machine and answers; `announce(fact)`
// tells the invariants, with one of the machine's own `Fact` types.
template <class M>
concept Machine = core::Aggregate<M> && std::copyable<M> && std::default_initializable<M> &&
    requires(M machine, const typename M::Command& command, internal::Ignore announce) {
  typename M::Fact;
  { machine.Apply(command, announce) } -> std::same_as<typename M::Result>;
};

// What a snapshot holds of a machine. `ForEachPart(f)` tells its state part by part. A machine that
// is emptied by `Clear(announce)` and told the same parts in the same order by `Add(part, announce)` has that
// state, and has announced what it would have on the way there.
template <class M>
concept Divisible = Machine<M> &&
    requires(M machine, const M& full, const typename M::Part& part, internal::Ignore announce) {
  full.ForEachPart(announce);
  machine.Clear(announce);
  machine.Add(part, announce);
};

// Says what its commands read and write, and what their results tell.
template <class M>
concept Described = requires(const typename M::Command& command, const typename M::Result& result) {
  { M::Describe(command) } -> std::same_as<facts::Invoked>;
  { M::Describe(result) } -> std::same_as<std::optional<std::uint64_t>>;
};

// Answers a command that changes nothing without executing it, from whatever state it is in;
// nothing for any other command.
template <class M>
concept Readable = requires(const M& machine, const typename M::Command& command) {
  { machine.Read(command) } -> std::same_as<std::optional<typename M::Result>>;
};

// Says what its commands are about. Of two about the same the later one stands, in whichever order they
// come, or both; two about different things leave the same state in either order.
template <class M>
concept Convergent = Machine<M> && requires(const typename M::Command& command) {
  { M::Subject(command) } -> std::same_as<core::Fingerprint>;
};

// It makes no difference to this machine whether a command takes effect once or twice in a row,
// nor when an older one comes again: it says so with `static constexpr bool kIdempotent = true`.
template <class M>
concept Idempotent = requires {
  requires M::kIdempotent;
};

}  // namespace machines
