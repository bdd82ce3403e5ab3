// Random histories: small ones, of which about half are consistent.
//
// Purely random answers are almost always wrong, and a correct execution never is; neither
// tries a checker. So operations are executed on one to three replicas, whose lag makes
// answers stale, then a few answers and times are spoilt; some histories are guessed.
#pragma once

#include <cstdint>

#include "invariants/consistency/history.h"
#include "invariants/consistency/model.h"

namespace consistency {

struct Shape {
  std::uint32_t most_operations = 8;
  std::uint32_t most_keys = 3;
  std::uint32_t most_processes = 4;
  // Values are written to a key once and are never null, as the consistencies besides
  // `linearizable` need it. Otherwise they come from few, and may repeat.
  bool unique_values = false;
};

// Equal arguments, equal history: on every platform, and in every release of a library.
History RandomHistory(ModelKind model, std::uint64_t seed, const Shape& shape);

}  // namespace consistency
