// Client history: the facts about what clients asked and were told, as a history of the model
// `register`.
//
// Times are sequence numbers of the facts, so that no two are equal and what the engine knows to
// have come first did; true time stands beside them. A client is a process, and stays one after an
// unknown outcome: that operation merely never returns. What a run does not finish is unknown.
#pragma once

#include <cstdint>
#include <map>

#include "invariants/consistency/history.h"
#include "protocols/core/facts.h"
#include "protocols/core/fingerprint.h"

namespace consistency {

class ClientHistory {
 public:
  // Each answers the operation's place in the history.
  std::size_t On(const facts::Invoked& f);
  std::size_t On(const facts::Returned& f);
  std::size_t On(const facts::Abandoned& f);

  // For what else was seen meanwhile: the next moment, a key, a value.
  std::int64_t Tick() { return ++sequence_; }
  std::uint32_t KeyOf(std::uint64_t key);
  ValueId ValueOf(std::uint64_t value) { return history_.values.Integer(static_cast<std::int64_t>(value)); }
  const std::map<std::uint64_t, std::uint32_t>& keys() const { return keys_; }

  const History& history() const { return history_; }
  History Take() { return std::move(history_); }
  core::Fingerprint fingerprint() const { return heard_.Finished(); }

 private:
  std::int64_t sequence_ = 0;
  History history_;
  std::map<std::uint64_t, std::uint32_t> keys_;
  std::map<core::ClientId, std::size_t> open_;  // the operation that each client waits for
  core::Fingerprint heard_;                     // of all facts
};

inline std::int64_t Nanoseconds(core::TrueTime at) { return at.time_since_epoch().count(); }

}  // namespace consistency
