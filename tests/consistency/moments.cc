#include "tests/consistency/moments.h"

#include <algorithm>
#include <tuple>

#include "tests/consistency/brute_force.h"

namespace consistency {
namespace {

// The part of a history that is one key's, up to a moment; what is open then is unknown.
History Prefix(const History& history, const std::vector<Moment>& moments, std::size_t count) {
  History prefix;
  prefix.keys = history.keys;
  prefix.values = history.values;
  std::vector<bool> called(history.operations.size(), false), returned(history.operations.size(), false);
  for (std::size_t m = 0; m < count; ++m) (moments[m].is_return ? returned : called)[moments[m].operation] = true;
  for (std::uint32_t o = 0; o < history.operations.size(); ++o) {
    if (!called[o]) continue;
    Operation operation = history.operations[o];
    if (!returned[o]) {
      operation.outcome = Outcome::kUnknown;
      operation.returned = kNever;
    }
    prefix.operations.push_back(operation);
  }
  return prefix;
}

}  // namespace

std::vector<Moment> Moments(const History& history, std::uint32_t key) {
  std::vector<Moment> moments;
  for (std::uint32_t o = 0; o < history.operations.size(); ++o) {
    const Operation& operation = history.operations[o];
    if (operation.key != key || operation.outcome == Outcome::kFailed) continue;
    moments.push_back({operation.called, false, o});
    if (operation.outcome == Outcome::kOk) moments.push_back({operation.returned, true, o});
  }
  std::stable_sort(moments.begin(), moments.end(), [](const Moment& a, const Moment& b) {
    return std::tuple(a.at, a.is_return) < std::tuple(b.at, b.is_return);
  });
  return moments;
}

std::size_t FirstBroken(const History& history, const std::vector<Moment>& moments) {
  for (std::size_t count = 1; count <= moments.size(); ++count) {
    const History prefix = Prefix(history, moments, count);
    if (!BruteForce(prefix, ModelKind::kRegister, Consistency::kLinearizable)) return count;
  }
  return kNoMoment;
}

}  // namespace consistency
