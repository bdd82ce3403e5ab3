#include "tools/catalog.h"

#include "tools/bind.h"

namespace tools {
namespace {

// Filled before main by the generated bindings.
std::map<std::string, Protocol, std::less<>>& All() {
  static std::map<std::string, Protocol, std::less<>> all;
  return all;
}

}  // namespace

const std::map<std::string, Protocol, std::less<>>& Catalog() { return All(); }

void AddToCatalog(Protocol protocol) {
  const std::string name = protocol.name;
  All()[name] = std::move(protocol);
}

}  // namespace tools
