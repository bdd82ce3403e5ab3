// Object: one key of a model, as a plain value, and what operations do to it one at a time.
//
// Written from the table of invariants/consistency/README.md alone. It shares nothing with
// the states of the checkers, which it is there to put on trial.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "invariants/consistency/history.h"
#include "invariants/consistency/model.h"

namespace consistency::plain {

struct Register {  // register, cas-register
  ValueId value = kNull;
};
struct Text {  // kv-append
  std::optional<std::string> text;
};
struct Set {
  std::set<ValueId> elements;
};
struct Counter {
  std::int64_t sum = 0;
};
struct Sequence {  // queue, list-append
  std::vector<ValueId> elements;
};
struct Lock {
  bool held = false;
  std::optional<std::int64_t> token;  // while held; none: of an acquire whose outcome nobody knows
  std::int64_t last = 0;
};
using Object = std::variant<Register, Text, Set, Counter, Sequence, Lock>;

Object Fresh(ModelKind model);

// Whether the operation can be told from one that never was. A failed one has not happened,
// unless it saw the state; a read says nothing if nobody heard its answer.
bool TakesPart(const Operation& operation);

// Whether what it answered is right here; of an unknown outcome, anything is.
bool Fits(const Object& object, const Operation& operation, const Values& values);

// Takes its effect, if it has one here: an unknown cas may find another value, and so on.
void Happen(Object& object, const Operation& operation, const Values& values);

}  // namespace consistency::plain
