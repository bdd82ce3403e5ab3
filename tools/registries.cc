#include "tools/registries.h"

#include <algorithm>

#include "invariants/invariant.h"
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
  for (const sim::FaultKind* kind : sim::FaultKinds()) {
    FaultEntry& entry = entries.emplace_back(FaultEntry{std::string(kind->name), std::string(kind->summary), {}});
    for (const sim::FaultParameter& parameter : kind->parameters) {
      entry.parameters.push_back(
          {std::string(parameter.name), std::string(parameter.fallback), std::string(parameter.help)});
    }
  }
  return ByName(std::move(entries));
}

std::vector<InvariantEntry> Invariants() {
  std::vector<InvariantEntry> entries;
  for (const invariants::Invariant& invariant : invariants::Catalogue()) {
    entries.push_back({std::string(invariant.name), std::string(invariant.statement), std::string(invariant.source)});
  }
  return ByName(std::move(entries));
}

}  // namespace tools
