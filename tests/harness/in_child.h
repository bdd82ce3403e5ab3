// InChild: does work that may end its process, as a planted bug does when a CHECK stands on
// what it breaks. What was noted until then is kept.
#pragma once

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <new>
#include <type_traits>
#include <utility>

#include "protocols/core/check.h"

namespace harness {

template <class Notes>
struct Ended {
  Notes notes;
  int status = 0;  // as waitpid has it
};

// `work(notes)` in a child that shares the notes.
template <class Notes, class Work>
Ended<Notes> InChild(Work&& work) {
  static_assert(std::is_trivially_copyable_v<Notes>, "what notes point to would die with the child");
  void* memory = mmap(nullptr, sizeof(Notes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(memory != MAP_FAILED);
  Notes& shared = *new (memory) Notes;
  std::fflush(nullptr);  // or the child would print it again
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    std::forward<Work>(work)(shared);
    _exit(0);
  }
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  const Ended<Notes> ended{shared, status};
  munmap(memory, sizeof(Notes));
  return ended;
}

}  // namespace harness
