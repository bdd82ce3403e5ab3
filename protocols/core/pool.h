// Pool: memory for the short lists that travel in messages, recycled so that a
// running simulation asks the system for none.
//
// Blocks come in powers of two and go back to a free list of the thread that
// frees them. Addresses are never observed, so recycling changes no result.
// Under AddressSanitizer the pool steps aside, so that a use after free is seen.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <new>
#include <vector>

namespace core {
namespace internal {

inline constexpr std::size_t kSmallestBlock = 32;
inline constexpr std::size_t kBlockClasses = 16;  // 32 B … 1 MiB; larger blocks are not pooled

struct FreeBlock {
  FreeBlock* next;
};
extern constinit thread_local FreeBlock* free_blocks[kBlockClasses];
void* NewBlock(std::size_t block_class);

constexpr std::size_t BlockClass(std::size_t bytes) {
  return bytes <= kSmallestBlock ? 0 : static_cast<std::size_t>(std::bit_width((bytes - 1) / kSmallestBlock));
}

inline void* TakeBlock(std::size_t bytes) {
  const std::size_t block_class = BlockClass(bytes);
  if (block_class >= kBlockClasses) return ::operator new(bytes);
  FreeBlock* block = free_blocks[block_class];
  if (block == nullptr) return NewBlock(block_class);
  free_blocks[block_class] = block->next;
  return block;
}

inline void GiveBlock(void* memory, std::size_t bytes) {
  const std::size_t block_class = BlockClass(bytes);
  if (block_class >= kBlockClasses) {
    ::operator delete(memory);
    return;
  }
  auto* block = static_cast<FreeBlock*>(memory);
  block->next = free_blocks[block_class];
  free_blocks[block_class] = block;
}

}  // namespace internal

template <class T>
struct PoolAllocator {
  using value_type = T;

  PoolAllocator() = default;
  template <class U>
  PoolAllocator(const PoolAllocator<U>&) {}

#if defined(__SANITIZE_ADDRESS__)
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T))); }
  void deallocate(T* p, std::size_t) { ::operator delete(p); }
#else
  T* allocate(std::size_t n) { return static_cast<T*>(internal::TakeBlock(n * sizeof(T))); }
  void deallocate(T* p, std::size_t n) { internal::GiveBlock(p, n * sizeof(T)); }
#endif

  bool operator==(const PoolAllocator&) const { return true; }
};

// A vector for message contents.
template <class T>
using List = std::vector<T, PoolAllocator<T>>;

// What comes first goes first.
template <class T>
using Queue = std::deque<T, PoolAllocator<T>>;

}  // namespace core
