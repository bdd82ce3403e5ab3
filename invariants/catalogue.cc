#include <algorithm>

#include "invariants/invariant.h"

namespace invariants {
namespace {

// Filled before main, in whatever order the linker chose; sorted by name.
std::vector<Invariant>& All() {
  static std::vector<Invariant> all;
  return all;
}

}  // namespace

namespace internal {

Registrar::Registrar(Invariant invariant) {
  auto& all = All();
  const auto at = std::lower_bound(all.begin(), all.end(), invariant,
                                   [](const Invariant& a, const Invariant& b) { return a.name < b.name; });
  all.insert(at, invariant);
}

}  // namespace internal

const std::vector<Invariant>& Catalogue() { return All(); }

const Invariant* Find(std::string_view name) {
  for (const Invariant& invariant : All()) {
    if (invariant.name == name) return &invariant;
  }
  return nullptr;
}

std::vector<FactTag> NotPromised(facts::Promise promise) {
  std::vector<FactTag> silent{TagOf<facts::LinearizabilityPromised>(), TagOf<facts::SequentialConsistencyPromised>(),
                              TagOf<facts::SessionGuaranteesPromised>()};
  facts::ForEachPromised(promise, [&]<class Fact>(const Fact&) { std::erase(silent, TagOf<Fact>()); });
  return silent;
}

}  // namespace invariants
