// A store of spans: what collectors replicate.
//
// A command is one export. Exporters resend what they got no answer for, so
// duplicates are normal (OTLP specification, "Duplicate Data"); a span is kept
// once, and two spans are the same only if resource, scope and every field are
// equal. The span id alone would merge the client's and the server's half of a
// shared Zipkin span.
#pragma once

#include <cstdint>

#include "protocols/core/facts.h"
#include "protocols/core/fingerprint_map.h"
#include "protocols/machines/machine.h"
#include "protocols/tracing/span.h"

namespace machines {

struct SpanStore {
  using Command = tracing::Batch;
  // The export that was taken, for the answer to who sent it.
  struct Result {
    tracing::Batch batch;
    std::uint64_t fresh{};  // spans not stored before
  };
  using Fact = std::variant<facts::SpanStored, facts::StoreEmptied>;
  // By content. Sessions would lose spans: an application that restarts numbers its exports from 1 again.
  static constexpr bool kIdempotent = true;

  // Where a span is: the export it came with, and its place therein.
  struct Place {
    std::uint32_t batch{};
    std::uint32_t span{};
  };
  core::List<tracing::Batch> batches;  // those that brought something new
  core::FingerprintMap<Place> spans;

  template <class Announce>
  Result Apply(const Command& command, Announce&& announce) {
    Result result{command, 0};
    const auto batch = static_cast<std::uint32_t>(batches.size());
    std::uint32_t position = 0;
    for (const tracing::SpanSummary& span : command.spans()) {
      const Place place{batch, position++};
      if (!span.valid || !spans.TryEmplace(span.content, place).second) continue;
      ++result.fresh;
      announce(facts::SpanStored{span.content, {span.trace.high, span.trace.low}, span.id.value, span.parent.value});
    }
    if (result.fresh > 0) batches.push_back(command);
    return result;
  }

  // Every export is about itself: none replaces another.
  static core::Fingerprint Subject(const Command& command) { return command.fingerprint(); }

  // An export that brought something new.
  using Part = tracing::Batch;
  template <class F>
  void ForEachPart(F&& f) const {
    for (const tracing::Batch& batch : batches) f(batch);
  }
  template <class Announce>
  void Clear(Announce&& announce) {
    *this = {};
    announce(facts::StoreEmptied{});
  }
  template <class Announce>
  void Add(const Part& part, Announce&& announce) {
    Apply(part, announce);
  }
};

static_assert(Divisible<SpanStore> && Convergent<SpanStore>);

}  // namespace machines
