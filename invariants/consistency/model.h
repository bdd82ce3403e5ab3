// Models: what operations mean when they happen one at a time.
//
// Each key is an object of its own (linearizability is local: Herlihy & Wing, "Linearizability",
// 1990, §3.3), so a model is the state machine of one object. States are integers: `States`
// keeps each state once, so that equal states have equal ids and a step that was taken before
// is looked up.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "invariants/consistency/history.h"

namespace consistency {

enum class ModelKind : std::uint8_t { kRegister, kCasRegister, kKvAppend, kSet, kCounter, kQueue, kLock, kListAppend };

struct Model {
  ModelKind kind;
  std::string_view name;  // "cas-register"
  std::string_view summary;
  std::vector<Function> functions;
};

const std::vector<Model>& Models();
const Model* FindModel(std::string_view name);

using StateId = std::uint32_t;

// The states of one object that have been met so far.
class States {
 public:
  virtual ~States() = default;
  virtual StateId Initial() = 0;
  // The state after the operation, if it may happen in `state` with the result it had; an
  // unknown result may be any. Operations that failed see the state and leave it.
  virtual std::optional<StateId> Step(StateId state, const Operation& operation) = 0;
  // For explanations: "7", "[1,2]", "held, token 3".
  virtual std::string Text(StateId state) const = 0;
  virtual std::size_t bytes() const = 0;
};

std::unique_ptr<States> MakeStates(const Model& model, const Values& values);

// Whether the operation can be left out of any judgement: it did not happen, or it is a read
// that nobody heard the answer of.
bool IsVoid(const Operation& operation);

// Whether it sees the state and leaves it, in whatever state: a read, a failed operation, a dequeue that found nothing.
bool OnlyWatches(const Operation& operation);

}  // namespace consistency
