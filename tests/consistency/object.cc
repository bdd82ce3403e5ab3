#include "tests/consistency/object.h"

#include <algorithm>

namespace consistency::plain {
namespace {

bool Says(const Operation& operation, bool succeeds) { return (operation.outcome == Outcome::kOk) == succeeds; }

// A release frees a held lock that has its token; where nobody knows the token, any that is
// larger than the last names it.
bool Frees(const Lock& lock, std::int64_t token) {
  return lock.held && (lock.token ? *lock.token == token : token > lock.last);
}

bool FitsHere(const Register& object, const Operation& operation, const Values&) {
  if (operation.function == Function::kRead) return operation.result == object.value;
  if (operation.function == Function::kCas) return Says(operation, object.value == operation.expected);
  return true;
}

bool FitsHere(const Text& object, const Operation& operation, const Values& values) {
  if (operation.function != Function::kRead) return true;
  if (!object.text) return operation.result == kNull;
  return values.kind(operation.result) == Values::Kind::kString && values.string(operation.result) == *object.text;
}

bool FitsHere(const Set& object, const Operation& operation, const Values& values) {
  if (operation.function != Function::kRead) return true;
  if (values.kind(operation.result) != Values::Kind::kList) return false;
  std::vector<ValueId> elements = values.list(operation.result);
  std::sort(elements.begin(), elements.end());  // in any order, but each of them once
  return std::equal(elements.begin(), elements.end(), object.elements.begin(), object.elements.end());
}

bool FitsHere(const Counter& object, const Operation& operation, const Values& values) {
  if (operation.function != Function::kRead) return true;
  return values.kind(operation.result) == Values::Kind::kInteger && values.integer(operation.result) == object.sum;
}

bool FitsHere(const Sequence& object, const Operation& operation, const Values& values) {
  if (operation.function == Function::kDequeue) {
    return operation.result == (object.elements.empty() ? kNull : object.elements.front());
  }
  if (operation.function != Function::kRead) return true;
  return values.kind(operation.result) == Values::Kind::kList && values.list(operation.result) == object.elements;
}

bool FitsHere(const Lock& object, const Operation& operation, const Values& values) {
  if (operation.function == Function::kAcquire) {
    if (operation.outcome == Outcome::kFailed) return object.held;
    return !object.held && values.integer(operation.result) > object.last;
  }
  // Of a lock whose token nobody knows, a failed release tells nothing.
  if (operation.outcome == Outcome::kFailed && object.held && !object.token) return true;
  return Says(operation, Frees(object, values.integer(operation.argument)));
}

void HappenHere(Register& object, const Operation& operation, const Values&) {
  if (operation.function == Function::kRead) return;
  if (operation.function == Function::kCas && object.value != operation.expected) return;
  object.value = operation.argument;
}

void HappenHere(Text& object, const Operation& operation, const Values& values) {
  if (operation.function == Function::kRead) return;
  if (operation.function == Function::kWrite) object.text.reset();
  object.text = object.text.value_or("") + values.string(operation.argument);
}

void HappenHere(Set& object, const Operation& operation, const Values&) {
  if (operation.function == Function::kAdd) object.elements.insert(operation.argument);
  if (operation.function == Function::kRemove) object.elements.erase(operation.argument);
}

void HappenHere(Counter& object, const Operation& operation, const Values& values) {
  if (operation.function == Function::kAdd) object.sum += values.integer(operation.argument);
}

void HappenHere(Sequence& object, const Operation& operation, const Values&) {
  if (operation.function == Function::kRead) return;
  if (operation.function != Function::kDequeue) {
    object.elements.push_back(operation.argument);
  } else if (!object.elements.empty()) {
    object.elements.erase(object.elements.begin());
  }
}

void HappenHere(Lock& object, const Operation& operation, const Values& values) {
  if (operation.function == Function::kAcquire) {
    if (object.held) return;
    object.held = true;
    object.token.reset();
    if (operation.outcome == Outcome::kUnknown) return;
    object.token = object.last = values.integer(operation.result);
  } else if (const std::int64_t token = values.integer(operation.argument); Frees(object, token)) {
    object.held = false;
    object.last = token;
  }
}

}  // namespace

Object Fresh(ModelKind model) {
  switch (model) {
    case ModelKind::kRegister:
    case ModelKind::kCasRegister:
      return Register{};
    case ModelKind::kKvAppend:
      return Text{};
    case ModelKind::kSet:
      return Set{};
    case ModelKind::kCounter:
      return Counter{};
    case ModelKind::kQueue:
    case ModelKind::kListAppend:
      return Sequence{};
    case ModelKind::kLock:
      break;
  }
  return Lock{};
}

bool TakesPart(const Operation& operation) {
  switch (operation.outcome) {
    case Outcome::kOk:
      return true;
    case Outcome::kFailed:
      return operation.function == Function::kCas || operation.function == Function::kAcquire ||
             operation.function == Function::kRelease;
    case Outcome::kUnknown:
      break;
  }
  return operation.function != Function::kRead;
}

bool Fits(const Object& object, const Operation& operation, const Values& values) {
  if (operation.outcome == Outcome::kUnknown) return true;
  return std::visit([&](const auto& here) { return FitsHere(here, operation, values); }, object);
}

void Happen(Object& object, const Operation& operation, const Values& values) {
  if (operation.outcome == Outcome::kFailed) return;
  std::visit([&](auto& here) { HappenHere(here, operation, values); }, object);
}

}  // namespace consistency::plain
