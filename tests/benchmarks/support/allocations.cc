#include "tests/benchmarks/support/allocations.h"

#include <cstdlib>
#include <new>

namespace benchmarks {
namespace {
std::uint64_t allocations = 0;
}
std::uint64_t Allocations() { return allocations; }
}  // namespace benchmarks

void* operator new(std::size_t size) {
  ++benchmarks::allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
