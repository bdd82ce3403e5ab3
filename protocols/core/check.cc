#include "protocols/core/check.h"

#include <cstdio>
#include <cstdlib>

namespace core {

CheckContext& ThisThreadsCheckContext() {
  thread_local CheckContext context;
  return context;
}

void CheckFailed(const char* condition, const char* file, int line) {
  const CheckContext& at = ThisThreadsCheckContext();
  std::fflush(stdout);
  std::fprintf(stderr,
               "internal error: CHECK(%s) failed at %s:%d\n"
               "  in the run of seed %llu, after event %llu\n"
               "  this is a bug in faultline: please report this text and the command that printed it\n",
               condition, file, line, static_cast<unsigned long long>(at.seed),
               static_cast<unsigned long long>(at.event));
  std::fflush(stderr);
  std::_Exit(70);
}

}  // namespace core
