#include "invariants/consistency/client_history.h"

#include <string>

namespace consistency {

std::uint32_t ClientHistory::KeyOf(std::uint64_t key) {
  const auto [place, is_new] = keys_.try_emplace(key, static_cast<std::uint32_t>(history_.keys.size()));
  if (is_new) history_.keys.push_back("k" + std::to_string(key));
  return place->second;
}

std::size_t ClientHistory::On(const facts::Invoked& f) {
  core::Absorb(heard_, f);
  const std::size_t place = history_.operations.size();
  Operation operation;
  operation.process = core::Number(f.request.client);
  operation.function = f.function == facts::Operation::kRead ? Function::kRead : Function::kWrite;
  operation.outcome = Outcome::kUnknown;
  operation.key = KeyOf(f.key);
  if (operation.function == Function::kWrite) operation.argument = ValueOf(f.value);
  operation.called = Tick();
  operation.called_ns = Nanoseconds(f.at);
  operation.line = static_cast<std::uint32_t>(place + 1);
  open_[f.request.client] = place;
  history_.operations.push_back(operation);
  return place;
}

std::size_t ClientHistory::On(const facts::Returned& f) {
  core::Absorb(heard_, f);
  const std::size_t place = open_.at(f.request.client);
  Operation& operation = history_.operations[place];
  operation.outcome = Outcome::kOk;
  if (f.value) operation.result = ValueOf(*f.value);
  operation.returned = Tick();
  operation.returned_ns = Nanoseconds(f.at);
  operation.replica = static_cast<std::int32_t>(core::Number(f.replica));
  operation.version = f.version.value;
  return place;
}

std::size_t ClientHistory::On(const facts::Abandoned& f) {
  core::Absorb(heard_, f);
  return open_.at(f.request.client);
}

}  // namespace consistency
