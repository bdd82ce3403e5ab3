// Registries: the names a scenario may use, from wherever they register.
#pragma once

#include <string>
#include <vector>

#include "tools/catalog.h"

namespace tools {

struct FaultEntry {
  std::string name;
  std::string summary;
  std::vector<Parameter> parameters;
};

struct InvariantEntry {
  std::string name;
  std::string statement;
  std::string source;
};

std::vector<FaultEntry> Faults();          // by name
std::vector<InvariantEntry> Invariants();  // by name

// Only the names.
template <class Entries>
std::vector<std::string> Names(const Entries& entries) {
  std::vector<std::string> names;
  for (const auto& entry : entries) names.push_back(entry.name);
  return names;
}

}  // namespace tools
