// One value for each node, found by its number: rules are told facts millions of times.
#pragma once

#include <vector>

#include "protocols/core/types.h"

namespace invariants {

template <class T>
struct ByNode {
  std::vector<T> values;

  // A node that was never spoken of has a default.
  T& operator[](core::NodeId node) {
    if (core::Number(node) >= values.size()) values.resize(core::Number(node) + 1);
    return values[core::Number(node)];
  }
};

}  // namespace invariants
