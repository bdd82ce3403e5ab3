// Tables by slot, with room made for whatever is asked for: rules are told facts millions of times.
#pragma once

#include <vector>

#include "protocols/core/types.h"

namespace invariants {

template <class T>
T& AtSlot(std::vector<T>& by_slot, core::Index slot) {
  if (by_slot.size() <= slot.value) by_slot.resize(slot.value + 1);
  return by_slot[slot.value];
}

}  // namespace invariants
