#include "tools/registries.h"

#include <algorithm>

#include "invariants/catalogue.h"
#include "sim/fault.h"

namespace tools {
namespace {

template <class Entries>
Entries ByName(Entries entries) {
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return entries;
}

}  // namespace

std::vector<FaultEntry> Faults() {
  std::vector<FaultEntry> entries;
  for (const sim::FaultKind& kind : sim::FaultKinds()) {
    FaultEntry& entry = entries.emplace_back(FaultEntry{kind.name, kind.summary, {}});
    for (const auto& parameter : kind.parameters) {
      entry.parameters.push_back({parameter.name, parameter.fallback, parameter.help});
    }
  }
  return ByName(std::move(entries));
}

std::vector<InvariantEntry> Invariants() {
  std::vector<InvariantEntry> entries;
  for (const auto& entry : invariants::Catalogue()) entries.push_back({entry.name, entry.statement, entry.source});
  return ByName(std::move(entries));
}

}  // namespace tools
