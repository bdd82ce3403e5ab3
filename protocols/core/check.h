// CHECK: what must be true of our own code, also in release. A failure is a bug
// in faultline or in a protocol under test; it names the seed and the event, so
// that the report is a reproduction, and exits with 70.
#pragma once

#include <cstdint>

namespace core {

// Which run this thread is in, for the message of a failed CHECK.
struct CheckContext {
  std::uint64_t seed = 0;
  std::uint64_t event = 0;
};
CheckContext& ThisThreadsCheckContext();

[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace core

#define CHECK(condition) \
  (__builtin_expect(!!(condition), 1) ? static_cast<void>(0) : ::core::CheckFailed(#condition, __FILE__, __LINE__))
