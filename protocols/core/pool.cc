#include "protocols/core/pool.h"

namespace core::internal {

constinit thread_local FreeBlock* free_blocks[kBlockClasses] = {};

namespace {

// Gives a thread's blocks back to the system when the thread ends.
struct Returner {
  ~Returner() {
    for (FreeBlock*& list : free_blocks) {
      while (list != nullptr) {
        FreeBlock* block = list;
        list = block->next;
        ::operator delete(block);
      }
    }
  }
};

}  // namespace

void* NewBlock(std::size_t block_class) {
  thread_local Returner returner;
  (void)returner;
  return ::operator new(kSmallestBlock << block_class);
}

}  // namespace core::internal
