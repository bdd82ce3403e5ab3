// Updates that spread without agreement, as their facts show them: names, and places among those about one subject.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "protocols/core/facts.h"
#include "protocols/core/text.h"

namespace invariants {

// Of the updates about one subject the one with the highest place stands in the end.
struct UpdatePlace {
  core::WallTime at{};
  std::uint32_t count{};
  facts::UpdateName name;
  auto operator<=>(const UpdatePlace&) const = default;
};
inline UpdatePlace PlaceOf(const facts::UpdateStands& f) { return {f.at, f.count, f.name}; }

// "n2:7", as a dot reads.
inline std::string Name(const facts::UpdateName& name) {
  return core::Text(name.node) + ':' + std::to_string(name.number);
}

}  // namespace invariants
