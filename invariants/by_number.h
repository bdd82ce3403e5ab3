// Tables by slot and by node, with room made for whatever is asked for: small numbers, asked for all the time.
#pragma once

#include <vector>

#include "protocols/core/types.h"

namespace invariants {

template <class T>
T& AtSlot(std::vector<T>& by_slot, core::Index slot) {
  if (by_slot.size() <= slot.value) by_slot.resize(slot.value + 1);
  return by_slot[slot.value];
}

template <class T>
T& AtNode(std::vector<T>& by_node, core::NodeId node) {
  if (by_node.size() <= core::Number(node)) by_node.resize(core::Number(node) + 1);
  return by_node[core::Number(node)];
}

}  // namespace invariants
